//! What payments do to claims, balances and guards.

use super::*;
use crate::effects::{Account, Effects, Fate, Posting, RepeatsFirst};
use crate::events::RecordedEvent;

fn effects_of(command: RecordPayment) -> Effects {
    PaymentEvent::PaymentRecorded(Box::new(recorded(command))).effects()
}

fn claims_of(command: RecordPayment) -> Vec<String> {
    effects_of(command).claims.iter().map(ToString::to_string).collect()
}

fn guards_of(command: RecordPayment) -> Vec<(String, u64)> {
    let guards = effects_of(command).guards.into_iter();
    guards.map(|g| (format!("{}/{}", g.stream_type, g.stream_id), g.sequence)).collect()
}

#[test]
fn a_periodic_payment_claims_each_month_for_its_person() {
    let person = person_id(8);
    assert_eq!(
        claims_of(grant_payment()),
        [
            format!("minimum-living-allowance/2020-05/person/{person}"),
            format!("minimum-living-allowance/2020-06/person/{person}"),
        ]
    );
    assert_eq!(
        claims_of(disability_subsidy()),
        [format!("disability-nursing-subsidy/2020-06/person/{person}")]
    );
}

#[test]
fn where_no_person_is_named_the_household_claims() {
    let recipient = Recipient { person: None, ..recipient() };
    let command = RecordPayment { recipient, ..without_grant() };
    let household = household(7).id;
    assert_eq!(
        claims_of(command),
        [
            format!("minimum-living-allowance/2020-05/household/{household}"),
            format!("minimum-living-allowance/2020-06/household/{household}"),
        ]
    );
}

#[test]
fn a_payment_to_nobody_known_claims_nothing() {
    let recipient = Recipient { person: None, household: None, ..recipient() };
    let command = RecordPayment { recipient, ..without_grant() };
    assert!(claims_of(command).is_empty());
}

#[test]
fn payments_without_months_claim_nothing() {
    for command in [one_off(), temporary_aid(), goods_payment()] {
        assert!(claims_of(command).is_empty());
    }
}

#[test]
fn money_moves_from_the_fund_to_the_programme() {
    for command in [grant_payment(), one_off(), temporary_aid(), disability_subsidy()] {
        let programme = command.aid.programme().clone();
        let effects = effects_of(command);
        assert!(effects.is_balanced());
        assert_eq!(
            effects.postings,
            [
                Posting::of_money(Account::Fund(fund_id()), yuan("3000.00").negated()),
                Posting::of_money(Account::Programme(programme), yuan("3000.00")),
            ]
        );
    }
}

#[test]
fn goods_move_from_the_stock_to_what_was_disbursed() {
    let effects = effects_of(goods_payment());
    assert!(effects.is_balanced());
    let moved: Vec<(String, String, i64)> = effects
        .postings
        .iter()
        .map(|posting| (posting.account.to_string(), posting.unit.to_string(), posting.amount))
        .collect();
    let (store, disbursed) = (format!("store/{}", store_id()), format!("disbursed/{}", store_id()));
    assert_eq!(
        moved,
        [
            (store.clone(), "大米/袋@4500".to_owned(), -2),
            (disbursed.clone(), "大米/袋@4500".to_owned(), 2),
            (store, "食用油/桶@6000".to_owned(), -1),
            (disbursed, "食用油/桶@6000".to_owned(), 1),
        ]
    );
}

#[test]
fn a_payment_guards_the_streams_that_it_was_decided_on() {
    assert_eq!(
        guards_of(grant_payment()),
        [("standard/minimum-living-allowance".to_owned(), 3), (format!("grant/{}", grant_id()), 2),]
    );
    assert_eq!(guards_of(temporary_aid()), [("standard/temporary-assistance".to_owned(), 3)]);
    assert!(guards_of(goods_payment()).is_empty());
}

#[test]
fn a_reversal_frees_the_months_and_moves_everything_back() {
    for command in [grant_payment(), temporary_aid(), goods_payment()] {
        let original = recorded(command);
        let payment = PaymentEvent::PaymentRecorded(Box::new(original.clone()));
        let done = payment.effects();
        assert_eq!(done.repeats_first, None);
        let undone = PaymentEvent::PaymentReversed(Box::new(PaymentReversed {
            payment: payment_id(),
            reversal: crate::ids::ReversalId::from_uuid(uuid(1)),
            reason: commitment(5),
            occurred_on: day("2020-07-01"),
            original: Box::new(original),
            returned_fen: None,
        }))
        .effects();
        let payload = payment.payload();
        let (from, to) = (Fate::Stands, Fate::Undone);
        assert_eq!(undone.repeats_first, Some(RepeatsFirst { payload, from, to }));
        assert_eq!(undone.releases, done.claims);
        assert!(undone.claims.is_empty() && undone.guards.is_empty());
        let mut both = done;
        both.postings.extend(undone.postings);
        for posting in &both.postings {
            let sum: i64 = both
                .postings
                .iter()
                .filter(|other| other.account == posting.account && other.unit == posting.unit)
                .map(|other| other.amount)
                .sum();
            assert_eq!(sum, 0, "{posting:?}");
        }
    }
}
