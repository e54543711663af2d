//! What can be refused by looking at the command alone.

use super::*;
use crate::store::GoodsItem;

#[test]
fn a_payment_of_money_needs_an_amount() {
    let refusal = refusal_of(RecordPayment { amount: None, ..one_off() });
    assert_eq!(refusal, PaymentRefusal::AmountMissing);
    assert_eq!(refusal.code(), "INVALID_AMOUNT");
    assert_eq!(refusal.field(), Some(&["amount"][..]));
}

#[test]
fn a_payment_of_nothing_is_refused() {
    for amount in [Money::ZERO, yuan("1.00").negated()] {
        let refusal = refusal_of(RecordPayment { amount: Some(amount), ..one_off() });
        assert_eq!(refusal, PaymentRefusal::AmountNotPositive { amount });
        assert_eq!(refusal.code(), "INVALID_AMOUNT");
    }
}

fn goods_of(items: Vec<GoodsItem>) -> RecordPayment {
    RecordPayment { aid: RequestedAid::Goods { store: store_id(), items }, ..goods_payment() }
}

#[test]
fn an_amount_that_is_not_the_value_of_the_goods_is_refused() {
    let amount = yuan("149.99");
    let refusal = refusal_of(RecordPayment { amount: Some(amount), ..goods_payment() });
    let value = yuan("150.00");
    assert_eq!(refusal, PaymentRefusal::AmountIsNotTheGoodsValue { amount, value });
    assert_eq!(refusal.code(), "INVALID_AMOUNT");
}

#[test]
fn goods_worth_more_than_any_amount_are_refused() {
    let dear = goods("金", "块", 1, "90000000000000.00");
    let refusal = refusal_of(goods_of(vec![dear.clone(), dear]));
    assert_eq!(refusal, PaymentRefusal::ValueOutOfRange);
    assert_eq!(refusal.code(), "INVALID_AMOUNT");
}

#[test]
fn handing_out_no_goods_or_more_than_an_entry_holds_is_refused() {
    let long = goods(&"米".repeat(200), &"袋".repeat(200), 1, "1.00");
    for (items, lines) in [(vec![], 0), (vec![long; 60], 60)] {
        let refusal = refusal_of(goods_of(items));
        assert_eq!(refusal, PaymentRefusal::ItemsDoNotFit { lines });
        assert_eq!(refusal.code(), "INVALID_ITEMS");
    }
}

#[test]
fn goods_do_not_go_through_a_bank() {
    let refusal = refusal_of(RecordPayment { payout: payout(), ..goods_payment() });
    assert_eq!(refusal, PaymentRefusal::GoodsNotInKind { channel: Channel::Bank });
    assert_eq!(refusal.code(), "INVALID_CHANNEL");
    assert_eq!(refusal.field(), Some(&["payout", "channel"][..]));
    assert_eq!(
        refusal.message(),
        "物资只能以实物发放,不能用银行卡 / goods are handed over in kind, not by bank"
    );
}

fn to(recipient: Recipient) -> RecordPayment {
    RecordPayment { recipient, ..one_off() }
}

#[test]
fn more_members_than_a_payment_may_list_are_refused() {
    let members = (1000..1201).map(person_id).collect();
    let refusal = refusal_of(to(Recipient { members, covered_persons: 300, ..recipient() }));
    assert_eq!(refusal, PaymentRefusal::TooManyMembers { members: 201, most: 200 });
    assert_eq!(refusal.code(), "INVALID_MEMBERS");
}

#[test]
fn nobody_is_named_twice() {
    for members in [vec![person_id(9), person_id(9)], vec![person_id(8)]] {
        let refusal = refusal_of(to(Recipient { members, covered_persons: 5, ..recipient() }));
        assert_eq!(refusal, PaymentRefusal::PersonNamedTwice);
        assert_eq!(refusal.code(), "INVALID_MEMBERS");
    }
}

#[test]
fn all_who_are_named_are_covered() {
    let refusal = refusal_of(to(Recipient { covered_persons: 1, ..recipient() }));
    assert_eq!(refusal, PaymentRefusal::CoversFewerThanNamed { covered: 1, fewest: 2 });
    assert_eq!(refusal.code(), "INVALID_COVERED_PERSONS");
    assert_eq!(refusal.field(), Some(&["recipient", "coveredPersons"][..]));
}

#[test]
fn a_payment_covers_somebody_even_if_nobody_is_named() {
    let nobody = |covered_persons| Recipient {
        person: None,
        household: None,
        members: vec![],
        covered_persons,
        ..recipient()
    };
    let refusal = refusal_of(to(nobody(0)));
    assert_eq!(refusal, PaymentRefusal::CoversFewerThanNamed { covered: 0, fewest: 1 });
    assert_eq!(recorded(to(nobody(1))).recipient.covered_persons, 1);
    let members_only = Recipient { members: vec![person_id(9), person_id(10)], ..nobody(2) };
    assert_eq!(recorded(to(members_only)).recipient.covered_persons, 2);
}

#[test]
fn more_persons_may_be_covered_than_are_named() {
    let recipient = Recipient { covered_persons: 6, ..recipient() };
    assert_eq!(recorded(to(recipient)).recipient.covered_persons, 6);
}

/// An entry has at most 65,535 bytes, of which its header takes less than 2,000.
#[test]
fn the_longest_payment_and_its_reversal_fit_into_an_entry() {
    use crate::events::RecordedEvent;

    let line = goods(&"米".repeat(200), &"袋".repeat(200), 1, "1.00");
    let members: Vec<_> = (1000..1200).map(person_id).collect();
    let command = RecordPayment {
        aid: RequestedAid::Goods { store: store_id(), items: vec![line; 37] },
        recipient: Recipient { members, covered_persons: 201, ..recipient() },
        payout: Payout {
            channel: Channel::InKind,
            document: Some(document(&"证".repeat(200))),
            ..payout()
        },
        ..goods_payment()
    };
    let original = Box::new(recorded(command));
    let reversal = PaymentEvent::PaymentReversed(Box::new(PaymentReversed {
        payment: payment_id(),
        reversal: crate::ids::ReversalId::from_uuid(uuid(1)),
        reason: commitment(5),
        occurred_on: day("2020-07-01"),
        original,
        returned_fen: None,
    }));
    let length = reversal.payload().len();
    assert!((54_000..63_000).contains(&length), "{length}");
}
