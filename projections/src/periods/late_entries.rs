//! What was recorded for a month that stood closed.

use std::collections::BTreeSet;

use domain::calendar::Month;
use ledger::LedgerId;
use sqlx::PgPool;

use super::LATE_ENTRIES;
use crate::error::{ProjectionError, Result};
use crate::trail::{LONGEST_PAGE, Trail};

/// The first entries after a position that were recorded late for a month, at most [`LONGEST_PAGE`], in order of
/// position. They stay late when the month is opened again.
///
/// # Errors
/// When the database fails or holds a malformed row.
pub async fn late(
    pool: &PgPool,
    ledger: &LedgerId,
    month: Month,
    first: u32,
    after: Option<u64>,
) -> Result<Trail> {
    let after = after.map_or(-1, |after| i64::try_from(after).unwrap_or(i64::MAX));
    let first = first.min(LONGEST_PAGE);
    let positions: Vec<i64> = sqlx::query_scalar(
        "select position from read_models.late_entries
         where ledger_id = $1 and month = $2 and position > $3 order by position limit $4",
    )
    .bind(ledger.as_str())
    .bind(month.index())
    .bind(after)
    // One more than asked for tells whether more follow.
    .bind(i64::from(first).saturating_add(1))
    .fetch_all(pool)
    .await?;
    Trail::page(&LATE_ENTRIES, positions, first)
}

/// How many entries were recorded late for a month.
///
/// # Errors
/// When the database fails.
pub async fn late_count(pool: &PgPool, ledger: &LedgerId, month: Month) -> Result<u64> {
    let count: i64 = sqlx::query_scalar(
        "select count(*) from read_models.late_entries where ledger_id = $1 and month = $2",
    )
    .bind(ledger.as_str())
    .bind(month.index())
    .fetch_one(pool)
    .await?;
    u64::try_from(count).map_err(|_| ProjectionError::out_of_range("count of late entries"))
}

/// Those of these positions whose entries were recorded late, for whichever month.
///
/// # Errors
/// When the database fails or holds a malformed row.
pub async fn are_late(
    pool: &PgPool,
    ledger: &LedgerId,
    positions: &[u64],
) -> Result<BTreeSet<u64>> {
    // Beyond the largest number that the database knows there is no entry.
    let asked: Vec<i64> =
        positions.iter().filter_map(|position| i64::try_from(*position).ok()).collect();
    let found: Vec<i64> = sqlx::query_scalar(
        "select position from read_models.late_entries where ledger_id = $1 and position = any($2)",
    )
    .bind(ledger.as_str())
    .bind(asked)
    .fetch_all(pool)
    .await?;
    let wrong = |_| ProjectionError::Malformed { table: "late_entries", column: "position" };
    found.into_iter().map(|position| u64::try_from(position).map_err(wrong)).collect()
}
