//! `orderRecovery`.

use async_graphql::{Context, ID, InputObject, Object};
use domain::rights::Operation;

use super::RecoveryPayload;
use super::decision::Decision;
use crate::graphql::command::carry_out;
use crate::graphql::scalars::{Date, Money};
use crate::graphql::shape::Shape;
use crate::graphql::unanswered::Answer;
use crate::requests::RecoveryDecisionRequest;

/// Money that should not have reached the recipient of a payment.
#[derive(Debug, InputObject)]
pub struct OrderRecoveryInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the order.
    pub id: ID,
    /// The client's id of the payment.
    pub payment: ID,
    /// How much is asked back, above zero; with what was asked back before, no more than arrived.
    pub amount: Money,
    /// Why; kept encrypted beside the chain.
    pub reason: String,
    /// Number of the decision.
    pub document: String,
    /// The day of the decision.
    pub occurred_on: Date,
}

impl OrderRecoveryInput {
    fn read(&self, shape: &mut Shape) -> Option<RecoveryDecisionRequest> {
        let decision = Decision {
            id: &self.id,
            payment: &self.payment,
            amount: &self.amount,
            reason: &self.reason,
            document: &self.document,
            occurred_on: &self.occurred_on,
        };
        decision.read(shape)
    }
}

/// Asks money back.
#[derive(Debug, Default)]
pub struct OrderRecovery;

#[Object]
impl OrderRecovery {
    /// Asks back what reached the recipient of a payment and should not have, or a part of it (追回). No money
    /// moves by that. What was paid stays paid, and so do its months; goods, and money that is not with its
    /// recipient, are refused (`NOTHING_TO_RECOVER`).
    async fn order_recovery(
        &self,
        ctx: &Context<'_>,
        input: OrderRecoveryInput,
    ) -> Answer<RecoveryPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done = carry_out(
            ctx,
            Operation::OrderRecovery,
            &input.ledger,
            read,
            |book, acting, request| async move { book.order_recovery(&acting, request).await },
        )
        .await?;
        Ok(RecoveryPayload::of(done, &input.payment))
    }
}
