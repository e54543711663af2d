//! `remitSurplus`.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};
use domain::ids::FundId;
use domain::rights::Operation;

use super::{Fund, found, recorded};
use crate::books::Book;
use crate::graphql::command::{Outcome, carry_out};
use crate::graphql::scalars::{Date, Money};
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::requests::RemitSurplusRequest;

/// Surplus that goes back to where the money came from.
#[derive(Debug, InputObject)]
pub struct RemitSurplusInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the remittance.
    pub id: ID,
    /// The id, or the name, of the fund.
    pub fund: ID,
    /// How much, above zero.
    pub amount: Money,
    /// The day it leaves.
    pub occurred_on: Date,
    /// Number of the document that calls it back.
    pub document: String,
}

impl RemitSurplusInput {
    fn read(&self, shape: &mut Shape) -> Option<RemitSurplusRequest> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let amount = shape.amount(&Place::of("amount"), &self.amount);
        let occurred_on = shape.day(&Place::of("occurredOn"), &self.occurred_on);
        let document = shape.document(&Place::of("document"), &self.document);
        Some(RemitSurplusRequest {
            id: id?,
            fund: self.fund.to_string(),
            amount: amount?,
            occurred_on: occurred_on?,
            document: document?,
        })
    }
}

/// What became of it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct RemitSurplusPayload {
    #[graphql(skip)]
    recorded: Option<(Arc<Book>, FundId)>,
    #[graphql(flatten)]
    outcome: Outcome,
}

#[ComplexObject]
impl RemitSurplusPayload {
    /// The fund without this money; null if it was refused.
    async fn fund(&self) -> Answer<Option<Fund>> {
        recorded(self.recorded.as_ref()).await
    }
}

/// Hands surplus back.
#[derive(Debug, Default)]
pub struct RemitSurplus;

#[Object]
impl RemitSurplus {
    /// Hands surplus of a fund back.
    async fn remit_surplus(
        &self,
        ctx: &Context<'_>,
        input: RemitSurplusInput,
    ) -> Answer<RemitSurplusPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done = carry_out(
            ctx,
            Operation::RemitSurplus,
            &input.ledger,
            read,
            |book, acting, request| async move { book.remit_surplus(&acting, request).await },
        )
        .await?;
        let recorded = found(done.book, &input.fund).await?;
        Ok(RemitSurplusPayload { recorded, outcome: done.outcome })
    }
}
