//! Keeping the read models near the head: one task for each ledger and program, woken by every
//! recording. Several programs may project the same ledger; the cursor lets one of them apply.

use std::sync::Arc;
use std::time::Duration;

use ledger::LedgerId;
use projections::projector;
use sqlx::PgPool;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use super::Fault;

/// How long a mutation waits for the read models, so that a person reads their own write.
const BRIEFLY: Duration = Duration::from_secs(2);

/// How far the read models are: how many entries they hold, or why they cannot go on.
type Reached = Result<u64, String>;

pub(super) struct Projecting {
    wake: Arc<Notify>,
    reached: watch::Receiver<Reached>,
    task: JoinHandle<()>,
}

impl Drop for Projecting {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Projecting {
    pub(super) fn start(pool: PgPool, ledger: LedgerId) -> Self {
        let wake = Arc::new(Notify::new());
        let (tell, reached) = watch::channel(Ok(0));
        let woken = wake.clone();
        let task = tokio::spawn(async move {
            loop {
                woken.notified().await;
                let reached = projector::catch_up(&pool, &ledger).await;
                let size = |position: Option<u64>| position.map_or(0, |p| p.saturating_add(1));
                if let Err(error) = &reached {
                    tracing::error!(%ledger, %error, "the read models could not be brought up to date");
                }
                _ = tell.send_replace(reached.map(size).map_err(|error| error.to_string()));
            }
        });
        Self { wake, reached, task }
    }

    /// Something was recorded.
    pub(super) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Waits until the read models hold this many entries.
    pub(super) async fn wait_for(&self, size: u64) -> Result<(), Fault> {
        let mut reached = self.reached.clone();
        // What was reached before may be an old failure: only what comes after waking counts.
        if reached.borrow_and_update().as_ref().is_ok_and(|held| *held >= size) {
            return Ok(());
        }
        loop {
            self.wake();
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
