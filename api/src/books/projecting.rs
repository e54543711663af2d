//! Keeping the read models near the head: one task for each ledger and program, woken by every
//! recording. Several programs may project the same ledger; the cursor lets one of them apply.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use ledger::LedgerId;
use projections::projector;
use sqlx::PgPool;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use super::Fault;

/// How long a mutation waits for the read models, so that a person reads their own write.
const BRIEFLY: Duration = Duration::from_secs(2);

/// How long what was recorded may gather before it is applied while nobody waits for it: many
/// entries at once cost a fraction of one by one.
const GATHERING: Duration = Duration::from_millis(25);

/// How long after a large list the next one is waited for, while nobody waits for the read models:
/// they catch up with all of a first import at a fraction of the cost of each list.
const BETWEEN_LISTS: Duration = Duration::from_secs(1);

/// How far the read models are: how many entries they hold, or why they cannot go on.
type Reached = Result<u64, String>;

pub(super) struct Projecting {
    calls: Arc<Calls>,
    reached: watch::Receiver<Reached>,
    task: JoinHandle<()>,
}

/// What the task is told.
#[derive(Default)]
struct Calls {
    /// Something was recorded.
    recorded: Notify,
    /// Somebody waits, or the last large list has ended.
    urgent: Notify,
    /// How many wait.
    waiting: AtomicUsize,
    /// Large lists being recorded.
    lists: AtomicUsize,
    /// Large lists that ever began.
    begun: AtomicUsize,
}

impl Calls {
    /// Returns when there is something to apply and it is time to. `seen` is how many large lists
    /// had begun when it was last looked.
    async fn due(&self, seen: &mut usize) {
        tokio::select! {
            () = self.recorded.notified() => {
                // An urgent call that comes meanwhile is kept by its `Notify`.
                let _ = tokio::time::timeout(GATHERING, self.urgent.notified()).await;
            }
            () = self.urgent.notified() => {}
        }
        while self.waiting.load(Ordering::Acquire) == 0 {
            let begun = self.begun.load(Ordering::Acquire);
            if self.lists.load(Ordering::Acquire) > 0 {
                self.urgent.notified().await;
            } else if begun == *seen {
                break;
            } else {
                *seen = begun;
                let _ = tokio::time::timeout(BETWEEN_LISTS, self.urgent.notified()).await;
            }
        }
        // What is applied now answers every call so far.
        let _ = self.recorded.notified().now_or_never();
        let _ = self.urgent.notified().now_or_never();
    }
}

/// Counts for as long as it lives, and calls when it ends.
pub(super) struct LargeList(Arc<Calls>);

impl Drop for LargeList {
    fn drop(&mut self) {
        if self.0.lists.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.urgent.notify_one();
        }
    }
}

/// Counts for as long as it lives.
struct Waiting<'a>(&'a Calls);

impl<'a> Waiting<'a> {
    fn on(calls: &'a Calls) -> Self {
        calls.waiting.fetch_add(1, Ordering::AcqRel);
        Self(calls)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Drop for Projecting {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Projecting {
    pub(super) fn start(pool: PgPool, ledger: LedgerId) -> Self {
        let calls = Arc::new(Calls::default());
        let (tell, reached) = watch::channel(Ok(0));
        let called = calls.clone();
        let task = tokio::spawn(async move {
            let mut seen = 0;
            loop {
                called.due(&mut seen).await;
                let reached = projector::catch_up(&pool, &ledger).await;
                let size = |position: Option<u64>| position.map_or(0, |p| p.saturating_add(1));
                if let Err(error) = &reached {
                    tracing::error!(%ledger, %error, "the read models could not be brought up to date");
                }
                _ = tell.send_replace(reached.map(size).map_err(|error| error.to_string()));
            }
        });
        Self { calls, reached, task }
    }

    /// Something was recorded.
    pub(super) fn wake(&self) {
        self.calls.recorded.notify_one();
    }

    /// A large list begins to be recorded: while lists do, the read models may lag behind, unless
    /// somebody waits for them, and then catch up at a fraction of the cost.
    pub(super) fn large_list(&self) -> LargeList {
        self.calls.lists.fetch_add(1, Ordering::AcqRel);
        self.calls.begun.fetch_add(1, Ordering::AcqRel);
        LargeList(self.calls.clone())
    }

    /// Waits until the read models hold this many entries.
    pub(super) async fn wait_for(&self, size: u64) -> Result<(), Fault> {
        let _waiting = Waiting::on(&self.calls);
        let mut reached = self.reached.clone();
        // What was reached before may be an old failure: only what comes after waking counts.
        if reached.borrow_and_update().as_ref().is_ok_and(|held| *held >= size) {
            return Ok(());
        }
        loop {
            self.calls.urgent.notify_one();
            if reached.changed().await.is_err() {
                return Err(Fault::database(&"the projecting task has ended"));
            }
            match &*reached.borrow_and_update() {
                Ok(held) if *held >= size => return Ok(()),
                Ok(_) => {}
                Err(error) => return Err(Fault::database(error)),
            }
        }
    }

    /// Waits briefly; going on without is no error, the read models follow.
    pub(super) async fn wait_briefly(&self, size: u64) {
        if let Ok(Err(fault)) = tokio::time::timeout(BRIEFLY, self.wait_for(size)).await {
            tracing::warn!(cause = fault.cause(), "recorded, but the read models do not follow");
        }
    }
}
