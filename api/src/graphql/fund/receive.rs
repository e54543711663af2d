//! `receiveFunds`.

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
use crate::requests::ReceiveFundsRequest;

/// Money that came into a fund.
#[derive(Debug, InputObject)]
pub struct ReceiveFundsInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the receipt.
    pub id: ID,
    /// The id, or the name, of the fund.
    pub fund: ID,
    /// How much came in, above zero.
    pub amount: Money,
    /// The day it came in.
    pub occurred_on: Date,
    /// Number of the allotment or donation document.
    pub document: String,
    /// The income programme, such as a donation drive; none for an allotment.
    pub income: Option<ID>,
}

impl ReceiveFundsInput {
    fn read(&self, shape: &mut Shape) -> Option<ReceiveFundsRequest> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let amount = shape.amount(&Place::of("amount"), &self.amount);
        let occurred_on = shape.day(&Place::of("occurredOn"), &self.occurred_on);
        let document = shape.document(&Place::of("document"), &self.document);
        let income = self.income.as_ref().map(|income| income.as_str());
        let income = shape.optional_text(&Place::of("income"), income, Shape::programme);
        Some(ReceiveFundsRequest {
            id: id?,
            fund: self.fund.to_string(),
            amount: amount?,
            occurred_on: occurred_on?,
            document: Some(document?),
            income: income?,
        })
    }
}

/// What became of it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ReceiveFundsPayload {
    #[graphql(skip)]
    recorded: Option<(Arc<Book>, FundId)>,
    #[graphql(flatten)]
    outcome: Outcome,
}

#[ComplexObject]
impl ReceiveFundsPayload {
    /// The fund with this money in it; null if it was refused.
    async fn fund(&self) -> Answer<Option<Fund>> {
        recorded(self.recorded.as_ref()).await
    }
}

/// Books money into funds.
#[derive(Debug, Default)]
pub struct ReceiveFunds;

#[Object]
impl ReceiveFunds {
    /// Books money into a fund.
    async fn receive_funds(
        &self,
        ctx: &Context<'_>,
        input: ReceiveFundsInput,
    ) -> Answer<ReceiveFundsPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done = carry_out(
            ctx,
            Operation::ReceiveFunds,
            &input.ledger,
            read,
            |book, acting, request| async move { book.receive_funds(&acting, request).await },
        )
        .await?;
        let recorded = found(done.book, &input.fund).await?;
        Ok(ReceiveFundsPayload { recorded, outcome: done.outcome })
    }
}
