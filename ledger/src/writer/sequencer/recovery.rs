//! What the writer does when a commit fails, the database is away, or another program wrote first.

use std::sync::Arc;
use std::time::Duration;

use sqlx::{Connection, PgConnection};

use super::{
    Disturbed, Group, Pending, Sequencer, SubmitError, Untold, WriterParts, answer,
    answer_committed,
};
use crate::reader::{self, ReadError};
use crate::writer::commit::{Batch, CommitError, hold_head};
use crate::writer::seal::Tail;

/// A submission whose commit fails this often for another reason than a race is given up.
const MOST_FAILURES: u32 = 3;
/// How often, and how long apart, the head is asked for when the database does not answer.
const RELOADS: [Duration; 6] = [
    Duration::ZERO,
    Duration::from_millis(100),
    Duration::from_millis(300),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
];
impl Sequencer {
    /// The connection or the database failed: the head tells whether the group stands.
    pub(super) async fn after_failure(
        &mut self,
        batch: &Batch,
        admitted: Vec<Pending>,
        unrecorded: Vec<(Pending, Untold)>,
        error: sqlx::Error,
    ) -> bool {
        tracing::warn!(ledger = %self.parts.ledger, %error, "a commit failed; reading the head again");
        self.forget();
        match self.stands(batch).await {
            Ok(true) => {
                self.committed.send_replace(batch.after.next);
                answer_committed(batch, admitted, unrecorded);
                false
            }
            Ok(false) => {
                self.try_again(admitted, unrecorded, &error.to_string());
                false
            }
            Err(unknown) => {
                let lost = || SubmitError::OutcomeUnknown(unknown.to_string());
                answer(admitted.into_iter().map(|pending| (pending.answer, Err(lost()))));
                self.put_back(Vec::new(), unrecorded);
                false
            }
        }
    }

    /// Lets a group that failed wait again, but for what has failed too often: that is given up.
    pub(super) fn try_again(
        &mut self,
        failed: Vec<Pending>,
        unrecorded: Vec<(Pending, Untold)>,
        why: &str,
    ) {
        let (mut again, mut given_up) = (Vec::new(), Vec::new());
        for mut pending in failed {
            pending.failures = pending.failures.saturating_add(1);
            let list = if pending.failures > MOST_FAILURES { &mut given_up } else { &mut again };
            list.push(pending);
        }
        let told = SubmitError::Unavailable(why.to_owned());
        answer(given_up.into_iter().map(|pending| (pending.answer, Err(told.clone()))));
        self.put_back(again, unrecorded);
    }

    /// Whether the group's last entry stands where the group put it.
    async fn stands(&self, batch: &Batch) -> Result<bool, ReadError> {
        let mut last = ReadError::Damaged("heads");
        for pause in RELOADS {
            tokio::time::sleep(pause).await;
            match self.leaf_at(batch.last()).await {
                Ok(leaf) => return Ok(leaf == Some(batch.after.leaf)),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn leaf_at(&self, position: i64) -> Result<Option<crate::hash::Hash>, ReadError> {
        let mut connection = self.acquire().await?;
        let position = u64::try_from(position).map_err(|_| ReadError::Damaged("heads.position"))?;
        let entry = reader::entry(&mut connection, &self.parts.ledger, position).await;
        if entry.is_err() {
            drop(connection.detach());
        }
        Ok(entry?.map(|entry| entry.leaf))
    }

    /// Nothing known is certain any more.
    pub(super) fn forget(&mut self) {
        self.desk.clear();
        self.tail = None;
    }

    /// Reads the head. False when the database does not answer: then everybody who waits is told.
    pub(super) async fn reload(&mut self) -> bool {
        let mut last = String::new();
        for pause in RELOADS {
            tokio::time::sleep(pause).await;
            match self.read_head().await {
                Ok(tail) => {
                    self.tail = Some(tail);
                    return true;
                }
                Err(error) => last = error.to_string(),
            }
        }
        tracing::error!(ledger = %self.parts.ledger, error = %last, "the head cannot be read");
        answer(
            self.waiting
                .drain(..)
                .map(|pending| (pending.answer, Err(SubmitError::Unavailable(last.clone())))),
        );
        false
    }

    async fn read_head(&self) -> Result<Tail, ReadError> {
        let mut connection = self.acquire().await?;
        let tail = read_tail(&mut connection, &self.parts).await;
        if tail.is_err() {
            drop(connection.detach());
        }
        tail
    }

    pub(super) fn disturbed(&mut self, disturbed: &Disturbed, group: Vec<Pending>) {
        self.forget();
        match disturbed {
            Disturbed::Raced => {
                self.races = self.races.saturating_add(1);
                self.put_back(group, Vec::new());
            }
            Disturbed::Failed(error) => self.try_again(group, Vec::new(), &error.to_string()),
            Disturbed::ClockAway { machine, server } => {
                let told = SubmitError::ClockAway { machine: *machine, server: *server };
                answer(group.into_iter().map(|pending| (pending.answer, Err(told.clone()))));
            }
            Disturbed::NotSigned(error) => {
                tracing::error!(ledger = %self.parts.ledger, %error, "nothing can be signed");
                let told = SubmitError::NotSigned(error.clone());
                answer(group.into_iter().map(|pending| (pending.answer, Err(told.clone()))));
            }
        }
    }

    /// Takes the head's row lock, then reads, prepares and commits one group under it. Nobody can
    /// win against it, so a large submission is not starved by small ones of other programs.
    pub(super) async fn commit_holding_head(&mut self) {
        self.forget();
        let group = self.take_group();
        match self.held(group).await {
            Ok(()) => self.races = 0,
            Err((disturbed, group)) => self.disturbed(&disturbed, group),
        }
    }

    async fn held(&mut self, group: Vec<Pending>) -> Result<(), (Disturbed, Vec<Pending>)> {
        let mut connection = match self.acquire().await {
            Ok(connection) => connection,
            Err(error) => return Err((Disturbed::Failed(error), group)),
        };
        let mut transaction = match connection.begin().await {
            Ok(transaction) => transaction,
            Err(error) => return Err((Disturbed::Failed(error), group)),
        };
        if let Err(error) = hold_head(&mut transaction, &self.parts.ledger).await {
            return Err((Disturbed::Failed(error), group));
        }
        match read_tail(&mut transaction, &self.parts).await {
            Ok(tail) => self.tail = Some(tail),
            Err(ReadError::Database(error)) => return Err((Disturbed::Failed(error), group)),
            Err(ReadError::Damaged(_)) => return Err((Disturbed::Raced, group)),
        }
        let Group { batch, admitted, unrecorded } = self.prepare(group, None).await?;
        let outcome = if batch.entries.is_empty() {
            Ok(())
        } else {
            match batch.write(&mut transaction).await {
                Ok(()) => transaction.commit().await.map_err(CommitError::from),
                Err(error) => Err(error),
            }
        };
        self.tail = Some(batch.after.clone());
        self.settle_outcome(Arc::new(batch), admitted, unrecorded, outcome).await;
        Ok(())
    }
}

async fn read_tail(connection: &mut PgConnection, parts: &WriterParts) -> Result<Tail, ReadError> {
    let head = reader::head(connection, &parts.ledger).await?;
    let head = head.ok_or(ReadError::Damaged("heads: the ledger is not open"))?;
    // Read after the head: should another program change keys or roles in between, this tail does not
    // stand any more, and the swap of the head says so.
    let keys = reader::keys(connection, &parts.ledger).await?;
    let access = reader::access(connection, &parts.ledger, &*parts.rules, &keys, head.size).await?;
    Ok(Tail {
        next: head.size,
        leaf: head.leaf,
        recorded: head.recorded,
        frontier: head.frontier,
        keys: Arc::new(keys),
        access: Arc::new(access),
    })
}
