//! How much was paid or received, to how many: for any filter and grouping, at any position.
//!
//! Persons and households are counted distinct over exactly the rows of each group, so no table of
//! sums could answer. The payments of a ledger are kept in memory instead, some fifty bytes each
//! ([`Columns`]), loaded from the read tables and extended from there ([`Totals`] does both), and
//! each question walks them once. [`naive`] is the same arithmetic written down as plainly as
//! possible, over events: tests and `verify` hold one against the other.

mod answer;
mod cells;
mod columns;
mod combination;
mod distinct;
mod fold;
mod from_events;
mod load;
pub mod naive;
mod numbering;
mod plan;
mod question;
mod reader;
mod received;
mod recoveries;
#[cfg(test)]
mod tests;

pub use answer::{Answer, Figures, Key, Row};
pub use columns::Columns;
pub use from_events::FromEvents;
pub use question::{Basis, Dimension, Measure, TotalsFilter};
pub use reader::{Totals, TotalsError};
