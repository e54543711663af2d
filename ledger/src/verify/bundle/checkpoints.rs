//! The tree of the entries against checkpoints: those in the bundle, and those that the auditor kept.

use std::collections::{BTreeMap, BTreeSet, btree_set};
use std::iter::Peekable;

use super::{ComparedCheckpoint, NamedNote};
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::Hash;
use crate::identifier::canonical_number;
use crate::tree::Frontier;
use crate::verify::finding::Findings;
use crate::verify::keys_in_force::KeysInForce;

/// Sizes at which roots are wanted.
pub(super) type Sizes = BTreeSet<u64>;

/// The sizes that notes name. They are not trusted, only looked at.
pub(super) fn sizes<'a>(notes: impl Iterator<Item = &'a NamedNote>) -> Sizes {
    notes.filter_map(|named| size_of(text(named)?)).collect()
}

fn text(named: &NamedNote) -> Option<&str> {
    std::str::from_utf8(&named.note).ok()
}

/// The second line of a checkpoint.
fn size_of(note: &str) -> Option<u64> {
    note.split('\n').nth(1).and_then(canonical_number)
}

/// Roots of the tree at the wanted sizes.
pub(super) struct Roots {
    wanted: Peekable<btree_set::IntoIter<u64>>,
    seen: BTreeMap<u64, Hash>,
}

impl Roots {
    pub(super) fn new(wanted: Sizes) -> Self {
        Self { wanted: wanted.into_iter().peekable(), seen: BTreeMap::new() }
    }

    /// Shows the tree at the next size, beginning with the empty one.
    pub(super) fn see(&mut self, tree: &Frontier) {
        if self.wanted.next_if_eq(&tree.size()).is_some() {
            self.seen.insert(tree.size(), tree.root());
        }
    }
}

/// What checkpoints are compared with.
pub(super) struct History<'a> {
    pub(super) origin: &'a str,
    pub(super) keys: &'a KeysInForce,
    pub(super) roots: &'a Roots,
    /// How many entries were read.
    pub(super) entries: u64,
    /// How many there must be.
    pub(super) size: u64,
}

impl History<'_> {
    /// Every checkpoint of the bundle must be signed, named by its size and lie on this history,
    /// and one must stand over all of it.
    pub(super) fn compare_bundled(
        &self,
        notes: &[NamedNote],
        findings: &mut Findings,
    ) -> Vec<ComparedCheckpoint> {
        let compare = |named| self.compare(named, "checkpoint of the bundle", findings);
        let mut compared: Vec<_> = notes.iter().filter_map(compare).collect();
        for ComparedCheckpoint { name, size } in &compared {
            let expected = format!("checkpoints/{size}");
            if *name != expected {
                findings.add(None, "name of a checkpoint of the bundle", expected, name);
            }
        }
        if !compared.iter().any(|checkpoint| checkpoint.size == self.size) {
            let expected = format!("a checkpoint over all {} entries", self.size);
            findings.add(None, "checkpoint of the bundle", expected, "none that is right");
        }
        compared.sort_by_key(|checkpoint| checkpoint.size);
        compared
    }

    /// Every checkpoint that the auditor kept must lie on this history.
    pub(super) fn compare_kept(
        &self,
        notes: &[NamedNote],
        findings: &mut Findings,
    ) -> Vec<ComparedCheckpoint> {
        notes.iter().filter_map(|named| self.compare(named, "kept checkpoint", findings)).collect()
    }

    fn compare(
        &self,
        named: &NamedNote,
        rule: &'static str,
        findings: &mut Findings,
    ) -> Option<ComparedCheckpoint> {
        let name = &named.name;
        let checkpoint = match self.open(named) {
            Ok(checkpoint) => checkpoint,
            Err(error) => {
                let expected = format!("{name} signed by the key of {}", self.origin);
                findings.add(None, rule, expected, error);
                return None;
            }
        };
        let size = checkpoint.size;
        let Some(root) = self.roots.seen.get(&size) else {
            let expected = format!("the {size} entries that {name} stands over");
            let found = format!("{}: the bundle is older or was cut short", self.entries);
            findings.add(None, rule, expected, found);
            return None;
        };
        if *root == checkpoint.root {
            return Some(ComparedCheckpoint { name: name.clone(), size });
        }
        let expected = format!("the root of {name} at size {size}, {}", checkpoint.root);
        findings.add(None, rule, expected, format!("{root}: another history"));
        None
    }

    /// Reads the note and checks that a key in force at its size signed it.
    fn open(&self, named: &NamedNote) -> Result<Checkpoint, CheckpointError> {
        let note = text(named).ok_or(CheckpointError::Malformed("UTF-8"))?;
        let mut outcome = Err(CheckpointError::NotSigned);
        for key in self.keys.at_size(size_of(note).unwrap_or_default()) {
            outcome = Checkpoint::open(note, self.origin, key);
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }
}
