//! What an order and a waiver say alike.

use async_graphql::ID;

use crate::graphql::scalars::{Date, Money};
use crate::graphql::shape::{Place, Shape};
use crate::requests::RecoveryDecisionRequest;

/// The fields of either input.
pub(super) struct Decision<'i> {
    pub(super) id: &'i ID,
    pub(super) payment: &'i ID,
    pub(super) amount: &'i Money,
    pub(super) reason: &'i str,
    pub(super) document: &'i str,
    pub(super) occurred_on: &'i Date,
}

impl Decision<'_> {
    pub(super) fn read(self, shape: &mut Shape) -> Option<RecoveryDecisionRequest> {
        let id = shape.client_id(&Place::of("id"), self.id);
        let payment = shape.client_id(&Place::of("payment"), self.payment);
        let amount = shape.amount(&Place::of("amount"), self.amount);
        let reason = shape.free_text(&Place::of("reason"), self.reason);
        let document = shape.document(&Place::of("document"), self.document);
        let occurred_on = shape.day(&Place::of("occurredOn"), self.occurred_on);
        Some(RecoveryDecisionRequest {
            id: id?,
            payment: payment?,
            amount: amount?,
            reason: reason?,
            document: document?,
            occurred_on: occurred_on?,
        })
    }
}
