//! The audit bundle: written from a database ([`export`]) and verified without one ([`verify`]).
//! What the entries add up to is derived by one pure function for both ([`totals`]).

pub mod export;
pub mod outcome;
mod tables;
pub mod totals;
pub mod verify;
mod witnessed;

pub use witnessed::Witnessed;
