//! `recordTemporaryAid`.

use async_graphql::{Context, ID, InputObject, Object};
use domain::rights::Operation;

use super::payload::{RecordPaymentPayload, record};
use super::{PayoutInput, RecipientInput};
use crate::graphql::scalars::{Date, Money};
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::graphql::vocabulary::TemporaryAidKind;
use crate::requests::{AidRequest, PaymentRequest};

/// Temporary aid (临时救助) that has been paid.
#[derive(Debug, InputObject)]
pub struct RecordTemporaryAidInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the payment.
    pub id: ID,
    /// The fund: id or name.
    pub fund: ID,
    /// Urgent or expenditure.
    pub kind: TemporaryAidKind,
    /// Why it was given; kept encrypted beside the chain.
    pub cause: String,
    /// How much, above zero.
    pub amount: Money,
    /// The day it was paid.
    pub occurred_on: Date,
    /// Who receives.
    pub recipient: RecipientInput,
    /// How it reached the payee.
    pub payout: Option<PayoutInput>,
}

impl RecordTemporaryAidInput {
    fn read(&self, shape: &mut Shape) -> Option<PaymentRequest> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let cause = shape.free_text(&Place::of("cause"), &self.cause);
        let amount = shape.amount(&Place::of("amount"), &self.amount);
        let occurred_on = shape.day(&Place::of("occurredOn"), &self.occurred_on);
        let recipient = self.recipient.read(shape);
        let payout = PayoutInput::read(self.payout.as_ref(), shape);
        Some(PaymentRequest {
            id: id?,
            aid: AidRequest::TemporaryAid {
                fund: self.fund.to_string(),
                urgency: self.kind.into(),
                cause: Some(cause?),
            },
            amount: Some(amount?),
            occurred_on: occurred_on?,
            recipient: recipient?,
            payout: payout?,
            reissues: None,
        })
    }
}

/// Records temporary aid.
#[derive(Debug, Default)]
pub struct RecordTemporaryAid;

#[Object]
impl RecordTemporaryAid {
    /// Records temporary aid.
    async fn record_temporary_aid(
        &self,
        ctx: &Context<'_>,
        input: RecordTemporaryAidInput,
    ) -> Answer<RecordPaymentPayload> {
        record(ctx, Operation::RecordPaymentDirectly, &input.ledger, &input.id, |shape| {
            input.read(shape)
        })
        .await
    }
}
