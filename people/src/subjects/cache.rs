//! What was opened lately, kept in memory so that a second payment to the same person costs no round
//! trip, no decryption and no keyed hash.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::ids::LedgerId;
use uuid::Uuid;

use super::{Kind, Known};

/// Handles by ledger and number, in two generations of at most `half` entries: what is used moves
/// to the young one; when that is full it becomes the old one, and what nobody used for a whole
/// generation is dropped.
pub(super) struct Cache<K: Kind> {
    young: Generation<K>,
    old: Generation<K>,
    half: usize,
    evictions: u64,
}

/// The state of the cache before a row was read. A handle read before somebody was forgotten must
/// not enter the cache after it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment(u64);

impl<K: Kind> Cache<K> {
    pub(super) fn new(half: usize) -> Self {
        Self {
            young: Generation::empty(),
            old: Generation::empty(),
            half: half.max(1),
            evictions: 0,
        }
    }

    pub(super) fn moment(&self) -> Moment {
        Moment(self.evictions)
    }

    pub(super) fn get(&mut self, ledger: &LedgerId, number: &K::Number) -> Option<Arc<Known<K>>> {
        if let Some(known) = self.young.get(ledger, number) {
            return Some(Arc::clone(known));
        }
        let known = self.old.remove(ledger, number)?;
        self.keep(ledger, number, Arc::clone(&known));
        Some(known)
    }

    /// Keeps what was read since `read_at`, unless somebody was evicted meanwhile.
    pub(super) fn put(
        &mut self,
        read_at: Moment,
        ledger: &LedgerId,
        number: &K::Number,
        known: Arc<Known<K>>,
    ) {
        if read_at == self.moment() {
            self.keep(ledger, number, known);
        }
    }

    /// Drops these ids, whoever asked for them last.
    pub(super) fn evict(&mut self, ids: &HashSet<Uuid>) {
        self.evictions = self.evictions.wrapping_add(1);
        self.young.evict(ids);
        self.old.evict(ids);
    }

    fn keep(&mut self, ledger: &LedgerId, number: &K::Number, known: Arc<Known<K>>) {
        if self.young.entries >= self.half {
            self.old = std::mem::replace(&mut self.young, Generation::empty());
        }
        self.young.insert(ledger, number, known);
    }
}

/// Entries by ledger, then by number, so that nothing is copied to look one up.
struct Generation<K: Kind> {
    ledgers: HashMap<LedgerId, HashMap<K::Number, Arc<Known<K>>>>,
    entries: usize,
}

impl<K: Kind> Generation<K> {
    fn empty() -> Self {
        Self { ledgers: HashMap::new(), entries: 0 }
    }

    fn get(&self, ledger: &LedgerId, number: &K::Number) -> Option<&Arc<Known<K>>> {
        self.ledgers.get(ledger)?.get(number)
    }

    fn remove(&mut self, ledger: &LedgerId, number: &K::Number) -> Option<Arc<Known<K>>> {
        let known = self.ledgers.get_mut(ledger)?.remove(number)?;
        self.entries = self.entries.saturating_sub(1);
        Some(known)
    }

    fn insert(&mut self, ledger: &LedgerId, number: &K::Number, known: Arc<Known<K>>) {
        if !self.ledgers.contains_key(ledger) {
            self.ledgers.insert(ledger.clone(), HashMap::new());
        }
        if let Some(numbers) = self.ledgers.get_mut(ledger)
            && numbers.insert(number.clone(), known).is_none()
        {
            self.entries = self.entries.saturating_add(1);
        }
    }

    fn evict(&mut self, ids: &HashSet<Uuid>) {
        for numbers in self.ledgers.values_mut() {
            numbers.retain(|_, known| !ids.contains(&K::uuid(known.subject().id)));
        }
        self.entries = self.ledgers.values().map(HashMap::len).sum();
    }
}

#[cfg(test)]
mod tests;
