//! What can have happened to a payment.

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

use super::aid::Aid;
use super::command::RecordPayment;
use super::effects::effects_of;
use super::recipient::{Payout, Recipient};
use crate::batch::ListPart;
use crate::calendar::{Day, MonthRange};
use crate::effects::Effects;
use crate::events::{EventError, RecordedEvent, print, read, type_of, unknown, version_of};
use crate::ids::{BatchId, FundId, PaymentId, ProgrammeId, ReversalId};
use crate::money::Money;
use crate::text::Commitment;
use crate::vocabulary::AidForm;

/// An event of a payment's stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PaymentEvent {
    /// The payment was recorded, by itself or by a batch, whose event has another name.
    #[serde(alias = "PaymentInstructed")]
    PaymentRecorded(Box<PaymentRecorded>),
    /// The payment was reversed.
    PaymentReversed(Box<PaymentReversed>),
}

/// Payload of `PaymentRecorded v1`, one event for all kinds of payment; and of `PaymentInstructed v1`, which
/// names its batch, and whose money is on its way until a bank has answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentRecorded {
    /// The payment; also the id of its stream.
    pub payment: PaymentId,
    /// What kind of payment.
    pub aid: Aid,
    /// How much, more than zero; for goods their declared value.
    pub amount_fen: Money,
    /// In what form the aid reached the recipient.
    pub form: AidForm,
    /// The day it was paid.
    pub occurred_on: Day,
    /// Who receives.
    pub recipient: Recipient,
    /// How it reached the payee.
    pub payout: Payout,
    /// The line of a batch that it carries out; absent where it was recorded by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<BatchLine>,
}

/// A line of the list of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchLine {
    /// The batch.
    pub batch: BatchId,
    /// Which line, from 1.
    pub line: u32,
}

impl PaymentRecorded {
    /// What is paid under.
    pub fn programme(&self) -> &ProgrammeId {
        self.aid.programme()
    }

    /// Out of which money; `None` for goods.
    pub fn fund(&self) -> Option<FundId> {
        self.aid.fund()
    }

    /// The line of a batch that it carries out, as the list held it; `None` for a payment by itself.
    pub fn list_part(&self) -> Option<ListPart> {
        let line = self.batch?;
        let asked = RecordPayment {
            payment: self.payment,
            aid: self.aid.requested(),
            amount: Some(self.amount_fen),
            occurred_on: self.occurred_on,
            recipient: self.recipient.clone(),
            payout: self.payout.clone(),
        };
        Some(ListPart::Line { line, amount: self.amount_fen, bytes: asked.line() })
    }

    /// The months that are paid for; `None` where the payment is for none in particular.
    pub fn months(&self) -> Option<MonthRange> {
        self.aid.months()
    }
}

/// Payload of `PaymentReversed v1`. It repeats the original, so that what the reversal undoes can be
/// derived from this entry alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentReversed {
    /// The payment; also the id of its stream.
    pub payment: PaymentId,
    /// The reversal.
    pub reversal: ReversalId,
    /// The reason, which lies beside the chain.
    pub reason: Commitment,
    /// The day of the reversal.
    pub occurred_on: Day,
    /// What was recorded and is undone.
    pub original: Box<PaymentRecorded>,
}

impl RecordedEvent for PaymentEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::PaymentRecorded(event) if event.batch.is_some() => "PaymentInstructed v1",
            Self::PaymentRecorded(_) => "PaymentRecorded v1",
            Self::PaymentReversed(_) => "PaymentReversed v1",
        }
    }

    fn stream_id(&self) -> String {
        match self {
            Self::PaymentRecorded(event) => event.payment.to_string(),
            Self::PaymentReversed(event) => event.payment.to_string(),
        }
    }

    fn payload(&self) -> Vec<u8> {
        match self {
            Self::PaymentRecorded(event) => print(event),
            Self::PaymentReversed(event) => print(event),
        }
    }

    fn read(name: &str, payload: &[u8]) -> Result<Self, EventError> {
        match name {
            "PaymentRecorded v1" | "PaymentInstructed v1" => {
                let payment: Box<PaymentRecorded> = read(name, payload)?;
                let event = Self::PaymentRecorded(payment);
                if event.name() == name {
                    return Ok(event);
                }
                let reason = "a payment names its batch exactly where a batch instructed it";
                Err(EventError::Malformed { name: name.to_owned(), reason: reason.to_owned() })
            }
            "PaymentReversed v1" => read(name, payload).map(Self::PaymentReversed),
            _ => unknown(name),
        }
    }

    fn effects(&self) -> Effects {
        match self {
            Self::PaymentRecorded(event) => effects_of(event),
            Self::PaymentReversed(event) => Effects {
                undoes_first: Some(print(&event.original)),
                ..effects_of(&event.original).inverse()
            },
        }
    }
}

impl DomainEvent for PaymentEvent {
    fn event_type(&self) -> String {
        type_of(self.name())
    }

    fn event_version(&self) -> String {
        version_of(self.name())
    }
}
