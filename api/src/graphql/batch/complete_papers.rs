//! `completePapers`.

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

/// An advance whose papers are complete.
#[derive(Debug, InputObject)]
pub struct CompletePapersInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the step.
    pub id: ID,
    /// The client's id of the batch.
    pub batch: ID,
    /// The list that was looked at: what `Batch.digest` gave with it.
    pub digest: Hash,
}

impl CompletePapersInput {
    fn read(&self, shape: &mut Shape) -> Option<(BatchStepRequest, BatchStep)> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let digest = ListDigest::from_bytes(*self.digest.0.as_bytes());
        let request = BatchStepRequest { id: id?, batch: self.batch.to_string() };
        Some((request, BatchStep::CompletePapers(digest)))
    }
}

/// What became of it.
#[derive(SimpleObject)]
pub struct CompletePapersPayload {
    /// The batch; null if it was refused.
    pub batch: Option<Batch>,
    #[graphql(flatten)]
    outcome: Outcome,
}

/// Confirms advances.
#[derive(Debug, Default)]
pub struct CompletePapers;

#[Object]
impl CompletePapers {
    /// Confirms an advance whose papers were checked, by a cashier who had no hand in it before. From then on the
    /// batch is released as any other. Another digest is refused.
    async fn complete_papers(
        &self,
        ctx: &Context<'_>,
        input: CompletePapersInput,
    ) -> Answer<CompletePapersPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done =
            carry_out(
                ctx,
                Operation::CompletePapers,
                &input.ledger,
                read,
                |book, acting, (request, step)| async move {
                    book.step_batch(&acting, request, step).await
                },
            )
            .await?;
        let batch = changed(&done, &input.batch).await?;
        Ok(CompletePapersPayload { batch, outcome: done.outcome })
    }
}
