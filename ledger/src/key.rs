//! Keys. The algorithm belongs to the key, never to the message.
//!
//! ed25519-dalek makes and checks keys; aws-lc-rs signs with the same key, because its signatures
//! are the same bytes (RFC 8032 is deterministic) at about twice the speed.

use std::fmt;

use aws_lc_rs::signature::Ed25519KeyPair;
use ed25519_dalek::{Signature, VerifyingKey};
use zeroize::Zeroizing;

use crate::hash::{self, Hash};

/// What an entry's signature is made over, before the leaf hash.
const ENTRY_CONTEXT: &[u8; 19] = b"mingzhang entry v1\n";

/// Names a key in an entry: its algorithm and the SHA-256 of the raw public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(Hash);

impl KeyId {
    /// Reads `ed25519 <64 hex digits>`; `None` for any other spelling.
    pub fn parse(text: &str) -> Option<Self> {
        text.strip_prefix("ed25519 ").and_then(Hash::parse).map(Self)
    }

    /// The id of the Ed25519 key with this SHA-256 of its raw public half.
    pub const fn of_fingerprint(fingerprint: Hash) -> Self {
        Self(fingerprint)
    }

    /// SHA-256 of the raw public key.
    pub const fn fingerprint(&self) -> Hash {
        self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ed25519 {}", self.0)
    }
}

/// The 64 bytes of an Ed25519 signature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SignatureBytes(pub [u8; 64]);

impl fmt::Debug for SignatureBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// Why bytes are not a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not 64 hex digits.
    #[error("a key is 64 lower-case hex digits")]
    Spelling,
    /// No point of the curve, or one of small order under which anything verifies.
    #[error("not a usable Ed25519 public key")]
    Weak,
    /// The signing library refused the key.
    #[error("not a usable Ed25519 private key")]
    Refused,
}

/// A key that signatures are checked with. Weak keys cannot be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Takes the raw key.
    ///
    /// # Errors
    /// When it is no point of the curve or of small order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::Weak)?;
        if key.is_weak() { Err(KeyError::Weak) } else { Ok(Self(key)) }
    }

    /// Reads 64 lower-case hex digits.
    ///
    /// # Errors
    /// For another spelling, and as [`PublicKey::from_bytes`].
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        Self::from_bytes(Hash::parse(text).ok_or(KeyError::Spelling)?.as_bytes())
    }

    /// The raw key.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// How entries name this key.
    pub fn id(&self) -> KeyId {
        KeyId(hash::plain(self.0.as_bytes()))
    }

    /// Whether the signature over this leaf is this key's (strict verification, RFC 8032 section 5.1.7).
    pub fn signed_leaf(&self, leaf: &Hash, signature: &SignatureBytes) -> bool {
        self.signed(&entry_message(leaf), signature)
    }

    /// Whether the signature over these bytes is this key's (strict verification).
    pub fn signed(&self, message: &[u8], signature: &SignatureBytes) -> bool {
        self.0.verify_strict(message, &Signature::from_bytes(&signature.0)).is_ok()
    }

    /// Whether all signatures are this key's; several times quicker than one by one. Which one
    /// failed is not told: check the halves.
    pub fn signed_all(&self, leaves: &[Hash], signatures: &[SignatureBytes]) -> bool {
        let messages: Vec<[u8; 51]> = leaves.iter().map(entry_message).collect();
        let messages: Vec<&[u8]> = messages.iter().map(<[u8; 51]>::as_slice).collect();
        let signatures: Vec<Signature> =
            signatures.iter().map(|bytes| Signature::from_bytes(&bytes.0)).collect();
        let keys = vec![self.0; messages.len()];
        ed25519_dalek::verify_batch(&messages, &signatures, &keys).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0.as_bytes()))
    }
}

/// A key that signs. Its private half leaves this type only through [`LedgerKey::seed`].
pub struct LedgerKey {
    seed: Zeroizing<[u8; 32]>,
    signer: Ed25519KeyPair,
    public: PublicKey,
}

impl LedgerKey {
    /// Makes the key from its 32 secret bytes.
    ///
    /// # Errors
    /// When a library refuses the seed; no 32 random bytes are known to cause it.
    pub fn from_seed(seed: [u8; 32]) -> Result<Self, KeyError> {
        let seed = Zeroizing::new(seed);
        let dalek = ed25519_dalek::SigningKey::from_bytes(&seed);
        let public = PublicKey::from_bytes(dalek.verifying_key().as_bytes())?;
        // The public half is checked against the seed, so both libraries mean the same key.
        let signer = Ed25519KeyPair::from_seed_and_public_key(seed.as_slice(), public.as_bytes())
            .map_err(|_| KeyError::Refused)?;
        Ok(Self { seed, signer, public })
    }

    /// The secret bytes, to be written to a file that only the owner reads.
    pub fn seed(&self) -> &[u8; 32] {
        &self.seed
    }

    /// The half that is given away.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Signs a leaf as entries are signed.
    pub fn sign_leaf(&self, leaf: &Hash) -> SignatureBytes {
        self.sign(&entry_message(leaf))
    }

    /// Signs any bytes. The caller's context must be part of them.
    pub fn sign(&self, message: &[u8]) -> SignatureBytes {
        let mut bytes = [0; 64];
        // An Ed25519 signature always has 64 bytes.
        for (to, from) in bytes.iter_mut().zip(self.signer.sign(message).as_ref()) {
            *to = *from;
        }
        SignatureBytes(bytes)
    }
}

impl fmt::Debug for LedgerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LedgerKey({})", self.public)
    }
}

/// What is signed for an entry: the context, then its leaf.
pub(crate) fn entry_message(leaf: &Hash) -> [u8; 51] {
    let mut message = [0; 51];
    let (context, rest) = message.split_at_mut(ENTRY_CONTEXT.len());
    context.copy_from_slice(ENTRY_CONTEXT);
    rest.copy_from_slice(leaf.as_bytes());
    message
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use ed25519_dalek::Signer;

    use super::*;

    #[test]
    fn both_libraries_sign_with_the_same_bytes() {
        for n in 0..50u8 {
            let key = LedgerKey::from_seed([n; 32]).unwrap();
            let dalek = ed25519_dalek::SigningKey::from_bytes(&[n; 32]);
            let leaf = hash::leaf(&[n]);
            assert_eq!(key.sign_leaf(&leaf).0, dalek.sign(&entry_message(&leaf)).to_bytes());
        }
    }

    #[test]
    fn rfc_8032_test_1_gives_its_signature() {
        let seed = Hash::parse("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
            .unwrap();
        let key = LedgerKey::from_seed(*seed.as_bytes()).unwrap();
        assert_eq!(
            key.public().to_string(),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
        );
        assert_eq!(
            hex::encode(key.sign(b"").0),
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        );
    }

    #[test]
    fn a_keys_seed_makes_the_same_key_again() {
        let key = LedgerKey::from_seed([7; 32]).unwrap();
        assert_eq!(key.seed(), &[7; 32]);
        assert_eq!(LedgerKey::from_seed(*key.seed()).unwrap().public(), key.public());
    }

    #[test]
    fn what_is_shown_for_debugging_tells_the_public_half_and_never_the_seed() {
        let key = LedgerKey::from_seed([0xab; 32]).unwrap();
        assert_eq!(format!("{key:?}"), format!("LedgerKey({})", key.public()));
        assert!(!format!("{key:?}").contains("abab"));
        assert_eq!(format!("{:?}", SignatureBytes([0xcd; 64])), "cd".repeat(64));
    }

    #[test]
    fn keys_of_small_order_are_refused() {
        let mut identity = [0; 32];
        identity[0] = 1;
        assert_eq!(PublicKey::from_bytes(&identity).unwrap_err(), KeyError::Weak);
    }

    #[test]
    fn a_batch_with_one_wrong_signature_fails() {
        let key = LedgerKey::from_seed([7; 32]).unwrap();
        let leaves: Vec<Hash> = (0..20u8).map(|n| hash::leaf(&[n])).collect();
        let mut signatures: Vec<SignatureBytes> =
            leaves.iter().map(|leaf| key.sign_leaf(leaf)).collect();
        assert!(key.public().signed_all(&leaves, &signatures));
        signatures.swap(3, 4);
        assert!(!key.public().signed_all(&leaves, &signatures));
        assert!(key.public().signed_leaf(&leaves[3], &signatures[4]));
        assert!(!key.public().signed_leaf(&leaves[3], &signatures[3]));
    }
}
