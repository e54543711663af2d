//! What a witness must never forget: its key, and the latest checkpoint of each log that it has
//! cosigned.
//!
//! | file | what |
//! |---|---|
//! | `witness.key` | the private key, its owner's alone; 64 hex digits, or PKCS#8 under a passphrase |
//! | `witness.vkey` | the verifier key: a witness keeps its name and key for ever |
//! | `ORIGIN.checkpoint` | the latest checkpoint, with the log's signatures and our own |
//! | `ORIGIN.fork` | the first checkpoint that the log signed for a size with another root |
//! | `lock` | held by the one program that uses the directory |

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use ledger::checkpoint::Checkpoint;
use ledger::cosignature::Cosigner;
use ledger::note::{Note, VerifierKey, VerifierKeyError};
use people::{NoRandomness, Randomness};

use crate::books::{KeyFileError, Passphrases, key_file};

/// File systems allow 255 bytes; some are for `.checkpoint.new`.
const LONGEST_FILE_NAME: usize = 230;

/// Why a witness cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// A file of the state directory cannot be read or written.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// Two witnesses with one state could sign two histories.
    #[error("另一见证程序正在使用 {0} / another witness program is using {0}")]
    InUse(String),
    /// The directory is another witness's, or its key was lost.
    #[error(
        "状态目录属于 {found},而非 {expected}:见证者的名称与密钥不可更换 / the state directory is of {found}, not of {expected}: a witness keeps its name and key"
    )]
    OtherWitness {
        /// The verifier key by name and key file.
        expected: String,
        /// As `witness.vkey` says.
        found: String,
    },
    /// A checkpoint that was kept cannot be read. Starting without it would mean to forget.
    #[error(
        "{path} 已损坏({why}):请从备份恢复 / {path} is damaged ({why}): restore it from a backup"
    )]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// Nothing to follow.
    #[error("策略文件中没有 log 行 / the policies name no log")]
    NoLogs,
    /// The origin gives a file name that is too long.
    #[error("来源名称过长 / the origin is too long: {0:?}")]
    LongOrigin(String),
    /// No key may have the name, or a policy line could not hold it.
    #[error("见证者名称不合规 / not a name for a witness: {0:?}")]
    Name(String),
    /// The key file cannot be used.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// No key could be made.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

/// The open directory.
#[derive(Debug)]
pub(super) struct StateDirectory {
    path: PathBuf,
    /// Given back when the file is closed.
    _lock: File,
}

fn at(path: &Path) -> impl Fn(io::Error) -> StateError {
    let path = path.display().to_string();
    move |error| StateError::File { path: path.clone(), error }
}

impl StateDirectory {
    /// Opens the directory for this program alone, and makes it for its owner alone (0700).
    pub(super) fn open(path: &Path) -> Result<Self, StateError> {
        match DirBuilder::new().mode(0o700).create(path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => {}
            outcome => outcome.map_err(at(path))?,
        }
        let path = path.canonicalize().map_err(at(path))?;
        let lock = path.join("lock");
        let mut options = OpenOptions::new();
        let file = options.create(true).truncate(false).write(true).mode(0o600).open(&lock);
        let file = file.map_err(at(&lock))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { path, _lock: file }),
            Err(TryLockError::WouldBlock) => Err(StateError::InUse(path.display().to_string())),
            Err(TryLockError::Error(error)) => Err(at(&lock)(error)),
        }
    }

    /// The key under its name; made at the first start.
    pub(super) fn cosigner(
        &self,
        name: &str,
        randomness: &Randomness,
        passphrases: &Passphrases,
    ) -> Result<Cosigner, StateError> {
        let path = self.path.join("witness.key");
        if !path.exists() && !self.path.join("witness.vkey").exists() {
            key_file::write_new(&path, &*randomness.secret()?, None, randomness)?;
        }
        let key = key_file::read(&path, passphrases)?;
        let named = |_: VerifierKeyError| StateError::Name(name.to_owned());
        let cosigner = Cosigner::new(name, key).map_err(named)?;
        // The name that a policy predefines cannot be a witness's there.
        if name == "none" || name.starts_with('#') {
            return Err(StateError::Name(name.to_owned()));
        }
        self.keep_verifier(&cosigner)?;
        Ok(cosigner)
    }

    fn keep_verifier(&self, cosigner: &Cosigner) -> Result<(), StateError> {
        let path = self.path.join("witness.vkey");
        let expected = cosigner.verifier().to_string();
        match fs::read_to_string(&path) {
            Ok(found) if found.trim_end() == expected => Ok(()),
            Ok(found) => {
                let found = found.trim_end().to_owned();
                Err(StateError::OtherWitness { expected, found })
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.replace(&path, &format!("{expected}\n")).map_err(at(&path))
            }
            Err(error) => Err(at(&path)(error)),
        }
    }

    /// The latest checkpoint of the log that was cosigned; `None` where there was none. It must
    /// bear our own signature, so that a damaged file is not taken for a smaller tree.
    pub(super) fn latest(
        &self,
        origin: &str,
        verifier: &VerifierKey,
    ) -> Result<Option<Checkpoint>, StateError> {
        let path = self.checkpoint(origin);
        if path.file_name().is_none_or(|name| name.len() > LONGEST_FILE_NAME) {
            return Err(StateError::LongOrigin(origin.to_owned()));
        }
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(at(&path)(error)),
        };
        let damaged = |why: String| StateError::Damaged { path: path.display().to_string(), why };
        let note = Note::parse(&text).map_err(|error| damaged(error.to_string()))?;
        let signed = note.signed_by(verifier).map_err(|error| damaged(error.to_string()))?;
        let read = Checkpoint::read_with_extensions(note.text());
        let (checkpoint, _) = read.map_err(|error| damaged(error.to_string()))?;
        if signed.is_none() || checkpoint.origin != origin {
            return Err(damaged(format!("no cosignature of {origin} by this witness")));
        }
        Ok(Some(checkpoint))
    }

    /// Puts the cosigned checkpoint in the place of the one before. On disk when it returns.
    pub(super) fn keep(&self, origin: &str, cosigned: &Note) -> io::Result<()> {
        self.replace(&self.checkpoint(origin), &cosigned.to_string())
    }

    /// Keeps a checkpoint that contradicts the latest one; the first is evidence enough.
    pub(super) fn keep_fork(&self, origin: &str, refused: &Note) -> io::Result<()> {
        let path = self.path.join(format!("{}.fork", file_name(origin)));
        if path.exists() { Ok(()) } else { self.replace(&path, &refused.to_string()) }
    }

    fn checkpoint(&self, origin: &str) -> PathBuf {
        self.path.join(format!("{}.checkpoint", file_name(origin)))
    }

    /// A crash leaves either the old text or the new one, whole.
    fn replace(&self, path: &Path, text: &str) -> io::Result<()> {
        let mut new = path.as_os_str().to_owned();
        new.push(".new");
        let mut options = OpenOptions::new();
        let mut file = options.create(true).truncate(true).write(true).mode(0o600).open(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, path)?;
        File::open(&self.path)?.sync_all()
    }
}

/// The origin with every byte percent-encoded that is no letter, digit, hyphen or dot: different
/// origins have different files, and none leaves the directory.
fn file_name(origin: &str) -> String {
    let mut name = String::new();
    for byte in origin.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.') {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("%{byte:02X}"));
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn every_origin_has_a_file_name_of_its_own() {
        assert_eq!(file_name("mingzhang.example/cn-320404"), "mingzhang.example%2Fcn-320404");
        assert_eq!(file_name("../a%2F民"), "..%2Fa%252F%E6%B0%91");
    }
}
