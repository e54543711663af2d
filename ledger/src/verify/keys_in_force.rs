//! Which key must sign which position. Nothing else of the verification knows how keys come and go.

use super::entries::{Fault, KeptEntry};
use crate::LedgerId;
use crate::entry;
use crate::hash;
use crate::key::{PublicKey, SignatureBytes};
use crate::keys::{KeyEntry, KeyHistory};

/// The keys of one ledger, as far as its entries have been shown, in position order.
#[derive(Debug, Clone)]
pub(super) struct KeysInForce {
    history: KeyHistory,
    /// The first key where the verifier was given it by hand.
    trusted: Option<PublicKey>,
}

impl KeysInForce {
    /// Starts from the key that the verifier was given by hand. Where entry 0 names another, or
    /// cannot be read, every position is measured by the trusted key alone.
    pub(super) fn starting_from(first: PublicKey, ledger: LedgerId) -> Self {
        Self { history: KeyHistory::new(ledger), trusted: Some(first) }
    }

    /// Takes the first key from entry 0, which is then trusted to name itself.
    pub(super) fn named_by_the_ledger(ledger: LedgerId) -> Self {
        Self { history: KeyHistory::new(ledger), trusted: None }
    }

    /// Shows an entry. Must be called for every entry, in order, before [`KeysInForce::at`] is asked
    /// about its place or a later one. Gives what is wrong with a change of keys; one that is not
    /// signed by the key that may make it changes nothing, which is found where signatures are.
    pub(super) fn learn(&mut self, kept: &impl KeptEntry) -> Option<Fault> {
        if !stands_in_the_ledgers_own_stream(kept.bytes()) {
            return None;
        }
        let view = entry::parse(kept.bytes()).ok()?;
        let entry = KeyEntry {
            position: kept.place(),
            stream: &view.stream,
            event: view.event.as_str(),
            payload: view.payload,
            signed_by: view.signed_by,
        };
        // Entry 0 names the key that everything else is measured by, also where its own signature
        // is damaged: one finding says that better than one for each entry.
        let taken = if entry.position == 0 || self.signed(kept, &entry) {
            self.history.take(&entry)
        } else {
            self.history.pass_over(&entry)
        };
        let (expected, found) = taken.err()?.expected_and_found();
        Some(("change of keys", expected, found))
    }

    fn signed(&self, kept: &impl KeptEntry, entry: &KeyEntry<'_>) -> bool {
        let signer = self.history.signer_for(entry.stream, entry.event, entry.payload);
        let signature = kept.signature().try_into().ok().map(SignatureBytes);
        let leaf = hash::leaf(kept.bytes());
        signer.zip(signature).is_some_and(|(signer, bytes)| signer.signed_leaf(&leaf, &bytes))
    }

    /// The key that must sign the entry at a place; none where no entry has named one.
    pub(super) fn at(&self, place: u64) -> Option<&PublicKey> {
        self.other_than_the_ledger_names().or_else(|| self.history.signer_of(place))
    }

    /// The keys of which one must have signed a checkpoint over so many entries.
    pub(super) fn at_size(&self, size: u64) -> Vec<&PublicKey> {
        match self.other_than_the_ledger_names() {
            Some(trusted) => vec![trusted],
            None => self.history.checkpoint_keys(size),
        }
    }

    /// The trusted key, unless the ledger itself begins with it.
    fn other_than_the_ledger_names(&self) -> Option<&PublicKey> {
        let named = self.history.periods().first().map(|period| &period.key);
        self.trusted.as_ref().filter(|trusted| named != Some(*trusted))
    }

    /// Everything that the entries shown so far say about keys.
    pub(super) fn history(&self) -> &KeyHistory {
        &self.history
    }

    /// Everything that the entries say about keys.
    pub(super) fn into_history(self) -> KeyHistory {
        self.history
    }
}

/// Looks at the sixth line of an entry only: few entries are the ledger's own, and parsing each one
/// here would keep the checking of all the others waiting.
fn stands_in_the_ledgers_own_stream(entry: &[u8]) -> bool {
    let stream = entry.split(|byte| *byte == b'\n').nth(5);
    stream.is_some_and(|line| line.starts_with(b"stream: ledger/"))
}

#[cfg(test)]
mod tests;
