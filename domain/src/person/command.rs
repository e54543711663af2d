//! What can be said of a person.

use serde::{Deserialize, Serialize};

use super::event::{DeathReportWithdrawn, DeathReported, PersonEvent};
use crate::calendar::Day;
use crate::commands::NoSuchEvent;
use crate::ids::{DeathReportId, PersonId};
use crate::text::DocumentNumber;

/// Everything that can be said of a person. Its serialised form is what is kept and hashed as the entry's command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PersonCommand {
    /// Report that they died.
    ReportDeath(ReportDeath),
    /// Withdraw such a report.
    WithdrawDeathReport(WithdrawDeathReport),
}

/// Reports that a person died. What was paid to them stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportDeath {
    /// The person.
    pub person: PersonId,
    /// The report, which makes the command idempotent.
    pub report: DeathReportId,
    /// The day of the death.
    pub died_on: Day,
    /// Where it is known from: the number of a letter or of a list of another office. Not that of a certificate,
    /// which is one person's.
    pub source: DocumentNumber,
    /// The day on which the bureau learned of it; not before the death.
    pub occurred_on: Day,
}

/// Withdraws the report of a death that was wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawDeathReport {
    /// The person.
    pub person: PersonId,
    /// The withdrawal, which makes the command idempotent.
    pub withdrawal: DeathReportId,
    /// The report: the one that stands, and no other that is made in its place.
    pub report: DeathReportId,
    /// The document that shows it.
    pub document: DocumentNumber,
    /// The day of the withdrawal.
    pub occurred_on: Day,
}

impl PersonCommand {
    /// The name around the command where it is printed.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ReportDeath(_) => "ReportDeath",
            Self::WithdrawDeathReport(_) => "WithdrawDeathReport",
        }
    }

    /// The person.
    pub const fn person(&self) -> PersonId {
        match self {
            Self::ReportDeath(command) => command.person,
            Self::WithdrawDeathReport(command) => command.person,
        }
    }

    /// The id of the stream that decides this command.
    pub fn stream_id(&self) -> String {
        self.person().to_string()
    }

    /// The event that the command asks for. Nothing in it is derived while deciding.
    pub(crate) fn asks_for(&self, recorded: &PersonEvent) -> Result<PersonEvent, NoSuchEvent> {
        Ok(match (self.clone(), recorded) {
            (Self::ReportDeath(command), PersonEvent::DeathReported(_)) => {
                PersonEvent::DeathReported(command.into_event())
            }
            (Self::WithdrawDeathReport(command), PersonEvent::DeathReportWithdrawn(_)) => {
                PersonEvent::DeathReportWithdrawn(command.into_event())
            }
            _ => return Err(NoSuchEvent::OfThisKind),
        })
    }
}

impl ReportDeath {
    pub(super) fn into_event(self) -> DeathReported {
        let Self { person, report, died_on, source, occurred_on } = self;
        DeathReported { person, report, died_on, source, occurred_on }
    }
}

impl WithdrawDeathReport {
    pub(super) fn into_event(self) -> DeathReportWithdrawn {
        let Self { person, withdrawal, report, document, occurred_on } = self;
        DeathReportWithdrawn { person, withdrawal, report, document, occurred_on }
    }
}
