//! One thing to be recorded, and all of them in order.

use std::vec;

use super::Plan;
use crate::demo::DemoError;
use crate::demo::values::MONTHS;
use crate::requests::{
    ApproveGrantRequest, OpenFundRequest, OpenStoreRequest, PaymentRequest, ReceiveFundsRequest,
    ReceiveGoodsRequest, ReversePaymentRequest, SetStandardRequest,
};

/// The most requests of one list, which is one submission.
pub const LONGEST_LIST: usize = 20_000;

/// One thing to be recorded. Every step is one submission: all of it or none of it.
#[derive(Debug, Clone)]
pub enum Step {
    /// Opens a fund.
    OpenFund(OpenFundRequest),
    /// Puts a standard in force.
    SetStandard(SetStandardRequest),
    /// Opens a charity supermarket.
    OpenStore(OpenStoreRequest),
    /// Books money into a fund.
    ReceiveFunds(ReceiveFundsRequest),
    /// Books goods into a store.
    ReceiveGoods(ReceiveGoodsRequest),
    /// Approves grants, at most [`LONGEST_LIST`].
    ApproveGrants(Vec<ApproveGrantRequest>),
    /// Records one payment list, at most [`LONGEST_LIST`] rows.
    Payments(Vec<PaymentRequest>),
    /// Reverses a payment; its replacement follows in a later list.
    ReversePayment(ReversePaymentRequest),
}

impl Step {
    /// How many entries the step makes.
    pub fn entries(&self) -> usize {
        match self {
            Self::ApproveGrants(grants) => grants.len(),
            Self::Payments(payments) => payments.len(),
            _ => 1,
        }
    }
}

/// Every step of a plan, made month by month.
pub struct Steps<'a> {
    plan: &'a Plan,
    month: usize,
    ready: vec::IntoIter<Step>,
}

impl<'a> Steps<'a> {
    pub(super) fn of(plan: &'a Plan) -> Self {
        Self { plan, month: 0, ready: Vec::new().into_iter() }
    }
}

impl Iterator for Steps<'_> {
    type Item = Result<Step, DemoError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(step) = self.ready.next() {
                return Some(Ok(step));
            }
            if self.month >= MONTHS {
                return None;
            }
            let made = self.plan.month(self.month);
            self.month = self.month.saturating_add(1);
            match made {
                Ok(steps) => self.ready = steps.into_iter(),
                Err(error) => {
                    self.month = MONTHS;
                    return Some(Err(error));
                }
            }
        }
    }
}

/// Cuts requests into lists of at most [`LONGEST_LIST`]; none where there are none.
pub(super) fn in_lists<T>(mut requests: Vec<T>, step: fn(Vec<T>) -> Step) -> Vec<Step> {
    let mut steps = Vec::new();
    while requests.len() > LONGEST_LIST {
        let rest = requests.split_off(LONGEST_LIST);
        steps.push(step(std::mem::replace(&mut requests, rest)));
    }
    if !requests.is_empty() {
        steps.push(step(requests));
    }
    steps
}
