//! What can be asked of a grant.

use serde::{Deserialize, Serialize};

use super::{GrantApproved, GrantEvent, GrantStopped};
use crate::calendar::{Month, MonthRange};
use crate::commands::NoSuchEvent;
use crate::ids::{GrantId, HouseholdId, PersonId, ProgrammeId, StopId};
use crate::money::Money;
use crate::subject::Subject;
use crate::text::DocumentNumber;
use crate::vocabulary::StopReason;

/// Everything that can be asked of a grant. Its serialised form is what is kept and hashed as the
/// entry's command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum GrantCommand {
    /// Approve it.
    ApproveGrant(ApproveGrant),
    /// End it from a month on.
    StopGrant(StopGrant),
}

impl GrantCommand {
    /// The name around the command where it is printed.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ApproveGrant(_) => "ApproveGrant",
            Self::StopGrant(_) => "StopGrant",
        }
    }

    /// The id of the stream that decides this command.
    pub fn stream_id(&self) -> String {
        match self {
            Self::ApproveGrant(command) => command.grant.to_string(),
            Self::StopGrant(command) => command.grant.to_string(),
        }
    }

    /// The event that the command asks for. Nothing in it is derived while deciding.
    pub(crate) fn asks_for(&self, recorded: &GrantEvent) -> Result<GrantEvent, NoSuchEvent> {
        match (self.clone(), recorded) {
            (Self::ApproveGrant(command), GrantEvent::GrantApproved(_)) => {
                Ok(GrantEvent::GrantApproved(Box::new(command.into_event())))
            }
            (Self::StopGrant(command), GrantEvent::GrantStopped(_)) => {
                Ok(GrantEvent::GrantStopped(command.into_event()))
            }
            _ => Err(NoSuchEvent::OfThisKind),
        }
    }
}

/// Approves a grant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApproveGrant {
    /// The grant.
    pub grant: GrantId,
    /// A programme that pays as grants.
    pub programme: ProgrammeId,
    /// The household that receives.
    pub household: Subject<HouseholdId>,
    /// The person it is granted to, where one is named. Payments under it must then name the person.
    pub person: Option<Subject<PersonId>>,
    /// Household members covered, one or more.
    pub members: u32,
    /// For one month and the whole household; more than zero.
    pub amount: Money,
    /// First and last month.
    pub months: MonthRange,
    /// Reference of the means verification: no admission without one.
    pub verification: DocumentNumber,
}

impl ApproveGrant {
    pub(super) fn into_event(self) -> GrantApproved {
        GrantApproved {
            grant: self.grant,
            programme: self.programme,
            household: self.household,
            person: self.person,
            members: self.members,
            amount_fen: self.amount,
            months: self.months,
            verification: self.verification,
        }
    }
}

/// Ends a grant from a month on. What was paid stands, also for that month and later ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StopGrant {
    /// The grant.
    pub grant: GrantId,
    /// The stop, which makes the command idempotent inside its grant.
    pub stop: StopId,
    /// The first month that is not paid for any more.
    pub from_month: Month,
    /// Why it ends.
    pub reason: StopReason,
    /// The decision that ends it.
    pub document: DocumentNumber,
}

impl StopGrant {
    pub(super) fn into_event(self) -> GrantStopped {
        GrantStopped {
            grant: self.grant,
            stop: self.stop,
            from_month: self.from_month,
            reason: self.reason,
            document: self.document,
        }
    }
}
