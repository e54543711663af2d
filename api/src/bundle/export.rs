//! Writing an audit bundle: one snapshot, one pass over the entries, bounded memory.
//!
//! Balances and totals are derived from the entries on the way. So they stand at exactly the
//! checkpoint's size, whatever is recorded meanwhile.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::Path;

use domain::events::AnyEvent;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use ledger::bundle::balances::{self, Balances};
use ledger::bundle::{BundleWriter, Contents, Manifest, MemberName, NewFile, WriteError};
use ledger::checkpoints::SignedCheckpoint;
use ledger::entry;
use ledger::export::{ExportError, Snapshot};
use ledger::hash::{self, Hash};
use ledger::opened::LEDGER_STREAM;
use ledger::tree::Frontier;
use rayon::prelude::*;

use super::tables;
use super::totals::{self, Totals};
use crate::books::{Book, Fault};

/// Entries that are parsed and hashed together, on all cores.
const ENTRIES: usize = 4_096;
/// Signatures that are written together.
const SIGNATURES: usize = 65_536;

/// A bundle that was written.
#[derive(Debug)]
pub struct Exported {
    /// What it says it holds.
    pub manifest: Manifest,
    /// Root of the tree over its entries, derived from their bytes.
    pub root: Hash,
    /// Length of the file.
    pub bytes: u64,
}

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum ExportFailure {
    /// There is a file of that name.
    #[error("文件已存在,不会覆盖 / the file exists and is not replaced")]
    Exists,
    /// The file could not be written.
    #[error("{0}")]
    File(#[from] WriteError),
    /// The database or the keys.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The ledger is not what it must be.
    #[error("账本已损坏,请先核验 / the ledger is damaged, verify it first: {0}")]
    Damaged(String),
}

impl From<io::Error> for ExportFailure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::AlreadyExists => Self::Exists,
            _ => Self::File(error.into()),
        }
    }
}

impl From<ExportError> for ExportFailure {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Database(error) => Self::Fault(error.into()),
            damaged => Self::Damaged(damaged.to_string()),
        }
    }
}

/// Signs a checkpoint over all that is recorded and writes the bundle up to it. The file appears
/// under its name when it is whole and synced, and never replaces another. `progress` is told how
/// many entries are done, now and then.
///
/// Memory: a few thousand entries, the longest single command, and for each command about 90 bytes.
///
/// # Errors
/// When the file is there already or cannot be written, the database fails, or the entries do not
/// give the checkpoint's root.
pub async fn export(
    book: &Book,
    target: &Path,
    progress: impl Fn(u64) + Send,
) -> Result<Exported, ExportFailure> {
    let mut file = NewFile::create(target)?;
    let first_key = book.key().ok_or_else(|| Fault::damaged(&"entry 0"))?;
    let SignedCheckpoint { checkpoint, note, .. } = book.checkpoint().await?;
    let mut snapshot = Snapshot::open(book.pool(), book.id(), checkpoint.size).await?;
    let mut writing = Writing::new(file.file().try_clone()?);
    writing = entries(snapshot.entries(), writing, progress).await?;
    if writing.tree.root() != checkpoint.root {
        let (expected, found) = (checkpoint.root, writing.tree.root());
        let what = format!("root of the tree: expected {expected}, found {found}");
        return Err(ExportFailure::Damaged(what));
    }
    writing = signatures(snapshot.signatures(), writing).await?;
    let Writing { mut bundle, balances, totals, commands, .. } = writing;
    bundle.begin(MemberName::Commands)?;
    let hashes = commands.in_order;
    snapshot
        .commands(&hashes, |command| bundle.add_command(&command).map_err(ExportFailure::from))
        .await?;
    let tables = [
        (MemberName::Balances, balances::print(&balances)?),
        (MemberName::Totals, totals.print()?),
    ];
    for (name, table) in tables {
        bundle.add_member(name, &table, tables::rows(&table))?;
    }
    checkpoints(&mut snapshot, &mut bundle, checkpoint.size, &note).await?;
    drop(snapshot);
    let contents = Contents {
        ledger: book.id().clone(),
        origin: book.opened().origin.clone(),
        size: checkpoint.size,
        first_key,
        program: concat!("mingzhang ", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    let finished = tokio::task::spawn_blocking(move || {
        let (_, manifest) = bundle.finish(contents)?;
        Ok::<_, ExportFailure>((file.keep()?, manifest))
    });
    let (bytes, manifest) = finished.await.map_err(io::Error::from)??;
    Ok(Exported { manifest, root: checkpoint.root, bytes })
}

/// The bundle as far as it is written, and what the entries add up to so far.
struct Writing {
    bundle: Box<BundleWriter<File>>,
    tree: Frontier,
    balances: Balances,
    totals: Totals,
    commands: FirstUses,
}

/// Command hashes in order of first use.
#[derive(Default)]
struct FirstUses {
    in_order: Vec<Hash>,
    seen: HashSet<Hash>,
}

impl FirstUses {
    fn take(&mut self, command: Hash) {
        if self.seen.insert(command) {
            self.in_order.push(command);
        }
    }
}

/// What one entry gives.
struct Derived {
    leaf: Hash,
    command: Option<Hash>,
    postings: Vec<(String, String, i64)>,
    change: Option<(totals::Cell, totals::Sums)>,
}

async fn entries(
    mut rows: BoxStream<'_, Result<Vec<u8>, ExportError>>,
    mut writing: Writing,
    progress: impl Fn(u64) + Send,
) -> Result<Writing, ExportFailure> {
    writing.bundle.begin(MemberName::Entries)?;
    let mut some = next(&mut rows, ENTRIES).await?;
    while !some.is_empty() {
        // The next rows come in while these are parsed, hashed and compressed.
        let work =
            tokio::task::spawn_blocking(move || writing.take_entries(&some).map(|()| writing));
        let (done, more) = tokio::join!(work, next(&mut rows, ENTRIES));
        (writing, some) = (done.map_err(io::Error::from)??, more?);
        progress(writing.tree.size());
    }
    Ok(writing)
}

async fn signatures(
    mut rows: BoxStream<'_, Result<ledger::key::SignatureBytes, ExportError>>,
    mut writing: Writing,
) -> Result<Writing, ExportFailure> {
    writing.bundle.begin(MemberName::Signatures)?;
    let mut some = next(&mut rows, SIGNATURES).await?;
    while !some.is_empty() {
        let work = tokio::task::spawn_blocking(move || {
            some.iter().try_for_each(|signature| writing.bundle.add_signature(signature))?;
            Ok::<_, ExportFailure>(writing)
        });
        let (done, more) = tokio::join!(work, next(&mut rows, SIGNATURES));
        (writing, some) = (done.map_err(io::Error::from)??, more?);
    }
    Ok(writing)
}

async fn next<T>(
    rows: &mut BoxStream<'_, Result<T, ExportError>>,
    most: usize,
) -> Result<Vec<T>, ExportError> {
    rows.take(most).try_collect().await
}

/// Every checkpoint that is kept, the latest one, and the one that was signed for this bundle.
async fn checkpoints(
    snapshot: &mut Snapshot,
    bundle: &mut BundleWriter<File>,
    size: u64,
    note: &str,
) -> Result<(), ExportFailure> {
    let mut left = std::collections::BTreeMap::from([(size, note.to_owned())]);
    if let Some(latest) = snapshot.latest_checkpoint().await? {
        left.entry(latest.size).or_insert(latest.note);
    }
    let mut kept = snapshot.checkpoints();
    while let Some(kept) = kept.try_next().await? {
        // What is kept may bear cosignatures besides.
        left.remove(&kept.size);
        bundle.add_member(MemberName::Checkpoint(kept.size), kept.note.as_bytes(), 1)?;
    }
    for (size, note) in left {
        bundle.add_member(MemberName::Checkpoint(size), note.as_bytes(), 1)?;
    }
    Ok(())
}

impl Writing {
    fn new(file: File) -> Self {
        Self {
            bundle: Box::new(BundleWriter::new(file)),
            tree: Frontier::empty(),
            balances: Balances::new(),
            totals: Totals::default(),
            commands: FirstUses::default(),
        }
    }

    fn take_entries(&mut self, entries: &[Vec<u8>]) -> Result<(), ExportFailure> {
        let derived: Vec<_> = entries.par_iter().map(|entry| derive(entry)).collect();
        for (entry, derived) in entries.iter().zip(derived) {
            let position = self.tree.size();
            let derived = derived
                .map_err(|error| ExportFailure::Damaged(format!("position {position}: {error}")))?;
            self.bundle.add_entry(entry)?;
            self.tree.append(derived.leaf);
            derived.command.into_iter().for_each(|command| self.commands.take(command));
            for (account, unit, amount) in derived.postings {
                let balance = self.balances.entry((account, unit)).or_default();
                *balance = balance.saturating_add(i128::from(amount));
            }
            derived.change.into_iter().for_each(|change| self.totals.add(change));
        }
        Ok(())
    }
}

/// Reads one entry. Position, chain and signature are for the verification to look at; an entry
/// that says something else than it was recorded with shows in the root.
fn derive(bytes: &[u8]) -> Result<Derived, String> {
    let leaf = hash::leaf(bytes);
    let view = entry::parse(bytes).map_err(|error| error.to_string())?;
    let command = view.command;
    if view.stream.kind() == LEDGER_STREAM {
        return Ok(Derived { leaf, command, postings: Vec::new(), change: None });
    }
    let event = AnyEvent::read(view.stream.kind(), view.event.as_str(), view.payload)
        .map_err(|error| error.to_string())?;
    let postings = event
        .effects()
        .postings
        .into_iter()
        .map(|posting| (posting.account.to_string(), posting.unit.to_string(), posting.amount));
    Ok(Derived { leaf, command, postings: postings.collect(), change: totals::change(&event) })
}
