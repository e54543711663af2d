//! The checkpoints that signed commands name against the tree that the entries give.

use std::collections::{BTreeMap, btree_map};
use std::iter::Peekable;

use crate::hash::Hash;
use crate::tree::Frontier;
use crate::verify::finding::Findings;

const RULE: &str = "signed command: checkpoint";

/// Size and root of each checkpoint that is named, with the position of the first entry that relies
/// on it. About 100 bytes for each: officers sign on the latest checkpoint, of which there is at most
/// one a second.
#[derive(Debug, Default)]
pub(in crate::verify) struct NamedCheckpoints(BTreeMap<(u64, Hash), u64>);

impl NamedCheckpoints {
    /// `size` must be at least 1.
    pub(in crate::verify) fn add(&mut self, size: u64, root: Hash, position: u64) {
        let first = self.0.entry((size, root)).or_insert(position);
        *first = position.min(*first);
    }

    pub(super) fn append(&mut self, other: Self) {
        other.0.into_iter().for_each(|((size, root), at)| self.add(size, root, at));
    }

    /// The largest size that is named; `None` where there is nothing to compare.
    pub(in crate::verify) fn largest(&self) -> Option<u64> {
        self.0.last_key_value().map(|((size, _), _)| *size)
    }

    /// Size, root and the position that relies on them, by size.
    pub(in crate::verify) fn iter(&self) -> impl Iterator<Item = (u64, Hash, u64)> + '_ {
        self.0.iter().map(|((size, root), position)| (*size, *root, *position))
    }
}

/// Goes along the leaves from position 0 and compares the roots.
pub(in crate::verify) struct RootComparison {
    tree: Frontier,
    named: Peekable<btree_map::IntoIter<(u64, Hash), u64>>,
}

impl RootComparison {
    pub(in crate::verify) fn of(named: NamedCheckpoints) -> Self {
        Self { tree: Frontier::empty(), named: named.0.into_iter().peekable() }
    }

    /// Takes the leaf of the next position.
    pub(in crate::verify) fn take(&mut self, leaf: Hash, findings: &mut Findings) {
        self.tree.append(leaf);
        let size = self.tree.size();
        let mut root = None;
        while let Some(((_, named), position)) = self.named.next_if(|((at, _), _)| *at == size) {
            let root = *root.get_or_insert_with(|| self.tree.root());
            if named != root {
                differs(position, size, root, named, findings);
            }
        }
    }

    /// After the last leaf: what is named beyond it has no root.
    pub(in crate::verify) fn finish(self, findings: &mut Findings) {
        let entries = self.tree.size();
        for ((size, root), position) in self.named {
            let expected = format!("at most {entries} entries, as many as there are");
            findings.add(Some(position), RULE, expected, format!("{root} at {size} entries"));
        }
    }
}

/// An entry relies on a checkpoint that is not on this history.
pub(in crate::verify) fn differs(
    position: u64,
    size: u64,
    root: Hash,
    named: Hash,
    findings: &mut Findings,
) {
    let expected = format!("{root} at {size} entries, as the entries give");
    findings.add(Some(position), RULE, expected, named);
}
