//! The Merkle tree of RFC 6962 section 2.1 over the leaf hashes, in position order, kept as its
//! frontier: the roots of the complete subtrees, the largest first. One hash for each one-bit of
//! the size, so appending costs about two hashes and the root at most sixty.

use crate::hash::{self, Hash};

/// The tree's right edge, enough to append and to give the root.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    subtrees: Vec<Hash>,
}

impl Frontier {
    /// The tree of nothing.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Takes back what [`Frontier::to_bytes`] gave; `None` when it does not fit the size.
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Option<Self> {
        let (chunks, rest) = bytes.as_chunks::<32>();
        let fits = rest.is_empty() && u32::try_from(chunks.len()) == Ok(size.count_ones());
        fits.then(|| Self { size, subtrees: chunks.iter().map(|c| Hash::from_bytes(*c)).collect() })
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
        let mut smallest_first = self.subtrees.iter().rev();
        match smallest_first.next() {
            None => hash::plain(b""),
            Some(first) => smallest_first.fold(*first, |right, left| hash::node(left, &right)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use sha2::Sha256;

    use super::*;

    /// The definition of RFC 6962 section 2.1, word for word.
    fn root_by_definition(leaves: &[Hash]) -> Hash {
        match leaves.len() {
            0 => hash::plain(b""),
            1 => leaves[0],
            n => {
                let k = n.next_power_of_two() / 2;
                hash::node(&root_by_definition(&leaves[..k]), &root_by_definition(&leaves[k..]))
            }
        }
    }

    #[test]
    fn the_root_is_the_one_of_the_definition_for_every_size_up_to_1100() {
        let mut frontier = Frontier::empty();
        let mut leaves = Vec::new();
        assert_eq!(frontier.root(), root_by_definition(&leaves));
        for n in 0..1100u32 {
            leaves.push(hash::leaf(&n.to_be_bytes()));
            frontier.append(*leaves.last().unwrap());
            assert_eq!(frontier.root(), root_by_definition(&leaves), "size {}", leaves.len());
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
    fn a_frontier_of_another_size_is_refused() {
        assert_eq!(Frontier::from_bytes(3, &[0; 32]), None);
        assert_eq!(Frontier::from_bytes(1, &[0; 31]), None);
        assert!(Frontier::from_bytes(0, &[]).is_some());
    }
}
