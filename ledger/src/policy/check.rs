//! Whether a checkpoint is to be believed under a policy.

use std::collections::BTreeSet;

use super::Policy;
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::key::PublicKey;
use crate::note::{KeyKind, Note, NoteError, Signed, VerifierKey};

/// A checkpoint that its log has signed, and who else did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What was signed.
    pub checkpoint: Checkpoint,
    /// The log's keys that signed it; at least one.
    pub signed_by: Vec<VerifierKey>,
    /// The witnesses of the policy that cosigned it, in the policy's order.
    pub cosigned: Vec<Cosigned>,
    /// Whether that is enough for the policy. Where it is not, the checkpoint proves only that the
    /// log signed it.
    pub quorum_met: bool,
}

/// A witness's valid cosignature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// What the policy calls the witness.
    pub witness: String,
    /// Seconds since 1970-01-01 00:00 UTC, by the witness's clock.
    pub at: u64,
}

/// Why a checkpoint is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// No note, or a known key's signature that is not valid.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The text is no checkpoint.
    #[error("不是检查点:{0} / {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The policy names no log of this origin.
    #[error("策略文件中没有来源“{0}” / the policy names no log {0:?}")]
    UnknownLog(String),
    /// None of the log's keys signed it.
    #[error("没有该账本密钥的签名 / no signature by a key of the log {0:?}")]
    NotSigned(String),
}

impl Policy {
    /// Checks a checkpoint with the log keys of the policy.
    ///
    /// # Errors
    /// When it is malformed, of an origin that the policy does not name, signed by no key of that
    /// origin, or bears a bad signature of a known log or witness. A quorum that is not met is
    /// told in [`Checked::quorum_met`].
    pub fn check(&self, note: &str) -> Result<Checked, CheckError> {
        self.check_with(note, |origin| Ok(self.keys_of(origin).cloned().collect()))
    }

    /// Checks a checkpoint with these log keys instead of the policy's: for after a key rotation,
    /// when the policy still has the first key and the entries have told the later ones. The
    /// origin must still be one of the policy's.
    ///
    /// # Errors
    /// As [`Policy::check`].
    pub fn check_signed_by(&self, note: &str, keys: &[PublicKey]) -> Result<Checked, CheckError> {
        self.check_with(note, |origin| {
            keys.iter()
                .map(|key| VerifierKey::new(origin, KeyKind::Ed25519, key.clone()))
                .collect::<Result<_, _>>()
                .map_err(|_| CheckError::NotSigned(origin.to_owned()))
        })
    }

    fn check_with(
        &self,
        note: &str,
        keys: impl FnOnce(&str) -> Result<Vec<VerifierKey>, CheckError>,
    ) -> Result<Checked, CheckError> {
        let note = Note::parse(note)?;
        let checkpoint = Checkpoint::read(note.text())?;
        let origin = checkpoint.origin.as_str();
        if self.log(origin).is_none() {
            return Err(CheckError::UnknownLog(origin.to_owned()));
        }
        let mut signed_by = Vec::new();
        for key in keys(origin)? {
            if note.signed_by(&key)?.is_some() {
                signed_by.push(key);
            }
        }
        if signed_by.is_empty() {
            return Err(CheckError::NotSigned(origin.to_owned()));
        }
        let cosigned = self.cosigned(&note)?;
        let names: BTreeSet<String> =
            cosigned.iter().map(|cosigned| cosigned.witness.clone()).collect();
        let quorum_met = self.quorum_met(&names);
        Ok(Checked { checkpoint, signed_by, cosigned, quorum_met })
    }

    fn cosigned(&self, note: &Note) -> Result<Vec<Cosigned>, NoteError> {
        let mut cosigned = Vec::new();
        for witness in self.witnesses() {
            // A witness's key is of the kind that names the time.
            if let Some(Signed::Cosigned { at }) = note.signed_by(&witness.key)? {
                cosigned.push(Cosigned { witness: witness.name.clone(), at });
            }
        }
        Ok(cosigned)
    }
}
