//! What can have happened to a programme's standards.

use serde::{Deserialize, Serialize};

use crate::calendar::Day;
use crate::effects::Effects;
use crate::events::{EventError, RecordedEvent, domain_event, print, read, unknown};
use crate::ids::{ProgrammeId, StandardId};
use crate::money::Money;
use crate::region::Region;
use crate::text::{DocumentNumber, PlainName};
use crate::vocabulary::StandardUnit;

/// An event of a programme's stream of standards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum StandardEvent {
    /// A standard was put in force.
    StandardSet(StandardSet),
}

/// Payload of `StandardSet v1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandardSet {
    /// This version of the standard.
    pub standard: StandardId,
    /// The programme; also the id of the stream.
    pub programme: ProgrammeId,
    /// What the amount is counted for.
    pub unit: StandardUnit,
    /// For one unit; more than zero.
    pub amount_fen: Money,
    /// First day in force.
    pub effective_from: Day,
    /// The document that set it.
    pub document: DocumentNumber,
    /// Where it is in force; everywhere in the ledger if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// For which class of recipients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<PlainName>,
}

impl RecordedEvent for StandardEvent {
    fn name(&self) -> &'static str {
        let Self::StandardSet(_) = self;
        "StandardSet v1"
    }

    fn stream_id(&self) -> String {
        let Self::StandardSet(event) = self;
        event.programme.to_string()
    }

    fn payload(&self) -> Vec<u8> {
        let Self::StandardSet(event) = self;
        print(event)
    }

    fn read(name: &str, payload: &[u8]) -> Result<Self, EventError> {
        match name {
            "StandardSet v1" => read(name, payload).map(Self::StandardSet),
            _ => unknown(name),
        }
    }

    fn effects(&self) -> Effects {
        Effects::default()
    }
}

domain_event!(StandardEvent);
