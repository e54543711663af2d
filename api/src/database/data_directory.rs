use std::fs::{self, DirBuilder, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::error::{AtPath, DatabaseError};

/// The directory that holds one installation: keys, the newest checkpoint of each ledger, the
/// configuration and, where there is no `DATABASE_URL`, the database.
///
/// | path | what |
/// |---|---|
/// | `keys/` | signing keys, master key, look-up keys: 0700, its owner's alone |
/// | `sessions/` | tokens of officers who signed in on the command line: 0700 |
/// | `ID.checkpoint` | the newest signed checkpoint of ledger `ID` |
/// | `ID.policy` | what an auditor of ledger `ID` needs |
/// | `recovery-ID.key` | private half of a recovery key, written once, to be moved away |
/// | `pg` | the private PostgreSQL, or a link to it |
/// | `postgres.log` | what that server writes |
/// | `lock/` | who uses that server |
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataDirectory {
    path: PathBuf,
}

impl DataDirectory {
    /// Opens the directory, and makes it where it does not exist: the directory itself for its
    /// owner alone (0700), parents as the system's mask says. An existing directory keeps its mode,
    /// but `keys/` is closed to everybody else each time.
    pub fn open(path: &Path) -> Result<Self, DatabaseError> {
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            fs::create_dir_all(parent).at(parent)?;
        }
        make_private(path)?;
        let path = path.canonicalize().at(path)?;
        let keys = path.join("keys");
        make_private(&keys)?;
        fs::set_permissions(&keys, Permissions::from_mode(0o700)).at(&keys)?;
        make_private(&path.join("lock"))?;
        Ok(Self { path })
    }

    /// The directory itself, absolute and without links.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where keys lie; nobody but the owner of the data directory may look inside.
    pub fn keys(&self) -> PathBuf {
        self.path.join("keys")
    }

    /// Where officers who signed in on the command line keep their sessions' tokens.
    pub fn sessions(&self) -> PathBuf {
        self.path.join("sessions")
    }

    /// The newest checkpoint of a ledger. `ledger` is a valid ledger id, which holds no slash.
    pub fn checkpoint(&self, ledger: &impl std::fmt::Display) -> PathBuf {
        self.path.join(format!("{ledger}.checkpoint"))
    }

    /// The policy file that an auditor of a ledger is given by hand.
    pub fn policy(&self, ledger: &impl std::fmt::Display) -> PathBuf {
        self.path.join(format!("{ledger}.policy"))
    }

    /// The private half of a recovery key that the program made itself.
    pub fn recovery_key(&self, ledger: &impl std::fmt::Display) -> PathBuf {
        self.path.join(format!("recovery-{ledger}.key"))
    }

    /// The private server's home, or the link to it.
    pub(super) fn server(&self) -> PathBuf {
        self.path.join("pg")
    }

    /// What the private server writes. It lies outside the server's own directory, so that root
    /// never opens a file where the server's account could have put a link.
    pub(super) fn server_log(&self) -> PathBuf {
        self.path.join("postgres.log")
    }

    /// Held exclusively while a program starts or stops the private server.
    pub(super) fn door_lock(&self) -> PathBuf {
        self.path.join("lock").join("door")
    }

    /// Held shared by every program that uses the private server.
    pub(super) fn use_lock(&self) -> PathBuf {
        self.path.join("lock").join("in-use")
    }
}

fn make_private(path: &Path) -> Result<(), DatabaseError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        outcome => outcome.at(path),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_directory_and_its_keys_are_the_owners_alone() {
        let top = std::env::temp_dir().join(format!("mingzhang-data-{}", std::process::id()));
        let data = DataDirectory::open(&top.join("a").join("data")).unwrap();
        assert_eq!(mode(data.path()), 0o700);
        fs::set_permissions(data.keys(), Permissions::from_mode(0o755)).unwrap();
        let again = DataDirectory::open(data.path()).unwrap();
        assert_eq!(mode(&again.keys()), 0o700);
        fs::remove_dir_all(&top).unwrap();
    }

    #[test]
    fn a_file_in_the_place_of_the_directory_is_named() {
        let file = std::env::temp_dir().join(format!("mingzhang-file-{}", std::process::id()));
        fs::write(&file, "").unwrap();
        let error = DataDirectory::open(&file).unwrap_err().to_string();
        assert!(error.starts_with(&file.display().to_string()), "{error}");
        fs::remove_file(&file).unwrap();
    }
}
