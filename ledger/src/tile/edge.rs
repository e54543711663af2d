//! The tree's right edge as tiles: what must be held to append leaves, to give out each tile as it
//! fills, and to tell the root at any moment.

use super::{TileId, WIDTH, root_of};
use crate::hash::Hash;
use crate::tree::Frontier;

/// A tile with all its 256 hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FullTile {
    /// Which one.
    pub id: TileId,
    /// The hashes, from left to right.
    pub hashes: Vec<Hash>,
    /// Root of the subtree over them: a hash of the level above.
    pub root: Hash,
}

/// The partial tile of each level, the lowest first. At most 255 hashes a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileEdge {
    size: u64,
    levels: Vec<Vec<Hash>>,
}

impl TileEdge {
    /// The edge of the tree of nothing.
    pub fn empty() -> Self {
        Self { size: 0, levels: Vec::new() }
    }

    /// How many hashes each level's partial tile has in a tree of this size, the lowest first.
    pub fn widths(size: u64) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(size), |left| Some(left / WIDTH))
            .take_while(|left| *left > 0)
            // Below 256, which fits any usize.
            .map(|left| usize::try_from(left % WIDTH).unwrap_or(0))
    }

    /// Takes the partial tiles of a tree of this size, the lowest first; `None` when they do not
    /// fit it.
    pub fn from_partial_tiles(size: u64, levels: Vec<Vec<Hash>>) -> Option<Self> {
        let fits = Self::widths(size).eq(levels.iter().map(Vec::len));
        fits.then_some(Self { size, levels })
    }

    /// How many leaves it stands over.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds the leaf at position [`TileEdge::size`]; tiles that it fills are added to `full`, the
    /// lowest first.
    pub fn append(&mut self, leaf: Hash, full: &mut Vec<FullTile>) {
        self.size = self.size.saturating_add(1);
        let mut carried = Some(leaf);
        let mut count = self.size;
        for level in 0u8.. {
            let Some(hash) = carried.take() else { return };
            let at = usize::from(level);
            if self.levels.len() <= at {
                self.levels.push(Vec::new());
            }
            let Some(hashes) = self.levels.get_mut(at) else { return };
            hashes.push(hash);
            if count.is_multiple_of(WIDTH) {
                let hashes = std::mem::take(hashes);
                count /= WIDTH;
                let id = TileId { level, index: count.saturating_sub(1) };
                // A full tile has 256 hashes, a power of two.
                let root = root_of(&hashes).unwrap_or(Hash::ZERO);
                full.push(FullTile { id, hashes, root });
                carried = Some(root);
            }
        }
    }

    /// The same edge as the roots of complete subtrees.
    pub fn frontier(&self) -> Frontier {
        let mut subtrees = Vec::new();
        for hashes in self.levels.iter().rev() {
            let mut rest = hashes.as_slice();
            // The largest power of two that still fits is the largest complete subtree.
            while let Some(bit) = rest.len().checked_ilog2() {
                let Some((complete, others)) = rest.split_at_checked(1 << bit) else { break };
                subtrees.extend(root_of(complete));
                rest = others;
            }
        }
        let bytes: Vec<u8> = subtrees.iter().flat_map(|hash| *hash.as_bytes()).collect();
        // The widths are the digits of the size, so there is one subtree for each of its one-bits.
        Frontier::from_bytes(self.size, &bytes).unwrap_or_else(Frontier::empty)
    }

    /// The tree's root.
    pub fn root(&self) -> Hash {
        self.frontier().root()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::hash;

    fn leaf(n: u64) -> Hash {
        hash::leaf(&n.to_be_bytes())
    }

    #[test]
    fn frontier_and_root_are_the_trees_at_every_size() {
        let (mut edge, mut frontier) = (TileEdge::empty(), Frontier::empty());
        assert_eq!(edge.root(), frontier.root());
        let mut full = Vec::new();
        for n in 0..66_000 {
            edge.append(leaf(n), &mut full);
            frontier.append(leaf(n));
            if n < 1_100 || (65_500..65_600).contains(&n) {
                assert_eq!(edge.frontier(), frontier, "size {}", n + 1);
            }
            let again = TileEdge::from_partial_tiles(edge.size(), edge.levels.clone());
            assert_eq!(again.as_ref(), Some(&edge));
            assert_eq!(edge.size(), n + 1);
        }
        assert_eq!(full.iter().filter(|tile| tile.id.level == 0).count(), 257);
        assert_eq!(full.iter().filter(|tile| tile.id.level == 1).count(), 1);
    }

    #[test]
    fn tiles_come_out_as_they_fill() {
        let mut edge = TileEdge::empty();
        let mut full = Vec::new();
        for n in 0..255 {
            edge.append(leaf(n), &mut full);
        }
        assert!(full.is_empty());
        edge.append(leaf(255), &mut full);
        assert_eq!(full.len(), 1);
        assert_eq!(full[0].id, TileId { level: 0, index: 0 });
        assert_eq!(full[0].hashes, (0..256).map(leaf).collect::<Vec<_>>());
        assert_eq!(full[0].root, edge.root());
        for n in 256..65_536 {
            edge.append(leaf(n), &mut full);
        }
        let last = full.last().unwrap();
        assert_eq!(last.id, TileId { level: 1, index: 0 });
        assert_eq!(last.root, edge.root());
        assert_eq!(full[full.len() - 2].id, TileId { level: 0, index: 255 });
    }

    #[test]
    fn partial_tiles_of_another_size_are_refused() {
        assert_eq!(TileEdge::from_partial_tiles(2, vec![vec![leaf(0)]]), None);
        assert_eq!(TileEdge::from_partial_tiles(256, vec![vec![]]), None);
        assert!(TileEdge::from_partial_tiles(256, vec![vec![], vec![leaf(0)]]).is_some());
        assert!(TileEdge::from_partial_tiles(0, vec![]).is_some());
    }
}
