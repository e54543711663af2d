use std::path::PathBuf;

use super::binaries::install_line;

/// Why the database cannot be used. Every message says what to do next where something can be done.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// There is neither a server address nor a PostgreSQL on this machine to start one from.
    #[error(
        "PostgreSQL is not installed, and no DATABASE_URL is set. Install it with: {}",
        install_line()
    )]
    PostgresMissing,
    /// The cluster needs the programs of its own major version.
    #[error(
        "the database in {cluster} was made by PostgreSQL {made_by}, and only {found} is \
         installed: install PostgreSQL {made_by} beside it, or upgrade the cluster with pg_upgrade"
    )]
    OtherPostgresVersion {
        /// Where the cluster lies.
        cluster: PathBuf,
        /// Major version that made it.
        made_by: u32,
        /// Major versions found, newest first, for people.
        found: String,
    },
    /// Root starts the server under another account, and there is none.
    #[error("PostgreSQL refuses to run as root, and there is no account postgres or nobody")]
    NoServerAccount,
    /// The account that runs the server may not enter the directory that holds its files.
    #[error(
        "the account {account} that runs PostgreSQL cannot enter {directory}: move the data \
         directory to where it can, for example below /var/lib, or open the way for it"
    )]
    ServerCannotEnter {
        /// Account of the server.
        account: String,
        /// The directory that is closed to it.
        directory: PathBuf,
    },
    /// The data directory points at a database that is no longer there.
    #[error(
        "{link} points at a database that is gone: put it back, restore a backup, or remove \
         the data directory and begin anew"
    )]
    ClusterGone {
        /// The link in the data directory.
        link: PathBuf,
    },
    /// A short directory for the socket exists and belongs to somebody else.
    #[error("{directory} exists and is not a private directory of ours: remove it and try again")]
    SocketDirectoryTaken {
        /// The directory.
        directory: PathBuf,
    },
    /// Another server answers on our socket.
    #[error("the server on {socket} serves {served}, not this data directory")]
    OtherServer {
        /// Directory of the socket.
        socket: PathBuf,
        /// The cluster that it serves.
        served: String,
    },
    /// `initdb` failed.
    #[error("PostgreSQL could not make a database in {cluster}: {output}")]
    CannotInitialise {
        /// Where the cluster was to lie.
        cluster: PathBuf,
        /// What `initdb` said.
        output: String,
    },
    /// The server stopped again, or did not become ready.
    #[error("PostgreSQL did not start ({reason}); the end of {log}:\n{tail}")]
    CannotStart {
        /// What was seen.
        reason: String,
        /// Where the server writes.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },
    /// The last program left, and the server did not stop.
    #[error("PostgreSQL in {cluster} did not stop: {output}")]
    CannotStop {
        /// Where the cluster lies.
        cluster: PathBuf,
        /// What `pg_ctl` said.
        output: String,
    },
    /// The data directory or something in it cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which file or directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The schema cannot be brought up to this program's.
    #[error(transparent)]
    Schema(#[from] migrations::SchemaError),
    /// The database refused or the connection broke.
    #[error(transparent)]
    Sqlx(#[from] sqlx::Error),
}

/// Names the file in an input or output error.
pub(super) trait AtPath<T> {
    fn at(self, path: impl Into<PathBuf>) -> Result<T, DatabaseError>;
}

impl<T> AtPath<T> for std::io::Result<T> {
    fn at(self, path: impl Into<PathBuf>) -> Result<T, DatabaseError> {
        self.map_err(|source| DatabaseError::File { path: path.into(), source })
    }
}
