//! Starting the server of a cluster and waiting until it answers.

use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::cluster::{Answer, Cluster};
use super::error::{AtPath, DatabaseError};
use super::unblocked;

/// Every setting that this program relies on; durability is said aloud, whatever the defaults are.
const SETTINGS: [&str; 9] = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "fsync=on",
    "synchronous_commit=on",
    "full_page_writes=on",
    "shared_buffers=256MB",
    // For building the read models' indexes anew.
    "maintenance_work_mem=256MB",
    "max_wal_size=4GB",
    // Our queries are many and short; compiling them costs more than it saves.
    "jit=off",
];

/// How often to look whether the server is ready.
const PATIENCE_STEP: Duration = Duration::from_millis(20);

/// How long to wait before the server is started again.
const RETRY_STEP: Duration = Duration::from_millis(200);

/// How long a lock file of a dead server, or one that is still going down, may stand in the way.
const STALE_LOCK: Duration = Duration::from_secs(30);

/// How long a living server may give no answer at all. Recovering after a crash is an answer.
const SILENCE: Duration = Duration::from_secs(120);

/// A server that was started and has not answered yet.
struct Attempt {
    process: Child,
    /// Whether the lock file of another server stood there, which may be why this one stops again.
    met_a_lock: bool,
}

/// Why a server that was started does not answer.
enum NotReady {
    /// To be told together with the end of the server's log.
    Said(String),
    /// Something else went wrong.
    Failed(DatabaseError),
}

impl From<DatabaseError> for NotReady {
    fn from(error: DatabaseError) -> Self {
        Self::Failed(error)
    }
}

impl Cluster {
    /// Starts the server, in a new cluster where there is none, and returns when it answers.
    pub(super) async fn start(&self) -> Result<(), DatabaseError> {
        if !self.home.cluster().join("PG_VERSION").exists() {
            let cluster = self.clone();
            unblocked(move || cluster.initialise()).await?;
        }
        let log_began = fs::metadata(self.data.server_log()).map_or(0, |log| log.len());
        let mut server = self.spawn()?;
        let outcome = self.until_ready(&mut server).await;
        // A child that nobody waits for stays in the process table and looks alive to the next.
        std::thread::spawn(move || server.process.wait());
        outcome.map_err(|reason| match reason {
            NotReady::Said(reason) => DatabaseError::CannotStart {
                reason,
                log: self.data.server_log(),
                tail: tail(&self.data.server_log(), log_began),
            },
            NotReady::Failed(error) => error,
        })
    }

    fn spawn(&self) -> Result<Attempt, DatabaseError> {
        let met_a_lock = self.home.cluster().join("postmaster.pid").exists();
        let path = self.data.server_log();
        let log = fs::OpenOptions::new().create(true).append(true).mode(0o600).open(&path);
        let log = log.at(&path)?;
        let postgres = self.programs.program("postgres");
        let mut command = self.account.command(&postgres);
        command.arg("-D").arg(self.home.cluster()).arg("-k").arg(&self.socket).args(["-p", "5432"]);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command.stdout(Stdio::from(log.try_clone().at(&path)?)).stderr(Stdio::from(log));
        // Ctrl-C in the terminal is for the program, which leaves in order; not for the server,
        // which others may be using.
        let process = command.process_group(0).spawn().at(&postgres)?;
        Ok(Attempt { process, met_a_lock })
    }

    /// Waits for an answer, starting the server again for as long as the lock file of a dead or
    /// dying predecessor may be what stopped it.
    async fn until_ready(&self, server: &mut Attempt) -> Result<(), NotReady> {
        let mut sign_of_life = Instant::now();
        loop {
            match self.ask().await? {
                Answer::Ready => return Ok(()),
                Answer::NotNow => sign_of_life = Instant::now(),
                Answer::Silence => {}
            }
            let exited = server.process.try_wait().at(self.programs.program("postgres"))?;
            match exited {
                Some(status) if !server.met_a_lock || sign_of_life.elapsed() > STALE_LOCK => {
                    return Err(NotReady::Said(status.to_string()));
                }
                Some(_) => {
                    sleep(RETRY_STEP).await;
                    *server = self.spawn()?;
                }
                None if sign_of_life.elapsed() > SILENCE => {
                    return Err(NotReady::Said(format!("no answer for {} s", SILENCE.as_secs())));
                }
                None => sleep(PATIENCE_STEP).await,
            }
        }
    }
}

/// The last lines written to the log since it was `began` bytes long.
fn tail(log: &Path, began: u64) -> String {
    const LINES: usize = 12;
    let mut text = Vec::new();
    let read = fs::File::open(log).and_then(|mut log| {
        log.seek(SeekFrom::Start(began))?;
        log.take(1 << 20).read_to_end(&mut text)
    });
    if let Err(error) = read {
        return error.to_string();
    }
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().rev().take(LINES).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
