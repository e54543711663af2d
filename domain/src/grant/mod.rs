//! A grant: the decision that a household is to receive so much a month, from one month to another, or
//! until it is stopped.

mod command;
mod event;
mod refusal;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use serde::{Deserialize, Serialize};

use crate::calendar::Month;
use crate::catalogue::Catalogue;
use crate::decision::{Decide, handle_by_deciding};
use crate::ids::{GrantId, StopId};
use crate::refusal::first_difference;
use crate::vocabulary::PaysAs;

pub use command::{ApproveGrant, GrantCommand, StopGrant};
pub use event::{GrantApproved, GrantEvent, GrantStopped};
pub use refusal::GrantRefusal;

/// One grant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Grant {
    /// Nothing was recorded under this id.
    #[default]
    Absent,
    /// The grant was approved.
    Approved(Box<ApprovedGrant>),
}

/// What a grant that stands knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApprovedGrant {
    approved: GrantApproved,
    /// Each ends it earlier than those before; kept so that the same stop again is recognised.
    stops: BTreeMap<StopId, GrantStopped>,
}

impl Grant {
    /// The approval; `None` while the grant is absent.
    pub fn approved(&self) -> Option<&GrantApproved> {
        match self {
            Self::Absent => None,
            Self::Approved(grant) => Some(&grant.approved),
        }
    }

    /// The approval, if this is the grant of that id.
    pub fn approved_as(&self, id: GrantId) -> Option<&GrantApproved> {
        self.approved().filter(|grant| grant.grant == id)
    }

    /// The first month that is not paid for any more; `None` while the grant was not stopped.
    pub fn stopped_from(&self) -> Option<Month> {
        match self {
            Self::Absent => None,
            Self::Approved(grant) => grant.stops.values().map(|stop| stop.from_month).min(),
        }
    }

    /// A stop may be followed by one from an earlier month, as when a death is learned of late.
    fn stop(&self, command: StopGrant) -> Result<Option<GrantEvent>, GrantRefusal> {
        let grant = match self {
            Self::Approved(grant) if grant.approved.grant == command.grant => grant,
            _ => return Err(GrantRefusal::UnknownGrant { grant: command.grant }),
        };
        if let Some(stopped) = grant.stops.get(&command.stop) {
            let difference = first_difference(&[
                (stopped.from_month == command.from_month, &["fromMonth"]),
                (stopped.reason == command.reason, &["reason"]),
                (stopped.document == command.document, &["document"]),
            ]);
            return match difference {
                None => Ok(None),
                Some(field) => Err(GrantRefusal::StopIdReusedWithOtherContent { field }),
            };
        }
        let months = grant.approved.months;
        if command.from_month < months.from() || months.to() < command.from_month {
            return Err(GrantRefusal::NotLive { month: command.from_month, granted: months });
        }
        match self.stopped_from() {
            Some(from) if from <= command.from_month => Err(GrantRefusal::AlreadyStopped { from }),
            _ => Ok(Some(GrantEvent::GrantStopped(command.into_event()))),
        }
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
        match command {
            GrantCommand::ApproveGrant(command) => self.approve(command),
            GrantCommand::StopGrant(command) => self.stop(command),
        }
    }
}

impl Aggregate for Grant {
    const TYPE: &'static str = "grant";
    type Command = GrantCommand;
    type Event = GrantEvent;
    type Error = GrantRefusal;
    type Services = ();

    handle_by_deciding!();

    fn apply(&mut self, event: Self::Event) {
        match (event, self) {
            (GrantEvent::GrantApproved(approved), state) => {
                let stops = BTreeMap::new();
                *state = Self::Approved(Box::new(ApprovedGrant { approved: *approved, stops }));
            }
            (GrantEvent::GrantStopped(stopped), Self::Approved(grant)) => {
                grant.stops.insert(stopped.stop, stopped);
            }
            // Cannot stand in a stream that this aggregate decided; there is nothing to stop.
            (GrantEvent::GrantStopped(_), Self::Absent) => {}
        }
    }
}
