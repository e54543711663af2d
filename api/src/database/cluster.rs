//! One PostgreSQL cluster of our own: where it is, how to reach it, making it and stopping it.

use std::fs;
use std::path::{Path, PathBuf};

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions, Connection};

use super::account::ServerAccount;
use super::binaries::PostgresPrograms;
use super::data_directory::DataDirectory;
use super::error::{AtPath, DatabaseError};
use super::home::ServerHome;
use super::locks::{Door, InUse};

/// macOS has no such locale; there `C` sorts the same way, by code point.
const LOCALE: &str = if cfg!(target_os = "macos") { "C" } else { "C.UTF-8" };

/// A cluster and all that it takes to run it.
#[derive(Debug, Clone)]
pub(super) struct Cluster {
    pub(super) data: DataDirectory,
    pub(super) programs: PostgresPrograms,
    pub(super) account: ServerAccount,
    pub(super) home: ServerHome,
    pub(super) socket: PathBuf,
}

impl Cluster {
    /// Takes the door, joins the users, and makes the directories.
    pub(super) fn enter(data: DataDirectory) -> Result<(Door, InUse, Self), DatabaseError> {
        let door = Door::take(&data)?;
        let in_use = InUse::join(&data, &door)?;
        let account = ServerAccount::choose(&data.server())?;
        let programs = PostgresPrograms::find(&data.server().join("cluster"))?;
        let home = ServerHome::prepare(&data, &account, &programs.program("postgres"))?;
        let socket = home.socket_directory(&account)?;
        Ok((door, in_use, Self { data, programs, account, home, socket }))
    }

    /// How to connect as the server's administrator.
    pub(super) fn administrator(&self, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.socket)
            .port(5432)
            .username("postgres")
            .database(database)
            .ssl_mode(PgSslMode::Disable)
    }

    /// Asks whether a server is there, and is the one for our cluster.
    pub(super) async fn ask(&self) -> Result<Answer, DatabaseError> {
        let mut connection = match self.administrator("postgres").connect().await {
            Ok(connection) => connection,
            Err(error) if is_busy(&error) => return Ok(Answer::NotNow),
            Err(_) => return Ok(Answer::Silence),
        };
        let served: String =
            sqlx::query_scalar("show data_directory").fetch_one(&mut connection).await?;
        connection.close().await?;
        if Path::new(&served) == self.home.cluster() {
            return Ok(Answer::Ready);
        }
        Err(DatabaseError::OtherServer { socket: self.socket.clone(), served })
    }

    /// Makes the cluster under another name and renames it when it is complete: a half-made one is
    /// never mistaken for a cluster.
    pub(super) fn initialise(&self) -> Result<(), DatabaseError> {
        let (unfinished, cluster) = (self.home.unfinished_cluster(), self.home.cluster());
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).at(&unfinished)?;
        }
        let initdb = self.programs.program("initdb");
        let output = self
            .account
            .command(&initdb)
            .arg("-D")
            .arg(&unfinished)
            .args(["--username=postgres", "--encoding=UTF8", "--data-checksums"])
            .arg(format!("--locale={LOCALE}"))
            // The socket's directory lets nobody else in.
            .args(["--auth-local=trust", "--auth-host=reject"])
            .output()
            .at(&initdb)?;
        if !output.status.success() {
            let output = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(DatabaseError::CannotInitialise { cluster, output });
        }
        fs::rename(&unfinished, &cluster).at(&cluster)?;
        fs::File::open(self.home.path()).and_then(|home| home.sync_all()).at(self.home.path())
    }

    /// Ends all sessions, writes everything out and stops the server.
    pub(super) fn stop(&self) -> Result<(), DatabaseError> {
        let cluster = self.home.cluster();
        if !cluster.join("postmaster.pid").exists() {
            return Ok(());
        }
        let pg_ctl = self.programs.program("pg_ctl");
        let output = self
            .account
            .command(&pg_ctl)
            .args(["stop", "--silent", "--mode=fast", "--wait", "--timeout=600", "-D"])
            .arg(&cluster)
            .output()
            .at(&pg_ctl)?;
        if output.status.success() {
            return Ok(());
        }
        let output = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(DatabaseError::CannotStop { cluster, output })
    }
}

/// What the server's socket says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// Our server takes connections.
    Ready,
    /// A server is there, but recovers, goes down or is full.
    NotNow,
    /// Nobody is there.
    Silence,
}

/// A server that recovers or goes down refuses with SQLSTATE 57P03, one that is full with 53300.
fn is_busy(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(|error| error.code())
        .is_some_and(|code| code == "57P03" || code == "53300")
}
