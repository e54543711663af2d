//! The streams that payments rest on, kept in memory with the sequence they were read at.
//!
//! A state that is kept may be old. What a payment records repeats the sequences as guards, so an
//! old state makes the append ask to decide again; a refusal on kept states is decided once more on
//! fresh ones before anybody is told ([`FactCache::forget`]).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use cqrs_es::Aggregate;
use domain::fund::Fund;
use domain::grant::{Grant, GrantEvent};
use domain::ids::{FundId, GrantId, ProgrammeId, StoreId};
use domain::payment::{PaymentFacts, RequestedAid};
use domain::standard::Standards;
use domain::store::Store;
use ledger::store::Loaded;
use ledger::{StreamId, reader};

use super::directory::event_as;
use super::{Book, Fault};

/// Grants that are kept; the whole map is dropped when it is full.
const MOST_GRANTS: usize = 200_000;

type Kept<K, A> = RwLock<BTreeMap<K, (Arc<A>, u64)>>;

#[derive(Default)]
pub(super) struct FactCache {
    funds: Kept<FundId, Fund>,
    stores: Kept<StoreId, Store>,
    standards: Kept<ProgrammeId, Standards>,
    grants: Kept<GrantId, Grant>,
}

fn kept<K: Ord, A>(map: &Kept<K, A>, key: &K) -> Option<(Arc<A>, u64)> {
    map.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
}

fn keep<K: Ord, A>(map: &Kept<K, A>, key: K, state: (Arc<A>, u64)) {
    map.write().unwrap_or_else(PoisonError::into_inner).insert(key, state);
}

fn clear<K: Ord, A>(map: &Kept<K, A>) {
    map.write().unwrap_or_else(PoisonError::into_inner).clear();
}

impl FactCache {
    /// Forgets everything: the next use reads the database.
    pub(super) fn forget(&self) {
        self.forget_all_but_grants();
        clear(&self.grants);
    }

    /// Forgets what a fund's, a store's or a standard's own command may have changed. Grants stay:
    /// there may be thousands, and no command changes one that stands.
    pub(super) fn forget_all_but_grants(&self) {
        clear(&self.funds);
        clear(&self.stores);
        clear(&self.standards);
    }

    /// The fund; one that does not exist is asked for again each time.
    pub(super) async fn fund(&self, book: &Book, id: FundId) -> Result<Option<Arc<Fund>>, Fault> {
        if let Some((fund, _)) = kept(&self.funds, &id) {
            return Ok(Some(fund));
        }
        let (fund, sequence) = load::<Fund>(book, &id.to_string()).await?;
        if sequence > 0 {
            keep(&self.funds, id, (fund.clone(), sequence));
        }
        Ok((sequence > 0).then_some(fund))
    }

    pub(super) async fn store(
        &self,
        book: &Book,
        id: StoreId,
    ) -> Result<Option<Arc<Store>>, Fault> {
        if let Some((store, _)) = kept(&self.stores, &id) {
            return Ok(Some(store));
        }
        let (store, sequence) = load::<Store>(book, &id.to_string()).await?;
        if sequence > 0 {
            keep(&self.stores, id, (store.clone(), sequence));
        }
        Ok((sequence > 0).then_some(store))
    }

    async fn standards(
        &self,
        book: &Book,
        programme: &ProgrammeId,
    ) -> Result<(Arc<Standards>, u64), Fault> {
        if let Some(standards) = kept(&self.standards, programme) {
            return Ok(standards);
        }
        let loaded = load::<Standards>(book, programme.as_str()).await?;
        keep(&self.standards, programme.clone(), loaded.clone());
        Ok(loaded)
    }

    /// Reads in few round trips whatever these payments rest on and is not kept yet.
    pub(super) async fn read_ahead<'a>(
        &self,
        book: &Book,
        aids: impl Iterator<Item = &'a RequestedAid>,
    ) -> Result<(), Fault> {
        let (mut programmes, mut funds, mut stores, mut grants) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for aid in aids {
            programmes.insert(aid.programme());
            funds.extend(aid.fund());
            stores.extend(aid.store());
            grants.extend(aid.grant().filter(|grant| kept(&self.grants, grant).is_none()));
        }
        for programme in programmes {
            self.standards(book, programme).await?;
        }
        for fund in funds {
            self.fund(book, fund).await?;
        }
        for store in stores {
            self.store(book, store).await?;
        }
        self.read_grants(book, &grants).await
    }

    async fn read_grants(&self, book: &Book, grants: &BTreeSet<GrantId>) -> Result<(), Fault> {
        if grants.is_empty() {
            return Ok(());
        }
        if self.grants.read().unwrap_or_else(PoisonError::into_inner).len() > MOST_GRANTS {
            clear(&self.grants);
        }
        let streams: Result<Vec<StreamId>, _> =
            grants.iter().map(|id| StreamId::new(Grant::TYPE, &id.to_string())).collect();
        let streams = streams.map_err(|error| Fault::damaged(&error))?;
        let mut connection = book.pool.acquire().await?;
        let entries = reader::streams(&mut connection, &book.id, &streams).await?;
        drop(connection);
        let mut states: BTreeMap<GrantId, (Grant, u64)> = BTreeMap::new();
        for entry in &entries {
            let event: GrantEvent = event_as(&entry.bytes)?;
            let GrantEvent::GrantApproved(approved) = &event;
            let (state, sequence) = states.entry(approved.grant).or_default();
            state.apply(event.clone());
            *sequence = sequence.saturating_add(1);
        }
        for (id, (state, sequence)) in states {
            keep(&self.grants, id, (Arc::new(state), sequence));
        }
        Ok(())
    }

    /// The facts of one payment, from memory: [`FactCache::read_ahead`] came before.
    pub(super) fn of(&self, aid: &RequestedAid) -> PaymentFacts {
        let (standards, standards_sequence) =
            kept(&self.standards, aid.programme()).unwrap_or_default();
        PaymentFacts {
            fund: aid.fund().and_then(|id| kept(&self.funds, &id)).map(|(fund, _)| fund),
            standards,
            standards_sequence,
            grant: aid.grant().and_then(|id| kept(&self.grants, &id)),
            store: aid.store().and_then(|id| kept(&self.stores, &id)).map(|(store, _)| store),
        }
    }
}

async fn load<A: Aggregate>(book: &Book, id: &str) -> Result<(Arc<A>, u64), Fault> {
    let loaded: Loaded<A> = book.store.load(id).await.map_err(|error| Fault::database(&error))?;
    Ok((Arc::new(loaded.aggregate), loaded.sequence))
}
