//! The event that a command asks for, so that a recorded one can be held against it.
//!
//! Other than [`super::sameness`], which recognises the same command again, nothing is let through
//! here: commitments count as much as ids, and everything that the command gives is compared.

use super::aid::RequestedAid;
use super::command::{PaymentCommand, RecordPayment, ReversePayment};
use super::event::{PaymentEvent, PaymentRecorded, PaymentReversed};
use super::rules::form_of;
use crate::catalogue::Catalogue;
use crate::commands::NoSuchEvent;
use crate::ids::PaymentId;
use crate::money::Money;
use crate::store::total_value;

impl PaymentCommand {
    /// The event that the command asks for, with what is derived while deciding taken from the one
    /// that was recorded.
    pub(crate) fn asks_for(&self, recorded: &PaymentEvent) -> Result<PaymentEvent, NoSuchEvent> {
        match (self, recorded) {
            (Self::RecordPayment(command), event) => command.asks_for(event),
            (Self::ReversePayment(command), PaymentEvent::PaymentReversed(reversed)) => {
                Ok(PaymentEvent::PaymentReversed(Box::new(command.asks_for(reversed))))
            }
            (Self::OrderRecovery(command), PaymentEvent::RecoveryOrdered(recorded)) => {
                let original = named(command.payment, &recorded.original);
                let ordered = command.ordered(recorded.stood, original);
                Ok(PaymentEvent::RecoveryOrdered(Box::new(ordered)))
            }
            (Self::ReceiveRecovery(command), PaymentEvent::RecoveryReceived(recorded)) => {
                let original = named(command.payment, &recorded.original);
                let received = command.received(recorded.before, original);
                Ok(PaymentEvent::RecoveryReceived(Box::new(received)))
            }
            (Self::WaiveRecovery(command), PaymentEvent::RecoveryWaived(recorded)) => {
                let original = named(command.payment, &recorded.original);
                let waived = command.waived(recorded.before, original);
                Ok(PaymentEvent::RecoveryWaived(Box::new(waived)))
            }
            (
                Self::ReversePayment(_)
                | Self::OrderRecovery(_)
                | Self::ReceiveRecovery(_)
                | Self::WaiveRecovery(_),
                _,
            ) => Err(NoSuchEvent::OfThisKind),
        }
    }
}

/// What an event repeats of the payment is derived; that it is the payment which the command names is not.
fn named(payment: PaymentId, recorded: &PaymentRecorded) -> Box<PaymentRecorded> {
    Box::new(PaymentRecorded { payment, ..recorded.clone() })
}

impl RecordPayment {
    /// See [`PaymentCommand::asks_for`]. Derived are the sequences of the standards and of the
    /// grant. The form follows from the command and from its programme in the catalogue, where the
    /// form of a programme under which payments were signed must therefore stay.
    pub(crate) fn asks_for(&self, recorded: &PaymentEvent) -> Result<PaymentEvent, NoSuchEvent> {
        let PaymentEvent::PaymentRecorded(recorded) = recorded else {
            return Err(NoSuchEvent::OfThisKind);
        };
        // What came back is paid out again by a batch only, whose digest proves its lines.
        if self.reissues.is_some() {
            return Err(NoSuchEvent::OfThisKind);
        }
        let programme = Catalogue::standard().get(self.aid.programme());
        let programme = programme.ok_or(NoSuchEvent::UnderTheProgramme)?;
        let standards = recorded.aid.standards().unwrap_or_default();
        let grant_sequence = recorded.aid.grant().map_or(0, |basis| basis.sequence);
        Ok(PaymentEvent::PaymentRecorded(Box::new(PaymentRecorded {
            payment: self.payment,
            aid: self.aid.clone().decided(standards, grant_sequence),
            amount_fen: self.asked_amount().ok_or(NoSuchEvent::WithAnAmount)?,
            form: form_of(self, programme),
            occurred_on: self.occurred_on,
            recipient: self.recipient.clone(),
            payout: self.payout.clone(),
            batch: None,
            reissues: None,
        })))
    }

    /// The amount that is given, else the declared value of the goods; `None` where the command says
    /// neither, or the goods are worth more than any amount that can be recorded.
    fn asked_amount(&self) -> Option<Money> {
        self.amount.or_else(|| match &self.aid {
            RequestedAid::Goods { items, .. } => total_value(items),
            _ => None,
        })
    }
}

impl ReversePayment {
    fn asks_for(&self, recorded: &PaymentReversed) -> PaymentReversed {
        self.of_original(named(self.payment, &recorded.original), recorded.returned_fen)
    }

    /// The event that the command leads to. `returned` is what a bank had given back of it.
    pub(super) fn reversed(
        &self,
        original: Box<PaymentRecorded>,
        returned: Option<Money>,
    ) -> PaymentEvent {
        PaymentEvent::PaymentReversed(Box::new(self.of_original(original, returned)))
    }

    fn of_original(
        &self,
        original: Box<PaymentRecorded>,
        returned_fen: Option<Money>,
    ) -> PaymentReversed {
        PaymentReversed {
            payment: self.payment,
            reversal: self.reversal,
            reason: self.reason,
            occurred_on: self.occurred_on,
            original,
            returned_fen,
        }
    }
}
