//! Funds and stores by the names that people use: the client's id, or the name.

use domain::events::{AnyEvent, RecordedEvent};
use domain::fund::{Fund, FundEvent};
use domain::ids::{FundId, StoreId};
use domain::store::{Store, StoreEvent};
use ledger::reader;

use super::{Book, CommandError, Fault, UserError};

impl Book {
    /// The fund with this id or name. An id wins over a name; of several funds of one name the
    /// first that was opened.
    ///
    /// # Errors
    /// `UNKNOWN_FUND`, or a fault.
    pub async fn fund(&self, id_or_name: &str) -> Result<FundId, CommandError> {
        let id = self.fund_id(id_or_name);
        if self.load_fund(id).await?.is_some() {
            return Ok(id);
        }
        for event in self.first_events("fund").await? {
            if let AnyEvent::Fund(FundEvent::FundOpened(fund)) = event
                && fund.name.as_str() == id_or_name.trim()
            {
                return Ok(fund.fund);
            }
        }
        Err(UserError::unknown_fund(id_or_name).into())
    }

    /// The store with this id or name, as [`Book::fund`] finds funds.
    ///
    /// # Errors
    /// `UNKNOWN_STORE`, or a fault.
    pub async fn store(&self, id_or_name: &str) -> Result<StoreId, CommandError> {
        let id = self.store_id(id_or_name);
        if self.load_store(id).await?.is_some() {
            return Ok(id);
        }
        for event in self.first_events("store").await? {
            if let AnyEvent::Store(StoreEvent::StoreOpened(store)) = event
                && store.name.as_str() == id_or_name.trim()
            {
                return Ok(store.store);
            }
        }
        Err(UserError::unknown_store(id_or_name).into())
    }

    /// The fund's state, from memory where it was loaded before; `None` while it is not open.
    pub(super) async fn load_fund(
        &self,
        id: FundId,
    ) -> Result<Option<std::sync::Arc<Fund>>, Fault> {
        let found = self.facts.fund(self, id).await?;
        Ok(found.filter(|fund| fund.is(id)))
    }

    pub(super) async fn load_store(
        &self,
        id: StoreId,
    ) -> Result<Option<std::sync::Arc<Store>>, Fault> {
        let found = self.facts.store(self, id).await?;
        Ok(found.filter(|store| store.is(id)))
    }

    async fn first_events(&self, stream_type: &str) -> Result<Vec<AnyEvent>, Fault> {
        let mut connection = self.pool.acquire().await?;
        let entries = reader::first_entries(&mut connection, &self.id, stream_type).await?;
        entries.iter().map(|entry| event_of(&entry.bytes)).collect()
    }
}

/// The domain event that an entry holds.
pub(super) fn event_of(entry: &[u8]) -> Result<AnyEvent, Fault> {
    let view = ledger::entry::parse(entry).map_err(|error| Fault::damaged(&error))?;
    AnyEvent::parse(view.stream.kind(), view.event.as_str(), view.payload)
        .map_err(|error| Fault::damaged(&error))
}

/// Reads an entry as one aggregate's event.
pub(super) fn event_as<E: RecordedEvent>(entry: &[u8]) -> Result<E, Fault> {
    let view = ledger::entry::parse(entry).map_err(|error| Fault::damaged(&error))?;
    E::parse(view.event.as_str(), view.payload).map_err(|error| Fault::damaged(&error))
}
