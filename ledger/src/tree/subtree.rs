//! Complete subtrees: the pieces that every root and every proof is put together from. Their roots
//! never change while the tree grows, which is why they can be kept.

use std::ops::Range;

use crate::hash::{self, Hash};

/// A complete subtree: the leaves from `index`·2^`level` to (`index` + 1)·2^`level`, exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Subtree {
    /// Height above the leaves; a leaf is the subtree of level 0.
    pub level: u8,
    /// Which of its level, from 0.
    pub index: u64,
}

impl Subtree {
    /// Positions of its leaves; `None` for a subtree that no tree of at most 2^64 - 1 leaves has.
    pub fn leaves(&self) -> Option<Range<u64>> {
        let width = 1_u64.checked_shl(u32::from(self.level))?;
        let start = self.index.checked_mul(width)?;
        Some(start..start.checked_add(width)?)
    }
}

/// The two subtrees whose roots the root over these leaves is made of (RFC 6962 section 2.1): the
/// left one has the largest power of two that is smaller than their number. `None` below two.
pub(super) fn halves(leaves: &Range<u64>) -> Option<(Range<u64>, Range<u64>)> {
    let count = leaves.end.checked_sub(leaves.start)?;
    let left = (count >= 2).then(|| count.div_ceil(2).next_power_of_two())?;
    let middle = leaves.start.checked_add(left)?;
    Some((leaves.start..middle, middle..leaves.end))
}

/// The complete subtrees that leaves are made of, the largest first: one for each one-bit of their
/// number. The leaves must be some that [`halves`] gives, or begin at 0.
pub(super) fn complete(leaves: Range<u64>) -> impl Iterator<Item = Subtree> {
    let count = leaves.end.saturating_sub(leaves.start);
    let mut at = leaves.start;
    (0..64_u8).rev().filter_map(move |level| {
        let width = 1_u64.unbounded_shl(u32::from(level));
        (count & width != 0).then(|| {
            let index = at.unbounded_shr(u32::from(level));
            at = at.saturating_add(width);
            Subtree { level, index }
        })
    })
}

/// The root over complete subtrees that follow one another, the largest first; `None` over none.
pub(super) fn join(roots: &[Hash]) -> Option<Hash> {
    let (smallest, larger) = roots.split_last()?;
    Some(larger.iter().rev().fold(*smallest, |right, left| hash::node(left, &right)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_subtree_names_its_leaves_and_one_beyond_all_trees_has_none() {
        assert_eq!(Subtree { level: 0, index: 7 }.leaves(), Some(7..8));
        assert_eq!(Subtree { level: 3, index: 2 }.leaves(), Some(16..24));
        assert_eq!(Subtree { level: 63, index: 0 }.leaves(), Some(0..1 << 63));
        for (level, index) in [(63, 1), (64, 0), (255, 0), (1, u64::MAX), (0, u64::MAX)] {
            assert_eq!(Subtree { level, index }.leaves(), None, "{level} {index}");
        }
    }

    #[test]
    fn the_left_half_is_the_largest_smaller_power_of_two() {
        assert_eq!(halves(&(5..5)), None);
        assert_eq!(halves(&(4..5)), None);
        assert_eq!(halves(&(0..2)), Some((0..1, 1..2)));
        assert_eq!(halves(&(0..3)), Some((0..2, 2..3)));
        assert_eq!(halves(&(8..12)), Some((8..10, 10..12)));
        assert_eq!(halves(&(0..5)), Some((0..4, 4..5)));
        assert_eq!(halves(&(0..u64::MAX)), Some((0..1 << 63, 1 << 63..u64::MAX)));
    }

    #[test]
    fn complete_subtrees_cover_their_leaves_without_gap_or_overlap() {
        for end in [0, 1, 2, 3, 255, 256, 257, (1 << 53) - 1, 1 << 53, u64::MAX] {
            let mut at = 0;
            for subtree in complete(0..end) {
                let leaves = subtree.leaves().unwrap();
                assert_eq!(leaves.start, at);
                at = leaves.end;
            }
            assert_eq!(at, end);
        }
    }
}
