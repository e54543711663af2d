//! A C2SP `tlog-checkpoint`: origin, tree size and root in a C2SP `signed-note`.
//!
//! ```text
//! mingzhang.example/cn-320404
//! 18234
//! <base64 root>
//!
//! — mingzhang.example/cn-320404 <base64 of key id and signature>
//! ```
//!
//! Signature lines of other keys (a witness's cosignature) are allowed and skipped.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::hash::{self, Hash};
use crate::identifier::canonical_number;
use crate::key::{LedgerKey, PublicKey, SignatureBytes};

/// Signature type of Ed25519 in C2SP `signed-note`.
const ED25519: u8 = 0x01;

/// The tree at one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// `<configured name>/<ledger id>`.
    pub origin: String,
    /// How many entries it stands over.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Hash,
}

/// Why a note is not a checkpoint of this ledger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not the form of a note or of a checkpoint.
    #[error("not a checkpoint: {0}")]
    Malformed(&'static str),
    /// It is about another ledger.
    #[error("the checkpoint is of {0}")]
    OtherOrigin(String),
    /// No signature line is by this key, or the one that claims to be does not verify.
    #[error("no valid signature by this ledger's key")]
    NotSigned,
}

impl Checkpoint {
    fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root.as_bytes()))
    }

    /// The signed note. The caller must have committed all entries below the size durably.
    pub fn sign(&self, key: &LedgerKey) -> String {
        let body = self.body();
        let mut signature = key_id(&self.origin, key.public()).to_vec();
        signature.extend_from_slice(&key.sign(body.as_bytes()).0);
        format!("{body}\n\u{2014} {} {}\n", self.origin, STANDARD.encode(signature))
    }

    /// Reads a note and checks the ledger's own signature line.
    ///
    /// # Errors
    /// When it is malformed, of another origin, or not signed by the key.
    pub fn open(note: &str, origin: &str, key: &PublicKey) -> Result<Self, CheckpointError> {
        let (body, signatures) =
            note.split_once("\n\n").ok_or(CheckpointError::Malformed("no empty line"))?;
        let checkpoint = Self::read(body)?;
        if checkpoint.origin != origin {
            return Err(CheckpointError::OtherOrigin(checkpoint.origin));
        }
        let signed = checkpoint.body();
        let lines = signatures
            .strip_suffix('\n')
            .ok_or(CheckpointError::Malformed("no final line break"))?;
        let by_key = lines
            .split('\n')
            .filter_map(|line| {
                line.strip_prefix("\u{2014} ")?.strip_prefix(origin)?.strip_prefix(' ')
            })
            .filter_map(|encoded| STANDARD.decode(encoded).ok())
            .filter_map(|bytes| {
                let (id, signature) = bytes.split_at_checked(4)?;
                (id == key_id(origin, key))
                    .then(|| signature.try_into().ok().map(SignatureBytes))?
            })
            .any(|signature| key.signed(signed.as_bytes(), &signature));
        if by_key { Ok(checkpoint) } else { Err(CheckpointError::NotSigned) }
    }

    fn read(body: &str) -> Result<Self, CheckpointError> {
        let mut lines = body.split('\n');
        let mut line = || lines.next().ok_or(CheckpointError::Malformed("three lines"));
        let origin = line()?.to_owned();
        let size = canonical_number(line()?).ok_or(CheckpointError::Malformed("size"))?;
        let root = line()?;
        let root = STANDARD.decode(root).ok().and_then(|bytes| Hash::from_slice(&bytes));
        let root = root.ok_or(CheckpointError::Malformed("root"))?;
        if lines.next().is_some() {
            return Err(CheckpointError::Malformed("extension lines"));
        }
        if origin.is_empty() {
            Err(CheckpointError::Malformed("origin"))
        } else {
            Ok(Self { origin, size, root })
        }
    }
}

/// First four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key), as C2SP `signed-note` says.
fn key_id(name: &str, key: &PublicKey) -> [u8; 4] {
    let mut bytes = name.as_bytes().to_vec();
    bytes.extend_from_slice(&[b'\n', ED25519]);
    bytes.extend_from_slice(key.as_bytes());
    let [a, b, c, d, ..] = *hash::plain(&bytes).as_bytes();
    [a, b, c, d]
}

/// The verifier key of C2SP `signed-note`: name, key id in hex, and base64 of type and public key.
pub fn verifier_key(origin: &str, key: &PublicKey) -> String {
    let mut typed = vec![ED25519];
    typed.extend_from_slice(key.as_bytes());
    format!("{origin}+{}+{}", hex::encode(key_id(origin, key)), STANDARD.encode(typed))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const ORIGIN: &str = "mingzhang.example/cn-320404";

    fn checkpoint() -> Checkpoint {
        Checkpoint { origin: ORIGIN.into(), size: 18_234, root: hash::plain(b"root") }
    }

    #[test]
    fn a_signed_checkpoint_opens_with_its_key_only() {
        let key = LedgerKey::from_seed([1; 32]).unwrap();
        let other = LedgerKey::from_seed([2; 32]).unwrap();
        let note = checkpoint().sign(&key);
        assert_eq!(Checkpoint::open(&note, ORIGIN, key.public()).unwrap(), checkpoint());
        assert_eq!(
            Checkpoint::open(&note, ORIGIN, other.public()),
            Err(CheckpointError::NotSigned)
        );
        assert!(matches!(
            Checkpoint::open(&note, "mingzhang.example/cn-320402", key.public()),
            Err(CheckpointError::OtherOrigin(_))
        ));
    }

    #[test]
    fn signature_lines_of_others_are_skipped() {
        let key = LedgerKey::from_seed([1; 32]).unwrap();
        let note = checkpoint().sign(&key);
        let (body, line) = note.split_once("\n\n").unwrap();
        let with_witness = format!("{body}\n\n\u{2014} witness.example/w AAAAAAAA\n{line}");
        assert_eq!(Checkpoint::open(&with_witness, ORIGIN, key.public()).unwrap(), checkpoint());
    }

    #[test]
    fn any_changed_byte_of_the_body_is_noticed() {
        let key = LedgerKey::from_seed([1; 32]).unwrap();
        let note = checkpoint().sign(&key);
        for at in 0..note.find("\n\n").unwrap() {
            let mut bytes = note.clone().into_bytes();
            bytes[at] ^= 1;
            let opened = String::from_utf8(bytes)
                .ok()
                .and_then(|note| Checkpoint::open(&note, ORIGIN, key.public()).ok());
            assert_eq!(opened, None, "byte {at}");
        }
    }
}
