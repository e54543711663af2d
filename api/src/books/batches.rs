//! Batches: a list that four people pass on before its money leaves.
//!
//! The lines lie in the command that drafted them, what must not stand in the chain sealed beside that
//! entry, each line's under its recipient's key. A release reads both back and makes the payments; the
//! writer holds them against the digest that was approved. An advance does the same of a list that was submitted.

mod draft;
mod kept;
mod line_facts;
mod names;
mod release;
mod unanswered;

use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use domain::batch::{
    ApproveBatch, Batch, BatchCommand, BatchEvent, CancelBatch, ReviewPapers, SendBackBatch,
    StepBatch,
};
use domain::events::AnyEvent;
use domain::ids::{BatchId, OfficerId, StepId};
use domain::text::{Commitment, DocumentNumber, ListDigest};
use ledger::{StreamId, reader};
use people::CommittedText;

pub(super) use draft::DraftAs;
pub use kept::DraftedList;
pub(super) use names::BatchNames;

use super::directory::event_as;
use super::{Acting, Book, CommandError, Fault, Receipt, RowRefusal, UserError};
use crate::requests::{BatchStepRequest, ClientId};

/// What became of a list.
#[derive(Debug)]
pub enum BatchOutcome {
    /// It stands.
    Recorded(Receipt),
    /// Nothing was recorded; every line that is refused.
    Refused(Vec<RowRefusal>),
}

/// A step that needs no lines.
#[derive(Debug, Clone)]
pub enum BatchStep {
    /// The maker hands this very list over.
    Submit(ListDigest),
    /// Facts and amounts of this very list were checked.
    Review(ListDigest),
    /// This very list is approved.
    Approve(ListDigest),
    /// Its maker gets it again, for this reason.
    SendBack(String),
    /// It is given up, for this reason.
    Cancel(String),
    /// The papers of an advance of this very list were checked: these.
    ReviewPapers(ListDigest, DocumentNumber),
    /// An advance of this very list is confirmed.
    CompletePapers(ListDigest),
    /// A bank has answered for every line of this very list.
    Close(ListDigest),
}

/// A batch as the entries tell.
#[derive(Debug, Clone)]
pub struct BatchHistory {
    /// The id in the chain.
    pub id: BatchId,
    /// The client's own id of it.
    pub client_id: Option<String>,
    /// Its state.
    pub state: Batch,
    /// Its steps, in order, with their positions.
    pub steps: Vec<(u64, BatchEvent)>,
}

/// Finds the event of a step.
fn is_step(step: StepId) -> impl Fn(&AnyEvent) -> bool {
    move |event| matches!(event, AnyEvent::Batch(found) if found.step() == step)
}

impl Book {
    /// Takes a step that needs no lines.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault.
    pub async fn step_batch(
        &self,
        acting: &Acting,
        request: BatchStepRequest,
        step: BatchStep,
    ) -> Result<Receipt, CommandError> {
        let (batch, id) = (self.batch_id(&request.batch), self.step_id(&request.id));
        let (command, told) = self.asked_step(step, batch, id, &acting.officer).await?;
        let mut asked = self.asked::<Batch>("batch-step", &request.id, command, "batch");
        asked.details.reason = told;
        let done = self.carry_out(acting, asked, is_step(id)).await;
        done.map_err(|error| error.or_unknown(UserError::unknown_batch(&request.batch)))
    }

    /// What a step asks of its batch, and the reason, where it gives one.
    async fn asked_step(
        &self,
        taken: BatchStep,
        batch: BatchId,
        step: StepId,
        officer: &OfficerId,
    ) -> Result<(BatchCommand, Option<CommittedText>), CommandError> {
        let officer = officer.clone();
        Ok(match taken {
            BatchStep::Submit(digest) => {
                (BatchCommand::SubmitBatch(StepBatch { batch, step, officer, digest }), None)
            }
            BatchStep::Review(digest) => {
                (BatchCommand::ReviewBatch(StepBatch { batch, step, officer, digest }), None)
            }
            BatchStep::Approve(digest) => {
                (BatchCommand::ApproveBatch(ApproveBatch { batch, step, officer, digest }), None)
            }
            BatchStep::SendBack(text) => {
                let (text, reason) = self.step_reason(batch, step, &text).await?;
                let back = SendBackBatch { batch, step, officer, reason };
                (BatchCommand::SendBackBatch(back), Some(text))
            }
            BatchStep::Cancel(text) => {
                let (text, reason) = self.step_reason(batch, step, &text).await?;
                let cancelled = CancelBatch { batch, step, officer, reason };
                (BatchCommand::CancelBatch(cancelled), Some(text))
            }
            BatchStep::ReviewPapers(digest, document) => {
                let reviewed = ReviewPapers { batch, step, officer, digest, document };
                (BatchCommand::ReviewPapers(reviewed), None)
            }
            BatchStep::CompletePapers(digest) => {
                (BatchCommand::CompletePapers(StepBatch { batch, step, officer, digest }), None)
            }
            BatchStep::Close(digest) => {
                (BatchCommand::CloseBatch(StepBatch { batch, step, officer, digest }), None)
            }
        })
    }

    async fn step_reason(
        &self,
        batch: BatchId,
        step: StepId,
        text: &str,
    ) -> Result<(CommittedText, Commitment), CommandError> {
        let needed = "须说明原因 / a reason is needed";
        self.reason::<Batch>(&batch.to_string(), is_step(step), text, needed).await
    }

    /// The step that a client's id stands for.
    pub(super) fn step_id(&self, id: &ClientId) -> StepId {
        StepId::from_uuid(self.uuid("batch-step", id.as_str()))
    }

    /// Every batch, in the order in which they were first drafted, read from the entries themselves.
    ///
    /// # Errors
    /// When the database fails or the entries cannot be read.
    pub async fn batches(&self) -> Result<Vec<BatchHistory>, Fault> {
        let mut connection = self.pool.acquire().await?;
        let first = reader::first_entries(&mut connection, &self.id, Batch::TYPE).await?;
        drop(connection);
        let mut ids = Vec::with_capacity(first.len());
        for entry in &first {
            ids.push(event_as::<BatchEvent>(&entry.bytes)?.batch());
        }
        self.batches_of(&ids).await
    }

    /// The batch of that id; `None` where nothing was drafted under it.
    ///
    /// # Errors
    /// When the database fails or the entries cannot be read.
    pub async fn batch(&self, id: BatchId) -> Result<Option<BatchHistory>, Fault> {
        Ok(self.batches_of(&[id]).await?.into_iter().next())
    }

    async fn batches_of(&self, ids: &[BatchId]) -> Result<Vec<BatchHistory>, Fault> {
        let streams: Result<Vec<StreamId>, _> =
            ids.iter().map(|id| StreamId::new(Batch::TYPE, &id.to_string())).collect();
        let streams = streams.map_err(|error| Fault::damaged(&error))?;
        let mut connection = self.pool.acquire().await?;
        let entries = reader::streams(&mut connection, &self.id, &streams).await?;
        drop(connection);
        let mut steps: BTreeMap<BatchId, Vec<(u64, BatchEvent)>> = BTreeMap::new();
        for entry in &entries {
            let event: BatchEvent = event_as(&entry.bytes)?;
            steps.entry(event.batch()).or_default().push((entry.position, event));
        }
        let mut batches = Vec::with_capacity(ids.len());
        for id in ids {
            let Some(steps) = steps.remove(id) else { continue };
            let mut state = Batch::default();
            steps.iter().for_each(|(_, event)| state.apply(event.clone()));
            let client_id = match steps.first() {
                Some((first, _)) => self.batch_name(*id, *first).await?,
                None => None,
            };
            batches.push(BatchHistory { id: *id, client_id, state, steps });
        }
        Ok(batches)
    }
}
