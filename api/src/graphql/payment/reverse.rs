//! `reversePayment`.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};
use domain::ids::PaymentId;
use domain::rights::Operation;

use super::Payment;
use super::payload::recorded;
use crate::books::Book;
use crate::graphql::command::{Outcome, carry_out};
use crate::graphql::scalars::Date;
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::requests::ReversePaymentRequest;

/// A payment that should not stand.
#[derive(Debug, InputObject)]
pub struct ReversePaymentInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the reversal.
    pub id: ID,
    /// The client's id of the payment.
    pub payment: ID,
    /// Why; kept encrypted beside the chain.
    pub reason: String,
    /// The day of the reversal.
    pub occurred_on: Date,
}

impl ReversePaymentInput {
    fn read(&self, shape: &mut Shape) -> Option<ReversePaymentRequest> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let payment = shape.client_id(&Place::of("payment"), &self.payment);
        let reason = shape.free_text(&Place::of("reason"), &self.reason);
        let occurred_on = shape.day(&Place::of("occurredOn"), &self.occurred_on);
        Some(ReversePaymentRequest {
            id: id?,
            payment: payment?,
            reason: reason?,
            occurred_on: occurred_on?,
        })
    }
}

/// What became of it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ReversePaymentPayload {
    #[graphql(skip)]
    recorded: Option<(Arc<Book>, PaymentId)>,
    #[graphql(flatten)]
    outcome: Outcome,
}

#[ComplexObject]
impl ReversePaymentPayload {
    /// The payment, which is reversed now; null if that was refused.
    async fn payment(&self) -> Answer<Option<Payment>> {
        recorded(self.recorded.as_ref(), &self.outcome).await
    }
}

/// Reverses payments.
#[derive(Debug, Default)]
pub struct ReversePayment;

#[Object]
impl ReversePayment {
    /// Answers a wrong payment by a reversal that names it: its money, its goods and its months are
    /// free again. Both entries stay for ever. What a bank has credited, as a whole or in part, is refused
    /// (`SETTLED_BY_BANK`): it can only be recovered. A payment of which something was asked back is
    /// refused as well (`UNDER_RECOVERY`).
    async fn reverse_payment(
        &self,
        ctx: &Context<'_>,
        input: ReversePaymentInput,
    ) -> Answer<ReversePaymentPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done = carry_out(
            ctx,
            Operation::ReversePayment,
            &input.ledger,
            read,
            |book, acting, request| async move { book.reverse_payment(&acting, request).await },
        )
        .await?;
        let recorded = done.book.map(|book| {
            let payment = book.payment_id(&input.payment);
            (book, payment)
        });
        Ok(ReversePaymentPayload { recorded, outcome: done.outcome })
    }
}
