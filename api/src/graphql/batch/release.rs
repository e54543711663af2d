//! `releaseBatch`.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::rights::Operation;
use domain::text::ListDigest;

use super::{Batch, changed, wrong_lines};
use crate::books::{BatchOutcome, CommandError};
use crate::graphql::command::{Done, Outcome, carry_out_list};
use crate::graphql::scalars::Hash;
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::requests::BatchStepRequest;

/// A batch whose money is to go.
#[derive(Debug, InputObject)]
pub struct ReleaseBatchInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the step.
    pub id: ID,
    /// The client's id of the batch.
    pub batch: ID,
    /// The list that was looked at: what `Batch.digest` gave with it.
    pub digest: Hash,
}

impl ReleaseBatchInput {
    fn read(&self, shape: &mut Shape) -> Option<(BatchStepRequest, ListDigest)> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let digest = ListDigest::from_bytes(*self.digest.0.as_bytes());
        Some((BatchStepRequest { id: id?, batch: self.batch.to_string() }, digest))
    }
}

/// What became of it.
#[derive(SimpleObject)]
pub struct ReleaseBatchPayload {
    /// The batch; null if it was refused.
    pub batch: Option<Batch>,
    #[graphql(flatten)]
    outcome: Outcome,
}

/// Releases batches.
#[derive(Debug, Default)]
pub struct ReleaseBatch;

#[Object]
impl ReleaseBatch {
    /// Makes the payments of a batch that was approved by as many officers as its sum asks for: all of them,
    /// exactly as they were approved, or none. Lines that cannot be paid any more are named by their number
    /// from 0.
    async fn release_batch(
        &self,
        ctx: &Context<'_>,
        input: ReleaseBatchInput,
    ) -> Answer<ReleaseBatchPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done: Done = carry_out_list(
            ctx,
            Operation::ReleaseBatch,
            &input.ledger,
            read,
            |book, acting, (request, digest)| async move {
                match book.release_batch(&acting, request, digest).await? {
                    BatchOutcome::Recorded(receipt) => Ok(Ok(receipt)),
                    BatchOutcome::Refused(refused) => {
                        Ok::<_, CommandError>(Err(wrong_lines(refused, "lines")))
                    }
                }
            },
        )
        .await?;
        let batch = changed(&done, &input.batch).await?;
        Ok(ReleaseBatchPayload { batch, outcome: done.outcome })
    }
}
