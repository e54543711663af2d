//! Which key must sign which position. Nothing else of the verification knows how keys come and go.

use crate::entry;
use crate::key::PublicKey;
use crate::opened::LedgerOpened;

/// The keys of one ledger, as far as its entries have been shown, in position order.
#[derive(Debug, Clone, Default)]
pub(super) struct KeysInForce {
    first: Option<PublicKey>,
}

impl KeysInForce {
    /// Takes the first key from entry 0, which is then trusted to name itself.
    pub(super) fn named_by_the_ledger() -> Self {
        Self::default()
    }

    /// Shows the entry that stands at a place. Must be called for every entry, in order, before
    /// [`KeysInForce::at`] is asked about that place or a later one.
    pub(super) fn learn(&mut self, place: u64, bytes: &[u8]) {
        if place == 0 && self.first.is_none() {
            let opened =
                entry::parse(bytes).ok().and_then(|view| LedgerOpened::parse(view.payload).ok());
            self.first = opened.and_then(|opened| opened.key.key());
        }
    }

    /// The key that must sign the entry at a place; none where no entry has named one.
    pub(super) fn at(&self, _place: u64) -> Option<&PublicKey> {
        self.first.as_ref()
    }
}
