//! The database: a server that somebody gave us, or one of our own in the data directory. Either
//! way the same code, the same schema and the same restricted role.
//!
//! | module | what it holds |
//! |---|---|
//! | `data_directory` | the paths of one installation and who may enter them |
//! | `private_server` | our own PostgreSQL, as programs share it |
//! | `cluster`, `starting` | making, starting, adopting and stopping it |
//! | `locks` | who uses that server, so that the last one stops it |
//! | `home` | where its files and socket lie |
//! | `account` | who runs it |
//! | `binaries` | where PostgreSQL is installed |
//! | [`named`] | making and removing databases in a server |

mod account;
mod binaries;
mod cluster;
mod data_directory;
mod error;
mod home;
mod locks;
pub mod named;
mod private_server;
mod starting;

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

pub use binaries::PostgresPrograms;
pub use data_directory::DataDirectory;
pub use error::DatabaseError;
pub use private_server::PrivateServer;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};

/// The role that every session of the program takes: it can add entries, and neither change nor
/// remove one. The first migration makes it.
pub const PROGRAM_ROLE: &str = "mingzhang_program";

/// Sessions that a program may hold at once, the writer's and the projector's own beside them.
const POOLED_SESSIONS: u32 = 16;

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseSource {
    /// `postgres://…`: a server that somebody else looks after.
    Url(String),
    /// The private server of this data directory, shared with other programs on it.
    Private(PathBuf),
}

/// A database with the program's schema. Cloning shares it; when the last clone goes, so does the
/// program's use of the private server.
#[derive(Debug, Clone)]
pub struct Database {
    administrator: PgConnectOptions,
    sessions: PgConnectOptions,
    pool: PgPool,
    server: Option<Arc<PrivateServer>>,
}

impl Database {
    /// Finds or starts the server and brings the schema up to this program's, as the connecting
    /// role; every session after that has the program's role, also where the connecting role is a
    /// superuser. A schema that is newer than the program is refused before anything is written.
    pub async fn connect(source: &DatabaseSource) -> Result<Self, DatabaseError> {
        let database = Self::connect_empty(source).await?;
        let mut connection = database.administrator.connect().await?;
        migrations::run(&mut connection).await?;
        connection.close().await?;
        Ok(database)
    }

    /// Like [`Database::connect`], but leaves the schema as it is: for restoring one from a backup.
    /// No session can be opened before the schema is there.
    pub async fn connect_empty(source: &DatabaseSource) -> Result<Self, DatabaseError> {
        let (administrator, server) = match source {
            DatabaseSource::Url(url) => (PgConnectOptions::from_str(url)?, None),
            DatabaseSource::Private(path) => {
                let server = PrivateServer::start(&DataDirectory::open(path)?).await?;
                (server.administrator(), Some(Arc::new(server)))
            }
        };
        let administrator = administrator.application_name("mingzhang");
        let sessions = as_program(administrator.clone());
        let pool = PgPoolOptions::new()
            .max_connections(POOLED_SESSIONS)
            .test_before_acquire(false)
            .connect_lazy_with(sessions.clone());
        Ok(Self { administrator, sessions, pool, server })
    }

    /// Sessions with the program's role.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// How to open a session with the program's role that belongs to nobody else, for work that
    /// keeps one for long: the writer, the projector.
    pub fn sessions(&self) -> &PgConnectOptions {
        &self.sessions
    }

    /// Opens a session of one's own with the program's role.
    pub async fn session(&self) -> Result<PgConnection, DatabaseError> {
        Ok(self.sessions.connect().await?)
    }

    /// How to connect as the role that was given to us, with all its rights. For backups, and for
    /// tests that play the database administrator; never for the program's own work.
    pub fn administrator(&self) -> &PgConnectOptions {
        &self.administrator
    }

    /// The private server, where the database lies in one.
    pub fn private_server(&self) -> Option<&PrivateServer> {
        self.server.as_deref()
    }

    /// Closes every pooled session and leaves the private server, if this is the last clone.
    pub async fn close(self) -> Result<(), DatabaseError> {
        self.pool.close().await;
        match self.server.and_then(Arc::into_inner) {
            Some(server) => server.leave().await,
            None => Ok(()),
        }
    }
}

/// Lets a session begin with the program's role. As a setting of the connection it is there from
/// the first statement on, and `reset role` or `discard all` come back to it, not to the connecting
/// role; a `set role` after connecting would do neither.
fn as_program(options: PgConnectOptions) -> PgConnectOptions {
    options.options([("role", PROGRAM_ROLE)])
}

/// Runs work that blocks away from the tasks that must not.
async fn unblocked<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, DatabaseError> + Send + 'static,
) -> Result<T, DatabaseError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(stopped) => Err(interrupted(stopped)),
    }
}

fn interrupted(stopped: tokio::task::JoinError) -> DatabaseError {
    match stopped.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(cancelled) => DatabaseError::Sqlx(sqlx::Error::Io(std::io::Error::other(cancelled))),
    }
}
