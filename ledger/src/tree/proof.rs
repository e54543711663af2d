//! Proofs over the tree: that an entry is in it, and that one tree is the beginning of another.
//!
//! Making a proof is split in two, so that whoever holds the hashes is asked only once: a plan
//! names the subtree roots, and the proof is assembled from them. Checking needs no plan and
//! trusts nothing that it is given.

use std::ops::Range;

use super::subtree::{self, Subtree};
use crate::hash::{self, Hash};

/// Which subtree roots a proof is made of, so that whoever holds them (tiles, entries, memory) can
/// be asked for all at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofPlan {
    needed: Vec<Subtree>,
    /// How many of the needed roots, in their order, make up each hash of the proof.
    parts: Vec<usize>,
}

impl ProofPlan {
    fn of(nodes: impl IntoIterator<Item = Range<u64>>) -> Self {
        let mut plan = Self { needed: Vec::new(), parts: Vec::new() };
        for leaves in nodes {
            let before = plan.needed.len();
            plan.needed.extend(subtree::complete(leaves));
            plan.parts.push(plan.needed.len().saturating_sub(before));
        }
        plan
    }

    /// The subtrees whose roots are asked for: all complete in the tree, none twice, and at most
    /// twice as many as the bits of its size.
    pub fn needed(&self) -> &[Subtree] {
        &self.needed
    }

    /// The hashes of the proof, in the order of the RFC. The roots come in the order of
    /// [`ProofPlan::needed`]; `None` unless there are as many.
    pub fn assemble(&self, roots: &[Hash]) -> Option<Vec<Hash>> {
        let mut rest = (roots.len() == self.needed.len()).then_some(roots)?;
        let mut next = |count: usize| {
            let (node, after) = rest.split_at_checked(count)?;
            rest = after;
            subtree::join(node)
        };
        self.parts.iter().map(|count| next(*count)).collect()
    }
}

/// What proves that the leaf at a position is in the tree of that size: the audit path of
/// RFC 6962 section 2.1.1, the leaf's neighbour first. `None` unless the position is below the size.
pub fn inclusion_plan(position: u64, size: u64) -> Option<ProofPlan> {
    let mut leaves = (position < size).then_some(0..size)?;
    let mut siblings = Vec::new();
    while let Some((left, right)) = subtree::halves(&leaves) {
        let (towards, sibling) =
            if right.contains(&position) { (right, left) } else { (left, right) };
        siblings.push(sibling);
        leaves = towards;
    }
    Some(ProofPlan::of(siblings.into_iter().rev()))
}

/// What proves that the tree of the old size is the beginning of the new one: RFC 6962 section
/// 2.1.2. Empty for equal sizes. `None` unless the old size is at least 1 and at most the new one.
pub fn consistency_plan(old: u64, new: u64) -> Option<ProofPlan> {
    let mut leaves = (1..=new).contains(&old).then_some(0..new)?;
    let mut nodes = Vec::new();
    while leaves.end != old
        && let Some((left, right)) = subtree::halves(&leaves)
    {
        let (towards, sibling) = if old > left.end { (right, left) } else { (left, right) };
        nodes.push(sibling);
        leaves = towards;
    }
    // Where the walk never turned right, this node is the old root, which the checker has.
    if leaves.start > 0 {
        nodes.push(leaves);
    }
    Some(ProofPlan::of(nodes.into_iter().rev()))
}

/// The root of the tree at that size as the only hash. The subtrees are those of the frontier, in
/// its order. `None` for the empty tree.
pub fn root_plan(size: u64) -> Option<ProofPlan> {
    (size > 0).then(|| ProofPlan::of(std::iter::once(0..size)))
}

/// Whether the path proves that the leaf is at the position in the tree of that size and root:
/// RFC 9162 section 2.1.3.2. Any numbers and any length of path are answered in at most 64 steps.
///
/// Size and root must come from the same checkpoint: a path does not bind the size by itself.
pub fn included(leaf: &Hash, position: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if position >= size {
        return false;
    }
    let mut climb = Climb { node: position, last: size.saturating_sub(1) };
    let mut hash = *leaf;
    for sibling in path {
        hash = match climb.step() {
            Some(Side::Left) => hash::node(sibling, &hash),
            Some(Side::Right) => hash::node(&hash, sibling),
            None => return false,
        };
    }
    climb.arrived() && hash == *root
}

/// Whether the path proves that the tree of the old size and root is the beginning of the tree of
/// the new size and root: RFC 9162 section 2.1.4.2. Equal sizes need equal roots and no path;
/// an old size of 0 proves nothing and is refused. Answers in at most 64 steps.
///
/// Each size and its root must come from the same checkpoint, as for [`included`].
pub fn consistent(old: u64, old_root: &Hash, new: u64, new_root: &Hash, path: &[Hash]) -> bool {
    if old == 0 || old > new {
        return false;
    }
    if old == new {
        return path.is_empty() && old_root == new_root;
    }
    // A complete old tree is itself the node that the climb begins at.
    let (start, rest) = match path.split_first() {
        None => return false,
        Some(_) if old.is_power_of_two() => (old_root, path),
        Some((first, rest)) => (first, rest),
    };
    let mut climb = Climb { node: old.saturating_sub(1), last: new.saturating_sub(1) };
    climb.rise(climb.node.trailing_ones());
    let (mut old_hash, mut new_hash) = (*start, *start);
    for sibling in rest {
        match climb.step() {
            Some(Side::Left) => {
                old_hash = hash::node(sibling, &old_hash);
                new_hash = hash::node(sibling, &new_hash);
            }
            Some(Side::Right) => new_hash = hash::node(&new_hash, sibling),
            None => return false,
        }
    }
    climb.arrived() && old_hash == *old_root && new_hash == *new_root
}

/// On which side of the climb the next hash of a path stands.
enum Side {
    Left,
    Right,
}

/// Where the climb to the root stands: `fn` and `sn` of RFC 9162, the index of the node and of the
/// last node on the same level.
struct Climb {
    node: u64,
    last: u64,
}

impl Climb {
    /// Goes up past the next sibling; `None` at the root, which has none.
    fn step(&mut self) -> Option<Side> {
        if self.arrived() {
            return None;
        }
        let is_right_child = self.node & 1 == 1;
        if is_right_child || self.node == self.last {
            // The last node of a level has no sibling until it is a right child.
            self.rise(self.node.trailing_zeros());
            self.rise(1);
            Some(Side::Left)
        } else {
            self.rise(1);
            Some(Side::Right)
        }
    }

    fn rise(&mut self, levels: u32) {
        self.node = self.node.unbounded_shr(levels);
        self.last = self.last.unbounded_shr(levels);
    }

    fn arrived(&self) -> bool {
        self.last == 0
    }
}

#[cfg(test)]
mod tests;
