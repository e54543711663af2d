//! Payments that went to a mistyped account: the bank returned them, so they are reversed and paid
//! again to the right one. No total changes; the books show how a mistake looks.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "months are below 60 and there are twenty corrections"
)]

use super::payroll::payment_id;
use super::{Plan, Scale, Step};
use crate::demo::DemoError;
use crate::demo::enrolment::{Benefit, Enrolment};
use crate::demo::values::{MONTHS, calendar_day, client_id};
use crate::requests::ReversePaymentRequest;

/// Corrections in five years, one every three months.
const CORRECTIONS: usize = 20;

/// One payment that is made twice, first to a wrong account.
pub(super) struct Correction {
    /// Number of the enrolment on the dibao roll.
    number: usize,
    /// The month in which it is paid.
    month: usize,
}

/// Chooses households that are on the dibao roll all the time, another one for each quarter.
pub(super) fn choose(scale: Scale, dibao: &[Enrolment]) -> Vec<Correction> {
    let always =
        |enrolment: &&Enrolment| enrolment.span.first == 0 && enrolment.span.last + 1 == MONTHS;
    let steady: Vec<usize> =
        dibao.iter().filter(always).map(|enrolment| enrolment.number).collect();
    let step = (steady.len() / CORRECTIONS).max(1);
    let months = scale.span();
    steady
        .into_iter()
        .step_by(step)
        .take(CORRECTIONS)
        .enumerate()
        .map(|(quarter, number)| Correction {
            number,
            month: (quarter * 3 + 2) / months * months + months - 1,
        })
        .collect()
}

impl Plan {
    /// Whether this payment first goes to a wrong account.
    pub(super) fn is_mistyped(&self, enrolment: &Enrolment, month: usize) -> bool {
        enrolment.benefit == Benefit::Dibao
            && self.corrections.iter().any(|correction| {
                correction.number == enrolment.number && correction.month == month
            })
    }

    /// The reversals of the mistyped payments of a roll and month, then the list that pays them again.
    pub(super) fn corrections_of(
        &self,
        roll: &[Enrolment],
        month: usize,
    ) -> Result<Vec<Step>, DemoError> {
        let mut steps = Vec::new();
        let mut again = Vec::new();
        for enrolment in roll.iter().filter(|enrolment| self.is_mistyped(enrolment, month)) {
            let payment = payment_id(enrolment, month)?;
            steps.push(Step::ReversePayment(ReversePaymentRequest {
                id: client_id(&format!("{}-returned", payment.as_str()))?,
                payment,
                reason: "账号登记有误,银行退票,改正后重新发放".to_owned(),
                occurred_on: calendar_day(month, 25)?,
            }));
            again.extend(self.payment_again(enrolment, month)?);
        }
        if !again.is_empty() {
            steps.push(Step::Payments(again));
        }
        Ok(steps)
    }
}
