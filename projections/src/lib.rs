//! Read models, each the answer to one question, and the projector that fills them.
//!
//! | question | asked of |
//! |---|---|
//! | how much, to how many, by what? | [`totals`] |
//! | which payments? | [`payments`] |
//! | which funds, and what is left in them? | [`funds`] |
//! | which stores, and what do they hold? | [`stores`] |
//! | which grants are to be paid for a month? | [`grants`] |
//! | who is reported to have died? | [`deaths`] |
//! | which months are closed, and what came late? | [`periods`] |
//! | what did this household or person receive? | [`statements`] |
//! | which entries touch this subject? | [`trail`] |
//! | is all of that what the entries give? | [`check`] |
//!
//! [`projector::catch_up`] applies new entries and moves the cursors in one transaction;
//! [`rebuild::rebuild`] does the same from the first entry. Read models are never written by
//! anything else, and can always be thrown away.
//!
//! # To add a read model
//!
//! 1. Add its tables to the schema `read_models` in a new migration: keys begin with `ledger_id`,
//!    every column has a comment. A table either only grows, with a column `position`, or is small.
//! 2. Add a module with a `Table` for each, and `Changes` that gather what entries do.
//! 3. Add it to [`ReadModel`], to `batch.rs`, and to `check.rs`, which compares it with a replay.
//! 4. Add its query. An existing database fills it by itself: its cursor begins before the first entry.

mod batch;
pub mod check;
mod copy;
pub mod deaths;
mod entries;
mod error;
pub mod funds;
pub mod grants;
pub mod payments;
pub mod periods;
pub mod projector;
mod read_model;
pub mod rebuild;
mod session;
pub mod statements;
pub mod stores;
mod table;
pub mod totals;
pub mod trail;

pub use error::ProjectionError;
pub use read_model::ReadModel;
