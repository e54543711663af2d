//! Batches: lists that several people pass on before their money leaves.

mod advance;
mod approve;
mod cancel;
mod close;
mod complete_papers;
mod draft;
mod line;
mod proposal;
mod propose;
mod release;
mod review;
mod review_papers;
mod send_back;
mod submit;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_graphql::{Context, Enum, ID, MergedObject, Object, SimpleObject};
use domain::batch::{BatchEvent, Standing};
use domain::disclosure::DisclosedList;
use domain::events::RecordedEvent;
use domain::ids::BatchId;
use domain::rights::Operation;
use ledger::LedgerId;
use projections::payments;
use tokio::sync::OnceCell;

use super::command::Done;
use super::context;
use super::scalars::{Hash, Money, Position};
use super::unanswered::{Answer, Unanswered};
use super::user_error::UserError;
use crate::books::{BatchHistory, Book, DraftedList, RowRefusal};

pub use advance::{AdvanceBatch, AdvanceBatchInput, AdvanceBatchPayload};
pub use approve::{ApproveBatch, ApproveBatchInput, ApproveBatchPayload};
pub use cancel::{CancelBatch, CancelBatchInput, CancelBatchPayload};
pub use close::{CloseBatch, CloseBatchInput, CloseBatchPayload};
pub use complete_papers::{CompletePapers, CompletePapersInput, CompletePapersPayload};
pub use draft::{DraftBatch, DraftBatchInput, DraftBatchPayload};
pub use line::{BatchLine, BatchLineConnection, BatchLineProof};
pub use proposal::{BatchProposal, LeftOut, LeftOutReason, ProposalQueries};
pub use propose::{ProposeBatch, ProposeBatchInput, ProposeBatchPayload};
pub use release::{ReleaseBatch, ReleaseBatchInput, ReleaseBatchPayload};
pub use review::{ReviewBatch, ReviewBatchInput, ReviewBatchPayload};
pub use review_papers::{ReviewPapers, ReviewPapersInput, ReviewPapersPayload};
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
    /// Its money is on its way in an emergency, and its papers are not complete.
    Advanced,
    /// The papers of an advance wait for the last hand.
    PapersReviewed,
    /// A bank has answered for every line.
    Closed,
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
    /// The batches that it was read with.
    #[graphql(skip)]
    page: Arc<Waiting>,
    #[graphql(skip)]
    history: Arc<Source>,
    /// Whether it answers a look at the personal data of its lines.
    #[graphql(skip)]
    disclosed: bool,
}

/// What a batch was read from.
#[derive(Debug)]
struct Source {
    ledger: LedgerId,
    batch: BatchHistory,
    /// Its list, once somebody asked for it.
    list: OnceCell<DraftedList>,
}

/// Those of a page whose money is on its way, and for how many of their payments no bank has answered: counted for
/// all of them together, once somebody asks for one.
#[derive(Debug, Default)]
struct Waiting {
    batches: Vec<BatchId>,
    counted: OnceCell<BTreeMap<BatchId, u32>>,
}

impl Waiting {
    async fn counted(&self, book: &Book) -> Answer<&BTreeMap<BatchId, u32>> {
        let count = || async {
            book.catch_up().await?;
            Ok(payments::unanswered(book.pool(), book.id(), &self.batches).await?)
        };
        self.counted.get_or_try_init(count).await
    }
}

impl Batch {
    fn read(book: &Book, batches: Vec<BatchHistory>) -> Answer<Vec<Self>> {
        let waiting = batches.iter().filter(|batch| awaits(batch) == Some(true));
        let batches_waiting = waiting.map(|batch| batch.id).collect();
        let page = Arc::new(Waiting { batches: batches_waiting, ..Waiting::default() });
        batches.into_iter().map(|batch| Self::of(book, batch, page.clone())).collect()
    }

    fn of(book: &Book, batch: BatchHistory, page: Arc<Waiting>) -> Answer<Self> {
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
            page,
            history: Arc::new(Source { ledger: book.id().clone(), batch, list: OnceCell::new() }),
            disclosed: false,
        })
    }
}

/// The batch of a mutation, with that mutation taken into account; nothing where it was refused.
async fn changed(done: &Done, id: &str) -> Answer<Option<Batch>> {
    let Some(book) = &done.book else { return Ok(None) };
    find(book, id).await
}

async fn find(book: &Arc<Book>, id: &str) -> Answer<Option<Batch>> {
    found(book, book.batch_id(id)).await
}

async fn found(book: &Arc<Book>, id: BatchId) -> Answer<Option<Batch>> {
    let found: Vec<BatchHistory> = book.batch(id).await?.into_iter().collect();
    Ok(Batch::read(book, found)?.pop())
}

/// Whether a bank may still have to answer for payments of a batch; `None` before they were made.
fn awaits(batch: &BatchHistory) -> Option<bool> {
    match batch.state.stands()? {
        Standing::Released | Standing::Advanced | Standing::PapersReviewed => Some(true),
        Standing::Closed => Some(false),
        Standing::Drafted
        | Standing::Submitted
        | Standing::Reviewed
        | Standing::Approved
        | Standing::Cancelled => None,
    }
}

/// A batch with whoever stands behind its lines, for the answer to a look that is recorded: if it still has the list
/// that was looked at.
pub(super) async fn disclosed(book: &Arc<Book>, list: DisclosedList) -> Answer<Option<Batch>> {
    let found = found(book, list.batch).await?;
    Ok(found.map(|batch| {
        let digest = batch.history.batch.state.drafted().map(|drafted| drafted.list.digest);
        Batch { disclosed: digest == Some(list.digest), ..batch }
    }))
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
        Batch::read(&book, book.batches().await?)
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
    AdvanceBatch,
    ReviewPapers,
    CompletePapers,
    CloseBatch,
    ProposeBatch,
);
