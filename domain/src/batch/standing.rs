//! A batch that stands: where, with whose hands in it, and which step it takes next.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::BatchFacts;
use super::command::{
    ApproveBatch, CancelBatch, ReleaseBatch, ReviewPapers, SendBackBatch, StepBatch,
};
use super::event::{
    BatchAdvanced, BatchApproved, BatchCancelled, BatchClosed, BatchDrafted, BatchEvent,
    BatchReleased, BatchReviewed, BatchSentBack, BatchSubmitted, PapersCompleted,
};
use super::refusal::BatchRefusal;
use super::stage::{Stage, Standing};
use crate::ids::{OfficerId, StepId};
use crate::refusal::first_difference;
use crate::text::ListDigest;

/// What a batch knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StandingBatch {
    /// The list that was drafted last.
    pub(super) drafted: BatchDrafted,
    /// How often it was submitted.
    rounds: u32,
    pub(super) position: Position,
    /// Kept so that the same step again is recognised.
    pub(super) steps: BTreeMap<StepId, BatchEvent>,
}

/// Where a batch stands, with everybody who had a hand in it on this way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Position {
    /// The maker may still change it.
    Drafted,
    Submitted(Submitted),
    Reviewed(Reviewed),
    /// At least one officer has approved it.
    Approved(Reviewed, Vec<OfficerId>),
    /// Advanced by the second of these two.
    Advanced([OfficerId; 2]),
    /// Advanced, and the papers checked by the third.
    PapersReviewed([OfficerId; 3]),
    Released,
    Closed,
    Cancelled,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Submitted {
    maker: OfficerId,
    /// How many must approve it.
    pub(super) approvals: NonZeroU32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Reviewed {
    pub(super) submitted: Submitted,
    reviewer: OfficerId,
}

impl Position {
    /// Everybody who had a hand in the batch on this way.
    fn hands(&self) -> Vec<&OfficerId> {
        match self {
            Self::Drafted | Self::Released | Self::Closed | Self::Cancelled => Vec::new(),
            Self::Submitted(submitted) => vec![&submitted.maker],
            Self::Reviewed(reviewed) => reviewed.hands(),
            Self::Approved(reviewed, approvers) => {
                reviewed.hands().into_iter().chain(approvers).collect()
            }
            Self::Advanced(hands) => hands.iter().collect(),
            Self::PapersReviewed(hands) => hands.iter().collect(),
        }
    }

    pub(super) fn standing(&self) -> Standing {
        match self {
            Self::Drafted => Standing::Drafted,
            Self::Submitted(_) => Standing::Submitted,
            Self::Reviewed(_) => Standing::Reviewed,
            Self::Approved(..) => Standing::Approved,
            Self::Advanced(_) => Standing::Advanced,
            Self::PapersReviewed(_) => Standing::PapersReviewed,
            Self::Released => Standing::Released,
            Self::Closed => Standing::Closed,
            Self::Cancelled => Standing::Cancelled,
        }
    }
}

impl Reviewed {
    fn hands(&self) -> Vec<&OfficerId> {
        vec![&self.submitted.maker, &self.reviewer]
    }
}

impl StandingBatch {
    /// A batch whose first list was made.
    pub(super) fn drafted(drafted: BatchDrafted) -> Self {
        let first = BatchEvent::BatchDrafted(drafted.clone());
        let steps = BTreeMap::from([(first.step(), first)]);
        Self { drafted, rounds: 0, position: Position::Drafted, steps }
    }

    /// The stage that the batch can still be taken back from; `None` where its maker has it, and where its money
    /// is gone or it was given up.
    fn stage(&self) -> Option<Stage> {
        Some(match &self.position {
            Position::Submitted(submitted) => Stage::Submitted { needed: submitted.approvals },
            Position::Reviewed(reviewed) => {
                Stage::Reviewed { needed: reviewed.submitted.approvals }
            }
            Position::Approved(reviewed, approvers) => {
                Stage::Approved { given: many(approvers)?, needed: reviewed.submitted.approvals }
            }
            // From here on nothing gives the batch back or gives it up.
            Position::Advanced(_)
            | Position::PapersReviewed(_)
            | Position::Released
            | Position::Closed
            | Position::Drafted
            | Position::Cancelled => return None,
        })
    }

    pub(super) fn wrong_stage(&self) -> BatchRefusal {
        BatchRefusal::WrongStage { stands: self.position.standing() }
    }

    /// Whether this officer has had no hand in it yet.
    fn check_hands(&self, officer: &OfficerId) -> Result<(), BatchRefusal> {
        if self.position.hands().contains(&officer) {
            return Err(BatchRefusal::SameOfficer { officer: officer.clone() });
        }
        Ok(())
    }

    /// Whether this is the list that was drafted last.
    fn check_digest(&self, found: ListDigest) -> Result<(), BatchRefusal> {
        let expected = self.drafted.list.digest;
        if found == expected { Ok(()) } else { Err(BatchRefusal::ListDiffers { expected }) }
    }

    /// Whether the lines as they are kept now are those of the list.
    fn check_lines(&self, facts: &BatchFacts) -> Result<(), BatchRefusal> {
        let expected = self.drafted.list.digest;
        self.check_digest(facts.digest.ok_or(BatchRefusal::ListDiffers { expected })?)
    }

    pub(super) fn submit(
        &self,
        command: StepBatch,
        facts: &BatchFacts,
    ) -> Result<BatchEvent, BatchRefusal> {
        let Position::Drafted = self.position else { return Err(self.wrong_stage()) };
        if self.drafted.officer != command.officer {
            return Err(BatchRefusal::NotTheMaker { maker: self.drafted.officer.clone() });
        }
        self.check_digest(command.digest)?;
        Ok(BatchEvent::BatchSubmitted(BatchSubmitted {
            batch: command.batch,
            step: command.step,
            round: self.rounds.saturating_add(1),
            officer: command.officer,
            approvals: facts.approvals.approvals_for(self.drafted.list.total_fen),
            regulation: facts.approvals_sequence,
            digest: self.drafted.list.digest,
        }))
    }

    pub(super) fn review(&self, command: StepBatch) -> Result<BatchEvent, BatchRefusal> {
        let Position::Submitted(submitted) = &self.position else {
            return Err(self.wrong_stage());
        };
        self.check_hands(&command.officer)?;
        self.check_digest(command.digest)?;
        Ok(BatchEvent::BatchReviewed(BatchReviewed {
            batch: command.batch,
            step: command.step,
            round: self.rounds,
            officer: command.officer,
            approvals: submitted.approvals,
            digest: self.drafted.list.digest,
        }))
    }

    pub(super) fn approve(&self, command: ApproveBatch) -> Result<BatchEvent, BatchRefusal> {
        let (reviewed, approval) = match &self.position {
            Position::Reviewed(reviewed) => (reviewed, NonZeroU32::MIN),
            Position::Approved(reviewed, approvers) => {
                let given = many(approvers).ok_or_else(|| self.wrong_stage())?;
                (reviewed, given.saturating_add(1))
            }
            _ => return Err(self.wrong_stage()),
        };
        if approval > reviewed.submitted.approvals {
            return Err(self.wrong_stage());
        }
        self.check_hands(&command.officer)?;
        self.check_digest(command.digest)?;
        Ok(BatchEvent::BatchApproved(BatchApproved {
            batch: command.batch,
            step: command.step,
            round: self.rounds,
            officer: command.officer,
            approval,
            approvals: reviewed.submitted.approvals,
            digest: command.digest,
        }))
    }

    pub(super) fn release(
        &self,
        command: ReleaseBatch,
        facts: &BatchFacts,
    ) -> Result<BatchEvent, BatchRefusal> {
        let Position::Approved(reviewed, approvers) = &self.position else {
            return Err(self.wrong_stage());
        };
        let (given, needed) = (approvers.len(), reviewed.submitted.approvals);
        if many(approvers).is_none_or(|given| given < needed) {
            return Err(BatchRefusal::ApprovalsMissing { given, needed });
        }
        self.check_hands(&command.officer)?;
        self.check_digest(command.digest)?;
        self.check_lines(facts)?;
        Ok(BatchEvent::BatchReleased(BatchReleased {
            batch: command.batch,
            step: command.step,
            round: self.rounds,
            officer: command.officer,
            approvals: needed,
            list: self.drafted.list,
        }))
    }

    pub(super) fn send_back(&self, command: SendBackBatch) -> Result<BatchEvent, BatchRefusal> {
        let from = self.stage().ok_or_else(|| self.wrong_stage())?;
        Ok(BatchEvent::BatchSentBack(BatchSentBack {
            batch: command.batch,
            step: command.step,
            round: self.rounds,
            officer: command.officer,
            from,
            digest: self.drafted.list.digest,
            reason: command.reason,
        }))
    }

    pub(super) fn cancel(&self, command: CancelBatch) -> Result<BatchEvent, BatchRefusal> {
        let from = match self.position {
            Position::Drafted => None,
            _ => Some(self.stage().ok_or_else(|| self.wrong_stage())?),
        };
        Ok(BatchEvent::BatchCancelled(BatchCancelled {
            batch: command.batch,
            step: command.step,
            round: self.rounds,
            officer: command.officer,
            from,
            digest: self.drafted.list.digest,
            reason: command.reason,
        }))
    }

    pub(super) fn advance(
        &self,
        command: StepBatch,
        facts: &BatchFacts,
    ) -> Result<BatchEvent, BatchRefusal> {
        let Position::Submitted(submitted) = &self.position else {
            return Err(self.wrong_stage());
        };
        if submitted.approvals > NonZeroU32::MIN {
            return Err(BatchRefusal::TooLargeToAdvance { needed: submitted.approvals });
        }
        self.check_hands(&command.officer)?;
        self.check_digest(command.digest)?;
        self.check_lines(facts)?;
        Ok(BatchEvent::BatchAdvanced(BatchAdvanced {
            batch: command.batch,
            step: command.step,
            round: self.rounds,
            officer: command.officer,
            list: self.drafted.list,
        }))
    }

    pub(super) fn review_papers(&self, command: ReviewPapers) -> Result<BatchEvent, BatchRefusal> {
        let Position::Advanced(_) = self.position else { return Err(self.wrong_stage()) };
        self.check_hands(&command.officer)?;
        self.check_digest(command.digest)?;
        Ok(BatchEvent::PapersReviewed(command.reviewed(self.rounds)))
    }

    pub(super) fn complete_papers(&self, command: StepBatch) -> Result<BatchEvent, BatchRefusal> {
        let Position::PapersReviewed(_) = self.position else { return Err(self.wrong_stage()) };
        self.check_hands(&command.officer)?;
        self.check_digest(command.digest)?;
        let StepBatch { batch, step, officer, digest } = command;
        let round = self.rounds;
        let completed = PapersCompleted { batch, step, round, officer, digest };
        Ok(BatchEvent::PapersCompleted(completed))
    }

    pub(super) fn close(
        &self,
        command: StepBatch,
        facts: &BatchFacts,
    ) -> Result<BatchEvent, BatchRefusal> {
        let Position::Released = self.position else { return Err(self.wrong_stage()) };
        self.check_digest(command.digest)?;
        // Where nobody looked, every line counts as unanswered.
        match facts.unanswered.unwrap_or(self.drafted.list.lines) {
            0 => {}
            lines => return Err(BatchRefusal::LinesUnanswered { lines }),
        }
        let StepBatch { batch, step, officer, digest } = command;
        let round = self.rounds;
        Ok(BatchEvent::BatchClosed(BatchClosed { batch, step, round, officer, digest }))
    }
}

impl StandingBatch {
    /// Whether the same draft stands already.
    pub(super) fn stands(&self, asked: &BatchDrafted) -> Result<bool, BatchRefusal> {
        let Some(standing) = self.steps.get(&asked.step) else { return Ok(false) };
        let BatchEvent::BatchDrafted(standing) = standing else {
            return Err(BatchRefusal::StepIdReusedWithOtherContent { field: &["id"] });
        };
        let difference = first_difference(&[
            (standing.batch == asked.batch, &["id"]),
            (standing.officer == asked.officer, &["officer"]),
            (standing.title == asked.title, &["title"]),
            (standing.list == asked.list, &["lines"]),
        ]);
        match difference {
            None => Ok(true),
            Some(field) => Err(BatchRefusal::BatchIdReusedWithOtherContent { field }),
        }
    }

    pub(super) fn apply(&mut self, event: BatchEvent) {
        self.steps.insert(event.step(), event.clone());
        match (event, &mut self.position) {
            (BatchEvent::BatchDrafted(drafted), _) => self.drafted = drafted,
            (BatchEvent::BatchSubmitted(submitted), position) => {
                self.rounds = submitted.round;
                let (maker, approvals) = (submitted.officer, submitted.approvals);
                *position = Position::Submitted(Submitted { maker, approvals });
            }
            (BatchEvent::BatchReviewed(reviewed), Position::Submitted(submitted)) => {
                let (submitted, reviewer) = (submitted.clone(), reviewed.officer);
                self.position = Position::Reviewed(Reviewed { submitted, reviewer });
            }
            (BatchEvent::BatchApproved(approved), Position::Reviewed(reviewed)) => {
                let reviewed = reviewed.clone();
                self.position = Position::Approved(reviewed, vec![approved.officer]);
            }
            (BatchEvent::BatchApproved(approved), Position::Approved(_, approvers)) => {
                approvers.push(approved.officer);
            }
            (BatchEvent::BatchAdvanced(advanced), Position::Submitted(submitted)) => {
                let hands = [submitted.maker.clone(), advanced.officer];
                self.position = Position::Advanced(hands);
            }
            (BatchEvent::PapersReviewed(reviewed), Position::Advanced([maker, approver])) => {
                let hands = [maker.clone(), approver.clone(), reviewed.officer];
                self.position = Position::PapersReviewed(hands);
            }
            (BatchEvent::BatchReleased(_) | BatchEvent::PapersCompleted(_), position) => {
                *position = Position::Released;
            }
            (BatchEvent::BatchClosed(_), position) => *position = Position::Closed,
            (BatchEvent::BatchSentBack(_), position) => *position = Position::Drafted,
            (BatchEvent::BatchCancelled(_), position) => *position = Position::Cancelled,
            // Cannot stand in a stream that this aggregate decided.
            (
                BatchEvent::BatchReviewed(_)
                | BatchEvent::BatchApproved(_)
                | BatchEvent::BatchAdvanced(_)
                | BatchEvent::PapersReviewed(_),
                _,
            ) => {}
        }
    }
}

/// How many officers these are; `None` for none.
fn many(officers: &[OfficerId]) -> Option<NonZeroU32> {
    NonZeroU32::new(u32::try_from(officers.len()).unwrap_or(u32::MAX))
}
