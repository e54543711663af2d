#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::calendar::Month;
use crate::ids::{FundId, HouseholdId, PersonId, ProgrammeId, StoreId};
use crate::text::GoodsName;

fn programme() -> ProgrammeId {
    ProgrammeId::parse("minimum-living-allowance").unwrap()
}

fn rice() -> Unit {
    Unit::Goods {
        item: GoodsName::parse("大米").unwrap(),
        unit: GoodsName::parse("袋").unwrap(),
        unit_value: Money::from_fen(4_500).unwrap(),
    }
}

fn accounts() -> [Account; 10] {
    let uuid = Uuid::from_u128(7);
    let (fund, store) = (FundId::from_uuid(uuid), StoreId::from_uuid(uuid));
    [
        Account::Fund(fund),
        Account::Programme(programme()),
        Account::Income(programme()),
        Account::Allotment,
        Account::Opening(fund),
        Account::Transit(fund),
        Account::Remitted(fund),
        Account::Store(store),
        Account::Donated(store),
        Account::Disbursed(store),
    ]
}

#[test]
fn accounts_have_the_spelling_that_the_books_use() {
    let spelled = accounts().map(|account| account.to_string());
    assert_eq!(
        spelled,
        [
            "fund/00000000-0000-0000-0000-000000000007",
            "programme/minimum-living-allowance",
            "income/minimum-living-allowance",
            "income/allotment",
            "opening/00000000-0000-0000-0000-000000000007",
            "transit/00000000-0000-0000-0000-000000000007",
            "remitted/00000000-0000-0000-0000-000000000007",
            "store/00000000-0000-0000-0000-000000000007",
            "donated/00000000-0000-0000-0000-000000000007",
            "disbursed/00000000-0000-0000-0000-000000000007",
        ]
    );
    for account in accounts() {
        assert_eq!(Account::parse(&account.to_string()), Some(account));
    }
    for text in ["", "fund", "fund/x", "income/", "till/1", "store/allotment"] {
        assert_eq!(Account::parse(text), None, "{text}");
    }
}

#[test]
fn only_funds_and_stores_must_not_fall_below_zero() {
    let held = accounts().map(|account| account.may_not_fall_below_zero());
    assert_eq!(held, [true, false, false, false, false, true, false, true, false, false]);
}

#[test]
fn units_have_the_spelling_that_the_books_use() {
    assert_eq!(Unit::Cny.to_string(), "CNY");
    assert_eq!(rice().to_string(), "大米/袋@4500");
    for unit in [Unit::Cny, rice()] {
        assert_eq!(Unit::parse(&unit.to_string()), Some(unit));
    }
    for text in [
        "",
        "cny",
        "大米",
        "大米/袋",
        "大米/袋@",
        "大米/袋@+4500",
        "大米/袋@04500",
        "大米 /袋@1",
        "a/b/c@1",
    ] {
        assert_eq!(Unit::parse(text), None, "{text}");
    }
}

#[test]
fn a_claim_has_the_spelling_that_the_books_use() {
    let month = Month::parse("2020-06").unwrap();
    let uuid = Uuid::from_u128(7);
    let person = Claimant::Person(PersonId::from_uuid(uuid));
    let household = Claimant::Household(HouseholdId::from_uuid(uuid));
    for (claimant, kind) in [(person, "person"), (household, "household")] {
        let claim = Claim::Month(PaidMonth { programme: programme(), month, claimant });
        let text = format!("minimum-living-allowance/2020-06/{kind}/{uuid}");
        assert_eq!(claim.to_string(), text);
        assert_eq!(Claim::parse(&text), Some(claim));
        assert_eq!(Claim::parse(&format!("{text}/")), None);
    }
    assert_eq!(Claim::parse("minimum-living-allowance/2020-06/person"), None);
    assert_eq!(Claim::parse(&format!("minimum-living-allowance/2020-06/store/{uuid}")), None);
}

fn payment(amount: i64) -> Effects {
    let [fund, programme_account, ..] = accounts();
    let claimant = Claimant::Person(PersonId::from_uuid(Uuid::from_u128(7)));
    let month = Month::parse("2020-06").unwrap();
    let posting = |account, amount| Posting { account, unit: Unit::Cny, amount };
    Effects {
        claims: vec![Claim::Month(PaidMonth { programme: programme(), month, claimant })],
        releases: Vec::new(),
        postings: vec![posting(fund, -amount), posting(programme_account, amount)],
        guards: vec![Guard {
            stream_type: "standard",
            stream_id: programme().to_string(),
            sequence: 3,
        }],
        repeats_first: None,
        begins_stream: false,
    }
}

#[test]
fn a_booking_must_sum_to_zero_in_each_unit() {
    let mut effects = payment(90_000);
    assert!(effects.is_balanced() && Effects::default().is_balanced());
    let [.., store, _, disbursed] = accounts();
    effects.postings.push(Posting { account: store, unit: rice(), amount: -2 });
    assert!(!effects.is_balanced());
    effects.postings.push(Posting { account: disbursed, unit: rice(), amount: 2 });
    assert!(effects.is_balanced());
}

proptest! {
    #[test]
    fn the_inverse_undoes_and_guards_nothing(amount in 1..(1_i64 << 53)) {
        let original = payment(amount);
        let inverse = original.clone().inverse();
        prop_assert!(inverse.is_balanced() && inverse.guards.is_empty());
        prop_assert_eq!(&inverse.releases, &original.claims);
        prop_assert!(inverse.claims.is_empty());
        for (there, back) in original.postings.iter().zip(&inverse.postings) {
            prop_assert_eq!((&there.account, &there.unit), (&back.account, &back.unit));
            prop_assert_eq!(there.amount, -back.amount);
        }
    }
}
