//! What the three mutations about a recovery tell.

use std::sync::Arc;

use async_graphql::{ComplexObject, ID, SimpleObject};
use domain::ids::PaymentId;

use crate::books::Book;
use crate::graphql::command::{Done, Outcome};
use crate::graphql::payment::Payment;
use crate::graphql::payment::payload::recorded;
use crate::graphql::unanswered::Answer;

/// What became of it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct RecoveryPayload {
    #[graphql(skip)]
    recorded: Option<(Arc<Book>, PaymentId)>,
    #[graphql(flatten)]
    outcome: Outcome,
}

impl RecoveryPayload {
    /// `payment` is the client's id of it.
    pub(super) fn of(done: Done, payment: &ID) -> Self {
        let recorded = done.book.map(|book| {
            let payment = book.payment_id(payment);
            (book, payment)
        });
        Self { recorded, outcome: done.outcome }
    }
}

#[ComplexObject]
impl RecoveryPayload {
    /// The payment with this step of its recovery; null if that was refused.
    async fn payment(&self) -> Answer<Option<Payment>> {
        recorded(self.recorded.as_ref(), &self.outcome).await
    }
}
