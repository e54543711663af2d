//! How much is shown of what belongs to a person: in a message about a file, and in an answer to whoever has not
//! said why they look.

mod cell;
mod person;

pub(crate) use cell::cell;
pub(crate) use person::{account_no, name, person_no};
