//! How a ledger's keys come and go: events in its own stream, and the state machine that says which
//! key signs which position. Pure: reads no clock, no file and no table.
//!
//! | module | what it holds |
//! |---|---|
//! | [`events`] | the payloads of `KeyAnnounced`, `KeyRotated`, `KeyRevoked`, `RecoveryKeyReplaced` |
//! | [`possession`] | the proof that somebody holds the key that an event names |
//! | [`history`] | which key must sign which position |
//! | [`refusal`] | why a change of keys is none |
//!
//! Writer and verifier ask the same [`KeyHistory`]: what the one would not write the other finds.

pub mod events;
pub mod history;
pub mod possession;
pub mod refusal;

#[cfg(test)]
mod tests;

pub use events::{KeyAnnounced, KeyEvent, KeyRevoked, KeyRotated, RecoveryKeyReplaced};
pub use history::{KeyEntry, KeyHistory, KeyPeriod, PeriodEnd, SuspectEntries};
pub use possession::{Possession, possession_message};
pub use refusal::KeyRefusal;
