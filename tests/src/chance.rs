//! Chance that can be had again: what a test found once, it finds again with the same seed.

use std::time::Duration;

use api::clock::MachineClock;
use ledger::clock::Clock;

/// Where a seed can be given again.
const SEED: &str = "MINGZHANG_SEED";

/// Numbers that look like chance and follow from the seed (SplitMix64).
pub struct Chance(u64);

impl Chance {
    /// With the seed of the environment or another one each time; the seed is printed, and `cargo
    /// test` shows it where the test fails.
    pub fn printed() -> Self {
        let given = std::env::var(SEED).ok().map(|seed| seed.parse().unwrap());
        let now = MachineClock.now().micros();
        let seed = given.unwrap_or_else(|| now.unsigned_abs());
        eprintln!("{SEED}={seed}");
        Self(seed)
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    /// Once in so many times.
    pub fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// A time below so many milliseconds, to the microsecond.
    pub fn time(&mut self, milliseconds: u64) -> Duration {
        Duration::from_micros(self.below(milliseconds * 1000))
    }
}
