//! What a bureau can have laid down.

use serde::{Deserialize, Serialize};

use crate::effects::Effects;
use crate::events::{EventError, RecordedEvent, domain_event, print, read, unknown};
use crate::ids::RegulationId;
use crate::money::Money;
use crate::text::DocumentNumber;

/// The topic of [`OfficersRequired`]: the id of its stream.
pub const OFFICERS: &str = "officers";
/// The topic of [`ApprovalBandsSet`].
pub const APPROVALS: &str = "approvals";

/// An event about what a bureau has laid down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum RegulationEvent {
    /// Officers are required from the next entry on, or no longer.
    OfficersRequired(OfficersRequired),
    /// How many officers must approve a batch of which sum.
    ApprovalBandsSet(ApprovalBandsSet),
}

/// Payload of `OfficersRequired v1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficersRequired {
    /// What was laid down, by its id.
    pub regulation: RegulationId,
    /// Whether whoever records from now on must be an enrolled officer with a role for it.
    pub required: bool,
    /// The document that says so.
    pub document: DocumentNumber,
}

/// Payload of `ApprovalBandsSet v1`. It takes the place of the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalBandsSet {
    /// What was laid down, by its id.
    pub regulation: RegulationId,
    /// In ascending order of their amounts; a sum below the first needs one approval.
    pub bands: Vec<ApprovalBand>,
    /// The document that says so.
    pub document: DocumentNumber,
}

/// From a sum on, so many officers must approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalBand {
    /// The smallest sum that it counts for.
    pub from_fen: Money,
    /// How many officers, from 1 to [`ApprovalBand::MOST_APPROVALS`].
    pub approvals: u32,
}

impl ApprovalBand {
    /// More approvals than this nobody can ask for.
    pub const MOST_APPROVALS: u32 = 9;
    /// More bands than this nobody can lay down.
    pub const MOST_BANDS: usize = 20;
}

impl RecordedEvent for RegulationEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::OfficersRequired(_) => "OfficersRequired v1",
            Self::ApprovalBandsSet(_) => "ApprovalBandsSet v1",
        }
    }

    fn stream_id(&self) -> String {
        match self {
            Self::OfficersRequired(_) => OFFICERS.to_owned(),
            Self::ApprovalBandsSet(_) => APPROVALS.to_owned(),
        }
    }

    fn payload(&self) -> Vec<u8> {
        match self {
            Self::OfficersRequired(event) => print(event),
            Self::ApprovalBandsSet(event) => print(event),
        }
    }

    fn read(name: &str, payload: &[u8]) -> Result<Self, EventError> {
        match name {
            "OfficersRequired v1" => read(name, payload).map(Self::OfficersRequired),
            "ApprovalBandsSet v1" => read(name, payload).map(Self::ApprovalBandsSet),
            _ => unknown(name),
        }
    }

    /// Nothing is booked; who may record what changes, as [`crate::access`] tells.
    fn effects(&self) -> Effects {
        Effects::default()
    }
}

domain_event!(RegulationEvent);
