//! Persons, households and accounts beside the chain: encrypted, found by keyed hash, forgettable.
//!
//! An entry of the ledger holds nothing personal, only the random id of a person, household or
//! account and a salted commitment to its number. What the id stands for lies here:
//!
//! | table | row | key |
//! |---|---|---|
//! | `persons`, `households`, `accounts` | number, name, the random bytes of the commitment | a key of its own for each row, wrapped by the master key |
//! | `attachments` (kept by `ledger`, sealed here) | what one entry leaves out: the sender's id, names, causes, reasons, notes | the person's, else the household's, else the ledger's |
//!
//! Destroying a row's key ([`Registry::forget`]) makes the row and every attachment under that key
//! unreadable for ever, while the entries stay valid: they never held more than the id and the
//! commitment, whose random bytes are gone as well.
//!
//! # Where to begin
//!
//! * [`KeyRing`]: the three secret keys of a data directory.
//! * [`People`]: the three registries under one roof, and the sealing of attachments.
//! * [`Randomness`]: where ids and secrets come from; nothing else here draws random bytes.
//!
//! # What an attacker with the database alone learns
//!
//! How many persons, households and accounts there are, and how long the sealed texts are. Numbers
//! are not guessable from `lookup`, because it is keyed. Every ciphertext is bound to its ledger,
//! table and id (or to its entry), so that rows cannot be exchanged without [`People::check`]
//! naming them.
//!
//! # To add a kind of subject
//!
//! 1. a table like `persons` in a new migration;
//! 2. a marker with its [`Kind`] in `subjects/kind.rs`;
//! 3. a registry in [`People`];
//! 4. a line in [`People::check`], [`People::prove_keys`] and [`People::drop_forgotten`].

mod commitment;
mod details;
mod error;
mod key_files;
mod keys;
mod mac;
mod numbers;
mod people;
mod randomness;
mod seal;
mod secrets;
mod subjects;

pub use commitment::{CommittedText, commitment_of};
pub use details::{
    DetailsError, DetailsOwner, OpenedDetails, OwnerKey, PrivateDetails, join as join_details,
    split as split_details,
};
pub use error::PeopleError;
pub use key_files::KeyError;
pub use keys::KeyRing;
pub use numbers::{AccountNumber, HouseholdNumber, NumberError};
pub use people::{CheckedState, CheckedSubject, People, SealUnder, SubjectKind};
pub use randomness::{NoRandomness, Randomness};
pub use seal::SubjectKey;
pub use secrets::SecretDoesNotOpen;
pub use subjects::{
    Account, Checked, Fault, Finding, Forgetting, Household, Kind, Known, Opened, Person,
    Registration, Registry,
};
