//! Somebody looked at personal data, and why.
//!
//! Where a bureau requires officers, persons are shown masked. Whoever needs to see who stands behind a payment or
//! the lines of a batch says why, and that they looked stands in the chain: a stream of its own with one entry, which
//! names nobody but the officer.

mod command;
mod event;
mod refusal;
#[cfg(test)]
mod tests;

use cqrs_es::Aggregate;
use serde::{Deserialize, Serialize};

use crate::decision::{Decide, handle_by_deciding};
use crate::refusal::first_difference;

pub use command::{DisclosePersonalData, DisclosureCommand};
pub use event::{DisclosedList, DisclosedSubject, DisclosureEvent, PersonalDataDisclosed};
pub use refusal::DisclosureRefusal;

/// One look at personal data.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Disclosure {
    /// Nobody looked under this id.
    #[default]
    Absent,
    /// Somebody did.
    Recorded(PersonalDataDisclosed),
}

/// What other streams said when a disclosure was decided.
#[derive(Debug, Clone, Copy, Default)]
pub struct DisclosureFacts {
    /// Whether what is to be looked at was ever recorded.
    pub exists: bool,
}

impl Decide for Disclosure {
    fn decide(
        &self,
        command: DisclosureCommand,
        facts: &DisclosureFacts,
    ) -> Result<Option<DisclosureEvent>, DisclosureRefusal> {
        let DisclosureCommand::DisclosePersonalData(command) = command;
        let asked = command.into_event();
        match self {
            Self::Recorded(standing) => {
                let difference = first_difference(&[
                    (standing.disclosure == asked.disclosure, &["id"]),
                    (standing.officer == asked.officer, &["officer"]),
                    (standing.subject == asked.subject, asked.subject.field()),
                    (standing.reason == asked.reason, &["reason"]),
                ]);
                match difference {
                    None => Ok(None),
                    Some(field) => Err(DisclosureRefusal::IdReusedWithOtherContent { field }),
                }
            }
            Self::Absent if !facts.exists => {
                Err(DisclosureRefusal::UnknownSubject { subject: asked.subject })
            }
            Self::Absent => Ok(Some(DisclosureEvent::PersonalDataDisclosed(asked))),
        }
    }
}

impl Aggregate for Disclosure {
    const TYPE: &'static str = "disclosure";
    type Command = DisclosureCommand;
    type Event = DisclosureEvent;
    type Error = DisclosureRefusal;
    type Services = DisclosureFacts;

    handle_by_deciding!();

    fn apply(&mut self, event: Self::Event) {
        let DisclosureEvent::PersonalDataDisclosed(disclosed) = event;
        *self = Self::Recorded(disclosed);
    }
}
