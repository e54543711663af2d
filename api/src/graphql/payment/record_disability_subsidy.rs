//! `recordDisabilitySubsidy`.

use async_graphql::{Context, ID, InputObject, Object};
use domain::rights::Operation;

use super::payload::{RecordPaymentPayload, record};
use super::{PayoutInput, RecipientInput};
use crate::graphql::scalars::{Date, Money, YearMonth};
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::graphql::vocabulary::DisabilitySubsidyKind;
use crate::requests::{AidRequest, PaymentRequest};

/// One of the two disability subsidies, that has been paid.
#[derive(Debug, InputObject)]
pub struct RecordDisabilitySubsidyInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the payment.
    pub id: ID,
    /// The fund: id or name.
    pub fund: ID,
    /// Which of the two.
    pub subsidy: DisabilitySubsidyKind,
    /// Number of the disability certificate; kept encrypted beside the chain.
    pub certificate: Option<String>,
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

impl RecordDisabilitySubsidyInput {
    fn read(&self, shape: &mut Shape) -> Option<PaymentRequest> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let certificate = self.certificate.as_deref();
        let certificate =
            shape.optional_text(&Place::of("certificate"), certificate, Shape::free_text);
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
            aid: AidRequest::DisabilitySubsidy {
                fund: self.fund.to_string(),
                subsidy: self.subsidy.into(),
                certificate: certificate?,
                months: months?,
            },
            amount: Some(amount?),
            occurred_on: occurred_on?,
            recipient: recipient?,
            payout: payout?,
            reissues: None,
        })
    }
}

/// Records disability subsidies.
#[derive(Debug, Default)]
pub struct RecordDisabilitySubsidy;

#[Object]
impl RecordDisabilitySubsidy {
    /// Records a disability subsidy. It claims each of its months for the person; a person may draw
    /// both subsidies.
    async fn record_disability_subsidy(
        &self,
        ctx: &Context<'_>,
        input: RecordDisabilitySubsidyInput,
    ) -> Answer<RecordPaymentPayload> {
        record(ctx, Operation::RecordPaymentDirectly, &input.ledger, &input.id, |shape| {
            input.read(shape)
        })
        .await
    }
}
