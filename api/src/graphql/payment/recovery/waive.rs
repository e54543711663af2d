//! `waiveRecovery`.

use async_graphql::{Context, ID, InputObject, Object};
use domain::rights::Operation;

use super::RecoveryPayload;
use super::decision::Decision;
use crate::graphql::command::carry_out;
use crate::graphql::scalars::{Date, Money};
use crate::graphql::shape::Shape;
use crate::graphql::unanswered::Answer;
use crate::requests::RecoveryDecisionRequest;

/// Money that was asked back and is not to come.
#[derive(Debug, InputObject)]
pub struct WaiveRecoveryInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the waiver.
    pub id: ID,
    /// The client's id of the payment.
    pub payment: ID,
    /// How much is given up, above zero; no more than is still to come.
    pub amount: Money,
    /// Why; kept encrypted beside the chain.
    pub reason: String,
    /// Number of the decision.
    pub document: String,
    /// The day of the decision.
    pub occurred_on: Date,
}

impl WaiveRecoveryInput {
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

/// Gives up what was asked back.
#[derive(Debug, Default)]
pub struct WaiveRecovery;

#[Object]
impl WaiveRecovery {
    /// Gives up something of what was asked back and has not come in. No money moves by that.
    async fn waive_recovery(
        &self,
        ctx: &Context<'_>,
        input: WaiveRecoveryInput,
    ) -> Answer<RecoveryPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done = carry_out(
            ctx,
            Operation::WaiveRecovery,
            &input.ledger,
            read,
            |book, acting, request| async move { book.waive_recovery(&acting, request).await },
        )
        .await?;
        Ok(RecoveryPayload::of(done, &input.payment))
    }
}
