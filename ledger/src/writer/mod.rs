//! The writer: one for each ledger and program, the only place that appends.
//!
//! Submissions come through a queue and are checked in order: stream heads, guards, request ids,
//! claims, balances. What does not fit is refused without harm to its neighbours; the rest is
//! encoded, chained, hashed and signed ahead of the commit and committed in groups. One submission
//! is one transaction, whatever its size; the group only bounds how many submissions share one.
//!
//! Guarantees:
//! - An answer `Ok` is given after the commit: what it names is durable.
//! - A refusal that was decided against a group in flight is told only after that group has
//!   committed; with nothing in flight it was decided in a snapshot whose head is ours.
//! - Several programs may write to one ledger: the swap of the head lets exactly one win at each
//!   position. The loser drops what it prepared, reads the head and decides again; after a few
//!   lost races it takes the head's row lock first, so a large submission is never starved.
//! - A connection lost while committing: the head is read again and compared before anybody is told.

mod commit;
mod copy;
mod desk;
mod lookup;
mod seal;
mod sequencer;
mod submission;

use std::sync::Arc;

use sqlx::PgPool;
use tokio::sync::{mpsc, oneshot};

pub use submission::{
    Holder, ProposedEvent, Recorded, Refusal, RefusalReason, Submission, SubmitError,
};

use crate::LedgerId;
use crate::clock::Clock;
use crate::effects::{Rules, UnknownEvent};
use crate::key::LedgerKey;
use submission::Prepared;

/// How many submissions wait before senders do.
const QUEUE: usize = 4096;

/// From this many events on, effects are computed on all cores.
const MANY: usize = 1000;

/// What a writer needs to be started.
pub struct WriterParts {
    /// The bureau's books.
    pub ledger: LedgerId,
    /// The key that signs.
    pub key: Arc<LedgerKey>,
    /// Connections whose sessions may only insert entries. The writer uses at most three at once.
    pub pool: PgPool,
    /// What events do.
    pub rules: Arc<dyn Rules>,
    /// The machine's clock.
    pub clock: Arc<dyn Clock>,
}

/// A submission in the queue.
struct Pending {
    submission: Submission,
    prepared: Vec<Prepared>,
    answer: oneshot::Sender<Result<Vec<Recorded>, SubmitError>>,
    /// Only asks whether it would be recorded.
    rehearsal: bool,
    /// Commits that failed for another reason than a race.
    failures: u32,
}

/// Hands submissions to a ledger's writer. Cheap to clone; the writer stops when all are gone.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Pending>,
    rules: Arc<dyn Rules>,
    ledger: LedgerId,
}

impl Writer {
    /// Starts the writer's task on the present tokio runtime. Nothing is read until the first
    /// submission.
    pub fn start(parts: WriterParts) -> Self {
        let (queue, submissions) = mpsc::channel(QUEUE);
        let (rules, ledger) = (parts.rules.clone(), parts.ledger.clone());
        tokio::spawn(sequencer::Sequencer::new(parts, submissions).run());
        Self { queue, rules, ledger }
    }

    /// The bureau's books.
    pub fn ledger(&self) -> &LedgerId {
        &self.ledger
    }

    /// Records the events of a submission, together or not at all; waits for the commit. The
    /// answers stand in the order of the events.
    ///
    /// # Errors
    /// As [`SubmitError`] lists them. Dropping the future does not withdraw what was queued.
    pub async fn submit(&self, submission: Submission) -> Result<Vec<Recorded>, SubmitError> {
        self.send(submission, false).await
    }

    /// Checks a submission exactly as [`Writer::submit`] would at this moment, and records nothing.
    ///
    /// # Errors
    /// Those that submitting would give.
    pub async fn rehearse(&self, submission: Submission) -> Result<(), SubmitError> {
        self.send(submission, true).await.map(|_| ())
    }

    async fn send(
        &self,
        submission: Submission,
        rehearsal: bool,
    ) -> Result<Vec<Recorded>, SubmitError> {
        let rules = self.rules.clone();
        let (submission, prepared) = if submission.events.len() < MANY {
            let prepared = prepare(&*rules, &submission)?;
            (submission, prepared)
        } else {
            let work = move || prepare_many(&*rules, &submission).map(|p| (submission, p));
            tokio::task::spawn_blocking(work).await.map_err(|_| SubmitError::Stopped)??
        };
        let (answer, answered) = oneshot::channel();
        let pending = Pending { submission, prepared, answer, rehearsal, failures: 0 };
        self.queue.send(pending).await.map_err(|_| SubmitError::Stopped)?;
        answered.await.map_err(|_| SubmitError::Stopped)?
    }
}

fn prepare(rules: &dyn Rules, submission: &Submission) -> Result<Vec<Prepared>, UnknownEvent> {
    submission.events.iter().map(|event| Prepared::of(rules, event)).collect()
}

fn prepare_many(rules: &dyn Rules, submission: &Submission) -> Result<Vec<Prepared>, UnknownEvent> {
    use rayon::prelude::*;
    submission.events.par_iter().map(|event| Prepared::of(rules, event)).collect()
}

/// Makes the row of a ledger that is about to be opened. Doing it again changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn make_head(pool: &PgPool, ledger: &LedgerId) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into heads (ledger_id, position, leaf, frontier) values ($1, -1, $2, '') \
         on conflict (ledger_id) do nothing",
    )
    .bind(ledger.as_str())
    .bind(&crate::hash::Hash::ZERO.as_bytes()[..])
    .execute(pool)
    .await?;
    Ok(())
}
