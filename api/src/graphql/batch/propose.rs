//! `proposeBatch`.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::rights::Operation;
use domain::text::PlainName;

use super::proposal::Question;
use super::{Batch, LeftOut, changed, wrong_lines};
use crate::books::{BatchOutcome, CommandError};
use crate::graphql::command::{Outcome, carry_out_list};
use crate::graphql::scalars::{Date, YearMonth};
use crate::graphql::shape::{Place, Shape};
use crate::graphql::shown::Shown;
use crate::graphql::unanswered::Answer;
use crate::requests::{ClientId, ProposalRequest};

/// A month of a programme whose live grants are to be paid.
#[derive(Debug, InputObject)]
pub struct ProposeBatchInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the batch, and of this draft of it. The payments' ids are made of it and of the grants'.
    pub id: ID,
    /// What it is for; it stands in the chain.
    pub title: String,
    /// The programme, which pays as grants: id, Chinese name or alias.
    pub programme: ID,
    /// The month that is paid for.
    pub month: YearMonth,
    /// The fund it is paid from, by the client's id or its name.
    pub fund: ID,
    /// The day that it is to be paid.
    pub occurred_on: Date,
}

impl ProposeBatchInput {
    fn read(&self, shape: &mut Shape) -> Option<(ClientId, PlainName, ProposalRequest)> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let title = shape.plain_name(&Place::of("title"), &self.title);
        let question = Question {
            programme: &self.programme,
            month: &self.month,
            fund: &self.fund,
            occurred_on: &self.occurred_on,
        };
        let question = question.read(shape);
        Some((id?, title?, question?))
    }
}

/// What became of it.
#[derive(SimpleObject)]
pub struct ProposeBatchPayload {
    /// The batch; null if it was refused.
    pub batch: Option<Batch>,
    /// The live grants that are not among its lines, in the order in which they were approved. Where none is, nothing
    /// is drafted (`EMPTY_LIST`).
    pub left_out: Vec<LeftOut>,
    #[graphql(flatten)]
    outcome: Outcome,
}

/// Proposes batches.
#[derive(Debug, Default)]
pub struct ProposeBatch;

#[Object]
impl ProposeBatch {
    /// Drafts a batch of what the live grants of a programme are due for a month, as `batchProposal` tells it. From
    /// then on it is a draft as any other. The same id again answers as before, as long as the same is due; after
    /// that `EMPTY_LIST` where nothing is, else `ID_REUSED_WITH_OTHER_CONTENT`. A line that could not be paid is told
    /// by its number from 0.
    async fn propose_batch(
        &self,
        ctx: &Context<'_>,
        input: ProposeBatchInput,
    ) -> Answer<ProposeBatchPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let mut told = Vec::new();
        let others = &mut told;
        let done = carry_out_list(
            ctx,
            Operation::DraftBatch,
            &input.ledger,
            read,
            move |book, acting, (id, title, question)| async move {
                let proposal = book.propose(question).await?;
                let shown = Shown::of(&book).await?;
                let left_out = proposal.left_out.iter().cloned();
                others.extend(left_out.map(|left| LeftOut::of(left, shown)));
                match book.draft_proposal(&acting, id, title, &proposal).await? {
                    BatchOutcome::Recorded(receipt) => Ok(Ok(receipt)),
                    BatchOutcome::Refused(refused) => {
                        Ok::<_, CommandError>(Err(wrong_lines(refused, "lines")))
                    }
                }
            },
        )
        .await?;
        let batch = changed(&done, &input.id).await?;
        Ok(ProposeBatchPayload { batch, left_out: told, outcome: done.outcome })
    }
}
