//! The writer's loop: gather, check, seal, commit. What happens when a commit fails is in [`recovery`].

mod recovery;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use sqlx::Postgres;
use sqlx::pool::PoolConnection;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use super::commit::{Batch, CommitError};
use super::desk::{Asking, Changes, Desk, Generation};
use super::lookup::Answers;
use super::seal::{Sealer, Tail};
use super::submission::{Recorded, SubmitError};
use super::{Pending, WriterParts};
use crate::clock::Moment;
use crate::signer::SigningError;

/// A group takes further submissions until it holds this many events.
const GROUP_EVENTS: usize = 5_000;
/// While a group commits, the next one is prepared only when this many events wait: smaller ones
/// gain more by sharing a commit than by overlapping it.
const OVERLAP_EVENTS: usize = 500;
/// Clients that were answered together come back together. Their next submissions are waited for this
/// long, less than a disk takes to be sure of a commit, so that they share one again.
const LINGERING: Duration = Duration::from_millis(2);
/// So many groups are asked everything after one that took something as new which stood already.
const CAUTIOUS_GROUPS: u32 = 16;
/// Even where a group raises no question, head and clock are asked for this often.
const ASKING_AGAIN_MICROS: u64 = 1_000_000;
/// After this many lost races in a row the head's row lock is taken before preparing.
const RACES_BEFORE_HOLDING: u32 = 2;
/// A machine clock further than this from the database server's records nothing.
const DAY_MICROS: u64 = 86_400_000_000;

type Answer =
    (oneshot::Sender<Result<Vec<Recorded>, SubmitError>>, Result<Vec<Recorded>, SubmitError>);

/// What a submission of which nothing is recorded will be told: why not, or that it would fit.
type Untold = Result<Vec<Recorded>, SubmitError>;

/// A group that was checked and sealed onto the tail.
struct Group {
    batch: Batch,
    admitted: Vec<Pending>,
    /// Told only when everything that they were decided against is durable.
    unrecorded: Vec<(Pending, Untold)>,
}

/// A group whose commit is under way.
struct Flight {
    group: Arc<Batch>,
    admitted: Vec<Pending>,
    unrecorded: Vec<(Pending, Untold)>,
    commit: JoinHandle<Result<(), CommitError>>,
}

/// Why a group could not be prepared.
enum Disturbed {
    /// The database's head is not ours.
    Raced,
    /// The database failed.
    Failed(sqlx::Error),
    /// The clocks are too far apart.
    ClockAway { machine: Moment, server: Moment },
    /// The group could not be signed.
    NotSigned(SigningError),
}

pub(super) struct Sequencer {
    parts: Arc<WriterParts>,
    submissions: mpsc::Receiver<Pending>,
    /// Told how many entries there are after each commit.
    committed: watch::Sender<u64>,
    waiting: VecDeque<Pending>,
    desk: Desk,
    generation: Generation,
    /// The tail with everything in flight; none until the head was read.
    tail: Option<Tail>,
    races: u32,
    /// How many groups are still asked everything.
    cautious: u32,
    /// When the database was asked last.
    asked: Moment,
    /// How many submissions the last group had.
    usual: usize,
}

impl Sequencer {
    pub(super) fn new(
        parts: WriterParts,
        submissions: mpsc::Receiver<Pending>,
        committed: watch::Sender<u64>,
    ) -> Self {
        Self {
            parts: Arc::new(parts),
            submissions,
            committed,
            waiting: VecDeque::new(),
            desk: Desk::default(),
            generation: 0,
            tail: None,
            races: 0,
            cautious: 0,
            asked: Moment::EARLIEST,
            usual: 0,
        }
    }

    pub(super) async fn run(mut self) {
        let mut flight: Option<Flight> = None;
        loop {
            if !self.gather(&mut flight).await {
                return;
            }
            if self.tail.is_none() && !self.reload().await {
                continue;
            }
            if self.races > RACES_BEFORE_HOLDING {
                self.commit_holding_head().await;
                continue;
            }
            let group = self.take_group();
            match self.prepare(group, flight.as_ref()).await {
                Ok(group) => {
                    if let Some(flight) = flight.take()
                        && !self.settle(flight).await
                    {
                        self.put_back(group.admitted, group.unrecorded);
                        continue;
                    }
                    flight = self.launch(group);
                }
                Err((disturbed, group)) => {
                    if let Some(flight) = flight.take() {
                        self.settle(flight).await;
                    }
                    self.disturbed(&disturbed, group);
                }
            }
        }
    }

    /// Waits until there is something to prepare. False when nothing will come any more.
    async fn gather(&mut self, flight: &mut Option<Flight>) -> bool {
        loop {
            while let Ok(pending) = self.submissions.try_recv() {
                self.waiting.push_back(pending);
            }
            let events: usize = self.waiting.iter().map(|p| p.submission.events.len()).sum();
            let enough = if flight.is_some() { OVERLAP_EVENTS } else { 1 };
            if events >= enough || (flight.is_none() && !self.waiting.is_empty()) {
                if flight.is_none() {
                    self.linger().await;
                }
                return true;
            }
            let Some(under_way) = flight.as_mut() else {
                match self.submissions.recv().await {
                    Some(pending) => self.waiting.push_back(pending),
                    None => return false,
                }
                continue;
            };
            let outcome = tokio::select! {
                biased;
                outcome = &mut under_way.commit => Some(outcome),
                received = self.submissions.recv(), if !self.submissions.is_closed() => {
                    self.waiting.extend(received);
                    None
                }
            };
            if let Some(outcome) = outcome
                && let Some(flight) = flight.take()
            {
                let outcome = flatten(outcome);
                self.settle_outcome(flight.group, flight.admitted, flight.unrecorded, outcome)
                    .await;
            }
        }
    }

    /// Waits briefly for as many submissions as the last group had.
    async fn linger(&mut self) {
        let more = async {
            while self.waiting.len() < self.usual {
                match self.submissions.recv().await {
                    Some(pending) => self.waiting.push_back(pending),
                    None => return,
                }
            }
        };
        // Whatever came in time is in the queue already.
        let _ = tokio::time::timeout(LINGERING, more).await;
    }

    fn take_group(&mut self) -> Vec<Pending> {
        let mut group = Vec::new();
        let mut events = 0usize;
        while let Some(next) = self.waiting.front() {
            let more = events.saturating_add(next.submission.events.len());
            if more > GROUP_EVENTS && !group.is_empty() {
                break;
            }
            events = more;
            group.extend(self.waiting.pop_front());
        }
        self.usual = group.len();
        group
    }

    fn put_back(&mut self, admitted: Vec<Pending>, unrecorded: Vec<(Pending, Untold)>) {
        let mut again: VecDeque<Pending> = admitted.into();
        again.extend(unrecorded.into_iter().map(|(pending, _)| pending));
        again.append(&mut self.waiting);
        self.waiting = again;
    }

    async fn acquire(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        self.parts.pool.acquire().await
    }

    /// Looks up, checks and seals a group onto the tail, while another may be in flight.
    async fn prepare(
        &mut self,
        group: Vec<Pending>,
        flight: Option<&Flight>,
    ) -> Result<Group, (Disturbed, Vec<Pending>)> {
        let careful = self.cautious > 0 || self.races > 0 || group.iter().any(|p| p.rehearsal);
        if careful {
            self.cautious = self.cautious.saturating_sub(1);
            return self.prepare_asking(group, flight, Asking::Everything).await;
        }
        let mut group = self.prepare_asking(group, flight, Asking::Unproven).await?;
        // Nobody is refused before everything was asked: a request that stands already would be
        // told of an empty fund instead.
        let refused: Vec<_> = group.unrecorded.drain(..).map(|(pending, _)| pending).collect();
        if refused.is_empty() {
            return Ok(group);
        }
        if group.batch.entries.is_empty() {
            return self.prepare_asking(refused, flight, Asking::Everything).await;
        }
        self.cautious = self.cautious.max(1);
        self.put_back(refused, Vec::new());
        Ok(group)
    }

    async fn prepare_asking(
        &mut self,
        group: Vec<Pending>,
        flight: Option<&Flight>,
        asking: Asking,
    ) -> Result<Group, (Disturbed, Vec<Pending>)> {
        let now = self.parts.clock.now();
        let answers = match self.look_up(&group, asking, now).await {
            Ok(answers) => answers,
            Err(error) => return Err((Disturbed::Failed(error), group)),
        };
        let Some(tail) = self.tail.clone() else {
            return Err((Disturbed::Raced, group));
        };
        if let Some(server) = answers.server
            && now.micros().abs_diff(server.micros()) > DAY_MICROS
        {
            return Err((Disturbed::ClockAway { machine: now, server }, group));
        }
        let expected = i64::try_from(tail.next).unwrap_or(i64::MAX).saturating_sub(1);
        let before_flight = flight.map(|flight| flight.group.before.0);
        if answers.head.is_some_and(|head| head != expected && Some(head) != before_flight) {
            return Err((Disturbed::Raced, group));
        }
        if now < tail.recorded {
            tracing::warn!(machine = %now, last = %tail.recorded, ledger = %self.parts.ledger,
                "the machine's clock is behind the last entry, whose time is used");
        }
        let recorded = now.max(tail.recorded);
        self.seal(group, &answers, asking, tail, recorded).await
    }

    async fn look_up(
        &mut self,
        group: &[Pending],
        asking: Asking,
        now: Moment,
    ) -> Result<Answers, sqlx::Error> {
        let asked = group.iter().map(|p| (&*p.submission, p.prepared.as_slice()));
        let questions = self.desk.questions(asked, asking);
        let lately = now.micros().abs_diff(self.asked.micros()) < ASKING_AGAIN_MICROS;
        if asking == Asking::Unproven && questions.is_empty() && lately {
            // The swap of the head proves at the commit that nothing has moved.
            return Ok(Answers::default());
        }
        let accounts = questions.accounts.iter().cloned().collect();
        let mut connection = self.acquire().await?;
        let answers = match questions.ask(&mut connection, &self.parts.ledger).await {
            Ok(answers) => answers,
            Err(error) => {
                // A connection that failed is not given back to the pool.
                drop(connection.detach());
                return Err(error);
            }
        };
        self.asked = now;
        self.desk.learn(accounts, &answers);
        self.desk.remember_guards(group.iter().flat_map(|p| &p.prepared), &answers);
        Ok(answers)
    }

    async fn seal(
        &mut self,
        group: Vec<Pending>,
        answers: &Answers,
        asking: Asking,
        tail: Tail,
        recorded: Moment,
    ) -> Result<Group, (Disturbed, Vec<Pending>)> {
        self.generation = self.generation.wrapping_add(1);
        let before = (i64::try_from(tail.next).unwrap_or(i64::MAX).saturating_sub(1), tail.leaf);
        let mut sealer = Sealer::new(self.parts.ledger.clone(), self.parts.signers.clone(), tail);
        let (mut admitted, mut unrecorded) = (Vec::new(), Vec::new());
        let mut changes = Changes::default();
        for pending in group {
            let (submission, prepared) = (&pending.submission, &pending.prepared);
            let first = sealer.tail.next;
            let draft = match self.desk.check(submission, prepared, answers) {
                Ok(draft) if !pending.rehearsal => draft,
                Ok(_) => {
                    let draft =
                        sealer.draft(submission, prepared, pending.command.as_ref(), recorded);
                    unrecorded.push((pending, draft.map(|_| Vec::new())));
                    continue;
                }
                Err(refusal) => {
                    unrecorded.push((pending, Err(refusal)));
                    continue;
                }
            };
            match sealer.add(submission, prepared, pending.command.as_ref(), recorded) {
                Ok(()) => {
                    let request = submission.request;
                    self.desk.apply(self.generation, first, request, draft, prepared, &mut changes);
                    admitted.push(pending);
                }
                Err(refusal) => unrecorded.push((pending, Err(refusal))),
            }
        }
        let sealer = match signed(sealer).await {
            Ok(sealer) => sealer,
            Err(error) => {
                admitted.extend(unrecorded.into_iter().map(|(pending, _)| pending));
                return Err((Disturbed::NotSigned(error), admitted));
            }
        };
        let batch = Batch {
            ledger: self.parts.ledger.clone(),
            generation: self.generation,
            asking,
            before,
            after: sealer.tail,
            entries: sealer.entries,
            placed: sealer.placed,
            changes,
        };
        Ok(Group { batch, admitted, unrecorded })
    }

    /// Starts the commit; a group of refusals only is answered at once.
    fn launch(&mut self, group: Group) -> Option<Flight> {
        let Group { batch, admitted, unrecorded } = group;
        if batch.entries.is_empty() {
            answer(unrecorded.into_iter().map(|(pending, told)| (pending.answer, told)));
            return None;
        }
        self.tail = Some(batch.after.clone());
        let group = Arc::new(batch);
        let (parts, committed) = (self.parts.clone(), group.clone());
        let commit = tokio::spawn(async move {
            let mut connection = parts.pool.acquire().await.map_err(CommitError::Failed)?;
            let outcome = committed.commit(&mut connection).await;
            if matches!(outcome, Err(CommitError::Failed(_))) {
                drop(connection.detach());
            }
            outcome
        });
        Some(Flight { group, admitted, unrecorded, commit })
    }

    /// Waits for a commit and answers. False when the group does not stand: it waits again.
    async fn settle(&mut self, flight: Flight) -> bool {
        let outcome = flatten(flight.commit.await);
        self.settle_outcome(flight.group, flight.admitted, flight.unrecorded, outcome).await
    }

    async fn settle_outcome(
        &mut self,
        batch: Arc<Batch>,
        admitted: Vec<Pending>,
        unrecorded: Vec<(Pending, Untold)>,
        outcome: Result<(), CommitError>,
    ) -> bool {
        match outcome {
            Ok(()) => {
                self.races = 0;
                self.desk.settle(batch.generation, &batch.changes);
                self.committed.send_replace(batch.after.next);
                answer_committed(&batch, admitted, unrecorded);
                true
            }
            Err(CommitError::Raced) => {
                self.races = self.races.saturating_add(1);
                self.put_back(admitted, unrecorded);
                self.forget();
                false
            }
            Err(CommitError::Taken) => {
                self.cautious = CAUTIOUS_GROUPS;
                self.forget();
                if batch.asking == Asking::Unproven {
                    self.put_back(admitted, unrecorded);
                } else {
                    // Everything was asked and free: the tables contradict each other.
                    let told = "a unique key is taken that was free when it was asked for";
                    self.try_again(admitted, unrecorded, told);
                }
                false
            }
            Err(CommitError::Failed(error)) => {
                self.after_failure(&batch, admitted, unrecorded, error).await
            }
        }
    }
}

async fn signed(mut sealer: Sealer) -> Result<Sealer, SigningError> {
    if sealer.entries.is_empty() {
        return Ok(sealer);
    }
    // A key in memory keeps the cores busy and a device keeps waiting: neither on tokio's threads.
    let signed = tokio::task::spawn_blocking(move || sealer.sign().map(|()| sealer)).await;
    signed.unwrap_or_else(|error| Err(SigningError::Failed(error.to_string())))
}

fn flatten(
    outcome: Result<Result<(), CommitError>, tokio::task::JoinError>,
) -> Result<(), CommitError> {
    outcome.unwrap_or_else(|error| {
        Err(CommitError::Failed(sqlx::Error::Io(std::io::Error::other(error.to_string()))))
    })
}

fn answer(answers: impl Iterator<Item = Answer>) {
    for (sender, answer) in answers {
        // Nobody waits any more when the client has gone; what is recorded stands all the same.
        let _ = sender.send(answer);
    }
}

fn answer_committed(batch: &Batch, admitted: Vec<Pending>, unrecorded: Vec<(Pending, Untold)>) {
    let mut recorded = batch.entries.iter().map(super::seal::SealedEntry::recorded);
    for pending in admitted {
        let own = recorded.by_ref().take(pending.submission.events.len()).collect();
        let _ = pending.answer.send(Ok(own));
    }
    answer(unrecorded.into_iter().map(|(pending, told)| (pending.answer, told)));
}
