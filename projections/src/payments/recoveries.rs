//! What was asked back of payments, what came in of that, and what was given up: one row for each step.
//!
//! Few payments are ever asked back, and those perhaps in many steps, so the steps are not joined to payments
//! but read beside them, for a page of payments at once.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::calendar::Day;
use domain::ids::PaymentId;
use domain::money::Money;
use domain::payment::{RecoveryOrdered, RecoveryReceived, RecoveryWaived};
use domain::text::DocumentNumber;
use ledger::LedgerId;
use sqlx::PgPool;
use uuid::Uuid;

use crate::copy::Rows;
use crate::entries::Recorded;
use crate::error::{ProjectionError, Result};
use crate::table::{Kind, Table};

pub(crate) const RECOVERIES: Table = Table {
    name: "recoveries",
    columns: &[
        ("ledger_id", Kind::Text),
        ("position", Kind::Int8),
        ("payment", Kind::Uuid),
        ("step", Kind::Text),
        ("id", Kind::Uuid),
        ("amount_fen", Kind::Int8),
        ("occurred_on", Kind::Day),
        ("document", Kind::Text),
        ("officer", Kind::Text),
    ],
    key: 2,
};

/// Which step of a recovery it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecoveryStepKind {
    /// Something was asked back.
    Ordered,
    /// Something of that came in.
    Received,
    /// Something of that was given up.
    Waived,
}

impl RecoveryStepKind {
    /// The word that stands in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ordered => "ordered",
            Self::Received => "received",
            Self::Waived => "waived",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Ordered, Self::Received, Self::Waived].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A step of the recovery of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryStep {
    /// Position of the entry that recorded it.
    pub position: u64,
    /// Which step.
    pub kind: RecoveryStepKind,
    /// The order, the receipt or the waiver.
    pub id: Uuid,
    /// How much was asked back, came in or was given up.
    pub amount: Money,
    /// The day of the decision; for what came in the day it came in.
    pub occurred_on: Day,
    /// The decision; for what came in the voucher.
    pub document: DocumentNumber,
    /// The id of the officer who recorded it; `system/` and a part where the program did.
    pub officer: String,
}

/// A step as its event tells it.
pub(super) struct Told<'e> {
    payment: PaymentId,
    kind: RecoveryStepKind,
    id: Uuid,
    amount: Money,
    occurred_on: Day,
    document: &'e DocumentNumber,
}

impl<'e> Told<'e> {
    pub(super) fn ordered(event: &'e RecoveryOrdered) -> Self {
        Self {
            payment: event.payment,
            kind: RecoveryStepKind::Ordered,
            id: event.recovery.as_uuid(),
            amount: event.amount_fen,
            occurred_on: event.occurred_on,
            document: &event.document,
        }
    }

    pub(super) fn received(event: &'e RecoveryReceived) -> Self {
        Self {
            payment: event.payment,
            kind: RecoveryStepKind::Received,
            id: event.receipt.as_uuid(),
            amount: event.amount_fen,
            occurred_on: event.occurred_on,
            document: &event.document,
        }
    }

    pub(super) fn waived(event: &'e RecoveryWaived) -> Self {
        Self {
            payment: event.payment,
            kind: RecoveryStepKind::Waived,
            id: event.waiver.as_uuid(),
            amount: event.amount_fen,
            occurred_on: event.occurred_on,
            document: &event.document,
        }
    }

    /// Adds the step's row.
    pub(super) fn write(&self, ledger: &LedgerId, entry: &Recorded<'_>, rows: &mut Rows) {
        rows.add(RECOVERIES.columns.len(), |row| {
            row.text(ledger.as_str())
                .int8(entry.position)
                .uuid(self.payment.as_uuid())
                .text(self.kind.as_str())
                .uuid(self.id)
                .int8(self.amount.fen())
                .day(self.occurred_on)
                .text(self.document.as_str())
                .text(entry.officer);
        });
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    position: i64,
    payment: Uuid,
    step: String,
    id: Uuid,
    amount_fen: i64,
    occurred_on: NaiveDate,
    document: String,
    officer: String,
}

/// The steps of the recoveries of these payments, those of each in the order in which they were recorded.
/// A payment of which nothing was asked back is absent.
///
/// # Errors
/// When the database fails or holds a malformed row.
pub async fn recoveries_of(
    pool: &PgPool,
    ledger: &LedgerId,
    payments: &[PaymentId],
) -> Result<BTreeMap<PaymentId, Vec<RecoveryStep>>> {
    let ids: Vec<Uuid> = payments.iter().map(|payment| payment.as_uuid()).collect();
    let rows: Vec<Row> = sqlx::query_as(
        "select position, payment, step, id, amount_fen, occurred_on, document, officer
         from read_models.recoveries where ledger_id = $1 and payment = any($2) order by position",
    )
    .bind(ledger.as_str())
    .bind(ids)
    .fetch_all(pool)
    .await?;
    let mut found: BTreeMap<PaymentId, Vec<RecoveryStep>> = BTreeMap::new();
    for row in rows {
        found.entry(PaymentId::from_uuid(row.payment)).or_default().push(row.into_step()?);
    }
    Ok(found)
}

/// The value, or the column whose value the domain would not have written.
fn sound<T>(column: &'static str, value: Option<T>) -> Result<T> {
    value.ok_or(ProjectionError::Malformed { table: "recoveries", column })
}

impl Row {
    fn into_step(self) -> Result<RecoveryStep> {
        Ok(RecoveryStep {
            position: sound("position", u64::try_from(self.position).ok())?,
            kind: sound("step", RecoveryStepKind::parse(&self.step))?,
            id: self.id,
            amount: sound("amount_fen", Money::from_fen(self.amount_fen).ok())?,
            occurred_on: sound("occurred_on", Day::from_date(self.occurred_on))?,
            document: sound("document", DocumentNumber::parse(&self.document).ok())?,
            officer: self.officer,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use domain::events::AnyEvent;

    use super::*;
    use crate::copy::FieldReader;
    use crate::payments::Changes;

    const ORDERED: (&str, &str) = (
        "RecoveryOrdered v1",
        include_str!("../../../domain/tests/fixtures/events/RecoveryOrdered.v1.json"),
    );
    const RECEIVED: (&str, &str) = (
        "RecoveryReceived v1",
        include_str!("../../../domain/tests/fixtures/events/RecoveryReceived.v1.json"),
    );
    const WAIVED: (&str, &str) = (
        "RecoveryWaived v1",
        include_str!("../../../domain/tests/fixtures/events/RecoveryWaived.v1.json"),
    );

    /// The payment of all three.
    const PAYMENT: &str = "0190f3c2-7c1e-7d3a-9d55-0c7a4b6f0003";

    /// Step, id, fen, document and officer of each row that these events give.
    fn rows_of(events: &[(&str, &str)]) -> Vec<(String, String, i64, String, String)> {
        let (ledger, mut changes) = (LedgerId::parse("cn-1").unwrap(), Changes::default());
        for (position, (name, payload)) in (17..).zip(events) {
            let event = AnyEvent::parse("payment", name, payload.trim_end().as_bytes()).unwrap();
            changes.apply(&ledger, &Recorded { position, officer: "w-017", event: Some(event) });
        }
        assert!(changes.payments.is_empty() && changes.returns.is_empty());
        let rows = changes.recoveries.iter().zip(17..);
        rows.map(|(row, position)| {
            let mut fields = FieldReader::new(row);
            assert_eq!(fields.text().unwrap(), "cn-1");
            assert_eq!(fields.int8().unwrap(), position);
            assert_eq!(fields.uuid().unwrap().to_string(), PAYMENT);
            let (step, id) = (fields.text().unwrap(), fields.uuid().unwrap());
            let (fen, _day) = (fields.int8().unwrap(), fields.int4().unwrap());
            let (document, officer) = (fields.text().unwrap(), fields.text().unwrap());
            (step.to_owned(), id.to_string(), fen, document.to_owned(), officer.to_owned())
        })
        .collect()
    }

    #[test]
    fn each_step_of_a_recovery_is_a_row_with_its_own_id_and_document() {
        let row = |step: &str, id: &str, fen, document: &str| {
            let id = format!("0190f3c2-7c1e-7d3a-9d55-0c7a4b6f00{id}");
            (step.to_owned(), id, fen, document.to_owned(), "w-017".to_owned())
        };
        assert_eq!(
            rows_of(&[ORDERED, RECEIVED, WAIVED]),
            [
                row("ordered", "41", 150_000, "钟民追〔2020〕3号"),
                row("received", "42", 50_000, "收据-0920"),
                row("waived", "43", 20_000, "钟民免〔2020〕1号"),
            ]
        );
    }

    fn step_of(row: Row) -> Result<RecoveryStep, String> {
        row.into_step().map_err(|wrong| wrong.to_string())
    }

    #[test]
    fn a_row_is_read_back_as_a_step_and_a_word_that_is_none_is_named_by_its_column() {
        let row = |step: &str| Row {
            position: 17,
            payment: Uuid::nil(),
            step: step.to_owned(),
            id: Uuid::from_u128(7),
            amount_fen: 50_000,
            occurred_on: NaiveDate::from_ymd_opt(2020, 9, 20).unwrap(),
            document: "收据-0920".to_owned(),
            officer: "w-017".to_owned(),
        };
        for kind in
            [RecoveryStepKind::Ordered, RecoveryStepKind::Received, RecoveryStepKind::Waived]
        {
            let step = step_of(row(kind.as_str())).unwrap();
            assert_eq!((step.kind, step.position, step.amount.fen()), (kind, 17, 50_000));
            assert_eq!(step.occurred_on.to_string(), "2020-09-20");
        }
        let wrong = step_of(row("lent")).unwrap_err();
        assert!(wrong.starts_with("read_models.recoveries: step "), "{wrong}");
    }
}
