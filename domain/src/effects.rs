//! What an event does to the books: claims, postings and guards. Pure functions of the event, so the
//! ledger derives them when it writes and again when it verifies.

mod account;
mod claim;
#[cfg(test)]
mod tests;
mod unit;

use std::collections::BTreeMap;
use std::fmt;

pub use account::Account;
pub use claim::{Claim, Claimant, PaidMonth};
pub use unit::Unit;

use crate::money::Money;
use crate::payment::RecoverySums;

/// Everything that one event does beside standing in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Effects {
    /// Taken by this event: an append that finds one taken already is refused.
    pub claims: Vec<Claim>,
    /// Given back by this event: they may be claimed again.
    pub releases: Vec<Claim>,
    /// Moves between accounts, which sum to zero in each unit.
    pub postings: Vec<Posting>,
    /// Streams that must still stand where the decision saw them.
    pub guards: Vec<Guard>,
    /// The first event of the same stream, where this event repeats it and says what became of it.
    /// Without comparing the two, what is undone or answered would be whatever this event says.
    pub repeats_first: Option<RepeatsFirst>,
    /// Whether nothing may stand in the stream before this event.
    pub begins_stream: bool,
}

/// A repetition of the first event of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepeatsFirst {
    /// Its payload.
    pub payload: Vec<u8>,
    /// What had become of it when this event was decided.
    pub from: Fate,
    /// What has become of it now.
    pub to: Fate,
}

/// What became of what the first event of a stream recorded. `Display` writes all of it: two fates are the same
/// if their texts are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It stands as it was recorded; so it begins.
    Stands,
    /// A bank has carried it out.
    Settled,
    /// A bank gave it back, or a part of it.
    Returned {
        /// The part that reached the recipient and stays there.
        settled: Money,
    },
    /// Something of what reached the recipient was asked back.
    Recovering(RecoverySums),
    /// It was undone; that is its end.
    Undone,
}

impl fmt::Display for Fate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stands => formatter.write_str("stands"),
            Self::Settled => formatter.write_str("settled"),
            Self::Returned { settled } => write!(formatter, "returned/{}", settled.fen()),
            Self::Recovering(sums) => {
                let RecoverySums { arrived_fen, ordered_fen, received_fen, waived_fen } = sums;
                let sums =
                    [arrived_fen, ordered_fen, received_fen, waived_fen].map(|sum| sum.fen());
                let [arrived, ordered, received, waived] = sums;
                write!(formatter, "recovering/{arrived}/{ordered}/{received}/{waived}")
            }
            Self::Undone => formatter.write_str("undone"),
        }
    }
}

impl Effects {
    /// What undoes these effects: claims are given back, amounts move the other way. Nothing is
    /// guarded, because undoing must stay possible whatever became of the streams consulted. Which
    /// payload is undone is for the caller to say.
    #[must_use]
    pub fn inverse(self) -> Self {
        let postings = self.postings.into_iter().map(Posting::inverse).collect();
        Self { claims: self.releases, releases: self.claims, postings, ..Self::default() }
    }

    /// Whether the postings sum to zero in each unit, as double entry demands.
    pub fn is_balanced(&self) -> bool {
        let mut sums: BTreeMap<&Unit, i128> = BTreeMap::new();
        for posting in &self.postings {
            let sum = sums.entry(&posting.unit).or_default();
            // 64-bit amounts: more of them than memory holds would be needed to reach the end of 128 bits.
            *sum = sum.saturating_add(i128::from(posting.amount));
        }
        sums.values().all(|sum| *sum == 0)
    }
}

/// One side of a booking.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Posting {
    /// The account that changes.
    pub account: Account,
    /// What is counted.
    pub unit: Unit,
    /// By how much: fen for money, pieces for goods; negative goes down. Within ±2^53, as every
    /// amount comes from a [`Money`] or a 32-bit quantity.
    pub amount: i64,
}

impl Posting {
    /// An amount of money on one account.
    pub const fn of_money(account: Account, amount: Money) -> Self {
        Self { account, unit: Unit::Cny, amount: amount.fen() }
    }

    /// The same account and unit, the other way.
    #[must_use]
    pub fn inverse(self) -> Self {
        // Amounts lie within ±2^53, so nothing saturates.
        Self { amount: self.amount.saturating_neg(), ..self }
    }
}

/// A stream that a decision consulted: the event may only be appended while it still ends there. If
/// it has moved, the aggregate decides again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guard {
    /// `standard` or `grant`.
    pub stream_type: &'static str,
    /// The id of the stream.
    pub stream_id: String,
    /// Its last sequence; 0 where the stream did not exist.
    pub sequence: u64,
}
