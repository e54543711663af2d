//! Numbers that identify persons and organisations, held to their check characters.

mod organisation;
mod person;
#[cfg(test)]
mod tests;

pub use organisation::{
    OrganisationCode, OrganisationCodeError, SocialCreditCode, SocialCreditCodeError,
};
pub use person::{IdentityNumber, IdentityNumberError};
