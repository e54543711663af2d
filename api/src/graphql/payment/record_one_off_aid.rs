//! `recordOneOffAid`.

use async_graphql::{Context, ID, InputObject, Object};
use domain::rights::Operation;

use super::payload::{RecordPaymentPayload, record};
use super::{PayoutInput, RecipientInput};
use crate::graphql::scalars::{Date, Money};
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::requests::{AidRequest, PaymentRequest};

/// A single payment that has been made, under a programme that pays as `ONE_OFF`.
#[derive(Debug, InputObject)]
pub struct RecordOneOffAidInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the payment.
    pub id: ID,
    /// The programme: id, Chinese name or alias.
    pub programme: ID,
    /// The fund: id or name.
    pub fund: ID,
    /// How much, above zero.
    pub amount: Money,
    /// The day it was paid.
    pub occurred_on: Date,
    /// Who receives.
    pub recipient: RecipientInput,
    /// How it reached the payee.
    pub payout: Option<PayoutInput>,
}

impl RecordOneOffAidInput {
    fn read(&self, shape: &mut Shape) -> Option<PaymentRequest> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let programme = shape.programme(&Place::of("programme"), &self.programme);
        let amount = shape.amount(&Place::of("amount"), &self.amount);
        let occurred_on = shape.day(&Place::of("occurredOn"), &self.occurred_on);
        let recipient = self.recipient.read(shape);
        let payout = PayoutInput::read(self.payout.as_ref(), shape);
        Some(PaymentRequest {
            id: id?,
            aid: AidRequest::OneOff { programme: programme?, fund: self.fund.to_string() },
            amount: Some(amount?),
            occurred_on: occurred_on?,
            recipient: recipient?,
            payout: payout?,
            reissues: None,
        })
    }
}

/// Records one-off aid.
#[derive(Debug, Default)]
pub struct RecordOneOffAid;

#[Object]
impl RecordOneOffAid {
    /// Records a single payment for no month in particular.
    async fn record_one_off_aid(
        &self,
        ctx: &Context<'_>,
        input: RecordOneOffAidInput,
    ) -> Answer<RecordPaymentPayload> {
        record(ctx, Operation::RecordPaymentDirectly, &input.ledger, &input.id, |shape| {
            input.read(shape)
        })
        .await
    }
}
