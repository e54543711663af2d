//! The clients' own ids of batches, which lie beside their first entries.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{PoisonError, RwLock};

use cqrs_es::Aggregate;
use domain::batch::{Batch, BatchEvent};
use domain::ids::BatchId;
use ledger::{StreamId, reader};

use crate::books::directory::event_as;
use crate::books::{Book, Fault};

/// Those that were read before. They never change, and what lies beside a batch's first entry is as large as its
/// list.
#[derive(Default)]
pub(in crate::books) struct BatchNames(RwLock<BTreeMap<BatchId, Option<String>>>);

impl BatchNames {
    fn known(&self, id: BatchId) -> Option<Option<String>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }

    fn keep(&self, id: BatchId, name: Option<String>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(id, name);
    }
}

impl Book {
    /// The clients' ids of batches; one that is not known is left out.
    ///
    /// # Errors
    /// When the database fails or the entries cannot be read.
    pub async fn batch_names(
        &self,
        ids: &BTreeSet<BatchId>,
    ) -> Result<BTreeMap<BatchId, String>, Fault> {
        let new = ids.iter().filter(|id| self.batch_names.known(**id).is_none());
        let streams: Result<Vec<StreamId>, _> =
            new.map(|id| StreamId::new(Batch::TYPE, &id.to_string())).collect();
        let streams = streams.map_err(|error| Fault::damaged(&error))?;
        if !streams.is_empty() {
            let mut connection = self.pool.acquire().await?;
            let entries = reader::streams(&mut connection, &self.id, &streams).await?;
            drop(connection);
            for entry in &entries {
                // The steps of a batch come in order: what follows the first finds it known.
                let event: BatchEvent = event_as(&entry.bytes)?;
                self.batch_name(event.batch(), entry.position).await?;
            }
        }
        let named = ids.iter().filter_map(|id| Some((*id, self.batch_names.known(*id)??)));
        Ok(named.collect())
    }

    /// The client's id of a batch whose first entry stands at this position.
    pub(super) async fn batch_name(
        &self,
        id: BatchId,
        first: u64,
    ) -> Result<Option<String>, Fault> {
        if let Some(known) = self.batch_names.known(id) {
            return Ok(known);
        }
        let own = self.private_details(&[first]).await?.remove(&first);
        let name = own.and_then(|details| details.batch_id);
        self.batch_names.keep(id, name.clone());
        Ok(name)
    }
}
