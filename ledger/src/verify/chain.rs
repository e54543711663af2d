//! What the entries add up to, in position order: chain, clock and tree.

use super::entries::{Checked, Fault, Said};
use super::finding::Findings;
use crate::LedgerId;
use crate::clock::Moment;
use crate::hash::Hash;
use crate::opened::{LEDGER_OPENED, LEDGER_STREAM};
use crate::tree::Frontier;

/// What the entries so far add up to.
#[derive(Debug)]
pub(super) struct Chain {
    ledger: LedgerId,
    next: u64,
    previous: Hash,
    recorded: Moment,
    frontier: Frontier,
    signatures: u64,
    read: u64,
}

impl Chain {
    pub(super) fn new(ledger: LedgerId) -> Self {
        Self {
            ledger,
            next: 0,
            previous: Hash::ZERO,
            recorded: Moment::EARLIEST,
            frontier: Frontier::empty(),
            signatures: 0,
            read: 0,
        }
    }

    /// Goes on behind a head that is taken as given.
    pub(super) fn continuing(
        ledger: LedgerId,
        previous: Hash,
        recorded: Moment,
        frontier: Frontier,
    ) -> Self {
        let next = frontier.size();
        Self { ledger, next, previous, recorded, frontier, signatures: 0, read: 0 }
    }

    /// How many entries were taken.
    pub(super) fn entries(&self) -> u64 {
        self.read
    }

    /// How many of them are signed by the key in force.
    pub(super) fn signatures(&self) -> u64 {
        self.signatures
    }

    /// The place after the last entry.
    pub(super) fn size(&self) -> u64 {
        self.next
    }

    /// Leaf hash of the last entry.
    pub(super) fn head(&self) -> Hash {
        self.previous
    }

    /// The latest time of an entry.
    pub(super) fn recorded(&self) -> Moment {
        self.recorded
    }

    /// The tree over all entries.
    pub(super) fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// Takes the next entry in order of place.
    pub(super) fn take(&mut self, checked: &Checked, findings: &mut Findings) {
        if let Some(said) = &checked.said {
            self.take_said(said, Some(checked.place), findings);
        }
        if checked.signed {
            self.signatures = self.signatures.saturating_add(1);
        }
        let previous = checked.said.as_ref().map(|said| said.previous);
        self.link(checked.place, checked.leaf, previous, &checked.faults, findings);
    }

    /// Takes the next entry in order of place, of which only its links are known: its leaf, and
    /// what it names as the leaf before, if that can be read.
    pub(super) fn link(
        &mut self,
        place: u64,
        leaf: Hash,
        previous: Option<Hash>,
        faults: &[Fault],
        findings: &mut Findings,
    ) {
        self.read = self.read.saturating_add(1);
        let at = Some(place);
        if place != self.next {
            findings.add(at, "positions without gaps", self.next, place);
        }
        if let Some(previous) = previous
            && previous != self.previous
        {
            findings.add(at, "chain: leaf of the entry before", self.previous, previous);
        }
        for (rule, expected, found) in faults {
            findings.add(at, rule, expected, found);
        }
        self.previous = leaf;
        self.frontier.append(leaf);
        self.next = place.saturating_add(1);
    }

    fn take_said(&mut self, said: &Said, at: Option<u64>, findings: &mut Findings) {
        if said.ledger != self.ledger {
            findings.add(at, "ledger", &self.ledger, &said.ledger);
        }
        if said.recorded < self.recorded {
            findings.add(
                at,
                "recorded never goes back",
                format!("{} or later", self.recorded),
                said.recorded,
            );
        }
        self.recorded = self.recorded.max(said.recorded);
        let opening = said.event.as_str() == LEDGER_OPENED && said.stream.kind() == LEDGER_STREAM;
        if opening != (said.position == 0) {
            findings.add(
                at,
                "the ledger is opened at position 0 and only there",
                LEDGER_OPENED,
                &said.event,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::hash;

    #[test]
    fn a_chain_goes_on_where_its_head_stands_and_counts_only_what_it_takes_itself() {
        let [first, second, third] = [&b"1"[..], b"2", b"3"].map(hash::leaf);
        let mut tree = Frontier::empty();
        [first, second].iter().for_each(|leaf| tree.append(*leaf));
        let ledger = LedgerId::parse("cn-320404").unwrap();
        let recorded = Moment::from_micros(7).unwrap();
        let mut chain = Chain::continuing(ledger, second, recorded, tree.clone());
        assert_eq!((chain.size(), chain.entries()), (2, 0));
        assert_eq!((chain.head(), chain.recorded()), (second, recorded));
        let mut findings = Findings::default();
        chain.link(2, third, Some(second), &[], &mut findings);
        tree.append(third);
        assert_eq!((chain.size(), chain.entries(), chain.head()), (3, 1, third));
        assert_eq!(chain.frontier(), &tree);
        assert_eq!(findings.into_sorted().1, 0);
    }
}
