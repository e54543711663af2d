//! `advanceBatch`.

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

/// A batch whose money is to go before its papers are complete.
#[derive(Debug, InputObject)]
pub struct AdvanceBatchInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the step.
    pub id: ID,
    /// The client's id of the batch.
    pub batch: ID,
    /// The list that was looked at: what `Batch.digest` gave with it.
    pub digest: Hash,
}

impl AdvanceBatchInput {
    fn read(&self, shape: &mut Shape) -> Option<(BatchStepRequest, ListDigest)> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let digest = ListDigest::from_bytes(*self.digest.0.as_bytes());
        Some((BatchStepRequest { id: id?, batch: self.batch.to_string() }, digest))
    }
}

/// What became of it.
#[derive(SimpleObject)]
pub struct AdvanceBatchPayload {
    /// The batch; null if it was refused.
    pub batch: Option<Batch>,
    #[graphql(flatten)]
    outcome: Outcome,
}

/// Advances batches.
#[derive(Debug, Default)]
pub struct AdvanceBatch;

#[Object]
impl AdvanceBatch {
    /// In an emergency, makes the payments of a batch that was submitted, by an approver who had no hand in
    /// it: all of them, exactly as they were submitted, or none. Only urgent temporary aid can be advanced
    /// (`NOT_AN_EMERGENCY`), of a sum that needs one approval (`TOO_LARGE_TO_ADVANCE`). Its papers take two other
    /// hands afterwards: `reviewPapers` and `completePapers`. Lines that cannot be paid are named by their number
    /// from 0.
    async fn advance_batch(
        &self,
        ctx: &Context<'_>,
        input: AdvanceBatchInput,
    ) -> Answer<AdvanceBatchPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done: Done = carry_out_list(
            ctx,
            Operation::AdvanceBatch,
            &input.ledger,
            read,
            |book, acting, (request, digest)| async move {
                match book.advance_batch(&acting, request, digest).await? {
                    BatchOutcome::Recorded(receipt) => Ok(Ok(receipt)),
                    BatchOutcome::Refused(refused) => {
                        Ok::<_, CommandError>(Err(wrong_lines(refused, "lines")))
                    }
                }
            },
        )
        .await?;
        let batch = changed(&done, &input.batch).await?;
        Ok(AdvanceBatchPayload { batch, outcome: done.outcome })
    }
}
