//! A payment: aid that was paid or handed out, and perhaps its reversal.
//!
//! One aggregate serves every kind of payment, because a bureau asks the same of all of them: paid to
//! whom, out of which money, on what basis. What differs is in [`Aid`].
//!
//! The rules here see the payment and the [`PaymentFacts`]. That a month is paid once and that a fund
//! is not overspent are no rules of one payment: they are claims and postings, which the append
//! checks ([`crate::effects`]).
//!
//! # Stages
//!
//! Each line is a transition: where the payment stands, what happens, where it stands then. Money that a batch
//! releases is on its way (in transit) until a bank has answered; a payment that is recorded by itself has arrived.
//!
//! ```text
//! absent      -> PaymentRecorded   -> recorded
//! recorded    -> PaymentReversed   -> reversed
//! absent      -> PaymentInstructed -> in transit
//! absent      -> PaymentReissued   -> in transit
//! absent -> EmergencyAdvancePaid -> in transit
//! in transit  -> PaymentSettled    -> settled
//! in transit  -> PaymentReturned   -> returned
//! in transit  -> PaymentReturned   -> partly paid
//! in transit  -> PaymentReversed   -> reversed
//! settled     -> PaymentReturned   -> returned
//! settled     -> PaymentReturned   -> partly paid
//! returned    -> PaymentReversed   -> reversed
//! recorded    -> RecoveryOrdered   -> recovering
//! settled     -> RecoveryOrdered   -> recovering
//! partly paid -> RecoveryOrdered   -> recovering
//! recovering  -> RecoveryOrdered   -> recovering
//! recovering  -> RecoveryReceived  -> recovering
//! recovering  -> RecoveryReceived  -> recovered
//! recovering  -> RecoveryWaived    -> recovering
//! recovering  -> RecoveryWaived    -> recovered
//! recovered   -> RecoveryOrdered   -> recovering
//! ```
//!
//! What came back may be paid out again, by another payment and once ([`Reissued`]). *Recovered* is a payment of
//! which nothing that was asked back is still to come ([`RecoverySums`]).

mod aid;
mod answered;
mod asked;
mod came_back;
mod command;
mod effects;
mod event;
mod list;
mod recipient;
mod recovery;
mod refusal;
mod rules;
mod sameness;
#[cfg(test)]
mod tests;

use cqrs_es::Aggregate;
use serde::{Deserialize, Serialize};

use crate::decision::{Decide, handle_by_deciding};
use crate::money::Money;

pub use aid::{Aid, GrantBasis, RequestedAid};
pub use answered::{PaymentReturned, PaymentSettled, Unmatched};
pub use came_back::CameBack;
pub use command::{PaymentCommand, PaymentFacts, RecordPayment, ReversePayment};
pub use event::{BatchLine, PaymentEvent, PaymentRecorded, PaymentReversed, Reissued};
pub use list::RecordPayments;
pub use recipient::{Payout, Recipient};
pub use recovery::{
    OrderRecovery, ReceiveRecovery, Recovering, RecoveryOrdered, RecoveryReceived, RecoveryRefusal,
    RecoverySums, RecoveryWaived, Stood, WaiveRecovery,
};
pub use refusal::PaymentRefusal;

/// One payment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Payment {
    /// Nothing was recorded under this id.
    #[default]
    Absent,
    /// The payment stands; where a batch released it, no bank has answered yet.
    Recorded(Box<PaymentRecorded>),
    /// A bank credited it.
    Settled(Box<PaymentSettled>),
    /// A bank gave it back, or a part of it.
    Returned(Box<PaymentReturned>),
    /// Something of what reached the recipient was asked back.
    Recovering(Box<Recovering>),
    /// The payment was recorded and reversed; both stay visible.
    Reversed(Box<PaymentReversed>),
}

impl Payment {
    /// What was recorded, reversed or not; `None` while the payment is absent.
    pub fn recorded(&self) -> Option<&PaymentRecorded> {
        match self {
            Self::Absent => None,
            Self::Recorded(payment) => Some(payment),
            Self::Settled(settled) => Some(&settled.original),
            Self::Returned(returned) => Some(&returned.original),
            Self::Recovering(recovering) => Some(&recovering.original),
            Self::Reversed(reversal) => Some(&reversal.original),
        }
    }

    /// What a bank gave back of it, all or a part; `None` where it gave back nothing, or the payment is reversed.
    pub fn returned(&self) -> Option<&PaymentReturned> {
        match self {
            Self::Returned(returned) => Some(returned),
            Self::Recovering(recovering) => recovering.returned.as_deref(),
            Self::Absent | Self::Recorded(_) | Self::Settled(_) | Self::Reversed(_) => None,
        }
    }

    /// Whether a batch released it and no bank has answered: its money is on its way. Of an absent payment it is
    /// not known.
    pub fn awaits_answer(&self) -> bool {
        match self {
            Self::Recorded(payment) => payment.batch.is_some(),
            Self::Absent => true,
            Self::Settled(_) | Self::Returned(_) | Self::Recovering(_) | Self::Reversed(_) => false,
        }
    }

    fn record(
        &self,
        command: RecordPayment,
        facts: &PaymentFacts,
        batch: Option<BatchLine>,
    ) -> Result<Option<PaymentEvent>, PaymentRefusal> {
        let amount = rules::check_shape(&command)?;
        let programme = rules::payable(&command.aid)?;
        rules::check_known(&command.aid, facts)?;
        if batch.is_some_and(|line| line.advance)
            && (!command.aid.is_urgent() || command.reissues.is_some())
        {
            return Err(PaymentRefusal::NotAnEmergency);
        }
        if command.reissues.is_some() && batch.is_none() {
            return Err(PaymentRefusal::ReissueOutsideBatch);
        }
        if let Some(standing) = self.recorded() {
            return match sameness::difference(standing, &command) {
                None => Ok(None),
                Some(field) => Err(PaymentRefusal::PaymentIdReusedWithOtherContent { field }),
            };
        }
        let reissues = match command.reissues {
            Some(returned) => Some(rules::check_returned(returned, &command, amount, facts)?),
            None => {
                rules::check_earmark(&command.aid, facts)?;
                rules::check_grant(&command, amount, facts)?;
                rules::check_standard(&command, amount, facts)?;
                None
            }
        };
        let form = rules::form_of(&command, programme);
        let grant_sequence = facts.grant.as_ref().map_or(0, |(_, sequence)| *sequence);
        Ok(Some(PaymentEvent::PaymentRecorded(Box::new(PaymentRecorded {
            payment: command.payment,
            aid: command.aid.decided(facts.standards_sequence, grant_sequence),
            amount_fen: amount,
            form,
            occurred_on: command.occurred_on,
            recipient: command.recipient,
            payout: command.payout,
            batch,
            reissues,
        }))))
    }

    /// The payment that a batch makes of a line, under the same rules as one that is recorded by itself. It
    /// must not stand already.
    ///
    /// # Errors
    /// The first refusal in the documented order.
    pub fn instruct(
        &self,
        line: RecordPayment,
        batch: BatchLine,
        facts: &PaymentFacts,
    ) -> Result<PaymentRecorded, PaymentRefusal> {
        match self.record(line, facts, Some(batch))? {
            Some(PaymentEvent::PaymentRecorded(payment)) => Ok(*payment),
            _ => Err(PaymentRefusal::PaymentIdReusedWithOtherContent { field: &["id"] }),
        }
    }

    fn reverse(&self, command: &ReversePayment) -> Result<Option<PaymentEvent>, PaymentRefusal> {
        match self {
            Self::Absent => Err(PaymentRefusal::UnknownPayment { payment: command.payment }),
            Self::Recorded(payment) => Ok(Some(command.reversed(payment.clone(), None))),
            Self::Returned(returned) if returned.settled_fen == Money::ZERO => {
                let original = returned.original.clone();
                Ok(Some(command.reversed(original, Some(returned.returned_fen))))
            }
            Self::Settled(_) | Self::Returned(_) => {
                Err(PaymentRefusal::SettledByBank { payment: command.payment })
            }
            Self::Recovering(_) => Err(PaymentRefusal::UnderRecovery { payment: command.payment }),
            Self::Reversed(standing) if standing.reversal == command.reversal => {
                match sameness::reversal_difference(standing, command) {
                    None => Ok(None),
                    Some(field) => Err(PaymentRefusal::ReversalIdReusedWithOtherContent { field }),
                }
            }
            Self::Reversed(standing) => {
                Err(PaymentRefusal::AlreadyReversed { reversal: standing.reversal })
            }
        }
    }
}

impl Decide for Payment {
    fn decide(
        &self,
        command: PaymentCommand,
        facts: &PaymentFacts,
    ) -> Result<Option<PaymentEvent>, PaymentRefusal> {
        match command {
            PaymentCommand::RecordPayment(command) => self.record(*command, facts, None),
            PaymentCommand::ReversePayment(command) => self.reverse(&command),
            PaymentCommand::OrderRecovery(command) => Ok(self.order_recovery(&command)?),
            PaymentCommand::ReceiveRecovery(command) => Ok(self.receive_recovery(&command)?),
            PaymentCommand::WaiveRecovery(command) => Ok(self.waive_recovery(&command)?),
        }
    }
}

impl Aggregate for Payment {
    const TYPE: &'static str = "payment";
    type Command = PaymentCommand;
    type Event = PaymentEvent;
    type Error = PaymentRefusal;
    type Services = PaymentFacts;

    handle_by_deciding!();

    fn apply(&mut self, event: Self::Event) {
        match event {
            PaymentEvent::PaymentRecorded(payment) => *self = Self::Recorded(payment),
            PaymentEvent::PaymentSettled(settled) => *self = Self::Settled(settled),
            PaymentEvent::PaymentReturned(returned) => *self = Self::Returned(returned),
            PaymentEvent::PaymentReversed(reversal) => *self = Self::Reversed(reversal),
            PaymentEvent::RecoveryOrdered(ordered) => self.after_order(*ordered),
            PaymentEvent::RecoveryReceived(received) => self.after_receipt(*received),
            PaymentEvent::RecoveryWaived(waived) => self.after_waiver(*waived),
        }
    }
}
