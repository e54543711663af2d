//! Approved grants, their stops, and the deaths of those whom they are for. The trail finds a grant's payments
//! through its household.

mod live;

pub use live::{LastPayment, LiveGrant, live};

use domain::events::AnyEvent;
use domain::grant::{GrantApproved, GrantEvent, GrantStopped};
use ledger::LedgerId;
use sqlx::PgConnection;

use crate::copy::Rows;
use crate::deaths::{self, DEATHS};
use crate::entries::Recorded;
use crate::error::Result;
use crate::table::{Kind, Table};

pub(crate) const GRANTS: Table = Table {
    name: "grants",
    columns: &[
        ("ledger_id", Kind::Text),
        ("position", Kind::Int8),
        ("grant_id", Kind::Uuid),
        ("programme", Kind::Text),
        ("household", Kind::Uuid),
        ("person", Kind::Uuid),
        ("members", Kind::Int8),
        ("amount_fen", Kind::Int8),
        ("month_from", Kind::Int4),
        ("month_to", Kind::Int4),
        ("verification", Kind::Text),
        ("officer", Kind::Text),
    ],
    key: 2,
};

pub(crate) const GRANT_STOPS: Table = Table {
    name: "grant_stops",
    columns: &[
        ("ledger_id", Kind::Text),
        ("position", Kind::Int8),
        ("grant_id", Kind::Uuid),
        ("month_from", Kind::Int4),
        ("officer", Kind::Text),
    ],
    key: 2,
};

/// Rows that a batch of entries adds. Nothing in these tables ever changes: a stop is a row of its own, and so
/// is the withdrawal of a report.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) grants: Rows,
    pub(crate) stops: Rows,
    pub(crate) deaths: Rows,
}

impl Changes {
    pub(crate) fn apply(&mut self, ledger: &LedgerId, entry: &Recorded<'_>) {
        match &entry.event {
            Some(AnyEvent::Grant(GrantEvent::GrantApproved(event))) => {
                self.approved(ledger, entry, event);
            }
            Some(AnyEvent::Grant(GrantEvent::GrantStopped(event))) => {
                self.stopped(ledger, entry, event);
            }
            Some(AnyEvent::Person(event)) => deaths::write(ledger, entry, event, &mut self.deaths),
            _ => {}
        }
    }

    fn approved(&mut self, ledger: &LedgerId, entry: &Recorded<'_>, event: &GrantApproved) {
        self.grants.add(GRANTS.columns.len(), |row| {
            row.text(ledger.as_str())
                .int8(entry.position)
                .uuid(event.grant.as_uuid())
                .text(event.programme.as_str())
                .uuid(event.household.id.as_uuid())
                .uuid_or_null(event.person.map(|person| person.id.as_uuid()))
                .int8(i64::from(event.members))
                .int8(event.amount_fen.fen())
                .int4(event.months.from().index())
                .int4(event.months.to().index())
                .text(event.verification.as_str())
                .text(entry.officer);
        });
    }

    fn stopped(&mut self, ledger: &LedgerId, entry: &Recorded<'_>, event: &GrantStopped) {
        self.stops.add(GRANT_STOPS.columns.len(), |row| {
            row.text(ledger.as_str())
                .int8(entry.position)
                .uuid(event.grant.as_uuid())
                .int4(event.from_month.index())
                .text(entry.officer);
        });
    }

    pub(crate) async fn flush(&mut self, db: &mut PgConnection) -> Result<()> {
        self.grants.copy_in(db, &GRANTS.copy_in()).await?;
        self.stops.copy_in(db, &GRANT_STOPS.copy_in()).await?;
        self.deaths.copy_in(db, &DEATHS.copy_in()).await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use domain::calendar::Month;

    use super::*;
    use crate::copy::FieldReader;

    const STOPPED: &str = include_str!("../../domain/tests/fixtures/events/GrantStopped.v1.json");

    #[test]
    fn a_stop_is_a_row_with_the_first_month_that_is_not_paid_for() {
        let (ledger, mut changes) = (LedgerId::parse("cn-1").unwrap(), Changes::default());
        let payload = STOPPED.trim_end().as_bytes();
        let event = Some(AnyEvent::parse("grant", "GrantStopped v1", payload).unwrap());
        changes.apply(&ledger, &Recorded { position: 17, officer: "w-017", event });
        assert!(changes.grants.is_empty() && changes.deaths.is_empty());
        let mut fields = FieldReader::new(changes.stops.iter().next().unwrap());
        assert_eq!(fields.text().unwrap(), "cn-1");
        assert_eq!(fields.int8().unwrap(), 17);
        assert_eq!(fields.uuid().unwrap().to_string(), "0190f3c2-7c1e-7d3a-9d55-0c7a4b6f0002");
        assert_eq!(Month::from_index(fields.int4().unwrap()).unwrap().to_string(), "2020-07");
        assert_eq!(fields.text().unwrap(), "w-017");
        assert_eq!(fields.remaining(), 0);
    }
}
