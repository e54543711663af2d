//! The audit bundle, written from a database ([`export`]). What the entries add up to is derived by
//! pure functions that a verification can use as well ([`totals`]).

pub mod export;
mod tables;
pub mod totals;
