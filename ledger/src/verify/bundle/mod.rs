//! Verifying an audit bundle: no database, no server, no network. What a bundle is, is said in the
//! format's "Audit bundle"; whoever opens the archive hands its members over as readers.
//!
//! The entries pass once. Each is read, parsed, hashed and its signature checked on all cores, while
//! the entries before are put in order: chain, tree, clock, balances, and the commands that they
//! name. What concerns one stream, request, claim or command goes to temporary files and is replayed
//! afterwards, part by part.
//!
//! A bundle of 1.5 million entries takes 156 MB of memory at most and 340 MB of temporary files; each
//! further million takes about 10 MB and 220 MB. What the caller hands over as bytes and about 200
//! bytes for each account come on top. The mere chain takes 50 MB whatever the size.
//!
//! Signed commands are held until they are checked, with what is recorded for them: some 32 MB, and
//! more only where a single one is a list of many thousand payments (at most 16 MB and 128 MB of
//! events).

mod balances;
mod checkpoints;
mod command_source;
mod commands;
mod opening;
mod pass;
mod report;
mod signed;
mod source;
#[cfg(test)]
mod tests;

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

pub use report::{BundleReport, ComparedCheckpoint, Coverage, Unchecked};

use super::replay::{Partitions, Replayed};
use crate::clock::Moment;
use crate::effects::Rules;
use crate::key::PublicKey;
use crate::{EventName, LedgerId, StreamId};
use checkpoints::History;
use command_source::CommandSource;
use pass::{Passed, Sources};
use source::Source;

/// The members of a bundle, and the checkpoints that the auditor kept. Nothing of it is trusted.
pub struct BundleInput {
    /// Whose books the manifest says that these are.
    pub ledger: LedgerId,
    /// How many entries the manifest says that there are.
    pub size: u64,
    /// `entries.bin`
    pub entries: Box<dyn Read + Send>,
    /// `signatures.bin`
    pub signatures: Box<dyn Read + Send>,
    /// `commands.bin`
    pub commands: Box<dyn Read + Send>,
    /// The members `checkpoints/<size>`.
    pub checkpoints: Vec<NamedNote>,
    /// `balances.csv`
    pub balances: Vec<u8>,
    /// Checkpoints of this ledger that the auditor has from elsewhere. Each must lie on this history.
    pub kept: Vec<NamedNote>,
}

/// A signed note and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedNote {
    /// Name of the member or file.
    pub name: String,
    /// The note's bytes.
    pub note: Vec<u8>,
}

/// What a verifier was given by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    /// Origin of the ledger's checkpoints.
    pub origin: String,
    /// The key that signs from position 0.
    pub first_key: PublicKey,
}

/// How much is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// All that follows from a bundle.
    Everything,
    /// That the entries hang together and give the roots of the checkpoints; no signature of an
    /// entry but those that change keys, nothing of what entries mean. For a quick look: the checkpoints are only as good as
    /// their keys and witnesses.
    ChainAndTree,
}

/// What a verification works with.
pub struct Offline<'a> {
    /// What events do.
    pub rules: Arc<dyn Rules>,
    /// What the verifier was given by hand.
    pub trust: Trust,
    /// How much is checked.
    pub depth: Depth,
    /// Directory for temporary files. They have no name and are gone when the verification ends,
    /// also where it is killed.
    pub scratch: &'a Path,
    /// Shown every entry that can be read, in position order, where everything is checked; so that
    /// further tables can be derived.
    pub observe: &'a mut dyn FnMut(&ObservedEntry<'_>),
    /// Told how many entries are done, now and then.
    pub progress: &'a dyn Fn(u64),
}

/// An entry on its way through the verification. Whether it is as it must be is not known yet.
#[derive(Debug, Clone, Copy)]
pub struct ObservedEntry<'a> {
    /// Where it stands in the bundle.
    pub position: u64,
    /// The ledger's clock.
    pub recorded: Moment,
    /// The stream it belongs to.
    pub stream: &'a StreamId,
    /// Event name and version.
    pub event: &'a EventName,
    /// The payload's bytes, held to the format.
    pub payload: &'a [u8],
}

/// Why a bundle could not be verified. It is never the same as a clean one.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The archive does not give a member's bytes: it is damaged, or the disk fails.
    #[error("包内的 {member} 无法读取:{error} / {member} of the bundle cannot be read: {error}")]
    Member {
        /// Which.
        member: &'static str,
        /// What reading it says.
        error: io::Error,
    },
    /// Temporary files cannot be written or read.
    #[error("临时文件出错:{0} / temporary files: {0}")]
    Scratch(#[source] io::Error),
    /// A check ended without an answer.
    #[error("核验中断 / a check ended without an answer")]
    Interrupted,
}

/// Verifies a bundle. What is wrong with it is in the report. Takes as long as it takes and uses
/// rayon's threads: not to be called on one of those, nor on one that serves others.
///
/// # Errors
/// When a member or a temporary file cannot be read or written.
pub fn verify_bundle(
    input: BundleInput,
    offline: Offline<'_>,
) -> Result<BundleReport, BundleError> {
    let partitions = Partitions::new(offline.scratch);
    verify_with(input, offline, partitions)
}

fn verify_with(
    input: BundleInput,
    mut offline: Offline<'_>,
    partitions: Partitions,
) -> Result<BundleReport, BundleError> {
    let BundleInput { ledger, size, entries, signatures, commands, checkpoints, balances, kept } =
        input;
    let everything = offline.depth == Depth::Everything;
    let wanted = checkpoints::sizes(checkpoints.iter().chain(&kept));
    let sources = Sources {
        entries: Source::new(size, entries, signatures),
        commands: everything.then(|| CommandSource::new(commands)),
    };
    let passed = pass::run(&ledger, sources, wanted, partitions, &mut offline)?;
    let commands = (passed.commands, passed.signed_commands);
    let Passed { chain, keys, roots, replay, partitions, mut findings, .. } = passed;
    let mut coverage = Coverage::new(offline.depth);
    (coverage.entries, coverage.signatures) = (chain.entries(), chain.signatures());
    (coverage.commands, coverage.signed_commands) = commands;
    if everything {
        let replayed = partitions.replay(&mut findings).map_err(BundleError::Scratch)?;
        let Replayed { streams, requests, claims } = replayed;
        (coverage.streams, coverage.requests, coverage.claims) = (streams, requests, claims);
        coverage.balances = balances::compare(&replay.balances, &balances, &mut findings);
    }
    let (origin, entries) = (offline.trust.origin.as_str(), chain.entries());
    let history = History { origin, keys: &keys, roots: &roots, entries, size };
    coverage.checkpoints = history.compare_bundled(&checkpoints, &mut findings);
    coverage.kept = history.compare_kept(&kept, &mut findings);
    let (head, root) = (chain.head(), chain.frontier().root());
    let (findings, found) = findings.into_sorted();
    let keys = keys.into_history();
    Ok(BundleReport { ledger, size, head, root, keys, coverage, findings, found })
}
