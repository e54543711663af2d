//! The plan held against rules written down a second time, as simply as possible.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::calendar::{Day, MonthRange};
use domain::catalogue::Catalogue;
use domain::identity::IdentityNumber;
use domain::store::GoodsItem;
use domain::vocabulary::{Channel, DisabilitySubsidyKind, StandardUnit};

use super::plan::{LONGEST_LIST, Plan, Scale, Step};
use super::published::{Measure, PublishedFigure, Stage, figures};
use crate::requests::{
    AidRequest, ApproveGrantRequest, PaymentRequest, ReversePaymentRequest, SetStandardRequest,
};

/// Books kept by hand: every rule is an assertion.
#[derive(Default)]
struct Books {
    earmarks: BTreeMap<String, BTreeSet<String>>,
    balances: BTreeMap<String, i64>,
    standards: BTreeMap<String, Vec<SetStandardRequest>>,
    grants: BTreeMap<String, ApproveGrantRequest>,
    stock: BTreeMap<(String, String), i64>,
    stores: BTreeSet<String>,
    ids: HashSet<String>,
    claims: HashSet<(&'static str, String, i32)>,
    last_list: Vec<PaymentRequest>,
    paid: BTreeMap<&'static str, i64>,
    received: BTreeMap<String, i64>,
    aided_households: BTreeSet<String>,
    aided_person_times: i64,
    payments: usize,
    reversals: usize,
    entries: usize,
}

fn programme_of(aid: &AidRequest) -> &'static str {
    let id = match aid {
        AidRequest::GrantPayment { programme, .. } | AidRequest::OneOff { programme, .. } => {
            programme.as_str()
        }
        AidRequest::TemporaryAid { .. } => "temporary-assistance",
        AidRequest::DisabilitySubsidy { subsidy: DisabilitySubsidyKind::Living, .. } => {
            "disability-living-allowance"
        }
        AidRequest::DisabilitySubsidy { .. } => "disability-nursing-subsidy",
        AidRequest::Goods { .. } => "charity-supermarket",
    };
    Catalogue::standard().find(id).expect("a programme of the catalogue").id.as_str()
}

fn months_of(aid: &AidRequest) -> Option<MonthRange> {
    match aid {
        AidRequest::GrantPayment { months, .. } | AidRequest::DisabilitySubsidy { months, .. } => {
            Some(*months)
        }
        _ => None,
    }
}

fn kind_of(item: &GoodsItem) -> String {
    format!("{}/{}@{}", item.item(), item.unit(), item.unit_value())
}

fn covered_by(payment: &PaymentRequest) -> i64 {
    1 + i64::try_from(payment.recipient.members.len()).unwrap()
}

fn in_plan(day: Day) -> bool {
    (2016..=2020).contains(&day.year())
}

impl Books {
    fn of(plan: &Plan) -> Self {
        let mut books = Self::default();
        for step in plan.steps() {
            let step = step.unwrap();
            books.entries += step.entries();
            books.take(step);
        }
        books
    }

    fn new_id(&mut self, noun: &str, id: &str) {
        assert!(self.ids.insert(format!("{noun}/{id}")), "{noun} {id} twice");
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::OpenFund(fund) => {
                let id = fund.id.as_str().to_owned();
                self.new_id("fund", &id);
                let expanded =
                    fund.programmes.iter().flat_map(|one| Catalogue::standard().expand(one));
                let earmark = expanded.map(|one| one.as_str().to_owned()).collect();
                self.earmarks.insert(id.clone(), earmark);
                self.balances.insert(id, 0);
            }
            Step::SetStandard(standard) => {
                self.new_id("standard", standard.id.as_str());
                let programme = standard.programme.as_str().to_owned();
                self.standards.entry(programme).or_default().push(standard);
            }
            Step::OpenStore(store) => {
                self.new_id("store", store.id.as_str());
                self.stores.insert(store.id.as_str().to_owned());
            }
            Step::ReceiveFunds(receipt) => {
                self.new_id("receipt", receipt.id.as_str());
                assert!(in_plan(receipt.occurred_on) && receipt.amount.fen() > 0);
                *self.balances.get_mut(&receipt.fund).expect("an open fund") +=
                    receipt.amount.fen();
                if let Some(income) = receipt.income {
                    *self.received.entry(income.as_str().to_owned()).or_default() +=
                        receipt.amount.fen();
                }
            }
            Step::ReceiveGoods(goods) => {
                self.new_id("receipt", goods.id.as_str());
                assert!(self.stores.contains(&goods.store) && in_plan(goods.occurred_on));
                for item in goods.items {
                    let kind = kind_of(&item);
                    *self.stock.entry((goods.store.clone(), kind)).or_default() +=
                        i64::from(item.quantity());
                }
            }
            Step::ApproveGrants(grants) => {
                assert!((1..=LONGEST_LIST).contains(&grants.len()));
                for grant in grants {
                    self.new_id("grant", grant.id.as_str());
                    assert!(grant.amount.fen() > 0 && grant.members > 0);
                    self.grants.insert(grant.id.as_str().to_owned(), grant);
                }
            }
            Step::Payments(payments) => {
                assert!((1..=LONGEST_LIST).contains(&payments.len()));
                for payment in &payments {
                    self.pay(payment);
                }
                self.last_list = payments;
            }
            Step::ReversePayment(reversal) => self.reverse(&reversal),
        }
    }

    fn pay(&mut self, payment: &PaymentRequest) {
        self.new_id("payment", payment.id.as_str());
        assert!(in_plan(payment.occurred_on));
        let programme = programme_of(&payment.aid);
        let covered = covered_by(payment);
        let account = payment.payout.account_no.is_some();
        assert_eq!(account, payment.payout.channel == Some(Channel::Bank));
        if let Some(months) = months_of(&payment.aid) {
            assert!(months.to().index() <= payment.occurred_on.month().index());
        }
        self.check_grant(payment, programme);
        self.claim(payment, programme, true);
        let amount = match &payment.aid {
            AidRequest::Goods { store, items } => {
                assert!(payment.amount.is_none());
                let mut worth = 0;
                for item in items {
                    let kind = kind_of(item);
                    let left = self.stock.get_mut(&(store.clone(), kind)).expect("goods in store");
                    *left -= i64::from(item.quantity());
                    assert!(*left >= 0, "{store} has too few {}", item.item());
                    worth += i64::from(item.quantity()) * item.unit_value().fen();
                }
                worth
            }
            AidRequest::GrantPayment { fund, .. }
            | AidRequest::OneOff { fund, .. }
            | AidRequest::TemporaryAid { fund, .. }
            | AidRequest::DisabilitySubsidy { fund, .. } => {
                let amount = payment.amount.expect("an amount").fen();
                assert!(amount > 0);
                assert!(self.earmarks[fund].contains(programme), "{fund} is not for {programme}");
                let ceiling = self.ceiling(payment, programme, covered);
                assert!(
                    amount <= ceiling,
                    "{} pays {amount}, above {ceiling}",
                    payment.id.as_str()
                );
                let balance = self.balances.get_mut(fund).unwrap();
                *balance -= amount;
                assert!(*balance >= 0, "{fund} is short at {}", payment.id.as_str());
                amount
            }
        };
        *self.paid.entry(programme).or_default() += amount;
        self.payments += 1;
        if programme == "temporary-assistance" {
            self.aided_households.insert(payment.recipient.household_no.clone().unwrap());
            self.aided_person_times += covered;
        }
    }

    fn claim(&mut self, payment: &PaymentRequest, programme: &'static str, taken: bool) {
        let person = payment.recipient.person_no.as_ref().unwrap().as_str();
        for month in months_of(&payment.aid).iter().flat_map(MonthRange::months) {
            let claim = (programme, person.to_owned(), month.index());
            let fits = if taken { self.claims.insert(claim) } else { self.claims.remove(&claim) };
            assert!(fits, "{} at {}", month, payment.id.as_str());
        }
    }

    fn check_grant(&self, payment: &PaymentRequest, programme: &str) {
        let AidRequest::GrantPayment { grant, months, .. } = &payment.aid else {
            return;
        };
        let grant =
            &self.grants[grant.as_ref().expect("every such payment names its grant").as_str()];
        assert_eq!(grant.programme.as_str(), programme);
        assert_eq!(Some(&grant.household_no), payment.recipient.household_no.as_ref());
        if grant.person_no.is_some() {
            assert_eq!(grant.person_no, payment.recipient.person_no);
        }
        assert!(grant.months.from() <= months.from() && months.to() <= grant.months.to());
        let most = grant.amount.fen() * i64::from(months.len());
        assert!(payment.amount.unwrap().fen() <= most);
        assert_eq!(i64::from(grant.members), covered_by(payment));
    }

    /// The highest version of any class in force on the first day of each month, summed.
    fn ceiling(&self, payment: &PaymentRequest, programme: &str, covered: i64) -> i64 {
        let standards = &self.standards[programme];
        let months = months_of(&payment.aid)
            .unwrap_or_else(|| MonthRange::single(payment.occurred_on.month()));
        let mut twelfths = 0;
        let mut once = 0;
        for month in months.months() {
            let mut in_force: BTreeMap<Option<&str>, &SetStandardRequest> = BTreeMap::new();
            for standard in standards.iter().filter(|one| one.effective_from <= month.first_day()) {
                let class = standard.class.as_ref().map(|class| class.as_str());
                let known = in_force.entry(class).or_insert(standard);
                if standard.effective_from > known.effective_from {
                    *known = standard;
                }
            }
            let monthly = in_force.values().map(|one| match one.unit {
                StandardUnit::PersonMonth => 12 * covered * one.amount.fen(),
                StandardUnit::HouseholdYear => one.amount.fen(),
                StandardUnit::Once => {
                    once = once.max(one.amount.fen());
                    0
                }
                other => panic!("the plan sets no standard by {other:?}"),
            });
            twelfths += monthly.max().expect("a standard in force");
        }
        once.max((twelfths + 6) / 12)
    }

    fn reverse(&mut self, reversal: &ReversePaymentRequest) {
        self.new_id("reversal", reversal.id.as_str());
        let list = std::mem::take(&mut self.last_list);
        let payment = list.iter().find(|one| one.id == reversal.payment).expect("just paid");
        assert!(in_plan(reversal.occurred_on) && reversal.occurred_on > payment.occurred_on);
        let AidRequest::GrantPayment { fund, .. } = &payment.aid else { panic!("not dibao") };
        let programme = programme_of(&payment.aid);
        let amount = payment.amount.unwrap().fen();
        *self.balances.get_mut(fund).unwrap() += amount;
        *self.paid.get_mut(programme).unwrap() -= amount;
        self.claim(payment, programme, false);
        self.reversals += 1;
        self.last_list = list;
    }

    fn answer(&self, figure: &PublishedFigure) -> i64 {
        match (figure.stage, figure.measure) {
            (Stage::Received, _) => self.received[figure.programme.as_str()],
            (Stage::Paid, Measure::Amount) => Catalogue::standard()
                .expand(&figure.programme)
                .iter()
                .filter_map(|member| self.paid.get(member.as_str()))
                .sum(),
            (Stage::Paid, Measure::Households) => {
                i64::try_from(self.aided_households.len()).unwrap()
            }
            (Stage::Paid, Measure::PersonTimes) => self.aided_person_times,
        }
    }
}

fn every_rule_holds_at(scale: u32) -> Books {
    let plan = Plan::new(Scale::of_months(scale).unwrap()).unwrap();
    let books = Books::of(&plan);
    for figure in figures().unwrap() {
        assert_eq!(figure.value, books.answer(&figure), "{}", figure.fact_id);
    }
    assert_eq!(plan.payments(), books.payments);
    assert_eq!(plan.entries().unwrap(), books.entries);
    assert_eq!(books.reversals, 20);
    assert_eq!(books.stores.len(), 17);
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

#[test]
fn every_person_has_one_name_and_an_impossible_birth_year() {
    let plan = Plan::new(Scale::of_months(60).unwrap()).unwrap();
    let mut names: BTreeMap<IdentityNumber, String> = BTreeMap::new();
    for step in plan.steps() {
        let Step::Payments(payments) = step.unwrap() else {
            continue;
        };
        for payment in payments {
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
