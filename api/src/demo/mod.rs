//! The demo's input: five years (2016 to 2020) of Zhonglou district, invented person by person, whose
//! totals equal to the fen what the district published ([`published`]).
//!
//! Everything here is a pure function of the scale: no database, no clock, no randomness from
//! outside. [`plan::Plan`] yields steps; whoever wires them feeds each through the same commands as
//! any other client's, and [`table`] shows how the answers compare with print.
//!
//! Real: the published figures, the district, its seven streets and one town with their codes.
//! Invented: everything else. Persons have identity numbers of people born between 1800 and 1859,
//! which nobody alive can hold and which were never issued (numbers began in 1984); accounts begin
//! with a prefix that belongs to no bank; document numbers, standards between the two printed ones,
//! stores, donors and officers are made up.
//!
//! How the totals come out exactly: `enrolment` adds one invented recipient after another until
//! the published sum is reached, and the last one's last month is a part of the usual amount. The
//! amount of a month does not depend on the scale, so neither does any total. Money leaves by batches, and a
//! bank answers for every line of them; what comes back, is reversed or is asked back changes no total either,
//! for the reasons that `plan/returns.rs` and `plan/slips.rs` give.

mod carrying_out;
mod draw;
mod enrolment;
pub mod figures;
mod funds;
mod goods;
pub mod holdings;
mod place;
pub mod plan;
mod population;
pub mod published;
mod rates;
pub mod recording;
mod relief;
mod rolls;
mod staff;
pub mod table;
#[cfg(test)]
mod tests;
mod values;

/// Why the demo's plan cannot be made. None of these depends on the user: the tables are part of
/// the program and the tests make the plan at every scale.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A row of a table that belongs to the program does not hold.
    #[error("{table}: {reason}")]
    Table {
        /// The file.
        table: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The domain does not take a value that the plan made.
    #[error("the demo made a {what} that the domain does not take: {value}: {reason}")]
    Refused {
        /// What kind of value.
        what: &'static str,
        /// The value.
        value: String,
        /// What the domain said.
        reason: String,
    },
    /// A published figure cannot be reached with what the plan has to distribute.
    #[error("the demo cannot reach the published figure of {programme}")]
    OutOfReach {
        /// The programme's id.
        programme: &'static str,
    },
}
