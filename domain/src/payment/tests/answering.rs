//! What a bank says of a payment that a batch released.

use super::*;
use crate::bank_results::{BankAnswer, BankOutcome};
use crate::effects::{Account, Claim, Effects, Fate};
use crate::events::{EventError, RecordedEvent};
use crate::ids::{BankResultsId, BatchId, ReversalId};
use crate::vocabulary::ReturnReason;

fn file(number: u128) -> BankResultsId {
    BankResultsId::from_uuid(uuid(number.saturating_add(0xf0)))
}

fn instructed() -> PaymentRecorded {
    let line = BatchLine { batch: BatchId::from_uuid(uuid(0xba)), line: 4, advance: false };
    Payment::Absent.instruct(grant_payment(), line, &facts()).unwrap()
}

fn in_transit() -> Payment {
    Payment::Recorded(Box::new(instructed()))
}

fn says(outcome: BankOutcome) -> BankAnswer {
    BankAnswer { payment: payment_id(), occurred_on: day("2020-06-17"), outcome }
}

fn settled() -> BankAnswer {
    says(BankOutcome::Settled { amount_fen: Some(yuan("3000.00")) })
}

fn returned() -> BankAnswer {
    says(BankOutcome::Returned { amount_fen: None, reason: ReturnReason::AccountClosed })
}

fn partly(paid: &str) -> BankAnswer {
    let reason = ReturnReason::RejectedByBank;
    says(BankOutcome::PartlyPaid { settled_fen: yuan(paid), reason })
}

/// The payment after these answers, each from a file of its own, and what each of them booked.
fn after_answers(answers: &[BankAnswer]) -> (Payment, Vec<Effects>) {
    let (mut payment, mut effects) = (in_transit(), Vec::new());
    for (number, answer) in (1..).zip(answers) {
        let event = payment.answer(answer, file(number), 1).unwrap();
        effects.push(event.effects());
        payment.apply(event);
    }
    (payment, effects)
}

fn unmatched(answers: &[BankAnswer], last: &BankAnswer) -> Unmatched {
    after_answers(answers).0.answer(last, file(9), 2).unwrap_err()
}

/// How much these effects put on an account.
fn on(account: &Account, effects: &[Effects]) -> i64 {
    let postings = effects.iter().flat_map(|effects| &effects.postings);
    postings.filter(|posting| posting.account == *account).map(|posting| posting.amount).sum()
}

fn books(effects: &[Effects]) -> [i64; 3] {
    assert!(effects.iter().all(Effects::is_balanced));
    let paid = Account::Programme(programme(DIBAO));
    [Account::Fund(fund_id()), Account::Transit(fund_id()), paid].map(|at| on(&at, effects))
}

#[test]
fn what_is_settled_leaves_transit_for_its_programme() {
    let (payment, effects) = after_answers(&[settled()]);
    assert!(matches!(payment, Payment::Settled(_)));
    assert_eq!(books(&effects), [0, -300_000, 300_000]);
    assert!(effects[0].claims.is_empty() && effects[0].releases.is_empty());
    let first = effects[0].repeats_first.clone().unwrap();
    assert_eq!((first.from, first.to), (Fate::Stands, Fate::Settled));
    let payment = PaymentEvent::PaymentRecorded(Box::new(instructed()));
    assert_eq!(first.payload, payment.payload());
}

#[test]
fn what_is_returned_is_in_the_fund_again_and_can_be_claimed_once() {
    let (payment, effects) = after_answers(&[returned()]);
    assert!(matches!(payment, Payment::Returned(_)));
    assert_eq!(books(&effects), [300_000, -300_000, 0]);
    let [claim] = &effects[0].claims[..] else { panic!() };
    let Claim::Returned { payment, what } = claim else { panic!() };
    assert_eq!((*payment, what.amount_fen, what.rest), (payment_id(), yuan("3000.00"), false));
    let text = claim.to_string();
    assert_eq!(Claim::parse(&text).as_ref(), Some(claim));
    assert!(
        text.starts_with(&format!("payment/{}/returned/{{\"amount_fen\":300000,", payment_id()))
    );
    for wrong in [text.replace(':', ": "), text.replace("}", ",\"more\":1}"), text + "/"] {
        assert_eq!(Claim::parse(&wrong), None);
    }
}

#[test]
fn a_part_may_be_settled_and_the_rest_returned() {
    let (_, effects) = after_answers(&[partly("1000.00")]);
    assert_eq!(books(&effects), [200_000, -300_000, 100_000]);
    for wrong in ["0.00", "3000.00", "3000.01"] {
        assert_eq!(unmatched(&[], &partly(wrong)), Unmatched::AmountDiffers, "{wrong}");
    }
}

#[test]
fn what_was_settled_may_still_come_back_once() {
    let (_, effects) = after_answers(&[settled(), returned()]);
    assert_eq!(books(&effects), [300_000, -300_000, 0]);
    let first = effects[1].repeats_first.clone().unwrap();
    assert_eq!((first.from, first.to), (Fate::Settled, Fate::Returned { settled: Money::ZERO }));
    let (_, effects) = after_answers(&[settled(), partly("500.00")]);
    assert_eq!(books(&effects), [250_000, -300_000, 50_000]);
    for last in [settled(), returned(), partly("1.00")] {
        assert_eq!(unmatched(&[settled(), returned()], &last), Unmatched::AnsweredBefore);
        assert_eq!(unmatched(&[returned()], &last), Unmatched::AnsweredBefore);
    }
    assert_eq!(unmatched(&[settled()], &settled()), Unmatched::AnsweredBefore);
}

#[test]
fn a_line_that_is_about_no_payment_on_its_way_says_why() {
    let answer = |payment: &Payment| payment.answer(&settled(), file(1), 1).unwrap_err();
    assert_eq!(answer(&Payment::Absent), Unmatched::UnknownPayment);
    let by_itself = Payment::Recorded(Box::new(recorded(grant_payment())));
    assert_eq!(answer(&by_itself), Unmatched::NotInstructed);
    let less = says(BankOutcome::Settled { amount_fen: Some(yuan("2999.99")) });
    assert_eq!(unmatched(&[], &less), Unmatched::AmountDiffers);
    let mut reversed = in_transit();
    reversed.apply(reverse(&reversed).unwrap());
    assert_eq!(answer(&reversed), Unmatched::Reversed);
}

fn reverse(payment: &Payment) -> Result<PaymentEvent, PaymentRefusal> {
    let command = PaymentCommand::ReversePayment(ReversePayment {
        payment: payment_id(),
        reversal: ReversalId::from_uuid(uuid(0xb0)),
        reason: commitment(5),
        occurred_on: day("2020-07-01"),
    });
    payment.decide(command, &PaymentFacts::default()).map(Option::unwrap)
}

#[test]
fn what_came_back_as_a_whole_is_reversed_without_moving_money() {
    for answers in [&[returned()][..], &[settled(), returned()]] {
        let (payment, effects) = after_answers(answers);
        let reversed = reverse(&payment).unwrap();
        assert_eq!(reversed.name(), "PaymentReversed v2");
        let undone = reversed.effects();
        assert!(undone.postings.is_empty() && undone.claims.is_empty());
        let months = PaymentEvent::PaymentRecorded(Box::new(instructed())).effects().claims;
        let returned = effects.last().unwrap().claims.clone();
        assert_eq!(undone.releases, [months, returned].concat());
        let first = undone.repeats_first.unwrap();
        let from = Fate::Returned { settled: Money::ZERO };
        assert_eq!((first.from, first.to), (from, Fate::Undone));
    }
}

#[test]
fn what_the_bank_credited_is_not_reversed() {
    for answers in [&[settled()][..], &[partly("1.00")], &[settled(), partly("1.00")]] {
        let refusal = reverse(&after_answers(answers).0).unwrap_err();
        assert_eq!(refusal, PaymentRefusal::SettledByBank { payment: payment_id() });
        assert_eq!((refusal.code(), refusal.field()), ("SETTLED_BY_BANK", Some(&["payment"][..])));
    }
}

#[test]
fn sums_that_are_not_the_amount_are_no_event() {
    let PaymentEvent::PaymentReturned(event) =
        in_transit().answer(&partly("1000.00"), file(1), 1).unwrap()
    else {
        panic!()
    };
    for (settled, returned) in [("1000.00", "1999.99"), ("3000.00", "0.00"), ("0.01", "3000.00")] {
        let (settled_fen, returned_fen) = (yuan(settled), yuan(returned));
        let event = PaymentReturned { settled_fen, returned_fen, ..(*event).clone() };
        let event = PaymentEvent::PaymentReturned(Box::new(event));
        let read = PaymentEvent::parse(event.name(), &event.payload());
        assert!(matches!(read, Err(EventError::Malformed { .. })), "{settled} {returned}");
    }
    let PaymentEvent::PaymentReversed(reversed) = reverse(&after_answers(&[returned()]).0).unwrap()
    else {
        panic!()
    };
    let part = PaymentReversed { returned_fen: Some(yuan("1.00")), ..*reversed.clone() };
    let part = PaymentEvent::PaymentReversed(Box::new(part));
    let whole = PaymentEvent::PaymentReversed(reversed);
    assert!(PaymentEvent::parse("PaymentReversed v2", &whole.payload()).is_ok());
    for (name, event) in [("PaymentReversed v1", &whole), ("PaymentReversed v2", &part)] {
        let read = PaymentEvent::parse(name, &event.payload());
        assert!(matches!(read, Err(EventError::Malformed { .. })), "{name}");
    }
}

#[test]
fn what_nobody_can_have_decided_is_no_event() {
    let refused = |event: PaymentEvent| {
        let read = PaymentEvent::parse(event.name(), &event.payload());
        assert!(matches!(read, Err(EventError::Malformed { .. })), "{event:?}");
    };
    let good = instructed();
    let answered = |original: PaymentRecorded| {
        let (payment, results) = (payment_id(), file(1));
        let (occurred_on, original) = (day("2020-06-17"), Box::new(original));
        let settled = PaymentSettled { payment, results, line: 1, occurred_on, original };
        PaymentEvent::PaymentSettled(Box::new(settled))
    };
    assert!(PaymentEvent::parse("PaymentSettled v1", &answered(good.clone()).payload()).is_ok());
    for amount in ["0.00", "-1.00"] {
        let amount_fen = Money::from_fen(if amount == "0.00" { 0 } else { -100 }).unwrap();
        let wrong = PaymentRecorded { amount_fen, ..good.clone() };
        refused(PaymentEvent::PaymentRecorded(Box::new(wrong.clone())));
        refused(PaymentEvent::PaymentRecorded(Box::new(PaymentRecorded {
            batch: None,
            ..wrong.clone()
        })));
        refused(answered(wrong));
    }
    let goods = PaymentRecorded { batch: good.batch, ..recorded(goods_payment()) };
    refused(PaymentEvent::PaymentRecorded(Box::new(goods.clone())));
    refused(answered(goods));
    // Nobody instructed a bank with what was recorded by itself.
    refused(answered(recorded(grant_payment())));
    let (by_itself, zero) = (recorded(grant_payment()), Money::ZERO);
    refused(PaymentEvent::PaymentReturned(Box::new(PaymentReturned {
        payment: payment_id(),
        results: file(1),
        line: 1,
        settled_fen: zero,
        returned_fen: by_itself.amount_fen,
        after_settlement: false,
        reason: ReturnReason::WrongBank,
        occurred_on: day("2020-06-17"),
        original: Box::new(by_itself),
    })));
}
