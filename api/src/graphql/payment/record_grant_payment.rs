//! `recordGrantPayment`.

use async_graphql::{Context, ID, InputObject, Object};
use domain::rights::Operation;

use super::payload::{RecordPaymentPayload, record};
use super::{PayoutInput, RecipientInput};
use crate::graphql::scalars::{Date, Money, YearMonth};
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::requests::{AidRequest, PaymentRequest};

/// A periodic payment that has been made, under a programme that pays as `GRANT`.
#[derive(Debug, InputObject)]
pub struct RecordGrantPaymentInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the payment.
    pub id: ID,
    /// The client's id of the grant that it is paid on. A payment without one is counted as such.
    pub grant: Option<ID>,
    /// The programme: id, Chinese name or alias.
    pub programme: ID,
    /// The fund: id or name.
    pub fund: ID,
    /// How much, above zero.
    pub amount: Money,
    /// The month, or the first of the months, that it pays for.
    pub entitlement_month: YearMonth,
    /// The last month, included; by default the first.
    pub entitlement_to: Option<YearMonth>,
    /// The day it was paid.
    pub occurred_on: Date,
    /// Who receives.
    pub recipient: RecipientInput,
    /// How it reached the payee.
    pub payout: Option<PayoutInput>,
}

impl RecordGrantPaymentInput {
    fn read(&self, shape: &mut Shape) -> Option<PaymentRequest> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let grant = self.grant.as_ref().map(|grant| grant.as_str());
        let grant = shape.optional_text(&Place::of("grant"), grant, Shape::client_id);
        let programme = shape.programme(&Place::of("programme"), &self.programme);
        let amount = shape.amount(&Place::of("amount"), &self.amount);
        let months = shape.months(
            ("entitlementMonth", &self.entitlement_month),
            ("entitlementTo", self.entitlement_to.as_ref()),
        );
        let occurred_on = shape.day(&Place::of("occurredOn"), &self.occurred_on);
        let recipient = self.recipient.read(shape);
        let payout = PayoutInput::read(self.payout.as_ref(), shape);
        Some(PaymentRequest {
            id: id?,
            aid: AidRequest::GrantPayment {
                programme: programme?,
                fund: self.fund.to_string(),
                months: months?,
                grant: grant?,
            },
            amount: Some(amount?),
            occurred_on: occurred_on?,
            recipient: recipient?,
            payout: payout?,
            reissues: None,
        })
    }
}

/// Records grant payments.
#[derive(Debug, Default)]
pub struct RecordGrantPayment;

#[Object]
impl RecordGrantPayment {
    /// Records a periodic payment, such as a month of dibao. It claims each of its months: the same
    /// person, or household where no person is named, is not paid twice for one.
    async fn record_grant_payment(
        &self,
        ctx: &Context<'_>,
        input: RecordGrantPaymentInput,
    ) -> Answer<RecordPaymentPayload> {
        record(ctx, Operation::RecordPaymentDirectly, &input.ledger, &input.id, |shape| {
            input.read(shape)
        })
        .await
    }
}
