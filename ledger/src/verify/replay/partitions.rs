//! The keyed part of the replay in bounded memory. While the entries pass, their steps are written
//! to partitions, all steps of one key to the same; afterwards each partition is replayed alone, in
//! position order, by the same [`Keyed`] that a replay in memory uses.
//!
//! A ledger of 1.5 million payments has about 7.5 million steps, 360 MB on disk, and needs about
//! 20 MB of memory while they are replayed. Below 32 MB of steps nothing touches the disk.

use std::io::{self, BufReader, BufWriter, Seek, Write};
use std::path::Path;

use rayon::prelude::*;
use tempfile::{SpooledTempFile, spooled_tempfile_in};

use super::keyed::{Keyed, Step};
use super::step_coding;
use crate::verify::finding::Findings;

/// Into so many parts the keys are divided.
pub(super) const PARTITIONS: usize = 64;
/// So many of them are replayed at once at most, whatever the number of cores: each holds its keys
/// in memory.
const AT_ONCE: usize = 4;
/// Steps up to this size in all stay in memory.
const IN_MEMORY: usize = 32 << 20;
/// What is gathered of each partition before it is written: 16 KiB.
const BUFFER: usize = 16_384;

/// Steps on their way to being replayed. Its temporary files have no name, so the operating system
/// removes them when the program ends, however it ends.
#[derive(Debug)]
pub(in crate::verify) struct Partitions {
    files: Vec<BufWriter<SpooledTempFile>>,
}

/// What the steps come to.
#[derive(Debug)]
pub(in crate::verify) struct Replayed {
    /// How many streams there are.
    pub(in crate::verify) streams: u64,
    /// How many requests there are.
    pub(in crate::verify) requests: u64,
    /// How many claims are held in the end.
    pub(in crate::verify) claims: u64,
}

impl Partitions {
    /// `scratch` is the directory for temporary files.
    pub(in crate::verify) fn new(scratch: &Path) -> Self {
        Self::with_memory(scratch, IN_MEMORY)
    }

    /// As [`Partitions::new`], with another bound on what stays in memory, in bytes.
    pub(in crate::verify) fn with_memory(scratch: &Path, memory: usize) -> Self {
        let each = memory.div_euclid(PARTITIONS);
        let file =
            |_| BufWriter::with_capacity(BUFFER.min(each), spooled_tempfile_in(each, scratch));
        Self { files: (0..PARTITIONS).map(file).collect() }
    }

    /// Takes a step of the entry at a position. Steps must come in position order.
    pub(in crate::verify) fn write(&mut self, position: u64, step: &Step<'_>) -> io::Result<()> {
        match self.files.get_mut(partition(step)) {
            Some(file) => step_coding::write(file, position, step),
            None => Ok(()),
        }
    }

    /// Replays everything.
    pub(in crate::verify) fn replay(self, findings: &mut Findings) -> io::Result<Replayed> {
        let mut replayed = Replayed { streams: 0, requests: 0, claims: 0 };
        let mut files = self.files.into_iter();
        loop {
            let some: Vec<_> = files.by_ref().take(AT_ONCE).collect();
            if some.is_empty() {
                return Ok(replayed);
            }
            let parts: Vec<(Keyed, Findings)> =
                some.into_par_iter().map(replay_one).collect::<io::Result<_>>()?;
            for (keyed, found) in parts {
                findings.append(found);
                replayed.streams = replayed.streams.saturating_add(count(keyed.streams.len()));
                replayed.requests = replayed.requests.saturating_add(count(keyed.requests.len()));
                replayed.claims = replayed.claims.saturating_add(count(keyed.claims.len()));
            }
        }
    }
}

fn replay_one(file: BufWriter<SpooledTempFile>) -> io::Result<(Keyed, Findings)> {
    let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.flush()?;
    file.rewind()?;
    let mut file = BufReader::new(file);
    let (mut keyed, mut findings) = (Keyed::default(), Findings::default());
    let mut text = Vec::new();
    while let Some((position, step)) = step_coding::read(&mut file, &mut text)? {
        keyed.take(position, step, &mut findings);
    }
    Ok((keyed, findings))
}

/// Keys are hashes, of which any byte will do, or UUIDs, which differ most in the last.
pub(super) fn partition(step: &Step<'_>) -> usize {
    let byte = match step {
        Step::Begin { stream: key, .. }
        | Step::Advance { stream: key, .. }
        | Step::RepeatFirst { key, .. }
        | Step::Guard { key, .. } => key.last(),
        Step::Request(request) => request.as_bytes().last(),
        Step::Release { key, .. } | Step::Claim { key, .. } => key.last(),
        Step::Command(command) | Step::SameCommand(command) => command.as_bytes().last(),
    };
    usize::from(byte.copied().unwrap_or_default()).rem_euclid(PARTITIONS)
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
