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

use crate::hash::Hash;
use crate::identifier::canonical_number;
use crate::key::{LedgerKey, PublicKey, SignatureBytes};
use crate::note::{KeyKind, Note, NoteError, SignatureLine, VerifierKey};
use crate::signer::{Signer, SigningError};

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

impl From<NoteError> for CheckpointError {
    fn from(error: NoteError) -> Self {
        match error {
            NoteError::Malformed(what) => Self::Malformed(what),
            NoteError::BadSignature(_) => Self::NotSigned,
        }
    }
}

impl Checkpoint {
    /// The text that is signed: the body of the note, its last line break included.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root.as_bytes()))
    }

    /// The signed note. The caller must have committed all entries below the size durably.
    pub fn sign(&self, key: &LedgerKey) -> String {
        let line = self.line(key.public(), key.sign(self.text().as_bytes()));
        format!("{}\n{line}\n", self.text())
    }

    /// The note signed by several keys, in this order: for a while after a rotation by the old key
    /// and the new one, so that those who know only one of them go on. May block for as long as the
    /// signers do.
    ///
    /// # Errors
    /// When one of them fails.
    pub fn sign_with(&self, signers: &[&dyn Signer]) -> Result<String, SigningError> {
        let text = self.text();
        signers.iter().try_fold(format!("{text}\n"), |note, signer| {
            let line = self.line(signer.public(), signer.sign(text.as_bytes())?);
            Ok(format!("{note}{line}\n"))
        })
    }

    fn line(&self, key: &PublicKey, signature: SignatureBytes) -> SignatureLine {
        SignatureLine {
            name: self.origin.clone(),
            key_id: KeyKind::Ed25519.key_id(&self.origin, key),
            signature: signature.0.to_vec(),
        }
    }

    /// Reads a note and checks the ledger's own signature line.
    ///
    /// # Errors
    /// When it is malformed, of another origin, or not signed by the key.
    pub fn open(note: &str, origin: &str, key: &PublicKey) -> Result<Self, CheckpointError> {
        let note = Note::parse(note)?;
        let checkpoint = Self::read(note.text())?;
        if checkpoint.origin != origin {
            return Err(CheckpointError::OtherOrigin(checkpoint.origin));
        }
        // An origin that no key may be named after has no signature line either.
        let key = VerifierKey::new(origin, KeyKind::Ed25519, key.clone())
            .map_err(|_| CheckpointError::NotSigned)?;
        note.signed_by(&key)?.map(|_| checkpoint).ok_or(CheckpointError::NotSigned)
    }

    /// Reads a note's text, its last line break included, without looking for a signature. Our
    /// ledgers write no extension lines, so a text that has one is refused.
    ///
    /// # Errors
    /// When it is not origin, size and root, each in its one spelling.
    pub fn read(text: &str) -> Result<Self, CheckpointError> {
        match Self::read_with_extensions(text)? {
            (checkpoint, 0) => Ok(checkpoint),
            _ => Err(CheckpointError::Malformed("extension lines")),
        }
    }

    /// Reads the text of any log's checkpoint and counts the extension lines, which C2SP
    /// `tlog-checkpoint` allows and which say nothing about the tree. For a witness.
    ///
    /// # Errors
    /// When one of the first three lines is malformed, or a later one is empty.
    pub fn read_with_extensions(text: &str) -> Result<(Self, usize), CheckpointError> {
        let text = text.strip_suffix('\n').ok_or(CheckpointError::Malformed("final line break"))?;
        let mut lines = text.split('\n');
        let mut line = || lines.next().ok_or(CheckpointError::Malformed("three lines"));
        let origin = line()?.to_owned();
        let size = canonical_number(line()?).ok_or(CheckpointError::Malformed("size"))?;
        let root = line()?;
        let root = STANDARD.decode(root).ok().and_then(|bytes| Hash::from_slice(&bytes));
        let root = root.ok_or(CheckpointError::Malformed("root"))?;
        let extensions: Vec<&str> = lines.collect();
        if extensions.iter().any(|line| line.is_empty()) {
            return Err(CheckpointError::Malformed("empty extension line"));
        }
        if origin.is_empty() {
            Err(CheckpointError::Malformed("origin"))
        } else {
            Ok((Self { origin, size, root }, extensions.len()))
        }
    }
}

/// The verifier key of C2SP `signed-note`: name, key id in hex, and base64 of type and public key.
pub fn verifier_key(origin: &str, key: &PublicKey) -> String {
    KeyKind::Ed25519.spelled(origin, key)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::hash;

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
    fn a_checkpoint_of_two_keys_opens_with_either() {
        let keys = [1, 2, 3].map(|seed| LedgerKey::from_seed([seed; 32]).unwrap());
        let note = checkpoint().sign_with(&[&keys[0], &keys[1]]).unwrap();
        for key in &keys[..2] {
            assert_eq!(Checkpoint::open(&note, ORIGIN, key.public()).unwrap(), checkpoint());
        }
        assert_eq!(
            Checkpoint::open(&note, ORIGIN, keys[2].public()),
            Err(CheckpointError::NotSigned)
        );
        assert!(
            note.starts_with(checkpoint().sign(&keys[0]).as_str()),
            "the first key's line first"
        );
    }

    #[test]
    fn a_verifier_key_is_spelled_as_in_the_example_that_signed_note_gives() {
        let spelled = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let (_, encoded) = spelled.rsplit_once('+').unwrap();
        let bytes = STANDARD.decode(encoded).unwrap();
        let key = PublicKey::from_bytes(bytes[1..].try_into().unwrap()).unwrap();
        assert_eq!(verifier_key("PeterNeumann", &key), spelled);
    }

    #[test]
    fn reading_the_text_gives_the_checkpoint_back() {
        assert_eq!(Checkpoint::read(&checkpoint().text()).unwrap(), checkpoint());
    }

    #[test]
    fn malformed_texts_are_refused() {
        let root = STANDARD.encode([7; 32]);
        for bad in [
            String::new(),
            "a\n".to_owned(),
            "a\n1\n".to_owned(),
            format!("a\n1\n{root}"),
            format!("\n1\n{root}\n"),
            format!("a\n01\n{root}\n"),
            format!("a\n+1\n{root}\n"),
            format!("a\n18446744073709551616\n{root}\n"),
            format!("a\n1\n{}\n", STANDARD.encode([7; 31])),
            format!("a\n1\n{root} \n"),
            format!("a\n1\n{root}\n\n"),
            format!("a\n1\n{root}\nextension\n"),
        ] {
            assert!(
                matches!(Checkpoint::read(&bad), Err(CheckpointError::Malformed(_))),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn extension_lines_are_counted_and_must_not_be_empty() {
        let text = checkpoint().text();
        let read = |more: &str| Checkpoint::read_with_extensions(&format!("{text}{more}"));
        assert_eq!(read(""), Ok((checkpoint(), 0)));
        assert_eq!(read("one\ntwo\n"), Ok((checkpoint(), 2)));
        assert!(read("\n").is_err() && read("one\n\ntwo\n").is_err());
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
