//! One thing to be recorded, and all of them in order.

use std::vec;

use super::{Disbursement, Plan};
use crate::demo::DemoError;
use crate::demo::values::MONTHS;
use crate::requests::{
    ApproveGrantRequest, EnrolOfficerRequest, OpenFundRequest, OpenStoreRequest, PaymentRequest,
    ReceiveFundsRequest, ReceiveGoodsRequest, SetStandardRequest,
};

/// The most requests of one list, which is one submission.
pub const LONGEST_LIST: usize = 20_000;

/// One thing to be recorded. Every step but a disbursement is one submission: all of it or none of it.
#[derive(Debug, Clone)]
pub enum Step {
    /// Enrols an officer.
    EnrolOfficer(EnrolOfficerRequest),
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
    /// Records what is handed over, goods and cash, at most [`LONGEST_LIST`] rows.
    Payments(Vec<PaymentRequest>),
    /// Pays a list through a bank, and does what follows from its answer.
    Disburse(Box<Disbursement>),
}

impl Step {
    /// How many entries the step makes.
    pub fn entries(&self) -> usize {
        match self {
            Self::ApproveGrants(grants) => grants.len(),
            Self::Payments(payments) => payments.len(),
            Self::Disburse(disbursement) => disbursement.entries(),
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
pub(super) fn in_lists<T>(requests: Vec<T>, step: fn(Vec<T>) -> Step) -> Vec<Step> {
    cut(requests, LONGEST_LIST).into_iter().map(step).collect()
}

/// Cuts a list into lists of at most so many; none where there is nothing.
pub(super) fn cut<T>(mut whole: Vec<T>, longest: usize) -> Vec<Vec<T>> {
    let mut lists = Vec::new();
    while whole.len() > longest {
        let rest = whole.split_off(longest);
        lists.push(std::mem::replace(&mut whole, rest));
    }
    if !whole.is_empty() {
        lists.push(whole);
    }
    lists
}
