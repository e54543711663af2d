//! The signed, hash-chained stream of one bureau's books, and nothing of what the books are about.
//!
//! | module | what it holds |
//! |---|---|
//! | [`entry`] | the bytes of an entry: the only encoder and a strict parser |
//! | [`checkpoints`] | keeping checkpoints: the start-up check, compare-and-swap, the synced file |
//! | [`hash`], [`tree`], [`checkpoint`] | leaf hash, Merkle tree and its proofs (RFC 6962), signed note (C2SP) |
//! | [`tile`] | the tree cut into tiles of 256 hashes (C2SP) |
//! | [`note`], [`cosignature`], [`policy`] | signature lines, witnesses' words, and whom an auditor trusts (C2SP) |
//! | [`proof_file`] | the text that proves one entry without the ledger (C2SP) |
//! | [`key`], [`signer`] | keys, and what signs with them: a file's or a device's |
//! | [`keys`] | how a ledger's keys come and go, and which one signs which position |
//! | [`officer_keys`], [`signed_command`] | keys that officers hold, and commands signed with them (DSSE) |
//! | [`access`] | who may record what: officers, their roles, and whether they are required |
//! | [`sealed_list`] | lists that people confirm by a digest before they are recorded |
//! | [`effects`] | what an event does beyond its own stream: claims, postings, guards |
//! | [`writer`] | decides order, chains, signs and commits; the only place that appends |
//! | [`store`] | the writer's face towards cqrs-es |
//! | [`reader`] | entries by position |
//! | [`export`] | all rows of a ledger in one snapshot, for an audit bundle |
//! | [`bundle`] | the audit bundle: its members and codings, written and opened |
//! | [`verify`] | a ledger in a database or in a bundle: everything derived again and compared |
//!
//! Invariants: no entry is ever updated or deleted; bytes are encoded, hashed and signed here and
//! nowhere else; the crate has no clock and no randomness of its own; it knows no programme,
//! person or payment: [`effects::Rules`] tells it what an event does.
//!
//! What reads or writes tables needs the feature `database`, on by default: [`writer`], [`store`], [`reader`], [`export`],
//! [`checkpoints::keeper`], [`checkpoints::store`], [`tile::store`], and of [`verify`] what goes over a database. Everything
//! else, and so an offline verifier, is built without any crate that knows a database.

// What the tables' modules alone use would be dead without them. With them, nothing is allowed to be.
#![cfg_attr(not(feature = "database"), allow(dead_code, unused_imports))]

pub mod access;
pub mod bundle;
pub mod checkpoint;
pub mod checkpoints;
pub mod clock;
pub mod cosignature;
pub mod effects;
pub mod entry;
#[cfg(feature = "database")]
pub mod export;
pub mod hash;
mod hashing;
pub mod identifier;
pub mod key;
pub mod keys;
pub mod note;
pub mod officer_keys;
pub mod opened;
pub mod policy;
pub mod proof_file;
#[cfg(feature = "database")]
pub mod reader;
pub mod sealed_list;
pub mod signed_command;
pub mod signer;
#[cfg(feature = "database")]
pub mod store;
pub mod tile;
pub mod tree;
pub mod verify;
#[cfg(feature = "database")]
pub mod writer;

pub use identifier::{Actor, EventName, LedgerId, StreamId};
