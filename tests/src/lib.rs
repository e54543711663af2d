//! What end-to-end tests share.
//!
//! | module | what it gives |
//! |---|---|
//! | [`bureau`] | a bureau with an open ledger, and the check that ends a test |
//! | [`read_models`] | the tables of the read models, row by row |
//! | [`cut_short`] | work that is dropped before its end, and sessions that come through it |
//! | [`private`] | books on a private server of their own |
//! | [`shown`] | what a ledger has acknowledged and signed, held against what it has |
//! | [`gate`] | a server in front of PostgreSQL that disturbs the message that it is told |
//! | [`chance`] | chance that can be had again |
//! | [`throwaway`] | a database of one's own, migrated, in a server that all tests share |
//! | [`scratch`] | a directory that goes away again |
//! | [`processes`] | a part of a test that runs as a process of its own, or as another user |
//! | [`log`] | a log of any leaves, without entries or a database |
//! | [`http`] | a client |
//! | [`program`] | the `mingzhang` program |
//! | [`not_run`] | says what this machine could not test |
//!
//! A test of the program end to end takes a [`throwaway::Throwaway`], does its work and ends with
//! a check of the ledger. Tests run in parallel and must not name a port, a path or a database.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "code of tests: a surprise here is a failed test"
)]

pub mod bureau;
pub mod chance;
pub mod cut_short;
mod everything;
pub mod flaky;
pub mod gate;
pub mod http;
pub mod log;
pub mod not_run;
pub mod private;
pub mod processes;
pub mod program;
pub mod read_models;
pub mod scratch;
pub mod shown;
pub mod throwaway;
