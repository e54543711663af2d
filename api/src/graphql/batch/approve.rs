//! `approveBatch`.

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

/// A list that is approved.
#[derive(Debug, InputObject)]
pub struct ApproveBatchInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the step.
    pub id: ID,
    /// The client's id of the batch.
    pub batch: ID,
    /// The list that was looked at: what `Batch.digest` gave with it.
    pub digest: Hash,
}

impl ApproveBatchInput {
    fn read(&self, shape: &mut Shape) -> Option<(BatchStepRequest, BatchStep)> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let digest = Some(ListDigest::from_bytes(*self.digest.0.as_bytes()));
        let request = BatchStepRequest { id: id?, batch: self.batch.to_string() };
        Some((request, BatchStep::Approve(digest?)))
    }
}

/// What became of it.
#[derive(SimpleObject)]
pub struct ApproveBatchPayload {
    /// The batch; null if it was refused.
    pub batch: Option<Batch>,
    #[graphql(flatten)]
    outcome: Outcome,
}

/// Approves batches.
#[derive(Debug, Default)]
pub struct ApproveBatch;

#[Object]
impl ApproveBatch {
    /// Approves this very list, by somebody who had no hand in it before. Another digest is refused.
    async fn approve_batch(
        &self,
        ctx: &Context<'_>,
        input: ApproveBatchInput,
    ) -> Answer<ApproveBatchPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done =
            carry_out(
                ctx,
                Operation::ApproveBatch,
                &input.ledger,
                read,
                |book, acting, (request, step)| async move {
                    book.step_batch(&acting, request, step).await
                },
            )
            .await?;
        let batch = changed(&done, &input.batch).await?;
        Ok(ApproveBatchPayload { batch, outcome: done.outcome })
    }
}
