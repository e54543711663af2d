//! What can be asked of a grant.

use serde::{Deserialize, Serialize};

use super::{GrantApproved, GrantEvent};
use crate::calendar::MonthRange;
use crate::ids::{GrantId, HouseholdId, PersonId, ProgrammeId};
use crate::money::Money;
use crate::subject::Subject;
use crate::text::DocumentNumber;

/// Everything that can be asked of a grant. Its serialised form is what is kept and hashed as the
/// entry's command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum GrantCommand {
    /// Approve it.
    ApproveGrant(ApproveGrant),
}

impl GrantCommand {
    /// The name around the command where it is printed.
    pub const fn name(&self) -> &'static str {
        let Self::ApproveGrant(_) = self;
        "ApproveGrant"
    }

    /// The id of the stream that decides this command.
    pub fn stream_id(&self) -> String {
        let Self::ApproveGrant(command) = self;
        command.grant.to_string()
    }

    /// The event that the command asks for. Nothing in it is derived while deciding.
    pub(crate) fn asks_for(&self) -> GrantEvent {
        let Self::ApproveGrant(command) = self.clone();
        GrantEvent::GrantApproved(Box::new(command.into_event()))
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
