//! Units: what amounts count.

use std::fmt;

use crate::money::Money;
use crate::text::GoodsName;

/// What an amount counts. Amounts of different units are never added.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// `CNY`: money, in fen.
    Cny,
    /// `大米/袋@4500`: pieces of one kind of goods, kept apart by item, unit and unit value in fen.
    Goods {
        /// What it is.
        item: GoodsName,
        /// What it is counted in.
        unit: GoodsName,
        /// The declared value of one piece.
        unit_value: Money,
    },
}

impl Unit {
    /// Reads the text that `Display` writes; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "CNY" {
            return Some(Self::Cny);
        }
        let (item, rest) = text.split_once('/')?;
        let (unit, value) = rest.split_once('@')?;
        let parsed = Self::Goods {
            item: GoodsName::parse(item).ok()?,
            unit: GoodsName::parse(unit).ok()?,
            unit_value: Money::from_fen(value.parse().ok()?).ok()?,
        };
        (parsed.to_string() == text).then_some(parsed)
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cny => formatter.write_str("CNY"),
            Self::Goods { item, unit, unit_value } => {
                write!(formatter, "{item}/{unit}@{}", unit_value.fen())
            }
        }
    }
}
