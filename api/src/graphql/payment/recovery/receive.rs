//! `receiveRecovery`.

use async_graphql::{Context, ID, InputObject, Object};
use domain::rights::Operation;

use super::RecoveryPayload;
use crate::graphql::command::carry_out;
use crate::graphql::scalars::{Date, Money};
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::requests::ReceiveRecoveryRequest;

/// Money that came in of what was asked back.
#[derive(Debug, InputObject)]
pub struct ReceiveRecoveryInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the receipt.
    pub id: ID,
    /// The client's id of the payment.
    pub payment: ID,
    /// How much came in, above zero; no more than is still to come.
    pub amount: Money,
    /// Number of the voucher.
    pub document: String,
    /// The day it came in.
    pub occurred_on: Date,
}

impl ReceiveRecoveryInput {
    fn read(&self, shape: &mut Shape) -> Option<ReceiveRecoveryRequest> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let payment = shape.client_id(&Place::of("payment"), &self.payment);
        let amount = shape.amount(&Place::of("amount"), &self.amount);
        let document = shape.document(&Place::of("document"), &self.document);
        let occurred_on = shape.day(&Place::of("occurredOn"), &self.occurred_on);
        Some(ReceiveRecoveryRequest {
            id: id?,
            payment: payment?,
            amount: amount?,
            occurred_on: occurred_on?,
            document: document?,
        })
    }
}

/// Books what was asked back and came in.
#[derive(Debug, Default)]
pub struct ReceiveRecovery;

#[Object]
impl ReceiveRecovery {
    /// Records that something of what was asked back came in. It is in the fund again that it was paid out of.
    async fn receive_recovery(
        &self,
        ctx: &Context<'_>,
        input: ReceiveRecoveryInput,
    ) -> Answer<RecoveryPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done = carry_out(
            ctx,
            Operation::ReceiveRecovery,
            &input.ledger,
            read,
            |book, acting, request| async move { book.receive_recovery(&acting, request).await },
        )
        .await?;
        Ok(RecoveryPayload::of(done, &input.payment))
    }
}
