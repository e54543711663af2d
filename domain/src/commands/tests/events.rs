//! Which events carry a command out.

use super::*;
use crate::money::Money;

#[test]
fn what_the_aggregates_decide_is_what_the_command_asks_for() {
    for file in SINGLE.into_iter().chain(["RecordPayments"]) {
        let command = fixture(file);
        assert_eq!(command.carried_out_by(&decided(command.clone())), Ok(()), "{file}");
    }
}

#[test]
fn no_event_and_one_too_many_are_told_with_their_numbers() {
    for file in SINGLE {
        let command = fixture(file);
        let once = decided(command.clone());
        let twice = [once.clone(), once].concat();
        for events in [&[][..], &twice] {
            let recorded = events.len();
            let answer = command.carried_out_by(events);
            // A release asks for itself and for each line of its list.
            let asked = if recorded == 0 { 1 } else { recorded / 2 };
            assert_eq!(answer, Err(NotCarriedOut::OtherNumber { asked, recorded }), "{file}");
        }
    }
}

#[test]
fn an_event_of_another_kind_is_told_by_its_name() {
    for file in SINGLE {
        for other in SINGLE {
            let (command, mut events) = (fixture(file), decided(fixture(other)));
            events.truncate(1);
            let event = events.first().unwrap().name();
            let answer = command.carried_out_by(&events);
            if command.name() != fixture(other).name() {
                let command = command.name();
                let index = 0;
                assert_eq!(answer, Err(NotCarriedOut::OtherKind { index, command, event }));
            } else if file != other && !(file.contains("goods") && other.contains("goods")) {
                let differs = matches!(answer, Err(NotCarriedOut::OtherContent { index: 0, .. }));
                assert!(differs, "{file} by {other}: {answer:?}");
            }
        }
    }
}

#[test]
fn the_payments_of_a_list_stand_in_its_order_and_none_is_missing() {
    let list = fixture("RecordPayments");
    let events = decided(list.clone());

    let mut swapped = events.clone();
    swapped.swap(1, 2);
    assert!(matches!(
        list.carried_out_by(&swapped),
        Err(NotCarriedOut::OtherContent { index: 1, .. })
    ));

    let (_, missing) = events.split_last().unwrap();
    let answer = list.carried_out_by(missing);
    assert_eq!(answer, Err(NotCarriedOut::OtherNumber { asked: 3, recorded: 2 }));

    let mut other_kind = events;
    *other_kind.last_mut().unwrap() = decided(fixture("ReversePayment")).remove(0);
    let (command, event) = ("RecordPayments", "PaymentReversed v1");
    let answer = list.carried_out_by(&other_kind);
    assert_eq!(answer, Err(NotCarriedOut::OtherKind { index: 2, command, event }));
}

/// The recorded payment of a fixture, changed.
fn changed(file: &str, change: impl FnOnce(&mut PaymentRecorded)) -> Vec<AnyEvent> {
    match <[AnyEvent; 1]>::try_from(decided(fixture(file))) {
        Ok([AnyEvent::Payment(PaymentEvent::PaymentRecorded(mut payment))]) => {
            change(&mut payment);
            vec![PaymentEvent::PaymentRecorded(payment).into()]
        }
        other => unreachable!("one recorded payment, not {other:?}"),
    }
}

#[test]
fn goods_may_be_asked_for_with_their_declared_value_or_without_any() {
    let (without, with) = (fixture("RecordPayment.goods"), "RecordPayment.goods_with_amount");
    assert_eq!(without.carried_out_by(&decided(fixture(with))), Ok(()));
    assert_eq!(fixture(with).carried_out_by(&decided(without.clone())), Ok(()));

    let dearer = changed("RecordPayment.goods", |payment| {
        payment.amount_fen = Money::from_fen(15_001).unwrap();
    });
    assert_eq!(without.carried_out_by(&dearer), other_content(0, "amount_fen"));
    assert_eq!(fixture(with).carried_out_by(&dearer), other_content(0, "amount_fen"));
}

#[test]
fn a_command_that_says_no_amount_is_carried_out_by_no_payment() {
    let of_nothing = |payment: &mut PaymentRecorded| payment.amount_fen = Money::ZERO;
    let printed = String::from_utf8(fixture("RecordPayment").print()).unwrap();
    let silent = printed.replacen("\"amount\":300000", "\"amount\":null", 1);
    let silent = AnyCommand::parse(silent.as_bytes()).unwrap();
    let events = changed("RecordPayment", of_nothing);
    assert_eq!(silent.carried_out_by(&events), other_content(0, "amount_fen"));

    let printed = String::from_utf8(fixture("RecordPayment.goods").print()).unwrap();
    let dear = printed.replace(
        "\"quantity\":2,\"unit_value_fen\":4500",
        "\"quantity\":1,\"unit_value_fen\":9007199254740991",
    );
    assert_ne!(dear, printed);
    let dear = AnyCommand::parse(dear.as_bytes()).unwrap();
    let events = changed("RecordPayment.goods", of_nothing);
    assert_eq!(dear.carried_out_by(&events), other_content(0, "amount_fen"));
}

#[test]
fn what_is_derived_while_deciding_is_not_compared() {
    use crate::payment::Aid;
    let later = changed("RecordPayment", |payment| {
        if let Aid::GrantPayment { standards, grant, .. } = &mut payment.aid {
            *standards = 99;
            *grant = grant.map(|basis| crate::payment::GrantBasis { sequence: 77, ..basis });
        }
    });
    assert_ne!(later, decided(fixture("RecordPayment")));
    assert_eq!(fixture("RecordPayment").carried_out_by(&later), Ok(()));
}

#[test]
fn the_form_follows_from_the_command_and_no_other_carries_it_out() {
    use crate::vocabulary::AidForm;
    for file in ["RecordPayment", "RecordPayment.goods", "RecordPayment.one_off"] {
        let other = changed(file, |payment| payment.form = AidForm::Service);
        assert_eq!(fixture(file).carried_out_by(&other), other_content(0, "form"), "{file}");
    }
}

#[test]
fn a_grant_or_a_subject_that_the_command_does_not_name_is_told() {
    use crate::payment::{Aid, GrantBasis};
    let added = changed("RecordPayment.grant_payment_least", |payment| {
        if let Aid::GrantPayment { grant, .. } = &mut payment.aid {
            *grant = Some(GrantBasis { grant: crate::examples::grant_id(), sequence: 1 });
        }
    });
    let command = fixture("RecordPayment.grant_payment_least");
    assert_eq!(command.carried_out_by(&added), other_content(0, "aid.grant"));

    let named = changed("RecordPayment.grant_payment_least", |payment| {
        payment.recipient.person = Some(crate::examples::person(8));
    });
    assert_eq!(command.carried_out_by(&named), other_content(0, "recipient.person"));
}

#[test]
fn a_reversal_undoes_the_payment_that_the_command_names() {
    let command = fixture("ReversePayment");
    let mut events = decided(command.clone());
    if let Some(AnyEvent::Payment(PaymentEvent::PaymentReversed(reversed))) = events.first_mut() {
        reversed.original.payment = crate::examples::payment_id();
    }
    assert_eq!(command.carried_out_by(&events), other_content(0, "original.payment"));
}

#[test]
fn the_order_and_the_repetitions_of_an_earmark_do_not_count() {
    let AnyCommand::Fund(FundCommand::OpenFund(mut open)) = fixture("OpenFund") else {
        unreachable!("a fund")
    };
    open.programmes.reverse();
    open.programmes.extend(open.programmes.clone());
    let command = AnyCommand::from(FundCommand::OpenFund(open));
    assert_eq!(command.carried_out_by(&decided(fixture("OpenFund"))), Ok(()));
}

#[test]
fn what_follows_a_release_are_payments_of_that_batch() {
    let command = fixture("ReleaseBatch");
    let events = decided(command.clone());
    let name = "ReleaseBatch";
    let mut other = events.clone();
    *other.last_mut().unwrap() = decided(fixture("RecordPayment")).remove(0);
    let (index, event) = (2, "PaymentRecorded v1");
    let answer = command.carried_out_by(&other);
    assert_eq!(answer, Err(NotCarriedOut::OtherKind { index, command: name, event }));

    let (_, missing) = events.split_last().unwrap();
    let answer = command.carried_out_by(missing);
    assert_eq!(answer, Err(NotCarriedOut::OtherNumber { asked: 3, recorded: 2 }));
}
