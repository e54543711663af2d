//! Which months stand closed.

use std::collections::BTreeSet;

use domain::calendar::Month;
use domain::events::AnyEvent;
use domain::period::PeriodEvent;
use ledger::LedgerId;
use sqlx::PgConnection;

use crate::entries::recorded;
use crate::error::Result;

/// The months that stand closed after some entry.
#[derive(Debug, Default)]
pub(super) struct ClosedMonths(BTreeSet<Month>);

impl ClosedMonths {
    /// Those after the entry at a position; none before the first.
    ///
    /// They are asked of the entries and not of this read model's own table, whose rows may lie in a transaction
    /// that has not ended when the next entries are read ahead. What entries say stays true.
    pub(super) async fn at(
        db: &mut PgConnection,
        ledger: &LedgerId,
        position: i64,
    ) -> Result<Self> {
        // The index by stream has the last entry of each month in order.
        let last: Vec<(i64, Vec<u8>)> = sqlx::query_as(
            "select distinct on (stream_id) position, entry from entries
             where ledger_id = $1 and stream_type = 'period' and position <= $2
             order by stream_id desc, sequence desc",
        )
        .bind(ledger.as_str())
        .bind(position)
        .fetch_all(db)
        .await?;
        let mut closed = Self::default();
        for (position, entry) in &last {
            if let Some(AnyEvent::Period(event)) = recorded(ledger, *position, entry)?.event {
                closed.follow(&event);
            }
        }
        Ok(closed)
    }

    /// Takes in the next step of a month.
    pub(super) fn follow(&mut self, event: &PeriodEvent) {
        let month = event.period();
        if event.reaches().is_closed() {
            self.0.insert(month);
        } else {
            self.0.remove(&month);
        }
    }

    /// The closed months in whose books the event is; none for an event in time, or of no month's books.
    pub(super) fn months_of(&self, event: &AnyEvent) -> impl Iterator<Item = Month> {
        // A bureau that closes no months pays nothing for those that do.
        let months = (!self.0.is_empty()).then(|| event.months_of_the_books());
        months.into_iter().flatten().filter(move |month| self.0.contains(month))
    }
}
