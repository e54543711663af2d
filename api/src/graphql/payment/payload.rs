//! What the five mutations that record a payment tell.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use domain::ids::PaymentId;
use domain::rights::Operation;
use projections::payments;

use super::{Payment, load};
use crate::books::Book;
use crate::graphql::command::{Outcome, carry_out};
use crate::graphql::shape::Shape;
use crate::graphql::unanswered::Answer;
use crate::requests::PaymentRequest;

/// What became of it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct RecordPaymentPayload {
    #[graphql(skip)]
    recorded: Option<(Arc<Book>, PaymentId)>,
    #[graphql(flatten)]
    outcome: Outcome,
}

#[ComplexObject]
impl RecordPaymentPayload {
    /// The payment; null if it was refused.
    async fn payment(&self) -> Answer<Option<Payment>> {
        recorded(self.recorded.as_ref(), &self.outcome).await
    }
}

/// The payment of a mutation that was recorded, with that mutation taken into account.
pub(super) async fn recorded(
    payment: Option<&(Arc<Book>, PaymentId)>,
    outcome: &Outcome,
) -> Answer<Option<Payment>> {
    let Some((book, id)) = payment else {
        return Ok(None);
    };
    book.catch_up().await?;
    let row = payments::find(book.pool(), book.id(), *id).await?;
    let payment = load(book, row.into_iter().collect()).await?.pop();
    let already_recorded = outcome.receipt.as_ref().is_some_and(|it| it.already_recorded);
    Ok(payment.map(|payment| Payment { already_recorded, ..payment }))
}

/// Reads an input and has the payment recorded.
pub(super) async fn record(
    ctx: &Context<'_>,
    operation: Operation,
    ledger: &ID,
    id: &ID,
    read: impl FnOnce(&mut Shape) -> Option<PaymentRequest> + Send,
) -> Answer<RecordPaymentPayload> {
    let done = carry_out(ctx, operation, ledger, read, |book, acting, request| async move {
        book.record_payment(&acting, request).await
    })
    .await?;
    let recorded = done.book.map(|book| {
        let payment = book.payment_id(id);
        (book, payment)
    });
    Ok(RecordPaymentPayload { recorded, outcome: done.outcome })
}
