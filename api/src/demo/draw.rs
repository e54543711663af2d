//! The demo's own dice. The same purpose always throws the same numbers, on every machine and in
//! every release, so the demo's ledger is always the same input. Nothing secret rests on it.

/// SplitMix64 (Steele, Lea and Flood 2014): one 64-bit state, advanced by a constant and mixed.
pub(super) struct Draw {
    state: u64,
}

impl Draw {
    /// Dice for one purpose. Each part of the plan has its own, so that a change in one part leaves
    /// the numbers of all others as they were. The seed is the FNV-1a hash of the purpose.
    pub(super) fn for_purpose(purpose: &str) -> Self {
        let state = purpose.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self { state }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to but not including `limit`; 0 where the limit is 0. The bias of the
    /// remainder is below one in 10^12 for the limits used here.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).unwrap_or(u64::MAX);
        let drawn = self.next().checked_rem(limit).unwrap_or(0);
        usize::try_from(drawn).unwrap_or(0)
    }

    /// True in `per_mille` of 1,000 throws.
    pub(super) fn chance(&mut self, per_mille: usize) -> bool {
        self.below(1000) < per_mille
    }

    /// The place of one of the weights, as often as its weight says; the last where all are 0.
    pub(super) fn weighted(&mut self, weights: &[usize]) -> usize {
        let mut thrown = self.below(weights.iter().sum());
        for (place, weight) in weights.iter().enumerate() {
            match thrown.checked_sub(*weight) {
                Some(rest) => thrown = rest,
                None => return place,
            }
        }
        weights.len().saturating_sub(1)
    }
}
