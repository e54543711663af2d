//! `receiveGoods`.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};
use domain::ids::StoreId;
use domain::rights::Operation;

use super::{Store, recorded};
use crate::books::Book;
use crate::graphql::command::{Outcome, carry_out};
use crate::graphql::goods::{self, GoodsItemInput};
use crate::graphql::scalars::Date;
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::requests::ReceiveGoodsRequest;

/// Goods that were given to a store.
#[derive(Debug, InputObject)]
pub struct ReceiveGoodsInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the receipt.
    pub id: ID,
    /// The id, or the name, of the store.
    pub store: ID,
    /// Who gave; kept encrypted beside the chain.
    pub donor: String,
    /// The day they came in.
    pub occurred_on: Date,
    /// What came in.
    pub items: Vec<GoodsItemInput>,
}

impl ReceiveGoodsInput {
    fn read(&self, shape: &mut Shape) -> Option<ReceiveGoodsRequest> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let donor = shape.free_text(&Place::of("donor"), &self.donor);
        let occurred_on = shape.day(&Place::of("occurredOn"), &self.occurred_on);
        let items = goods::read(shape, &self.items);
        Some(ReceiveGoodsRequest {
            id: id?,
            store: self.store.to_string(),
            donor: donor?,
            occurred_on: occurred_on?,
            items: items?,
        })
    }
}

/// What became of it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ReceiveGoodsPayload {
    #[graphql(skip)]
    recorded: Option<(Arc<Book>, StoreId)>,
    #[graphql(flatten)]
    outcome: Outcome,
}

#[ComplexObject]
impl ReceiveGoodsPayload {
    /// The store with these goods in it; null if it was refused.
    async fn store(&self) -> Answer<Option<Store>> {
        recorded(self.recorded.as_ref()).await
    }
}

/// Books goods into stores.
#[derive(Debug, Default)]
pub struct ReceiveGoods;

#[Object]
impl ReceiveGoods {
    /// Books donated goods into a store.
    async fn receive_goods(
        &self,
        ctx: &Context<'_>,
        input: ReceiveGoodsInput,
    ) -> Answer<ReceiveGoodsPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done = carry_out(
            ctx,
            Operation::ReceiveGoods,
            &input.ledger,
            read,
            |book, acting, request| async move { book.receive_goods(&acting, request).await },
        )
        .await?;
        let recorded = match done.book {
            Some(book) => {
                let store = book.store(&input.store).await?;
                Some((book, store))
            }
            None => None,
        };
        Ok(ReceiveGoodsPayload { recorded, outcome: done.outcome })
    }
}
