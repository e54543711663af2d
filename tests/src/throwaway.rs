//! Databases that go away again, in one private server that all tests share.
//!
//! The server's cluster stays in the target directory between runs. The first test that needs it
//! starts the server, whoever is the last stops it; several test processes share it like programs.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};

use api::database::{DataDirectory, Database, DatabaseSource, PrivateServer, named};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection, Executor};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::Mutex;

use crate::program::build_directory;
use crate::scratch::{ScratchDirectory, copy_files};

static SERVER: Mutex<Weak<PrivateServer>> = Mutex::const_new(Weak::new());
static MADE: AtomicU32 = AtomicU32::new(0);

/// A database of the test's own and an empty data directory beside it; both are removed when
/// dropped.
#[derive(Debug)]
pub struct Throwaway {
    name: String,
    data: DataDirectory,
    server: Arc<PrivateServer>,
    _scratch: ScratchDirectory,
}

/// A database with this program's schema and nothing in it.
pub async fn throwaway() -> Throwaway {
    Throwaway::new(true).await
}

/// A database without any table, for tests of the schema itself.
pub async fn empty() -> Throwaway {
    Throwaway::new(false).await
}

impl Throwaway {
    async fn new(migrated: bool) -> Self {
        let server = shared_server().await;
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        let mut connection = maintenance(&server).await;
        let template = template_name();
        named::create(&mut connection, &name, migrated.then_some(&template)).await.unwrap();
        connection.close().await.unwrap();
        let scratch = ScratchDirectory::new();
        let data = DataDirectory::open(&scratch.join("data")).unwrap();
        Self { name, data, server, _scratch: scratch }
    }

    /// Another one with the same content: the database as it is now, and the files of the data
    /// directory. Whoever is connected to this one is cut off.
    pub async fn copy(&self) -> Self {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        let mut connection = maintenance(&self.server).await;
        self.cut_off(&mut connection).await;
        named::create(&mut connection, &name, Some(&self.name)).await.unwrap();
        connection.close().await.unwrap();
        let scratch = ScratchDirectory::new();
        copy_files(self.data.path(), &scratch.join("data"));
        let data = DataDirectory::open(&scratch.join("data")).unwrap();
        Self { name, data, server: self.server.clone(), _scratch: scratch }
    }

    /// Cuts off whoever is connected, and lets nobody in until it is told otherwise: as if the server were away.
    pub async fn let_nobody_in(&self, nobody: bool) {
        let mut connection = maintenance(&self.server).await;
        let change = format!("alter database {} with allow_connections {}", self.name, !nobody);
        connection.execute(change.as_str()).await.unwrap();
        if nobody {
            self.cut_off(&mut connection).await;
        }
        connection.close().await.unwrap();
    }

    async fn cut_off(&self, connection: &mut PgConnection) {
        sqlx::query(
            "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = $1",
        )
        .bind(&self.name)
        .execute(connection)
        .await
        .unwrap();
    }

    /// How to connect as the database administrator, who may do everything.
    pub fn administrator(&self) -> PgConnectOptions {
        self.server.administrator().database(&self.name)
    }

    /// A session of the database administrator.
    pub async fn administrator_session(&self) -> PgConnection {
        self.administrator().connect().await.unwrap()
    }

    /// The address for `--database-url` and `DATABASE_URL`.
    pub fn url(&self) -> String {
        let socket = self.server.socket_directory().to_str().unwrap().replace('/', "%2F");
        format!("postgres://postgres@localhost/{}?host={socket}&sslmode=disable", self.name)
    }

    /// The same for code.
    pub fn source(&self) -> DatabaseSource {
        DatabaseSource::Url(self.url())
    }

    /// The database as the program opens it.
    pub async fn database(&self) -> Database {
        Database::connect(&self.source()).await.unwrap()
    }

    /// A data directory for keys and checkpoints.
    pub fn data(&self) -> &DataDirectory {
        &self.data
    }

    /// Path of that directory, for `--data`.
    pub fn data_path(&self) -> &Path {
        self.data.path()
    }
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        let options = self.server.administrator().database("postgres");
        let name = std::mem::take(&mut self.name);
        // A runtime of its own: the test's may be in the middle of a panic.
        let removal = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let mut connection = options.connect().await?;
                named::remove(&mut connection, &name).await.map_err(std::io::Error::other)?;
                Ok::<_, Box<dyn std::error::Error + Send + Sync>>(connection.close().await?)
            })
        });
        match waiting(|| removal.join()) {
            Ok(Ok(())) => {}
            failed => eprintln!("a throwaway database was left behind: {failed:?}"),
        }
    }
}

/// Waits without holding up the test's other tasks. The server removes a database only when each of its
/// sessions has heard of it, also one that waits for such a task to read on.
fn waiting<R>(wait: impl FnOnce() -> R) -> R {
    match Handle::try_current().map(|runtime| runtime.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(wait),
        _ => wait(),
    }
}

async fn maintenance(server: &PrivateServer) -> PgConnection {
    server.administrator().database("postgres").connect().await.unwrap()
}

/// The server that tests share, started by whoever comes first.
async fn shared_server() -> Arc<PrivateServer> {
    let mut shared = SERVER.lock().await;
    if let Some(server) = shared.upgrade() {
        return server;
    }
    let data = DataDirectory::open(&build_directory().join("test-database")).unwrap();
    let server = Arc::new(PrivateServer::start(&data).await.unwrap());
    prepare(&server).await;
    *shared = Arc::downgrade(&server);
    server
}

/// Removes what killed tests left, and makes the migrated template that every database is a copy
/// of: copying is quicker than migrating, and two migrations never race for the program's role.
async fn prepare(server: &PrivateServer) {
    let mut connection = maintenance(server).await;
    // Another test process may be doing the same.
    connection.execute("select pg_advisory_lock(7306)").await.unwrap();
    let template = template_name();
    let databases: Vec<String> = sqlx::query_scalar("select datname from pg_database")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    for name in &databases {
        let outdated = name.starts_with("template_") && *name != template;
        if outdated || is_abandoned(name) {
            named::remove(&mut connection, name).await.unwrap();
        }
    }
    if !databases.contains(&template) {
        let unfinished = format!("{template}_unfinished");
        named::remove(&mut connection, &unfinished).await.unwrap();
        named::create(&mut connection, &unfinished, None).await.unwrap();
        let mut migrating = server.administrator().database(&unfinished).connect().await.unwrap();
        migrations::run(&mut migrating).await.unwrap();
        migrating.close().await.unwrap();
        let rename = format!("alter database {unfinished} rename to {template}");
        connection.execute(rename.as_str()).await.unwrap();
    }
    connection.close().await.unwrap();
}

/// Whether it is the database of a test process that no longer lives.
fn is_abandoned(name: &str) -> bool {
    let process = name.strip_prefix("test_").and_then(|rest| rest.split('_').next());
    let Some(process) = process.and_then(|process| process.parse().ok()) else {
        return false;
    };
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(process), None)
        == Err(nix::errno::Errno::ESRCH)
}

/// Another schema, another template.
fn template_name() -> String {
    let mut hasher = DefaultHasher::new();
    for step in migrations::STEPS.iter() {
        (step.version, &step.checksum).hash(&mut hasher);
    }
    format!("template_{:016x}", hasher.finish())
}
