//! What a bank returned and a batch pays out again.

use super::*;
use crate::bank_results::{BankAnswer, BankOutcome};
use crate::batch::ListPart;
use crate::effects::{Account, Claim};
use crate::events::RecordedEvent;
use crate::ids::{BankResultsId, BatchId, PaymentId, ReversalId};
use crate::vocabulary::ReturnReason;

fn line(number: u32) -> BatchLine {
    BatchLine { batch: BatchId::from_uuid(uuid(0xba)), line: number, advance: false }
}

fn again_id() -> PaymentId {
    PaymentId::from_uuid(uuid(0xa9))
}

/// The payment after a bank has answered so.
fn answered(outcome: BankOutcome) -> Payment {
    let original = Payment::Absent.instruct(grant_payment(), line(4), &facts()).unwrap();
    let mut payment = Payment::Recorded(Box::new(original));
    let answer = BankAnswer { payment: payment_id(), occurred_on: day("2020-06-17"), outcome };
    let file = BankResultsId::from_uuid(uuid(0xf1));
    payment.apply(payment.answer(&answer, file, 1).unwrap());
    payment
}

fn returned() -> Payment {
    let reason = ReturnReason::AccountClosed;
    answered(BankOutcome::Returned { amount_fen: None, reason })
}

fn partly() -> Payment {
    let (settled_fen, reason) = (yuan("1000.00"), ReturnReason::RejectedByBank);
    answered(BankOutcome::PartlyPaid { settled_fen, reason })
}

/// The same again, to another account and on another day.
fn again() -> RecordPayment {
    RecordPayment {
        payment: again_id(),
        occurred_on: day("2020-07-03"),
        payout: Payout { account: None, document: None, ..payout() },
        reissues: Some(payment_id()),
        ..grant_payment()
    }
}

fn reissue(of: Payment, command: RecordPayment) -> Result<PaymentRecorded, PaymentRefusal> {
    let facts = PaymentFacts { reissued: Some(Arc::new(of)), ..facts() };
    Payment::Absent.instruct(command, line(1), &facts)
}

fn event(payment: PaymentRecorded) -> PaymentEvent {
    PaymentEvent::PaymentRecorded(Box::new(payment))
}

/// The claim that the return took.
fn came_back(of: Payment) -> Claim {
    let Payment::Returned(returned) = of else { panic!() };
    PaymentEvent::PaymentReturned(returned).effects().claims.remove(0)
}

#[test]
fn what_came_back_is_paid_out_again_and_gives_back_the_right_to_it() {
    let payment = reissue(returned(), again()).unwrap();
    assert_eq!(payment.reissues, Some(Reissued { payment: payment_id(), rest: false }));
    assert_eq!(payment.person_times(), 2);
    let asked = again();
    let ListPart::Line { bytes, .. } = payment.list_part().unwrap() else { panic!() };
    assert_eq!(bytes, asked.line());
    let event = event(payment);
    assert_eq!(event.name(), "PaymentReissued v1");
    assert_eq!(PaymentEvent::parse(event.name(), &event.payload()).as_ref(), Ok(&event));
    let effects = event.effects();
    assert!(effects.claims.is_empty(), "the payment that came back holds the months");
    assert_eq!(effects.releases, [came_back(returned())]);
    let accounts = effects.postings.iter().map(|posting| posting.account.clone());
    let expected = [Account::Fund(fund_id()), Account::Transit(fund_id())];
    assert!(accounts.eq(expected) && effects.is_balanced());
}

#[test]
fn of_a_payment_that_was_partly_paid_the_rest_is_paid_out_again_and_counts_nobody_twice() {
    let rest = RecordPayment { amount: Some(yuan("2000.00")), ..again() };
    let payment = reissue(partly(), rest).unwrap();
    assert_eq!(payment.reissues, Some(Reissued { payment: payment_id(), rest: true }));
    assert_eq!((payment.person_times(), payment.recipient.covered_persons), (0, 2));
    assert_eq!(event(payment).effects().releases, [came_back(partly())]);
    let refusal = reissue(partly(), again()).unwrap_err();
    let (amount, returned) = (yuan("3000.00"), yuan("2000.00"));
    assert_eq!(refusal, PaymentRefusal::NotTheReturnedAmount { amount, returned });
    assert_eq!((refusal.code(), refusal.field()), ("OTHER_THAN_RETURNED", Some(&["amount"][..])));
}

#[test]
fn a_rest_that_came_back_again_still_counts_nobody_twice() {
    let rest = RecordPayment { amount: Some(yuan("2000.00")), ..again() };
    let mut second = Payment::Recorded(Box::new(reissue(partly(), rest.clone()).unwrap()));
    let reason = ReturnReason::NameDiffers;
    let answer = BankAnswer {
        payment: again_id(),
        occurred_on: day("2020-07-05"),
        outcome: BankOutcome::Returned { amount_fen: None, reason },
    };
    second.apply(second.answer(&answer, BankResultsId::from_uuid(uuid(0xf2)), 1).unwrap());
    let third = PaymentId::from_uuid(uuid(0xaa));
    let once_more = RecordPayment { payment: third, reissues: Some(again_id()), ..rest };
    let third = reissue(second, once_more).unwrap();
    assert_eq!(third.reissues, Some(Reissued { payment: again_id(), rest: true }));
    assert_eq!(third.person_times(), 0);
}

#[test]
fn whoever_pays_out_something_else_gives_back_a_right_that_nobody_holds() {
    let held = came_back(returned());
    let good = reissue(returned(), again()).unwrap();
    let gives_back = |payment: PaymentRecorded| event(payment).effects().releases;
    assert_eq!(gives_back(good.clone()), std::slice::from_ref(&held));
    let other = |change: fn(&mut PaymentRecorded)| {
        let mut payment = good.clone();
        change(&mut payment);
        gives_back(payment)
    };
    for other in [
        other(|payment| payment.amount_fen = yuan("2999.99")),
        other(|payment| payment.reissues = Some(Reissued { payment: payment_id(), rest: true })),
        other(|payment| payment.reissues = Some(Reissued { payment: again_id(), rest: false })),
        other(|payment| payment.recipient.person = None),
        other(|payment| payment.recipient.household = Some(household(99))),
        other(|payment| payment.recipient.members.clear()),
        other(|payment| payment.recipient.covered_persons = 3),
        other(|payment| payment.recipient.region = region("320404")),
        other(|payment| payment.recipient.residency = None),
        other(|payment| payment.aid = temporary_aid().aid.decided(3, 0)),
    ] {
        assert_ne!(other, std::slice::from_ref(&held));
    }
}

#[test]
fn only_what_a_bank_returned_is_paid_out_again() {
    let payment = payment_id();
    let unknown = PaymentRefusal::UnknownReturnedPayment { payment };
    assert_eq!(reissue(Payment::Absent, again()), Err(unknown.clone()));
    let another = RecordPayment { reissues: Some(again_id()), ..again() };
    let refusal = reissue(returned(), another).unwrap_err();
    assert_eq!(refusal, PaymentRefusal::UnknownReturnedPayment { payment: again_id() });
    assert_eq!((refusal.code(), refusal.field()), ("UNKNOWN_PAYMENT", Some(&["reissues"][..])));
    let in_transit = Payment::Absent.instruct(grant_payment(), line(4), &facts()).unwrap();
    for other in [
        Payment::Recorded(Box::new(in_transit)),
        answered(BankOutcome::Settled { amount_fen: None }),
    ] {
        let refusal = reissue(other, again()).unwrap_err();
        assert_eq!(refusal, PaymentRefusal::NotReturned { payment });
        assert_eq!(refusal.code(), "NOT_RETURNED");
    }
    let told = Payment::Absent.instruct(again(), line(1), &facts());
    assert_eq!(told, Err(unknown));
}

#[test]
fn it_goes_to_the_same_recipient_for_the_same() {
    let other_month = RecordPayment {
        aid: RequestedAid::GrantPayment {
            programme: programme(DIBAO),
            fund: fund_id(),
            months: months("2020-05", "2020-07"),
            grant: Some(grant_id()),
        },
        ..again()
    };
    let nobody = Recipient { person: None, ..recipient() };
    let more = Recipient { covered_persons: 3, ..recipient() };
    for (command, field) in [
        (other_month, &["entitlementTo"][..]),
        (RecordPayment { aid: temporary_aid().aid, ..again() }, &["programme"]),
        (RecordPayment { recipient: nobody, ..again() }, &["recipient", "personNo"]),
        (RecordPayment { recipient: more, ..again() }, &["recipient", "coveredPersons"]),
    ] {
        let refusal = reissue(returned(), command).unwrap_err();
        assert_eq!(refusal.code(), "OTHER_THAN_RETURNED");
        assert_eq!(refusal.field(), Some(field));
    }
}

#[test]
fn what_was_granted_then_is_not_asked_again() {
    let none = PaymentFacts { reissued: Some(Arc::new(returned())), grant: None, ..facts() };
    // The grant is still named, so it must stand; its months and amount are not looked at.
    let refusal = Payment::Absent.instruct(again(), line(1), &none).unwrap_err();
    assert_eq!(refusal.code(), "UNKNOWN_GRANT");
    let strict = PaymentFacts {
        reissued: Some(Arc::new(returned())),
        fund: Some(Arc::new(fund(&[]))),
        standards: standards(),
        ..facts()
    };
    assert!(Payment::Absent.instruct(again(), line(1), &strict).is_ok());
}

#[test]
fn nothing_is_paid_out_again_outside_a_batch() {
    let refusal =
        refusal_with(PaymentFacts { reissued: Some(Arc::new(returned())), ..facts() }, again());
    assert_eq!(refusal, PaymentRefusal::ReissueOutsideBatch);
    assert_eq!((refusal.code(), refusal.field()), ("REISSUE_NEEDS_BATCH", Some(&["reissues"][..])));
    let payment = PaymentRecorded { batch: None, ..reissue(returned(), again()).unwrap() };
    let event = event(payment);
    for name in ["PaymentReissued v1", "PaymentRecorded v1", "PaymentInstructed v1"] {
        assert!(PaymentEvent::parse(name, &event.payload()).is_err(), "{name}");
    }
}

#[test]
fn reversing_it_lets_what_came_back_be_paid_out_once_more() {
    let made = event(reissue(returned(), again()).unwrap());
    let mut payment = Payment::default();
    payment.apply(made.clone());
    let command = PaymentCommand::ReversePayment(ReversePayment {
        payment: again_id(),
        reversal: ReversalId::from_uuid(uuid(0xb1)),
        reason: commitment(5),
        occurred_on: day("2020-07-05"),
    });
    let undone = payment.decide(command, &PaymentFacts::default()).unwrap().unwrap().effects();
    assert_eq!(undone.claims, made.effects().releases);
    assert!(undone.releases.is_empty());
}
