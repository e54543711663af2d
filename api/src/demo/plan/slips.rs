//! Temporary aid that goes wrong: made twice by mistake, or paid too much.
//!
//! Every published figure is found again, for these reasons:
//!
//! * What was made twice is reversed, before the bank comes to it or after the bank gave it back. A payment
//!   that is reversed counts nowhere, and neither do its persons and its household.
//! * What was paid too much comes on top of the plan's amount, and all that comes in of it leaves the net; the
//!   payment goes on to count once, with its persons and its household.
//! * What is given up of it stays in the net. So it is a part of the plan's amount: of `a` yuan in the plan
//!   only `a - w` were due, `a + r` are paid, `r + w` are asked back, `r` come in and `w` are given up.
//!
//! All of it lies between July, when the second half of a year's allotment is there, and December: the
//! allotments cover what leaves a fund in a year, with what leaves it by mistake.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "a dozen slips of a few thousand yuan each, in months below 60"
)]

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use domain::calendar::Day;
use domain::vocabulary::ReturnReason;

use super::list::{Line, List, Outcome};
use super::{Plan, Recovery};
use crate::demo::DemoError;
use crate::demo::relief::Relief;
use crate::demo::values::{MONTHS_A_YEAR, calendar_day, client_id, document, money, year_of};
use crate::requests::{
    ClientId, PaymentRequest, ReceiveRecoveryRequest, RecoveryDecisionRequest,
    ReversePaymentRequest,
};

/// Slips in five years, a third of each kind.
const SLIPS: usize = 12;

/// July to September: what is asked back then has come in by December.
const MONTHS_OF_SLIPS: RangeInclusive<usize> = 6..=8;

/// The two parts, in yuan, in which what was paid too much comes in.
const PARTS: [i64; 2] = [400, 200];

/// What is given up, in yuan.
const WAIVED: i64 = 100;

/// What goes wrong with an occasion of temporary aid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slip {
    /// It is made twice, and the second is reversed while it is on its way.
    TakenBack,
    /// It is made twice, and the second is reversed after the bank gave it back.
    GivenUp,
    /// Too much is paid; perhaps some of it is given up.
    TooMuch { waived: bool },
}

impl Slip {
    /// One kind after the other; of what is paid too much the first is the one of which something is given up.
    fn at(place: usize) -> Self {
        match place % 3 {
            0 => Self::TakenBack,
            1 => Self::GivenUp,
            _ => Self::TooMuch { waived: place == 2 },
        }
    }

    /// What leaves the fund besides the plan's amount, in yuan.
    pub(super) fn extra(self, relief: &Relief) -> i64 {
        match self {
            Self::TakenBack | Self::GivenUp => relief.yuan,
            Self::TooMuch { .. } => PARTS.iter().sum(),
        }
    }

    /// Whether there is a second payment.
    pub(super) fn is_twice(self) -> bool {
        matches!(self, Self::TakenBack | Self::GivenUp)
    }

    /// Entries that follow the payments and the bank's answers.
    pub(super) fn entries_after(self) -> usize {
        match self {
            Self::TakenBack => 0,
            Self::GivenUp => 1,
            Self::TooMuch { waived } => 1 + PARTS.len() + usize::from(waived),
        }
    }
}

/// Chooses occasions that are paid through the bank, evenly spread over the years; by their numbers.
pub(super) fn choose(temporary: &[Relief]) -> BTreeMap<usize, Slip> {
    let suits = |relief: &&Relief| {
        !relief.urgent && MONTHS_OF_SLIPS.contains(&(relief.month % MONTHS_A_YEAR))
    };
    let suited: Vec<usize> = temporary.iter().filter(suits).map(|relief| relief.number).collect();
    let step = (suited.len() / SLIPS).max(1);
    let chosen = suited.into_iter().step_by(step).take(SLIPS).enumerate();
    chosen.map(|(place, number)| (number, Slip::at(place))).collect()
}

impl Plan {
    /// The lines of an occasion, of which something may go wrong.
    pub(super) fn lines_of(
        &self,
        relief: &Relief,
        payment: PaymentRequest,
        list: &List,
    ) -> Result<Vec<Line>, DemoError> {
        let Some(slip) = self.slips.get(&relief.number).copied() else {
            return Ok(vec![Line { payment, outcome: Outcome::Settled }]);
        };
        let twice = PaymentRequest {
            id: client_id(&format!("{}-twice", payment.id.as_str()))?,
            ..payment.clone()
        };
        let outcome = match slip {
            Slip::TakenBack => Outcome::TakenBack(reversal(&twice, twice.occurred_on)?),
            Slip::GivenUp => {
                let reversal = reversal(&twice, list.last_day())?;
                Outcome::GivenUp { reason: ReturnReason::RejectedByBank, reversal }
            }
            Slip::TooMuch { waived } => return Ok(vec![too_much(relief, payment, waived)?]),
        };
        let once = Line { payment, outcome: Outcome::Settled };
        Ok(vec![once, Line { payment: twice, outcome }])
    }
}

/// Undoes what was made twice.
fn reversal(twice: &PaymentRequest, on: Day) -> Result<Box<ReversePaymentRequest>, DemoError> {
    Ok(Box::new(ReversePaymentRequest {
        id: client_id(&format!("{}-reversed", twice.id.as_str()))?,
        payment: twice.id.clone(),
        reason: "同一事项重复制单,予以冲销".to_owned(),
        occurred_on: on,
    }))
}

/// The payment with what comes on top of it, and how that is asked back.
fn too_much(relief: &Relief, payment: PaymentRequest, waived: bool) -> Result<Line, DemoError> {
    let comes_in: i64 = PARTS.iter().sum();
    let amount = Some(money(relief.yuan + comes_in)?);
    let outcome = Outcome::TooMuch(Box::new(recovery(relief, &payment.id, waived)?));
    Ok(Line { payment: PaymentRequest { amount, ..payment }, outcome })
}

/// Asked back in the month after the payment; the parts come in in the two months after that.
fn recovery(relief: &Relief, payment: &ClientId, waived: bool) -> Result<Recovery, DemoError> {
    let given_up = if waived { WAIVED } else { 0 };
    let order = Decision {
        word: "recovery",
        yuan: PARTS.iter().sum::<i64>() + given_up,
        reason: "救助金额核算有误,多发部分应予追回",
        months_later: 1,
    };
    let waiver =
        Decision {
            word: "waiver", yuan: WAIVED, reason: "本人病重,确无偿还能力", months_later: 3
        };
    let mut receipts = Vec::with_capacity(PARTS.len());
    for (part, yuan) in (1..).zip(PARTS) {
        let (year, number) = (year_of(relief.month)?, relief.number);
        receipts.push(ReceiveRecoveryRequest {
            id: client_id(&format!("{}-recovered-{part}", payment.as_str()))?,
            payment: payment.clone(),
            amount: money(yuan)?,
            occurred_on: calendar_day(relief.month + 1 + part, 15)?,
            document: document(&format!("钟财收〔{year}〕{number}-{part}号"))?,
        });
    }
    Ok(Recovery {
        order: order.request(relief, payment)?,
        receipts,
        waiver: waived.then(|| waiver.request(relief, payment)).transpose()?,
    })
}

/// A decision about what was paid too much.
struct Decision {
    /// What its id and its document end with.
    word: &'static str,
    yuan: i64,
    reason: &'static str,
    /// After the month of the payment.
    months_later: usize,
}

impl Decision {
    fn request(
        &self,
        relief: &Relief,
        payment: &ClientId,
    ) -> Result<RecoveryDecisionRequest, DemoError> {
        let (year, number, word) = (year_of(relief.month)?, relief.number, self.word);
        Ok(RecoveryDecisionRequest {
            id: client_id(&format!("{}-{word}", payment.as_str()))?,
            payment: payment.clone(),
            amount: money(self.yuan)?,
            reason: self.reason.to_owned(),
            document: document(&format!("钟民追〔{year}〕{number}号-{word}"))?,
            occurred_on: calendar_day(relief.month + self.months_later, 20)?,
        })
    }
}
