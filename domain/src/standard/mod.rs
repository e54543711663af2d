//! The standards of one programme: how much may be paid, since when, where and for whom.
//!
//! One stream holds every standard of a programme, so that one guard on that stream tells the
//! append whether the ceiling that a payment was held to still stands.

mod ceiling;
mod command;
mod event;
mod refusal;
#[cfg(test)]
mod tests;

use cqrs_es::Aggregate;
use serde::{Deserialize, Serialize};

use crate::catalogue::Catalogue;
use crate::decision::{Decide, handle_by_deciding};
use crate::refusal::first_difference;
use crate::vocabulary::PaysAs;

pub use ceiling::Entitlement;
pub use command::{SetStandard, StandardCommand};
pub use event::{StandardEvent, StandardSet};
pub use refusal::StandardRefusal;

/// The standards of one programme. The stream's id is the programme's id.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Standards {
    /// No standard was ever set: there is no ceiling.
    #[default]
    Absent,
    /// The standards that were set, ordered by their first day in force; those of one day in the
    /// order in which they were recorded. Those that have been replaced are among them, because
    /// late payments are held to the standard of their month.
    Set(Vec<StandardSet>),
}

impl Standards {
    /// Every standard that was set, by first day in force.
    pub fn all(&self) -> &[StandardSet] {
        match self {
            Self::Absent => &[],
            Self::Set(standards) => standards,
        }
    }

    fn set(&self, command: SetStandard) -> Result<Option<StandardEvent>, StandardRefusal> {
        if !command.amount.is_positive() {
            return Err(StandardRefusal::AmountNotPositive { amount: command.amount });
        }
        check_payable(&command)?;
        let Some(standing) = self.all().iter().find(|set| set.standard == command.standard) else {
            return Ok(Some(StandardEvent::StandardSet(command.into_event())));
        };
        let difference = first_difference(&[
            (standing.programme == command.programme, &["programme"]),
            (standing.unit == command.unit, &["unit"]),
            (standing.amount_fen == command.amount, &["amount"]),
            (standing.effective_from == command.effective_from, &["effectiveFrom"]),
            (standing.document == command.document, &["document"]),
            (standing.region == command.region, &["region"]),
            (standing.class == command.class, &["class"]),
        ]);
        match difference {
            None => Ok(None),
            Some(field) => Err(StandardRefusal::IdReusedWithOtherContent { field }),
        }
    }
}

/// A ceiling is for programmes under which money is paid; elsewhere it would be kept and never used.
fn check_payable(command: &SetStandard) -> Result<(), StandardRefusal> {
    let programme = command.programme.clone();
    let Some(found) = Catalogue::standard().get(&programme) else {
        return Err(StandardRefusal::UnknownProgramme { programme });
    };
    match found.pays_as {
        PaysAs::Grant | PaysAs::OneOff | PaysAs::TemporaryAid | PaysAs::DisabilitySubsidy => Ok(()),
        PaysAs::Goods | PaysAs::Income | PaysAs::NotPayable => {
            Err(StandardRefusal::NotPayable { programme })
        }
    }
}

impl Decide for Standards {
    fn decide(
        &self,
        command: StandardCommand,
        _facts: &Self::Services,
    ) -> Result<Option<StandardEvent>, StandardRefusal> {
        let StandardCommand::SetStandard(command) = command;
        self.set(command)
    }
}

impl Aggregate for Standards {
    const TYPE: &'static str = "standard";
    type Command = StandardCommand;
    type Event = StandardEvent;
    type Error = StandardRefusal;
    type Services = ();

    handle_by_deciding!();

    fn apply(&mut self, event: Self::Event) {
        let StandardEvent::StandardSet(set) = event;
        let mut standards = match std::mem::take(self) {
            Self::Absent => Vec::new(),
            Self::Set(standards) => standards,
        };
        let place = standards.partition_point(|other| other.effective_from <= set.effective_from);
        standards.insert(place, set);
        *self = Self::Set(standards);
    }
}
