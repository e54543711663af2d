//! Months of the books: when they were closed and by whom, and what was recorded for them afterwards (结账、反结账).

mod close;
mod payload;
mod propose_closing;
mod propose_reopening;
mod reopen;
mod step;
mod withdraw_proposal;

use std::collections::BTreeMap;

use async_graphql::{Context, Enum, ID, MergedObject, Object};
use domain::rights::Operation;
use ledger::LedgerId;
use ledger::reader::StoredEntry;
use projections::periods;

use super::audit_trail::{self, Entries};
use super::context;
use super::entry;
use super::ledger_position::{self, LedgerPosition};
use super::paging::{Page, complexity};
use super::scalars::YearMonth;
use super::shape::{Place, Shape};
use super::unanswered::{Answer, Unanswered};
use crate::books::Book;

pub use close::ClosePeriod;
pub use payload::{PeriodPayload, PeriodStepInput};
pub use propose_closing::ProposeClosing;
pub use propose_reopening::{ProposeReopening, ProposeReopeningInput};
pub use reopen::ReopenPeriod;
pub use step::{PeriodStep, PeriodStepKind};
pub use withdraw_proposal::WithdrawProposal;

/// Where a month of the books stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::period::PeriodStage")]
pub enum PeriodStage {
    /// 未结账: what is recorded for its days is in time.
    Open,
    /// 待结账: one officer asks to close it.
    ClosingProposed,
    /// 已结账: two officers closed it; what is recorded for its days from then on is late.
    Closed,
    /// 待反结账: one officer asks to open it again; it is closed until another confirms.
    ReopeningProposed,
}

/// A month of the books. Closed, it stays writable: what is recorded for its days afterwards is late, and shown
/// as such.
#[derive(Debug)]
pub struct Period {
    /// In whose books.
    ledger: LedgerId,
    row: periods::Period,
    closed_at: Option<LedgerPosition>,
    steps: Vec<PeriodStep>,
}

#[Object]
impl Period {
    /// The month.
    async fn month(&self) -> YearMonth {
        self.row.month.into()
    }

    /// Where it stands.
    async fn stage(&self) -> PeriodStage {
        self.row.stage.into()
    }

    /// The entry of the closing that stands; null while the month is open. Totals that are asked for with its
    /// position as `asOf` are the figures as they were closed.
    async fn closed_at(&self) -> Option<LedgerPosition> {
        self.closed_at.clone()
    }

    /// What was done about it, in order. It takes the right `READ_ENTRIES`.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn steps(&self, ctx: &Context<'_>) -> Answer<Vec<PeriodStep>> {
        context::book(ctx, Operation::ReadEntries, self.ledger.as_str()).await?;
        Ok(self.steps.clone())
    }

    /// The entries that were recorded late for it, the oldest first; 20 a page unless `first` says otherwise, at
    /// most 1,000. It takes the right `READ_ENTRIES`.
    #[graphql(complexity = "complexity(first, child_complexity)")]
    async fn late(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Answer<Entries> {
        let book = context::book(ctx, Operation::ReadEntries, self.ledger.as_str()).await?;
        let page = Page::read(first, after.as_deref())?;
        let (pool, month) = (book.pool(), self.row.month);
        let late = periods::late(pool, book.id(), month, page.first, page.after).await?;
        audit_trail::page(&book, page, &late.positions, late.more).await
    }

    /// How many entries were recorded late for it.
    async fn late_count(&self, ctx: &Context<'_>) -> Answer<u32> {
        let book = context::open_book(ctx, self.ledger.as_str()).await?;
        let count = periods::late_count(book.pool(), book.id(), self.row.month).await?;
        u32::try_from(count).map_err(|_| Unanswered::damaged("more late entries than can be"))
    }
}

/// The months of these rows, in their order: one statement for each kind of thing, however many there are.
async fn load(book: &Book, rows: Vec<periods::Period>) -> Answer<Vec<Period>> {
    let steps = rows.iter().flat_map(|row| &row.steps);
    let positions: Vec<u64> = steps.map(|step| step.position).collect();
    let entries = entry::at(book, &positions).await?;
    let entries: BTreeMap<u64, StoredEntry> =
        entries.into_iter().map(|stored| (stored.position, stored)).collect();
    // What lies beside a step tells the client's id of it.
    let details = book.private_details(&positions).await?;
    let period = |row: periods::Period| -> Answer<Period> {
        let steps = row.steps.iter().map(|step| {
            let beside = details.get(&step.position);
            stored(&entries, step.position).and_then(|stored| PeriodStep::of(step, stored, beside))
        });
        let steps: Vec<PeriodStep> = steps.collect::<Answer<_>>()?;
        let closed_at = row.closed_at.map(|closing| stored(&entries, closing)).transpose()?;
        let closed_at = closed_at.map(|stored| ledger_position::of(book, stored)).transpose()?;
        Ok(Period { ledger: book.id().clone(), row, closed_at, steps })
    };
    rows.into_iter().map(period).collect()
}

fn stored(entries: &BTreeMap<u64, StoredEntry>, position: u64) -> Answer<&StoredEntry> {
    entries.get(&position).ok_or_else(|| {
        Unanswered::damaged(&format!("no entry at position {position}, where a month was closed"))
    })
}

/// The month as it stands, also one of which nothing was proposed.
async fn find(book: &Book, month: domain::calendar::Month) -> Answer<Period> {
    let row = periods::find(book.pool(), book.id(), month).await?;
    let found = load(book, vec![row]).await?.pop();
    found.ok_or_else(|| Unanswered::damaged("a month that was read and is not there"))
}

/// Questions about months of the books.
#[derive(Debug, Default)]
pub struct PeriodQueries;

#[Object]
impl PeriodQueries {
    /// The months of which anything was proposed, the newest first.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn periods(&self, ctx: &Context<'_>, ledger: ID) -> Answer<Vec<Period>> {
        let book = context::book(ctx, Operation::ReadTotals, &ledger).await?;
        load(&book, periods::list(book.pool(), book.id()).await?).await
    }

    /// One month; it is open where nothing was ever proposed.
    async fn period(&self, ctx: &Context<'_>, ledger: ID, month: YearMonth) -> Answer<Period> {
        let book = context::book(ctx, Operation::ReadTotals, &ledger).await?;
        let mut shape = Shape::default();
        let month = shape.month(&Place::of("month"), &month);
        find(&book, shape.finish(month).map_err(Unanswered::first_of)?).await
    }
}

/// Every command about months of the books.
#[derive(Default, MergedObject)]
pub struct PeriodMutations(
    ProposeClosing,
    ClosePeriod,
    ProposeReopening,
    ReopenPeriod,
    WithdrawProposal,
);
