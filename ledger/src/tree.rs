//! The Merkle tree of RFC 6962 section 2.1 over the leaf hashes, in position order, kept as its
//! frontier: the roots of the complete subtrees, the largest first. One hash for each one-bit of
//! the size, so appending costs about two hashes and the root at most sixty.
//!
//! Proofs are planned, assembled and checked in `tree/proof.rs`, from the roots of complete
//! subtrees (`tree/subtree.rs`) that whoever keeps them hands in.

mod proof;
mod subtree;

#[cfg(test)]
pub(crate) mod definition;

pub use proof::{ProofPlan, consistency_plan, consistent, included, inclusion_plan, root_plan};
pub use subtree::Subtree;

use crate::hash::{self, Hash};

/// The tree's right edge, enough to append and to give the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    subtrees: Vec<Hash>,
}

impl Frontier {
    /// The tree of nothing.
    pub fn empty() -> Self {
        Self { size: 0, subtrees: Vec::new() }
    }

    /// The frontier of a tree of that size from the roots that [`root_plan`] asks for, in its order;
    /// `None` when their number does not fit the size.
    pub fn at(size: u64, subtrees: Vec<Hash>) -> Option<Self> {
        let fits = u32::try_from(subtrees.len()) == Ok(size.count_ones());
        fits.then_some(Self { size, subtrees })
    }

    /// Takes back what [`Frontier::to_bytes`] gave; `None` when it does not fit the size.
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Option<Self> {
        let (chunks, rest) = bytes.as_chunks::<32>();
        let subtrees = chunks.iter().map(|chunk| Hash::from_bytes(*chunk)).collect();
        rest.is_empty().then(|| Self::at(size, subtrees))?
    }

    /// The subtree roots, 32 bytes each, the largest first.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.subtrees.iter().flat_map(|subtree| *subtree.as_bytes()).collect()
    }

    /// How many leaves it holds.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds the leaf of the entry at position [`Frontier::size`].
    pub fn append(&mut self, leaf: Hash) {
        let mut right = leaf;
        // As many complete subtrees merge as the size has trailing one-bits.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                right = hash::node(&left, &right);
            }
        }
        self.subtrees.push(right);
        self.size = self.size.saturating_add(1);
    }

    /// The tree's root; SHA-256 of nothing for the empty tree, as the RFC says.
    pub fn root(&self) -> Hash {
        subtree::join(&self.subtrees).unwrap_or_else(|| hash::plain(b""))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use sha2::Sha256;

    use super::definition::Definition;
    use super::*;

    #[test]
    fn the_root_is_the_one_of_the_definition_for_every_size_up_to_1100() {
        let mut frontier = Frontier::empty();
        let tree = Definition::numbered(1100);
        assert_eq!(frontier.root(), tree.root(0..0));
        for position in 0..1100 {
            frontier.append(tree.leaf(position));
            assert_eq!(frontier.root(), tree.root(0..position + 1), "size {}", position + 1);
            let again = Frontier::from_bytes(frontier.size(), &frontier.to_bytes()).unwrap();
            assert_eq!(again, frontier);
        }
    }

    #[test]
    fn another_library_gives_the_same_roots() {
        let mut frontier = Frontier::empty();
        let mut other = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        for n in 0..300u32 {
            frontier.append(hash::leaf(&n.to_be_bytes()));
            other.push(n.to_be_bytes().to_vec());
            assert_eq!(frontier.root().as_bytes().as_slice(), other.root().as_bytes().as_slice());
        }
    }

    #[test]
    fn a_frontier_made_of_subtree_roots_is_the_one_that_grew() {
        let tree = Definition::numbered(300);
        let mut grown = Frontier::empty();
        assert_eq!(Frontier::at(0, Vec::new()), Some(Frontier::empty()));
        for position in 0..300 {
            grown.append(tree.leaf(position));
            let plan = root_plan(grown.size()).unwrap();
            let roots: Vec<Hash> = plan.needed().iter().map(|one| tree.subtree(*one)).collect();
            assert_eq!(Frontier::at(grown.size(), roots).as_ref(), Some(&grown));
        }
    }

    #[test]
    fn a_frontier_of_another_size_is_refused() {
        assert_eq!(Frontier::from_bytes(3, &[0; 32]), None);
        assert_eq!(Frontier::from_bytes(1, &[0; 31]), None);
        assert_eq!(Frontier::from_bytes(1, &[0; 33]), None);
        assert_eq!(Frontier::at(2, vec![Hash::ZERO; 2]), None);
        assert_eq!(Frontier::at(0, vec![Hash::ZERO]), None);
        assert!(Frontier::from_bytes(0, &[]).is_some());
    }
}
