//! What can have happened to an officer.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::effects::Effects;
use crate::events::{EventError, RecordedEvent, domain_event, print, read, unknown};
use crate::ids::{EnrolmentId, OfficerId, RoleChangeId};
use crate::rights::Role;
use crate::text::{Commitment, DocumentNumber};

/// An event of an officer's stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum OfficerEvent {
    /// The officer was enrolled.
    OfficerEnrolled(OfficerEnrolled),
    /// The officer holds one more role.
    RoleGiven(RoleChanged),
    /// The officer holds a role no longer.
    RoleWithdrawn(RoleChanged),
}

/// Payload of `OfficerEnrolled v1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficerEnrolled {
    /// The officer; also the id of the stream.
    pub officer: OfficerId,
    /// The enrolment.
    pub enrolment: EnrolmentId,
    /// Their name.
    pub name: Commitment,
    /// The roles to begin with.
    pub roles: BTreeSet<Role>,
}

/// Payload of `RoleGiven v1` and of `RoleWithdrawn v1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleChanged {
    /// The officer; also the id of the stream.
    pub officer: OfficerId,
    /// The change.
    pub change: RoleChangeId,
    /// The role.
    pub role: Role,
    /// The decision that it follows.
    pub document: DocumentNumber,
}

impl OfficerEvent {
    /// The officer that the event is about.
    pub const fn officer(&self) -> &OfficerId {
        match self {
            Self::OfficerEnrolled(event) => &event.officer,
            Self::RoleGiven(event) | Self::RoleWithdrawn(event) => &event.officer,
        }
    }
}

impl RecordedEvent for OfficerEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::OfficerEnrolled(_) => "OfficerEnrolled v1",
            Self::RoleGiven(_) => "RoleGiven v1",
            Self::RoleWithdrawn(_) => "RoleWithdrawn v1",
        }
    }

    fn stream_id(&self) -> String {
        self.officer().to_string()
    }

    fn payload(&self) -> Vec<u8> {
        match self {
            Self::OfficerEnrolled(event) => print(event),
            Self::RoleGiven(event) | Self::RoleWithdrawn(event) => print(event),
        }
    }

    fn read(name: &str, payload: &[u8]) -> Result<Self, EventError> {
        match name {
            "OfficerEnrolled v1" => read(name, payload).map(Self::OfficerEnrolled),
            "RoleGiven v1" => read(name, payload).map(Self::RoleGiven),
            "RoleWithdrawn v1" => read(name, payload).map(Self::RoleWithdrawn),
            _ => unknown(name),
        }
    }

    /// Nothing is booked; who may record what changes, as [`crate::access`] tells.
    fn effects(&self) -> Effects {
        Effects::default()
    }
}

domain_event!(OfficerEvent);
