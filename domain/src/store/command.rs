//! What can be asked of a store.

use serde::{Deserialize, Serialize};

use super::{GoodsItem, GoodsReceived, StoreEvent, StoreOpened};
use crate::calendar::Day;
use crate::ids::{ReceiptId, StoreId};
use crate::region::Region;
use crate::text::{Commitment, PlainName};

/// Everything that can be asked of a store. Its serialised form is what is kept and hashed as the
/// entry's command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum StoreCommand {
    /// Open it.
    OpenStore(OpenStore),
    /// Book goods into it.
    ReceiveGoods(ReceiveGoods),
}

impl StoreCommand {
    /// The name around the command where it is printed.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::OpenStore(_) => "OpenStore",
            Self::ReceiveGoods(_) => "ReceiveGoods",
        }
    }

    /// The id of the stream that decides this command.
    pub fn stream_id(&self) -> String {
        match self {
            Self::OpenStore(command) => command.store.to_string(),
            Self::ReceiveGoods(command) => command.store.to_string(),
        }
    }

    /// The event that the command asks for. Nothing in it is derived while deciding.
    pub(crate) fn asks_for(&self) -> StoreEvent {
        match self.clone() {
            Self::OpenStore(command) => StoreEvent::StoreOpened(command.into_event()),
            Self::ReceiveGoods(command) => StoreEvent::GoodsReceived(command.into_event()),
        }
    }
}

/// Opens a charity supermarket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenStore {
    /// The store.
    pub store: StoreId,
    /// The bureau's own id of it, which stays readable in the chain.
    pub code: PlainName,
    /// Its name.
    pub name: PlainName,
    /// Where it stands.
    pub region: Option<Region>,
}

impl OpenStore {
    pub(super) fn into_event(self) -> StoreOpened {
        StoreOpened { store: self.store, code: self.code, name: self.name, region: self.region }
    }
}

/// Books donated goods that came in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiveGoods {
    /// The store.
    pub store: StoreId,
    /// The receipt, which makes the command idempotent inside its store.
    pub receipt: ReceiptId,
    /// Who gave, as a commitment: donors are persons too.
    pub donor: Commitment,
    /// The day they came in.
    pub occurred_on: Day,
    /// At least one line.
    pub items: Vec<GoodsItem>,
}

impl ReceiveGoods {
    pub(super) fn into_event(self) -> GoodsReceived {
        GoodsReceived {
            store: self.store,
            receipt: self.receipt,
            donor: self.donor,
            occurred_on: self.occurred_on,
            items: self.items,
        }
    }
}
