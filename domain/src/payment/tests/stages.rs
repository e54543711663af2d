//! The stages in the documentation are those that the rules allow.

use std::collections::BTreeSet;

use super::recovering::{order, receive, waive};
use super::*;
use crate::bank_results::{BankAnswer, BankOutcome};
use crate::events::{RecordedEvent, type_of};
use crate::ids::{BankResultsId, BatchId, PaymentId, ReversalId};
use crate::vocabulary::ReturnReason;

fn stands(payment: &Payment) -> &'static str {
    match payment {
        Payment::Absent => "absent",
        Payment::Recorded(payment) if payment.batch.is_some() => "in transit",
        Payment::Recorded(_) => "recorded",
        Payment::Settled(_) => "settled",
        Payment::Returned(returned) if returned.settled_fen == Money::ZERO => "returned",
        Payment::Returned(_) => "partly paid",
        Payment::Recovering(recovering) if recovering.sums.outstanding() == Some(Money::ZERO) => {
            "recovered"
        }
        Payment::Recovering(_) => "recovering",
        Payment::Reversed(_) => "reversed",
    }
}

/// Everything that can happen to a payment, wherever it stands.
fn next(payment: &Payment) -> Vec<PaymentEvent> {
    let line = BatchLine { batch: BatchId::from_uuid(uuid(0xba)), line: 1, advance: false };
    let advance = BatchLine { advance: true, ..line };
    let of = PaymentId::from_uuid(uuid(0xa9));
    let reason = ReturnReason::WrongBank;
    let says =
        |outcome| BankAnswer { payment: payment_id(), occurred_on: day("2020-06-17"), outcome };
    let file = BankResultsId::from_uuid(uuid(0xf1));
    let mut back = Payment::Absent;
    let first = RecordPayment { payment: of, ..grant_payment() };
    back.apply(PaymentEvent::PaymentRecorded(Box::new(
        back.instruct(first, line, &facts()).unwrap(),
    )));
    let answer =
        BankAnswer { payment: of, ..says(BankOutcome::Returned { amount_fen: None, reason }) };
    back.apply(back.answer(&answer, file, 1).unwrap());
    let reissued = PaymentFacts { reissued: Some(Arc::new(back)), ..facts() };
    let again = RecordPayment { reissues: Some(of), ..grant_payment() };
    let reverse = PaymentCommand::ReversePayment(ReversePayment {
        payment: payment_id(),
        reversal: ReversalId::from_uuid(uuid(0xb0)),
        reason: commitment(5),
        occurred_on: day("2020-07-01"),
    });
    let made = |made: PaymentRecorded| PaymentEvent::PaymentRecorded(Box::new(made));
    [
        payment.decide(record(grant_payment()), &facts()).ok().flatten(),
        payment.instruct(grant_payment(), line, &facts()).ok().map(made),
        payment.instruct(again, line, &reissued).ok().map(made),
        payment.instruct(temporary_aid(), advance, &facts()).ok().map(made),
        payment.answer(&says(BankOutcome::Settled { amount_fen: None }), file, 1).ok(),
        payment.answer(&says(BankOutcome::Returned { amount_fen: None, reason }), file, 1).ok(),
        payment
            .answer(&says(BankOutcome::PartlyPaid { settled_fen: yuan("1.00"), reason }), file, 1)
            .ok(),
        payment.decide(reverse, &facts()).ok().flatten(),
    ]
    .into_iter()
    .flatten()
    .chain(of_a_recovery(payment))
    .collect()
}

/// So that some of what was asked back is still to come, and so that none is.
fn of_a_recovery(payment: &Payment) -> Vec<PaymentEvent> {
    let asked = |number, fen| [order(number, fen), receive(number, fen), waive(number, fen)];
    let decided = |command| payment.decide(command, &facts()).ok().flatten();
    [asked(1, 40), asked(2, 20)].into_iter().flatten().filter_map(decided).collect()
}

#[test]
fn the_documented_stages_are_every_transition_that_there_is() {
    let (mut seen, mut open) = (BTreeSet::new(), vec![Payment::Absent]);
    while let Some(payment) = open.pop() {
        for event in next(&payment) {
            let mut after = payment.clone();
            after.apply(event.clone());
            let (from, to) = (stands(&payment), stands(&after));
            if seen.insert(format!("{from} -> {} -> {to}", type_of(event.name()))) {
                open.push(after);
            }
        }
    }
    let documented = include_str!("../mod.rs").lines().filter_map(|line| line.strip_prefix("//! "));
    let documented = documented.filter(|line| line.contains(" -> "));
    let squeezed = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(documented.map(squeezed).collect::<BTreeSet<_>>(), seen);
}
