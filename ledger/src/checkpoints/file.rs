//! The newest checkpoint in a file of the data directory: an old backup of the database does not
//! bring an old copy of it back.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::SignedCheckpoint;
use crate::checkpoint::Checkpoint;
use crate::note::Note;

/// Where one ledger's newest checkpoint lies. Programs that share a data directory share the file.
#[derive(Debug, Clone)]
pub struct CheckpointFile {
    path: PathBuf,
    /// Size of the checkpoint whose name in the directory was synced last by this program.
    synced: Arc<AtomicU64>,
}

impl CheckpointFile {
    /// Names the file; it need not exist.
    pub fn new(path: PathBuf) -> Self {
        Self { path, synced: Arc::default() }
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The note as it stands there; `None` when there is none.
    ///
    /// # Errors
    /// When the file exists and cannot be read as text.
    pub fn read(&self) -> io::Result<Option<String>> {
        match fs::read_to_string(&self.path) {
            Ok(note) => Ok(Some(note)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Puts a checkpoint in the place of the one before, unless that one is larger: another program
    /// was faster then. When it returns, the file survives a power cut, and at no moment was there
    /// half of one.
    ///
    /// # Errors
    /// When the directory cannot be written.
    pub fn advance(&self, signed: &SignedCheckpoint) -> io::Result<()> {
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.beside("checkpoint-lock"))?;
        lock.lock()?;
        let stands = self.read()?.and_then(|note| Note::parse(&note).ok());
        let stands = stands.and_then(|note| Checkpoint::read(note.text()).ok());
        if let Some(stands) = stands.filter(|stands| stands.size >= signed.checkpoint.size) {
            // Whoever put it there may have failed, or ended, before its name was synced.
            return match self.synced.load(Ordering::Acquire) {
                synced if synced >= stands.size => Ok(()),
                _ => self.sync_directory(stands.size),
            };
        }
        let next = self.beside("checkpoint-next");
        let mut file = File::create(&next)?;
        file.write_all(signed.note.as_bytes())?;
        file.sync_all()?;
        fs::rename(&next, &self.path)?;
        self.sync_directory(signed.checkpoint.size)
    }

    /// Makes sure of the name under which a checkpoint of this size lies.
    fn sync_directory(&self, size: u64) -> io::Result<()> {
        if let Some(directory) = self.path.parent() {
            File::open(directory)?.sync_all()?;
        }
        self.synced.fetch_max(size, Ordering::AcqRel);
        Ok(())
    }

    fn beside(&self, extension: &str) -> PathBuf {
        self.path.with_extension(extension)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::clock::Moment;
    use crate::hash;
    use crate::key::LedgerKey;

    fn signed(size: u64) -> SignedCheckpoint {
        let key = LedgerKey::from_seed([1; 32]).unwrap();
        let origin = "mingzhang.example/cn-320404".to_owned();
        let checkpoint = Checkpoint { origin, size, root: hash::plain(&size.to_be_bytes()) };
        let note = checkpoint.sign(&key);
        SignedCheckpoint { checkpoint, note, signed_at: Moment::EARLIEST }
    }

    fn scratch(name: &str) -> CheckpointFile {
        let directory = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        CheckpointFile::new(directory.join("cn-320404.checkpoint"))
    }

    #[test]
    fn a_larger_checkpoint_takes_the_place_of_the_one_before_and_never_the_other_way() {
        let file = scratch("checkpoint-file");
        assert_eq!(file.read().unwrap(), None);
        file.advance(&signed(3)).unwrap();
        assert_eq!(file.read().unwrap(), Some(signed(3).note));
        file.advance(&signed(2)).unwrap();
        assert_eq!(file.read().unwrap(), Some(signed(3).note));
        file.advance(&signed(4)).unwrap();
        assert_eq!(file.read().unwrap(), Some(signed(4).note));
        fs::remove_dir_all(file.path().parent().unwrap()).unwrap();
    }

    #[test]
    fn a_directory_that_cannot_be_written_is_an_error() {
        let file = CheckpointFile::new(PathBuf::from("/nonexistent/cn-320404.checkpoint"));
        assert!(file.advance(&signed(1)).is_err());
    }
}
