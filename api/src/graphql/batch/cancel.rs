//! `cancelBatch`.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::rights::Operation;

use super::{Batch, changed};
use crate::books::BatchStep;
use crate::graphql::command::{Outcome, carry_out};
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::requests::BatchStepRequest;

/// A batch that is given up.
#[derive(Debug, InputObject)]
pub struct CancelBatchInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the step.
    pub id: ID,
    /// The client's id of the batch.
    pub batch: ID,
    /// Why; it is kept beside the chain.
    pub reason: String,
}

impl CancelBatchInput {
    fn read(&self, shape: &mut Shape) -> Option<(BatchStepRequest, BatchStep)> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let reason = shape.free_text(&Place::of("reason"), &self.reason);
        let request = BatchStepRequest { id: id?, batch: self.batch.to_string() };
        Some((request, BatchStep::Cancel(reason?)))
    }
}

/// What became of it.
#[derive(SimpleObject)]
pub struct CancelBatchPayload {
    /// The batch; null if it was refused.
    pub batch: Option<Batch>,
    #[graphql(flatten)]
    outcome: Outcome,
}

/// Gives batches up.
#[derive(Debug, Default)]
pub struct CancelBatch;

#[Object]
impl CancelBatch {
    /// Gives a batch up before it is released. Nothing of it is paid.
    async fn cancel_batch(
        &self,
        ctx: &Context<'_>,
        input: CancelBatchInput,
    ) -> Answer<CancelBatchPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done =
            carry_out(
                ctx,
                Operation::CancelBatch,
                &input.ledger,
                read,
                |book, acting, (request, step)| async move {
                    book.step_batch(&acting, request, step).await
                },
            )
            .await?;
        let batch = changed(&done, &input.batch).await?;
        Ok(CancelBatchPayload { batch, outcome: done.outcome })
    }
}
