//! `cosignature/v1` of C2SP `tlog-cosignature`: a witness's word that at a certain time the largest
//! consistent tree it had seen of a log had this root.
//!
//! # Why not ML-DSA-44 yet
//!
//! The specification now has a second type, ML-DSA-44 (0x06), and says that new deployments should
//! use it, because Ed25519 falls to a large quantum computer. We still use Ed25519, for these
//! reasons and no others:
//!
//! - Entries and checkpoints of format version 1 are signed with Ed25519. A stronger cosignature
//!   alone would leave the chain under it as it is; the change belongs into one new version of the
//!   format, for entries, checkpoints and cosignatures together.
//! - An auditor must be able to check everything with software that is not ours. Go's
//!   `x/mod/sumdb/note` and the Python libraries that our tests compare with know Ed25519 only.
//! - Every key here is checked by one library and used by another, so that no single one is
//!   trusted. For ML-DSA there is one in our build (aws-lc-rs, stable since its 1.18) and no second
//!   that has been audited: RustCrypto's `ml-dsa` says of itself that it never was.
//!
//! Size is no reason: a signature line would have 3.3 kB instead of about 150 bytes. Lines of type
//! 0x06 are skipped like those of any unknown key, so a log may already carry them.

use crate::key::{LedgerKey, PublicKey, SignatureBytes};
use crate::note::{KeyKind, SignatureLine, VerifierKey, VerifierKeyError};

/// A witness's key under its name.
///
/// The key must sign nothing but cosignatures, and no other cosigner may use it: the message does
/// not hold the name.
#[derive(Debug)]
pub struct Cosigner {
    verifier: VerifierKey,
    key: LedgerKey,
}

impl Cosigner {
    /// Names the key.
    ///
    /// # Errors
    /// When no key may have the name.
    pub fn new(name: impl Into<String>, key: LedgerKey) -> Result<Self, VerifierKeyError> {
        let verifier = VerifierKey::new(name, KeyKind::CosignatureV1, key.public().clone())?;
        Ok(Self { verifier, key })
    }

    /// What is given to those who check the cosignatures.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Signs a checkpoint's text (its last line break included) at a time in seconds since 1970.
    ///
    /// The caller vouches that it knows no larger tree of this log, that this one is consistent
    /// with all that it has cosigned, and that both will still be so after a crash.
    pub fn cosign(&self, text: &str, at: u64) -> SignatureLine {
        let mut signature = at.to_be_bytes().to_vec();
        signature.extend_from_slice(&self.key.sign(&message(text, at)).0);
        SignatureLine {
            name: self.verifier.name().to_owned(),
            key_id: self.verifier.key_id(),
            signature,
        }
    }
}

/// The time of a cosignature, if it is valid. `signature` is what follows the key id in its line.
pub(crate) fn time_signed(key: &PublicKey, text: &str, signature: &[u8]) -> Option<u64> {
    let (at, signature) = signature.split_first_chunk::<8>()?;
    let at = u64::from_be_bytes(*at);
    // The specification bars times beyond 2^63 - 1.
    i64::try_from(at).ok()?;
    let signature = SignatureBytes(signature.try_into().ok()?);
    key.signed(&message(text, at), &signature).then_some(at)
}

fn message(text: &str, at: u64) -> Vec<u8> {
    format!("cosignature/v1\ntime {at}\n{text}").into_bytes()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::note::{Note, NoteError, Signed};

    const TEXT: &str =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    const TIME: u64 = 1_679_315_147;

    fn cosigner() -> Cosigner {
        Cosigner::new("witness.example.com/w1", LedgerKey::from_seed([9; 32]).unwrap()).unwrap()
    }

    fn cosigned() -> Note {
        let mut note = Note::new(TEXT).unwrap();
        note.add(cosigner().cosign(TEXT, TIME)).unwrap();
        note
    }

    #[test]
    fn the_message_is_that_of_the_specification() {
        let expected = "cosignature/v1\n\
            time 1679315147\n\
            example.com/behind-the-sofa\n\
            20852163\n\
            CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        assert_eq!(message(TEXT, TIME), expected.as_bytes());
    }

    #[test]
    fn the_line_of_the_specification_carries_its_time() {
        let line = SignatureLine::parse(
            "\u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==",
        )
        .unwrap();
        assert_eq!(line.signature().len(), 72);
        assert_eq!(line.signature()[..8], TIME.to_be_bytes());
    }

    #[test]
    fn a_cosignature_gives_its_time_back() {
        let read = Note::parse(&cosigned().to_string()).unwrap();
        let signed = read.signed_by(cosigner().verifier()).unwrap();
        assert_eq!(signed, Some(Signed::Cosigned { at: TIME }));
    }

    #[test]
    fn every_flipped_bit_of_the_signature_or_its_time_is_noticed() {
        let key = cosigner();
        let line = key.cosign(TEXT, TIME);
        for at in 0..line.signature().len() {
            for bit in 0..8 {
                let mut spoiled = line.clone();
                spoiled.signature[at] ^= 1 << bit;
                assert_eq!(spoiled.verify(key.verifier(), TEXT), None, "byte {at} bit {bit}");
            }
        }
    }

    #[test]
    fn it_does_not_stand_for_another_text_key_or_kind() {
        let key = cosigner();
        let line = key.cosign(TEXT, TIME);
        assert_eq!(line.verify(key.verifier(), "example.com/other\n1\n"), None);
        let other = LedgerKey::from_seed([8; 32]).unwrap();
        let other = Cosigner::new("witness.example.com/w1", other).unwrap();
        assert_eq!(line.verify(other.verifier(), TEXT), None);
        let plain = VerifierKey::new(
            "witness.example.com/w1",
            KeyKind::Ed25519,
            key.verifier().public().clone(),
        );
        assert_eq!(cosigned().signed_by(&plain.unwrap()), Ok(None));
    }

    #[test]
    fn a_line_that_names_the_key_and_is_too_short_or_too_long_rejects_the_note() {
        let key = cosigner();
        for length in [1, 8, 64, 71, 73] {
            let mut line = key.cosign(TEXT, TIME);
            line.signature.resize(length, 0);
            let mut note = Note::new(TEXT).unwrap();
            note.add(line).unwrap();
            let refused = note.signed_by(key.verifier());
            assert!(matches!(refused, Err(NoteError::BadSignature(_))), "{length}");
        }
    }

    #[test]
    fn a_time_beyond_63_bits_is_refused_although_it_is_signed() {
        let key = cosigner();
        assert!(key.cosign(TEXT, (1 << 63) - 1).verify(key.verifier(), TEXT).is_some());
        assert!(key.cosign(TEXT, 1 << 63).verify(key.verifier(), TEXT).is_none());
    }

    #[test]
    fn a_cosigner_needs_a_key_name() {
        for name in ["", "two words", "a+b", "tab\t"] {
            let key = LedgerKey::from_seed([9; 32]).unwrap();
            assert!(Cosigner::new(name, key).is_err(), "{name:?}");
        }
    }
}
