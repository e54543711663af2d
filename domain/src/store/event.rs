//! What can have happened to a store.

use serde::{Deserialize, Serialize};

use super::goods::{GoodsItem, transfer_goods};
use crate::calendar::Day;
use crate::effects::{Account, Effects};
use crate::events::{EventError, RecordedEvent, domain_event, print, read, unknown};
use crate::ids::{ReceiptId, StoreId};
use crate::region::Region;
use crate::text::{Commitment, PlainName};

/// An event of a store's stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum StoreEvent {
    /// The store was opened.
    StoreOpened(StoreOpened),
    /// Goods came in.
    GoodsReceived(GoodsReceived),
}

/// Payload of `StoreOpened v1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreOpened {
    /// The store; also the id of its stream.
    pub store: StoreId,
    /// The bureau's own id of it.
    pub code: PlainName,
    /// Its name.
    pub name: PlainName,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
}

/// Payload of `GoodsReceived v1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoodsReceived {
    /// The store; also the id of its stream.
    pub store: StoreId,
    /// The receipt.
    pub receipt: ReceiptId,
    /// Who gave.
    pub donor: Commitment,
    /// The day they came in.
    pub occurred_on: Day,
    /// At least one line.
    pub items: Vec<GoodsItem>,
}

impl RecordedEvent for StoreEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::StoreOpened(_) => "StoreOpened v1",
            Self::GoodsReceived(_) => "GoodsReceived v1",
        }
    }

    fn stream_id(&self) -> String {
        match self {
            Self::StoreOpened(event) => event.store.to_string(),
            Self::GoodsReceived(event) => event.store.to_string(),
        }
    }

    fn payload(&self) -> Vec<u8> {
        match self {
            Self::StoreOpened(event) => print(event),
            Self::GoodsReceived(event) => print(event),
        }
    }

    fn read(name: &str, payload: &[u8]) -> Result<Self, EventError> {
        match name {
            "StoreOpened v1" => read(name, payload).map(Self::StoreOpened),
            "GoodsReceived v1" => read(name, payload).map(Self::GoodsReceived),
            _ => unknown(name),
        }
    }

    fn effects(&self) -> Effects {
        match self {
            Self::StoreOpened(_) => Effects::default(),
            Self::GoodsReceived(event) => Effects {
                postings: transfer_goods(
                    &Account::Donated(event.store),
                    &Account::Store(event.store),
                    &event.items,
                ),
                ..Effects::default()
            },
        }
    }
}

domain_event!(StoreEvent);
