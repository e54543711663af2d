//! The proof that whoever asks for a key to be taken in holds its private half.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::LedgerId;
use crate::key::{PublicKey, SignatureBytes};
use crate::signer::{Signer, SigningError};

/// Begins what a proof of possession is made over.
const KEY_CONTEXT: &[u8] = b"mingzhang key v1\n";

/// What a key signs to prove that it is held: `"mingzhang key v1\n" ‖ ledger ‖ "\n" ‖ the 32 bytes of
/// the raw public key`. It names the ledger, so that a proof made for one is of no use in another.
/// A ledger id holds no line break, and no checkpoint's first line holds a blank, so these bytes are
/// never those of an entry's signature or of a checkpoint.
pub fn possession_message(ledger: &LedgerId, key: &PublicKey) -> Vec<u8> {
    let mut message = KEY_CONTEXT.to_vec();
    message.extend_from_slice(ledger.as_str().as_bytes());
    message.push(b'\n');
    message.extend_from_slice(key.as_bytes());
    message
}

/// A proof of possession as events write it: 128 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Possession(SignatureBytes);

impl Possession {
    /// Lets a key prove itself for a ledger.
    ///
    /// # Errors
    /// When the signer fails.
    pub fn prove(ledger: &LedgerId, signer: &dyn Signer) -> Result<Self, SigningError> {
        signer.sign(&possession_message(ledger, signer.public())).map(Self)
    }

    /// A proof that was made over another message, such as that of an officer's enrolment.
    pub const fn of(signature: SignatureBytes) -> Self {
        Self(signature)
    }

    /// The signature.
    pub const fn signature(&self) -> SignatureBytes {
        self.0
    }

    /// Whether it was made by this key for this ledger (strict verification).
    pub fn proves(&self, ledger: &LedgerId, key: &PublicKey) -> bool {
        key.signed(&possession_message(ledger, key), &self.0)
    }
}

impl Serialize for Possession {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(self.0.0))
    }
}

impl<'de> Deserialize<'de> for Possession {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut bytes = [0; 64];
        // Capital letters are found where the whole payload is held to its spelling.
        hex::decode_to_slice(&text, &mut bytes)
            .map_err(|_| serde::de::Error::custom("a proof is 128 hex digits"))?;
        Ok(Self(SignatureBytes(bytes)))
    }
}
