//! `draftBatch`.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::rights::Operation;

use super::{Batch, changed, wrong_lines};
use crate::books::{BatchOutcome, CommandError};
use crate::graphql::command::{Outcome, carry_out_list};
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::payment_list::{self, Declared};
use crate::requests::DraftBatchRequest;

/// A list of payments that are to be made.
#[derive(Debug, InputObject)]
pub struct DraftBatchInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of this draft.
    pub id: ID,
    /// The client's id of the batch.
    pub batch: ID,
    /// What it is for; it stands in the chain.
    pub title: String,
    /// The list as CSV, with the columns of the payment list; `occurred_on` is the day that it is to be paid.
    /// Goods are handed out one by one and not in batches.
    pub list: String,
}

impl DraftBatchInput {
    fn read(&self, shape: &mut Shape) -> Option<DraftBatchRequest> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let batch = shape.client_id(&Place::of("batch"), &self.batch);
        let title = shape.plain_name(&Place::of("title"), &self.title);
        let list = payment_list::read(self.list.as_bytes(), &Declared::default());
        let list = list.map_err(|bad| shape.refuse_rows(&Place::of("list"), &bad.errors));
        let rows = list.ok()?.rows.into_iter().map(|row| row.request).collect();
        Some(DraftBatchRequest { id: id?, batch: batch?, title: title?, rows })
    }
}

/// What became of it.
#[derive(SimpleObject)]
pub struct DraftBatchPayload {
    /// The batch; null if it was refused.
    pub batch: Option<Batch>,
    #[graphql(flatten)]
    outcome: Outcome,
}

/// Drafts batches.
#[derive(Debug, Default)]
pub struct DraftBatch;

#[Object]
impl DraftBatch {
    /// Makes the list of a batch, or another one in its place while its maker has it. What is wrong with the
    /// file is told by its row and column; a line that could not be paid by its number from 0.
    async fn draft_batch(
        &self,
        ctx: &Context<'_>,
        input: DraftBatchInput,
    ) -> Answer<DraftBatchPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done = carry_out_list(
            ctx,
            Operation::DraftBatch,
            &input.ledger,
            read,
            |book, acting, request| async move {
                match book.draft_batch(&acting, request).await? {
                    BatchOutcome::Recorded(receipt) => Ok(Ok(receipt)),
                    BatchOutcome::Refused(refused) => {
                        Ok::<_, CommandError>(Err(wrong_lines(refused, "lines")))
                    }
                }
            },
        )
        .await?;
        let batch = changed(&done, &input.batch).await?;
        Ok(DraftBatchPayload { batch, outcome: done.outcome })
    }
}
