//! A grant: the decision that a household is to receive so much a month, from one month to another.

mod command;
mod event;
mod refusal;
#[cfg(test)]
mod tests;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use crate::catalogue::Catalogue;
use crate::decision::Decide;
use crate::ids::GrantId;
use crate::refusal::first_difference;
use crate::vocabulary::PaysAs;

pub use command::{ApproveGrant, GrantCommand};
pub use event::{GrantApproved, GrantEvent};
pub use refusal::GrantRefusal;

/// One grant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Grant {
    /// Nothing was recorded under this id.
    #[default]
    Absent,
    /// The grant was approved.
    Approved(Box<GrantApproved>),
}

impl Grant {
    /// The approval; `None` while the grant is absent.
    pub fn approved(&self) -> Option<&GrantApproved> {
        match self {
            Self::Absent => None,
            Self::Approved(grant) => Some(grant),
        }
    }

    /// The approval, if this is the grant of that id.
    pub fn approved_as(&self, id: GrantId) -> Option<&GrantApproved> {
        self.approved().filter(|grant| grant.grant == id)
    }

    fn approve(&self, command: ApproveGrant) -> Result<Option<GrantEvent>, GrantRefusal> {
        if !command.amount.is_positive() {
            return Err(GrantRefusal::AmountNotPositive { amount: command.amount });
        }
        if command.members == 0 {
            return Err(GrantRefusal::NobodyCovered);
        }
        check_periodic(&command)?;
        let Some(standing) = self.approved() else {
            return Ok(Some(GrantEvent::GrantApproved(Box::new(command.into_event()))));
        };
        let person = command.person.as_ref().map(|person| person.id);
        let difference = first_difference(&[
            (standing.grant == command.grant, &["id"]),
            (standing.programme == command.programme, &["programme"]),
            (standing.household.id == command.household.id, &["householdNo"]),
            (standing.person.as_ref().map(|person| person.id) == person, &["personNo"]),
            (standing.members == command.members, &["members"]),
            (standing.amount_fen == command.amount, &["amount"]),
            (standing.months.from() == command.months.from(), &["fromMonth"]),
            (standing.months.to() == command.months.to(), &["toMonth"]),
            (standing.verification == command.verification, &["verification"]),
        ]);
        match difference {
            None => Ok(None),
            Some(field) => Err(GrantRefusal::IdReusedWithOtherContent { field }),
        }
    }
}

/// Only programmes that pay as grants can be granted; the others are paid without one.
fn check_periodic(command: &ApproveGrant) -> Result<(), GrantRefusal> {
    let programme = command.programme.clone();
    match Catalogue::standard().get(&programme) {
        None => Err(GrantRefusal::UnknownProgramme { programme }),
        Some(found) if found.pays_as != PaysAs::Grant => {
            Err(GrantRefusal::NotGranted { programme })
        }
        Some(_) => Ok(()),
    }
}

impl Decide for Grant {
    fn decide(
        &self,
        command: GrantCommand,
        _facts: &Self::Services,
    ) -> Result<Option<GrantEvent>, GrantRefusal> {
        let GrantCommand::ApproveGrant(command) = command;
        self.approve(command)
    }
}

impl Aggregate for Grant {
    const TYPE: &'static str = "grant";
    type Command = GrantCommand;
    type Event = GrantEvent;
    type Error = GrantRefusal;
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
        let GrantEvent::GrantApproved(grant) = event;
        *self = Self::Approved(grant);
    }
}
