//! What can be asked of a batch.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{BatchDrafted, BatchRefusal, PapersReviewed, SealedList};
use crate::ids::{BatchId, OfficerId, StepId};
use crate::money::Money;
use crate::payment::{RecordPayment, RequestedAid};
use crate::text::{Commitment, DocumentNumber, ListDigest, PlainName};

/// Everything that can be asked of a batch. Its serialised form is what is kept and hashed as the entry's
/// command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum BatchCommand {
    /// Make the list, or another one in its place.
    DraftBatch(Box<DraftBatch>),
    /// Hand it over for review.
    SubmitBatch(StepBatch),
    /// Say that facts and amounts were checked.
    ReviewBatch(StepBatch),
    /// Approve this very list.
    ApproveBatch(ApproveBatch),
    /// Let the money go.
    ReleaseBatch(ReleaseBatch),
    /// Give it back to its maker.
    SendBackBatch(SendBackBatch),
    /// Give it up.
    CancelBatch(CancelBatch),
    /// In an emergency, let the money go before the papers are complete.
    AdvanceBatch(StepBatch),
    /// Say that the papers of an advance were checked.
    ReviewPapers(ReviewPapers),
    /// Confirm an advance whose papers were checked.
    CompletePapers(StepBatch),
    /// Close it, once a bank has answered for every line.
    CloseBatch(StepBatch),
}

impl BatchCommand {
    /// The name around the command where it is printed.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::DraftBatch(_) => "DraftBatch",
            Self::SubmitBatch(_) => "SubmitBatch",
            Self::ReviewBatch(_) => "ReviewBatch",
            Self::ApproveBatch(_) => "ApproveBatch",
            Self::ReleaseBatch(_) => "ReleaseBatch",
            Self::SendBackBatch(_) => "SendBackBatch",
            Self::CancelBatch(_) => "CancelBatch",
            Self::AdvanceBatch(_) => "AdvanceBatch",
            Self::ReviewPapers(_) => "ReviewPapers",
            Self::CompletePapers(_) => "CompletePapers",
            Self::CloseBatch(_) => "CloseBatch",
        }
    }

    /// The batch.
    pub const fn batch(&self) -> BatchId {
        match self {
            Self::DraftBatch(command) => command.batch,
            Self::SubmitBatch(command)
            | Self::ReviewBatch(command)
            | Self::AdvanceBatch(command)
            | Self::CompletePapers(command)
            | Self::CloseBatch(command) => command.batch,
            Self::ReviewPapers(command) => command.batch,
            Self::ApproveBatch(command) => command.batch,
            Self::ReleaseBatch(command) => command.batch,
            Self::SendBackBatch(command) => command.batch,
            Self::CancelBatch(command) => command.batch,
        }
    }

    /// What makes the command idempotent inside its batch.
    pub const fn step(&self) -> StepId {
        match self {
            Self::DraftBatch(command) => command.step,
            Self::SubmitBatch(command)
            | Self::ReviewBatch(command)
            | Self::AdvanceBatch(command)
            | Self::CompletePapers(command)
            | Self::CloseBatch(command) => command.step,
            Self::ReviewPapers(command) => command.step,
            Self::ApproveBatch(command) => command.step,
            Self::ReleaseBatch(command) => command.step,
            Self::SendBackBatch(command) => command.step,
            Self::CancelBatch(command) => command.step,
        }
    }

    /// Who asks.
    pub const fn officer(&self) -> &OfficerId {
        match self {
            Self::DraftBatch(command) => &command.officer,
            Self::SubmitBatch(command)
            | Self::ReviewBatch(command)
            | Self::AdvanceBatch(command)
            | Self::CompletePapers(command)
            | Self::CloseBatch(command) => &command.officer,
            Self::ReviewPapers(command) => &command.officer,
            Self::ApproveBatch(command) => &command.officer,
            Self::ReleaseBatch(command) => &command.officer,
            Self::SendBackBatch(command) => &command.officer,
            Self::CancelBatch(command) => &command.officer,
        }
    }

    /// The id of the stream that decides this command.
    pub fn stream_id(&self) -> String {
        self.batch().to_string()
    }
}

/// Makes the list of a batch, or another one in its place while it is not handed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftBatch {
    /// The batch.
    pub batch: BatchId,
    /// This draft of it.
    pub step: StepId,
    /// Who makes it.
    pub officer: OfficerId,
    /// What it is for, which stays readable in the chain.
    pub title: PlainName,
    /// The payments, at least one and none twice; goods are handed out one by one.
    pub lines: Vec<RecordPayment>,
}

impl DraftBatch {
    /// What stands for the list, under the digest that was made over it.
    pub(super) fn sealed(&self, digest: Option<ListDigest>) -> Result<SealedList, BatchRefusal> {
        let mut seen = BTreeSet::new();
        let mut total = Money::ZERO;
        for (line, payment) in (1..).zip(&self.lines) {
            if !seen.insert(payment.payment) {
                return Err(BatchRefusal::PaymentTwice { line, payment: payment.payment });
            }
            let amount =
                payment.amount.filter(|_| !matches!(payment.aid, RequestedAid::Goods { .. }));
            let amount = amount.ok_or(BatchRefusal::NoMoney { line })?;
            total = total.checked_add(amount).ok_or(BatchRefusal::TotalOutOfRange)?;
        }
        let lines = u32::try_from(self.lines.len()).map_err(|_| BatchRefusal::TotalOutOfRange)?;
        match digest {
            Some(digest) if lines > 0 => Ok(SealedList { lines, total_fen: total, digest }),
            _ => Err(BatchRefusal::EmptyList),
        }
    }

    pub(crate) fn into_event(self, list: SealedList) -> BatchDrafted {
        let Self { batch, step, officer, title, .. } = self;
        BatchDrafted { batch, step, officer, title, list }
    }
}

/// A step that says no more than who takes it, and for which list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepBatch {
    /// The batch.
    pub batch: BatchId,
    /// The step, which makes the command idempotent.
    pub step: StepId,
    /// Who takes it.
    pub officer: OfficerId,
    /// The list that was looked at.
    pub digest: ListDigest,
}

/// Approves a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApproveBatch {
    /// The batch.
    pub batch: BatchId,
    /// The step, which makes the command idempotent.
    pub step: StepId,
    /// Who approves it.
    pub officer: OfficerId,
    /// The list that was looked at.
    pub digest: ListDigest,
}

/// Lets the money of a batch go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseBatch {
    /// The batch.
    pub batch: BatchId,
    /// The step, which makes the command idempotent.
    pub step: StepId,
    /// Who releases it.
    pub officer: OfficerId,
    /// The list that was looked at.
    pub digest: ListDigest,
}

/// Says that the papers of an advance were checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewPapers {
    /// The batch.
    pub batch: BatchId,
    /// The step, which makes the command idempotent.
    pub step: StepId,
    /// Who checked them.
    pub officer: OfficerId,
    /// The list that was looked at.
    pub digest: ListDigest,
    /// The papers.
    pub document: DocumentNumber,
}

impl ReviewPapers {
    pub(super) fn reviewed(self, round: u32) -> PapersReviewed {
        let Self { batch, step, officer, digest, document } = self;
        PapersReviewed { batch, step, round, officer, document, digest }
    }
}

/// Gives a batch back to its maker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendBackBatch {
    /// The batch.
    pub batch: BatchId,
    /// The step, which makes the command idempotent.
    pub step: StepId,
    /// Who gives it back.
    pub officer: OfficerId,
    /// Why, which lies beside the chain.
    pub reason: Commitment,
}

/// Gives a batch up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancelBatch {
    /// The batch.
    pub batch: BatchId,
    /// The step, which makes the command idempotent.
    pub step: StepId,
    /// Who gives it up.
    pub officer: OfficerId,
    /// Why, which lies beside the chain.
    pub reason: Commitment,
}
