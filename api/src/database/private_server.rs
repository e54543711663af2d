//! The PostgreSQL that the program starts for itself when nobody gave it an address.

use std::path::{Path, PathBuf};

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor, PgConnection};

use super::binaries::PostgresPrograms;
use super::cluster::{Answer, Cluster};
use super::data_directory::DataDirectory;
use super::error::DatabaseError;
use super::locks::{Door, InUse};
use super::{named, unblocked};

/// The database of the private server that holds the ledgers.
const DATABASE: &str = "mingzhang";

/// A PostgreSQL on a data directory, shared by all programs that use that directory.
///
/// It is durable, listens on a unix socket in a private directory and nowhere else, and outlives
/// the program that started it: the last program to leave stops it. A program that is killed
/// cannot leave; the next one adopts the server that it left running. Dropping the value leaves;
/// [`PrivateServer::leave`] does the same and tells how it went.
#[derive(Debug)]
pub struct PrivateServer {
    cluster: Cluster,
    in_use: Option<InUse>,
}

impl PrivateServer {
    /// Makes the cluster if there is none, starts the server or adopts a running one, and returns
    /// when it answers: 0.7 s for a new one, some hundredths of a second otherwise, longer where
    /// it recovers from a crash.
    pub async fn start(data: &DataDirectory) -> Result<Self, DatabaseError> {
        let data = data.clone();
        let (door, in_use, cluster) = unblocked(move || Cluster::enter(data)).await?;
        if cluster.ask().await? != Answer::Ready {
            cluster.start().await?;
        }
        let mut connection = cluster.administrator("postgres").connect().await?;
        if !named::exists(&mut connection, DATABASE).await? {
            named::create(&mut connection, DATABASE, None).await?;
        }
        compress_wal(&mut connection).await?;
        connection.close().await?;
        drop(door);
        Ok(Self { cluster, in_use: Some(in_use) })
    }

    /// How to connect as the server's administrator, to the database that holds the ledgers. Only
    /// migrations, backups and tests should: the program's own sessions take its restricted role.
    pub fn administrator(&self) -> PgConnectOptions {
        self.cluster.administrator(DATABASE)
    }

    /// The server's own programs, such as `pg_dump`.
    pub fn programs(&self) -> &PostgresPrograms {
        &self.cluster.programs
    }

    /// The directory of the server's socket.
    pub fn socket_directory(&self) -> &Path {
        &self.cluster.socket
    }

    /// The cluster, what PostgreSQL calls its data directory.
    pub fn cluster(&self) -> PathBuf {
        self.cluster.home.cluster()
    }

    /// Stops using the server, and stops it if nobody else uses it.
    pub async fn leave(mut self) -> Result<(), DatabaseError> {
        unblocked(move || self.leave_now()).await
    }

    fn leave_now(&mut self) -> Result<(), DatabaseError> {
        let Some(in_use) = self.in_use.take() else {
            return Ok(());
        };
        let data = &self.cluster.data;
        let door = Door::take(data)?;
        if in_use.leave(data, &door)? { self.cluster.stop() } else { Ok(()) }
    }
}

/// Has the pages that are written whole after each checkpoint of the server compressed by lz4,
/// which costs a tenth of the default method's time; hashes for keys touch many pages. A server that
/// was built without lz4 keeps the default method.
async fn compress_wal(connection: &mut PgConnection) -> Result<(), DatabaseError> {
    let (has_lz4, present): (bool, String) = sqlx::query_as(
        "select 'lz4' = any(enumvals), setting from pg_settings where name = 'wal_compression'",
    )
    .fetch_one(&mut *connection)
    .await?;
    let wanted = if has_lz4 { "lz4" } else { "on" };
    let equal = present == wanted || (!has_lz4 && present == "pglz");
    if !equal {
        connection.execute(format!("alter system set wal_compression = {wanted}").as_str()).await?;
        connection.execute("select pg_reload_conf()").await?;
    }
    Ok(())
}

impl Drop for PrivateServer {
    fn drop(&mut self) {
        if let Err(error) = self.leave_now() {
            tracing::warn!(%error, "the private PostgreSQL was left running");
        }
    }
}
