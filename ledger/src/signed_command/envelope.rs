//! The DSSE envelope (secure-systems-lab, `dsse/protocol.md` and `envelope.md`), in the one spelling
//! that this program writes: no white space, fields in this order, standard base64, one signature.
//!
//! ```text
//! {"payloadType":"application/vnd.mingzhang.command.v1+json","payload":"<base64>","signatures":[{"keyid":"<64 hex digits>","sig":"<base64>"}]}
//! ```

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::{CommandRefusal, MOST_BYTES};
use crate::hash::Hash;
use crate::key::{KeyId, PublicKey, SignatureBytes};
use crate::signer::{Signer, SigningError};

/// What a statement is, as DSSE names it.
pub const PAYLOAD_TYPE: &str = "application/vnd.mingzhang.command.v1+json";

/// How every envelope begins. The command of a request that nobody signed begins with `{"nonce":`.
const BEGINNING: &[u8] = br#"{"payloadType":"#;

/// Whether kept bytes of a command are, or claim to be, an envelope.
pub fn is_signed(command: &[u8]) -> bool {
    command.starts_with(BEGINNING)
}

/// DSSE's pre-authentication encoding: what is signed.
pub fn pre_authentication_encoding(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let front = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [front.as_bytes(), payload].concat()
}

/// A payload with one signature over it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    payload: Vec<u8>,
    key: KeyId,
    signature: SignatureBytes,
}

/// As it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Written<'a> {
    payload_type: &'a str,
    payload: &'a str,
    #[serde(borrow)]
    signatures: [WrittenSignature<'a>; 1],
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSignature<'a> {
    keyid: &'a str,
    sig: &'a str,
}

impl Envelope {
    /// Signs a payload.
    ///
    /// # Errors
    /// When the signer fails.
    pub fn sign(payload: Vec<u8>, signer: &dyn Signer) -> Result<Self, SigningError> {
        let signature = signer.sign(&pre_authentication_encoding(PAYLOAD_TYPE, &payload))?;
        Ok(Self { payload, key: signer.public().id(), signature })
    }

    /// Reads an envelope.
    ///
    /// # Errors
    /// When it is too long or spelled otherwise than [`Envelope::print`] would.
    pub fn parse(bytes: &[u8]) -> Result<Self, CommandRefusal> {
        if bytes.len() > MOST_BYTES {
            return Err(CommandRefusal::TooLong { bytes: bytes.len() });
        }
        let written: Written<'_> = serde_json::from_slice(bytes)
            .map_err(|error| CommandRefusal::Envelope(error.to_string()))?;
        let malformed = |what: &str| CommandRefusal::Envelope(what.to_owned());
        if written.payload_type != PAYLOAD_TYPE {
            return Err(malformed("payloadType"));
        }
        let [WrittenSignature { keyid, sig }] = written.signatures;
        let key = Hash::parse(keyid).map(KeyId::of_fingerprint);
        let signature = STANDARD.decode(sig).ok().and_then(|sig| <[u8; 64]>::try_from(sig).ok());
        let envelope = Self {
            payload: STANDARD.decode(written.payload).map_err(|_| malformed("payload"))?,
            key: key.ok_or_else(|| malformed("keyid"))?,
            signature: SignatureBytes(signature.ok_or_else(|| malformed("sig"))?),
        };
        if envelope.print() == bytes { Ok(envelope) } else { Err(malformed("spelled otherwise")) }
    }

    /// The bytes that are kept.
    pub fn print(&self) -> Vec<u8> {
        // Nothing of it needs escaping: base64, hexadecimal digits and a constant.
        format!(
            r#"{{"payloadType":"{PAYLOAD_TYPE}","payload":"{}","signatures":[{{"keyid":"{}","sig":"{}"}}]}}"#,
            STANDARD.encode(&self.payload),
            self.key.fingerprint(),
            STANDARD.encode(self.signature.0),
        )
        .into_bytes()
    }

    /// What was signed.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The key that it says it is signed by.
    pub fn key_id(&self) -> KeyId {
        self.key
    }

    /// Whether the signature is this key's (strict verification).
    pub fn signed_by(&self, key: &PublicKey) -> bool {
        let message = pre_authentication_encoding(PAYLOAD_TYPE, &self.payload);
        key.id() == self.key && key.signed(&message, &self.signature)
    }
}
