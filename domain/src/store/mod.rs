//! A charity supermarket: a store of donated goods, and every receipt that filled it.
//!
//! Handing goods out is a payment and belongs to the payment's stream; the store's stock is kept by
//! the append, from the postings of both.

mod command;
mod event;
mod goods;
mod refusal;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use serde::{Deserialize, Serialize};

use crate::decision::{Decide, handle_by_deciding};
use crate::ids::{ReceiptId, StoreId};
use crate::refusal::first_difference;

pub use command::{OpenStore, ReceiveGoods, StoreCommand};
pub use event::{GoodsReceived, StoreEvent, StoreOpened};
pub use goods::{GoodsError, GoodsItem, total_value};
pub(crate) use goods::{fit_an_entry, transfer_goods};
pub use refusal::StoreRefusal;

/// One store.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Store {
    /// Nothing was recorded under this id.
    #[default]
    Absent,
    /// The store stands.
    Open(Box<OpenedStore>),
}

/// What a store that stands knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenedStore {
    opened: StoreOpened,
    /// Kept so that the same receipt again is recognised.
    receipts: BTreeMap<ReceiptId, GoodsReceived>,
}

impl Store {
    /// The facts that opened the store; `None` while it is absent.
    pub fn opened(&self) -> Option<&StoreOpened> {
        match self {
            Self::Absent => None,
            Self::Open(store) => Some(&store.opened),
        }
    }

    /// Whether this is the store of that id, and stands.
    pub fn is(&self, id: StoreId) -> bool {
        self.opened().is_some_and(|opened| opened.store == id)
    }

    fn open(&self, command: OpenStore) -> Result<Option<StoreEvent>, StoreRefusal> {
        let Some(opened) = self.opened() else {
            return Ok(Some(StoreEvent::StoreOpened(command.into_event())));
        };
        let difference = first_difference(&[
            (opened.store == command.store && opened.code == command.code, &["id"]),
            (opened.name == command.name, &["name"]),
            (opened.region == command.region, &["region"]),
        ]);
        match difference {
            None => Ok(None),
            Some(field) => Err(StoreRefusal::StoreIdReusedWithOtherContent { field }),
        }
    }

    fn receive(&self, command: ReceiveGoods) -> Result<Option<StoreEvent>, StoreRefusal> {
        if total_value(&command.items).is_none() {
            return Err(StoreRefusal::ValueOutOfRange);
        }
        if !fit_an_entry(&command.items) {
            return Err(StoreRefusal::ItemsDoNotFit { lines: command.items.len() });
        }
        let store = match self {
            Self::Open(store) if store.opened.store == command.store => store,
            _ => {
                return Err(StoreRefusal::UnknownStore { store: command.store });
            }
        };
        let Some(received) = store.receipts.get(&command.receipt) else {
            return Ok(Some(StoreEvent::GoodsReceived(command.into_event())));
        };
        let difference = first_difference(&[
            (received.donor == command.donor, &["donor"]),
            (received.occurred_on == command.occurred_on, &["occurredOn"]),
            (received.items == command.items, &["items"]),
        ]);
        match difference {
            None => Ok(None),
            Some(field) => Err(StoreRefusal::ReceiptIdReusedWithOtherContent { field }),
        }
    }
}

impl Decide for Store {
    fn decide(
        &self,
        command: StoreCommand,
        _facts: &Self::Services,
    ) -> Result<Option<StoreEvent>, StoreRefusal> {
        match command {
            StoreCommand::OpenStore(command) => self.open(command),
            StoreCommand::ReceiveGoods(command) => self.receive(command),
        }
    }
}

impl Aggregate for Store {
    const TYPE: &'static str = "store";
    type Command = StoreCommand;
    type Event = StoreEvent;
    type Error = StoreRefusal;
    type Services = ();

    handle_by_deciding!();

    fn apply(&mut self, event: Self::Event) {
        match (event, self) {
            (StoreEvent::StoreOpened(opened), state) => {
                let receipts = BTreeMap::new();
                *state = Self::Open(Box::new(OpenedStore { opened, receipts }));
            }
            (StoreEvent::GoodsReceived(received), Self::Open(store)) => {
                store.receipts.insert(received.receipt, received);
            }
            // Cannot stand in a stream that this aggregate decided; there is nothing to add to.
            (StoreEvent::GoodsReceived(_), Self::Absent) => {}
        }
    }
}
