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
//! - Each entry is signed by the key that the ledger's own entries put in force at its position; a
//!   change of keys that would not count is refused. Where another program changed the key, the head
//!   has moved, and the signer of the new key is asked for.
//! - Where the ledger requires it, an officer's submission is recorded only with a command that the
//!   officer signed; wherever a signed command is given, it is checked at the position it gets.
//! - Where the ledger requires officers, an event is recorded only by an enrolled officer who holds a
//!   role for it at the position that it gets.
//! - A list that was confirmed by its digest is recorded line by line as it was confirmed, or not at all.
//! - A connection lost while committing: the head is read again and compared before anybody is told.

mod commit;
mod copy;
mod desk;
mod lookup;
mod seal;
mod sequencer;
mod submission;

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use sqlx::PgPool;
use tokio::sync::{mpsc, oneshot, watch};

pub use submission::{
    Holder, ProposedEvent, Recorded, Refusal, RefusalReason, Submission, SubmitError,
};

use crate::LedgerId;
use crate::clock::Clock;
use crate::effects::{KeyedEffects, Rules};
use crate::hash::Hash;
use crate::signed_command::{CommandRefusal, SignedCommand, is_signed};
use crate::signer::Signers;

/// How many submissions wait before senders do.
const QUEUE: usize = 4096;

/// From this many events on, effects are computed on all cores.
const MANY: usize = 1000;

/// What a writer needs to be started.
pub struct WriterParts {
    /// The bureau's books.
    pub ledger: LedgerId,
    /// Finds the signer of whichever key is in force.
    pub signers: Arc<dyn Signers>,
    /// Connections whose sessions may only insert entries. The writer uses at most three at once.
    pub pool: PgPool,
    /// What events do.
    pub rules: Arc<dyn Rules>,
    /// The machine's clock.
    pub clock: Arc<dyn Clock>,
}

/// A submission's command as its entries name it.
struct NamedCommand {
    hash: Hash,
    /// Where an officer signed it.
    signed: Option<Box<SignedCommand>>,
}

impl NamedCommand {
    /// Reads a signed command and holds the events to it, before its turn comes.
    fn of(
        bytes: &[u8],
        rules: &dyn Rules,
        events: &[ProposedEvent],
    ) -> Result<Self, CommandRefusal> {
        let signed = is_signed(bytes).then(|| SignedCommand::read(bytes)).transpose()?;
        if let Some(signed) = &signed {
            let events: Vec<_> = events.iter().map(ProposedEvent::recorded).collect();
            rules
                .carried_out(&signed.statement().command, &events)
                .map_err(|differs| CommandRefusal::NotCarriedOut(differs.to_string()))?;
        }
        Ok(Self { hash: crate::hash::plain(bytes), signed: signed.map(Box::new) })
    }
}

/// A submission in the queue.
struct Pending {
    submission: Arc<Submission>,
    prepared: Vec<KeyedEffects>,
    command: Option<NamedCommand>,
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
    committed: watch::Receiver<u64>,
    halted: Arc<OnceLock<String>>,
}

impl Writer {
    /// Starts the writer's task on the present tokio runtime. Nothing is read until the first
    /// submission.
    pub fn start(parts: WriterParts) -> Self {
        let (queue, submissions) = mpsc::channel(QUEUE);
        let (rules, ledger) = (parts.rules.clone(), parts.ledger.clone());
        let (tell, committed) = watch::channel(0);
        tokio::spawn(sequencer::Sequencer::new(parts, submissions, tell).run());
        Self { queue, rules, ledger, committed, halted: Arc::default() }
    }

    /// How many entries the ledger held after this writer's last commit; 0 before the first.
    pub fn committed(&self) -> watch::Receiver<u64> {
        self.committed.clone()
    }

    /// Records nothing more, in this program, for as long as it runs: whoever submits is told the
    /// reason. What is under way ends as it ends. The first reason stays.
    pub fn halt(&self, reason: String) {
        if self.halted.set(reason).is_ok() {
            tracing::error!(ledger = %self.ledger, reason = self.halted(), "recording has stopped");
        }
    }

    /// Why nothing is recorded any more; `None` while it is.
    pub fn halted(&self) -> Option<&str> {
        self.halted.get().map(String::as_str)
    }

    /// The bureau's books.
    pub fn ledger(&self) -> &LedgerId {
        &self.ledger
    }

    /// Records the events of a submission, together or not at all; waits for the commit. The
    /// answers stand in the order of the events. Without events there is nothing to record.
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
        if let Some(reason) = self.halted() {
            return Err(SubmitError::Halted(reason.to_owned()));
        }
        if submission.events.is_empty() {
            // No entry would ever name the request, so it must not be taken as recorded either.
            return Ok(Vec::new());
        }
        let rules = self.rules.clone();
        let (answer, answered) = oneshot::channel();
        let pending = if submission.events.len() < MANY {
            Pending::of(&*rules, submission, rehearsal, answer)?
        } else {
            let work = move || Pending::of(&*rules, submission, rehearsal, answer);
            tokio::task::spawn_blocking(work).await.map_err(|_| SubmitError::Stopped)??
        };
        self.queue.send(pending).await.map_err(|_| SubmitError::Stopped)?;
        answered.await.map_err(|_| SubmitError::Stopped)?
    }
}

impl Pending {
    /// What can be done before the submission's turn comes: its effects, and its command's hash.
    fn of(
        rules: &dyn Rules,
        submission: Submission,
        rehearsal: bool,
        answer: oneshot::Sender<Result<Vec<Recorded>, SubmitError>>,
    ) -> Result<Self, SubmitError> {
        let effects = |event: &ProposedEvent| {
            let effects = rules.effects(&event.stream, &event.event, &event.payload);
            effects.map(KeyedEffects::from)
        };
        let events = &submission.events;
        let prepared: Result<Vec<_>, _> = if events.len() < MANY {
            events.iter().map(effects).collect()
        } else {
            events.par_iter().map(effects).collect()
        };
        let command = submission.command.as_deref();
        let command = command.map(|bytes| NamedCommand::of(bytes, rules, events)).transpose();
        Ok(Self {
            prepared: prepared?,
            command: command.map_err(SubmitError::CommandRefused)?,
            submission: Arc::new(submission),
            answer,
            rehearsal,
            failures: 0,
        })
    }
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
