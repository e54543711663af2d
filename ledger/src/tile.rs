//! The tree cut into tiles of 256 hashes, height 8, as C2SP `tlog-tiles` names them. At level 0 the
//! hashes are leaves; above, each is the root of a full tile one level below. A tile that is full
//! never changes.

pub mod edge;
#[cfg(feature = "database")]
pub mod store;

use std::ops::Range;

use crate::hash::{self, Hash};
use crate::identifier::canonical_number;
use crate::tree::Subtree;

/// How many hashes a full tile has, and how many entries a full bundle.
pub const WIDTH: u64 = 256;

/// How many levels of the tree one level of tiles stands for.
const HEIGHT: u8 = 8;

/// The highest level that a path may name.
const HIGHEST_LEVEL: u8 = 63;

/// Which tile of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileId {
    /// Level of tiles, from 0; trees of up to 2^64 - 1 leaves have hashes at levels 0 to 7.
    pub level: u8,
    /// Which of its level, from 0.
    pub index: u64,
}

impl TileId {
    /// How many hashes of this tile a tree of that size has: 0 where it does not exist yet, 256
    /// where it is full.
    pub fn width_at(&self, size: u64) -> u16 {
        let before = self.index.saturating_mul(WIDTH);
        let here = hashes_at(self.level, size).saturating_sub(before).min(WIDTH);
        u16::try_from(here).unwrap_or(u16::MAX)
    }

    /// The path below `tile/`: `0/x001/x234/067` of a full tile, with `.p/112` after it where the
    /// width is below 256. There is no tile of width 0, and its path is one that nobody accepts.
    pub fn path(&self, width: u16) -> String {
        format!("{}/{}", self.level, index_path(self.index, width))
    }

    /// Reads what [`TileId::path`] writes, with the width; `None` for any other spelling, for a
    /// level above 63 and a width outside 1 to 256. The tile need not exist in any tree.
    pub fn parse(path: &str) -> Option<(Self, u16)> {
        let (level, rest) = path.split_once('/')?;
        let level = canonical_number(level).and_then(|level| u8::try_from(level).ok())?;
        let (index, width) = parse_index(rest)?;
        (level <= HIGHEST_LEVEL).then_some((Self { level, index }, width))
    }

    /// The tile whose hashes at these places, at most 128 and their number a power of two, have the
    /// subtree's root as theirs ([`root_of`]). It has them in every tree that has the subtree.
    pub fn of(subtree: Subtree) -> (Self, Range<usize>) {
        let level = subtree.level / HEIGHT;
        let height = subtree.level % HEIGHT;
        // The subtree has 2^height hashes of the tile, so the tile has room for so many like it.
        let room = WIDTH.unbounded_shr(u32::from(height)).max(1);
        let index = subtree.index.checked_div(room).unwrap_or_default();
        let within = subtree.index.checked_rem(room).unwrap_or_default();
        let count = 1_usize.unbounded_shl(u32::from(height));
        let start = usize::try_from(within).unwrap_or_default().saturating_mul(count);
        (Self { level, index }, start..start.saturating_add(count))
    }

    /// The subtree whose root the hash at that place is. `None` for a place outside 0 to 255, and
    /// where no tree of at most 2^64 - 1 leaves has it.
    pub fn subtree(&self, place: usize) -> Option<Subtree> {
        let place = u64::try_from(place).ok().filter(|place| *place < WIDTH)?;
        let index = self.index.checked_mul(WIDTH)?.checked_add(place)?;
        let subtree = Subtree { level: self.level.checked_mul(HEIGHT)?, index };
        subtree.leaves().map(|_| subtree)
    }
}

/// The tiles of one level that become full when a tree grows from the old to the new size.
pub fn filled(level: u8, old_size: u64, new_size: u64) -> Range<u64> {
    let above = level.saturating_add(1);
    let first = hashes_at(above, old_size);
    first..hashes_at(above, new_size).max(first)
}

/// The root over hashes of which the first stands at a multiple of their number: all of a full tile,
/// or those that [`TileId::of`] names. `None` unless their number is a power of two.
pub fn root_of(hashes: &[Hash]) -> Option<Hash> {
    if !hashes.len().is_power_of_two() {
        return None;
    }
    let mut level = hashes.to_vec();
    while level.len() > 1 {
        let (pairs, _) = level.as_chunks::<2>();
        level = pairs.iter().map(|[left, right]| hash::node(left, right)).collect();
    }
    level.first().copied()
}

/// How many hashes all tiles of a level have together: floor(size / 256^level).
fn hashes_at(level: u8, size: u64) -> u64 {
    size.unbounded_shr(u32::from(level).saturating_mul(u32::from(HEIGHT)))
}

/// An index in groups of three digits, all but the last marked by `x`, and the width of a partial
/// tile or bundle.
fn index_path(index: u64, width: u16) -> String {
    let mut path = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    if u64::from(width) < WIDTH {
        path = format!("{path}.p/{width}");
    }
    path
}

/// Reads what [`index_path`] writes for a width from 1 to 256.
fn parse_index(path: &str) -> Option<(u64, u16)> {
    let (groups, width) = match path.split_once(".p/") {
        Some((groups, width)) => (groups, canonical_number(width)?),
        None => (path, WIDTH),
    };
    let digits = groups.split('/').try_fold(0_u64, |index, group| {
        let digits = group.strip_prefix('x').unwrap_or(group);
        let group = digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(digits)?;
        index.checked_mul(1000)?.checked_add(group.parse().ok()?)
    });
    let (index, width) = (digits?, u16::try_from(width).ok().filter(|width| *width > 0)?);
    // Whatever was lenient above is caught here: only one spelling is right.
    (index_path(index, width) == path).then_some((index, width))
}

#[cfg(test)]
mod tests;
