//! The rules of a civil-affairs bureau's aid: what may be recorded, and what it means.
//!
//! This crate is pure. It has no clock, no randomness, no SQL, no HTTP and no hashing: days, ids and
//! commitments are arguments, so the same command on the same history always decides the same.
//! It does not know the `ledger` crate either; rules stand on one side, proof on the other.
//!
//! # Map
//!
//! * Values, each of which can only hold what is valid: [`money`], [`ids`], [`text`], [`calendar`],
//!   [`region`], [`identity`], [`account_number`], [`vocabulary`], [`subject`]; and
//!   [`personal_data`], which keeps identity, card and mobile numbers out of the chain.
//! * Knowledge kept as data: [`catalogue`], the programmes that aid is paid under.
//! * Aggregates, which decide: [`fund`], [`standard`], [`grant`], [`payment`], [`store`], [`batch`],
//!   [`bank_results`], [`period`], [`disclosure`], [`person`], [`officer`], [`regulation`]; how, and what a refusal can say: [`decision`], [`refusal`].
//! * Who may do what: [`rights`]; and what changes it: [`access`].
//! * What was asked, as an officer signs it, and whether events carry it out: [`commands`].
//! * What was decided, and what it does to books and claims: [`events`], [`effects`].
//!
//! # To add an event
//!
//! 1. Add the payload struct and a variant to the event enum of its aggregate, with a name and ` v1`.
//! 2. State its effects: claims, postings that sum to zero in each unit, guards.
//!    Say in [`rights`] which operation it records.
//! 3. Apply it in the aggregate's state, and let a command emit it or refuse.
//! 4. Commit a JSON fixture of it; a fixture is never changed afterwards, a new shape is a new version.
//! 5. Let [`commands`] read a new command, and say beside it which event it asks for; commit a JSON
//!    fixture of it too. A signed command has no version: a new shape of it is a new command.

pub mod access;
pub mod account_number;
pub mod bank_results;
pub mod batch;
pub mod calendar;
pub mod catalogue;
pub mod commands;
pub mod decision;
pub mod disclosure;
pub mod effects;
pub mod events;
#[cfg(test)]
mod examples;
pub mod fund;
pub mod grant;
pub mod identity;
pub mod ids;
pub mod money;
pub mod officer;
pub mod payment;
pub mod period;
pub mod person;
pub mod personal_data;
pub mod refusal;
pub mod region;
pub mod regulation;
pub mod rights;
pub mod standard;
pub mod store;
pub mod subject;
pub mod text;
mod text_form;
pub mod vocabulary;
