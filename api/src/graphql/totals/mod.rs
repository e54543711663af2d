//! How much was paid or received, to how many.

mod answer;
mod filter;

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use domain::rights::Operation;
use projections::totals;

use super::context;
use super::ledger_position::LedgerPosition;
use super::scalars::{Money, YearMonth};
use super::unanswered::Answer;
use super::vocabulary::{AidForm, FundSource, Residency};
use crate::books::Book;

pub use answer::answer;
pub use filter::TotalsFilter;

/// By which of its times a payment belongs to a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "totals::Basis")]
pub enum TotalsBasis {
    /// By the day it was paid.
    Occurred,
    /// By the months that it pays for: its amount is spread evenly over them in whole fen, the
    /// remainder on the last. A payment without a month belongs to that of the day it was paid.
    Entitlement,
}

/// What is summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "totals::Measure")]
pub enum TotalsMeasure {
    /// Payments that stand: a reversed one is absent, in its own period, and so is what a bank gave back; what
    /// is on its way counts. What was recovered is taken off, in the period of the payment; it counts as a
    /// payment still.
    Net,
    /// Everything that was paid, reversed and given back or not.
    Gross,
    /// Payments that were not reversed, with what was asked of the bank, whatever it said of them.
    Instructed,
    /// The part of these that arrived: a payment recorded by itself at once, one of a batch when a bank
    /// credited it. Where a bank gave back some of it, the part that stayed.
    Settled,
    /// What banks gave back of payments that were not reversed, in the period of the payment.
    Returned,
    /// 已追回: the part of payments that was asked back and came in, in the period of the payment. A payment of
    /// which nothing came in is absent.
    Recovered,
    /// 豁免: the part of payments that was asked back and given up, in the period of the payment. A payment of
    /// which nothing was given up is absent.
    Waived,
    /// All money received, by income programme; an allotment without one stands under a null
    /// programme. Counts are 0.
    Received,
    /// The part of that which has no income programme, as money allotted from above. Counts are 0.
    Allotted,
}

/// What rows are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "totals::Dimension")]
pub enum TotalsDimension {
    /// The bureau's books.
    Ledger,
    /// The programme it was paid under, never a group; of receipts the income programme.
    Programme,
    /// The fund.
    Fund,
    /// The fund's source.
    FundSource,
    /// The whole region code.
    Region,
    /// The month, on the basis that was asked for.
    Month,
    /// The year, on the basis that was asked for.
    Year,
    /// In what form it reached the recipient.
    Form,
    /// Urban or rural.
    Residency,
}

/// The answer to a question about totals.
#[derive(Debug, Clone, SimpleObject)]
pub struct Totals {
    /// One row for each group that has payments or receipts, in the order of the dimensions as they
    /// were asked for, a missing value first. Without dimensions there is at most one.
    pub rows: Vec<TotalsRow>,
    /// All rows together. Persons and households are counted again, not summed.
    pub total: TotalsRow,
    /// The last entry taken into account, for each ledger that was counted.
    pub as_of: Vec<LedgerPosition>,
}

/// The figures of one group. Of the fields that name the group, those are null that were not asked
/// for, and those that its payments do not have.
#[derive(Debug, Clone, SimpleObject)]
pub struct TotalsRow {
    /// The ledger.
    pub ledger: Option<ID>,
    /// The programme's id.
    pub programme: Option<ID>,
    /// The bureau's own id of the fund.
    pub fund: Option<ID>,
    /// The fund's source.
    pub fund_source: Option<FundSource>,
    /// Region code.
    pub region: Option<String>,
    /// The month.
    pub month: Option<YearMonth>,
    /// The year.
    pub year: Option<i32>,
    /// In what form it reached the recipient.
    pub form: Option<AidForm>,
    /// Urban or rural.
    pub residency: Option<Residency>,
    /// The sum.
    pub amount: Money,
    /// How many payments (笔).
    pub payments: u64,
    /// How many different persons were named as recipients (人).
    pub persons: u64,
    /// How many different households were named as recipients (户).
    pub households: u64,
    /// Sum of covered persons (人次).
    pub person_times: u64,
    /// For how many of the payments no person was named, so that `persons` does not know them.
    pub unnamed_payments: u64,
}

/// Questions about totals.
#[derive(Debug, Default)]
pub struct TotalsQueries;

#[Object]
impl TotalsQueries {
    /// How much was paid or received, to how many, for any filter and grouping, as the books stand now
    /// or stood at an earlier position. Distinct counts are made over exactly the rows of each group.
    #[graphql(complexity = "500usize.saturating_add(child_complexity)")]
    async fn totals(
        &self,
        ctx: &Context<'_>,
        filter: TotalsFilter,
        group_by: Option<Vec<TotalsDimension>>,
    ) -> Answer<Totals> {
        let books = context::books(ctx)?;
        let asked: Vec<Arc<Book>> = match &filter.ledgers {
            None => books.ledgers().await?,
            Some(ids) => {
                let mut asked = Vec::with_capacity(ids.len());
                for id in ids {
                    asked.push(books.book(id).await?);
                }
                asked
            }
        };
        for book in asked {
            book.permit(&context::acting(ctx)?, Operation::ReadTotals).await?;
        }
        answer(books, &filter, &group_by.unwrap_or_default()).await
    }
}
