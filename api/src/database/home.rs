//! Where the private server's files lie: `pg` in the data directory, or, where the account that
//! runs the server cannot get there, a directory below `/var/lib/mingzhang` that `pg` links to.

use std::fs::{self, DirBuilder, Permissions};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::account::ServerAccount;
use super::data_directory::DataDirectory;
use super::error::{AtPath, DatabaseError};

/// Where clusters lie that must live outside their data directory.
const ELSEWHERE: &str = "/var/lib/mingzhang";

/// Longest socket directory that leaves room for the socket's name on every system, in bytes.
const LONGEST_SOCKET_DIRECTORY: usize = 85;

/// The server's own directory: private to the account that runs it.
#[derive(Debug, Clone)]
pub(super) struct ServerHome {
    path: PathBuf,
}

impl ServerHome {
    /// Finds the home, or makes it. `program` is something that the account may run.
    ///
    /// As root, a closed data directory is opened for passing through (0711), never for listing;
    /// if that is not enough, because it lies below a closed directory such as `/root`, the home
    /// goes to `/var/lib/mingzhang`, and standard error says so.
    pub(super) fn prepare(
        data: &DataDirectory,
        account: &ServerAccount,
        program: &Path,
    ) -> Result<Self, DatabaseError> {
        if !account.can_enter(Path::new("/"), program)? {
            return Err(DatabaseError::ServerCannotEnter {
                account: account.name().to_owned(),
                directory: program.to_owned(),
            });
        }
        let link = data.server();
        if fs::symlink_metadata(&link).is_err() {
            if reachable(data.path(), account, program)? {
                make_private(&link, account)?;
            } else {
                place_elsewhere(data, account)?;
            }
        }
        let path = link.canonicalize().map_err(|error| match error.kind() {
            ErrorKind::NotFound => DatabaseError::ClusterGone { link: link.clone() },
            _ => DatabaseError::File { path: link.clone(), source: error },
        })?;
        // A crash between making and giving away leaves a directory of root's.
        account.own(&path)?;
        if account.can_enter(&path, program)? || reachable(data.path(), account, program)? {
            return Ok(Self { path });
        }
        Err(DatabaseError::ServerCannotEnter {
            account: account.name().to_owned(),
            directory: path,
        })
    }

    /// The cluster itself, what PostgreSQL calls its data directory.
    pub(super) fn cluster(&self) -> PathBuf {
        self.path.join("cluster")
    }

    /// A cluster in the making; never mistaken for one that is complete.
    pub(super) fn unfinished_cluster(&self) -> PathBuf {
        self.path.join("cluster.unfinished")
    }

    /// The directory itself.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The directory of the socket, made where it is missing. A path that is too long for a socket,
    /// or holds a character with a meaning of its own there, is replaced by a short one in `/tmp`.
    pub(super) fn socket_directory(
        &self,
        account: &ServerAccount,
    ) -> Result<PathBuf, DatabaseError> {
        let own = self.path.join("socket");
        let directory = if fits_a_socket(&own) {
            own
        } else {
            Path::new("/tmp").join(format!("mingzhang-{}", short_hash(&self.path)))
        };
        make_private(&directory, account)?;
        Ok(directory)
    }
}

fn fits_a_socket(path: &Path) -> bool {
    let bytes = path.as_os_str().as_bytes();
    bytes.len() <= LONGEST_SOCKET_DIRECTORY
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"/._-+".contains(byte))
}

fn short_hash(path: &Path) -> String {
    let mut hash = hex::encode(Sha256::digest(path.as_os_str().as_bytes()));
    hash.truncate(16);
    hash
}

/// Whether the account can get into the data directory, opening the directory itself if that helps.
fn reachable(
    directory: &Path,
    account: &ServerAccount,
    program: &Path,
) -> Result<bool, DatabaseError> {
    if account.can_enter(directory, program)? {
        return Ok(true);
    }
    let parent_is_open = match directory.parent() {
        Some(parent) => account.can_enter(parent, program)?,
        None => true,
    };
    if !parent_is_open {
        return Ok(false);
    }
    let mode = fs::metadata(directory).at(directory)?.mode();
    fs::set_permissions(directory, Permissions::from_mode(mode | 0o011)).at(directory)?;
    account.can_enter(directory, program)
}

fn place_elsewhere(data: &DataDirectory, account: &ServerAccount) -> Result<(), DatabaseError> {
    let parent = Path::new(ELSEWHERE);
    match DirBuilder::new().mode(0o711).create(parent) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error).at(parent),
        _ => {}
    }
    let name = short_hash(data.path());
    let mut left_behind = Vec::new();
    let home = loop {
        let number = left_behind.len();
        let suffix = if number == 0 { String::new() } else { format!("-{number}") };
        let candidate = parent.join(format!("{name}{suffix}"));
        if is_empty_or_missing(&candidate) {
            break candidate;
        }
        // The database of a data directory that was at this path before and is moved or removed.
        left_behind.push(candidate);
    };
    make_private(&home, account)?;
    std::os::unix::fs::symlink(&home, data.server()).at(data.server())?;
    eprintln!(
        "mingzhang: PostgreSQL runs as {}, which cannot enter {}; the database lies in {} and {} \
         links to it",
        account.name(),
        data.path().display(),
        home.display(),
        data.server().display()
    );
    for old in left_behind {
        eprintln!(
            "mingzhang: {} holds the database of an earlier data directory at this path; remove it \
             if that is no longer needed",
            old.display()
        );
    }
    Ok(())
}

fn is_empty_or_missing(directory: &Path) -> bool {
    match fs::read_dir(directory) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}

/// Makes a directory that only the account may enter, or makes sure that an existing one is that:
/// in `/tmp` somebody else could have put theirs first.
fn make_private(directory: &Path, account: &ServerAccount) -> Result<(), DatabaseError> {
    match DirBuilder::new().mode(0o700).create(directory) {
        Ok(()) => return account.own(directory),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        outcome => return outcome.at(directory),
    }
    let found = fs::symlink_metadata(directory).at(directory)?;
    let ours = found.uid() == nix::unistd::Uid::effective().as_raw();
    if !found.is_dir() || found.mode() & 0o077 != 0 || !(ours || found.uid() == account.uid()) {
        return Err(DatabaseError::SocketDirectoryTaken { directory: directory.to_owned() });
    }
    account.own(directory)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_long_or_unusual_path_is_not_used_for_the_socket() {
        assert!(fits_a_socket(Path::new("/srv/mingzhang/data/pg/socket")));
        assert!(!fits_a_socket(Path::new("/srv/a,b/socket")));
        assert!(!fits_a_socket(Path::new("/srv/明账/socket")));
        assert!(!fits_a_socket(&Path::new("/srv").join("x".repeat(85))));
    }

    #[test]
    fn a_directory_that_somebody_else_may_enter_is_refused() {
        let open = std::env::temp_dir().join(format!("mingzhang-open-{}", std::process::id()));
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, Permissions::from_mode(0o755)).unwrap();
        let refused = make_private(&open, &ServerAccount::Ourselves);
        assert!(matches!(refused, Err(DatabaseError::SocketDirectoryTaken { .. })));
        fs::remove_dir(&open).unwrap();
    }
}
