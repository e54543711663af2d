//! Entries by position.

use futures_util::TryStreamExt;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use crate::LedgerId;
use crate::access::Access;
use crate::clock::Moment;
use crate::effects::Rules;
use crate::hash::Hash;
use crate::key::SignatureBytes;
use crate::keys::{KeyEntry, KeyHistory};
use crate::opened::{LEDGER_STREAM, ledger_stream};
use crate::tree::Frontier;

/// One row of the entries table: the entry's bytes with what stands beside them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEntry {
    /// Position as the row's key says.
    pub position: u64,
    /// The entry's bytes.
    pub bytes: Vec<u8>,
    /// Leaf hash as stored.
    pub leaf: Hash,
    /// Signature as stored.
    pub signature: SignatureBytes,
}

/// The tail of a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// How many entries there are.
    pub size: u64,
    /// Leaf hash of the last; zero before the first.
    pub leaf: Hash,
    /// Time of the last.
    pub recorded: Moment,
    /// The Merkle tree over all of them.
    pub frontier: Frontier,
}

/// Why the database's answer could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A stored value is not what the schema promises.
    #[error("{0} is damaged")]
    Damaged(&'static str),
}

/// All ledgers of this database, by id.
///
/// # Errors
/// When the database fails or holds an id that is none.
pub async fn ledgers(connection: &mut PgConnection) -> Result<Vec<LedgerId>, ReadError> {
    let rows = sqlx::query("select ledger_id from heads where position >= 0 order by ledger_id")
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            let id: String = row.try_get(0)?;
            LedgerId::parse(&id).map_err(|_| ReadError::Damaged("heads.ledger_id"))
        })
        .collect()
}

/// All ledgers that any table of the chain speaks of, by id: also those whose head is gone, which
/// [`ledgers`] does not know.
///
/// # Errors
/// When the database fails or holds an id that is none.
pub async fn mentioned(connection: &mut PgConnection) -> Result<Vec<LedgerId>, ReadError> {
    let ids: Vec<String> = sqlx::query_scalar(
        "select ledger_id from heads where position >= 0 union select ledger_id from latest_checkpoints \
         union select ledger_id from entries where position = 0 order by 1",
    )
    .fetch_all(connection)
    .await?;
    ids.iter()
        .map(|id| LedgerId::parse(id).map_err(|_| ReadError::Damaged("a ledger's id")))
        .collect()
}

/// The ledger's tail; `None` if it was never opened.
///
/// # Errors
/// When the database fails or the row is damaged.
pub async fn head(
    connection: &mut PgConnection,
    ledger: &LedgerId,
) -> Result<Option<Head>, ReadError> {
    let row = sqlx::query(
        "select position, leaf, (extract(epoch from recorded_at) * 1000000)::bigint, frontier \
         from heads where ledger_id = $1",
    )
    .bind(ledger.as_str())
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let size = row.try_get::<i64, _>(0)?.checked_add(1).and_then(|n| u64::try_from(n).ok());
        let size = size.ok_or(ReadError::Damaged("heads.position"))?;
        let leaf = Hash::from_slice(row.try_get::<&[u8], _>(1)?);
        let micros = row.try_get::<Option<i64>, _>(2)?.unwrap_or_default();
        Ok(Head {
            size,
            leaf: leaf.ok_or(ReadError::Damaged("heads.leaf"))?,
            recorded: Moment::from_micros(micros).ok_or(ReadError::Damaged("heads.recorded_at"))?,
            frontier: Frontier::from_bytes(size, row.try_get::<&[u8], _>(3)?)
                .ok_or(ReadError::Damaged("heads.frontier"))?,
        })
    })
    .transpose()
}

/// The entry at a position; `None` beyond the end.
///
/// # Errors
/// When the database fails or the row is damaged.
pub async fn entry(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    position: u64,
) -> Result<Option<StoredEntry>, ReadError> {
    Ok(entries(connection, ledger, &[position]).await?.pop())
}

/// The entries at these positions, in position order; absent ones are left out.
///
/// # Errors
/// When the database fails or a row is damaged.
pub async fn entries(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    positions: &[u64],
) -> Result<Vec<StoredEntry>, ReadError> {
    let positions: Vec<i64> = positions.iter().filter_map(|p| i64::try_from(*p).ok()).collect();
    sqlx::query(
        "select position, entry, leaf, signature from entries \
         where ledger_id = $1 and position = any($2) order by position",
    )
    .bind(ledger.as_str())
    .bind(positions)
    .fetch(connection)
    .map_err(ReadError::from)
    .and_then(|row| async move { stored(&row) })
    .try_collect()
    .await
}

/// The entries of one stream, in order.
///
/// # Errors
/// When the database fails or a row is damaged.
pub async fn stream(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    stream: &crate::StreamId,
) -> Result<Vec<StoredEntry>, ReadError> {
    sqlx::query(
        "select position, entry, leaf, signature from entries \
         where ledger_id = $1 and stream_type = $2 and stream_id = $3 order by sequence",
    )
    .bind(ledger.as_str())
    .bind(stream.kind())
    .bind(stream.id())
    .fetch(connection)
    .map_err(ReadError::from)
    .and_then(|row| async move { stored(&row) })
    .try_collect()
    .await
}

/// How many entries the ledger's own stream has.
///
/// # Errors
/// When the database fails.
pub async fn own_entries(
    connection: &mut PgConnection,
    ledger: &LedgerId,
) -> Result<u64, ReadError> {
    let last: Option<i64> = sqlx::query_scalar(
        "select max(sequence) from entries where ledger_id = $1 and stream_type = $2 and stream_id = $1",
    )
    .bind(ledger.as_str())
    .bind(LEDGER_STREAM)
    .fetch_one(connection)
    .await?;
    Ok(last.and_then(|last| u64::try_from(last).ok()).unwrap_or_default())
}

/// The ledger's keys as the entries of its own stream tell them. A change whose signature does not
/// verify, or that does not count for another reason, changes nothing here: to find it is for
/// [`crate::verify`].
///
/// # Errors
/// When the database fails or a row is damaged.
pub async fn keys(
    connection: &mut PgConnection,
    ledger: &LedgerId,
) -> Result<KeyHistory, ReadError> {
    let own = ledger_stream(ledger).map_err(|_| ReadError::Damaged("the ledger's id"))?;
    let mut history = KeyHistory::new(ledger.clone());
    for stored in stream(connection, ledger, &own).await? {
        let damaged = |_| ReadError::Damaged("an entry of the ledger's own stream");
        let view = crate::entry::parse(&stored.bytes).map_err(damaged)?;
        let entry = KeyEntry {
            position: stored.position,
            stream: &view.stream,
            event: view.event.as_str(),
            payload: view.payload,
            signed_by: view.signed_by,
        };
        let signer = history.signer_for(entry.stream, entry.event, entry.payload);
        let leaf = crate::hash::leaf(&stored.bytes);
        let signed = signer.is_some_and(|signer| signer.signed_leaf(&leaf, &stored.signature));
        let taken = if signed { history.take(&entry) } else { history.pass_over(&entry) };
        if let Err(refusal) = taken {
            tracing::warn!(%ledger, position = stored.position, %refusal, "a change of keys does not count");
        }
    }
    Ok(history)
}

/// Who may record what after so many entries, as those tell whose streams change it. A change that would
/// leave nobody to give roles changes nothing; `verify` reports it.
///
/// # Errors
/// When the database fails, or such an entry cannot be read or is not signed by the key of its position:
/// passing over it could leave somebody a role that was withdrawn.
pub async fn access(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    rules: &dyn Rules,
    keys: &KeyHistory,
    size: u64,
) -> Result<Access, ReadError> {
    let mut access = Access::default();
    let types: Vec<&str> = rules.access_streams().to_vec();
    if types.is_empty() {
        return Ok(access);
    }
    let mut rows = sqlx::query(
        "select position, entry, leaf, signature from entries \
         where ledger_id = $1 and stream_type = any($2) and position < $3 order by position",
    )
    .bind(ledger.as_str())
    .bind(types)
    .bind(i64::try_from(size).unwrap_or(i64::MAX))
    .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        let entry = stored(&row)?;
        let damaged = || ReadError::Damaged("an entry about officers");
        let leaf = crate::hash::leaf(&entry.bytes);
        let signer = keys.signer_of(entry.position);
        if !signer.is_some_and(|signer| signer.signed_leaf(&leaf, &entry.signature)) {
            return Err(damaged());
        }
        let view = crate::entry::parse(&entry.bytes).map_err(|_| damaged())?;
        let effects = rules.effects(&view.stream, &view.event, view.payload);
        let changes = effects.map_err(|_| damaged())?.access;
        if let Err(refusal) = access.take(&changes) {
            tracing::warn!(%ledger, position = entry.position, %refusal, "a change of roles does not count");
        }
    }
    Ok(access)
}

/// The entries of many streams, in stream order as asked and then by sequence. Asked in few round
/// trips; meant for streams of few entries.
///
/// # Errors
/// When the database fails or a row is damaged.
pub async fn streams(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    streams: &[crate::StreamId],
) -> Result<Vec<StoredEntry>, ReadError> {
    let mut entries = Vec::with_capacity(streams.len());
    for some in streams.chunks(10_000) {
        let rows = sqlx::query(
            "select found.position, found.entry, found.leaf, found.signature \
             from unnest($2::text[], $3::text[]) with ordinality as asked(kind, id, n) \
             cross join lateral (select position, sequence, entry, leaf, signature from entries \
                 where ledger_id = $1 and stream_type = asked.kind and stream_id = asked.id) as found \
             order by asked.n, found.sequence",
        )
        .bind(ledger.as_str())
        .bind(some.iter().map(crate::StreamId::kind).collect::<Vec<_>>())
        .bind(some.iter().map(crate::StreamId::id).collect::<Vec<_>>())
        .fetch_all(&mut *connection)
        .await?;
        for row in rows {
            entries.push(stored(&row)?);
        }
    }
    Ok(entries)
}

/// The first entries of all streams of one type, in position order. Meant for types of few streams.
///
/// # Errors
/// When the database fails or a row is damaged.
pub async fn first_entries(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    stream_type: &str,
) -> Result<Vec<StoredEntry>, ReadError> {
    sqlx::query(
        "select position, entry, leaf, signature from entries \
         where ledger_id = $1 and stream_type = $2 and sequence = 1 order by position",
    )
    .bind(ledger.as_str())
    .bind(stream_type)
    .fetch(connection)
    .map_err(ReadError::from)
    .and_then(|row| async move { stored(&row) })
    .try_collect()
    .await
}

/// The position of the first entry that was recorded for a request; `None` where none was.
///
/// # Errors
/// When the database fails or the row is damaged.
pub async fn request(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    request: Uuid,
) -> Result<Option<u64>, ReadError> {
    let position: Option<i64> = sqlx::query_scalar(
        "select position from requests where ledger_id = $1 and request_id = $2",
    )
    .bind(ledger.as_str())
    .bind(request)
    .fetch_optional(connection)
    .await?;
    let position = position.map(u64::try_from).transpose();
    position.map_err(|_| ReadError::Damaged("requests.position"))
}

/// The bytes that are kept for a command's hash; `None` where there are none.
///
/// # Errors
/// When the database fails.
pub async fn command(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    hash: &Hash,
) -> Result<Option<Vec<u8>>, ReadError> {
    let kept =
        sqlx::query_scalar("select command from commands where ledger_id = $1 and hash = $2")
            .bind(ledger.as_str())
            .bind(&hash.as_bytes()[..])
            .fetch_optional(connection)
            .await?;
    Ok(kept)
}

/// Sealed private details beside these entries; entries without any are left out.
///
/// # Errors
/// When the database fails.
pub async fn attachments(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    positions: &[u64],
) -> Result<Vec<(u64, Vec<u8>)>, ReadError> {
    let positions: Vec<i64> = positions.iter().filter_map(|p| i64::try_from(*p).ok()).collect();
    let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as(
        "select position, sealed from attachments where ledger_id = $1 and position = any($2) order by position",
    )
    .bind(ledger.as_str())
    .bind(positions)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(position, sealed)| (position.unsigned_abs(), sealed)).collect())
}

fn stored(row: &sqlx::postgres::PgRow) -> Result<StoredEntry, ReadError> {
    let position = u64::try_from(row.try_get::<i64, _>(0)?);
    let signature = <[u8; 64]>::try_from(row.try_get::<&[u8], _>(3)?);
    Ok(StoredEntry {
        position: position.map_err(|_| ReadError::Damaged("entries.position"))?,
        bytes: row.try_get(1)?,
        leaf: Hash::from_slice(row.try_get::<&[u8], _>(2)?)
            .ok_or(ReadError::Damaged("entries.leaf"))?,
        signature: SignatureBytes(signature.map_err(|_| ReadError::Damaged("entries.signature"))?),
    })
}
