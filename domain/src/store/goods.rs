//! Goods as they are received and handed out: so many of a kind, at a declared value.

use serde::{Deserialize, Serialize};

use crate::effects::{Account, Posting, Unit};
use crate::money::Money;
use crate::text::GoodsName;

/// One line of goods. Lines of one item, unit and unit value are the same stock; goods of the same
/// name at another value are not.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "UncheckedItem")]
pub struct GoodsItem {
    item: GoodsName,
    unit: GoodsName,
    quantity: u32,
    unit_value_fen: Money,
}

/// Why a line of goods was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GoodsError {
    /// None of it.
    #[error("数量至少为 1 / the quantity must be at least one")]
    NoQuantity,
    /// Goods are booked at a declared value, without which no total could count them.
    #[error(
        "单价须大于零,所给为 {unit_value} 元 / the unit value must be above zero, not {unit_value} yuan"
    )]
    NoValue {
        /// What was given.
        unit_value: Money,
    },
    /// Quantity times value is more than any amount that can be recorded.
    #[error("金额超出范围 / the value is out of range")]
    OutOfRange,
}

/// What a payload spells, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedItem {
    item: GoodsName,
    unit: GoodsName,
    quantity: u32,
    unit_value_fen: Money,
}

impl TryFrom<UncheckedItem> for GoodsItem {
    type Error = GoodsError;

    fn try_from(line: UncheckedItem) -> Result<Self, GoodsError> {
        Self::new(line.item, line.unit, line.quantity, line.unit_value_fen)
    }
}

impl GoodsItem {
    /// So many (at least one) of an item, counted in a unit, each worth more than nothing.
    pub fn new(
        item: GoodsName,
        unit: GoodsName,
        quantity: u32,
        unit_value: Money,
    ) -> Result<Self, GoodsError> {
        if quantity == 0 {
            return Err(GoodsError::NoQuantity);
        }
        if !unit_value.is_positive() {
            return Err(GoodsError::NoValue { unit_value });
        }
        if unit_value.checked_mul(quantity).is_none() {
            return Err(GoodsError::OutOfRange);
        }
        Ok(Self { item, unit, quantity, unit_value_fen: unit_value })
    }

    /// What it is.
    pub fn item(&self) -> &GoodsName {
        &self.item
    }

    /// What it is counted in.
    pub fn unit(&self) -> &GoodsName {
        &self.unit
    }

    /// How many, at least one.
    pub const fn quantity(&self) -> u32 {
        self.quantity
    }

    /// The declared value of one.
    pub const fn unit_value(&self) -> Money {
        self.unit_value_fen
    }

    /// The stock that the line belongs to.
    fn stock(&self) -> Unit {
        Unit::Goods {
            item: self.item.clone(),
            unit: self.unit.clone(),
            unit_value: self.unit_value_fen,
        }
    }
}

/// What the lines are worth together; `None` where that is more than any amount that can be recorded.
pub fn total_value(items: &[GoodsItem]) -> Option<Money> {
    items.iter().try_fold(Money::ZERO, |sum, line| {
        sum.checked_add(line.unit_value_fen.checked_mul(line.quantity)?)
    })
}

/// Whether the lines can be told in one event: at least one, and so few that an entry, and the
/// entry of a reversal that repeats them, stay within the 65,535 bytes that an entry may have.
pub(crate) fn fit_an_entry(items: &[GoodsItem]) -> bool {
    /// What is left for goods when everything else in an entry is at its longest.
    const LONGEST: usize = 48_000;
    !items.is_empty() && serde_json::to_vec(items).is_ok_and(|bytes| bytes.len() <= LONGEST)
}

/// The double entry that moves goods from one account to another: two postings for each kind of
/// stock, so that the append holds a stock against everything that one event takes from it.
pub(crate) fn transfer_goods(from: &Account, to: &Account, items: &[GoodsItem]) -> Vec<Posting> {
    let mut moved: Vec<(Unit, i64)> = Vec::with_capacity(items.len());
    for line in items {
        let unit = line.stock();
        let quantity = i64::from(line.quantity);
        match moved.iter_mut().find(|(known, _)| *known == unit) {
            // Fewer lines than an entry has bytes, each below 2^32: the sum stays below 2^48.
            Some((_, sum)) => *sum = sum.saturating_add(quantity),
            None => moved.push((unit, quantity)),
        }
    }
    moved.into_iter().flat_map(|(unit, quantity)| transfer(from, to, unit, quantity)).collect()
}

fn transfer(from: &Account, to: &Account, unit: Unit, amount: i64) -> [Posting; 2] {
    let taken =
        Posting { account: from.clone(), unit: unit.clone(), amount: amount.saturating_neg() };
    [taken, Posting { account: to.clone(), unit, amount }]
}
