//! What can have happened to a grant.

use serde::{Deserialize, Serialize};

use crate::calendar::{Month, MonthRange};
use crate::effects::Effects;
use crate::events::{EventError, RecordedEvent, domain_event, print, read, unknown};
use crate::ids::{GrantId, HouseholdId, PersonId, ProgrammeId, StopId};
use crate::money::Money;
use crate::subject::Subject;
use crate::text::DocumentNumber;
use crate::vocabulary::StopReason;

/// An event of a grant's stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum GrantEvent {
    /// The grant was approved.
    GrantApproved(Box<GrantApproved>),
    /// The grant ends from a month on.
    GrantStopped(GrantStopped),
}

/// Payload of `GrantApproved v1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantApproved {
    /// The grant; also the id of its stream.
    pub grant: GrantId,
    /// The programme it is granted under.
    pub programme: ProgrammeId,
    /// The household that receives.
    pub household: Subject<HouseholdId>,
    /// The person it is granted to, where one is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Subject<PersonId>>,
    /// Household members covered, one or more.
    pub members: u32,
    /// For one month and the whole household; more than zero.
    pub amount_fen: Money,
    /// First and last month.
    pub months: MonthRange,
    /// Reference of the means verification.
    pub verification: DocumentNumber,
}

/// Payload of `GrantStopped v1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantStopped {
    /// The grant; also the id of its stream.
    pub grant: GrantId,
    /// The stop.
    pub stop: StopId,
    /// The first month that is not paid for any more.
    pub from_month: Month,
    /// Why it ends.
    pub reason: StopReason,
    /// The decision that ends it.
    pub document: DocumentNumber,
}

impl RecordedEvent for GrantEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::GrantApproved(_) => "GrantApproved v1",
            Self::GrantStopped(_) => "GrantStopped v1",
        }
    }

    fn stream_id(&self) -> String {
        match self {
            Self::GrantApproved(event) => event.grant.to_string(),
            Self::GrantStopped(event) => event.grant.to_string(),
        }
    }

    fn payload(&self) -> Vec<u8> {
        match self {
            Self::GrantApproved(event) => print(event),
            Self::GrantStopped(event) => print(event),
        }
    }

    fn read(name: &str, payload: &[u8]) -> Result<Self, EventError> {
        match name {
            "GrantApproved v1" => read(name, payload).map(Self::GrantApproved),
            "GrantStopped v1" => read(name, payload).map(Self::GrantStopped),
            _ => unknown(name),
        }
    }

    fn effects(&self) -> Effects {
        Effects::default()
    }
}

domain_event!(GrantEvent);
