//! Why a change of keys is none: the writer refuses to record it, the verifier finds it.

use crate::key::KeyId;

/// A change of keys that does not count. The keys stay as they were before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefusal {
    /// Not after the entries that were taken before.
    #[error("position {position} does not follow position {after}")]
    Order {
        /// Where it stands.
        position: u64,
        /// The last position that was taken.
        after: u64,
    },
    /// It stands in the stream of another ledger.
    #[error("it stands in the stream ledger/{found} and not in ledger/{expected}")]
    OtherStream {
        /// This ledger.
        expected: String,
        /// The id of the stream.
        found: String,
    },
    /// No entry 0 that names keys, or a second opening.
    #[error("the ledger is opened by its first entry and no other")]
    Opening,
    /// A version of a key event that this program does not know.
    #[error("{event} is not a version of a key event that this program knows")]
    UnknownVersion {
        /// The event.
        event: String,
    },
    /// The payload is not that of the event, to the byte.
    #[error("the payload is not that of {event}: {error}")]
    Malformed {
        /// The event.
        event: String,
        /// Why.
        error: String,
    },
    /// Another algorithm, another spelling, no point of the curve, or one of small order.
    #[error("the {which} is not a usable Ed25519 public key")]
    Unusable {
        /// Which of the event's keys.
        which: &'static str,
    },
    /// Signed by a key that may not make this change.
    #[error("it must be signed by {expected} and is signed by {found}")]
    WrongSigner {
        /// The key that may.
        expected: KeyId,
        /// The key that did.
        found: KeyId,
    },
    /// The named key did not sign the proof for this ledger.
    #[error("the proof that {key} is held, made for this ledger, does not verify")]
    NoPossession {
        /// The key that is named.
        key: KeyId,
    },
    /// A key signs once in the ledger's life, from one position to another.
    #[error("{key} was a key of this ledger before")]
    UsedBefore {
        /// The key.
        key: KeyId,
    },
    /// One key for both would let whoever steals it do everything.
    #[error("{key} would be ledger key and recovery key at once")]
    BothKeys {
        /// The key.
        key: KeyId,
    },
    /// Another key was announced.
    #[error("{announced} was announced, not {found}")]
    NotAnnounced {
        /// The announced key.
        announced: KeyId,
        /// The key that is rotated to.
        found: KeyId,
    },
    /// A key that an officer holds would sign for the ledger.
    #[error("{key} is or was a key of an officer")]
    OfficersKey {
        /// The key.
        key: KeyId,
    },
    /// Not an officer's id.
    #[error("{officer:?} is no officer's id")]
    NoOfficer {
        /// What stands there.
        officer: String,
    },
    /// Only a key of this officer that is in force can be withdrawn.
    #[error("officer {officer} holds no key {key} that is in force")]
    NotTheOfficers {
        /// The officer.
        officer: String,
        /// The key that is named.
        key: String,
    },
    /// The setting is so already.
    #[error("whether commands must be signed is set to {required} already")]
    SettingStands {
        /// What it is set to.
        required: bool,
    },
    /// Only the key in force can be revoked: those before it have ended.
    #[error("{found} is revoked, but {in_force} is in force")]
    NotInForce {
        /// The key in force.
        in_force: KeyId,
        /// The key that is named.
        found: String,
    },
    /// A revocation that begins after itself, or before its key was in force.
    #[error("a revocation from {from} must begin between {first} and {last}")]
    From {
        /// What it says.
        from: u64,
        /// From here on the key is in force.
        first: u64,
        /// The revocation's own position.
        last: u64,
    },
}

impl KeyRefusal {
    /// What had to be there and what is, as a finding tells it.
    pub fn expected_and_found(&self) -> (String, String) {
        match self {
            Self::WrongSigner { expected, found } => {
                (format!("signed by {expected}"), format!("signed by {found}"))
            }
            Self::NotAnnounced { announced, found } => (announced.to_string(), found.to_string()),
            Self::NotInForce { in_force, found } => (in_force.to_string(), found.clone()),
            Self::NoPossession { key } => {
                (format!("a proof that {key} is held"), "none that verifies".to_owned())
            }
            other => ("a change of keys that counts".to_owned(), other.to_string()),
        }
    }
}
