//! Batches: lists that several people pass on before their money leaves.

mod approve;
mod cancel;
mod draft;
mod line;
mod release;
mod review;
mod send_back;
mod submit;

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, MergedObject, Object, SimpleObject};
use domain::batch::BatchEvent;
use domain::events::RecordedEvent;
use domain::rights::Operation;
use ledger::LedgerId;
use tokio::sync::OnceCell;

use super::command::Done;
use super::context;
use super::scalars::{Hash, Money, Position};
use super::unanswered::{Answer, Unanswered};
use super::user_error::UserError;
use crate::books::{BatchHistory, Book, DraftedList, RowRefusal};

pub use approve::{ApproveBatch, ApproveBatchInput, ApproveBatchPayload};
pub use cancel::{CancelBatch, CancelBatchInput, CancelBatchPayload};
pub use draft::{DraftBatch, DraftBatchInput, DraftBatchPayload};
pub use line::{BatchLine, BatchLineConnection, BatchLineProof};
pub use release::{ReleaseBatch, ReleaseBatchInput, ReleaseBatchPayload};
pub use review::{ReviewBatch, ReviewBatchInput, ReviewBatchPayload};
pub use send_back::{SendBackBatch, SendBackBatchInput, SendBackBatchPayload};
pub use submit::{SubmitBatch, SubmitBatchInput, SubmitBatchPayload};

/// Where a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::batch::Standing")]
pub enum BatchStage {
    /// Its maker has it.
    Drafted,
    /// It waits for review.
    Submitted,
    /// It waits for approval.
    Reviewed,
    /// At least one officer has approved it.
    Approved,
    /// Its money is on its way.
    Released,
    /// It was given up.
    Cancelled,
}

/// A step that was taken.
#[derive(Debug, Clone, SimpleObject)]
pub struct BatchStep {
    /// What happened, such as `BatchReviewed`.
    pub step: String,
    /// Who did it.
    pub officer: ID,
    /// Where it stands in the ledger.
    pub position: Position,
}

/// A list of payments on its way.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct Batch {
    /// The client's id of it; the ledger's own where that is not known.
    pub id: ID,
    /// What it is for.
    pub title: String,
    /// Where it stands.
    pub stage: BatchStage,
    /// How many payments it makes.
    pub lines: u32,
    /// What they sum up to.
    pub total: Money,
    /// Stands for the whole list: number, sum and every line. An approver confirms it.
    pub digest: Hash,
    /// Who made the list.
    pub maker: ID,
    /// How many officers have approved it on this way.
    pub approvals: u32,
    /// How many must; null before it is submitted and when it has come to its end.
    pub approvals_needed: Option<u32>,
    /// What was done with it, in order.
    pub steps: Vec<BatchStep>,
    #[graphql(skip)]
    history: Arc<Source>,
}

/// What a batch was read from.
#[derive(Debug)]
struct Source {
    ledger: LedgerId,
    batch: BatchHistory,
    /// Its list, once somebody asked for it.
    list: OnceCell<DraftedList>,
}

impl Batch {
    fn of(book: &Book, batch: BatchHistory) -> Answer<Self> {
        let drafted = batch.state.drafted();
        let drafted = drafted.ok_or_else(|| Unanswered::damaged("a batch without a draft"))?;
        let stage = batch.state.stands();
        let stage = stage.ok_or_else(|| Unanswered::damaged("a batch that stands nowhere"))?;
        let approvals = batch.state.approvals();
        let step = |(position, event): &(u64, BatchEvent)| BatchStep {
            step: event.name().split(' ').next().unwrap_or_default().to_owned(),
            officer: ID(event.officer().to_string()),
            position: Position(*position),
        };
        Ok(Self {
            id: ID(batch.client_id.clone().unwrap_or_else(|| batch.id.to_string())),
            title: drafted.title.to_string(),
            stage: stage.into(),
            lines: drafted.list.lines,
            total: drafted.list.total_fen.into(),
            digest: Hash(ledger::hash::Hash::from_bytes(*drafted.list.digest.as_bytes())),
            maker: ID(drafted.officer.to_string()),
            approvals: approvals.map_or(0, |(given, _)| given),
            approvals_needed: approvals.map(|(_, needed)| needed),
            steps: batch.steps.iter().map(step).collect(),
            history: Arc::new(Source { ledger: book.id().clone(), batch, list: OnceCell::new() }),
        })
    }
}

/// The batch of a mutation, with that mutation taken into account; nothing where it was refused.
async fn changed(done: &Done, id: &str) -> Answer<Option<Batch>> {
    let Some(book) = &done.book else { return Ok(None) };
    find(book, id).await
}

async fn find(book: &Arc<Book>, id: &str) -> Answer<Option<Batch>> {
    let found = book.batch(book.batch_id(id)).await?;
    found.map(|batch| Batch::of(book, batch)).transpose()
}

/// What is wrong with lines, each at its own, counted from 0.
fn wrong_lines(refused: Vec<RowRefusal>, place: &str) -> Vec<UserError> {
    let at = |RowRefusal { index, error }: RowRefusal| {
        let mut field = vec![place.to_owned(), index.to_string()];
        field.extend(error.field);
        UserError::new(error.code, field, error.message)
    };
    refused.into_iter().map(at).collect()
}

/// Questions about batches.
#[derive(Debug, Default)]
pub struct BatchQueries;

#[Object]
impl BatchQueries {
    /// Every batch of a ledger, in the order in which they were first drafted.
    #[graphql(complexity = "1 + 10 * child_complexity")]
    async fn batches(&self, ctx: &Context<'_>, ledger: ID) -> Answer<Vec<Batch>> {
        let book = context::book(ctx, Operation::ReadPayments, &ledger).await?;
        book.batches().await?.into_iter().map(|batch| Batch::of(&book, batch)).collect()
    }

    /// One batch, by the client's id of it; null if nothing was drafted under it.
    async fn batch(&self, ctx: &Context<'_>, ledger: ID, id: ID) -> Answer<Option<Batch>> {
        find(&context::book(ctx, Operation::ReadPayments, &ledger).await?, &id).await
    }
}

/// Every command about batches.
#[derive(Default, MergedObject)]
pub struct BatchMutations(
    DraftBatch,
    SubmitBatch,
    ReviewBatch,
    ApproveBatch,
    ReleaseBatch,
    SendBackBatch,
    CancelBatch,
);
