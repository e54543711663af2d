//! Entry 0: the ledger itself.

use serde::{Deserialize, Serialize};

use crate::identifier::MalformedName;
use crate::key::PublicKey;
use crate::{EventName, LedgerId, StreamId};

/// Name and version of the event at position 0.
pub const LEDGER_OPENED: &str = "LedgerOpened v1";

/// Stream type of the entries about the ledger itself.
pub const LEDGER_STREAM: &str = "ledger";

/// A public key as entries write it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenKey {
    /// `ed25519`.
    pub algorithm: String,
    /// 64 lower-case hex digits.
    pub public: String,
}

impl WrittenKey {
    /// Writes a key.
    pub fn of(key: &PublicKey) -> Self {
        Self { algorithm: "ed25519".to_owned(), public: key.to_string() }
    }

    /// The key, if it is one that this program can use.
    pub fn key(&self) -> Option<PublicKey> {
        if self.algorithm == "ed25519" { PublicKey::parse(&self.public).ok() } else { None }
    }
}

/// What the first entry says: whose books these are and which key signs them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerOpened {
    /// The bureau's name.
    pub bureau: String,
    /// The bureau's region code.
    pub region: String,
    /// Origin of its checkpoints.
    pub origin: String,
    /// The key that signs from position 0.
    pub key: WrittenKey,
    /// Public half of the key that stays offline.
    pub recovery_key: WrittenKey,
}

impl LedgerOpened {
    /// Reads the payload of entry 0.
    ///
    /// # Errors
    /// When it is not this event.
    pub fn parse(payload: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(payload)
    }

    /// The payload's bytes.
    ///
    /// # Errors
    /// Never in practice: all fields are text.
    pub fn payload(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }
}

/// The stream of entry 0.
///
/// # Errors
/// Never for a ledger id that was parsed.
pub fn ledger_stream(ledger: &LedgerId) -> Result<StreamId, MalformedName> {
    StreamId::new(LEDGER_STREAM, ledger.as_str())
}

/// The name of the first event.
///
/// # Errors
/// Never: the name is well formed.
pub fn ledger_opened() -> Result<EventName, MalformedName> {
    EventName::parse(LEDGER_OPENED)
}
