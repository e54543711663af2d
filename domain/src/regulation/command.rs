//! What a bureau can lay down.

use serde::{Deserialize, Serialize};

use super::{
    APPROVALS, ApprovalBand, ApprovalBandsSet, OFFICERS, OfficersRequired, RegulationEvent,
};
use crate::ids::RegulationId;
use crate::text::DocumentNumber;

/// Everything that a bureau can lay down for its books. Its serialised form is what is kept and hashed
/// as the entry's command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum RegulationCommand {
    /// Require officers, or no longer.
    RequireOfficers(RequireOfficers),
    /// Say how many officers must approve a batch of which sum.
    SetApprovalBands(SetApprovalBands),
}

impl RegulationCommand {
    /// The name around the command where it is printed.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::RequireOfficers(_) => "RequireOfficers",
            Self::SetApprovalBands(_) => "SetApprovalBands",
        }
    }

    /// The id of the stream that decides this command.
    pub fn stream_id(&self) -> String {
        match self {
            Self::RequireOfficers(_) => OFFICERS.to_owned(),
            Self::SetApprovalBands(_) => APPROVALS.to_owned(),
        }
    }

    /// The event that the command asks for. Nothing in it is derived while deciding.
    pub(crate) fn asks_for(&self) -> RegulationEvent {
        match self.clone() {
            Self::RequireOfficers(command) => {
                RegulationEvent::OfficersRequired(command.into_event())
            }
            Self::SetApprovalBands(command) => {
                RegulationEvent::ApprovalBandsSet(command.into_event())
            }
        }
    }
}

/// Requires that whoever records is an enrolled officer who holds a role for it; or no longer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequireOfficers {
    /// Makes the command idempotent.
    pub regulation: RegulationId,
    /// Whether they are required.
    pub required: bool,
    /// The document that says so.
    pub document: DocumentNumber,
}

impl RequireOfficers {
    pub(super) fn into_event(self) -> OfficersRequired {
        OfficersRequired {
            regulation: self.regulation,
            required: self.required,
            document: self.document,
        }
    }
}

/// Says how many officers must approve a batch of which sum, in place of what was said before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetApprovalBands {
    /// Makes the command idempotent.
    pub regulation: RegulationId,
    /// In ascending order of their amounts; without any, one approval is enough for every sum.
    pub bands: Vec<ApprovalBand>,
    /// The document that says so.
    pub document: DocumentNumber,
}

impl SetApprovalBands {
    pub(super) fn into_event(self) -> ApprovalBandsSet {
        ApprovalBandsSet { regulation: self.regulation, bands: self.bands, document: self.document }
    }
}
