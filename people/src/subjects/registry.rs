//! Finding, opening and forgetting; registering stands in `registering.rs`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::ids::LedgerId;
use sqlx::PgPool;

use super::cache::{Cache, Moment};
use super::record::Clerk;
use super::registering::{complete, unanswered};
use super::rows::{self, Row, RowState, StoredRow};
use super::{Fault, Finding, Kind, Known, Lookup, Registration};
use crate::error::PeopleError;
use crate::keys::KeyRing;
use crate::randomness::Randomness;

/// Rows in one statement: enough that round trips do not count, few enough that a statement's
/// arrays stay below a few megabytes and that sealing them holds a thread for milliseconds only.
pub(super) const CHUNK: usize = 5_000;

/// The persons, households or accounts of all ledgers of one database.
///
/// Opened rows stay in memory, at most twice [`Registry::CACHED`] of them and about 400 bytes each;
/// what has not been used for the longest time goes first. Each call runs in transactions of its own.
pub struct Registry<K: Kind> {
    keys: Arc<KeyRing>,
    randomness: Randomness,
    cache: Mutex<Cache<K>>,
}

/// What an id stands for.
#[derive(Debug, Clone)]
pub enum Opened<K: Kind> {
    /// Somebody the ledger knows.
    Known(Arc<Known<K>>),
    /// Somebody whose key was destroyed: nobody can say who it was.
    Forgotten,
    /// A row that does not hold what it should.
    Damaged(Finding),
}

/// What became of the wish to forget somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgetting {
    /// Key, record and keyed hash are destroyed now.
    Forgotten,
    /// They were before.
    WasForgotten,
    /// No row has this id.
    Unknown,
}

/// The lookups and handles of one call.
pub(super) type Found<K> = HashMap<Lookup, Arc<Known<K>>>;

impl<K: Kind> Registry<K> {
    /// Entries in each of the cache's two generations.
    pub const CACHED: usize = 65_536;

    pub(crate) fn new(keys: Arc<KeyRing>, randomness: Randomness) -> Self {
        Self { keys, randomness, cache: Mutex::new(Cache::new(Self::CACHED)) }
    }

    /// The handle of each number, in its order, without registering anybody.
    pub async fn find(
        &self,
        pool: &PgPool,
        ledger: &LedgerId,
        numbers: &[&K::Number],
    ) -> Result<Vec<Option<Arc<Known<K>>>>, PeopleError> {
        let clerk = self.clerk(ledger);
        let mut handles = Vec::with_capacity(numbers.len());
        for chunk in numbers.chunks(CHUNK) {
            let asked: Vec<_> =
                chunk.iter().map(|number| Registration { number: *number, name: None }).collect();
            let (kept, read_at) = self.recall(ledger, &asked);
            let unknown = unanswered(&clerk, &asked, &kept);
            let read = self.look_up(pool, &clerk, unknown.iter().map(|(lookup, _)| lookup)).await?;
            let found = read.into_iter().map(|(lookup, (_, known))| (lookup, known)).collect();
            self.keep(read_at, ledger, &unknown, &found);
            handles.extend(complete(kept, &unknown, &found));
        }
        Ok(handles)
    }

    /// What these ids stand for, for printing names and numbers; an id without a row is absent.
    /// Reads the database, so it also sees whom another program forgot.
    pub async fn open(
        &self,
        pool: &PgPool,
        ledger: &LedgerId,
        ids: &[K::Id],
    ) -> Result<HashMap<K::Id, Opened<K>>, PeopleError> {
        let clerk = self.clerk(ledger);
        let wanted: Vec<_> =
            ids.iter().copied().collect::<HashSet<_>>().into_iter().map(K::uuid).collect();
        let mut opened = HashMap::with_capacity(wanted.len());
        for chunk in wanted.chunks(CHUNK) {
            for row in rows::by_ids::<K>(pool, ledger, chunk).await? {
                let id = row.id;
                let state = match self.open_live(&clerk, row) {
                    Ok(Some((_, known))) => Opened::Known(Arc::new(known)),
                    Ok(None) => Opened::Forgotten,
                    Err(finding) => Opened::Damaged(finding),
                };
                opened.insert(K::id(id), state);
            }
        }
        Ok(opened)
    }

    /// Destroys the key, the record and the keyed hash of a row and keeps its id. From then on no
    /// name or number can be read, no look-up finds it, every attachment sealed under its key is
    /// unreadable, and the entries stay valid; the same number met again is somebody new.
    ///
    /// An account's row holds its holder's name under a key of its own: whoever forgets a person
    /// forgets the accounts that only this person was paid through as well. PostgreSQL keeps the old
    /// bytes on disk until the table is vacuumed, and backups keep them until they are deleted.
    /// Other programs may hold the handle in memory until [`Registry::drop_forgotten`].
    pub async fn forget(
        &self,
        pool: &PgPool,
        ledger: &LedgerId,
        id: K::Id,
    ) -> Result<Forgetting, PeopleError> {
        let uuid = K::uuid(id);
        let done = rows::forget::<K>(pool, ledger, uuid).await?;
        self.cache().evict(&HashSet::from([uuid]));
        if done {
            return Ok(Forgetting::Forgotten);
        }
        let row = rows::by_ids::<K>(pool, ledger, &[uuid]).await?.pop();
        Ok(if row.is_some() { Forgetting::WasForgotten } else { Forgetting::Unknown })
    }

    /// Drops from memory whom another program forgot. A program that runs for long calls it before
    /// each import and every minute or so; one short query on an index of forgotten rows only.
    pub async fn drop_forgotten(
        &self,
        pool: &PgPool,
        ledger: &LedgerId,
    ) -> Result<(), PeopleError> {
        let ids: HashSet<_> = rows::forgotten::<K>(pool, ledger).await?.into_iter().collect();
        if !ids.is_empty() {
            self.cache().evict(&ids);
        }
        Ok(())
    }

    /// Reads and opens the rows of these keyed hashes; sorted, as writing them again needs it.
    pub(super) async fn look_up(
        &self,
        pool: &PgPool,
        clerk: &Clerk<'_>,
        lookups: impl Iterator<Item = &Lookup>,
    ) -> Result<BTreeMap<Lookup, (Row, Arc<Known<K>>)>, PeopleError> {
        let lookups: Vec<Lookup> = lookups.copied().collect();
        let mut found = BTreeMap::new();
        if lookups.is_empty() {
            return Ok(found);
        }
        for row in rows::by_lookups::<K>(pool, clerk.ledger, &lookups).await? {
            if let Some((row, known)) = self.open_live(clerk, row).map_err(PeopleError::Damaged)? {
                found.insert(row.lookup, (row, Arc::new(known)));
            }
        }
        Ok(found)
    }

    /// Opens a row, or says that it was forgotten.
    pub(super) fn open_live(
        &self,
        clerk: &Clerk<'_>,
        row: StoredRow,
    ) -> Result<Option<(Row, Known<K>)>, Finding> {
        let id = row.id;
        let damaged = |what| Finding { table: K::TABLE, id, what };
        match row.state() {
            RowState::Live(row) => {
                let known = clerk.open(&row).map_err(damaged)?;
                Ok(Some((row, known)))
            }
            RowState::Forgotten => Ok(None),
            RowState::HalfForgotten => Err(damaged(Fault::HalfForgotten)),
        }
    }

    /// What memory holds of these, in their order, and the moment to say when something is added.
    pub(super) fn recall(
        &self,
        ledger: &LedgerId,
        asked: &[Registration<'_, K>],
    ) -> (Vec<Option<Arc<Known<K>>>>, Moment) {
        let mut cache = self.cache();
        let kept = asked.iter().map(|asked| cache.get(ledger, asked.number)).collect();
        (kept, cache.moment())
    }

    /// Keeps what was found of these in memory.
    pub(super) fn keep(
        &self,
        read_at: Moment,
        ledger: &LedgerId,
        asked: &[(Lookup, Registration<'_, K>)],
        found: &Found<K>,
    ) {
        if asked.is_empty() {
            return;
        }
        let mut cache = self.cache();
        for (lookup, registration) in asked {
            if let Some(known) = found.get(lookup) {
                cache.put(read_at, ledger, registration.number, Arc::clone(known));
            }
        }
    }

    pub(super) fn clerk<'a>(&'a self, ledger: &'a LedgerId) -> Clerk<'a> {
        Clerk { keys: &self.keys, randomness: &self.randomness, ledger }
    }

    /// The cache holds whole entries only, so it is sound even where a thread died holding it.
    fn cache(&self) -> MutexGuard<'_, Cache<K>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
