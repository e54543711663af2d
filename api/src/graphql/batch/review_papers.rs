//! `reviewPapers`.

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

/// Papers of an advance that were checked.
#[derive(Debug, InputObject)]
pub struct ReviewPapersInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the step.
    pub id: ID,
    /// The client's id of the batch.
    pub batch: ID,
    /// The list that was looked at: what `Batch.digest` gave with it.
    pub digest: Hash,
    /// The papers: their document number.
    pub document: String,
}

impl ReviewPapersInput {
    fn read(&self, shape: &mut Shape) -> Option<(BatchStepRequest, BatchStep)> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let document = shape.document(&Place::of("document"), &self.document);
        let digest = ListDigest::from_bytes(*self.digest.0.as_bytes());
        let request = BatchStepRequest { id: id?, batch: self.batch.to_string() };
        Some((request, BatchStep::ReviewPapers(digest, document?)))
    }
}

/// What became of it.
#[derive(SimpleObject)]
pub struct ReviewPapersPayload {
    /// The batch; null if it was refused.
    pub batch: Option<Batch>,
    #[graphql(flatten)]
    outcome: Outcome,
}

/// Checks the papers of advances.
#[derive(Debug, Default)]
pub struct ReviewPapers;

#[Object]
impl ReviewPapers {
    /// Records that the papers of an advance were checked, by a reviewer who had no hand in it before.
    /// Another digest is refused.
    async fn review_papers(
        &self,
        ctx: &Context<'_>,
        input: ReviewPapersInput,
    ) -> Answer<ReviewPapersPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done =
            carry_out(
                ctx,
                Operation::ReviewPapers,
                &input.ledger,
                read,
                |book, acting, (request, step)| async move {
                    book.step_batch(&acting, request, step).await
                },
            )
            .await?;
        let batch = changed(&done, &input.batch).await?;
        Ok(ReviewPapersPayload { batch, outcome: done.outcome })
    }
}
