//! Why a store refuses.

use crate::ids::StoreId;
use crate::refusal::{FieldPath, Refusal, reused};

/// Why a store refuses a command. The first that applies is told, in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreRefusal {
    /// `INVALID_AMOUNT`: the goods are worth more than any amount that can be recorded.
    #[error("物资总值超出范围 / the goods' value is out of range")]
    ValueOutOfRange,
    /// `INVALID_ITEMS`: no goods, or more lines than one entry holds.
    #[error(
        "物资须至少一行,且不超过一条分录的容量,所给为 {lines} 行 / goods need at least one line and must fit into one entry; {lines} lines were given"
    )]
    ItemsDoNotFit {
        /// How many lines were given.
        lines: usize,
    },
    /// `UNKNOWN_STORE`: goods are booked into a store that was never opened.
    #[error("没有慈善超市 {store} / there is no store {store}")]
    UnknownStore {
        /// The store that was asked for.
        store: StoreId,
    },
    /// `ID_REUSED_WITH_OTHER_CONTENT`: the store stands with other content.
    #[error("{}", reused("慈善超市", "store", field))]
    StoreIdReusedWithOtherContent {
        /// The first field that differs.
        field: FieldPath,
    },
    /// `ID_REUSED_WITH_OTHER_CONTENT`: the receipt stands with other content.
    #[error("{}", reused("入库", "receipt", field))]
    ReceiptIdReusedWithOtherContent {
        /// The first field that differs.
        field: FieldPath,
    },
}

impl Refusal for StoreRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::ValueOutOfRange => "INVALID_AMOUNT",
            Self::ItemsDoNotFit { .. } => "INVALID_ITEMS",
            Self::UnknownStore { .. } => "UNKNOWN_STORE",
            Self::StoreIdReusedWithOtherContent { .. }
            | Self::ReceiptIdReusedWithOtherContent { .. } => "ID_REUSED_WITH_OTHER_CONTENT",
        }
    }

    fn field(&self) -> Option<FieldPath> {
        Some(match self {
            Self::ValueOutOfRange | Self::ItemsDoNotFit { .. } => &["items"],
            Self::UnknownStore { .. } => &["store"],
            Self::StoreIdReusedWithOtherContent { field }
            | Self::ReceiptIdReusedWithOtherContent { field } => field,
        })
    }
}
