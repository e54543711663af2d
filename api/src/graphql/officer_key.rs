//! Keys that officers hold themselves.

use async_graphql::{ID, SimpleObject};
use ledger::officer_keys;

use super::scalars::{Hash, Position};

/// A key of an officer, and where in the ledger it may sign commands.
#[derive(Debug, Clone, SimpleObject)]
pub struct OfficerKey {
    /// Whose.
    pub officer: ID,
    /// The raw Ed25519 public key: 64 lower-case hex digits.
    pub public: String,
    /// SHA-256 of the raw public key: what envelopes name it by.
    pub fingerprint: Hash,
    /// The first position at which commands that it signed may stand.
    pub from: Position,
    /// The last; null while it is in force.
    pub until: Option<Position>,
}

impl From<&officer_keys::OfficerKey> for OfficerKey {
    fn from(held: &officer_keys::OfficerKey) -> Self {
        Self {
            officer: ID(held.officer.clone()),
            public: held.key.to_string(),
            fingerprint: Hash(held.key.id().fingerprint()),
            from: Position(held.from),
            until: held.until.map(Position),
        }
    }
}
