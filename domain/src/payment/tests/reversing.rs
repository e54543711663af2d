//! A payment that should not stand.

use super::*;
use crate::ids::ReversalId;

fn reverse() -> ReversePayment {
    ReversePayment {
        payment: payment_id(),
        reversal: ReversalId::from_uuid(uuid(0xb0)),
        reason: commitment(5),
        occurred_on: day("2020-07-01"),
    }
}

fn reversed() -> PaymentEvent {
    PaymentEvent::PaymentReversed(Box::new(PaymentReversed {
        payment: payment_id(),
        reversal: ReversalId::from_uuid(uuid(0xb0)),
        reason: commitment(5),
        occurred_on: day("2020-07-01"),
        original: Box::new(recorded(grant_payment())),
        returned_fen: None,
    }))
}

fn standing_reversed() -> Vec<PaymentEvent> {
    let mut events = after(grant_payment());
    events.push(reversed());
    events
}

/// A reversal consults no other stream.
fn refusal_of(given: Vec<PaymentEvent>, command: ReversePayment) -> PaymentRefusal {
    let command = PaymentCommand::ReversePayment(command);
    Test::with(PaymentFacts::default()).given(given).when(command).inspect_result().unwrap_err()
}

#[test]
fn reversing_a_payment_repeats_what_it_undoes() {
    Test::with(PaymentFacts::default())
        .given(after(grant_payment()))
        .when(PaymentCommand::ReversePayment(reverse()))
        .then_expect_events(vec![reversed()]);
}

#[test]
fn the_same_reversal_again_records_nothing() {
    Test::with(PaymentFacts::default())
        .given(standing_reversed())
        .when(PaymentCommand::ReversePayment(reverse()))
        .then_expect_events(vec![]);
}

#[test]
fn reversing_a_payment_that_was_never_recorded_is_refused() {
    let refusal = refusal_of(vec![], reverse());
    assert_eq!(refusal, PaymentRefusal::UnknownPayment { payment: payment_id() });
    assert_eq!(refusal.code(), "UNKNOWN_PAYMENT");
    assert_eq!(refusal.field(), Some(&["payment"][..]));
}

#[test]
fn another_reversal_under_a_used_id_names_the_field() {
    let cases: [(ReversePayment, FieldPath); 2] = [
        (ReversePayment { reason: commitment(6), ..reverse() }, &["reason"]),
        (ReversePayment { occurred_on: day("2020-07-02"), ..reverse() }, &["occurredOn"]),
    ];
    for (command, field) in cases {
        let refusal = refusal_of(standing_reversed(), command);
        assert_eq!(refusal, PaymentRefusal::ReversalIdReusedWithOtherContent { field });
        assert_eq!(refusal.code(), "ID_REUSED_WITH_OTHER_CONTENT");
    }
}

#[test]
fn a_payment_is_reversed_once() {
    let another = ReversalId::from_uuid(uuid(0xb1));
    let refusal =
        refusal_of(standing_reversed(), ReversePayment { reversal: another, ..reverse() });
    assert_eq!(refusal, PaymentRefusal::AlreadyReversed { reversal: reverse().reversal });
    assert_eq!(refusal.code(), "ALREADY_REVERSED");
}

#[test]
fn the_original_stays_to_be_seen_after_a_reversal() {
    let mut payment = Payment::default();
    assert_eq!(payment.recorded(), None);
    for event in standing_reversed() {
        payment.apply(event);
    }
    assert_eq!(payment.recorded(), Some(&recorded(grant_payment())));
}
