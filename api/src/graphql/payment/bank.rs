//! What became of a payment that a bank was instructed to carry out.

use async_graphql::{Enum, SimpleObject};
use projections::payments;

use crate::graphql::scalars::{Date, Money, Position};
use crate::graphql::vocabulary::ReturnReason;

/// Where the money of a payment is that a batch released.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum BankState {
    /// 在途: no bank has answered yet.
    InTransit,
    /// 入账: a bank credited all of it.
    Settled,
    /// 部分入账: a part was credited, the rest is in its fund again.
    PartlyPaid,
    /// 退回: all of it is in its fund again.
    Returned,
}

/// What a bank gave back.
#[derive(Debug, Clone, SimpleObject)]
pub struct ReturnedPayment {
    /// Why.
    pub reason: ReturnReason,
    /// What came back.
    pub amount: Money,
    /// What was credited and stays so.
    pub settled: Money,
    /// The day on which it came back.
    pub occurred_on: Date,
    /// Where it stands in the ledger.
    pub position: Position,
}

impl BankState {
    /// Nothing where no batch released the payment, and where it was reversed before a bank had answered.
    pub(super) fn of(payment: &payments::Payment) -> Option<Self> {
        payment.batch?;
        match (&payment.returned, &payment.settled, &payment.reversed) {
            (Some(returned), _, _) if returned.settled.is_positive() => Some(Self::PartlyPaid),
            (Some(_), _, _) => Some(Self::Returned),
            (None, Some(_), _) => Some(Self::Settled),
            (None, None, None) => Some(Self::InTransit),
            (None, None, Some(_)) => None,
        }
    }
}

impl ReturnedPayment {
    pub(super) fn of(payment: &payments::Payment) -> Option<Self> {
        let returned = payment.returned.as_ref()?;
        Some(Self {
            reason: returned.reason.into(),
            amount: returned.returned.into(),
            settled: returned.settled.into(),
            occurred_on: returned.occurred_on.into(),
            position: Position(returned.position),
        })
    }
}
