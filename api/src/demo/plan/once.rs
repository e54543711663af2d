//! What is given once: temporary assistance, the six aids, goods. Money leaves by batches, but for what is urgent.

use domain::vocabulary::{Channel, TemporaryAidKind};

use super::list::List;
use super::recipients::recipient;
use super::returns::{Payable, by_batches};
use super::step::in_lists;
use super::{Plan, Step};
use crate::demo::DemoError;
use crate::demo::funds::FundKey;
use crate::demo::goods::store_id;
use crate::demo::population::Person;
use crate::demo::relief::{Relief, SIX_AIDS, TEMPORARY};
use crate::demo::values::{calendar_day, client_id, document, money, programme, year_of};
use crate::requests::{AidRequest, PaymentRequest, PayoutRequest};

/// The fund that pays temporary assistance.
pub(super) const TEMPORARY_AID_FUND: FundKey = FundKey::District;

/// The reasons for temporary assistance, in turn.
const CAUSES: [&str; 5] = ["突发疾病", "交通意外", "家庭火灾", "子女就学支出", "重病医疗支出"];

/// The word that the ids of the lists of the six aids have.
pub(super) const SIX_AIDS_LISTS: &str = "six-aids";

impl Plan {
    /// Temporary assistance of a month, for everybody in the household: cash for what is urgent, a batch
    /// for the rest.
    pub(super) fn temporary_aid(&self, month: usize) -> Result<Vec<Step>, DemoError> {
        let list = List::new("temporary", TEMPORARY, month, 1)?;
        let (mut by_hand, mut lines) = (Vec::new(), Vec::new());
        for relief in self.temporary.iter().filter(|relief| relief.month == month) {
            let payment = self.temporary_payment(relief)?;
            if relief.urgent {
                by_hand.push(payment);
            } else {
                lines.extend(self.lines_of(relief, payment, &list)?);
            }
        }
        let mut steps = in_lists(by_hand, Step::Payments);
        if !lines.is_empty() {
            steps.push(Step::Disburse(Box::new(list.disbursement(lines)?)));
        }
        Ok(steps)
    }

    fn temporary_payment(&self, relief: &Relief) -> Result<PaymentRequest, DemoError> {
        let household = self.household(relief.household)?;
        let members = self.population.members(household);
        let cause = CAUSES.get(relief.number % CAUSES.len()).copied().map(str::to_owned);
        let urgency =
            if relief.urgent { TemporaryAidKind::Urgent } else { TemporaryAidKind::Expenditure };
        let fund = TEMPORARY_AID_FUND.id().to_owned();
        Ok(PaymentRequest {
            id: client_id(&format!("temporary-{:06}", relief.number))?,
            aid: AidRequest::TemporaryAid { fund, urgency, cause },
            amount: Some(money(relief.yuan)?),
            occurred_on: calendar_day(relief.month, relief.day)?,
            recipient: recipient(household, members),
            payout: one_off_payout(relief, "钟临救", members)?,
            reissues: None,
        })
    }

    /// The six aids of a month, each to a household's head.
    pub(super) fn pay_six_aids(&self, month: usize) -> Result<Vec<Step>, DemoError> {
        let mut payments = Vec::new();
        for relief in self.six_aids.iter().filter(|relief| relief.month == month) {
            let payee = self.household(relief.household)?.head;
            payments.push(Payable { payment: self.six_aids_payment(relief)?, payee });
        }
        by_batches(SIX_AIDS_LISTS, SIX_AIDS, month, payments)
    }

    fn six_aids_payment(&self, relief: &Relief) -> Result<PaymentRequest, DemoError> {
        let household = self.household(relief.household)?;
        let members = self.population.members(household);
        let (head, _) = members.split_at(members.len().min(1));
        Ok(PaymentRequest {
            id: client_id(&format!("six-aids-{:06}", relief.number))?,
            aid: AidRequest::OneOff {
                programme: programme(SIX_AIDS)?,
                fund: FundKey::Charity.id().to_owned(),
            },
            amount: Some(money(relief.yuan)?),
            occurred_on: calendar_day(relief.month, relief.day)?,
            recipient: recipient(household, head),
            payout: one_off_payout(&Relief { urgent: false, ..*relief }, "钟慈助", head)?,
            reissues: None,
        })
    }

    /// What the stores hand out in a month, each time to a whole household.
    pub(super) fn hand_outs(&self, month: usize) -> Result<Vec<Step>, DemoError> {
        let hand_outs = self.goods.hand_outs.iter().filter(|out| out.month == month);
        let payments: Result<Vec<PaymentRequest>, DemoError> = hand_outs
            .map(|out| {
                let household = self.household(out.household)?;
                let aid = AidRequest::Goods { store: store_id(out.store), items: out.items()? };
                Ok(PaymentRequest {
                    id: client_id(&format!("goods-{:06}", out.number))?,
                    aid,
                    amount: None,
                    occurred_on: calendar_day(out.month, out.day)?,
                    recipient: recipient(household, self.population.members(household)),
                    payout: PayoutRequest {
                        channel: Some(Channel::InKind),
                        ..PayoutRequest::default()
                    },
                    reissues: None,
                })
            })
            .collect();
        Ok(in_lists(payments?, Step::Payments))
    }
}

fn one_off_payout(
    relief: &Relief,
    prefix: &str,
    covered: &[Person],
) -> Result<PayoutRequest, DemoError> {
    let year = year_of(relief.month)?;
    let account = covered.first().map(|person| person.account.clone());
    Ok(PayoutRequest {
        channel: Some(if relief.urgent { Channel::Cash } else { Channel::Bank }),
        account_no: account.filter(|_| !relief.urgent),
        document: Some(document(&format!("{prefix}〔{year}〕{}号", relief.number))?),
        ..PayoutRequest::default()
    })
}
