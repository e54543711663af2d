//! A witness: a small server on the auditor's side that remembers how far it has seen each log and
//! signs only what extends it (C2SP `tlog-witness`, `add-checkpoint`).
//!
//! A ledger that shows its auditors two histories, or takes one back, needs the witness to sign
//! twice for the same place, and the witness does not: what it has signed lies synced on its disk
//! before anybody gets the signature. It knows no database and nothing of what the books are about.
//!
//! | module | what it holds |
//! |---|---|
//! | `submission` | what is sent to it, read strictly |
//! | `state` | its key and the latest checkpoint of each log, on disk |
//! | `http` | the codes of the specification |

mod http;
mod state;
mod submission;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use ledger::checkpoint::Checkpoint;
use ledger::clock::Clock;
use ledger::cosignature::Cosigner;
use ledger::note::{Note, SignatureLine, VerifierKey};
use ledger::policy::Policy;
use ledger::tree::{Frontier, consistent};
use people::Randomness;

pub use http::routes;
pub use state::StateError;

use crate::books::Passphrases;
use state::StateDirectory;
use submission::Submission;

/// A witness of the logs that its policies name.
pub struct Witness {
    cosigner: Cosigner,
    directory: StateDirectory,
    followed: BTreeMap<String, Followed>,
    clock: Arc<dyn Clock>,
}

/// One log. The lock is held from looking at the latest checkpoint until the next one is on disk,
/// so of two submissions one sees the other's.
struct Followed {
    keys: Vec<VerifierKey>,
    latest: Mutex<Option<Checkpoint>>,
}

/// Why a witness does not sign.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Not of the form that the specification gives.
    #[error("请求格式不对:{0} / malformed: {0}")]
    Malformed(&'static str),
    /// The policies name no log of this origin.
    #[error("不跟踪此来源 / this origin is not followed")]
    UnknownLog,
    /// Not signed by a key of the log, or with a bad signature in such a key's name.
    #[error("没有该账本密钥的有效签名 / no valid signature by a key of this log")]
    NotSigned,
    /// The old size is not that of the latest checkpoint that this witness has cosigned.
    #[error("已联署的规模为 {known} / the latest cosigned size is {known}")]
    OtherSize {
        /// Size of the latest cosigned checkpoint, 0 before the first.
        known: u64,
    },
    /// The same size with another root: two histories.
    #[error("同一规模已联署另一根哈希 / another root of this size was cosigned")]
    Fork,
    /// The proof does not show that the checkpoint extends the latest cosigned one.
    #[error("一致性证明不成立 / the consistency proof does not verify")]
    NotConsistent,
    /// The disk failed; nothing was signed.
    #[error("无法保存状态 / the state could not be kept: {0}")]
    NotKept(std::io::Error),
    /// An earlier request ended in the middle; the program must be started again.
    #[error("内部错误 / fault")]
    Fault,
}

impl Witness {
    /// Opens the state directory, and makes it with a new key where there is none. Each log is
    /// followed with every key that any of the policies has for its origin.
    ///
    /// # Errors
    /// When another witness uses the directory, its files are damaged or of another name, or the
    /// policies name no log.
    pub fn open(
        state: &Path,
        name: &str,
        policies: &[Policy],
        clock: Arc<dyn Clock>,
        randomness: &Randomness,
        passphrases: &Passphrases,
    ) -> Result<Self, StateError> {
        let mut keys: BTreeMap<String, Vec<VerifierKey>> = BTreeMap::new();
        for log in policies.iter().flat_map(Policy::logs) {
            let known = keys.entry(log.key.name().to_owned()).or_default();
            if !known.contains(&log.key) {
                known.push(log.key.clone());
            }
        }
        if keys.is_empty() {
            return Err(StateError::NoLogs);
        }
        let directory = StateDirectory::open(state)?;
        let cosigner = directory.cosigner(name, randomness, passphrases)?;
        let mut followed = BTreeMap::new();
        for (origin, keys) in keys {
            let latest = Mutex::new(directory.latest(&origin, cosigner.verifier())?);
            followed.insert(origin, Followed { keys, latest });
        }
        Ok(Self { cosigner, directory, followed, clock })
    }

    /// What those who rely on this witness put into their policies.
    pub fn verifier(&self) -> &VerifierKey {
        self.cosigner.verifier()
    }

    /// The origins that are followed.
    pub fn origins(&self) -> impl Iterator<Item = &str> {
        self.followed.keys().map(String::as_str)
    }

    /// Cosigns the checkpoint of an `add-checkpoint` request, if it extends what this witness has
    /// cosigned. The checkpoint is on disk before the signature is given. Blocks on the disk.
    ///
    /// # Errors
    /// When it must not be signed; nothing has changed then.
    pub fn add_checkpoint(&self, body: &[u8]) -> Result<SignatureLine, Refusal> {
        let Submission { old, proof, note, checkpoint } = Submission::parse(body)?;
        let followed = self.followed.get(&checkpoint.origin).ok_or(Refusal::UnknownLog)?;
        let mut kept = followed.signed_by_the_log(&note)?;
        if old > checkpoint.size {
            return Err(Refusal::Malformed("the old size is beyond the checkpoint's"));
        }
        // A lock that a panic has left says that memory and disk may differ.
        let mut latest = followed.latest.lock().map_err(|_| Refusal::Fault)?;
        extends(latest.as_ref(), old, &checkpoint, &proof)
            .inspect_err(|refusal| self.keep_evidence(refusal, &checkpoint.origin, &kept))?;
        let line = self.cosigner.cosign(note.text(), self.seconds());
        kept.add(line.clone()).map_err(|_| Refusal::Malformed("too many signature lines"))?;
        self.directory.keep(&checkpoint.origin, &kept).map_err(Refusal::NotKept)?;
        *latest = Some(checkpoint);
        Ok(line)
    }

    /// Two roots of one size under the log's own signature prove that it has two histories. The
    /// checkpoint that was refused is kept beside the one that was signed.
    fn keep_evidence(&self, refusal: &Refusal, origin: &str, refused: &Note) {
        if !matches!(refusal, Refusal::Fork) {
            return;
        }
        tracing::error!(origin, "the log has signed two roots of one size");
        if let Err(error) = self.directory.keep_fork(origin, refused) {
            tracing::error!(origin, %error, "the evidence could not be kept");
        }
    }

    fn seconds(&self) -> u64 {
        // A moment is never before 1970.
        u64::try_from(self.clock.now().micros()).unwrap_or(0) / 1_000_000
    }
}

impl Followed {
    /// The note with the signature lines of the log's known keys only; at least one.
    fn signed_by_the_log(&self, note: &Note) -> Result<Note, Refusal> {
        let mut kept = Note::new(note.text()).map_err(|_| Refusal::Malformed("text"))?;
        for key in &self.keys {
            // A bad signature in a known key's name spoils the note, as C2SP `signed-note` says.
            if note.signed_by(key).map_err(|_| Refusal::NotSigned)?.is_some()
                && let Some(line) = note.signatures().iter().find(|line| line.names(key))
            {
                kept.add(line.clone()).map_err(|_| Refusal::NotSigned)?;
            }
        }
        if kept.signatures().is_empty() { Err(Refusal::NotSigned) } else { Ok(kept) }
    }
}

/// Whether the new checkpoint extends the latest, as the proof from the old size shows. The order
/// of the checks is the specification's.
fn extends(
    latest: Option<&Checkpoint>,
    old: u64,
    new: &Checkpoint,
    path: &[ledger::hash::Hash],
) -> Result<(), Refusal> {
    let known = latest.map_or(0, |latest| latest.size);
    if old != known {
        return Err(Refusal::OtherSize { known });
    }
    let extended = match latest {
        Some(latest) if latest.size == new.size && latest.root != new.root => {
            return Err(Refusal::Fork);
        }
        Some(latest) if latest.size > 0 => {
            consistent(latest.size, &latest.root, new.size, &new.root, path)
        }
        // Every tree extends the empty one, and there is only one empty one.
        _ => path.is_empty() && (new.size > 0 || new.root == Frontier::empty().root()),
    };
    if extended { Ok(()) } else { Err(Refusal::NotConsistent) }
}

#[cfg(test)]
mod tests;
