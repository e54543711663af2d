//! A month of the books: closed by two officers, and reopened by two (结账、反结账).
//!
//! A closed month stays writable, because money does not wait: what is recorded for one of its days afterwards is
//! *late*, and shown as such. The figures as they were closed are those at the position of its closing.
//!
//! # Stages
//!
//! Each line is a transition: where the month stands, what happens, where it stands then.
//!
//! ```text
//! open               -> PeriodClosingProposed   -> closing proposed
//! closing proposed   -> PeriodProposalWithdrawn -> open
//! closing proposed   -> PeriodClosed            -> closed
//! closed             -> PeriodReopeningProposed -> reopening proposed
//! reopening proposed -> PeriodProposalWithdrawn -> closed
//! reopening proposed -> PeriodReopened          -> open
//! ```
//!
//! That whoever confirms is another person than whoever proposed, and that nothing is confirmed which was not
//! proposed, are claims ([`crate::effects::Claim`]), which the append and every verifier hold.

mod command;
mod event;
mod refusal;
mod stage;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use serde::{Deserialize, Serialize};

use crate::decision::{Decide, handle_by_deciding};
use crate::ids::{OfficerId, StepId};

pub use command::{PeriodCommand, PeriodStep, ProposeReopening};
pub use event::{
    PeriodClosed, PeriodClosingProposed, PeriodEvent, PeriodProposalWithdrawn, PeriodReopened,
    PeriodReopeningProposed,
};
pub use refusal::PeriodRefusal;
pub use stage::PeriodStage;

/// One month of the books.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Period {
    stands: Stands,
    /// How often something was proposed.
    round: u32,
    /// Kept so that the same step again is recognised.
    steps: BTreeMap<StepId, PeriodEvent>,
}

/// Where a month stands, and who waits for another to confirm.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
enum Stands {
    #[default]
    Open,
    ClosingProposed(OfficerId),
    Closed,
    ReopeningProposed(OfficerId),
}

impl Period {
    /// Where it stands.
    pub fn stage(&self) -> PeriodStage {
        match self.stands {
            Stands::Open => PeriodStage::Open,
            Stands::ClosingProposed(_) => PeriodStage::ClosingProposed,
            Stands::Closed => PeriodStage::Closed,
            Stands::ReopeningProposed(_) => PeriodStage::ReopeningProposed,
        }
    }

    fn wrong_stage(&self) -> PeriodRefusal {
        PeriodRefusal::WrongStage { stands: self.stage() }
    }

    fn propose_closing(&self, step: PeriodStep) -> Result<PeriodEvent, PeriodRefusal> {
        is_over(&step)?;
        let Stands::Open = self.stands else { return Err(self.wrong_stage()) };
        Ok(PeriodEvent::PeriodClosingProposed(step.closing_proposed(self.next_round())))
    }

    fn close(&self, step: PeriodStep) -> Result<PeriodEvent, PeriodRefusal> {
        let Stands::ClosingProposed(by) = &self.stands else { return Err(self.wrong_stage()) };
        is_over(&step)?;
        another(by, &step.officer)?;
        Ok(PeriodEvent::PeriodClosed(step.closed(self.round)))
    }

    fn propose_reopening(&self, command: ProposeReopening) -> Result<PeriodEvent, PeriodRefusal> {
        let Stands::Closed = self.stands else { return Err(self.wrong_stage()) };
        Ok(PeriodEvent::PeriodReopeningProposed(command.proposed(self.next_round())))
    }

    fn reopen(&self, step: PeriodStep) -> Result<PeriodEvent, PeriodRefusal> {
        let Stands::ReopeningProposed(by) = &self.stands else { return Err(self.wrong_stage()) };
        another(by, &step.officer)?;
        Ok(PeriodEvent::PeriodReopened(step.reopened(self.round)))
    }

    /// Anybody who may propose may take a proposal back: it may be wrong, and its author away.
    fn withdraw(&self, step: PeriodStep) -> Result<PeriodEvent, PeriodRefusal> {
        let from = match self.stands {
            Stands::ClosingProposed(_) | Stands::ReopeningProposed(_) => self.stage(),
            Stands::Open | Stands::Closed => return Err(self.wrong_stage()),
        };
        Ok(PeriodEvent::PeriodProposalWithdrawn(step.withdrawn(self.round, from)))
    }

    fn next_round(&self) -> u32 {
        self.round.saturating_add(1)
    }
}

/// Nobody closes a month on one of its days, or before it.
fn is_over(step: &PeriodStep) -> Result<(), PeriodRefusal> {
    if step.occurred_on.month() <= step.month {
        return Err(PeriodRefusal::NotOver { month: step.month });
    }
    Ok(())
}

/// Two officers, whatever roles they hold.
fn another(proposed: &OfficerId, confirms: &OfficerId) -> Result<(), PeriodRefusal> {
    if proposed == confirms {
        return Err(PeriodRefusal::SameOfficer { officer: confirms.clone() });
    }
    Ok(())
}

impl Decide for Period {
    fn decide(
        &self,
        command: PeriodCommand,
        _facts: &Self::Services,
    ) -> Result<Option<PeriodEvent>, PeriodRefusal> {
        if let Some(standing) = self.steps.get(&command.step()) {
            return match standing.differs_from(&command) {
                None => Ok(None),
                Some(field) => Err(PeriodRefusal::StepIdReusedWithOtherContent { field }),
            };
        }
        let event = match command {
            PeriodCommand::ProposeClosing(step) => self.propose_closing(step),
            PeriodCommand::ClosePeriod(step) => self.close(step),
            PeriodCommand::ProposeReopening(command) => self.propose_reopening(command),
            PeriodCommand::ReopenPeriod(step) => self.reopen(step),
            PeriodCommand::WithdrawProposal(step) => self.withdraw(step),
        };
        event.map(Some)
    }
}

impl Aggregate for Period {
    const TYPE: &'static str = "period";
    type Command = PeriodCommand;
    type Event = PeriodEvent;
    type Error = PeriodRefusal;
    type Services = ();

    handle_by_deciding!();

    fn apply(&mut self, event: Self::Event) {
        self.round = event.round();
        self.stands = match &event {
            PeriodEvent::PeriodClosingProposed(proposed) => {
                Stands::ClosingProposed(proposed.officer.clone())
            }
            PeriodEvent::PeriodClosed(_) => Stands::Closed,
            PeriodEvent::PeriodReopeningProposed(proposed) => {
                Stands::ReopeningProposed(proposed.officer.clone())
            }
            PeriodEvent::PeriodReopened(_) => Stands::Open,
            PeriodEvent::PeriodProposalWithdrawn(withdrawn) => match withdrawn.from {
                PeriodStage::ReopeningProposed => Stands::Closed,
                _ => Stands::Open,
            },
        };
        self.steps.insert(event.step(), event);
    }
}
