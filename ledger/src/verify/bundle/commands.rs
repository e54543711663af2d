//! `commands.bin`: each command that an entry names is there, in order of first use, and none that
//! no entry names. Commands are hashed as they are read, so their lengths cost no memory.

use std::io::Read;

use sha2::{Digest, Sha256};

use super::BundleError;
use super::source::Member;
use crate::hash::Hash;
use crate::verify::finding::Findings;
use crate::verify::replay::{FirstUse, FirstUses};

const RULE: &str = "command";
/// What is read of a command at once.
const PIECE: usize = 64 << 10;

/// Compares what is named with what is there; gives how many are there as they must be.
pub(super) fn compare(
    named: &mut FirstUses,
    commands: Box<dyn Read + Send>,
    findings: &mut Findings,
) -> Result<u64, BundleError> {
    let there = Commands { member: Member::new("commands.bin", commands), next: Some(0) };
    Comparison { named, there, findings, right: 0 }.run()
}

/// The next that is named and the next that is there.
type Pair = (Option<FirstUse>, Option<Found>);

/// Goes along both. Where they differ it looks one ahead on either side, so that one that is missing
/// or too much is named once.
struct Comparison<'a> {
    named: &'a mut FirstUses,
    there: Commands,
    findings: &'a mut Findings,
    right: u64,
}

impl Comparison<'_> {
    fn run(mut self) -> Result<u64, BundleError> {
        let mut pair = self.next_pair()?;
        loop {
            pair = match pair {
                (None, None) => return Ok(self.right),
                (Some(named), Some(found)) if named.command == found.hash => {
                    self.right = self.right.saturating_add(1);
                    self.next_pair()?
                }
                (Some(named), Some(found)) => self.differ(named, found)?,
                (Some(named), None) => {
                    missing(named, self.findings);
                    (self.next_named()?, None)
                }
                (None, Some(found)) => {
                    too_much(found, self.findings);
                    (None, self.there.next(self.findings)?)
                }
            }
        }
    }

    fn differ(&mut self, named: FirstUse, found: Found) -> Result<Pair, BundleError> {
        let (named_after, found_after) = self.next_pair()?;
        if named_after.is_some_and(|after| after.command == found.hash) {
            missing(named, self.findings);
            self.right = self.right.saturating_add(1);
            Ok((self.next_named()?, found_after))
        } else if found_after.is_some_and(|after| after.hash == named.command) {
            too_much(found, self.findings);
            self.right = self.right.saturating_add(1);
            Ok((named_after, self.there.next(self.findings)?))
        } else {
            let what = format!("command {} with hash {}", found.index, found.hash);
            self.findings.add(Some(named.position), RULE, named.command, what);
            Ok((named_after, found_after))
        }
    }

    fn next_pair(&mut self) -> Result<Pair, BundleError> {
        Ok((self.next_named()?, self.there.next(self.findings)?))
    }

    fn next_named(&mut self) -> Result<Option<FirstUse>, BundleError> {
        self.named.next().map_err(BundleError::Scratch)
    }
}

fn missing(named: FirstUse, findings: &mut Findings) {
    findings.add(Some(named.position), RULE, named.command, "not there, or at another place");
}

fn too_much(extra: Found, findings: &mut Findings) {
    let found = format!("command {} with hash {}", extra.index, extra.hash);
    findings.add(None, RULE, "one that an entry names for the first time at this place", found);
}

/// A command as the bundle has it.
#[derive(Debug, Clone, Copy)]
struct Found {
    /// Counted from 0.
    index: u64,
    hash: Hash,
}

struct Commands {
    member: Member,
    /// Index of the next; none after the end.
    next: Option<u64>,
}

impl Commands {
    /// Hashes the next command; `None` after the last whole one.
    fn next(&mut self, findings: &mut Findings) -> Result<Option<Found>, BundleError> {
        let Some(index) = self.next.take() else { return Ok(None) };
        let mut length = [0; 4];
        match self.member.fill(&mut length)? {
            0 => return Ok(None),
            4 => {}
            _ => return Ok(cut_short(index, findings)),
        }
        let mut left = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        let mut hasher = Sha256::new();
        let mut piece = vec![0; left.min(PIECE)];
        while left > 0 {
            let space = piece.get_mut(..left.min(PIECE)).unwrap_or_default();
            let filled = self.member.fill(space)?;
            if filled < space.len() {
                return Ok(cut_short(index, findings));
            }
            hasher.update(&*space);
            left = left.saturating_sub(filled);
        }
        self.next = Some(index.saturating_add(1));
        Ok(Some(Found { index, hash: Hash::from_bytes(hasher.finalize().into()) }))
    }
}

fn cut_short(index: u64, findings: &mut Findings) -> Option<Found> {
    let expected = format!("command {index} as long as it says");
    findings.add(None, "the bundle is complete", expected, "the end of commands.bin");
    None
}
