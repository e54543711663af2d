//! Charity supermarkets and what they hold.

mod open;
mod receive;

use std::sync::Arc;

use async_graphql::{Context, ID, MergedObject, Object, SimpleObject};
use domain::ids::StoreId;
use domain::rights::Operation;
use projections::stores;

use super::context;
use super::scalars::Money;
use super::unanswered::Answer;
use crate::books::Book;

pub use open::{OpenStore, OpenStoreInput, OpenStorePayload};
pub use receive::{ReceiveGoods, ReceiveGoodsInput, ReceiveGoodsPayload};

/// A charity supermarket.
#[derive(Debug, Clone, SimpleObject)]
pub struct Store {
    /// The bureau's own id of it.
    pub id: ID,
    /// Its name.
    pub name: String,
    /// What it holds, by item, unit and unit value; lines that fell to nothing are left out.
    pub stock: Vec<StockLine>,
}

/// Goods of one name, unit and value. A disbursement names all three.
#[derive(Debug, Clone, SimpleObject)]
pub struct StockLine {
    /// What it is.
    pub item: String,
    /// What it is counted in.
    pub unit: String,
    /// Declared value of one.
    pub unit_value: Money,
    /// How many there are.
    pub quantity: i64,
    /// Declared value of all.
    pub value: Money,
}

impl From<stores::Store> for Store {
    fn from(store: stores::Store) -> Self {
        let line = |line: stores::StockLine| StockLine {
            item: line.item,
            unit: line.unit,
            unit_value: line.unit_value.into(),
            quantity: line.quantity,
            value: line.value.into(),
        };
        Self {
            id: ID(store.code),
            name: store.name,
            stock: store.stock.into_iter().map(line).collect(),
        }
    }
}

/// The store of a mutation that was recorded, with that mutation taken into account.
async fn recorded(store: Option<&(Arc<Book>, StoreId)>) -> Answer<Option<Store>> {
    let Some((book, store)) = store else {
        return Ok(None);
    };
    book.catch_up().await?;
    let stores = stores::list(book.pool(), book.id()).await?;
    Ok(stores.into_iter().find(|found| found.id == *store).map(Store::from))
}

/// Questions about stores.
#[derive(Debug, Default)]
pub struct StoreQueries;

#[Object]
impl StoreQueries {
    /// Every charity supermarket of a ledger, in the order in which they were opened.
    async fn stores(&self, ctx: &Context<'_>, ledger: ID) -> Answer<Vec<Store>> {
        let book = context::book(ctx, Operation::ReadTotals, &ledger).await?;
        let stores = stores::list(book.pool(), book.id()).await?;
        Ok(stores.into_iter().map(Store::from).collect())
    }
}

/// Every command about charity supermarkets.
#[derive(Default, MergedObject)]
pub struct StoreMutations(OpenStore, ReceiveGoods);
