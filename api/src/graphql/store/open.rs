//! `openStore`.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};
use domain::ids::StoreId;
use domain::rights::Operation;

use super::{Store, recorded};
use crate::books::Book;
use crate::graphql::command::{Outcome, carry_out};
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::requests::OpenStoreRequest;

/// A charity supermarket to be opened.
#[derive(Debug, InputObject)]
pub struct OpenStoreInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the store; it stands in the chain as the store's code.
    pub id: ID,
    /// The store's name.
    pub name: String,
    /// Region code of where it stands: 6, 9 or 12 digits.
    pub region: Option<String>,
}

impl OpenStoreInput {
    fn read(&self, shape: &mut Shape) -> Option<OpenStoreRequest> {
        let id = shape.code(&Place::of("id"), &self.id);
        let name = shape.plain_name(&Place::of("name"), &self.name);
        let region =
            shape.optional_text(&Place::of("region"), self.region.as_deref(), Shape::region);
        Some(OpenStoreRequest { id: id?, name: name?, region: region? })
    }
}

/// What became of it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct OpenStorePayload {
    #[graphql(skip)]
    recorded: Option<(Arc<Book>, StoreId)>,
    #[graphql(flatten)]
    outcome: Outcome,
}

#[ComplexObject]
impl OpenStorePayload {
    /// The store; null if it was refused.
    async fn store(&self) -> Answer<Option<Store>> {
        recorded(self.recorded.as_ref()).await
    }
}

/// Opens stores.
#[derive(Debug, Default)]
pub struct OpenStore;

#[Object]
impl OpenStore {
    /// Opens a charity supermarket.
    async fn open_store(
        &self,
        ctx: &Context<'_>,
        input: OpenStoreInput,
    ) -> Answer<OpenStorePayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done = carry_out(
            ctx,
            Operation::OpenStore,
            &input.ledger,
            read,
            |book, acting, request| async move { book.open_store(&acting, request).await },
        )
        .await?;
        let recorded = done.book.map(|book| {
            let store = book.store_id(&input.id);
            (book, store)
        });
        Ok(OpenStorePayload { recorded, outcome: done.outcome })
    }
}
