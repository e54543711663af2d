#![allow(clippy::unwrap_used)]

mod again;
mod answering;
mod books;
mod random_answers;
mod recording;
mod recovering;
mod reissuing;
mod reversing;
mod rules;
mod shape;
mod stages;

use std::sync::Arc;

use cqrs_es::Aggregate;
use cqrs_es::test::TestFramework;

use super::*;
use crate::examples::*;
use crate::fund::{Fund, FundEvent, FundOpened};
use crate::grant::{Grant, GrantApproved, GrantEvent};
use crate::ids::{AccountId, StandardId};
use crate::money::Money;
use crate::refusal::{FieldPath, Refusal};
use crate::standard::{StandardEvent, StandardSet, Standards};
use crate::store::{Store, StoreEvent, StoreOpened};
use crate::subject::Subject;
use crate::vocabulary::{
    AidForm, Channel, DisabilitySubsidyKind, FundSource, Residency, StandardUnit, TemporaryAidKind,
};

type Test = TestFramework<Payment>;

/// Everything that the payments below name, at sequences that can be told apart: a fund for all
/// programmes that appear here, a grant of 1,500.00 a month, a store, and no standard.
fn facts() -> PaymentFacts {
    PaymentFacts {
        fund: Some(Arc::new(fund(&[
            DIBAO,
            "old-age-allowance",
            "temporary-assistance",
            "charity-six-aids",
            "disability-two-subsidies",
            "elderly-home-retrofit",
        ]))),
        standards: Arc::new(Standards::Absent),
        standards_sequence: 3,
        grant: Some((Arc::new(grant()), 2)),
        store: Some(Arc::new(store())),
        reissued: None,
    }
}

fn fund(programmes: &[&str]) -> Fund {
    let mut fund = Fund::default();
    fund.apply(FundEvent::FundOpened(FundOpened {
        fund: fund_id(),
        code: name("aid-2020"),
        name: name("救助资金"),
        source: FundSource::Fiscal,
        level: None,
        budget_code: None,
        programmes: programmes.iter().map(|id| programme(id)).collect(),
    }));
    fund
}

fn grant() -> Grant {
    let mut grant = Grant::default();
    grant.apply(GrantEvent::GrantApproved(Box::new(GrantApproved {
        grant: grant_id(),
        programme: programme(DIBAO),
        household: household(7),
        person: Some(person(8)),
        members: 3,
        amount_fen: yuan("1500.00"),
        months: months("2020-01", "2020-12"),
        verification: document("核对〔2020〕17号"),
    })));
    grant
}

fn store() -> Store {
    let mut store = Store::default();
    store.apply(StoreEvent::StoreOpened(StoreOpened {
        store: store_id(),
        code: name("store-01"),
        name: name("五星慈善超市"),
        region: None,
    }));
    store
}

/// A standard of dibao, 900.00 for a person and month from 2020 on.
fn standards() -> Arc<Standards> {
    let mut standards = Standards::default();
    standards.apply(StandardEvent::StandardSet(StandardSet {
        standard: StandardId::from_uuid(uuid(1)),
        programme: programme(DIBAO),
        unit: StandardUnit::PersonMonth,
        amount_fen: yuan("900.00"),
        effective_from: day("2020-01-01"),
        document: document("常民〔2020〕1号"),
        region: None,
        class: None,
    }));
    Arc::new(standards)
}

fn recipient() -> Recipient {
    Recipient {
        person: Some(person(8)),
        household: Some(household(7)),
        members: vec![person_id(9)],
        covered_persons: 2,
        region: region("320404001"),
        residency: Some(Residency::Urban),
    }
}

fn payout() -> Payout {
    Payout {
        channel: Channel::Bank,
        account: Some(Subject::new(AccountId::from_uuid(uuid(0xacc)), commitment(1))),
        payee: Some(commitment(2)),
        document: Some(document("凭证-0615")),
    }
}

/// Two months of dibao on a grant.
fn grant_payment() -> RecordPayment {
    RecordPayment {
        payment: payment_id(),
        aid: RequestedAid::GrantPayment {
            programme: programme(DIBAO),
            fund: fund_id(),
            months: months("2020-05", "2020-06"),
            grant: Some(grant_id()),
        },
        amount: Some(yuan("3000.00")),
        occurred_on: day("2020-06-15"),
        recipient: recipient(),
        payout: payout(),
        reissues: None,
    }
}

fn with_aid(aid: RequestedAid) -> RecordPayment {
    RecordPayment { aid, ..grant_payment() }
}

/// Two months of dibao that name no grant.
fn without_grant() -> RecordPayment {
    with_aid(RequestedAid::GrantPayment {
        programme: programme(DIBAO),
        fund: fund_id(),
        months: months("2020-05", "2020-06"),
        grant: None,
    })
}

fn one_off() -> RecordPayment {
    with_aid(RequestedAid::OneOff { programme: programme("charity-six-aids"), fund: fund_id() })
}

fn temporary_aid() -> RecordPayment {
    with_aid(RequestedAid::TemporaryAid {
        fund: fund_id(),
        urgency: TemporaryAidKind::Urgent,
        cause: Some(commitment(3)),
    })
}

fn disability_subsidy() -> RecordPayment {
    with_aid(RequestedAid::DisabilitySubsidy {
        fund: fund_id(),
        subsidy: DisabilitySubsidyKind::Nursing,
        certificate: Some(commitment(4)),
        months: months("2020-06", "2020-06"),
    })
}

fn goods_payment() -> RecordPayment {
    RecordPayment {
        aid: RequestedAid::Goods {
            store: store_id(),
            items: vec![goods("大米", "袋", 2, "45.00"), goods("食用油", "桶", 1, "60.00")],
        },
        amount: None,
        payout: Payout { channel: Channel::InKind, account: None, payee: None, document: None },
        ..grant_payment()
    }
}

/// The command for the framework.
fn record(command: RecordPayment) -> PaymentCommand {
    PaymentCommand::RecordPayment(Box::new(command))
}

/// What is recorded for the command where nothing refuses it.
fn recorded(command: RecordPayment) -> PaymentRecorded {
    let events = Test::with(facts()).given(vec![]).when(record(command)).inspect_result().unwrap();
    match <[PaymentEvent; 1]>::try_from(events) {
        Ok([PaymentEvent::PaymentRecorded(payment)]) => *payment,
        other => unreachable!("one recorded payment, not {other:?}"),
    }
}

/// The stream in which the command was recorded before.
fn after(command: RecordPayment) -> Vec<PaymentEvent> {
    vec![PaymentEvent::PaymentRecorded(Box::new(recorded(command)))]
}

fn refusal_with(facts: PaymentFacts, command: RecordPayment) -> PaymentRefusal {
    Test::with(facts).given(vec![]).when(record(command)).inspect_result().unwrap_err()
}

fn refusal_of(command: RecordPayment) -> PaymentRefusal {
    refusal_with(facts(), command)
}
