//! Approved grants. The trail finds a grant's payments through its household.

use domain::events::AnyEvent;
use domain::grant::GrantEvent;
use ledger::LedgerId;
use sqlx::PgConnection;

use crate::copy::Rows;
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

/// Rows that a batch of entries adds.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) grants: Rows,
}

impl Changes {
    pub(crate) fn apply(&mut self, ledger: &LedgerId, entry: &Recorded<'_>) {
        let Some(AnyEvent::Grant(GrantEvent::GrantApproved(event))) = &entry.event else {
            return;
        };
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

    pub(crate) async fn flush(&mut self, db: &mut PgConnection) -> Result<()> {
        self.grants.copy_in(db, &GRANTS.copy_in()).await
    }
}
