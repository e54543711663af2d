//! The lists of what is given once: temporary assistance, the six aids, goods.

use domain::vocabulary::{Channel, TemporaryAidKind};

use super::Plan;
use super::recipients::recipient;
use crate::demo::DemoError;
use crate::demo::funds::FundKey;
use crate::demo::goods::store_id;
use crate::demo::population::Person;
use crate::demo::relief::{Relief, SIX_AIDS};
use crate::demo::values::{calendar_day, client_id, document, money, programme, year_of};
use crate::requests::{AidRequest, PaymentRequest, PayoutRequest};

/// The fund that pays temporary assistance.
pub(super) const TEMPORARY_AID_FUND: FundKey = FundKey::District;

/// The reasons for temporary assistance, in turn.
const CAUSES: [&str; 5] = ["突发疾病", "交通意外", "家庭火灾", "子女就学支出", "重病医疗支出"];

impl Plan {
    /// Temporary assistance of a month, for everybody in the household. What is urgent is paid by
    /// hand.
    pub(super) fn temporary_aid(&self, month: usize) -> Result<Vec<PaymentRequest>, DemoError> {
        let reliefs = self.temporary.iter().filter(|relief| relief.month == month);
        reliefs.map(|relief| self.temporary_payment(relief)).collect()
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
    pub(super) fn six_aids(&self, month: usize) -> Result<Vec<PaymentRequest>, DemoError> {
        let reliefs = self.six_aids.iter().filter(|relief| relief.month == month);
        reliefs.map(|relief| self.six_aids_payment(relief)).collect()
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
    pub(super) fn hand_outs(&self, month: usize) -> Result<Vec<PaymentRequest>, DemoError> {
        let hand_outs = self.goods.hand_outs.iter().filter(|out| out.month == month);
        hand_outs
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
            .collect()
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
