//! What a bureau has laid down for its own books, each with the document that says so. Every topic is a
//! stream of its own, whose id is the topic's name.

mod command;
mod event;
mod refusal;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use crate::decision::Decide;
use crate::ids::RegulationId;
use crate::refusal::first_difference;

pub use command::{RegulationCommand, RequireOfficers};
pub use event::{OFFICERS, OfficersRequired, RegulationEvent};
pub use refusal::RegulationRefusal;

/// What was laid down about one topic; nothing is required before something was.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Regulation {
    officers_required: bool,
    /// Kept so that the same command again is recognised.
    about_officers: BTreeMap<RegulationId, OfficersRequired>,
}

impl Regulation {
    /// Whether whoever records must be an enrolled officer who holds a role for it.
    pub fn officers_required(&self) -> bool {
        self.officers_required
    }
}

impl Decide for Regulation {
    fn decide(
        &self,
        command: RegulationCommand,
        _facts: &Self::Services,
    ) -> Result<Option<RegulationEvent>, RegulationRefusal> {
        let RegulationCommand::RequireOfficers(command) = command;
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
}

impl Aggregate for Regulation {
    const TYPE: &'static str = "regulation";
    type Command = RegulationCommand;
    type Event = RegulationEvent;
    type Error = RegulationRefusal;
    type Services = ();

    async fn handle(
        &mut self,
        command: Self::Command,
        facts: &Self::Services,
        sink: &EventSink<Self>,
    ) -> Result<(), Self::Error> {
        if let Some(event) = self.decide(command, facts)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Self::Event) {
        let RegulationEvent::OfficersRequired(set) = event;
        self.officers_required = set.required;
        self.about_officers.insert(set.regulation, set);
    }
}
