//! Totals as the program asks for them: columns kept in memory for each ledger, read on as needed.

use std::collections::HashMap;
use std::sync::Arc;

use ledger::LedgerId;
use sqlx::PgPool;
use tokio::sync::{Mutex, OwnedRwLockReadGuard, RwLock};

use super::answer::together;
use super::columns::{Columns, NEVER};
use super::fold::fold;
use super::plan::Plan;
use super::received::received;
use super::{Answer, Dimension, Measure, TotalsFilter};
use crate::error::ProjectionError;
use crate::session::Session;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum TotalsError {
    /// A position means something in one ledger only.
    #[error("asOf 须恰好指定一个账本 / asOf needs exactly one ledger")]
    AsOfNeedsOneLedger,
    /// The read models have not come as far as was asked.
    #[error(
        "asOf 位置 {asked} 尚未记录或尚未汇总 / asOf position {asked} lies beyond what is recorded and projected"
    )]
    AsOfNotReached {
        /// What was asked for.
        asked: u64,
        /// Where the read models stand; `None` where they hold nothing.
        reached: Option<u64>,
    },
    /// The sum is more than any amount that can be told.
    #[error("合计超出范围 / the sum is out of range")]
    SumTooLarge,
    /// The read models could not be read.
    #[error(transparent)]
    Projection(#[from] ProjectionError),
    /// The computation was cut short because the program is stopping.
    #[error("the program is stopping")]
    Stopping,
}

type Held = Arc<RwLock<Columns>>;

/// Answers questions about totals. One for each program: it holds the payments of every ledger that
/// was asked about in memory, about fifty bytes a payment.
#[derive(Debug)]
pub struct Totals {
    pool: PgPool,
    held: Mutex<HashMap<LedgerId, Held>>,
}

impl Totals {
    /// Holds nothing yet; the first question about a ledger loads it, about a million payments a second.
    pub fn new(pool: PgPool) -> Self {
        Self { pool, held: Mutex::new(HashMap::new()) }
    }

    /// Answers from what the read models hold at this moment; bringing them up to the entries first
    /// is the projector's business. A ledger that does not exist counts as one without payments.
    ///
    /// # Errors
    /// When `as_of` names no or several ledgers or a position not reached, a sum is out of range, or
    /// the database fails.
    pub async fn answer(
        &self,
        filter: TotalsFilter,
        group_by: Vec<Dimension>,
    ) -> Result<Answer, TotalsError> {
        let mut ledgers = filter.ledgers.clone();
        ledgers.sort_unstable();
        ledgers.dedup();
        if filter.as_of.is_some() && ledgers.len() != 1 {
            return Err(TotalsError::AsOfNeedsOneLedger);
        }
        let mut columns = Vec::with_capacity(ledgers.len());
        for ledger in &ledgers {
            columns.push(self.current(ledger).await?);
        }
        // Some ten milliseconds of plain computation, which must not hold up other tasks.
        let compute = move || answer_from(columns.iter().map(|held| &**held), &filter, &group_by);
        tokio::task::spawn_blocking(compute).await.map_err(|_| TotalsError::Stopping)?
    }

    /// The columns of a ledger, read on to where the read models stand.
    async fn current(
        &self,
        ledger: &LedgerId,
    ) -> Result<OwnedRwLockReadGuard<Columns>, TotalsError> {
        let held = Arc::clone(
            self.held
                .lock()
                .await
                .entry(ledger.clone())
                .or_insert_with(|| Arc::new(RwLock::new(Columns::new(ledger.clone())))),
        );
        let mut db = Session::of(&self.pool).await?;
        let columns = Arc::clone(&held).read_owned().await;
        if columns.is_current(&mut db).await? {
            db.give_back();
            return Ok(columns);
        }
        drop(columns);
        let mut columns = held.write_owned().await;
        columns.refresh(&mut db).await?;
        db.give_back();
        Ok(columns.downgrade())
    }
}

/// Answers from columns of several ledgers.
pub(super) fn answer_from<'c>(
    ledgers: impl Iterator<Item = &'c Columns> + Clone,
    filter: &TotalsFilter,
    group_by: &[Dimension],
) -> Result<Answer, TotalsError> {
    if let Some(asked) = filter.as_of {
        let reached = ledgers.clone().find_map(Columns::reached);
        if reached.is_none_or(|reached| asked > reached) {
            return Err(TotalsError::AsOfNotReached { asked, reached });
        }
    }
    // A position asked for is one that has been reached, and those have four bytes.
    let as_of = filter.as_of.map_or(NEVER, |asked| u32::try_from(asked).unwrap_or(NEVER));
    // With NEVER itself everything would have become of every payment.
    let as_of = as_of.min(NEVER.saturating_sub(1));
    let summed = ledgers.clone().map(|columns| match filter.measure {
        Measure::Received | Measure::Allotted => received(columns, filter, group_by, as_of),
        Measure::Net
        | Measure::Gross
        | Measure::Instructed
        | Measure::Settled
        | Measure::Returned
        | Measure::Recovered
        | Measure::Waived => fold(columns, &Plan::new(columns, filter, group_by, as_of), group_by),
    });
    let mut answer = together(summed, group_by)?;
    answer.as_of = ledgers
        .filter_map(|columns| {
            let reached = filter.as_of.or(columns.reached())?;
            Some((columns.ledger().clone(), reached))
        })
        .collect();
    Ok(answer)
}
