//! A server in front of PostgreSQL that disturbs the message that it is told: the connection is lost
//! before or after it, or it waits until something else has happened.
//!
//! A message is whatever a client sends at once. It then waits for the answer, so counting them reaches
//! every point between two statements, on a quick machine as on a slow one.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::books::Books;
use api::database::{Database, DatabaseSource};
use people::Randomness;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, watch};

use crate::bureau::Bureau;

/// What happens to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disturbance {
    /// The connection is lost, and PostgreSQL never hears of it.
    LostBefore,
    /// PostgreSQL has done what it asks for, and the connection is lost before its answer is heard.
    LostAfter,
    /// It waits until [`Gate::let_go`].
    Held,
}

/// Forwards between a socket of its own and PostgreSQL's.
pub struct Gate {
    directory: PathBuf,
    shared: Arc<Shared>,
}

struct Shared {
    /// What happens after how many further messages.
    armed: Mutex<Option<(Disturbance, u32)>>,
    struck: watch::Sender<bool>,
    let_go: Semaphore,
}

impl Shared {
    /// Counts a message and says what happens to it.
    fn count(&self) -> Option<Disturbance> {
        let mut armed = self.armed.lock().unwrap();
        match armed.as_mut()? {
            (disturbance, 0) => {
                let disturbance = *disturbance;
                *armed = None;
                self.struck.send_replace(true);
                Some(disturbance)
            }
            (_, left) => {
                *left -= 1;
                None
            }
        }
    }
}

impl Gate {
    /// A gate before the server of this bureau's database.
    pub async fn start(bureau: &Bureau) -> Self {
        let behind = bureau.place.administrator().get_socket().unwrap().join(".s.PGSQL.5432");
        let directory = bureau.place.data_path().join("gate");
        std::fs::create_dir_all(&directory).unwrap();
        let listener = UnixListener::bind(directory.join(".s.PGSQL.5432")).unwrap();
        let shared = Arc::new(Shared {
            armed: Mutex::default(),
            struck: watch::Sender::new(false),
            let_go: Semaphore::new(0),
        });
        let state = shared.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (shared, behind) = (state.clone(), behind.clone());
                tokio::spawn(async move {
                    let server = UnixStream::connect(behind).await.unwrap();
                    // Whatever fails here, the connection is lost, and that is what it is for.
                    let _ = forward(client, server, &shared).await;
                });
            }
        });
        Self { directory, shared }
    }

    /// Books whose every session goes through the gate, on the data directory of the bureau.
    ///
    /// # Errors
    /// When the disturbance keeps them from being opened.
    pub async fn books(&self, bureau: &Bureau) -> Result<Books, String> {
        let url = bureau.place.url();
        let (front, _) = url.split_once("?host=").unwrap();
        let directory = self.directory.to_str().unwrap().replace('/', "%2F");
        let source = DatabaseSource::Url(format!("{front}?host={directory}&sslmode=disable"));
        let database = Database::connect(&source).await.map_err(|error| error.to_string())?;
        let (data, clock) = (bureau.place.data().clone(), bureau.clock.clone());
        let books = Books::open(database, data, clock, Randomness::system()).await;
        books.map_err(|fault| fault.cause().to_owned())
    }

    /// Disturbs the message that comes after so many others.
    pub fn arm(&self, disturbance: Disturbance, after: u32) {
        self.shared.struck.send_replace(false);
        *self.shared.armed.lock().unwrap() = Some((disturbance, after));
    }

    /// Disturbs nothing more, and says whether it did.
    pub fn disarm(&self) -> bool {
        *self.shared.armed.lock().unwrap() = None;
        *self.shared.struck.borrow()
    }

    /// Waits until the disturbance has begun.
    pub async fn struck(&self) {
        self.shared.struck.subscribe().wait_for(|struck| *struck).await.unwrap();
    }

    /// Lets go of the message that is held.
    pub fn let_go(&self) {
        self.shared.let_go.add_permits(1);
    }
}

async fn forward(
    mut client: UnixStream,
    mut server: UnixStream,
    shared: &Shared,
) -> std::io::Result<()> {
    let (mut asked, mut answered) = (vec![0; 1 << 20], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            count = client.read(&mut asked) => {
                let count @ 1.. = count? else { return Ok(()) };
                match shared.count() {
                    Some(Disturbance::LostBefore) => return Ok(()),
                    Some(Disturbance::LostAfter) => {
                        server.write_all(&asked[..count]).await?;
                        // It may be a message without an answer.
                        let answer = answer(&mut server, &mut answered);
                        let _ = tokio::time::timeout(Duration::from_secs(1), answer).await;
                        return Ok(());
                    }
                    Some(Disturbance::Held) => {
                        shared.let_go.acquire().await.unwrap().forget();
                        server.write_all(&asked[..count]).await?;
                    }
                    None => server.write_all(&asked[..count]).await?,
                }
            }
            count = server.read(&mut answered) => {
                let count @ 1.. = count? else { return Ok(()) };
                client.write_all(&answered[..count]).await?;
            }
        }
    }
}

/// Reads an answer to its end, where the server says that it is ready for the next question.
async fn answer(server: &mut UnixStream, buffer: &mut [u8]) -> std::io::Result<()> {
    loop {
        let count = server.read(buffer).await?;
        if count == 0 || says_ready(&buffer[..count]) {
            return Ok(());
        }
    }
}

/// Ready for a query: the letter Z, the message's length, and whether a transaction is open.
fn says_ready(answer: &[u8]) -> bool {
    let (front, _state) = answer.split_at(answer.len() - 1);
    front.ends_with(b"Z\0\0\0\x05")
}
