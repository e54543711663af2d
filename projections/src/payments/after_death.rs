//! Payments that were made, or pay for a month, after their recipient had died.

use std::collections::BTreeSet;

use ledger::LedgerId;
use sqlx::PgPool;

use crate::error::{ProjectionError, Result};

/// Whether a payment `p` comes after the day on which the person who received it died, as the reports stand: a
/// periodic payment where its last month begins after the month of that day, any other where it was made after
/// it.
///
/// What stands is found without sorting the reports of each person. Asked for alone it looks at every payment once:
/// some seconds where there are millions.
pub(super) const AFTER_DEATH: &str = "exists (
     select from read_models.deaths d
     where d.ledger_id = p.ledger_id and d.person = p.person
         and not exists (
             select from read_models.deaths later
             where later.ledger_id = d.ledger_id and later.person = d.person
                 and later.position > d.position)
         and case
             when p.month_to is null then p.occurred_on > d.died_on
             else p.month_to
                 > extract(year from d.died_on) * 12 + extract(month from d.died_on) - 1
         end)";

/// Those of these positions whose entries recorded a payment that comes after its recipient's death.
///
/// # Errors
/// When the database fails or holds a malformed row.
pub async fn after_death(
    pool: &PgPool,
    ledger: &LedgerId,
    positions: &[u64],
) -> Result<BTreeSet<u64>> {
    // Beyond the largest number that the database knows there is no entry.
    let asked: Vec<i64> =
        positions.iter().filter_map(|position| i64::try_from(*position).ok()).collect();
    let statement = format!(
        "select p.position from read_models.payments p
         where p.ledger_id = $1 and p.position = any($2) and {AFTER_DEATH}"
    );
    let found: Vec<i64> =
        sqlx::query_scalar(&statement).bind(ledger.as_str()).bind(asked).fetch_all(pool).await?;
    let wrong = |_| ProjectionError::Malformed { table: "payments", column: "position" };
    found.into_iter().map(|position| u64::try_from(position).map_err(wrong)).collect()
}
