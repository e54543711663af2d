//! What can be asked about an officer.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{OfficerEnrolled, OfficerEvent, RoleChanged};
use crate::commands::NoSuchEvent;
use crate::ids::{EnrolmentId, OfficerId, RoleChangeId};
use crate::rights::Role;
use crate::text::{Commitment, DocumentNumber};

/// Everything that can be asked about an officer. Its serialised form is what is kept and hashed as the
/// entry's command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum OfficerCommand {
    /// Enrol the officer.
    EnrolOfficer(EnrolOfficer),
    /// Give one more role.
    GiveRole(ChangeRole),
    /// Take a role away.
    WithdrawRole(ChangeRole),
}

impl OfficerCommand {
    /// The name around the command where it is printed.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::EnrolOfficer(_) => "EnrolOfficer",
            Self::GiveRole(_) => "GiveRole",
            Self::WithdrawRole(_) => "WithdrawRole",
        }
    }

    /// The officer that the command is about, whose id names the stream that decides it.
    pub const fn officer(&self) -> &OfficerId {
        match self {
            Self::EnrolOfficer(command) => &command.officer,
            Self::GiveRole(command) | Self::WithdrawRole(command) => &command.officer,
        }
    }

    /// The id of the stream that decides this command.
    pub fn stream_id(&self) -> String {
        self.officer().to_string()
    }

    /// The event that the command asks for. Nothing in it is derived while deciding.
    pub(crate) fn asks_for(&self, recorded: &OfficerEvent) -> Result<OfficerEvent, NoSuchEvent> {
        match (self.clone(), recorded) {
            (Self::EnrolOfficer(command), OfficerEvent::OfficerEnrolled(_)) => {
                Ok(OfficerEvent::OfficerEnrolled(command.into_event()))
            }
            (Self::GiveRole(command), OfficerEvent::RoleGiven(_)) => {
                Ok(OfficerEvent::RoleGiven(command.into_event()))
            }
            (Self::WithdrawRole(command), OfficerEvent::RoleWithdrawn(_)) => {
                Ok(OfficerEvent::RoleWithdrawn(command.into_event()))
            }
            _ => Err(NoSuchEvent::OfThisKind),
        }
    }
}

/// Enrols an officer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolOfficer {
    /// The officer, who is enrolled once.
    pub officer: OfficerId,
    /// The enrolment, which makes the command idempotent.
    pub enrolment: EnrolmentId,
    /// Their name.
    pub name: Commitment,
    /// The roles to begin with; none may exclude another.
    pub roles: BTreeSet<Role>,
}

impl EnrolOfficer {
    pub(super) fn into_event(self) -> OfficerEnrolled {
        OfficerEnrolled {
            officer: self.officer,
            enrolment: self.enrolment,
            name: self.name,
            roles: self.roles,
        }
    }
}

/// Gives a role to an officer, or takes it away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeRole {
    /// The officer.
    pub officer: OfficerId,
    /// The change, which makes the command idempotent for its officer.
    pub change: RoleChangeId,
    /// The role.
    pub role: Role,
    /// The decision that it follows.
    pub document: DocumentNumber,
}

impl ChangeRole {
    pub(super) fn into_event(self) -> RoleChanged {
        RoleChanged {
            officer: self.officer,
            change: self.change,
            role: self.role,
            document: self.document,
        }
    }
}
