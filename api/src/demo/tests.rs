//! The plan held against rules written down a second time, as simply as possible.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

mod books;
mod disbursing;

use std::collections::BTreeMap;

use domain::identity::IdentityNumber;

use self::books::Books;
use super::plan::{Disbursement, Plan, Scale, Step};
use super::published::figures;
use crate::requests::PaymentRequest;

fn every_rule_holds_at(scale: u32) -> Books {
    let plan = Plan::new(Scale::of_months(scale).unwrap()).unwrap();
    let books = Books::of(&plan);
    for figure in figures().unwrap() {
        assert_eq!(figure.value, books.answer(&figure), "{}", figure.fact_id);
    }
    assert_eq!(plan.payments(), books.payments);
    assert_eq!(plan.entries().unwrap(), books.entries);
    assert_eq!(books.stores.len(), 17);
    // Four of what came back were given up, all others paid out again.
    assert_eq!(books.returned + books.partly_paid, books.reissued + 4);
    assert!(books.returned > 20 && books.partly_paid > 5);
    assert_eq!((books.reversed, books.orders, books.waivers), (8, 4, 1));
    assert_eq!((books.recovered, books.waived), (240_000, 10_000));
    books
}

#[test]
fn a_million_and_a_half_monthly_payments_equal_what_was_published() {
    let books = every_rule_holds_at(1);
    assert!((1_400_000..1_600_000).contains(&books.payments), "{}", books.payments);
}

#[test]
fn quarterly_payments_equal_what_was_published() {
    let books = every_rule_holds_at(3);
    assert!((470_000..540_000).contains(&books.payments), "{}", books.payments);
}

#[test]
fn half_yearly_payments_equal_what_was_published() {
    every_rule_holds_at(6);
}

#[test]
fn yearly_payments_equal_what_was_published() {
    let books = every_rule_holds_at(12);
    assert!((100_000..170_000).contains(&books.payments), "{}", books.payments);
}

#[test]
fn one_payment_for_five_years_equals_what_was_published() {
    every_rule_holds_at(60);
}

#[test]
fn the_plan_is_the_same_every_time() {
    let spell = || -> Vec<String> {
        let plan = Plan::new(Scale::of_months(60).unwrap()).unwrap();
        let steps = plan.steps().map(|step| format!("{:?}", step.unwrap()));
        steps.collect()
    };
    assert_eq!(spell(), spell());
}

fn payments_of(step: Step) -> Vec<PaymentRequest> {
    match step {
        Step::Payments(payments) => payments,
        Step::Disburse(disbursement) => {
            let Disbursement { batch, again, .. } = *disbursement;
            let again = again.map_or_else(Vec::new, |again| again.draft.rows);
            batch.draft.rows.into_iter().chain(again).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn every_person_has_one_name_and_an_impossible_birth_year() {
    let plan = Plan::new(Scale::of_months(60).unwrap()).unwrap();
    let mut names: BTreeMap<IdentityNumber, String> = BTreeMap::new();
    for step in plan.steps() {
        for payment in payments_of(step.unwrap()) {
            let number = payment.recipient.person_no.clone().unwrap();
            let name = payment.recipient.person_name.clone().unwrap();
            let known = names.entry(number).or_insert_with(|| name.clone());
            assert_eq!(*known, name);
            for member in payment.recipient.members {
                assert!(member.as_str()[6..10].parse::<u32>().unwrap() < 1860);
            }
        }
    }
    assert!(names.keys().all(|number| number.as_str()[6..10].parse::<u32>().unwrap() < 1860));
}
