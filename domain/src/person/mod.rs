//! What the chain knows of a person beside what was paid to them: that they died.
//!
//! A death is reported with its day and its source, and leaves standing what was paid; what was paid for later is
//! asked back ([`crate::payment::OrderRecovery`]). A report that was wrong is withdrawn by another entry.
//!
//! # Stages
//!
//! Each line is a transition: what is known, what happens, what is known then.
//!
//! ```text
//! nothing -> DeathReported        -> dead
//! dead    -> DeathReportWithdrawn -> nothing
//! ```

mod command;
mod event;
mod refusal;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use serde::{Deserialize, Serialize};

use crate::calendar::Day;
use crate::decision::{Decide, handle_by_deciding};
use crate::ids::DeathReportId;
use crate::refusal::first_difference;

pub use command::{PersonCommand, ReportDeath, WithdrawDeathReport};
pub use event::{DeathReportWithdrawn, DeathReported, PersonEvent};
pub use refusal::PersonRefusal;

/// One person, as far as the chain knows them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// The report that stands.
    dead: Option<(DeathReportId, Day)>,
    // Both are kept so that the same again is recognised.
    reports: BTreeMap<DeathReportId, DeathReported>,
    withdrawals: BTreeMap<DeathReportId, DeathReportWithdrawn>,
}

impl Person {
    /// The day on which they died, where that is reported and not withdrawn.
    pub fn died_on(&self) -> Option<Day> {
        self.dead.map(|(_, died_on)| died_on)
    }

    fn report(&self, command: ReportDeath) -> Result<Option<PersonEvent>, PersonRefusal> {
        let asked = command.into_event();
        if let Some(standing) = self.reports.get(&asked.report) {
            let difference = first_difference(&[
                (standing.person == asked.person, &["personNo"]),
                (standing.died_on == asked.died_on, &["diedOn"]),
                (standing.source == asked.source, &["source"]),
                (standing.occurred_on == asked.occurred_on, &["occurredOn"]),
            ]);
            return match difference {
                None => Ok(None),
                Some(field) => Err(PersonRefusal::IdReusedWithOtherContent { field }),
            };
        }
        if asked.occurred_on < asked.died_on {
            return Err(PersonRefusal::ReportedBeforeDeath { died_on: asked.died_on });
        }
        if self.withdrawals.contains_key(&asked.report) {
            return Err(PersonRefusal::IdReusedWithOtherContent { field: &["id"] });
        }
        match self.died_on() {
            Some(died_on) => Err(PersonRefusal::AlreadyReported { died_on }),
            None => Ok(Some(PersonEvent::DeathReported(asked))),
        }
    }

    fn withdraw(&self, command: WithdrawDeathReport) -> Result<Option<PersonEvent>, PersonRefusal> {
        let asked = command.into_event();
        if let Some(standing) = self.withdrawals.get(&asked.withdrawal) {
            let difference = first_difference(&[
                (standing.person == asked.person, &["personNo"]),
                (standing.report == asked.report, &["report"]),
                (standing.document == asked.document, &["document"]),
                (standing.occurred_on == asked.occurred_on, &["occurredOn"]),
            ]);
            return match difference {
                None => Ok(None),
                Some(field) => Err(PersonRefusal::IdReusedWithOtherContent { field }),
            };
        }
        if self.reports.contains_key(&asked.withdrawal) {
            return Err(PersonRefusal::IdReusedWithOtherContent { field: &["id"] });
        }
        match self.dead {
            Some((report, _)) if report == asked.report => {
                Ok(Some(PersonEvent::DeathReportWithdrawn(asked)))
            }
            _ => Err(PersonRefusal::NotReported),
        }
    }
}

impl Decide for Person {
    fn decide(
        &self,
        command: PersonCommand,
        _facts: &Self::Services,
    ) -> Result<Option<PersonEvent>, PersonRefusal> {
        match command {
            PersonCommand::ReportDeath(command) => self.report(command),
            PersonCommand::WithdrawDeathReport(command) => self.withdraw(command),
        }
    }
}

impl Aggregate for Person {
    const TYPE: &'static str = "person";
    type Command = PersonCommand;
    type Event = PersonEvent;
    type Error = PersonRefusal;
    type Services = ();

    handle_by_deciding!();

    fn apply(&mut self, event: Self::Event) {
        match event {
            PersonEvent::DeathReported(reported) => {
                self.dead = Some((reported.report, reported.died_on));
                self.reports.insert(reported.report, reported);
            }
            PersonEvent::DeathReportWithdrawn(withdrawn) => {
                self.dead = None;
                self.withdrawals.insert(withdrawn.withdrawal, withdrawn);
            }
        }
    }
}
