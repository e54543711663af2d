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
    /// there may be thousands. A payment under one that was stopped meanwhile is decided again, because
    /// its guard tells that the stream has moved.
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

    /// Whatever these payments rest on, read in few round trips where it is not kept.
    pub(super) async fn of<'a>(
        &self,
        book: &Book,
        aids: impl Iterator<Item = &'a RequestedAid>,
    ) -> Result<Facts, Fault> {
        let mut facts = Facts::default();
        let (mut programmes, mut funds, mut stores, mut grants) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for aid in aids {
            programmes.insert(aid.programme());
            funds.extend(aid.fund());
            stores.extend(aid.store());
            if let Some(grant) = aid.grant() {
                match kept(&self.grants, &grant) {
                    Some(known) => {
                        facts.grants.insert(grant, known);
                    }
                    None => {
                        grants.insert(grant);
                    }
                }
            }
        }
        for programme in programmes {
            let standards = self.standards(book, programme).await?;
            facts.standards.insert(programme.clone(), standards);
        }
        for fund in funds {
            facts.funds.extend(self.fund(book, fund).await?.map(|found| (fund, found)));
        }
        for store in stores {
            facts.stores.extend(self.store(book, store).await?.map(|found| (store, found)));
        }
        facts.grants.extend(self.read_grants(book, &grants).await?);
        Ok(facts)
    }

    async fn read_grants(
        &self,
        book: &Book,
        grants: &BTreeSet<GrantId>,
    ) -> Result<BTreeMap<GrantId, (Arc<Grant>, u64)>, Fault> {
        if grants.is_empty() {
            return Ok(BTreeMap::new());
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
            let grant = match &event {
                GrantEvent::GrantApproved(approved) => approved.grant,
                GrantEvent::GrantStopped(stopped) => stopped.grant,
            };
            let (state, sequence) = states.entry(grant).or_default();
            state.apply(event);
            *sequence = sequence.saturating_add(1);
        }
        let states = states.into_iter();
        let read: BTreeMap<_, _> =
            states.map(|(id, (state, sequence))| (id, (Arc::new(state), sequence))).collect();
        for (id, state) in &read {
            keep(&self.grants, *id, state.clone());
        }
        Ok(read)
    }
}

/// What some payments rest on, held while they are decided: others may make the cache forget it
/// meanwhile.
#[derive(Default)]
pub(super) struct Facts {
    funds: BTreeMap<FundId, Arc<Fund>>,
    stores: BTreeMap<StoreId, Arc<Store>>,
    standards: BTreeMap<ProgrammeId, (Arc<Standards>, u64)>,
    grants: BTreeMap<GrantId, (Arc<Grant>, u64)>,
}

impl Facts {
    /// The facts of one of the payments.
    pub(super) fn of(&self, aid: &RequestedAid) -> PaymentFacts {
        let (standards, standards_sequence) =
            self.standards.get(aid.programme()).cloned().unwrap_or_default();
        PaymentFacts {
            fund: aid.fund().and_then(|id| self.funds.get(&id).cloned()),
            standards,
            standards_sequence,
            grant: aid.grant().and_then(|id| self.grants.get(&id).cloned()),
            store: aid.store().and_then(|id| self.stores.get(&id).cloned()),
            reissued: None,
        }
    }
}

async fn load<A: Aggregate>(book: &Book, id: &str) -> Result<(Arc<A>, u64), Fault> {
    let loaded: Loaded<A> = book.store.load(id).await.map_err(|error| Fault::database(&error))?;
    Ok((Arc::new(loaded.aggregate), loaded.sequence))
}
