//! Months of the books: how each was closed and reopened, and which entries were recorded late for it.
//!
//! Whether an entry is late is the one thing in the read models that entries long before it decide: those that
//! closed a month whose figures it changes. Both tables only grow, because a month that is reopened leaves late
//! what was late.

mod closed;
mod late_entries;
mod query;
#[cfg(test)]
mod tests;

pub use late_entries::{are_late, late, late_count};
pub use query::{Period, PeriodStep, PeriodStepKind, find, list};

use domain::events::AnyEvent;
use domain::period::PeriodEvent;
use ledger::LedgerId;
use sqlx::PgConnection;

use crate::copy::Rows;
use crate::entries::Recorded;
use crate::error::Result;
use crate::table::{Kind, Table};
use closed::ClosedMonths;

pub(crate) const PERIOD_STEPS: Table = Table {
    name: "period_steps",
    columns: &[
        ("ledger_id", Kind::Text),
        ("position", Kind::Int8),
        ("month", Kind::Int4),
        ("kind", Kind::Text),
        ("id", Kind::Uuid),
        ("round", Kind::Int8),
        ("officer", Kind::Text),
        ("occurred_on", Kind::Day),
        ("document", Kind::Text),
        ("stage", Kind::Text),
    ],
    key: 2,
};

pub(crate) const LATE_ENTRIES: Table = Table {
    name: "late_entries",
    columns: &[
        ("ledger_id", Kind::Text),
        ("position", Kind::Int8),
        ("month", Kind::Int4),
        ("event", Kind::Text),
    ],
    key: 3,
};

/// Rows that a batch of entries adds.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) steps: Rows,
    pub(crate) late: Rows,
    /// After the last entry that was taken in. It is not emptied with the rows.
    closed: ClosedMonths,
}

impl Changes {
    /// No rows yet, for whoever goes on after this position.
    pub(crate) async fn after(
        db: &mut PgConnection,
        ledger: &LedgerId,
        position: i64,
    ) -> Result<Self> {
        Ok(Self { closed: ClosedMonths::at(db, ledger, position).await?, ..Self::default() })
    }

    pub(crate) fn apply(&mut self, ledger: &LedgerId, entry: &Recorded<'_>) {
        let Some(event) = &entry.event else {
            return;
        };
        for month in self.closed.months_of(event) {
            self.late.add(LATE_ENTRIES.columns.len(), |row| {
                row.text(ledger.as_str())
                    .int8(entry.position)
                    .int4(month.index())
                    .text(event.name());
            });
        }
        if let AnyEvent::Period(event) = event {
            self.step(ledger, entry, event);
            self.closed.follow(event);
        }
    }

    fn step(&mut self, ledger: &LedgerId, entry: &Recorded<'_>, event: &PeriodEvent) {
        let document = match event {
            PeriodEvent::PeriodReopeningProposed(event) => Some(event.document.as_str()),
            PeriodEvent::PeriodClosingProposed(_)
            | PeriodEvent::PeriodClosed(_)
            | PeriodEvent::PeriodReopened(_)
            | PeriodEvent::PeriodProposalWithdrawn(_) => None,
        };
        self.steps.add(PERIOD_STEPS.columns.len(), |row| {
            row.text(ledger.as_str())
                .int8(entry.position)
                .int4(event.period().index())
                .text(PeriodStepKind::of(event).as_str())
                .uuid(event.step().as_uuid())
                .int8(i64::from(event.round()))
                .text(entry.officer)
                .day(event.occurred_on())
                .text_or_null(document)
                .text(event.reaches().as_str());
        });
    }

    pub(crate) async fn flush(&mut self, db: &mut PgConnection) -> Result<()> {
        self.steps.copy_in(db, &PERIOD_STEPS.copy_in()).await?;
        self.late.copy_in(db, &LATE_ENTRIES.copy_in()).await
    }
}
