//! `transferFunds`.

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
use crate::requests::TransferFundsRequest;

/// Money that goes from one fund to another.
#[derive(Debug, InputObject)]
pub struct TransferFundsInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the transfer.
    pub id: ID,
    /// The id, or the name, of the fund that the money leaves.
    pub fund: ID,
    /// The id, or the name, of the fund that it comes to: of the same source, and paying for nothing that
    /// the other does not.
    pub to: ID,
    /// How much, above zero.
    pub amount: Money,
    /// The day it is moved.
    pub occurred_on: Date,
    /// Number of the document that moves it.
    pub document: String,
}

impl TransferFundsInput {
    fn read(&self, shape: &mut Shape) -> Option<TransferFundsRequest> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let amount = shape.amount(&Place::of("amount"), &self.amount);
        let occurred_on = shape.day(&Place::of("occurredOn"), &self.occurred_on);
        let document = shape.document(&Place::of("document"), &self.document);
        Some(TransferFundsRequest {
            id: id?,
            fund: self.fund.to_string(),
            to: self.to.to_string(),
            amount: amount?,
            occurred_on: occurred_on?,
            document: document?,
        })
    }
}

/// What became of it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct TransferFundsPayload {
    #[graphql(skip)]
    recorded: Option<(Arc<Book>, FundId)>,
    #[graphql(flatten)]
    outcome: Outcome,
}

#[ComplexObject]
impl TransferFundsPayload {
    /// The fund without this money; null if it was refused.
    async fn fund(&self) -> Answer<Option<Fund>> {
        recorded(self.recorded.as_ref()).await
    }
}

/// Moves money between funds.
#[derive(Debug, Default)]
pub struct TransferFunds;

#[Object]
impl TransferFunds {
    /// Moves money from one fund to another. Source and earmark go with it.
    async fn transfer_funds(
        &self,
        ctx: &Context<'_>,
        input: TransferFundsInput,
    ) -> Answer<TransferFundsPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done = carry_out(
            ctx,
            Operation::TransferFunds,
            &input.ledger,
            read,
            |book, acting, request| async move { book.transfer_funds(&acting, request).await },
        )
        .await?;
        let recorded = found(done.book, &input.fund).await?;
        Ok(TransferFundsPayload { recorded, outcome: done.outcome })
    }
}
