//! Checkpoints in the database.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use super::SignedCheckpoint;
use crate::LedgerId;
use crate::checkpoint::Checkpoint;
use crate::clock::Moment;
use crate::hash::Hash;
use crate::reader::ReadError;

/// A checkpoint that is kept for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptCheckpoint {
    /// The signed note, with the ledger's own signature lines.
    pub signed: SignedCheckpoint,
    /// Signature lines of witnesses, without line breaks, by witness.
    pub cosignatures: Vec<String>,
}

impl KeptCheckpoint {
    /// The note with everybody's signature lines.
    pub fn note(&self) -> String {
        let mut note = self.signed.note.clone();
        for line in &self.cosignatures {
            note.push_str(line);
            note.push('\n');
        }
        note
    }
}

fn number(number: u64) -> i64 {
    // Sizes stay below 2^53.
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn moment(moment: Moment) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(moment.micros())
}

/// Columns of both tables, in the order that [`read`] takes them.
const COLUMNS: &str = "size, root, note, (extract(epoch from signed_at) * 1000000)::bigint";

fn read(row: &PgRow, origin: &str) -> Result<SignedCheckpoint, ReadError> {
    let size = u64::try_from(row.try_get::<i64, _>(0)?);
    let size = size.map_err(|_| ReadError::Damaged("a checkpoint's size"))?;
    let root = Hash::from_slice(row.try_get::<&[u8], _>(1)?);
    let root = root.ok_or(ReadError::Damaged("a checkpoint's root"))?;
    let signed_at = Moment::from_micros(row.try_get(3)?);
    Ok(SignedCheckpoint {
        checkpoint: Checkpoint { origin: origin.to_owned(), size, root },
        note: row.try_get(2)?,
        signed_at: signed_at.ok_or(ReadError::Damaged("a checkpoint's time"))?,
    })
}

/// The latest checkpoint; `None` before the first. The note is not checked here.
///
/// # Errors
/// When the database fails or the row is damaged.
pub async fn latest(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    origin: &str,
) -> Result<Option<SignedCheckpoint>, ReadError> {
    let statement = format!("select {COLUMNS} from latest_checkpoints where ledger_id = $1");
    let row = sqlx::query(&statement).bind(ledger.as_str()).fetch_optional(connection).await?;
    row.map(|row| read(&row, origin)).transpose()
}

/// All checkpoints that are kept for ever, by size, with their cosignatures.
///
/// # Errors
/// When the database fails or a row is damaged.
pub async fn kept(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    origin: &str,
) -> Result<Vec<KeptCheckpoint>, ReadError> {
    let statement = format!(
        "select {COLUMNS}, array(select line from cosignatures as c \
         where c.ledger_id = k.ledger_id and c.size = k.size order by witness, key_hash) \
         from kept_checkpoints as k where ledger_id = $1 order by size"
    );
    let rows = sqlx::query(&statement).bind(ledger.as_str()).fetch_all(connection).await?;
    rows.iter()
        .map(|row| Ok(KeptCheckpoint { signed: read(row, origin)?, cosignatures: row.try_get(4)? }))
        .collect()
}

/// The newest checkpoint that a witness has cosigned, if it stands over more than `position` entries.
///
/// # Errors
/// When the database fails or a row is damaged.
pub async fn newest_cosigned(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    origin: &str,
    position: u64,
) -> Result<Option<KeptCheckpoint>, ReadError> {
    let statement = format!(
        "select {COLUMNS} from kept_checkpoints as k where ledger_id = $1 and size > $2 and exists \
         (select from cosignatures as c where c.ledger_id = k.ledger_id and c.size = k.size) \
         order by size desc limit 1"
    );
    let row = sqlx::query(&statement).bind(ledger.as_str()).bind(number(position));
    let Some(row) = row.fetch_optional(&mut *connection).await? else { return Ok(None) };
    let signed = read(&row, origin)?;
    let cosignatures = cosignatures(connection, ledger, signed.checkpoint.size).await?;
    Ok(Some(KeptCheckpoint { signed, cosignatures }))
}

/// Signature lines of witnesses under the checkpoint of that size, without line breaks.
///
/// # Errors
/// When the database fails.
pub async fn cosignatures(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    size: u64,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "select line from cosignatures where ledger_id = $1 and size = $2 order by witness, key_hash",
    )
    .bind(ledger.as_str())
    .bind(number(size))
    .fetch_all(connection)
    .await
}

/// Moves the latest checkpoint from `before` to `next` by compare-and-swap; false when it is not
/// `before` any more. The last checkpoint of a day (Asia/Shanghai) is kept for ever.
///
/// # Errors
/// When the database fails.
pub async fn advance(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    before: Option<&Checkpoint>,
    next: &SignedCheckpoint,
) -> Result<bool, sqlx::Error> {
    let Some(before) = before else {
        let inserted = sqlx::query(
            "insert into latest_checkpoints (ledger_id, size, root, note, signed_at) \
             values ($1, $2, $3, $4, $5) on conflict do nothing",
        );
        return Ok(bound(inserted, ledger, next).execute(connection).await?.rows_affected() == 1);
    };
    let moved = sqlx::query(
        "with before as ( \
             select * from latest_checkpoints where ledger_id = $1 and size = $6 and root = $7 for update \
         ), last_of_its_day as ( \
             insert into kept_checkpoints (ledger_id, size, root, note, signed_at) \
             select ledger_id, size, root, note, signed_at from before \
             where (signed_at at time zone 'Asia/Shanghai')::date \
                 < ($5 at time zone 'Asia/Shanghai')::date \
             on conflict do nothing \
         ) \
         update latest_checkpoints as l set size = $2, root = $3, note = $4, signed_at = $5 \
         from before where l.ledger_id = before.ledger_id",
    );
    let moved = bound(moved, ledger, next)
        .bind(number(before.size))
        .bind(before.root.as_bytes().to_vec())
        .execute(connection)
        .await?;
    Ok(moved.rows_affected() == 1)
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

fn bound<'q>(query: Query<'q>, ledger: &LedgerId, next: &SignedCheckpoint) -> Query<'q> {
    query
        .bind(ledger.as_str().to_owned())
        .bind(number(next.checkpoint.size))
        .bind(next.checkpoint.root.as_bytes().to_vec())
        .bind(next.note.clone())
        .bind(moment(next.signed_at))
}

/// Keeps a checkpoint for ever together with what witnesses signed under it. Each cosignature is
/// the key name, the key id and the signature line. Doing it again changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn keep_cosigned(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    signed: &SignedCheckpoint,
    cosignatures: &[(String, [u8; 4], String)],
    now: Moment,
) -> Result<(), sqlx::Error> {
    let mut transaction = sqlx::Connection::begin(connection).await?;
    let kept = sqlx::query(
        "insert into kept_checkpoints (ledger_id, size, root, note, signed_at) \
         values ($1, $2, $3, $4, $5) on conflict do nothing",
    );
    bound(kept, ledger, signed).execute(&mut *transaction).await?;
    for (witness, key_hash, line) in cosignatures {
        sqlx::query(
            "insert into cosignatures (ledger_id, size, witness, key_hash, line, received_at) \
             values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        )
        .bind(ledger.as_str())
        .bind(number(signed.checkpoint.size))
        .bind(witness)
        .bind(key_hash.as_slice())
        .bind(line)
        .bind(moment(now))
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await
}
