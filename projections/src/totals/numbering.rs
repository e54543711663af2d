//! Numbers for random ids, so that a person or household takes four bytes a payment and one bit a group.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use uuid::Uuid;

/// Stands where nobody is named.
pub(super) const NOBODY: u32 = u32::MAX;

/// The ids seen so far, numbered from 0 as they came.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    numbers: HashMap<Uuid, u32, BuildHasherDefault<IdHasher>>,
}

impl Numbering {
    /// The id's number, a new one where it was not seen before; `None` when four thousand million
    /// ids were.
    pub(super) fn number(&mut self, id: Option<Uuid>) -> Option<u32> {
        let Some(id) = id else { return Some(NOBODY) };
        let next = u32::try_from(self.numbers.len()).ok().filter(|next| *next < NOBODY)?;
        Some(*self.numbers.entry(id).or_insert(next))
    }

    /// How many ids there are; every number is below.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }
}

/// Ids are random or made by a keyed hash, so nobody chooses them: mixing the bits is enough.
#[derive(Default)]
pub(super) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            for (to, from) in word.iter_mut().zip(part) {
                *to = *from;
            }
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u64(&mut self, word: u64) {
        // The multiplier of SplitMix64; the shift brings high bits down to where tables look.
        let mixed = (self.0 ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 32);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(u64::try_from(number).unwrap_or(u64::MAX));
    }
}
