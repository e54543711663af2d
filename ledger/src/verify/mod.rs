//! Verifying a ledger: every entry's bytes, place, chain and signature; the tree; guards, claims,
//! balances and requests derived again from the entries.
//!
//! | module | what it holds |
//! |---|---|
//! | `entries`, `chain`, `replay` | what follows from the entries alone; reads nothing |
//! | `keys_in_force` | which key must sign which position |
//! | `signed_commands` | whether an officer's own key asked for what is recorded |
//! | `bundle` | goes over an audit bundle; no database, no server |
//! | `database` | reads the tables and compares them with what the entries say |
//!
//! A finding names the position where it can, what was expected and what was found. Verification
//! goes on after a finding, so that one changed byte does not hide another.

mod bundle;
mod chain;
#[cfg(feature = "database")]
mod database;
mod entries;
mod finding;
mod keys_in_force;
mod replay;
mod signed_commands;

pub use bundle::{
    BundleError, BundleInput, BundleReport, ComparedCheckpoint, Coverage, Depth, NamedNote,
    ObservedEntry, Offline, Trust, Unchecked, verify_bundle,
};
#[cfg(feature = "database")]
pub use database::{Cosignatures, Follower, HeldNote, Report, VerifyError, cosignatures, ledger};
pub use finding::{Finding, MOST_FINDINGS};
