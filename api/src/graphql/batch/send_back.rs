//! `sendBackBatch`.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::rights::Operation;

use super::{Batch, changed};
use crate::books::BatchStep;
use crate::graphql::command::{Outcome, carry_out};
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::requests::BatchStepRequest;

/// A list that its maker is to have again.
#[derive(Debug, InputObject)]
pub struct SendBackBatchInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the step.
    pub id: ID,
    /// The client's id of the batch.
    pub batch: ID,
    /// Why; it is kept beside the chain.
    pub reason: String,
}

impl SendBackBatchInput {
    fn read(&self, shape: &mut Shape) -> Option<(BatchStepRequest, BatchStep)> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let reason = shape.free_text(&Place::of("reason"), &self.reason);
        let request = BatchStepRequest { id: id?, batch: self.batch.to_string() };
        Some((request, BatchStep::SendBack(reason?)))
    }
}

/// What became of it.
#[derive(SimpleObject)]
pub struct SendBackBatchPayload {
    /// The batch; null if it was refused.
    pub batch: Option<Batch>,
    #[graphql(flatten)]
    outcome: Outcome,
}

/// Sends batches back.
#[derive(Debug, Default)]
pub struct SendBackBatch;

#[Object]
impl SendBackBatch {
    /// Gives a batch back to its maker, who may make another list in its place and submit again.
    async fn send_back_batch(
        &self,
        ctx: &Context<'_>,
        input: SendBackBatchInput,
    ) -> Answer<SendBackBatchPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done =
            carry_out(
                ctx,
                Operation::SendBackBatch,
                &input.ledger,
                read,
                |book, acting, (request, step)| async move {
                    book.step_batch(&acting, request, step).await
                },
            )
            .await?;
        let batch = changed(&done, &input.batch).await?;
        Ok(SendBackBatchPayload { batch, outcome: done.outcome })
    }
}
