//! Signs checkpoints over what is durably committed, each extending the one before, and refuses a
//! ledger that is not the one whose checkpoint is known.

use std::sync::Arc;

use sqlx::{PgConnection, PgPool};

use super::file::CheckpointFile;
use super::{SignedCheckpoint, store};
use crate::LedgerId;
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::clock::Clock;
use crate::hash::Hash;
use crate::keys::KeyHistory;
use crate::note::Note;
use crate::reader::{self, Head, ReadError};
use crate::signer::{Signers, SigningError};
use crate::tile::edge::{FullTile, TileEdge};
use crate::tile::store as tiles;
use crate::tree::root_plan;

/// Leaves are appended and their tiles written this many at a time, so that a ledger of any size
/// is caught up with in bounded memory.
const STRIDE: u64 = 262_144;

/// What a keeper needs.
pub struct KeeperParts {
    /// The bureau's books.
    pub ledger: LedgerId,
    /// Origin line of its checkpoints.
    pub origin: String,
    /// Finds the signers of the key in force and, while it is kept, of the one before it.
    pub signers: Arc<dyn Signers>,
    /// Sessions with the program's role.
    pub pool: PgPool,
    /// The ledger's clock.
    pub clock: Arc<dyn Clock>,
    /// The synced copy.
    pub file: CheckpointFile,
}

/// Who holds the checkpoint that a ledger does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// The table of latest checkpoints.
    Database,
    /// The file in the data directory.
    File,
    /// A witness, by name.
    Witness(String),
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Database => f.write_str("the database"),
            Self::File => f.write_str("the checkpoint file"),
            Self::Witness(name) => write!(f, "the witness {name}"),
        }
    }
}

/// Why no checkpoint can be signed over this ledger any more: it is not the one that was shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HistoryLost {
    /// Entries that a checkpoint stands over are not there.
    #[error("{holder} holds a checkpoint over {known} entries, but there are {size}: {} are missing", .known.saturating_sub(*.size))]
    Shorter {
        /// Who holds the checkpoint.
        holder: Holder,
        /// How many entries it stands over.
        known: u64,
        /// How many there are.
        size: u64,
    },
    /// The tree has another root at the checkpoint's size.
    #[error(
        "{holder} holds a checkpoint over {size} entries with the root {known}, but they give {found}"
    )]
    Rewritten {
        /// Who holds the checkpoint.
        holder: Holder,
        /// How many entries it stands over.
        size: u64,
        /// Its root.
        known: Hash,
        /// The root that the database gives.
        found: Hash,
    },
    /// What should be a checkpoint of this ledger is none.
    #[error("the checkpoint of {holder}: {error}")]
    Unsigned {
        /// Who holds it.
        holder: Holder,
        /// What is wrong with it.
        error: CheckpointError,
    },
    /// What somebody has cosigned is not the beginning of this ledger.
    #[error("{holder} has cosigned another history of {size} entries")]
    Contradicted {
        /// Who has cosigned it.
        holder: Holder,
        /// How many entries of ours are concerned.
        size: u64,
    },
    /// The leaves do not give the tree that the head says.
    #[error("the head stands at {size} entries with the root {head}, but the leaves give {found}")]
    HeadDiffers {
        /// How many entries there are.
        size: u64,
        /// The head's root.
        head: Hash,
        /// The root that the leaves give.
        found: Hash,
    },
}

/// Why a checkpoint was not signed.
#[derive(Debug, thiserror::Error)]
pub enum KeepingError {
    /// It never can be, until somebody has looked into it.
    #[error(transparent)]
    Lost(#[from] HistoryLost),
    /// The key in force did not sign.
    #[error(transparent)]
    NotSigned(#[from] SigningError),
    /// The database failed or holds what cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The checkpoint file could not be read or written.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: String,
        /// Why.
        error: std::io::Error,
    },
}

impl From<sqlx::Error> for KeepingError {
    fn from(error: sqlx::Error) -> Self {
        Self::Read(error.into())
    }
}

/// Keeps one ledger's checkpoints for one program. Several programs may; one moves the latest
/// checkpoint, the others take it over.
pub struct Keeper {
    parts: KeeperParts,
    /// The tree at the latest checkpoint.
    edge: TileEdge,
    latest: Option<SignedCheckpoint>,
}

impl Keeper {
    /// Holds the ledger against every checkpoint that this place knows, then signs one over what
    /// was recorded since.
    ///
    /// # Errors
    /// [`HistoryLost`] when the ledger is smaller than a known checkpoint or gives another root;
    /// else when database or file fail.
    pub async fn open(parts: KeeperParts) -> Result<Self, KeepingError> {
        let mut keeper = Self { parts, edge: TileEdge::empty(), latest: None };
        let mut connection = keeper.parts.pool.acquire().await?;
        keeper.take_over(&mut connection).await?;
        keeper.check_file(&mut connection).await?;
        drop(connection);
        keeper.sign().await?;
        Ok(keeper)
    }

    /// The latest checkpoint; `None` only for a ledger without entries.
    pub fn latest(&self) -> Option<&SignedCheckpoint> {
        self.latest.as_ref()
    }

    /// Signs over everything that is committed by now, and gives the latest checkpoint: an earlier
    /// one where nothing was recorded since. When it returns, database and file hold it.
    ///
    /// # Errors
    /// As [`Keeper::open`].
    pub async fn sign(&mut self) -> Result<Option<&SignedCheckpoint>, KeepingError> {
        let mut connection = self.parts.pool.acquire().await?;
        let outcome = loop {
            let head = self.head(&mut connection).await?;
            if let Some(latest) = &self.latest {
                shorter(&latest.checkpoint, &head, Holder::Database)?;
            }
            if head.size == self.edge.size() {
                fits(&head, &self.edge)?;
                break self.latest.clone();
            }
            let (edge, signed) = self.prepare(&mut connection, &head).await?;
            let before = self.latest.as_ref().map(|latest| &latest.checkpoint);
            let ledger = &self.parts.ledger;
            if store::advance(&mut connection, ledger, before, &signed).await? {
                self.edge = edge;
                self.latest = Some(signed.clone());
                break Some(signed);
            }
            // Another program signed first. What it signed is held against the entries like any.
            self.take_over(&mut connection).await?;
        };
        drop(connection);
        if let Some(signed) = outcome {
            self.write_file(signed).await?;
        }
        Ok(self.latest.as_ref())
    }

    async fn head(&self, connection: &mut PgConnection) -> Result<Head, KeepingError> {
        let head = reader::head(connection, &self.parts.ledger).await?;
        Ok(head.ok_or(ReadError::Damaged("heads: no row"))?)
    }

    /// Appends what was recorded since and signs it; tiles that it filled are written.
    async fn prepare(
        &self,
        connection: &mut PgConnection,
        head: &Head,
    ) -> Result<(TileEdge, SignedCheckpoint), KeepingError> {
        let edge = self.extended(connection, self.edge.clone(), head.size).await?;
        let root = fits(head, &edge)?;
        let checkpoint = Checkpoint { origin: self.parts.origin.clone(), size: head.size, root };
        let keys = reader::keys(connection, &self.parts.ledger).await?;
        let (checkpoint, note) = self.signed(checkpoint, keys).await?;
        // Like an entry's, its time never goes back behind what it stands over.
        let signed_at = self.parts.clock.now().max(head.recorded);
        Ok((edge, SignedCheckpoint { checkpoint, note, signed_at }))
    }

    /// Signs with the key in force at the checkpoint's size, and with the one before it where that
    /// was rotated away and its private half is still kept.
    async fn signed(
        &self,
        checkpoint: Checkpoint,
        keys: KeyHistory,
    ) -> Result<(Checkpoint, String), SigningError> {
        let signers = self.parts.signers.clone();
        let work = move || {
            let size = checkpoint.size;
            let no_key = || SigningError::Failed("no entry names a key".to_owned());
            let first = signers.signer(keys.checkpoint_key(size).ok_or_else(no_key)?)?;
            let second = keys.second_checkpoint_key(size).and_then(|key| signers.signer(key).ok());
            let both: Vec<_> = std::iter::once(&*first).chain(second.as_deref()).collect();
            checkpoint.sign_with(&both).map(|note| (checkpoint, note))
        };
        // A file may have to be opened, a device may be slow.
        let signed = tokio::task::spawn_blocking(work).await;
        signed.unwrap_or_else(|error| Err(SigningError::Failed(error.to_string())))
    }

    async fn extended(
        &self,
        connection: &mut PgConnection,
        mut edge: TileEdge,
        size: u64,
    ) -> Result<TileEdge, KeepingError> {
        let ledger = &self.parts.ledger;
        let mut full: Vec<FullTile> = Vec::new();
        while edge.size() < size {
            let until = edge.size().saturating_add(STRIDE).min(size);
            tiles::extend(connection, ledger, &mut edge, until, &mut full).await?;
            // In no transaction: whoever asked may give up at any moment, and a BEGIN that sqlx has not
            // counted yet would stay open in the pool. Tiles of which only some stand are derived again.
            tiles::write(connection, ledger, &full).await?;
            full.clear();
        }
        Ok(edge)
    }

    /// Takes over what the database says is the latest checkpoint, held against the entries.
    async fn take_over(&mut self, connection: &mut PgConnection) -> Result<(), KeepingError> {
        let latest = store::latest(connection, &self.parts.ledger, &self.parts.origin).await?;
        let Some(latest) = latest else {
            (self.edge, self.latest) = (TileEdge::empty(), None);
            return Ok(());
        };
        let known = self.opened(connection, &latest.note, Holder::Database).await?;
        if known != latest.checkpoint {
            let error = CheckpointError::Malformed("it says something else than its row");
            return Err(HistoryLost::Unsigned { holder: Holder::Database, error }.into());
        }
        // Read after the checkpoint: another program may have recorded and signed in between.
        let head = self.head(connection).await?;
        shorter(&known, &head, Holder::Database)?;
        let edge = tiles::edge(connection, &self.parts.ledger, known.size).await?;
        let edge = match edge {
            Some(edge) => edge,
            // A tile is missing: all of them follow from the leaves.
            None => self.extended(connection, TileEdge::empty(), known.size).await?,
        };
        compare(&known, edge.root(), Holder::Database)?;
        (self.edge, self.latest) = (edge, Some(latest));
        Ok(())
    }

    /// Holds the ledger against the checkpoint in the data directory.
    async fn check_file(&self, connection: &mut PgConnection) -> Result<(), KeepingError> {
        let Some(note) = self.parts.file.read().map_err(|error| self.at_file(error))? else {
            return Ok(());
        };
        let known = self.opened(connection, &note, Holder::File).await?;
        self.known(connection, &known, Holder::File).await
    }

    /// Holds the ledger against a checkpoint that somebody else holds.
    ///
    /// # Errors
    /// [`HistoryLost`] when the ledger is smaller or gives another root; else when the database
    /// fails.
    pub async fn check(&self, known: &Checkpoint, holder: Holder) -> Result<(), KeepingError> {
        let mut connection = self.parts.pool.acquire().await?;
        self.known(&mut connection, known, holder).await
    }

    async fn known(
        &self,
        connection: &mut PgConnection,
        known: &Checkpoint,
        holder: Holder,
    ) -> Result<(), KeepingError> {
        if self.latest.as_ref().is_some_and(|latest| latest.checkpoint == *known) {
            return Ok(());
        }
        // What somebody held before the head is read stands over no more than the head does.
        let head = self.head(connection).await?;
        shorter(known, &head, holder.clone())?;
        let Some(plan) = root_plan(known.size) else { return Ok(()) };
        // Beyond the latest checkpoint tiles may not have been written yet.
        if known.size > self.edge.size() {
            self.extended(connection, self.edge.clone(), known.size).await?;
        }
        let root = tiles::prove(connection, &self.parts.ledger, &plan).await?;
        let root = root.first().copied().ok_or(ReadError::Damaged("tiles"))?;
        Ok(compare(known, root, holder)?)
    }

    /// A checkpoint that somebody holds, if a key signed it that was in force at its size.
    async fn opened(
        &self,
        connection: &mut PgConnection,
        note: &str,
        holder: Holder,
    ) -> Result<Checkpoint, KeepingError> {
        let keys = reader::keys(connection, &self.parts.ledger).await?;
        let opened = open(note, &self.parts.origin, &keys);
        Ok(opened.map_err(|error| HistoryLost::Unsigned { holder, error })?)
    }

    fn at_file(&self, error: std::io::Error) -> KeepingError {
        KeepingError::File { path: self.parts.file.path().display().to_string(), error }
    }

    async fn write_file(&self, signed: SignedCheckpoint) -> Result<(), KeepingError> {
        let file = self.parts.file.clone();
        // Waiting for the disk keeps a thread busy, and it must not be one of tokio's.
        let written = tokio::task::spawn_blocking(move || file.advance(&signed)).await;
        let written = written.unwrap_or_else(|error| Err(std::io::Error::other(error)));
        written.map_err(|error| self.at_file(error))
    }
}

fn open(note: &str, origin: &str, keys: &KeyHistory) -> Result<Checkpoint, CheckpointError> {
    let size = Checkpoint::read(Note::parse(note)?.text())?.size;
    let mut outcome = Err(CheckpointError::NotSigned);
    for key in keys.checkpoint_keys(size) {
        outcome = Checkpoint::open(note, origin, key);
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

fn shorter(known: &Checkpoint, head: &Head, holder: Holder) -> Result<(), HistoryLost> {
    if known.size <= head.size {
        return Ok(());
    }
    Err(HistoryLost::Shorter { holder, known: known.size, size: head.size })
}

/// The root, if the leaves give the tree that the head says.
fn fits(head: &Head, edge: &TileEdge) -> Result<Hash, HistoryLost> {
    let (found, said) = (edge.root(), head.frontier.root());
    if found == said {
        return Ok(found);
    }
    Err(HistoryLost::HeadDiffers { size: head.size, head: said, found })
}

fn compare(known: &Checkpoint, found: Hash, holder: Holder) -> Result<(), HistoryLost> {
    if known.root == found {
        return Ok(());
    }
    Err(HistoryLost::Rewritten { holder, size: known.size, known: known.root, found })
}
