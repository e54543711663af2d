//! The demo's whole input, as steps in order of time.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "months are below 60, steps, payments and entries below ten million"
)]

mod bank;
mod disbursement;
mod grants;
mod list;
mod once;
mod payroll;
mod recipients;
mod returns;
mod scale;
mod slips;
mod step;
mod tally;

use std::collections::BTreeMap;

use crate::demo::DemoError;
use crate::demo::enrolment::{Benefit, Enrolment, Span};
use crate::demo::funds::{FundKey, Receipt, Spending, allotments, charity_income};
use crate::demo::goods::{self, GoodsFlow};
use crate::demo::population::Population;
use crate::demo::published::{Measure, Targets};
use crate::demo::rates::Rates;
use crate::demo::relief::{Relief, six_aids, temporary};
use crate::demo::rolls::{Registrar, Roll};
use crate::demo::staff;
use crate::demo::values::{MONTHS, MONTHS_A_YEAR, YEARS};
use slips::Slip;
use step::in_lists;
use tally::Tally;

pub use disbursement::{Disbursement, LONGEST_BATCH, PaidBatch, Recovery};
pub use scale::Scale;
pub use step::{LONGEST_LIST, Step, Steps};

/// The id of the demo's ledger.
pub const LEDGER: &str = "cn-320404";

/// The bureau whose books the demo invents.
pub const BUREAU: &str = "常州市钟楼区民政局";

/// The bureau's region code.
pub const REGION: &str = crate::demo::place::DISTRICT;

/// What the demo will record at one scale. Making it takes well under a second and some 20 MB; its
/// steps are made while they are read, at most a month's at a time.
pub struct Plan {
    scale: Scale,
    population: Population,
    rates: Rates,
    rolls: Vec<Roll>,
    temporary: Vec<Relief>,
    six_aids: Vec<Relief>,
    goods: GoodsFlow,
    receipts: Vec<Receipt>,
    slips: BTreeMap<usize, Slip>,
    tally: Tally,
}

impl Plan {
    /// Makes the plan. The people, the amounts of each month and all totals are the same at every
    /// scale; only how many months one payment spans differs.
    pub fn new(scale: Scale) -> Result<Self, DemoError> {
        let targets = Targets::read()?;
        let rates = Rates::read()?;
        let mut population = Population::new();
        let rolls = Registrar::new(&targets, &rates, &mut population).rolls()?;
        let (dibao, marginal) = (roll(&rolls, Benefit::Dibao), roll(&rolls, Benefit::Marginal));
        let three_nos = roll(&rolls, Benefit::ThreeNos);
        let five_guarantees = roll(&rolls, Benefit::FiveGuarantees);
        let temporary = temporary(&targets, &mut population, dibao, marginal)?;
        let six_aids = six_aids(&targets, dibao, marginal, &temporary)?;
        let goods = goods::flow(&population, &[dibao, marginal, three_nos, five_guarantees]);
        let slips = slips::choose(&temporary);
        let mut plan = Self {
            scale,
            rates,
            rolls,
            temporary,
            six_aids,
            goods,
            slips,
            receipts: Vec::new(),
            tally: Tally::default(),
            population,
        };
        plan.receipts = plan.income(&targets)?;
        plan.tally = Tally::of(&plan)?;
        Ok(plan)
    }

    /// All steps in the order in which they are to be recorded.
    pub fn steps(&self) -> Steps<'_> {
        Steps::of(self)
    }

    /// How many entries the plan makes.
    pub fn entries(&self) -> Result<usize, DemoError> {
        let mut standards = 0;
        let mut stores = 0;
        for month in 0..MONTHS {
            standards += self.rates.set_in(month)?.len();
            stores += goods::openings_in(month)?.len();
        }
        let grants: usize = self.rolls.iter().flatten().map(|one| self.grants_of(one)).sum();
        let received = self.receipts.len() + self.goods.deliveries.len();
        Ok(staff::enrolments()?.len()
            + FundKey::ALL.len()
            + standards
            + stores
            + received
            + grants
            + self.tally.entries)
    }

    /// How many payments the plan has: also those that come back or are reversed, and those that pay out again
    /// what came back.
    pub fn payments(&self) -> usize {
        self.tally.payments
    }

    /// The block of months that is paid in the given month; `None` if none ends in it.
    fn block_paid_in(&self, month: usize) -> Option<(usize, usize)> {
        let months = self.scale.span();
        (month + 1).is_multiple_of(months).then(|| (month + 1 - months, month))
    }

    /// Allotments that cover what is paid month by month (a larger scale pays later, never earlier),
    /// and the charity fund's published income.
    fn income(&self, targets: &Targets) -> Result<Vec<Receipt>, DemoError> {
        let mut receipts = charity_income(
            targets.of("charity-one-day-donation", Measure::Amount)?,
            targets.of("charity-fund-interest", Measure::Amount)?,
        );
        for fund in FundKey::ALL.into_iter().filter(|fund| *fund != FundKey::Charity) {
            receipts.extend(allotments(fund, &self.spending(fund)));
        }
        Ok(receipts)
    }

    /// What leaves a fund in each year, were every month paid by itself: also what leaves it by mistake, and
    /// comes back within the year. What a bank gives back is there before it is paid out again.
    fn spending(&self, fund: FundKey) -> Spending {
        let mut spending = [0; YEARS];
        for (year, spent) in spending.iter_mut().enumerate() {
            let (from, to) = (year * MONTHS_A_YEAR, year * MONTHS_A_YEAR + MONTHS_A_YEAR - 1);
            for enrolment in self.rolls.iter().flatten().filter(|one| one.fund == fund) {
                *spent +=
                    enrolment.span.within(from, to).map_or(0, |span| enrolment.amount_of(span));
            }
            if fund == once::TEMPORARY_AID_FUND {
                let reliefs = self.temporary.iter().filter(|one| (from..=to).contains(&one.month));
                *spent += reliefs.map(|relief| relief.yuan + self.extra_of(relief)).sum::<i64>();
            }
        }
        spending
    }

    /// What leaves the fund for an occasion besides the plan's amount, in yuan.
    fn extra_of(&self, relief: &Relief) -> i64 {
        self.slips.get(&relief.number).map_or(0, |slip| slip.extra(relief))
    }

    /// The steps of one month: what comes into force and what comes in before what goes out.
    fn month(&self, month: usize) -> Result<Vec<Step>, DemoError> {
        let mut steps = self.beginning_of(month)?;
        for roll in &self.rolls {
            steps.extend(in_lists(self.grants(roll, month)?, Step::ApproveGrants));
        }
        for roll in &self.rolls {
            steps.extend(self.pay_roll(roll, month)?);
        }
        steps.extend(self.temporary_aid(month)?);
        steps.extend(self.pay_six_aids(month)?);
        steps.extend(self.hand_outs(month)?);
        Ok(steps)
    }

    /// Officers, funds, standards and stores that begin in a month, and what comes in for it.
    fn beginning_of(&self, month: usize) -> Result<Vec<Step>, DemoError> {
        let mut steps = Vec::new();
        if month == 0 {
            steps.extend(staff::enrolments()?.into_iter().map(Step::EnrolOfficer));
            for fund in FundKey::ALL {
                steps.push(Step::OpenFund(fund.opening()?));
            }
        }
        steps.extend(self.rates.set_in(month)?.into_iter().map(Step::SetStandard));
        steps.extend(goods::openings_in(month)?.into_iter().map(Step::OpenStore));
        for receipt in self.receipts.iter().filter(|receipt| receipt.month == month) {
            steps.push(Step::ReceiveFunds(receipt.request()?));
        }
        let deliveries = self.goods.deliveries.iter();
        for delivery in deliveries.filter(|delivery| delivery.month == month) {
            steps.push(Step::ReceiveGoods(delivery.request()?));
        }
        Ok(steps)
    }
}

/// How many blocks of so many months a span touches.
fn blocks(span: Span, months: usize) -> usize {
    span.last / months - span.first / months + 1
}

/// The roll of a programme.
fn roll(rolls: &[Roll], benefit: Benefit) -> &[Enrolment] {
    let is_of = |roll: &&Roll| roll.first().is_some_and(|one| one.benefit == benefit);
    rolls.iter().find(is_of).map_or(&[], Vec::as_slice)
}
