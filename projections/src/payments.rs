//! What was paid, to whom, out of which money: one row a payment, one for each thing that became of it.

mod after_death;
mod payment;
mod query;
mod recoveries;
mod unanswered;

pub use after_death::after_death;
pub use payment::{AidKind, BatchLine, Payment, Returned, Reversed, Settled};
pub use query::{
    LONGEST_PAGE, Page, PaymentFilter, Status, find, list, paid_out_again, reissues_of,
};
pub use recoveries::{RecoveryStep, RecoveryStepKind, recoveries_of};
pub use unanswered::unanswered;

use domain::events::AnyEvent;
use domain::payment::{
    Aid, PaymentEvent, PaymentRecorded, PaymentReturned, PaymentReversed, PaymentSettled,
};
use ledger::LedgerId;
use sqlx::PgConnection;

use crate::copy::Rows;
use crate::entries::Recorded;
use crate::error::Result;
use crate::table::{Kind, Table};

pub(crate) use payment::{COLUMNS, FROM, PaymentRow};
pub(crate) use query::RECORDED_AT;
pub(crate) use recoveries::RECOVERIES;
use recoveries::Told;

pub(crate) const PAYMENTS: Table = Table {
    name: "payments",
    columns: &[
        ("ledger_id", Kind::Text),
        ("position", Kind::Int8),
        ("amount_fen", Kind::Int8),
        ("payment", Kind::Uuid),
        ("fund", Kind::Uuid),
        ("store", Kind::Uuid),
        ("grant_id", Kind::Uuid),
        ("person", Kind::Uuid),
        ("household", Kind::Uuid),
        ("account", Kind::Uuid),
        ("occurred_on", Kind::Day),
        ("covered_persons", Kind::Int8),
        ("month_from", Kind::Int4),
        ("month_to", Kind::Int4),
        ("aid", Kind::Text),
        ("programme", Kind::Text),
        ("form", Kind::Text),
        ("channel", Kind::Text),
        ("region", Kind::Text),
        ("residency", Kind::Text),
        ("document", Kind::Text),
        ("officer", Kind::Text),
        ("batch", Kind::Uuid),
        ("line", Kind::Int8),
        ("reissues", Kind::Uuid),
        ("rest", Kind::Bool),
    ],
    key: 2,
};

pub(crate) const SETTLEMENTS: Table = Table {
    name: "settlements",
    columns: &[
        ("ledger_id", Kind::Text),
        ("position", Kind::Int8),
        ("payment", Kind::Uuid),
        ("fund", Kind::Uuid),
        ("batch", Kind::Uuid),
        ("results", Kind::Uuid),
        ("occurred_on", Kind::Day),
        ("officer", Kind::Text),
    ],
    key: 2,
};

pub(crate) const RETURNS: Table = Table {
    name: "returns",
    columns: &[
        ("ledger_id", Kind::Text),
        ("position", Kind::Int8),
        ("payment", Kind::Uuid),
        ("results", Kind::Uuid),
        ("settled_fen", Kind::Int8),
        ("returned_fen", Kind::Int8),
        ("reason", Kind::Text),
        ("occurred_on", Kind::Day),
        ("officer", Kind::Text),
    ],
    key: 2,
};

pub(crate) const REVERSALS: Table = Table {
    name: "reversals",
    columns: &[
        ("ledger_id", Kind::Text),
        ("position", Kind::Int8),
        ("payment", Kind::Uuid),
        ("reversal", Kind::Uuid),
        ("occurred_on", Kind::Day),
        ("officer", Kind::Text),
    ],
    key: 2,
};

/// Rows that a batch of entries adds. Nothing in these tables ever changes: what becomes of a payment
/// is a row of its own, so that filling them needs no look-up.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) payments: Rows,
    pub(crate) settlements: Rows,
    pub(crate) returns: Rows,
    pub(crate) recoveries: Rows,
    pub(crate) reversals: Rows,
}

impl Changes {
    pub(crate) fn apply(&mut self, ledger: &LedgerId, entry: &Recorded<'_>) {
        let Some(AnyEvent::Payment(event)) = &entry.event else {
            return;
        };
        match event {
            PaymentEvent::PaymentRecorded(event) => self.recorded(ledger, entry, event),
            PaymentEvent::PaymentSettled(event) => self.settled(ledger, entry, event),
            PaymentEvent::PaymentReturned(event) => self.returned(ledger, entry, event),
            PaymentEvent::PaymentReversed(event) => self.reversed(ledger, entry, event),
            PaymentEvent::RecoveryOrdered(event) => {
                Told::ordered(event).write(ledger, entry, &mut self.recoveries);
            }
            PaymentEvent::RecoveryReceived(event) => {
                Told::received(event).write(ledger, entry, &mut self.recoveries);
            }
            PaymentEvent::RecoveryWaived(event) => {
                Told::waived(event).write(ledger, entry, &mut self.recoveries);
            }
        }
    }

    fn recorded(&mut self, ledger: &LedgerId, entry: &Recorded<'_>, event: &PaymentRecorded) {
        let (recipient, payout) = (&event.recipient, &event.payout);
        let months = event.months();
        self.payments.add(PAYMENTS.columns.len(), |row| {
            row.text(ledger.as_str())
                .int8(entry.position)
                .int8(event.amount_fen.fen())
                .uuid(event.payment.as_uuid())
                .uuid_or_null(event.fund().map(|fund| fund.as_uuid()))
                .uuid_or_null(event.aid.store().map(|store| store.as_uuid()))
                .uuid_or_null(event.aid.grant().map(|basis| basis.grant.as_uuid()))
                .uuid_or_null(recipient.person.map(|person| person.id.as_uuid()))
                .uuid_or_null(recipient.household.map(|household| household.id.as_uuid()))
                .uuid_or_null(payout.account.map(|account| account.id.as_uuid()))
                .day(event.occurred_on)
                .int8(i64::from(recipient.covered_persons))
                .int4_or_null(months.map(|months| months.from().index()))
                .int4_or_null(months.map(|months| months.to().index()))
                .text(kind_of(&event.aid).as_str())
                .text(event.programme().as_str())
                .text(event.form.as_str())
                .text(payout.channel.as_str())
                .text(recipient.region.as_str())
                .text_or_null(recipient.residency.map(|residency| residency.as_str()))
                .text_or_null(payout.document.as_ref().map(|document| document.as_str()))
                .text(entry.officer)
                .uuid_or_null(event.batch.map(|line| line.batch.as_uuid()))
                .int8_or_null(event.batch.map(|line| i64::from(line.line)))
                .uuid_or_null(event.reissues.map(|reissued| reissued.payment.as_uuid()))
                .bool_or_null(event.reissues.map(|reissued| reissued.rest));
        });
    }

    fn settled(&mut self, ledger: &LedgerId, entry: &Recorded<'_>, event: &PaymentSettled) {
        let original = &event.original;
        self.settlements.add(SETTLEMENTS.columns.len(), |row| {
            row.text(ledger.as_str())
                .int8(entry.position)
                .uuid(event.payment.as_uuid())
                .uuid_or_null(original.fund().map(|fund| fund.as_uuid()))
                .uuid_or_null(original.batch.map(|line| line.batch.as_uuid()))
                .uuid(event.results.as_uuid())
                .day(event.occurred_on)
                .text(entry.officer);
        });
    }

    fn returned(&mut self, ledger: &LedgerId, entry: &Recorded<'_>, event: &PaymentReturned) {
        self.returns.add(RETURNS.columns.len(), |row| {
            row.text(ledger.as_str())
                .int8(entry.position)
                .uuid(event.payment.as_uuid())
                .uuid(event.results.as_uuid())
                .int8(event.settled_fen.fen())
                .int8(event.returned_fen.fen())
                .text(event.reason.as_str())
                .day(event.occurred_on)
                .text(entry.officer);
        });
    }

    fn reversed(&mut self, ledger: &LedgerId, entry: &Recorded<'_>, event: &PaymentReversed) {
        self.reversals.add(REVERSALS.columns.len(), |row| {
            row.text(ledger.as_str())
                .int8(entry.position)
                .uuid(event.payment.as_uuid())
                .uuid(event.reversal.as_uuid())
                .day(event.occurred_on)
                .text(entry.officer);
        });
    }

    pub(crate) async fn flush(&mut self, db: &mut PgConnection) -> Result<()> {
        self.payments.copy_in(db, &PAYMENTS.copy_in()).await?;
        self.settlements.copy_in(db, &SETTLEMENTS.copy_in()).await?;
        self.returns.copy_in(db, &RETURNS.copy_in()).await?;
        self.recoveries.copy_in(db, &RECOVERIES.copy_in()).await?;
        self.reversals.copy_in(db, &REVERSALS.copy_in()).await
    }
}

fn kind_of(aid: &Aid) -> AidKind {
    match aid {
        Aid::GrantPayment { .. } => AidKind::GrantPayment,
        Aid::OneOff { .. } => AidKind::OneOff,
        Aid::TemporaryAid { .. } => AidKind::TemporaryAid,
        Aid::DisabilitySubsidy { .. } => AidKind::DisabilitySubsidy,
        Aid::Goods { .. } => AidKind::Goods,
    }
}
