//! Lines of goods in inputs.

use async_graphql::InputObject;
use domain::store::{GoodsError, GoodsItem};

use super::scalars::Money;
use super::shape::{Place, Shape};

/// So many of an item, each at a declared value.
#[derive(Debug, InputObject)]
pub struct GoodsItemInput {
    /// What it is.
    pub item: String,
    /// What it is counted in.
    pub unit: String,
    /// How many, at least one.
    pub quantity: i32,
    /// Declared value of one, above zero.
    pub unit_value: Money,
}

/// The lines of the input's field `items`.
pub(super) fn read(shape: &mut Shape, items: &[GoodsItemInput]) -> Option<Vec<GoodsItem>> {
    shape.each(&Place::of("items"), items, line)
}

fn line(shape: &mut Shape, at: &Place, line: &GoodsItemInput) -> Option<GoodsItem> {
    let item = shape.goods_name(&at.field("item"), &line.item);
    let unit = shape.goods_name(&at.field("unit"), &line.unit);
    let quantity = shape.count("INVALID_ITEMS", &at.field("quantity"), line.quantity);
    let unit_value = shape.amount(&at.field("unitValue"), &line.unit_value);
    match GoodsItem::new(item?, unit?, quantity?, unit_value?) {
        Ok(line) => Some(line),
        Err(error) => {
            let code = match error {
                GoodsError::NoQuantity => "INVALID_ITEMS",
                GoodsError::NoValue { .. } | GoodsError::OutOfRange => "INVALID_AMOUNT",
            };
            shape.refuse(code, at, error.to_string());
            None
        }
    }
}
