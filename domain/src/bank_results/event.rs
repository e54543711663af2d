//! What can have happened to a file of results.

use serde::{Deserialize, Serialize};

use crate::effects::Effects;
use crate::events::{EventError, RecordedEvent, domain_event, print, read, unknown};
use crate::ids::BankResultsId;
use crate::text::Commitment;

/// An event of the stream of a file of results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum BankResultsEvent {
    /// It was taken in; what it says of payments are the entries that follow.
    BankResultsRecorded(BankResultsRecorded),
}

/// Payload of `BankResultsRecorded v1`. The sums stand in the entries of the payments and are not repeated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankResultsRecorded {
    /// The file; also the id of its stream.
    pub results: BankResultsId,
    /// The salted digest of its bytes.
    pub file: Commitment,
    /// How many of its lines settle or return a payment: so many entries of the same request follow.
    pub answered: u32,
    /// How many are about no payment on its way.
    pub unmatched: u32,
}

impl RecordedEvent for BankResultsEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::BankResultsRecorded(_) => "BankResultsRecorded v1",
        }
    }

    fn stream_id(&self) -> String {
        let Self::BankResultsRecorded(event) = self;
        event.results.to_string()
    }

    fn payload(&self) -> Vec<u8> {
        let Self::BankResultsRecorded(event) = self;
        print(event)
    }

    fn read(name: &str, payload: &[u8]) -> Result<Self, EventError> {
        match name {
            "BankResultsRecorded v1" => read(name, payload).map(Self::BankResultsRecorded),
            _ => unknown(name),
        }
    }

    /// Nothing is booked: what moves money are the payments' own entries.
    fn effects(&self) -> Effects {
        Effects::default()
    }
}

domain_event!(BankResultsEvent);
