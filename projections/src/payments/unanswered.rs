//! How many payments of batches still wait for a bank.

use std::collections::BTreeMap;

use domain::ids::BatchId;
use ledger::LedgerId;
use sqlx::PgPool;
use uuid::Uuid;

use crate::error::{ProjectionError, Result};

/// Of each of these batches how many payments are on their way: neither credited nor given back by a bank, nor
/// reversed. A batch of which nothing was paid is absent, one for all of whose payments a bank has answered has 0.
///
/// # Errors
/// When the database fails, or a count is out of range.
pub async fn unanswered(
    pool: &PgPool,
    ledger: &LedgerId,
    batches: &[BatchId],
) -> Result<BTreeMap<BatchId, u32>> {
    let subjects: Vec<String> = batches.iter().map(|batch| batch.to_string()).collect();
    // The column of the batch has no index, and the links of the trail have one. Of the entries that touch a
    // batch, those that recorded its payments are rows of payments.
    let counts: Vec<(Uuid, i64)> = sqlx::query_as(
        "select p.batch, count(*) filter (
             where s.payment is null and b.payment is null and r.payment is null)
         from read_models.trail t
         join read_models.payments p on p.ledger_id = t.ledger_id and p.position = t.position
         left join read_models.settlements s on s.ledger_id = p.ledger_id and s.payment = p.payment
         left join read_models.returns b on b.ledger_id = p.ledger_id and b.payment = p.payment
         left join read_models.reversals r on r.ledger_id = p.ledger_id and r.payment = p.payment
         where t.ledger_id = $1 and t.subject_kind = 'batch' and t.subject = any($2)
             and p.batch is not null
         group by p.batch",
    )
    .bind(ledger.as_str())
    .bind(subjects)
    .fetch_all(pool)
    .await?;
    let too_many = |_| ProjectionError::out_of_range("count of payments of a batch");
    let waiting = counts.into_iter().map(|(batch, waiting)| {
        let waiting = u32::try_from(waiting).map_err(too_many);
        waiting.map(|waiting| (BatchId::from_uuid(batch), waiting))
    });
    waiting.collect()
}
