//! The account that runs the private server, and programs run under it.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::{Uid, User};

use super::error::{AtPath, DatabaseError};

/// Who runs PostgreSQL, which refuses to run as root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ServerAccount {
    /// We are a normal user and run it ourselves.
    Ourselves,
    /// We are root and hand it over.
    Other {
        /// Name, for messages.
        name: String,
        /// User id.
        uid: u32,
        /// Group id.
        gid: u32,
    },
}

impl ServerAccount {
    /// The account for the server whose home is `home`. Root takes the account that owns the home
    /// already, so that it can look after a normal user's data; for a new one `postgres`, else `nobody`.
    pub(super) fn choose(home: &Path) -> Result<Self, DatabaseError> {
        if !Uid::effective().is_root() {
            return Ok(Self::Ourselves);
        }
        if let Ok(owner) = std::fs::metadata(home)
            && owner.uid() != 0
        {
            let name = User::from_uid(Uid::from_raw(owner.uid())).ok().flatten();
            let name = name.map_or_else(|| owner.uid().to_string(), |user| user.name);
            return Ok(Self::Other { name, uid: owner.uid(), gid: owner.gid() });
        }
        ["postgres", "_postgres", "nobody"]
            .into_iter()
            .find_map(|name| User::from_name(name).ok().flatten())
            .map(|user| Self::Other {
                name: user.name,
                uid: user.uid.as_raw(),
                gid: user.gid.as_raw(),
            })
            .ok_or(DatabaseError::NoServerAccount)
    }

    /// A command that runs as this account: nothing on its input, no settings of ours in its
    /// environment, messages in one language, and away from a working directory it may not enter.
    pub(super) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/").stdin(Stdio::null()).env("LC_ALL", "C");
        for name in ["PGDATA", "PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGOPTIONS"] {
            command.env_remove(name);
        }
        if let Self::Other { uid, gid, .. } = self {
            // The standard library also drops root's supplementary groups.
            command.uid(*uid).gid(*gid);
        }
        command
    }

    /// Gives a file or directory to this account.
    pub(super) fn own(&self, path: &Path) -> Result<(), DatabaseError> {
        match self {
            Self::Ourselves => Ok(()),
            Self::Other { uid, gid, .. } => {
                std::os::unix::fs::lchown(path, Some(*uid), Some(*gid)).at(path)
            }
        }
    }

    /// Whether this account may make `directory` its working directory; asked of the system, which
    /// alone knows about groups, access lists and mounts. `program` is something it may run.
    pub(super) fn can_enter(
        &self,
        directory: &Path,
        program: &Path,
    ) -> Result<bool, DatabaseError> {
        let run = self
            .command(program)
            .arg("--version")
            .current_dir(directory)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        match run {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok(false),
            Err(error) => Err(error).at(directory),
        }
    }

    /// User id that files of this account have.
    pub(super) fn uid(&self) -> u32 {
        match self {
            Self::Ourselves => Uid::effective().as_raw(),
            Self::Other { uid, .. } => *uid,
        }
    }

    /// For messages.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Ourselves => "that we run as",
            Self::Other { name, .. } => name,
        }
    }
}
