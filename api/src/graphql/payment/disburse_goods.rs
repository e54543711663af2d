//! `disburseGoods`.

use async_graphql::{Context, ID, InputObject, Object};
use domain::rights::Operation;
use domain::vocabulary::Channel;

use super::RecipientInput;
use super::payload::{RecordPaymentPayload, record};
use crate::graphql::goods::{self, GoodsItemInput};
use crate::graphql::scalars::Date;
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::requests::{AidRequest, PaymentRequest, PayoutRequest};

/// Goods of a charity supermarket that were handed out.
#[derive(Debug, InputObject)]
pub struct DisburseGoodsInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the payment.
    pub id: ID,
    /// The store: id or name.
    pub store: ID,
    /// The day they were handed out.
    pub occurred_on: Date,
    /// What was handed out. The payment's amount is their declared value.
    pub items: Vec<GoodsItemInput>,
    /// Who receives.
    pub recipient: RecipientInput,
}

impl DisburseGoodsInput {
    fn read(&self, shape: &mut Shape) -> Option<PaymentRequest> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let occurred_on = shape.day(&Place::of("occurredOn"), &self.occurred_on);
        let items = goods::read(shape, &self.items);
        let recipient = self.recipient.read(shape);
        Some(PaymentRequest {
            id: id?,
            aid: AidRequest::Goods { store: self.store.to_string(), items: items? },
            amount: None,
            occurred_on: occurred_on?,
            recipient: recipient?,
            payout: PayoutRequest { channel: Some(Channel::InKind), ..PayoutRequest::default() },
            reissues: None,
        })
    }
}

/// Records what charity supermarkets hand out.
#[derive(Debug, Default)]
pub struct DisburseGoods;

#[Object]
impl DisburseGoods {
    /// Records goods that a charity supermarket handed out.
    async fn disburse_goods(
        &self,
        ctx: &Context<'_>,
        input: DisburseGoodsInput,
    ) -> Answer<RecordPaymentPayload> {
        record(ctx, Operation::DisburseGoods, &input.ledger, &input.id, |shape| input.read(shape))
            .await
    }
}
