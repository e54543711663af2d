//! Persons, households and accounts: three tables of one shape, one registry for all.

mod cache;
mod check;
mod kind;
mod record;
mod registering;
mod registry;
mod rows;

pub use check::{Checked, Fault, Finding};
pub use kind::{Account, Household, Kind, Person};
pub(crate) use record::json;
pub use record::{Known, Registration};
pub use registry::{Forgetting, Opened, Registry};

/// The keyed hash of a number.
pub(crate) type Lookup = [u8; 32];
