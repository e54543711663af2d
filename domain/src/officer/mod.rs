//! An officer of the bureau: who was enrolled, and which roles were given and withdrawn.
//!
//! The stream's id is the officer's own id, an opaque one that also stands in the header of every entry
//! that the officer records. The name is a commitment; it lies beside the chain.

mod command;
mod event;
mod refusal;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use cqrs_es::Aggregate;
use serde::{Deserialize, Serialize};

use crate::decision::{Decide, handle_by_deciding};
use crate::ids::RoleChangeId;
use crate::refusal::first_difference;
use crate::rights::Role;

pub use command::{ChangeRole, EnrolOfficer, OfficerCommand};
pub use event::{OfficerEnrolled, OfficerEvent, RoleChanged};
pub use refusal::OfficerRefusal;

/// One officer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Officer {
    /// Nobody was enrolled under this id.
    #[default]
    Absent,
    /// The officer was enrolled.
    Enrolled(Box<EnrolledOfficer>),
}

/// What an enrolled officer's stream knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EnrolledOfficer {
    enrolled: OfficerEnrolled,
    roles: BTreeSet<Role>,
    /// Kept so that the same change again is recognised; true where the role was given.
    changes: BTreeMap<RoleChangeId, (bool, RoleChanged)>,
}

impl Officer {
    /// The facts of the enrolment; `None` while nobody is enrolled.
    pub fn enrolled(&self) -> Option<&OfficerEnrolled> {
        match self {
            Self::Absent => None,
            Self::Enrolled(officer) => Some(&officer.enrolled),
        }
    }

    /// The roles that the officer holds, in the order of [`Role`]; none while nobody is enrolled.
    pub fn roles(&self) -> impl Iterator<Item = Role> {
        let roles = match self {
            Self::Absent => None,
            Self::Enrolled(officer) => Some(&officer.roles),
        };
        roles.into_iter().flatten().copied()
    }

    fn enrol(&self, command: EnrolOfficer) -> Result<Option<OfficerEvent>, OfficerRefusal> {
        check_roles(&command.roles)?;
        let Some(enrolled) = self.enrolled() else {
            return Ok(Some(OfficerEvent::OfficerEnrolled(command.into_event())));
        };
        let difference = first_difference(&[
            (
                enrolled.officer == command.officer && enrolled.enrolment == command.enrolment,
                &["id"],
            ),
            (enrolled.name == command.name, &["name"]),
            (enrolled.roles == command.roles, &["roles"]),
        ]);
        match difference {
            None => Ok(None),
            Some(field) => Err(OfficerRefusal::OfficerIdReusedWithOtherContent { field }),
        }
    }

    fn change(
        &self,
        give: bool,
        command: ChangeRole,
    ) -> Result<Option<OfficerEvent>, OfficerRefusal> {
        let officer = match self {
            Self::Enrolled(officer) if officer.enrolled.officer == command.officer => officer,
            _ => return Err(OfficerRefusal::UnknownOfficer { officer: command.officer }),
        };
        if let Some((gave, standing)) = officer.changes.get(&command.change) {
            let difference = first_difference(&[
                (*gave == give, &["id"]),
                (standing.role == command.role, &["role"]),
                (standing.document == command.document, &["document"]),
            ]);
            return match difference {
                None => Ok(None),
                Some(field) => Err(OfficerRefusal::ChangeIdReusedWithOtherContent { field }),
            };
        }
        let role = command.role;
        match (give, officer.roles.contains(&role)) {
            (true, true) => Err(OfficerRefusal::RoleHeld { role }),
            (false, false) => Err(OfficerRefusal::RoleNotHeld { role }),
            (true, false) => match officer.roles.iter().find(|held| held.excludes(role)) {
                Some(&held) => Err(OfficerRefusal::RolesExcludeEachOther { held, role }),
                None => Ok(Some(OfficerEvent::RoleGiven(command.into_event()))),
            },
            (false, true) => Ok(Some(OfficerEvent::RoleWithdrawn(command.into_event()))),
        }
    }
}

/// No two of the roles may exclude each other.
fn check_roles(roles: &BTreeSet<Role>) -> Result<(), OfficerRefusal> {
    for &role in roles {
        if let Some(&held) = roles.range(..role).find(|held| held.excludes(role)) {
            return Err(OfficerRefusal::RolesExcludeEachOther { held, role });
        }
    }
    Ok(())
}

impl Decide for Officer {
    fn decide(
        &self,
        command: OfficerCommand,
        _facts: &Self::Services,
    ) -> Result<Option<OfficerEvent>, OfficerRefusal> {
        match command {
            OfficerCommand::EnrolOfficer(command) => self.enrol(command),
            OfficerCommand::GiveRole(command) => self.change(true, command),
            OfficerCommand::WithdrawRole(command) => self.change(false, command),
        }
    }
}

impl Aggregate for Officer {
    const TYPE: &'static str = "officer";
    type Command = OfficerCommand;
    type Event = OfficerEvent;
    type Error = OfficerRefusal;
    type Services = ();

    handle_by_deciding!();

    fn apply(&mut self, event: Self::Event) {
        match (event, self) {
            (OfficerEvent::OfficerEnrolled(enrolled), state) => {
                let (roles, changes) = (enrolled.roles.clone(), BTreeMap::new());
                *state = Self::Enrolled(Box::new(EnrolledOfficer { enrolled, roles, changes }));
            }
            (OfficerEvent::RoleGiven(given), Self::Enrolled(officer)) => {
                officer.roles.insert(given.role);
                officer.changes.insert(given.change, (true, given));
            }
            (OfficerEvent::RoleWithdrawn(withdrawn), Self::Enrolled(officer)) => {
                officer.roles.remove(&withdrawn.role);
                officer.changes.insert(withdrawn.change, (false, withdrawn));
            }
            // Cannot stand in a stream that this aggregate decided; there is nobody to change.
            (_, Self::Absent) => {}
        }
    }
}
