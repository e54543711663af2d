//! Verifier keys: what one party gives another by hand, so that signatures can be checked.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::is_key_name;
use crate::hash;
use crate::key::PublicKey;

/// What a key signs, and how: the signature type of C2SP `signed-note`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// Type 0x01: Ed25519 over the note's text. Logs sign so.
    Ed25519,
    /// Type 0x04: Ed25519 over time and text, C2SP `tlog-cosignature`. Witnesses sign so.
    CosignatureV1,
}

impl KeyKind {
    const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::CosignatureV1 => 0x04,
        }
    }

    pub(crate) fn key_id(self, name: &str, key: &PublicKey) -> [u8; 4] {
        let mut bytes = name.as_bytes().to_vec();
        bytes.extend_from_slice(&[b'\n', self.byte()]);
        bytes.extend_from_slice(key.as_bytes());
        let [a, b, c, d, ..] = *hash::plain(&bytes).as_bytes();
        [a, b, c, d]
    }

    pub(crate) fn spelled(self, name: &str, key: &PublicKey) -> String {
        let mut typed = vec![self.byte()];
        typed.extend_from_slice(key.as_bytes());
        let key_id = hex::encode(self.key_id(name, key));
        format!("{name}+{key_id}+{}", STANDARD.encode(typed))
    }
}

/// Why a text is no verifier key that this program can use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifierKeyError {
    /// Not `<name>+<8 hex digits>+<base64>`.
    #[error("不是“名称+8位十六进制+base64” / not <name>+<8 hex digits>+<base64>")]
    Spelling,
    /// A name that no key may have.
    #[error("密钥名称不合规 / not a key name: {0:?}")]
    Name(String),
    /// A signature type that this program does not know.
    #[error(
        "不支持签名类型 0x{0:02x}(仅支持 0x01 Ed25519 与 0x04 cosignature/v1) / signature type 0x{0:02x} is not supported, only 0x01 Ed25519 and 0x04 cosignature/v1"
    )]
    Kind(u8),
    /// No usable Ed25519 public key.
    #[error("不是可用的 Ed25519 公钥 / not a usable Ed25519 public key")]
    Key,
    /// The key id is of another name, type or key: somebody mistyped, or pasted two halves.
    #[error("密钥标识应为 {expected},而非 {found} / the key id is {expected}, not {found}")]
    KeyId {
        /// By name, type and key.
        expected: String,
        /// As written.
        found: String,
    },
}

/// A public key with its name and what it signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    kind: KeyKind,
    public: PublicKey,
}

impl VerifierKey {
    /// Names a key.
    ///
    /// # Errors
    /// When no key may have the name.
    pub fn new(
        name: impl Into<String>,
        kind: KeyKind,
        public: PublicKey,
    ) -> Result<Self, VerifierKeyError> {
        let name = name.into();
        if is_key_name(&name) {
            Ok(Self { name, kind, public })
        } else {
            Err(VerifierKeyError::Name(name))
        }
    }

    /// Reads `<name>+<key id>+<base64>`, the only spelling that `Display` gives.
    ///
    /// # Errors
    /// When it is spelled otherwise, of an unknown type, no usable key, or its key id is not the
    /// one that follows from name, type and key.
    pub fn parse(text: &str) -> Result<Self, VerifierKeyError> {
        let (name, rest) = text.split_once('+').ok_or(VerifierKeyError::Spelling)?;
        let (found, encoded) = rest.split_once('+').ok_or(VerifierKeyError::Spelling)?;
        let lower = found.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if found.len() != 8 || !lower {
            return Err(VerifierKeyError::Spelling);
        }
        let typed = STANDARD.decode(encoded).map_err(|_| VerifierKeyError::Spelling)?;
        let (kind, key) = typed.split_first().ok_or(VerifierKeyError::Spelling)?;
        let kind = match kind {
            0x01 => KeyKind::Ed25519,
            0x04 => KeyKind::CosignatureV1,
            other => return Err(VerifierKeyError::Kind(*other)),
        };
        let key = key.try_into().map_err(|_| VerifierKeyError::Key)?;
        let public = PublicKey::from_bytes(key).map_err(|_| VerifierKeyError::Key)?;
        let key = Self::new(name, kind, public)?;
        let expected = hex::encode(key.key_id());
        if expected == found {
            Ok(key)
        } else {
            Err(VerifierKeyError::KeyId { expected, found: found.to_owned() })
        }
    }

    /// Whose key it is; for a log its origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The key itself.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// What signature lines carry to say which key: the first four bytes of
    /// SHA-256(name ‖ 0x0A ‖ type ‖ public key).
    pub fn key_id(&self) -> [u8; 4] {
        self.kind.key_id(&self.name, &self.public)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind.spelled(&self.name, &self.public))
    }
}
