//! `closeBatch`.

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

/// A batch that has come to its end.
#[derive(Debug, InputObject)]
pub struct CloseBatchInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the step.
    pub id: ID,
    /// The client's id of the batch.
    pub batch: ID,
    /// The list that was looked at: what `Batch.digest` gave with it.
    pub digest: Hash,
}

impl CloseBatchInput {
    fn read(&self, shape: &mut Shape) -> Option<(BatchStepRequest, BatchStep)> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let digest = ListDigest::from_bytes(*self.digest.0.as_bytes());
        let request = BatchStepRequest { id: id?, batch: self.batch.to_string() };
        Some((request, BatchStep::Close(digest)))
    }
}

/// What became of it.
#[derive(SimpleObject)]
pub struct CloseBatchPayload {
    /// The batch; null if it was refused.
    pub batch: Option<Batch>,
    #[graphql(flatten)]
    outcome: Outcome,
}

/// Closes batches.
#[derive(Debug, Default)]
pub struct CloseBatch;

#[Object]
impl CloseBatch {
    /// Closes a batch that was released, once a bank has answered for every line (`LINES_UNANSWERED` before that).
    /// What a bank gives back later is recorded all the same. Another digest is refused.
    async fn close_batch(
        &self,
        ctx: &Context<'_>,
        input: CloseBatchInput,
    ) -> Answer<CloseBatchPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done =
            carry_out(
                ctx,
                Operation::CloseBatch,
                &input.ledger,
                read,
                |book, acting, (request, step)| async move {
                    book.step_batch(&acting, request, step).await
                },
            )
            .await?;
        let batch = changed(&done, &input.batch).await?;
        Ok(CloseBatchPayload { batch, outcome: done.outcome })
    }
}
