//! Money that reached its recipient and should not have: asked back, received in parts, given up.
//!
//! A recovery undoes nothing. What was paid stays in the books as paid, for the months that it was paid for;
//! what comes in again is another movement, the other way. So *net paid* is what was settled less what was
//! recovered.

mod command;
mod event;
mod refusal;
mod sums;

use serde::{Deserialize, Serialize};

pub use command::{OrderRecovery, ReceiveRecovery, WaiveRecovery};
pub use event::{RecoveryOrdered, RecoveryReceived, RecoveryWaived};
pub use refusal::RecoveryRefusal;
pub use sums::{RecoverySums, Stood};

use super::answered::{PaymentReturned, Unmatched};
use super::event::{PaymentEvent, PaymentRecorded};
use super::{Aid, Payment};
use crate::bank_results::{BankAnswer, BankOutcome};
use crate::ids::PaymentId;
use crate::money::Money;
use crate::refusal::first_difference;

/// A payment of which something was asked back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recovering {
    /// What was recorded.
    pub original: Box<PaymentRecorded>,
    /// What the bank had given back of it, where it credited a part.
    pub returned: Option<Box<PaymentReturned>>,
    /// Where the recovery stands.
    pub sums: RecoverySums,
    // Kept so that the same again is recognised.
    steps: Vec<Step>,
}

impl Recovering {
    /// Why a line of a file of results changes nothing. Only what a bank takes back of a credit is news.
    pub(super) fn unmatched(&self, answer: &BankAnswer) -> Unmatched {
        let credited = matches!(answer.outcome, BankOutcome::Settled { .. });
        if self.original.batch.is_none() {
            Unmatched::NotInstructed
        } else if credited || self.returned.is_some() {
            Unmatched::AnsweredBefore
        } else {
            Unmatched::UnderRecovery
        }
    }
}

/// One step of a recovery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Step {
    Ordered(RecoveryOrdered),
    Received(RecoveryReceived),
    Waived(RecoveryWaived),
}

type Decision = Result<Option<PaymentEvent>, RecoveryRefusal>;

impl Payment {
    pub(super) fn order_recovery(&self, command: &OrderRecovery) -> Decision {
        above_zero(command.amount)?;
        let original = self.known(command.payment)?;
        if let Some(stands) = self.steps().find_map(|step| step.as_order(command)) {
            let difference = first_difference(&[
                (stands.amount_fen == command.amount, &["amount"]),
                (stands.reason == command.reason, &["reason"]),
                (stands.document == command.document, &["document"]),
                (stands.occurred_on == command.occurred_on, &["occurredOn"]),
            ]);
            return the_same_again(difference);
        }
        let payment = command.payment;
        if let Aid::Goods { .. } = original.aid {
            return Err(RecoveryRefusal::Goods { payment });
        }
        let stood = self.stood().ok_or(RecoveryRefusal::NotWithRecipient { payment })?;
        let most = stood.sums(original).not_ordered().unwrap_or(Money::ZERO);
        if command.amount > most {
            return Err(RecoveryRefusal::AboveRecoverable { amount: command.amount, most });
        }
        let ordered = command.ordered(stood, Box::new(original.clone()));
        Ok(Some(PaymentEvent::RecoveryOrdered(Box::new(ordered))))
    }

    pub(super) fn receive_recovery(&self, command: &ReceiveRecovery) -> Decision {
        above_zero(command.amount)?;
        let original = self.known(command.payment)?;
        if let Some(stands) = self.steps().find_map(|step| step.as_receipt(command)) {
            let difference = first_difference(&[
                (stands.amount_fen == command.amount, &["amount"]),
                (stands.occurred_on == command.occurred_on, &["occurredOn"]),
                (stands.document == command.document, &["document"]),
            ]);
            return the_same_again(difference);
        }
        let before = self.outstanding(command.payment, command.amount)?;
        let received = command.received(before, Box::new(original.clone()));
        Ok(Some(PaymentEvent::RecoveryReceived(Box::new(received))))
    }

    pub(super) fn waive_recovery(&self, command: &WaiveRecovery) -> Decision {
        above_zero(command.amount)?;
        let original = self.known(command.payment)?;
        if let Some(stands) = self.steps().find_map(|step| step.as_waiver(command)) {
            let difference = first_difference(&[
                (stands.amount_fen == command.amount, &["amount"]),
                (stands.reason == command.reason, &["reason"]),
                (stands.document == command.document, &["document"]),
                (stands.occurred_on == command.occurred_on, &["occurredOn"]),
            ]);
            return the_same_again(difference);
        }
        let before = self.outstanding(command.payment, command.amount)?;
        let waived = command.waived(before, Box::new(original.clone()));
        Ok(Some(PaymentEvent::RecoveryWaived(Box::new(waived))))
    }

    /// How it stands for whoever asks something of it back; `None` where its money is not with its recipient.
    fn stood(&self) -> Option<Stood> {
        match self {
            Self::Recorded(payment) if payment.batch.is_none() => Some(Stood::Recorded),
            Self::Settled(_) => Some(Stood::Settled),
            Self::Returned(returned) if returned.settled_fen.is_positive() => {
                Some(Stood::PartlyPaid { settled_fen: returned.settled_fen })
            }
            Self::Recovering(recovering) => Some(Stood::Recovering(recovering.sums)),
            Self::Absent | Self::Recorded(_) | Self::Returned(_) | Self::Reversed(_) => None,
        }
    }

    fn known(&self, payment: PaymentId) -> Result<&PaymentRecorded, RecoveryRefusal> {
        let known = self.recorded().filter(|recorded| recorded.payment == payment);
        known.ok_or(RecoveryRefusal::UnknownPayment { payment })
    }

    fn steps(&self) -> impl Iterator<Item = &Step> {
        let steps = match self {
            Self::Recovering(recovering) => recovering.steps.as_slice(),
            _ => &[],
        };
        steps.iter()
    }

    /// The sums, of which so much is still to come.
    fn outstanding(
        &self,
        payment: PaymentId,
        amount: Money,
    ) -> Result<RecoverySums, RecoveryRefusal> {
        let Self::Recovering(recovering) = self else {
            return Err(RecoveryRefusal::NotOrdered { payment });
        };
        let outstanding = recovering.sums.outstanding().unwrap_or(Money::ZERO);
        if amount > outstanding {
            return Err(RecoveryRefusal::AboveOutstanding { amount, outstanding });
        }
        Ok(recovering.sums)
    }

    /// What the payment is after a step of its recovery.
    pub(super) fn after_order(&mut self, ordered: RecoveryOrdered) {
        let sums = ordered.after();
        self.recover(ordered.original.clone(), sums, Step::Ordered(ordered));
    }

    /// See [`Self::after_order`].
    pub(super) fn after_receipt(&mut self, received: RecoveryReceived) {
        let sums = received.after();
        self.recover(received.original.clone(), sums, Step::Received(received));
    }

    /// See [`Self::after_order`].
    pub(super) fn after_waiver(&mut self, waived: RecoveryWaived) {
        let sums = waived.after();
        self.recover(waived.original.clone(), sums, Step::Waived(waived));
    }

    fn recover(&mut self, original: Box<PaymentRecorded>, sums: Option<RecoverySums>, step: Step) {
        // An event without sums is never read: see `unsound` of each.
        let Some(sums) = sums else { return };
        *self = match std::mem::take(self) {
            Self::Recovering(mut recovering) => {
                recovering.sums = sums;
                recovering.steps.push(step);
                Self::Recovering(recovering)
            }
            before => {
                let returned = match before {
                    Self::Returned(returned) => Some(returned),
                    _ => None,
                };
                let steps = vec![step];
                Self::Recovering(Box::new(Recovering { original, returned, sums, steps }))
            }
        };
    }
}

impl Step {
    fn as_order(&self, asked: &OrderRecovery) -> Option<&RecoveryOrdered> {
        match self {
            Self::Ordered(stands) if stands.recovery == asked.recovery => Some(stands),
            _ => None,
        }
    }

    fn as_receipt(&self, asked: &ReceiveRecovery) -> Option<&RecoveryReceived> {
        match self {
            Self::Received(stands) if stands.receipt == asked.receipt => Some(stands),
            _ => None,
        }
    }

    fn as_waiver(&self, asked: &WaiveRecovery) -> Option<&RecoveryWaived> {
        match self {
            Self::Waived(stands) if stands.waiver == asked.waiver => Some(stands),
            _ => None,
        }
    }
}

fn above_zero(amount: Money) -> Result<(), RecoveryRefusal> {
    if amount.is_positive() { Ok(()) } else { Err(RecoveryRefusal::AmountNotPositive { amount }) }
}

fn the_same_again(difference: Option<crate::refusal::FieldPath>) -> Decision {
    match difference {
        None => Ok(None),
        Some(field) => Err(RecoveryRefusal::IdReusedWithOtherContent { field }),
    }
}
