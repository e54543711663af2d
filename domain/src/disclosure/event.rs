//! What can have happened to personal data.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::effects::Effects;
use crate::events::{EventError, RecordedEvent, domain_event, print, read, unknown};
use crate::ids::{BatchId, DisclosureId, OfficerId, PaymentId};
use crate::refusal::FieldPath;
use crate::text::{Commitment, ListDigest};

/// An event of a look at personal data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum DisclosureEvent {
    /// Somebody looked.
    PersonalDataDisclosed(PersonalDataDisclosed),
}

/// Payload of `PersonalDataDisclosed v1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonalDataDisclosed {
    /// The look; also the id of its stream.
    pub disclosure: DisclosureId,
    /// Who looked: the actor of its entry.
    pub officer: OfficerId,
    /// At what.
    pub subject: DisclosedSubject,
    /// Why, which lies beside the chain.
    pub reason: Commitment,
}

/// What personal data were looked at with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum DisclosedSubject {
    /// Whom a payment is for, and whose account it went to.
    Payment(PaymentId),
    /// The same of every line of a list of a batch: of this list, and of none that is drafted after it.
    Batch(DisclosedList),
}

/// A list of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisclosedList {
    /// The batch.
    pub batch: BatchId,
    /// The list.
    pub digest: ListDigest,
}

impl DisclosedSubject {
    /// The field of the input that names it.
    pub(super) const fn field(&self) -> FieldPath {
        match self {
            Self::Payment(_) => &["payment"],
            Self::Batch(_) => &["batch"],
        }
    }
}

impl fmt::Display for DisclosedSubject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Payment(payment) => write!(formatter, "payment/{payment}"),
            Self::Batch(list) => write!(formatter, "batch/{}", list.batch),
        }
    }
}

impl RecordedEvent for DisclosureEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::PersonalDataDisclosed(_) => "PersonalDataDisclosed v1",
        }
    }

    fn stream_id(&self) -> String {
        let Self::PersonalDataDisclosed(event) = self;
        event.disclosure.to_string()
    }

    fn payload(&self) -> Vec<u8> {
        let Self::PersonalDataDisclosed(event) = self;
        print(event)
    }

    fn read(name: &str, payload: &[u8]) -> Result<Self, EventError> {
        match name {
            "PersonalDataDisclosed v1" => read(name, payload).map(Self::PersonalDataDisclosed),
            _ => unknown(name),
        }
    }

    /// Nothing is booked; the stream holds this entry and no other.
    fn effects(&self) -> Effects {
        Effects { begins_stream: true, ..Effects::default() }
    }
}

domain_event!(DisclosureEvent);
