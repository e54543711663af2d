//! 追回: money that reached its recipient and should not have.

mod decision;
mod order;
mod payload;
mod receive;
mod step;
mod waive;

use async_graphql::{MergedObject, SimpleObject};
use domain::money;
use domain::payment::RecoverySums;
use projections::payments;

use super::Payment;
use crate::graphql::scalars::Money;
use crate::graphql::unanswered::{Answer, Unanswered};

pub use order::{OrderRecovery, OrderRecoveryInput};
pub use payload::RecoveryPayload;
pub use receive::{ReceiveRecovery, ReceiveRecoveryInput};
pub use step::{RecoveryStep, RecoveryStepKind};
pub use waive::{WaiveRecovery, WaiveRecoveryInput};

/// What was asked back of a payment, and what became of that.
#[derive(Debug, Clone, SimpleObject)]
pub struct Recovery {
    /// What of the payment reached its recipient; no more is asked back.
    pub arrived: Money,
    /// 决定追回: what was asked back of that, in all orders together.
    pub ordered: Money,
    /// 已追回: what of that came in; it is in the fund again.
    pub received: Money,
    /// 豁免: what of that was given up.
    pub waived: Money,
    /// 待追回: what is still to come: ordered − received − waived.
    pub outstanding: Money,
    /// What was done, in order.
    pub steps: Vec<RecoveryStep>,
}

/// A step as it was read.
#[derive(Clone)]
pub(super) struct Step {
    pub(super) row: payments::RecoveryStep,
    /// The client's id of it, where that is known.
    pub(super) client_id: Option<String>,
}

impl Recovery {
    /// Nothing where nothing was asked back.
    pub(super) fn of(payment: &Payment) -> Answer<Option<Self>> {
        if payment.steps.is_empty() {
            return Ok(None);
        }
        let steps = payment.steps.iter().map(|step| RecoveryStep::of(step, &payment.entries));
        let steps: Vec<RecoveryStep> = steps.collect::<Answer<_>>()?;
        let paid = &payment.row;
        let arrived = paid.returned.as_ref().map_or(paid.amount, |part| part.settled);
        let sums = sums_of(arrived, &payment.steps);
        let told = sums.and_then(|sums| Some((sums, sums.outstanding()?)));
        let (sums, outstanding) =
            told.ok_or_else(|| Unanswered::damaged("a recovery that sums up to no amount"))?;
        Ok(Some(Self {
            arrived: sums.arrived_fen.into(),
            ordered: sums.ordered_fen.into(),
            received: sums.received_fen.into(),
            waived: sums.waived_fen.into(),
            outstanding: outstanding.into(),
            steps,
        }))
    }
}

/// What the steps come to; `None` where a sum leaves the range of money.
fn sums_of(arrived: money::Money, steps: &[Step]) -> Option<RecoverySums> {
    let sums = RecoverySums {
        arrived_fen: arrived,
        ordered_fen: money::Money::ZERO,
        received_fen: money::Money::ZERO,
        waived_fen: money::Money::ZERO,
    };
    steps.iter().try_fold(sums, |mut sums, Step { row, .. }| {
        let sum = match row.kind {
            payments::RecoveryStepKind::Ordered => &mut sums.ordered_fen,
            payments::RecoveryStepKind::Received => &mut sums.received_fen,
            payments::RecoveryStepKind::Waived => &mut sums.waived_fen,
        };
        *sum = sum.checked_add(row.amount)?;
        Some(sums)
    })
}

/// Every command about recoveries.
#[derive(Default, MergedObject)]
pub struct RecoveryMutations(OrderRecovery, ReceiveRecovery, WaiveRecovery);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use domain::calendar::Day;
    use domain::text::DocumentNumber;
    use projections::payments::RecoveryStepKind::{Ordered, Received, Waived};
    use uuid::Uuid;

    use super::*;

    fn fen(amount: i64) -> money::Money {
        money::Money::from_fen(amount).unwrap()
    }

    fn step(kind: payments::RecoveryStepKind, amount: i64) -> Step {
        let row = payments::RecoveryStep {
            position: 17,
            kind,
            id: Uuid::nil(),
            amount: fen(amount),
            occurred_on: Day::parse("2020-09-20").unwrap(),
            document: DocumentNumber::parse("钟民追〔2020〕3号").unwrap(),
            officer: "w-017".to_owned(),
        };
        Step { row, client_id: None }
    }

    #[test]
    fn steps_of_each_kind_are_summed_apart() {
        let steps = [
            step(Ordered, 150_000),
            step(Received, 50_000),
            step(Waived, 20_000),
            step(Ordered, 100_000),
            step(Received, 30_000),
        ];
        let sums = sums_of(fen(300_000), &steps).unwrap();
        let RecoverySums { arrived_fen, ordered_fen, received_fen, waived_fen } = sums;
        assert_eq!((arrived_fen, ordered_fen), (fen(300_000), fen(250_000)));
        assert_eq!((received_fen, waived_fen), (fen(80_000), fen(20_000)));
        assert_eq!(sums.outstanding(), Some(fen(150_000)));
    }

    #[test]
    fn a_sum_outside_the_range_of_money_is_none() {
        let most = 9_007_199_254_740_991;
        assert_eq!(sums_of(fen(most), &[step(Ordered, most), step(Ordered, 1)]), None);
    }
}
