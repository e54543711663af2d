//! Money that reached its recipient and should not have.

use super::*;
use crate::bank_results::{BankAnswer, BankOutcome};
use crate::effects::{Account, Posting};
use crate::events::{EventError, RecordedEvent};
use crate::ids::{BankResultsId, BatchId, RecoveryId, RecoveryReceiptId, ReversalId, WaiverId};
use crate::vocabulary::ReturnReason;

fn fen(fen: i64) -> Money {
    Money::from_fen(fen).unwrap()
}

pub(super) fn order(number: u128, amount: i64) -> PaymentCommand {
    PaymentCommand::OrderRecovery(OrderRecovery {
        payment: payment_id(),
        recovery: RecoveryId::from_uuid(uuid(number)),
        amount: fen(amount),
        reason: commitment(5),
        document: document("追〔2020〕3号"),
        occurred_on: day("2020-09-01"),
    })
}

pub(super) fn receive(number: u128, amount: i64) -> PaymentCommand {
    PaymentCommand::ReceiveRecovery(ReceiveRecovery {
        payment: payment_id(),
        receipt: RecoveryReceiptId::from_uuid(uuid(number)),
        amount: fen(amount),
        occurred_on: day("2020-09-20"),
        document: document("收据-0920"),
    })
}

pub(super) fn waive(number: u128, amount: i64) -> PaymentCommand {
    PaymentCommand::WaiveRecovery(WaiveRecovery {
        payment: payment_id(),
        waiver: WaiverId::from_uuid(uuid(number)),
        amount: fen(amount),
        reason: commitment(6),
        document: document("免〔2020〕1号"),
        occurred_on: day("2020-10-08"),
    })
}

/// What becomes of the payment when these are asked one after another, none of them refused. A recovery
/// consults no other stream.
fn then(mut payment: Payment, commands: &[PaymentCommand]) -> Payment {
    for command in commands {
        let event = payment.decide(command.clone(), &PaymentFacts::default()).unwrap().unwrap();
        payment.apply(event);
    }
    payment
}

fn refusal(payment: &Payment, command: PaymentCommand) -> PaymentRefusal {
    payment.decide(command, &PaymentFacts::default()).unwrap_err()
}

fn paid(command: RecordPayment) -> Payment {
    Payment::Recorded(Box::new(recorded(command)))
}

/// A payment of 3,000.00 that a batch released, after this answer of the bank.
fn answered(outcome: Option<BankOutcome>) -> Payment {
    let line = BatchLine { batch: BatchId::from_uuid(uuid(0xba)), line: 1, advance: false };
    let made = Payment::Absent.instruct(grant_payment(), line, &facts()).unwrap();
    let mut payment = Payment::Recorded(Box::new(made));
    if let Some(outcome) = outcome {
        let answer = BankAnswer { payment: payment_id(), occurred_on: day("2020-06-17"), outcome };
        let event = payment.answer(&answer, BankResultsId::from_uuid(uuid(0xf1)), 1).unwrap();
        payment.apply(event);
    }
    payment
}

fn partly_paid() -> Payment {
    let reason = ReturnReason::RejectedByBank;
    answered(Some(BankOutcome::PartlyPaid { settled_fen: yuan("1000.00"), reason }))
}

fn sums(payment: &Payment) -> [i64; 4] {
    let Payment::Recovering(recovering) = payment else { unreachable!("{payment:?}") };
    let RecoverySums { arrived_fen, ordered_fen, received_fen, waived_fen } = recovering.sums;
    [arrived_fen, ordered_fen, received_fen, waived_fen].map(|sum| sum.fen())
}

#[test]
fn what_was_asked_back_comes_in_in_parts_and_the_rest_is_given_up() {
    let steps = [order(1, 150_000), receive(1, 50_000), receive(2, 60_000), waive(1, 40_000)];
    for payment in
        [paid(grant_payment()), answered(Some(BankOutcome::Settled { amount_fen: None }))]
    {
        let payment = then(payment, &steps);
        assert_eq!(sums(&payment), [300_000, 150_000, 110_000, 40_000]);
        assert_eq!(payment.recorded().unwrap().amount_fen, yuan("3000.00"));
    }
}

#[test]
fn more_may_be_asked_back_later_but_never_more_than_arrived() {
    let payment = then(paid(grant_payment()), &[order(1, 100_000), receive(1, 100_000)]);
    let most = yuan("2000.00");
    let refused = refusal(&payment, order(2, 200_001));
    let above = RecoveryRefusal::AboveRecoverable { amount: fen(200_001), most };
    assert_eq!(refused, PaymentRefusal::Recovery(above));
    assert_eq!((refused.code(), refused.field()), ("ABOVE_RECOVERABLE", Some(&["amount"][..])));
    assert_eq!(sums(&then(payment, &[order(2, 200_000)])), [300_000, 300_000, 100_000, 0]);
}

#[test]
fn of_a_payment_that_came_back_in_part_only_what_arrived_can_be_asked_back() {
    let most = yuan("1000.00");
    let above = RecoveryRefusal::AboveRecoverable { amount: fen(100_001), most };
    assert_eq!(refusal(&partly_paid(), order(1, 100_001)), PaymentRefusal::Recovery(above));
    let payment = then(partly_paid(), &[order(1, 100_000)]);
    assert_eq!(sums(&payment), [100_000, 100_000, 0, 0]);
    // What the bank gave back may still be paid out again.
    let again = RecordPayment {
        payment: crate::ids::PaymentId::from_uuid(uuid(0xa1)),
        amount: Some(yuan("2000.00")),
        reissues: Some(payment_id()),
        ..grant_payment()
    };
    let line = BatchLine { batch: BatchId::from_uuid(uuid(0xbb)), line: 1, advance: false };
    let facts = PaymentFacts { reissued: Some(Arc::new(payment)), ..facts() };
    assert!(Payment::Absent.instruct(again, line, &facts).is_ok());
}

#[test]
fn no_more_comes_in_or_is_given_up_than_is_still_to_come() {
    let payment = then(paid(grant_payment()), &[order(1, 1_000), receive(1, 300), waive(1, 200)]);
    for command in [receive(2, 501), waive(2, 501)] {
        let refused = refusal(&payment, command);
        let above = RecoveryRefusal::AboveOutstanding { amount: fen(501), outstanding: fen(500) };
        assert_eq!(refused, PaymentRefusal::Recovery(above));
        assert_eq!((refused.code(), refused.field()), ("ABOVE_OUTSTANDING", Some(&["amount"][..])));
    }
    assert_eq!(sums(&then(payment, &[receive(2, 500)])), [300_000, 1_000, 800, 200]);
}

#[test]
fn nothing_comes_in_or_is_given_up_that_was_not_asked_back() {
    for command in [receive(1, 1), waive(1, 1)] {
        let refused = refusal(&paid(grant_payment()), command);
        let payment = payment_id();
        assert_eq!(refused, PaymentRefusal::Recovery(RecoveryRefusal::NotOrdered { payment }));
        assert_eq!((refused.code(), refused.field()), ("NOT_ORDERED", Some(&["payment"][..])));
    }
}

#[test]
fn money_that_is_not_with_its_recipient_is_not_asked_back() {
    let reason = ReturnReason::AccountClosed;
    let reverse = PaymentCommand::ReversePayment(ReversePayment {
        payment: payment_id(),
        reversal: ReversalId::from_uuid(uuid(0xb0)),
        reason: commitment(5),
        occurred_on: day("2020-07-01"),
    });
    let nowhere = [
        answered(None),
        answered(Some(BankOutcome::Returned { amount_fen: None, reason })),
        then(paid(grant_payment()), &[reverse]),
    ];
    for payment in nowhere {
        let refused = refusal(&payment, order(1, 1));
        let payment = payment_id();
        assert_eq!(
            refused,
            PaymentRefusal::Recovery(RecoveryRefusal::NotWithRecipient { payment })
        );
        assert_eq!(refused.code(), "NOTHING_TO_RECOVER");
    }
    let refused = refusal(&paid(goods_payment()), order(1, 1));
    let payment = payment_id();
    assert_eq!(refused, PaymentRefusal::Recovery(RecoveryRefusal::Goods { payment }));
    assert_eq!(refused.code(), "NOTHING_TO_RECOVER");
}

#[test]
fn what_was_never_recorded_and_what_is_of_no_amount_is_refused() {
    for command in [order(1, 1), receive(1, 1), waive(1, 1)] {
        let payment = payment_id();
        let unknown = PaymentRefusal::Recovery(RecoveryRefusal::UnknownPayment { payment });
        assert_eq!(refusal(&Payment::Absent, command), unknown);
        assert_eq!((unknown.code(), unknown.field()), ("UNKNOWN_PAYMENT", Some(&["payment"][..])));
    }
    for amount in [0, -1] {
        for command in [order(1, amount), receive(1, amount), waive(1, amount)] {
            let amount = fen(amount);
            let refused = refusal(&paid(grant_payment()), command);
            let of_nothing = RecoveryRefusal::AmountNotPositive { amount };
            assert_eq!(refused, PaymentRefusal::Recovery(of_nothing));
            assert_eq!(
                (refused.code(), refused.field()),
                ("INVALID_AMOUNT", Some(&["amount"][..]))
            );
        }
    }
}

#[test]
fn the_same_step_again_records_nothing_and_another_under_its_id_names_the_field() {
    let payment = then(paid(grant_payment()), &[order(1, 1_000), receive(1, 300), waive(1, 700)]);
    for command in [order(1, 1_000), receive(1, 300), waive(1, 700)] {
        assert_eq!(payment.decide(command, &PaymentFacts::default()), Ok(None));
    }
    for (other, fields) in [
        (order(1, 1_000), &["amount", "reason", "document", "occurredOn"][..]),
        (receive(1, 300), &["amount", "document", "occurredOn"]),
        (waive(1, 700), &["amount", "reason", "document", "occurredOn"]),
    ] {
        for field in fields {
            let refused = refusal(&payment, changed(other.clone(), field));
            assert_eq!(refused.code(), "ID_REUSED_WITH_OTHER_CONTENT");
            assert_eq!(refused.field(), Some(&[*field][..]));
        }
    }
}

/// The command with another value in a field that each of the three has, but the reason.
fn changed(command: PaymentCommand, field: &str) -> PaymentCommand {
    macro_rules! change {
        ($command:ident) => {
            match field {
                "amount" => $command.amount = fen(1),
                "document" => $command.document = document("别号"),
                "occurredOn" => $command.occurred_on = day("2020-12-31"),
                other => unreachable!("{other}"),
            }
        };
    }
    match command {
        PaymentCommand::OrderRecovery(mut command) => {
            if field == "reason" {
                command.reason = commitment(7);
            } else {
                change!(command);
            }
            PaymentCommand::OrderRecovery(command)
        }
        PaymentCommand::ReceiveRecovery(mut command) => {
            change!(command);
            PaymentCommand::ReceiveRecovery(command)
        }
        PaymentCommand::WaiveRecovery(mut command) => {
            if field == "reason" {
                command.reason = commitment(7);
            } else {
                change!(command);
            }
            PaymentCommand::WaiveRecovery(command)
        }
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn a_payment_under_recovery_is_neither_reversed_nor_returned() {
    let payment =
        then(answered(Some(BankOutcome::Settled { amount_fen: None })), &[order(1, 1_000)]);
    let reverse = PaymentCommand::ReversePayment(ReversePayment {
        payment: payment_id(),
        reversal: ReversalId::from_uuid(uuid(0xb0)),
        reason: commitment(5),
        occurred_on: day("2020-12-01"),
    });
    let refused = refusal(&payment, reverse);
    assert_eq!(refused, PaymentRefusal::UnderRecovery { payment: payment_id() });
    assert_eq!((refused.code(), refused.field()), ("UNDER_RECOVERY", Some(&["payment"][..])));
    let outcome = BankOutcome::Returned { amount_fen: None, reason: ReturnReason::AccountClosed };
    let answer = |payment: &Payment, outcome| {
        let answer = BankAnswer { payment: payment_id(), occurred_on: day("2020-12-01"), outcome };
        payment.answer(&answer, BankResultsId::from_uuid(uuid(0xf2)), 1).unwrap_err()
    };
    assert_eq!(answer(&payment, outcome), Unmatched::UnderRecovery);
    // What a bank only says once more is no news.
    let credited = BankOutcome::Settled { amount_fen: None };
    assert_eq!(answer(&payment, credited), Unmatched::AnsweredBefore);
    let partly = then(partly_paid(), &[order(1, 1_000)]);
    assert_eq!(answer(&partly, outcome), Unmatched::AnsweredBefore);
    let by_itself = then(paid(grant_payment()), &[order(1, 1_000)]);
    assert_eq!(answer(&by_itself, outcome), Unmatched::NotInstructed);
}

#[test]
fn what_was_given_up_may_be_asked_back_again() {
    let given_up =
        then(paid(grant_payment()), &[order(1, 300_000), receive(1, 100), waive(1, 299_900)]);
    let most = yuan("2999.00");
    let above = RecoveryRefusal::AboveRecoverable { amount: fen(299_901), most };
    assert_eq!(refusal(&given_up, order(2, 299_901)), PaymentRefusal::Recovery(above));
    let again = then(given_up, &[order(2, 299_900), receive(2, 299_900)]);
    assert_eq!(sums(&again), [300_000, 599_900, 300_000, 299_900]);
    assert_eq!(refusal(&again, order(3, 1)).code(), "ABOVE_RECOVERABLE");
    assert_eq!(refusal(&again, receive(3, 1)).code(), "ABOVE_OUTSTANDING");
}

#[test]
fn only_what_comes_in_moves_money_and_into_the_fund_that_paid() {
    let events = |payment: &Payment, command: PaymentCommand| {
        payment.decide(command, &PaymentFacts::default()).unwrap().unwrap()
    };
    let payment = then(paid(grant_payment()), &[order(1, 1_000)]);
    assert_eq!(events(&paid(grant_payment()), order(1, 1_000)).effects().postings, vec![]);
    assert_eq!(events(&payment, waive(1, 1_000)).effects().postings, vec![]);
    let booked = events(&payment, receive(1, 400)).effects();
    let of = |account, amount| Posting::of_money(account, fen(amount));
    let fund = fund_id();
    let moved = vec![of(Account::Recovered(fund), -400), of(Account::Fund(fund), 400)];
    assert_eq!(booked.postings, moved);
    assert!(booked.claims.is_empty() && booked.releases.is_empty());
}

#[test]
fn each_step_goes_on_from_where_the_one_before_ended() {
    let mut payment = paid(grant_payment());
    let mut stands = "stands".to_owned();
    for command in [order(1, 900), receive(1, 300), order(2, 50), waive(1, 650)] {
        let event = payment.decide(command, &PaymentFacts::default()).unwrap().unwrap();
        let repeats = event.effects().repeats_first.unwrap();
        assert_eq!(repeats.from.to_string(), stands);
        assert_eq!(repeats.payload, crate::events::print(payment.recorded().unwrap()));
        stands = repeats.to.to_string();
        payment.apply(event);
    }
    assert_eq!(stands, "recovering/300000/950/300/650");
    let ordered = partly_paid().decide(order(1, 1), &PaymentFacts::default()).unwrap().unwrap();
    let from = ordered.effects().repeats_first.unwrap().from;
    assert_eq!(from.to_string(), "returned/100000");
}

#[test]
fn an_event_that_nobody_can_have_decided_is_refused() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/events");
    let changes = [
        ("RecoveryOrdered", "", r#""amount_fen":150000"#, r#""amount_fen":0"#),
        ("RecoveryOrdered", "", r#""amount_fen":150000"#, r#""amount_fen":300001"#),
        ("RecoveryOrdered", "", r#""stood":"recorded""#, r#""stood":"settled""#),
        ("RecoveryOrdered", ".settled", r#""stood":"settled""#, r#""stood":"recorded""#),
        ("RecoveryOrdered", ".partly_paid", r#""settled_fen":100000"#, r#""settled_fen":99999"#),
        ("RecoveryOrdered", ".partly_paid", r#""settled_fen":100000"#, r#""settled_fen":300000"#),
        ("RecoveryOrdered", ".again", r#""received_fen":50000"#, r#""received_fen":140000"#),
        ("RecoveryOrdered", ".again", r#""ordered_fen":150000"#, r#""ordered_fen":170001"#),
        ("RecoveryReceived", "", r#""amount_fen":50000"#, r#""amount_fen":-1"#),
        ("RecoveryReceived", "", r#""amount_fen":50000"#, r#""amount_fen":150001"#),
        ("RecoveryReceived", "", r#""received_fen":0"#, r#""received_fen":-1"#),
        ("RecoveryWaived", "", r#""amount_fen":20000"#, r#""amount_fen":100001"#),
        ("RecoveryWaived", "", r#""ordered_fen":150000"#, r#""ordered_fen":300001"#),
    ];
    for (event, special, was, is) in changes {
        let fixture =
            std::fs::read_to_string(format!("{folder}/{event}.v1{special}.json")).unwrap();
        let forged = fixture.replacen(was, is, 1);
        assert_ne!(forged, fixture, "{event}{special} has no {was}");
        let name = format!("{event} v1");
        assert!(PaymentEvent::parse(&name, fixture.as_bytes()).is_ok(), "{event}{special}");
        let parsed = PaymentEvent::parse(&name, forged.as_bytes());
        assert!(matches!(parsed, Err(EventError::Malformed { .. })), "{event}{special}: {is}");
    }
}

#[test]
fn every_refusal_is_told_in_chinese_and_in_english() {
    let (payment, amount) = (payment_id(), fen(1));
    for refusal in [
        RecoveryRefusal::AmountNotPositive { amount },
        RecoveryRefusal::UnknownPayment { payment },
        RecoveryRefusal::IdReusedWithOtherContent { field: &["amount"] },
        RecoveryRefusal::Goods { payment },
        RecoveryRefusal::NotWithRecipient { payment },
        RecoveryRefusal::AboveRecoverable { amount, most: amount },
        RecoveryRefusal::NotOrdered { payment },
        RecoveryRefusal::AboveOutstanding { amount, outstanding: amount },
    ] {
        let message = refusal.message();
        let (chinese, english) = message.split_once(" / ").unwrap();
        assert!(!chinese.is_ascii() && english.is_ascii(), "{message}");
    }
}
