//! What a bureau lays down for its own books.

mod require_officers;

pub use require_officers::{RequireOfficers, RequireOfficersInput, RequireOfficersPayload};
