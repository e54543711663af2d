//! What can be asked of a month of the books.

use serde::{Deserialize, Serialize};

use super::event::{
    PeriodClosed, PeriodClosingProposed, PeriodEvent, PeriodProposalWithdrawn, PeriodReopened,
    PeriodReopeningProposed,
};
use super::stage::PeriodStage;
use crate::calendar::{Day, Month};
use crate::commands::NoSuchEvent;
use crate::ids::{OfficerId, StepId};
use crate::text::{Commitment, DocumentNumber};

/// Everything that can be asked of a month. Its serialised form is what is kept and hashed as the entry's
/// command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PeriodCommand {
    /// Ask to close it, once it is over.
    ProposeClosing(PeriodStep),
    /// Close it, as another officer proposed.
    ClosePeriod(PeriodStep),
    /// Ask to open it again.
    ProposeReopening(ProposeReopening),
    /// Open it again, as another officer proposed.
    ReopenPeriod(PeriodStep),
    /// Take back what was proposed.
    WithdrawProposal(PeriodStep),
}

/// A step that says no more than who takes it, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeriodStep {
    /// The month.
    pub month: Month,
    /// The step, which makes the command idempotent.
    pub step: StepId,
    /// Who takes it.
    pub officer: OfficerId,
    /// The day of it.
    pub occurred_on: Day,
}

/// Asks to open a closed month again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProposeReopening {
    /// The month.
    pub month: Month,
    /// The step, which makes the command idempotent.
    pub step: StepId,
    /// Who asks.
    pub officer: OfficerId,
    /// The day of it.
    pub occurred_on: Day,
    /// The document that it rests on.
    pub document: DocumentNumber,
    /// Why, which lies beside the chain.
    pub reason: Commitment,
}

impl PeriodCommand {
    /// The name around the command where it is printed.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ProposeClosing(_) => "ProposeClosing",
            Self::ClosePeriod(_) => "ClosePeriod",
            Self::ProposeReopening(_) => "ProposeReopening",
            Self::ReopenPeriod(_) => "ReopenPeriod",
            Self::WithdrawProposal(_) => "WithdrawProposal",
        }
    }

    /// The month.
    pub const fn month(&self) -> Month {
        match self {
            Self::ProposeClosing(step)
            | Self::ClosePeriod(step)
            | Self::ReopenPeriod(step)
            | Self::WithdrawProposal(step) => step.month,
            Self::ProposeReopening(command) => command.month,
        }
    }

    /// What makes the command idempotent inside its month.
    pub const fn step(&self) -> StepId {
        match self {
            Self::ProposeClosing(step)
            | Self::ClosePeriod(step)
            | Self::ReopenPeriod(step)
            | Self::WithdrawProposal(step) => step.step,
            Self::ProposeReopening(command) => command.step,
        }
    }

    /// Who asks.
    pub const fn officer(&self) -> &OfficerId {
        match self {
            Self::ProposeClosing(step)
            | Self::ClosePeriod(step)
            | Self::ReopenPeriod(step)
            | Self::WithdrawProposal(step) => &step.officer,
            Self::ProposeReopening(command) => &command.officer,
        }
    }

    /// The id of the stream that decides this command.
    pub fn stream_id(&self) -> String {
        self.month().to_string()
    }

    /// The event that the command asks for, with what is derived while deciding taken from the one that was
    /// recorded: the round, and what a withdrawal takes back.
    pub(crate) fn asks_for(&self, recorded: &PeriodEvent) -> Result<PeriodEvent, NoSuchEvent> {
        let round = recorded.round();
        Ok(match (self.clone(), recorded) {
            (Self::ProposeClosing(step), PeriodEvent::PeriodClosingProposed(_)) => {
                PeriodEvent::PeriodClosingProposed(step.closing_proposed(round))
            }
            (Self::ClosePeriod(step), PeriodEvent::PeriodClosed(_)) => {
                PeriodEvent::PeriodClosed(step.closed(round))
            }
            (Self::ProposeReopening(command), PeriodEvent::PeriodReopeningProposed(_)) => {
                PeriodEvent::PeriodReopeningProposed(command.proposed(round))
            }
            (Self::ReopenPeriod(step), PeriodEvent::PeriodReopened(_)) => {
                PeriodEvent::PeriodReopened(step.reopened(round))
            }
            (Self::WithdrawProposal(step), PeriodEvent::PeriodProposalWithdrawn(recorded)) => {
                PeriodEvent::PeriodProposalWithdrawn(step.withdrawn(round, recorded.from))
            }
            _ => return Err(NoSuchEvent::OfThisKind),
        })
    }
}

impl PeriodStep {
    pub(super) fn closing_proposed(self, round: u32) -> PeriodClosingProposed {
        let Self { month, step, officer, occurred_on } = self;
        PeriodClosingProposed { period: month, step, round, officer, occurred_on }
    }

    pub(super) fn closed(self, round: u32) -> PeriodClosed {
        let Self { month, step, officer, occurred_on } = self;
        PeriodClosed { period: month, step, round, officer, occurred_on }
    }

    pub(super) fn reopened(self, round: u32) -> PeriodReopened {
        let Self { month, step, officer, occurred_on } = self;
        PeriodReopened { period: month, step, round, officer, occurred_on }
    }

    pub(super) fn withdrawn(self, round: u32, from: PeriodStage) -> PeriodProposalWithdrawn {
        let Self { month, step, officer, occurred_on } = self;
        PeriodProposalWithdrawn { period: month, step, round, officer, occurred_on, from }
    }
}

impl ProposeReopening {
    pub(super) fn proposed(self, round: u32) -> PeriodReopeningProposed {
        let Self { month, step, officer, occurred_on, document, reason } = self;
        PeriodReopeningProposed {
            period: month,
            step,
            round,
            officer,
            occurred_on,
            document,
            reason,
        }
    }
}
