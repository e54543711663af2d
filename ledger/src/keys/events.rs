//! The payloads of the events about keys. All of them stand in the ledger's own stream.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::possession::Possession;
use super::refusal::KeyRefusal;
use crate::hash::Hash;
use crate::key::KeyId;
use crate::opened::{LEDGER_OPENED, LedgerOpened, WrittenKey};

/// Name and version of the event that names a coming key.
pub const KEY_ANNOUNCED: &str = "KeyAnnounced v1";
/// Name and version of the event after which another key signs.
pub const KEY_ROTATED: &str = "KeyRotated v1";
/// Name and version of the event that ends a stolen or lost key.
pub const KEY_REVOKED: &str = "KeyRevoked v1";
/// Name and version of the event after which another recovery key is in force.
pub const RECOVERY_KEY_REPLACED: &str = "RecoveryKeyReplaced v1";

/// Names a coming key, so that auditors hear of it from the present one. Signed by the key in
/// force. Until another is announced, the next rotation can only be to this key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyAnnounced {
    /// The coming key.
    pub key: WrittenKey,
    /// Made by the coming key.
    pub proof: Possession,
}

/// Another key signs from the next position on. Signed by the key in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRotated {
    /// The new key.
    pub key: WrittenKey,
    /// Made by the new key.
    pub proof: Possession,
}

/// The key in force is stolen or lost: it ends here, and the replacement signs from the next position
/// on. Signed by the recovery key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRevoked {
    /// The key that ends: 64 hex digits of the SHA-256 of the raw key, as `signed-by` names it.
    pub key: String,
    /// From this position on its signatures no longer speak for the bureau. At most the position of
    /// this very entry. What the key signed from there up to here stays in the chain and is
    /// reported as suspect.
    pub from: u64,
    /// The key that signs from the next position on.
    pub replacement: WrittenKey,
    /// Made by the replacement.
    pub proof: Possession,
}

impl KeyRevoked {
    /// The key that ends; `None` for another spelling.
    pub fn key_id(&self) -> Option<KeyId> {
        Hash::parse(&self.key).map(KeyId::of_fingerprint)
    }
}

/// Another recovery key is in force from the next position on. Signed by the recovery key before it,
/// so no ledger key, stolen or not, can do it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoveryKeyReplaced {
    /// The new recovery key.
    pub recovery_key: WrittenKey,
    /// Made by the new recovery key.
    pub proof: Possession,
}

/// An event about keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyEvent {
    /// Entry 0: names the first key and the recovery key.
    Opened(LedgerOpened),
    /// A coming key.
    Announced(KeyAnnounced),
    /// Another key.
    Rotated(KeyRotated),
    /// A key that ends.
    Revoked(KeyRevoked),
    /// Another recovery key.
    RecoveryReplaced(RecoveryKeyReplaced),
}

/// Names without their versions: a version of these that is not known must not be passed over.
const NAMES: [&str; 5] =
    ["LedgerOpened", "KeyAnnounced", "KeyRotated", "KeyRevoked", "RecoveryKeyReplaced"];

impl KeyEvent {
    /// Reads an event of the ledger's own stream; `None` where it is not about keys.
    ///
    /// # Errors
    /// For a version that is not known, and for a payload that is not to the byte what this program
    /// would write.
    pub fn parse(event: &str, payload: &[u8]) -> Result<Option<Self>, KeyRefusal> {
        Ok(Some(match event {
            LEDGER_OPENED => Self::Opened(read(event, payload)?),
            KEY_ANNOUNCED => Self::Announced(read(event, payload)?),
            KEY_ROTATED => Self::Rotated(read(event, payload)?),
            KEY_REVOKED => Self::Revoked(read(event, payload)?),
            RECOVERY_KEY_REPLACED => Self::RecoveryReplaced(read(event, payload)?),
            other => {
                let name = other.split(' ').next().unwrap_or_default();
                if NAMES.contains(&name) {
                    return Err(KeyRefusal::UnknownVersion { event: other.to_owned() });
                }
                return Ok(None);
            }
        }))
    }

    /// Name and version.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Opened(_) => LEDGER_OPENED,
            Self::Announced(_) => KEY_ANNOUNCED,
            Self::Rotated(_) => KEY_ROTATED,
            Self::Revoked(_) => KEY_REVOKED,
            Self::RecoveryReplaced(_) => RECOVERY_KEY_REPLACED,
        }
    }

    /// The payload's bytes.
    ///
    /// # Errors
    /// Never in practice: all fields are text and whole numbers.
    pub fn payload(&self) -> Result<Vec<u8>, serde_json::Error> {
        match self {
            Self::Opened(event) => serde_json::to_vec(event),
            Self::Announced(event) => serde_json::to_vec(event),
            Self::Rotated(event) => serde_json::to_vec(event),
            Self::Revoked(event) => serde_json::to_vec(event),
            Self::RecoveryReplaced(event) => serde_json::to_vec(event),
        }
    }
}

/// Whether entries of this event are signed by the recovery key, whatever their payload says.
pub(super) fn by_recovery_key(event: &str) -> bool {
    matches!(event, KEY_REVOKED | RECOVERY_KEY_REPLACED)
}

/// Reads a payload and refuses every spelling that this program would not write.
pub(crate) fn read<E: Serialize + DeserializeOwned>(
    event: &str,
    payload: &[u8],
) -> Result<E, KeyRefusal> {
    let malformed = |error: String| KeyRefusal::Malformed { event: event.to_owned(), error };
    let read: E = serde_json::from_slice(payload).map_err(|error| malformed(error.to_string()))?;
    let again = serde_json::to_vec(&read).map_err(|error| malformed(error.to_string()))?;
    if again == payload { Ok(read) } else { Err(malformed("spelled otherwise".to_owned())) }
}
