//! `proposeReopening`.

use async_graphql::{Context, ID, InputObject, Object};
use domain::rights::Operation;

use super::payload::PeriodPayload;
use crate::graphql::command::carry_out;
use crate::graphql::scalars::{Date, YearMonth};
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::requests::ProposeReopeningRequest;

/// A closed month of the books that is to be opened again.
#[derive(Debug, InputObject)]
pub struct ProposeReopeningInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the step.
    pub id: ID,
    /// The month.
    pub month: YearMonth,
    /// The day of the step.
    pub occurred_on: Date,
    /// The document that it rests on; it stands in the chain.
    pub document: String,
    /// Why; kept encrypted beside the chain.
    pub reason: String,
}

impl ProposeReopeningInput {
    fn read(&self, shape: &mut Shape) -> Option<ProposeReopeningRequest> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let month = shape.month(&Place::of("month"), &self.month);
        let occurred_on = shape.day(&Place::of("occurredOn"), &self.occurred_on);
        let document = shape.document(&Place::of("document"), &self.document);
        let reason = shape.free_text(&Place::of("reason"), &self.reason);
        Some(ProposeReopeningRequest {
            id: id?,
            month: month?,
            occurred_on: occurred_on?,
            document: document?,
            reason: reason?,
        })
    }
}

/// Proposes reopenings.
#[derive(Debug, Default)]
pub struct ProposeReopening;

#[Object]
impl ProposeReopening {
    /// Asks to open a closed month of the books again (反结账). It stays closed until another officer opens it.
    async fn propose_reopening(
        &self,
        ctx: &Context<'_>,
        input: ProposeReopeningInput,
    ) -> Answer<PeriodPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done = carry_out(
            ctx,
            Operation::ProposeReopening,
            &input.ledger,
            read,
            |book, acting, request| async move { book.propose_reopening(&acting, request).await },
        )
        .await?;
        Ok(PeriodPayload::of(done, &input.month))
    }
}
