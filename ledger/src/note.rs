//! Signed notes as in C2SP `signed-note`: a text and the signature lines under it.
//!
//! ```text
//! text, one line or many
//!
//! — name <base64 of key id and signature>
//! ```
//!
//! A note's text is to be ignored until [`Note::signed_by`] has said that a trusted key signed it.

mod verifier_key;

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::key::SignatureBytes;

pub use verifier_key::{KeyKind, VerifierKey, VerifierKeyError};

/// Bytes that a note may have. The specification asks for a limit and leaves it to us; this is
/// that of Go's `x/mod/sumdb/note`.
pub const LARGEST_NOTE: usize = 1_000_000;

/// Signature lines that a note may have; C2SP `signed-note` asks that at least 16 be taken.
pub const MOST_SIGNATURES: usize = 100;

/// A signature line begins with an em dash and a space.
const DASH: &str = "\u{2014} ";

/// Why a text is no signed note, or is not to be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not the form of C2SP `signed-note`.
    #[error("不是签名便笺:{0} / not a signed note: {0}")]
    Malformed(&'static str),
    /// A line names a key that we know, and the signature is not that key's.
    #[error("“{0}”名下的签名无效 / the signature in the name of {0} is not valid")]
    BadSignature(String),
}

/// A text with signature lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<SignatureLine>,
}

/// One signature, as its line says. Nothing is verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureLine {
    pub(crate) name: String,
    pub(crate) key_id: [u8; 4],
    pub(crate) signature: Vec<u8>,
}

/// What a valid signature says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// The key signed the text.
    Plain,
    /// The witness cosigned the text and named the time.
    Cosigned {
        /// Seconds since 1970-01-01 00:00 UTC, by the witness's clock.
        at: u64,
    },
}

impl Note {
    /// A text that nobody has signed yet.
    ///
    /// # Errors
    /// When the text does not end in a line break or holds another control character.
    pub fn new(text: impl Into<String>) -> Result<Self, NoteError> {
        let text = text.into();
        if !text.ends_with('\n') {
            return Err(NoteError::Malformed("the text does not end in a line break"));
        }
        if has_control_character(&text) {
            return Err(NoteError::Malformed("control character"));
        }
        Ok(Self { text, signatures: Vec::new() })
    }

    /// Reads a note with at least one signature line. Only the one spelling that
    /// [`Note`]'s `Display` gives is taken, so reading and printing are inverse.
    ///
    /// # Errors
    /// When it is larger than [`LARGEST_NOTE`], has more than [`MOST_SIGNATURES`] lines, or is
    /// malformed.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.len() > LARGEST_NOTE {
            return Err(NoteError::Malformed("too large"));
        }
        // The text may hold empty lines itself: the last one separates.
        let separator = note.rfind("\n\n").ok_or(NoteError::Malformed("no empty line"))?;
        let (text, lines) = note
            .split_at_checked(separator.saturating_add(1))
            .ok_or(NoteError::Malformed("no empty line"))?;
        let lines = lines
            .strip_prefix('\n')
            .and_then(|lines| lines.strip_suffix('\n'))
            .ok_or(NoteError::Malformed("no signature line with its line break"))?;
        let mut read = Self::new(text)?;
        for line in lines.split('\n') {
            read.add(SignatureLine::parse(line)?)?;
        }
        Ok(read)
    }

    /// The text, its last line break included.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines in their order.
    pub fn signatures(&self) -> &[SignatureLine] {
        &self.signatures
    }

    /// Puts a signature line under the others.
    ///
    /// # Errors
    /// When there are [`MOST_SIGNATURES`] already.
    pub fn add(&mut self, line: SignatureLine) -> Result<(), NoteError> {
        if self.signatures.len() >= MOST_SIGNATURES {
            return Err(NoteError::Malformed("too many signature lines"));
        }
        self.signatures.push(line);
        Ok(())
    }

    /// Whether this key signed the text; `None` where no line names the key. Where several lines
    /// name it, all must be valid, and the first counts.
    ///
    /// # Errors
    /// When a line names the key and the signature is not the key's: C2SP `signed-note` says that
    /// the whole note should then be rejected.
    pub fn signed_by(&self, key: &VerifierKey) -> Result<Option<Signed>, NoteError> {
        let mut first = None;
        for line in self.signatures.iter().filter(|line| line.names(key)) {
            let signed = line
                .verify(key, &self.text)
                .ok_or_else(|| NoteError::BadSignature(line.name.clone()))?;
            first.get_or_insert(signed);
        }
        Ok(first)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl SignatureLine {
    /// Reads a line without its line break.
    ///
    /// # Errors
    /// When it is malformed, its base64 included.
    pub fn parse(line: &str) -> Result<Self, NoteError> {
        let (name, encoded) = line
            .strip_prefix(DASH)
            .and_then(|rest| rest.split_once(' '))
            .ok_or(NoteError::Malformed("signature line"))?;
        if !is_key_name(name) {
            return Err(NoteError::Malformed("key name"));
        }
        let bytes =
            STANDARD.decode(encoded).map_err(|_| NoteError::Malformed("base64 of a signature"))?;
        match bytes.split_first_chunk::<4>() {
            Some((key_id, signature)) if !signature.is_empty() => {
                Ok(Self { name: name.into(), key_id: *key_id, signature: signature.into() })
            }
            _ => Err(NoteError::Malformed("a signature of no bytes")),
        }
    }

    /// Whose key, by its own word.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which key of that name; an identifier, far too short to prove anything.
    pub fn key_id(&self) -> [u8; 4] {
        self.key_id
    }

    /// What follows the key id: for Ed25519 64 bytes, for `cosignature/v1` 8 bytes of time before.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Whether the line says that it is by this key. Name and key id must both agree.
    pub fn names(&self, key: &VerifierKey) -> bool {
        self.name == key.name() && self.key_id == key.key_id()
    }

    /// What the line says of the text, if it is this key's valid signature.
    pub fn verify(&self, key: &VerifierKey, text: &str) -> Option<Signed> {
        if !self.names(key) {
            return None;
        }
        match key.kind() {
            KeyKind::Ed25519 => {
                let signature = SignatureBytes(self.signature.as_slice().try_into().ok()?);
                key.public().signed(text.as_bytes(), &signature).then_some(Signed::Plain)
            }
            KeyKind::CosignatureV1 => {
                crate::cosignature::time_signed(key.public(), text, &self.signature)
                    .map(|at| Signed::Cosigned { at })
            }
        }
    }
}

impl fmt::Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.key_id.to_vec();
        bytes.extend_from_slice(&self.signature);
        write!(f, "{DASH}{} {}", self.name, STANDARD.encode(bytes))
    }
}

/// Whether a key may have this name: not empty, no Unicode space, no plus, no control character.
pub fn is_key_name(name: &str) -> bool {
    !name.is_empty()
        && !name.chars().any(|c| c.is_whitespace() || c == '+')
        && !has_control_character(name)
}

/// The specification bars those below U+0020 other than the line break, and no others.
fn has_control_character(text: &str) -> bool {
    text.bytes().any(|byte| byte < b' ' && byte != b'\n')
}

#[cfg(test)]
mod tests;
