//! The payloads of the events about officers' keys. All of them stand in the ledger's own stream and
//! take effect from the next position on.

use serde::{Deserialize, Serialize};

use crate::LedgerId;
use crate::hash::Hash;
use crate::key::{KeyId, PublicKey};
use crate::keys::KeyRefusal;
use crate::keys::events::read;
use crate::keys::possession::Possession;
use crate::opened::WrittenKey;
use crate::signer::{Signer, SigningError};

/// Name and version of the event that takes in an officer's key.
pub const OFFICER_KEY_ENROLLED: &str = "OfficerKeyEnrolled v1";
/// Name and version of the event that ends an officer's key.
pub const OFFICER_KEY_WITHDRAWN: &str = "OfficerKeyWithdrawn v1";
/// Name and version of the event that sets whether officers must sign their commands.
pub const SIGNED_COMMANDS_REQUIRED: &str = "SignedCommandsRequired v1";

/// Begins what the proof of possession of an officer's key is made over.
const ENROLMENT_CONTEXT: &[u8] = b"mingzhang officer key v1\n";

/// What an officer's key signs to prove that it is held: `"mingzhang officer key v1\n" ‖ ledger ‖ "\n" ‖
/// officer ‖ "\n" ‖ the 32 bytes of the raw public key`. It names ledger and officer, so that nobody can
/// have another's key enrolled as their own.
pub fn enrolment_message(ledger: &LedgerId, officer: &str, key: &PublicKey) -> Vec<u8> {
    let parts: [&[u8]; 6] = [
        ENROLMENT_CONTEXT,
        ledger.as_str().as_bytes(),
        b"\n",
        officer.as_bytes(),
        b"\n",
        key.as_bytes(),
    ];
    parts.concat()
}

/// An officer holds this key from the next position on, beside those enrolled before: one for each
/// device, say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficerKeyEnrolled {
    /// The id in `officer/<id>`.
    pub officer: String,
    /// The key.
    pub key: WrittenKey,
    /// Made by this key: see [`enrolment_message`].
    pub proof: Possession,
}

impl OfficerKeyEnrolled {
    /// Lets a key prove itself for an officer of a ledger.
    ///
    /// # Errors
    /// When the signer fails.
    pub fn prove(
        ledger: &LedgerId,
        officer: &str,
        signer: &dyn Signer,
    ) -> Result<Self, SigningError> {
        let key = signer.public();
        let proof = signer.sign(&enrolment_message(ledger, officer, key))?;
        let (key, officer) = (WrittenKey::of(key), officer.to_owned());
        Ok(Self { officer, key, proof: Possession::of(proof) })
    }

    /// Whether the proof is by this key, for this ledger and officer (strict verification).
    pub fn proves(&self, ledger: &LedgerId, key: &PublicKey) -> bool {
        key.signed(&enrolment_message(ledger, &self.officer, key), &self.proof.signature())
    }
}

/// The officer's key signs nothing from the next position on: it is lost, stolen, or no longer needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficerKeyWithdrawn {
    /// The id in `officer/<id>`.
    pub officer: String,
    /// The key that ends: 64 hex digits of the SHA-256 of the raw key, as `signed-by` names keys.
    pub key: String,
}

impl OfficerKeyWithdrawn {
    /// The key that ends; `None` for another spelling.
    pub fn key_id(&self) -> Option<KeyId> {
        Hash::parse(&self.key).map(KeyId::of_fingerprint)
    }
}

/// From the next position on, every entry outside the ledger's own stream, and every entry by an officer,
/// must name a command that the officer signed; or no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedCommandsRequired {
    /// Whether they are.
    pub required: bool,
}

/// An event about officers' keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfficerEvent {
    /// A key that an officer holds.
    Enrolled(OfficerKeyEnrolled),
    /// A key that ends.
    Withdrawn(OfficerKeyWithdrawn),
    /// Whether commands must be signed.
    Required(SignedCommandsRequired),
}

/// Names without their versions: a version of these that is not known must not be passed over.
const NAMES: [&str; 3] = ["OfficerKeyEnrolled", "OfficerKeyWithdrawn", "SignedCommandsRequired"];

impl OfficerEvent {
    /// Reads an event of the ledger's own stream; `None` where it is not about officers' keys.
    ///
    /// # Errors
    /// For a version that is not known, and for a payload that is not to the byte what this program
    /// would write.
    pub fn parse(event: &str, payload: &[u8]) -> Result<Option<Self>, KeyRefusal> {
        Ok(Some(match event {
            OFFICER_KEY_ENROLLED => Self::Enrolled(read(event, payload)?),
            OFFICER_KEY_WITHDRAWN => Self::Withdrawn(read(event, payload)?),
            SIGNED_COMMANDS_REQUIRED => Self::Required(read(event, payload)?),
            other if NAMES.contains(&other.split(' ').next().unwrap_or_default()) => {
                return Err(KeyRefusal::UnknownVersion { event: other.to_owned() });
            }
            _ => return Ok(None),
        }))
    }

    /// Name and version.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Enrolled(_) => OFFICER_KEY_ENROLLED,
            Self::Withdrawn(_) => OFFICER_KEY_WITHDRAWN,
            Self::Required(_) => SIGNED_COMMANDS_REQUIRED,
        }
    }

    /// The payload's bytes.
    ///
    /// # Errors
    /// Never in practice: all fields are text and truth values.
    pub fn payload(&self) -> Result<Vec<u8>, serde_json::Error> {
        match self {
            Self::Enrolled(event) => serde_json::to_vec(event),
            Self::Withdrawn(event) => serde_json::to_vec(event),
            Self::Required(event) => serde_json::to_vec(event),
        }
    }
}
