//! A server in front of PostgreSQL that loses a connection at a chosen moment.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

/// When the connection is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Before PostgreSQL hears of it: nothing of the group stands.
    BeforeCommit,
    /// After PostgreSQL has answered, before the program hears: all of the group stands.
    AfterCommit,
}

/// Forwards between a socket of its own and PostgreSQL's.
pub struct Flaky {
    directory: PathBuf,
    armed: Arc<AtomicU32>,
    lost: Arc<AtomicU32>,
}

const CALM: u32 = 0;
const BEFORE: u32 = 1;
const AFTER: u32 = 2;

impl Flaky {
    /// Listens in `directory`, forwards to the socket in `behind`.
    pub async fn start(directory: PathBuf, behind: PathBuf) -> Self {
        std::fs::create_dir_all(&directory).unwrap();
        let listener = UnixListener::bind(directory.join(".s.PGSQL.5432")).unwrap();
        let (armed, lost) = (Arc::new(AtomicU32::new(CALM)), Arc::new(AtomicU32::new(0)));
        let state = (armed.clone(), lost.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (armed, lost) = state.clone();
                let behind = behind.join(".s.PGSQL.5432");
                tokio::spawn(async move {
                    let server = UnixStream::connect(behind).await.unwrap();
                    forward(client, server, armed, lost).await;
                });
            }
        });
        Self { directory, armed, lost }
    }

    /// Where it listens.
    pub fn directory(&self) -> &PathBuf {
        &self.directory
    }

    /// The next commit of an append loses its connection.
    pub fn lose_next_commit(&self, moment: Moment) {
        let state = if moment == Moment::BeforeCommit { BEFORE } else { AFTER };
        self.armed.store(state, Ordering::SeqCst);
    }

    /// How many connections were lost.
    pub fn lost(&self) -> u32 {
        self.lost.load(Ordering::SeqCst)
    }
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

/// A small group commits with its one statement, whose 29 parameters include the entry's first
/// line; a large one with COMMIT.
fn commits(bytes: &[u8]) -> bool {
    holds(bytes, b"mingzhang entry v1") || holds(bytes, b"COMMIT")
}

async fn forward(
    client: UnixStream,
    server: UnixStream,
    armed: Arc<AtomicU32>,
    lost: Arc<AtomicU32>,
) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let cut = Arc::new(tokio::sync::Notify::new());
    let cutting = cut.clone();
    let up = async move {
        let mut buffer = vec![0; 1 << 20];
        while let Ok(read @ 1..) = from_client.read(&mut buffer).await {
            let bytes = &buffer[..read];
            if commits(bytes) {
                match armed.swap(CALM, Ordering::SeqCst) {
                    BEFORE => {
                        lost.fetch_add(1, Ordering::SeqCst);
                        return;
                    }
                    AFTER => {
                        lost.fetch_add(1, Ordering::SeqCst);
                        cutting.notify_one();
                        let _ = to_server.write_all(bytes).await;
                        // PostgreSQL has answered when it has had time to; the answer goes nowhere.
                        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
                        return;
                    }
                    _ => {}
                }
            }
            if to_server.write_all(bytes).await.is_err() {
                return;
            }
        }
    };
    let down = async move {
        let mut buffer = vec![0; 1 << 16];
        loop {
            tokio::select! {
                biased;
                () = cut.notified() => std::future::pending::<()>().await,
                read = from_server.read(&mut buffer) => match read {
                    Ok(read @ 1..) => if to_client.write_all(&buffer[..read]).await.is_err() { return },
                    _ => return,
                },
            }
        }
    };
    tokio::select! {
        () = up => {}
        () = down => {}
    }
}
