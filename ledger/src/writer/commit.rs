//! Writing one group in one transaction. Its first statement moves the ledger's head from the old
//! (position, leaf) to the new by compare-and-swap, so at each position exactly one program wins.
//!
//! **The commit point is the COMMIT** (of the transaction, or of the single statement). A crash
//! before it leaves nothing of the group, after it everything: entries, requests, claims,
//! balances, commands, attachments.

use chrono::{DateTime, Utc};
use sqlx::{Acquire, Executor, PgConnection};

use super::copy::CopyRows;
use super::desk::{Asking, Changes, Generation};
use super::seal::{Placed, SealedEntry, Tail};
use crate::LedgerId;
use crate::effects::ClaimKey;
use crate::hash::Hash;

/// From this many entries on, COPY beats one statement over arrays (`make bench` shows both).
pub(super) const COPY_FROM: usize = 500;

/// One group, ready to be committed.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) ledger: LedgerId,
    pub(super) generation: Generation,
    /// What was asked before it was sealed.
    pub(super) asking: Asking,
    /// The tail that it was sealed onto.
    pub(super) before: (i64, Hash),
    /// The tail as it is afterwards.
    pub(super) after: Tail,
    pub(super) entries: Vec<SealedEntry>,
    pub(super) placed: Vec<Placed>,
    pub(super) changes: Changes,
}

/// Why a group was not committed, as far as the answer tells.
#[derive(Debug)]
pub(super) enum CommitError {
    /// Another program wrote first. Nothing of the group stands.
    Raced,
    /// A stream, request or claim that the group takes as new stands already. Nothing of the group
    /// stands.
    Taken,
    /// The database failed; whether the group stands is unknown until the head is read again.
    Failed(sqlx::Error),
}

impl From<sqlx::Error> for CommitError {
    fn from(error: sqlx::Error) -> Self {
        // 23505 is a unique violation. It cannot be the position, which the swapped head keeps free.
        let unique =
            error.as_database_error().is_some_and(|e| e.code().as_deref() == Some("23505"));
        if unique { Self::Taken } else { Self::Failed(error) }
    }
}

fn position(position: u64) -> i64 {
    // Positions stay below 2^53.
    i64::try_from(position).unwrap_or(i64::MAX)
}

impl Batch {
    /// Position of the last entry.
    pub(super) fn last(&self) -> i64 {
        position(self.after.next).saturating_sub(1)
    }

    fn recorded(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_micros(self.after.recorded.micros())
    }

    /// Commits the group on a connection of its own.
    pub(super) async fn commit(&self, connection: &mut PgConnection) -> Result<(), CommitError> {
        let small = self.entries.len() < COPY_FROM && self.changes.released.is_empty();
        if small {
            self.one_statement(connection).await
        } else {
            self.transaction(connection).await
        }
    }

    async fn transaction(&self, connection: &mut PgConnection) -> Result<(), CommitError> {
        let mut transaction = connection.begin().await?;
        self.write(&mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Everything but the commit, inside a transaction that the caller began.
    pub(super) async fn write(&self, connection: &mut PgConnection) -> Result<(), CommitError> {
        self.swap_head(connection).await?;
        self.copy_entries(connection).await?;
        self.write_claims(connection).await?;
        self.add_balances(connection).await?;
        self.copy_beside(connection).await?;
        Ok(())
    }

    async fn swap_head(&self, connection: &mut PgConnection) -> Result<(), CommitError> {
        let moved = sqlx::query(
            "update heads set position = $2, leaf = $3, recorded_at = $4, frontier = $5 \
             where ledger_id = $1 and position = $6 and leaf = $7",
        )
        .bind(self.ledger.as_str())
        .bind(self.last())
        .bind(&self.after.leaf.as_bytes()[..])
        .bind(self.recorded())
        .bind(self.after.frontier.to_bytes())
        .bind(self.before.0)
        .bind(&self.before.1.as_bytes()[..])
        .execute(connection)
        .await?
        .rows_affected();
        if moved == 1 { Ok(()) } else { Err(CommitError::Raced) }
    }

    async fn copy_entries(&self, connection: &mut PgConnection) -> Result<(), CommitError> {
        let mut rows = CopyRows::new();
        for entry in &self.entries {
            rows.row(12)
                .text(self.ledger.as_str())
                .bigint(position(entry.position))
                .text(entry.stream.kind())
                .text(entry.stream.id())
                .bigint(position(entry.sequence))
                .text(entry.event.as_str())
                .moment(entry.recorded.micros())
                .bytes(entry.request.as_bytes())
                .integer(i32::try_from(entry.payload_offset).unwrap_or(i32::MAX))
                .bytes(&entry.bytes)
                .bytes(entry.leaf.as_bytes())
                .bytes(&entry.signature.0);
        }
        copy(
            connection,
            "copy entries (ledger_id, position, stream_type, stream_id, sequence, event_type, recorded_at, \
             request_id, payload_offset, entry, leaf, signature) from stdin (format binary)",
            rows,
        )
        .await
    }

    async fn write_claims(&self, connection: &mut PgConnection) -> Result<(), CommitError> {
        if !self.changes.released.is_empty() {
            let released: Vec<&[u8]> =
                self.changes.released.iter().map(<ClaimKey>::as_slice).collect();
            sqlx::query(
                "delete from claims using unnest($2::bytea[]) as released(claim) \
                 where claims.ledger_id = $1 and claims.claim = released.claim",
            )
            .bind(self.ledger.as_str())
            .bind(released)
            .execute(&mut *connection)
            .await?;
        }
        if self.changes.claimed.is_empty() {
            return Ok(());
        }
        // In key order, so that the index is walked once from one end to the other.
        let mut claimed: Vec<_> = self.changes.claimed.iter().collect();
        claimed.sort_unstable();
        let mut rows = CopyRows::new();
        for (claim, at) in claimed {
            rows.row(3).text(self.ledger.as_str()).bytes(claim).bigint(position(*at));
        }
        copy(
            connection,
            "copy claims (ledger_id, claim, position) from stdin (format binary)",
            rows,
        )
        .await
    }

    async fn add_balances(&self, connection: &mut PgConnection) -> Result<(), CommitError> {
        let (accounts, units, amounts) = self.balances();
        sqlx::query(
            "insert into balances (ledger_id, account, unit, amount) \
             select $1, account, unit, amount from unnest($2::text[], $3::text[], $4::int8[]) as t(account, unit, amount) \
             on conflict (ledger_id, account, unit) do update set amount = balances.amount + excluded.amount",
        )
        .bind(self.ledger.as_str())
        .bind(accounts)
        .bind(units)
        .bind(amounts)
        .execute(connection)
        .await?;
        Ok(())
    }

    async fn copy_beside(&self, connection: &mut PgConnection) -> Result<(), CommitError> {
        let mut rows = CopyRows::new();
        for (request, at) in &self.changes.requests {
            rows.row(3).text(self.ledger.as_str()).bytes(request.as_bytes()).bigint(position(*at));
        }
        copy(
            connection,
            "copy requests (ledger_id, request_id, position) from stdin (format binary)",
            rows,
        )
        .await?;
        let mut attached = self.attachments().peekable();
        if attached.peek().is_some() {
            let mut rows = CopyRows::new();
            for (at, sealed) in attached {
                rows.row(3).text(self.ledger.as_str()).bigint(at).bytes(sealed);
            }
            copy(
                connection,
                "copy attachments (ledger_id, position, sealed) from stdin (format binary)",
                rows,
            )
            .await?;
        }
        for (hash, command) in self.commands() {
            // The hash names the bytes: a command that is kept already is the same one.
            sqlx::query("insert into commands (ledger_id, hash, command) values ($1, $2, $3) on conflict do nothing")
                .bind(self.ledger.as_str())
                .bind(hash)
                .bind(command)
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }

    /// The commands that entries name by their hash.
    fn commands(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.placed.iter().filter_map(|placed| {
            let command = placed.submission.command.as_deref()?;
            Some((&placed.command.as_ref()?.as_bytes()[..], command))
        })
    }

    /// Private details with the positions of their entries.
    fn attachments(&self) -> impl Iterator<Item = (i64, &[u8])> {
        self.placed.iter().flat_map(|placed| {
            let events = (placed.first..).zip(&placed.submission.events);
            events.filter_map(|(at, event)| Some((position(at), event.attachment.as_deref()?)))
        })
    }

    /// In key order: programs that write to the same accounts lock them in the same order.
    fn balances(&self) -> (Vec<&str>, Vec<&str>, Vec<i64>) {
        let mut balances: Vec<_> = self.changes.balances.iter().collect();
        balances.sort_unstable();
        let accounts = balances.iter().map(|((account, _), _)| account.as_str()).collect();
        let units = balances.iter().map(|((_, unit), _)| unit.as_str()).collect();
        (accounts, units, balances.iter().map(|(_, amount)| **amount).collect())
    }

    /// A small group as one statement: one round trip, committed by itself. Every insert stands
    /// under the swap of the head, so when it moves no row, nothing is written.
    async fn one_statement(&self, connection: &mut PgConnection) -> Result<(), CommitError> {
        const STATEMENT: &str = "\
with head as (update heads set position = $2, leaf = $3, recorded_at = $4, frontier = $5 \
    where ledger_id = $1 and position = $6 and leaf = $7 returning 1), \
entry as (insert into entries (ledger_id, position, stream_type, stream_id, sequence, event_type, recorded_at, \
    request_id, payload_offset, entry, leaf, signature) \
    select $1, t.* from unnest($8::int8[], $9::text[], $10::text[], $11::int8[], $12::text[], $13::timestamptz[], \
    $14::uuid[], $15::int4[], $16::bytea[], $17::bytea[], $18::bytea[]) as t where exists (select from head)), \
request as (insert into requests (ledger_id, request_id, position) \
    select $1, t.* from unnest($19::uuid[], $20::int8[]) as t where exists (select from head)), \
claim as (insert into claims (ledger_id, claim, position) \
    select $1, t.* from unnest($21::bytea[], $22::int8[]) as t where exists (select from head)), \
balance as (insert into balances (ledger_id, account, unit, amount) \
    select $1, t.* from unnest($23::text[], $24::text[], $25::int8[]) as t where exists (select from head) \
    on conflict (ledger_id, account, unit) do update set amount = balances.amount + excluded.amount), \
command as (insert into commands (ledger_id, hash, command) \
    select $1, t.* from unnest($26::bytea[], $27::bytea[]) as t where exists (select from head) \
    on conflict do nothing), \
attachment as (insert into attachments (ledger_id, position, sealed) \
    select $1, t.* from unnest($28::int8[], $29::bytea[]) as t where exists (select from head)) \
select count(*) from head";
        let e = &self.entries;
        let (accounts, units, amounts) = self.balances();
        let claimed: Vec<_> = self.changes.claimed.iter().collect();
        let time = |entry: &SealedEntry| DateTime::from_timestamp_micros(entry.recorded.micros());
        let moved: i64 = sqlx::query_scalar(STATEMENT)
            .bind(self.ledger.as_str())
            .bind(self.last())
            .bind(&self.after.leaf.as_bytes()[..])
            .bind(self.recorded())
            .bind(self.after.frontier.to_bytes())
            .bind(self.before.0)
            .bind(&self.before.1.as_bytes()[..])
            .bind(e.iter().map(|e| position(e.position)).collect::<Vec<_>>())
            .bind(e.iter().map(|e| e.stream.kind()).collect::<Vec<_>>())
            .bind(e.iter().map(|e| e.stream.id()).collect::<Vec<_>>())
            .bind(e.iter().map(|e| position(e.sequence)).collect::<Vec<_>>())
            .bind(e.iter().map(|e| e.event.as_str()).collect::<Vec<_>>())
            .bind(e.iter().map(time).collect::<Vec<Option<DateTime<Utc>>>>())
            .bind(e.iter().map(|e| e.request).collect::<Vec<_>>())
            .bind(
                e.iter()
                    .map(|e| i32::try_from(e.payload_offset).unwrap_or(i32::MAX))
                    .collect::<Vec<_>>(),
            )
            .bind(e.iter().map(|e| e.bytes.as_slice()).collect::<Vec<_>>())
            .bind(e.iter().map(|e| &e.leaf.as_bytes()[..]).collect::<Vec<_>>())
            .bind(e.iter().map(|e| &e.signature.0[..]).collect::<Vec<_>>())
            .bind(self.changes.requests.iter().map(|(request, _)| *request).collect::<Vec<_>>())
            .bind(self.changes.requests.iter().map(|(_, at)| position(*at)).collect::<Vec<_>>())
            .bind(claimed.iter().map(|(claim, _)| claim.as_slice()).collect::<Vec<_>>())
            .bind(claimed.iter().map(|(_, at)| position(**at)).collect::<Vec<_>>())
            .bind(accounts)
            .bind(units)
            .bind(amounts)
            .bind(self.commands().map(|(hash, _)| hash).collect::<Vec<_>>())
            .bind(self.commands().map(|(_, command)| command).collect::<Vec<_>>())
            .bind(self.attachments().map(|(at, _)| at).collect::<Vec<_>>())
            .bind(self.attachments().map(|(_, sealed)| sealed).collect::<Vec<_>>())
            .fetch_one(connection)
            .await?;
        if moved == 1 { Ok(()) } else { Err(CommitError::Raced) }
    }
}

async fn copy(
    connection: &mut PgConnection,
    statement: &str,
    rows: CopyRows,
) -> Result<(), CommitError> {
    let mut copy = connection.copy_in_raw(statement).await?;
    for piece in rows.finish() {
        copy.send(piece).await?;
    }
    copy.finish().await?;
    Ok(())
}

/// Takes the head's row lock, so that nobody else can append until the transaction ends.
pub(super) async fn hold_head(
    connection: &mut PgConnection,
    ledger: &LedgerId,
) -> Result<(), sqlx::Error> {
    connection
        .execute(
            sqlx::query("select 1 from heads where ledger_id = $1 for update")
                .bind(ledger.as_str()),
        )
        .await?;
    Ok(())
}
