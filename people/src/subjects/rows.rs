//! The SQL of `persons`, `households` and `accounts`, and nothing else: three tables of one shape,
//! so that the table's name is all that differs.
//!
//! Rows wanted by a list are joined by `cross join lateral (… limit 1)`: on a table without
//! statistics the planner answers `= any(…)` with a scan of the whole table.

use domain::ids::LedgerId;
use futures_util::stream::BoxStream;
use sqlx::PgPool;
use uuid::Uuid;

use super::{Kind, Lookup};

/// A row of somebody who is not forgotten.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) lookup: Lookup,
    pub(super) wrapped_key: Vec<u8>,
    pub(super) sealed: Vec<u8>,
}

/// A row as it is stored; all three texts are absent once it is forgotten.
#[derive(sqlx::FromRow)]
pub(super) struct StoredRow {
    pub(super) id: Uuid,
    lookup: Option<Vec<u8>>,
    wrapped_key: Option<Vec<u8>>,
    sealed: Option<Vec<u8>>,
}

/// What a stored row says about its subject.
pub(super) enum RowState {
    Live(Row),
    Forgotten,
    HalfForgotten,
}

impl StoredRow {
    pub(super) fn state(self) -> RowState {
        match (self.lookup, self.wrapped_key, self.sealed) {
            // A look-up of another length cannot be right; as zeros it is found to differ.
            (Some(lookup), Some(wrapped_key), Some(sealed)) => RowState::Live(Row {
                id: self.id,
                lookup: lookup.try_into().unwrap_or_default(),
                wrapped_key,
                sealed,
            }),
            (None, None, None) => RowState::Forgotten,
            _ => RowState::HalfForgotten,
        }
    }
}

/// The live rows with these keyed hashes, in no order.
pub(super) async fn by_lookups<K: Kind>(
    pool: &PgPool,
    ledger: &LedgerId,
    lookups: &[Lookup],
) -> sqlx::Result<Vec<StoredRow>> {
    let sql = format!(
        "select found.id, found.lookup, found.wrapped_key, found.sealed
         from unnest($2::bytea[]) as wanted (lookup)
         cross join lateral (
             select id, lookup, wrapped_key, sealed from {table}
             where {table}.ledger_id = $1 and {table}.lookup = wanted.lookup
             limit 1
         ) as found",
        table = K::TABLE
    );
    sqlx::query_as(&sql).bind(ledger.as_str()).bind(lookups).fetch_all(pool).await
}

/// The rows with these ids, forgotten ones too, in no order.
pub(super) async fn by_ids<K: Kind>(
    pool: &PgPool,
    ledger: &LedgerId,
    ids: &[Uuid],
) -> sqlx::Result<Vec<StoredRow>> {
    let sql = format!(
        "select found.id, found.lookup, found.wrapped_key, found.sealed
         from unnest($2::uuid[]) as wanted (id)
         cross join lateral (
             select id, lookup, wrapped_key, sealed from {table}
             where {table}.ledger_id = $1 and {table}.id = wanted.id
             limit 1
         ) as found",
        table = K::TABLE
    );
    sqlx::query_as(&sql).bind(ledger.as_str()).bind(ids).fetch_all(pool).await
}

/// Stores rows whose keyed hash nobody stored before, and says which. One statement, one
/// transaction. The rows come sorted by keyed hash, so that two programs that register the same
/// people wait for each other in one order and never in a circle.
///
/// An id that is taken already is passed over as well: only a seeded source makes one twice, after
/// its first owner was forgotten.
pub(super) async fn insert<K: Kind>(
    pool: &PgPool,
    ledger: &LedgerId,
    rows: &[&Row],
) -> sqlx::Result<Vec<Uuid>> {
    let sql = format!(
        "insert into {table} (ledger_id, id, lookup, wrapped_key, sealed)
         select $1, id, lookup, wrapped_key, sealed
         from unnest($2::uuid[], $3::bytea[], $4::bytea[], $5::bytea[])
              as registered (id, lookup, wrapped_key, sealed)
         on conflict do nothing
         returning id",
        table = K::TABLE
    );
    write(&sql, pool, ledger, rows).await
}

/// Stores records that were sealed again with a name, and says which. A row that was forgotten
/// meanwhile stays forgotten, because its key is no longer the one the record was sealed under; of
/// two programs that give a name at the same moment the later one's stays.
///
/// Written as an insert that always meets its row, since an update joined to a list would be
/// planned as a scan of the whole table for each row. Sorted like [`insert`].
pub(super) async fn replace<K: Kind>(
    pool: &PgPool,
    ledger: &LedgerId,
    rows: &[Row],
) -> sqlx::Result<Vec<Uuid>> {
    let sql = format!(
        "insert into {table} (ledger_id, id, lookup, wrapped_key, sealed)
         select $1, id, lookup, wrapped_key, sealed
         from unnest($2::uuid[], $3::bytea[], $4::bytea[], $5::bytea[])
              as resealed (id, lookup, wrapped_key, sealed)
         on conflict (ledger_id, id) do update set sealed = excluded.sealed
         where {table}.wrapped_key = excluded.wrapped_key
         returning id",
        table = K::TABLE
    );
    write(&sql, pool, ledger, &rows.iter().collect::<Vec<_>>()).await
}

async fn write(
    sql: &str,
    pool: &PgPool,
    ledger: &LedgerId,
    rows: &[&Row],
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar(sql)
        .bind(ledger.as_str())
        .bind(rows.iter().map(|row| row.id).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.lookup).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.wrapped_key.as_slice()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.sealed.as_slice()).collect::<Vec<_>>())
        .fetch_all(pool)
        .await
}

/// Destroys key, record and keyed hash of a live row; false where there was none. The id stays.
pub(super) async fn forget<K: Kind>(
    pool: &PgPool,
    ledger: &LedgerId,
    id: Uuid,
) -> sqlx::Result<bool> {
    let sql = format!(
        "update {table} set lookup = null, wrapped_key = null, sealed = null
         where ledger_id = $1 and id = $2 and wrapped_key is not null",
        table = K::TABLE
    );
    let done = sqlx::query(&sql).bind(ledger.as_str()).bind(id).execute(pool).await?;
    Ok(done.rows_affected() == 1)
}

/// The ids of all forgotten rows.
pub(super) async fn forgotten<K: Kind>(
    pool: &PgPool,
    ledger: &LedgerId,
) -> sqlx::Result<Vec<Uuid>> {
    let sql = format!(
        "select id from {table} where ledger_id = $1 and wrapped_key is null",
        table = K::TABLE
    );
    sqlx::query_scalar(&sql).bind(ledger.as_str()).fetch_all(pool).await
}

/// The statement that [`all`] runs; the caller keeps it for as long as it reads.
pub(super) fn select_all<K: Kind>() -> String {
    let table = K::TABLE;
    format!("select id, lookup, wrapped_key, sealed from {table} where ledger_id = $1 order by id")
}

/// Every row of a ledger as it arrives from the server, so that memory does not grow with the table.
pub(super) fn all<'a>(
    pool: &'a PgPool,
    ledger: &'a LedgerId,
    sql: &'a str,
) -> BoxStream<'a, sqlx::Result<StoredRow>> {
    sqlx::query_as(sql).bind(ledger.as_str()).fetch(pool)
}

/// The live row with the smallest id: the same one each time.
pub(super) async fn first<K: Kind>(
    pool: &PgPool,
    ledger: &LedgerId,
) -> sqlx::Result<Option<StoredRow>> {
    let sql = format!(
        "select id, lookup, wrapped_key, sealed from {table}
         where ledger_id = $1 and wrapped_key is not null order by id limit 1",
        table = K::TABLE
    );
    sqlx::query_as(&sql).bind(ledger.as_str()).fetch_optional(pool).await
}
