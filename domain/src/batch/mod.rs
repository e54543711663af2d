//! A batch: payments that leave together, after somebody made the list, somebody reviewed it, somebody
//! approved it and somebody released it, each of them another person.
//!
//! The list itself lies in the command that drafted it; the chain holds how many lines it has, their sum,
//! and a digest over all of it. What is released is that list to the byte, or nothing: the append holds
//! every payment against the digest that was approved ([`ListPart`]).
//!
//! # Stages
//!
//! Each line is a transition: where the batch stands, what happens, where it stands then.
//!
//! ```text
//! absent    -> BatchDrafted   -> drafted
//! drafted   -> BatchDrafted   -> drafted
//! drafted   -> BatchSubmitted -> submitted
//! drafted   -> BatchCancelled -> cancelled
//! submitted -> BatchReviewed  -> reviewed
//! submitted -> BatchSentBack  -> drafted
//! submitted -> BatchCancelled -> cancelled
//! reviewed  -> BatchApproved  -> approved
//! reviewed  -> BatchSentBack  -> drafted
//! reviewed  -> BatchCancelled -> cancelled
//! approved  -> BatchApproved  -> approved
//! approved  -> BatchReleased  -> released
//! approved  -> BatchSentBack  -> drafted
//! approved  -> BatchCancelled -> cancelled
//! released  -> BatchClosed    -> closed
//! submitted -> BatchAdvanced -> advanced
//! advanced -> PapersReviewed -> papers_reviewed
//! papers_reviewed -> PapersCompleted -> released
//! ```
//!
//! In an emergency the money may go after two of the four hands, its maker's and an approver's; the papers take the
//! other two. Only urgent temporary aid can be advanced, of a sum that needs one approval.
//!
//! A batch is approved as often as the bureau's amount bands ask (see [`crate::regulation`]), each time by
//! another officer; it is released when all of them have approved.
//!
//! That the stages follow each other with the same list, and that no officer has a hand in one batch twice,
//! are claims ([`crate::effects::Claim`]): the append refuses a hand or a stage that is taken, and to go on
//! from a stage that is not reached, whatever roles anybody holds; whoever verifies derives all of it again.

mod command;
mod event;
mod list;
mod refusal;
mod stage;
mod standing;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use cqrs_es::Aggregate;
use serde::{Deserialize, Serialize};

use crate::decision::{Decide, handle_by_deciding};
use crate::regulation::Regulation;
use crate::text::ListDigest;

pub use command::{
    ApproveBatch, BatchCommand, CancelBatch, DraftBatch, ReleaseBatch, ReviewPapers, SendBackBatch,
    StepBatch,
};
pub use event::{
    BatchAdvanced, BatchApproved, BatchCancelled, BatchClosed, BatchDrafted, BatchEvent,
    BatchReleased, BatchReviewed, BatchSentBack, BatchSubmitted, PapersCompleted, PapersReviewed,
};
pub use list::{ListPart, SealedList};
pub use refusal::BatchRefusal;
pub use stage::{NotAStage, Stage, Standing};
use standing::Position;
pub use standing::StandingBatch;

/// One batch.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Batch {
    /// Nothing was recorded under this id.
    #[default]
    Absent,
    /// The batch is on its way, or has come to its end.
    Standing(Box<StandingBatch>),
}

/// What other streams and the lines themselves said when a step was decided.
#[derive(Debug, Clone, Default)]
pub struct BatchFacts {
    /// The digest over the lines: of those that are drafted, or of those that are to be released or advanced.
    /// Needed for these steps only.
    pub digest: Option<ListDigest>,
    /// What the bureau laid down about approvals, which a submission asks.
    pub approvals: Arc<Regulation>,
    /// Last sequence of that stream, 0 where there is none.
    pub approvals_sequence: u64,
    /// For how many of its payments no bank has answered ([`crate::payment::Payment::awaits_answer`]); `None`
    /// where nobody looked. Needed to close it.
    pub unanswered: Option<u32>,
}

impl Batch {
    /// The list that was drafted last; `None` while the batch is absent.
    pub fn drafted(&self) -> Option<&BatchDrafted> {
        self.standing().map(|batch| &batch.drafted)
    }

    /// Where it stands; `None` before anything was recorded.
    pub fn stands(&self) -> Option<Standing> {
        self.standing().map(|batch| batch.position.standing())
    }

    /// How many approvals it has, and how many it needs; `None` before it was submitted and at its end.
    pub fn approvals(&self) -> Option<(u32, u32)> {
        match &self.standing()?.position {
            Position::Submitted(submitted) => Some((0, submitted.approvals.get())),
            Position::Reviewed(reviewed) => Some((0, reviewed.submitted.approvals.get())),
            Position::Approved(reviewed, approvers) => {
                let given = u32::try_from(approvers.len()).unwrap_or(u32::MAX);
                Some((given, reviewed.submitted.approvals.get()))
            }
            _ => None,
        }
    }

    fn standing(&self) -> Option<&StandingBatch> {
        match self {
            Self::Absent => None,
            Self::Standing(batch) => Some(batch),
        }
    }

    fn draft(
        &self,
        command: DraftBatch,
        facts: &BatchFacts,
    ) -> Result<Option<BatchEvent>, BatchRefusal> {
        let list = command.sealed(facts.digest)?;
        let asked = command.into_event(list);
        if let Some(batch) = self.standing() {
            if batch.stands(&asked)? {
                return Ok(None);
            }
            let Position::Drafted = batch.position else { return Err(batch.wrong_stage()) };
        }
        Ok(Some(BatchEvent::BatchDrafted(asked)))
    }

    fn step(
        &self,
        command: BatchCommand,
        facts: &BatchFacts,
    ) -> Result<Option<BatchEvent>, BatchRefusal> {
        let unknown = || BatchRefusal::UnknownBatch { batch: command.batch() };
        let batch = self.standing().filter(|batch| batch.drafted.batch == command.batch());
        let batch = batch.ok_or_else(unknown)?;
        if let Some(standing) = batch.steps.get(&command.step()) {
            return match standing.differs_from(&command) {
                None => Ok(None),
                Some(field) => Err(BatchRefusal::StepIdReusedWithOtherContent { field }),
            };
        }
        let event = match command {
            BatchCommand::DraftBatch(command) => return self.draft(*command, facts),
            BatchCommand::SubmitBatch(command) => batch.submit(command, facts),
            BatchCommand::ReviewBatch(command) => batch.review(command),
            BatchCommand::ApproveBatch(command) => batch.approve(command),
            BatchCommand::ReleaseBatch(command) => batch.release(command, facts),
            BatchCommand::SendBackBatch(command) => batch.send_back(command),
            BatchCommand::CancelBatch(command) => batch.cancel(command),
            BatchCommand::AdvanceBatch(command) => batch.advance(command, facts),
            BatchCommand::ReviewPapers(command) => batch.review_papers(command),
            BatchCommand::CompletePapers(command) => batch.complete_papers(command),
            BatchCommand::CloseBatch(command) => batch.close(command, facts),
        };
        event.map(Some)
    }
}

impl Decide for Batch {
    fn decide(
        &self,
        command: BatchCommand,
        facts: &BatchFacts,
    ) -> Result<Option<BatchEvent>, BatchRefusal> {
        match command {
            BatchCommand::DraftBatch(command) => self.draft(*command, facts),
            command => self.step(command, facts),
        }
    }
}

impl Aggregate for Batch {
    const TYPE: &'static str = "batch";
    type Command = BatchCommand;
    type Event = BatchEvent;
    type Error = BatchRefusal;
    type Services = BatchFacts;

    handle_by_deciding!();

    fn apply(&mut self, event: Self::Event) {
        match (event, &mut *self) {
            (BatchEvent::BatchDrafted(drafted), Self::Absent) => {
                *self = Self::Standing(Box::new(StandingBatch::drafted(drafted)));
            }
            (event, Self::Standing(batch)) => batch.apply(event),
            // Cannot stand in a stream that this aggregate decided; there is nothing to step on.
            (_, Self::Absent) => {}
        }
    }
}
