//! What can be asked about personal data.

use serde::{Deserialize, Serialize};

use super::event::{DisclosedSubject, DisclosureEvent, PersonalDataDisclosed};
use crate::ids::{DisclosureId, OfficerId};
use crate::text::Commitment;

/// Everything that can be asked about personal data. Its serialised form is what is kept and hashed as the
/// entry's command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum DisclosureCommand {
    /// Show who stands behind something.
    DisclosePersonalData(DisclosePersonalData),
}

/// Asks to see who stands behind a payment, or behind the lines of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisclosePersonalData {
    /// The look, which makes the command idempotent.
    pub disclosure: DisclosureId,
    /// Who looks.
    pub officer: OfficerId,
    /// At what.
    pub subject: DisclosedSubject,
    /// Why, which lies beside the chain.
    pub reason: Commitment,
}

impl DisclosureCommand {
    /// The name around the command where it is printed.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::DisclosePersonalData(_) => "DisclosePersonalData",
        }
    }

    /// The id of the stream that decides this command.
    pub fn stream_id(&self) -> String {
        let Self::DisclosePersonalData(command) = self;
        command.disclosure.to_string()
    }

    /// The event that the command asks for. Nothing in it is derived while deciding.
    pub(crate) fn asks_for(&self) -> DisclosureEvent {
        let Self::DisclosePersonalData(command) = self.clone();
        DisclosureEvent::PersonalDataDisclosed(command.into_event())
    }
}

impl DisclosePersonalData {
    pub(super) fn into_event(self) -> PersonalDataDisclosed {
        let Self { disclosure, officer, subject, reason } = self;
        PersonalDataDisclosed { disclosure, officer, subject, reason }
    }
}
