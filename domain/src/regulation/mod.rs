//! What a bureau has laid down for its own books, each with the document that says so. Every topic is a
//! stream of its own, whose id is the topic's name.

mod command;
mod event;
mod refusal;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use cqrs_es::Aggregate;
use serde::{Deserialize, Serialize};

use crate::decision::{Decide, handle_by_deciding};
use crate::ids::RegulationId;
use crate::money::Money;
use crate::refusal::first_difference;

pub use command::{RegulationCommand, RequireOfficers, SetApprovalBands};
pub use event::{
    APPROVALS, ApprovalBand, ApprovalBandsSet, OFFICERS, OfficersRequired, RegulationEvent,
};
pub use refusal::RegulationRefusal;

/// What was laid down about one topic; nothing is required before something was.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Regulation {
    officers_required: bool,
    /// Kept so that the same command again is recognised.
    about_officers: BTreeMap<RegulationId, OfficersRequired>,
    /// In force now, in the order of their amounts.
    bands: Vec<ApprovalBand>,
    /// Kept likewise.
    about_approvals: BTreeMap<RegulationId, ApprovalBandsSet>,
}

impl Regulation {
    /// Whether whoever records must be an enrolled officer who holds a role for it.
    pub fn officers_required(&self) -> bool {
        self.officers_required
    }

    /// Whether officers were ever required.
    pub fn officers_were_required(&self) -> bool {
        // Nothing else is laid down first: that they are not required stands without an entry.
        !self.about_officers.is_empty()
    }

    /// How many officers must approve a batch of this sum: one, unless a band that it reaches says more.
    pub fn approvals_for(&self, total: Money) -> NonZeroU32 {
        let reached = self.bands.iter().rev().find(|band| band.from_fen <= total);
        reached.and_then(|band| NonZeroU32::new(band.approvals)).unwrap_or(NonZeroU32::MIN)
    }

    fn require(
        &self,
        command: RequireOfficers,
    ) -> Result<Option<RegulationEvent>, RegulationRefusal> {
        if let Some(standing) = self.about_officers.get(&command.regulation) {
            let difference = first_difference(&[
                (standing.required == command.required, &["required"]),
                (standing.document == command.document, &["document"]),
            ]);
            return match difference {
                None => Ok(None),
                Some(field) => Err(RegulationRefusal::IdReusedWithOtherContent { field }),
            };
        }
        if self.officers_required == command.required {
            return Err(RegulationRefusal::StandsAlready { required: command.required });
        }
        Ok(Some(RegulationEvent::OfficersRequired(command.into_event())))
    }

    fn set_bands(
        &self,
        command: SetApprovalBands,
    ) -> Result<Option<RegulationEvent>, RegulationRefusal> {
        let ascending = command.bands.is_sorted_by(|one, next| one.from_fen < next.from_fen);
        let sensible =
            |band: &ApprovalBand| (1..=ApprovalBand::MOST_APPROVALS).contains(&band.approvals);
        if !ascending
            || !command.bands.iter().all(sensible)
            || command.bands.len() > ApprovalBand::MOST_BANDS
        {
            return Err(RegulationRefusal::Bands);
        }
        let Some(standing) = self.about_approvals.get(&command.regulation) else {
            return Ok(Some(RegulationEvent::ApprovalBandsSet(command.into_event())));
        };
        let difference = first_difference(&[
            (standing.bands == command.bands, &["bands"]),
            (standing.document == command.document, &["document"]),
        ]);
        match difference {
            None => Ok(None),
            Some(field) => Err(RegulationRefusal::IdReusedWithOtherContent { field }),
        }
    }
}

impl Decide for Regulation {
    fn decide(
        &self,
        command: RegulationCommand,
        _facts: &Self::Services,
    ) -> Result<Option<RegulationEvent>, RegulationRefusal> {
        match command {
            RegulationCommand::RequireOfficers(command) => self.require(command),
            RegulationCommand::SetApprovalBands(command) => self.set_bands(command),
        }
    }
}

impl Aggregate for Regulation {
    const TYPE: &'static str = "regulation";
    type Command = RegulationCommand;
    type Event = RegulationEvent;
    type Error = RegulationRefusal;
    type Services = ();

    handle_by_deciding!();

    fn apply(&mut self, event: Self::Event) {
        match event {
            RegulationEvent::OfficersRequired(set) => {
                self.officers_required = set.required;
                self.about_officers.insert(set.regulation, set);
            }
            RegulationEvent::ApprovalBandsSet(set) => {
                self.bands.clone_from(&set.bands);
                self.about_approvals.insert(set.regulation, set);
            }
        }
    }
}
