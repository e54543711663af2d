//! Rows that entries about months, and entries in months that were closed, give.
#![allow(clippy::unwrap_used)]

use domain::calendar::Month;

use super::*;
use crate::copy::FieldReader;

/// Stream type, name and payload.
type Told = (&'static str, &'static str, &'static str);

const CLOSING_PROPOSED: Told = (
    "period",
    "PeriodClosingProposed v1",
    include_str!("../../../domain/tests/fixtures/events/PeriodClosingProposed.v1.json"),
);
const CLOSED: Told = (
    "period",
    "PeriodClosed v1",
    include_str!("../../../domain/tests/fixtures/events/PeriodClosed.v1.json"),
);
const REOPENING_PROPOSED: Told = (
    "period",
    "PeriodReopeningProposed v1",
    include_str!("../../../domain/tests/fixtures/events/PeriodReopeningProposed.v1.json"),
);
const REOPENED: Told = (
    "period",
    "PeriodReopened v1",
    include_str!("../../../domain/tests/fixtures/events/PeriodReopened.v1.json"),
);
const CLOSING_WITHDRAWN: Told = (
    "period",
    "PeriodProposalWithdrawn v1",
    include_str!("../../../domain/tests/fixtures/events/PeriodProposalWithdrawn.v1.json"),
);
const REOPENING_WITHDRAWN: Told = (
    "period",
    "PeriodProposalWithdrawn v1",
    include_str!("../../../domain/tests/fixtures/events/PeriodProposalWithdrawn.v1.reopening.json"),
);
/// Paid on 15 June, the month that all of the above are about.
const PAID: Told = (
    "payment",
    "EmergencyAdvancePaid v1",
    include_str!("../../../domain/tests/fixtures/events/EmergencyAdvancePaid.v1.json"),
);
/// Paid on 15 June, and credited by a bank two days later.
const SETTLED: Told = (
    "payment",
    "PaymentSettled v1",
    include_str!("../../../domain/tests/fixtures/events/PaymentSettled.v1.json"),
);
/// Paid on 15 June, and reversed on 1 July.
const REVERSED: Told = (
    "payment",
    "PaymentReversed v1",
    include_str!("../../../domain/tests/fixtures/events/PaymentReversed.v1.json"),
);
/// Paid on 15 June, and asked back on 1 September.
const ASKED_BACK: Told = (
    "payment",
    "RecoveryOrdered v1",
    include_str!("../../../domain/tests/fixtures/events/RecoveryOrdered.v1.json"),
);
/// In no month's books.
const GRANTED: Told = (
    "grant",
    "GrantApproved v1",
    include_str!("../../../domain/tests/fixtures/events/GrantApproved.v1.json"),
);

/// What these entries do, the first of them at position 17.
fn changes_of(entries: &[Told]) -> Changes {
    let (ledger, mut changes) = (LedgerId::parse("cn-1").unwrap(), Changes::default());
    for (position, (stream_type, name, payload)) in (17..).zip(entries) {
        let event = AnyEvent::parse(stream_type, name, payload.trim_end().as_bytes()).unwrap();
        changes.apply(&ledger, &Recorded { position, officer: "w-017", event: Some(event) });
    }
    changes
}

/// Position and event of each late entry.
fn late_of(entries: &[Told]) -> Vec<(i64, String)> {
    let changes = changes_of(entries);
    let rows = changes.late.iter();
    rows.map(|row| {
        let mut fields = FieldReader::new(row);
        assert_eq!(fields.text().unwrap(), "cn-1");
        let position = fields.int8().unwrap();
        assert_eq!(Month::from_index(fields.int4().unwrap()).unwrap().to_string(), "2020-06");
        (position, fields.text().unwrap().to_owned())
    })
    .collect()
}

#[test]
fn what_is_recorded_while_its_month_stands_closed_is_late() {
    let paid = |position: i64| (position, "EmergencyAdvancePaid v1".to_owned());
    assert!(late_of(&[PAID]).is_empty());
    assert!(late_of(&[CLOSING_PROPOSED, PAID]).is_empty());
    assert!(late_of(&[CLOSING_PROPOSED, CLOSING_WITHDRAWN, PAID]).is_empty());
    assert_eq!(late_of(&[PAID, CLOSING_PROPOSED, PAID, CLOSED, PAID]), [paid(21)]);
    let closed = [CLOSING_PROPOSED, CLOSED, REOPENING_PROPOSED, PAID];
    assert_eq!(late_of(&closed), [paid(20)], "until another officer confirms");
    let closed = [CLOSING_PROPOSED, CLOSED, REOPENING_PROPOSED, REOPENING_WITHDRAWN, PAID];
    assert_eq!(late_of(&closed), [paid(21)]);
    let open = [CLOSING_PROPOSED, CLOSED, PAID, REOPENING_PROPOSED, REOPENED, PAID];
    assert_eq!(late_of(&open), [paid(19)], "what was late stays so");
}

#[test]
fn what_becomes_of_a_payment_is_late_for_the_closed_month_of_the_payment() {
    let reversed = (19, "PaymentReversed v1".to_owned());
    assert!(late_of(&[REVERSED]).is_empty());
    assert_eq!(late_of(&[CLOSING_PROPOSED, CLOSED, REVERSED]), [reversed]);
    let settled = (19, "PaymentSettled v1".to_owned());
    assert_eq!(late_of(&[CLOSING_PROPOSED, CLOSED, SETTLED]), [settled], "once for one month");
    assert!(late_of(&[CLOSING_PROPOSED, CLOSED, ASKED_BACK]).is_empty(), "no figure changes");
}

#[test]
fn an_entry_is_late_for_each_of_two_closed_months() {
    let mut changes = changes_of(&[CLOSING_PROPOSED, CLOSED]);
    let july = CLOSED.2.trim_end().replace("2020-07", "2020-08").replace("2020-06", "2020-07");
    let (ledger, mut position) = (LedgerId::parse("cn-1").unwrap(), 19..);
    for (stream_type, name, payload) in
        [("period", CLOSED.1, july.as_str()), ("payment", REVERSED.1, REVERSED.2.trim_end())]
    {
        let event = Some(AnyEvent::parse(stream_type, name, payload.as_bytes()).unwrap());
        let position = position.next().unwrap();
        changes.apply(&ledger, &Recorded { position, officer: "w-017", event });
    }
    let months = changes.late.iter().map(|row| {
        let mut fields = FieldReader::new(row);
        assert_eq!((fields.text().unwrap(), fields.int8().unwrap()), ("cn-1", 20));
        Month::from_index(fields.int4().unwrap()).unwrap().to_string()
    });
    assert_eq!(months.collect::<Vec<_>>(), ["2020-07", "2020-06"]);
}

#[test]
fn what_is_in_no_months_books_is_never_late() {
    assert!(late_of(&[CLOSING_PROPOSED, CLOSED, GRANTED, REOPENING_PROPOSED]).is_empty());
}

#[test]
fn months_stay_closed_when_the_rows_were_written() {
    let mut changes = changes_of(&[CLOSING_PROPOSED, CLOSED]);
    changes.steps.clear();
    changes.late.clear();
    let event = AnyEvent::parse(PAID.0, PAID.1, PAID.2.trim_end().as_bytes()).unwrap();
    let ledger = LedgerId::parse("cn-1").unwrap();
    changes.apply(&ledger, &Recorded { position: 19, officer: "w-017", event: Some(event) });
    assert_eq!(changes.late.len(), 1);
}

#[test]
fn each_step_is_a_row_with_the_stage_that_it_reaches() {
    let changes = changes_of(&[CLOSING_PROPOSED, CLOSED, REOPENING_PROPOSED, REOPENED]);
    let rows = changes.steps.iter().zip(17..);
    let steps: Vec<_> = rows
        .map(|(row, position)| {
            let mut fields = FieldReader::new(row);
            assert_eq!(fields.text().unwrap(), "cn-1");
            assert_eq!(fields.int8().unwrap(), position);
            assert_eq!(Month::from_index(fields.int4().unwrap()).unwrap().to_string(), "2020-06");
            let (kind, id) = (fields.text().unwrap(), fields.uuid().unwrap().to_string());
            let (round, officer) = (fields.int8().unwrap(), fields.text().unwrap());
            assert_eq!(officer, "w-017", "the actor of the entry");
            let (_day, document) = (fields.int4().unwrap(), fields.text_or_null().unwrap());
            let end = id.get(34..).unwrap().to_owned();
            (kind, end, round, document, fields.text().unwrap())
        })
        .collect();
    let step =
        |kind, end: &str, round, document, stage| (kind, end.to_owned(), round, document, stage);
    assert_eq!(
        steps,
        [
            step("closing_proposed", "51", 1, None, "closing_proposed"),
            step("closed", "52", 1, None, "closed"),
            step("reopening_proposed", "53", 2, Some("钟民财〔2020〕9号"), "reopening_proposed"),
            step("reopened", "54", 2, None, "open"),
        ]
    );
}
