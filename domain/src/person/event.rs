//! What can have become known of a person.

use serde::{Deserialize, Serialize};

use crate::calendar::Day;
use crate::effects::{Claim, Effects};
use crate::events::{EventError, RecordedEvent, domain_event, print, read, sound, unknown};
use crate::ids::{DeathReportId, PersonId};
use crate::text::DocumentNumber;

/// An event of a person's stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PersonEvent {
    /// They died.
    DeathReported(DeathReported),
    /// They did not.
    DeathReportWithdrawn(DeathReportWithdrawn),
}

/// Payload of `DeathReported v1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeathReported {
    /// The person; also the id of their stream.
    pub person: PersonId,
    /// The report.
    pub report: DeathReportId,
    /// The day of the death.
    pub died_on: Day,
    /// Where it is known from.
    pub source: DocumentNumber,
    /// The day on which the bureau learned of it; not before the death.
    pub occurred_on: Day,
}

/// Payload of `DeathReportWithdrawn v1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeathReportWithdrawn {
    /// The person; also the id of their stream.
    pub person: PersonId,
    /// The withdrawal.
    pub withdrawal: DeathReportId,
    /// The report that was wrong.
    pub report: DeathReportId,
    /// The document that shows that the report was wrong.
    pub document: DocumentNumber,
    /// The day of the withdrawal.
    pub occurred_on: Day,
}

impl RecordedEvent for PersonEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::DeathReported(_) => "DeathReported v1",
            Self::DeathReportWithdrawn(_) => "DeathReportWithdrawn v1",
        }
    }

    fn stream_id(&self) -> String {
        match self {
            Self::DeathReported(event) => event.person.to_string(),
            Self::DeathReportWithdrawn(event) => event.person.to_string(),
        }
    }

    fn payload(&self) -> Vec<u8> {
        match self {
            Self::DeathReported(event) => print(event),
            Self::DeathReportWithdrawn(event) => print(event),
        }
    }

    fn read(name: &str, payload: &[u8]) -> Result<Self, EventError> {
        match name {
            "DeathReported v1" => {
                let event: DeathReported = read(name, payload)?;
                let early = event.occurred_on < event.died_on;
                let reason = early.then_some("nobody learns of a death before it");
                sound(Self::DeathReported(event), name, reason)
            }
            "DeathReportWithdrawn v1" => read(name, payload).map(Self::DeathReportWithdrawn),
            _ => unknown(name),
        }
    }

    /// A death is reported once, until that very report is withdrawn.
    fn effects(&self) -> Effects {
        match self {
            Self::DeathReported(event) => {
                Effects { claims: claims(event.person, event.report), ..Effects::default() }
            }
            Self::DeathReportWithdrawn(event) => {
                Effects { releases: claims(event.person, event.report), ..Effects::default() }
            }
        }
    }
}

fn claims(person: PersonId, report: DeathReportId) -> Vec<Claim> {
    vec![Claim::Death { person }, Claim::DeathReport { person, report }]
}

domain_event!(PersonEvent);
