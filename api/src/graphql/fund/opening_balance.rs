//! `recordOpeningBalance`.

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
use crate::requests::OpeningBalanceRequest;

/// What a fund held when its books began.
#[derive(Debug, InputObject)]
pub struct RecordOpeningBalanceInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the opening balance.
    pub id: ID,
    /// The id, or the name, of the fund: nothing came in or went out of it yet.
    pub fund: ID,
    /// How much, above zero.
    pub amount: Money,
    /// The day whose beginning it is.
    pub occurred_on: Date,
    /// Number of the document that closed the books before.
    pub document: String,
}

impl RecordOpeningBalanceInput {
    fn read(&self, shape: &mut Shape) -> Option<OpeningBalanceRequest> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let amount = shape.amount(&Place::of("amount"), &self.amount);
        let occurred_on = shape.day(&Place::of("occurredOn"), &self.occurred_on);
        let document = shape.document(&Place::of("document"), &self.document);
        Some(OpeningBalanceRequest {
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
pub struct RecordOpeningBalancePayload {
    #[graphql(skip)]
    recorded: Option<(Arc<Book>, FundId)>,
    #[graphql(flatten)]
    outcome: Outcome,
}

#[ComplexObject]
impl RecordOpeningBalancePayload {
    /// The fund with this money in it; null if it was refused.
    async fn fund(&self) -> Answer<Option<Fund>> {
        recorded(self.recorded.as_ref()).await
    }
}

/// Writes down opening balances.
#[derive(Debug, Default)]
pub struct RecordOpeningBalance;

#[Object]
impl RecordOpeningBalance {
    /// Writes down what a fund held when its books began: once, and before its money moves.
    async fn record_opening_balance(
        &self,
        ctx: &Context<'_>,
        input: RecordOpeningBalanceInput,
    ) -> Answer<RecordOpeningBalancePayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done =
            carry_out(
                ctx,
                Operation::RecordOpeningBalance,
                &input.ledger,
                read,
                |book, acting, request| async move {
                    book.record_opening_balance(&acting, request).await
                },
            )
            .await?;
        let recorded = found(done.book, &input.fund).await?;
        Ok(RecordOpeningBalancePayload { recorded, outcome: done.outcome })
    }
}
