//! Books kept by hand: every rule is an assertion.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::calendar::{Day, MonthRange};
use domain::catalogue::Catalogue;
use domain::store::GoodsItem;
use domain::vocabulary::{Channel, DisabilitySubsidyKind, StandardUnit};

use crate::demo::plan::{LONGEST_LIST, Plan, Step};
use crate::demo::published::{Measure, PublishedFigure, Stage};
use crate::requests::{AidRequest, ApproveGrantRequest, PaymentRequest, SetStandardRequest};

#[derive(Default)]
pub(super) struct Books {
    officers: BTreeSet<String>,
    earmarks: BTreeMap<String, BTreeSet<String>>,
    pub(super) balances: BTreeMap<String, i64>,
    standards: BTreeMap<String, Vec<SetStandardRequest>>,
    grants: BTreeMap<String, ApproveGrantRequest>,
    stock: BTreeMap<(String, String), i64>,
    pub(super) stores: BTreeSet<String>,
    ids: HashSet<String>,
    claims: HashSet<(&'static str, String, i32)>,
    pub(super) paid: BTreeMap<&'static str, i64>,
    received: BTreeMap<String, i64>,
    aided_households: BTreeSet<String>,
    aided_person_times: i64,
    pub(super) payments: usize,
    pub(super) entries: usize,
    pub(super) returned: usize,
    pub(super) partly_paid: usize,
    pub(super) reissued: usize,
    pub(super) reversed: usize,
    pub(super) orders: usize,
    pub(super) waivers: usize,
    pub(super) recovered: i64,
    pub(super) waived: i64,
}

pub(super) fn programme_of(aid: &AidRequest) -> &'static str {
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

/// The fund that pays; goods have none.
pub(super) fn fund_of(aid: &AidRequest) -> Option<&String> {
    match aid {
        AidRequest::Goods { .. } => None,
        AidRequest::GrantPayment { fund, .. }
        | AidRequest::OneOff { fund, .. }
        | AidRequest::TemporaryAid { fund, .. }
        | AidRequest::DisabilitySubsidy { fund, .. } => Some(fund),
    }
}

fn covered_by(payment: &PaymentRequest) -> i64 {
    1 + i64::try_from(payment.recipient.members.len()).unwrap()
}

pub(super) fn in_plan(day: Day) -> bool {
    (2016..=2020).contains(&day.year())
}

impl Books {
    pub(super) fn of(plan: &Plan) -> Self {
        let mut books = Self::default();
        for step in plan.steps() {
            let step = step.unwrap();
            books.entries += step.entries();
            books.take(step);
        }
        books
    }

    pub(super) fn new_id(&mut self, noun: &str, id: &str) {
        assert!(self.ids.insert(format!("{noun}/{id}")), "{noun} {id} twice");
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::EnrolOfficer(officer) => {
                assert!(self.officers.insert(officer.officer.as_str().to_owned()));
            }
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
                    assert_ne!(payment.payout.channel, Some(Channel::Bank));
                    let amount = self.pay(payment);
                    self.arrive(payment, amount, true);
                }
            }
            Step::Disburse(disbursement) => self.disburse(*disbursement),
        }
    }

    /// The money or the goods leave. Gives how much, in fen.
    pub(super) fn pay(&mut self, payment: &PaymentRequest) -> i64 {
        let programme = programme_of(&payment.aid);
        let covered = covered_by(payment);
        if let Some(months) = months_of(&payment.aid) {
            assert!(months.to().index() <= payment.occurred_on.month().index());
        }
        self.check_grant(payment, programme);
        self.claim(payment, programme, true);
        let Some(fund) = fund_of(&payment.aid) else { return self.hand_out(payment) };
        assert!(self.earmarks[fund].contains(programme), "{fund} is not for {programme}");
        let ceiling = self.ceiling(payment, programme, covered);
        let amount = self.leave_fund(payment);
        assert!(amount <= ceiling, "{} pays {amount}, above {ceiling}", payment.id.as_str());
        amount
    }

    /// What every payment of money does, for the first time or again.
    pub(super) fn leave_fund(&mut self, payment: &PaymentRequest) -> i64 {
        self.count(payment);
        let amount = payment.amount.expect("an amount").fen();
        assert!(amount > 0);
        let balance = self.balances.get_mut(fund_of(&payment.aid).unwrap()).unwrap();
        *balance -= amount;
        assert!(*balance >= 0, "a fund is short at {}", payment.id.as_str());
        amount
    }

    fn count(&mut self, payment: &PaymentRequest) {
        self.new_id("payment", payment.id.as_str());
        assert!(in_plan(payment.occurred_on));
        let account = payment.payout.account_no.is_some();
        assert_eq!(account, payment.payout.channel == Some(Channel::Bank));
        self.payments += 1;
    }

    fn hand_out(&mut self, payment: &PaymentRequest) -> i64 {
        self.count(payment);
        let AidRequest::Goods { store, items } = &payment.aid else { panic!("no goods") };
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

    /// So much reached the recipient; the persons count unless a part of it reached them before.
    pub(super) fn arrive(&mut self, payment: &PaymentRequest, amount: i64, first: bool) {
        let programme = programme_of(&payment.aid);
        *self.paid.entry(programme).or_default() += amount;
        if programme == "temporary-assistance" {
            self.aided_households.insert(payment.recipient.household_no.clone().unwrap());
            self.aided_person_times += if first { covered_by(payment) } else { 0 };
        }
    }

    pub(super) fn claim(&mut self, payment: &PaymentRequest, programme: &'static str, taken: bool) {
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

    pub(super) fn answer(&self, figure: &PublishedFigure) -> i64 {
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
