//! `reviewBatch`.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::rights::Operation;
use domain::text::ListDigest;

use super::{Batch, changed};
use crate::books::BatchStep;
use crate::graphql::command::{Outcome, carry_out};
use crate::graphql::scalars::Hash;
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::requests::BatchStepRequest;

/// A list whose facts and amounts were checked.
#[derive(Debug, InputObject)]
pub struct ReviewBatchInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the step.
    pub id: ID,
    /// The client's id of the batch.
    pub batch: ID,
    /// The list that was looked at: what `Batch.digest` gave with it.
    pub digest: Hash,
}

impl ReviewBatchInput {
    fn read(&self, shape: &mut Shape) -> Option<(BatchStepRequest, BatchStep)> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let digest = ListDigest::from_bytes(*self.digest.0.as_bytes());
        let request = BatchStepRequest { id: id?, batch: self.batch.to_string() };
        Some((request, BatchStep::Review(digest)))
    }
}

/// What became of it.
#[derive(SimpleObject)]
pub struct ReviewBatchPayload {
    /// The batch; null if it was refused.
    pub batch: Option<Batch>,
    #[graphql(flatten)]
    outcome: Outcome,
}

/// Reviews batches.
#[derive(Debug, Default)]
pub struct ReviewBatch;

#[Object]
impl ReviewBatch {
    /// Records that the list of a batch was checked, by somebody else than its maker.
    async fn review_batch(
        &self,
        ctx: &Context<'_>,
        input: ReviewBatchInput,
    ) -> Answer<ReviewBatchPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done =
            carry_out(
                ctx,
                Operation::ReviewBatch,
                &input.ledger,
                read,
                |book, acting, (request, step)| async move {
                    book.step_batch(&acting, request, step).await
                },
            )
            .await?;
        let batch = changed(&done, &input.batch).await?;
        Ok(ReviewBatchPayload { batch, outcome: done.outcome })
    }
}
