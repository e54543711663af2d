//! Reading `commands.bin` on a thread of its own. Commands are hashed as they are read, and only signed
//! ones are kept, so the lengths of others cost no memory.

use std::io::Read;
use std::sync::mpsc::SyncSender;

use super::BundleError;
use super::source::Member;
use crate::hash::{Hash, Pieces};
use crate::signed_command::{MOST_BYTES, is_signed};
use crate::verify::finding::Findings;

/// What is read of a command at once.
const PIECE: usize = 64 << 10;
/// Commands that are handed over together, at most.
const MOST_COMMANDS: usize = 1_024;
/// Bytes of commands that are handed over together; one command more is the most.
const ENOUGH_BYTES: usize = 1 << 20;

/// A command as the bundle has it.
#[derive(Debug)]
pub(super) struct Found {
    /// Counted from 0.
    pub(super) index: u64,
    pub(super) hash: Hash,
    pub(super) body: Body,
}

/// What must be kept of a command.
#[derive(Debug)]
pub(super) enum Body {
    /// Nobody signed it: nothing.
    Unsigned,
    /// All of it.
    Signed(Vec<u8>),
    /// It says that it is signed and has more bytes than a signed command may have.
    TooLong(usize),
}

impl Body {
    /// `piece` begins a command of this length.
    fn beginning(piece: &[u8], length: usize) -> Self {
        match (is_signed(piece), length) {
            (false, _) => Self::Unsigned,
            (true, ..=MOST_BYTES) => Self::Signed(vec![]),
            (true, _) => Self::TooLong(length),
        }
    }

    fn extend(&mut self, piece: &[u8]) {
        if let Self::Signed(bytes) = self {
            bytes.extend_from_slice(piece);
        }
    }
}

/// `commands.bin`.
pub(super) struct CommandSource {
    member: Member,
    /// Index of the next.
    next: u64,
    /// How many bytes were read since commands were handed over.
    read: usize,
    piece: Vec<u8>,
}

impl CommandSource {
    pub(super) fn new(commands: Box<dyn Read + Send>) -> Self {
        let member = Member::new("commands.bin", commands);
        Self { member, next: 0, read: 0, piece: vec![0; PIECE] }
    }

    /// Reads everything and hands it on, in order; gives what is wrong with the member as such.
    pub(super) fn read_all(mut self, to: &SyncSender<Vec<Found>>) -> Result<Findings, BundleError> {
        let mut findings = Findings::default();
        let mut some = Vec::new();
        while let Some(found) = self.next(&mut findings)? {
            some.push(found);
            if some.len() >= MOST_COMMANDS || self.read >= ENOUGH_BYTES {
                self.read = 0;
                if to.send(std::mem::take(&mut some)).is_err() {
                    // Whoever takes them has given up and tells why.
                    return Ok(findings);
                }
            }
        }
        // Whoever takes them may have given up here, too.
        let _ = to.send(some);
        Ok(findings)
    }

    /// Hashes the next command; `None` after the last whole one.
    fn next(&mut self, findings: &mut Findings) -> Result<Option<Found>, BundleError> {
        let mut length = [0; 4];
        match self.member.fill(&mut length)? {
            0 => return Ok(None),
            4 => {}
            _ => return Ok(self.cut_short(findings)),
        }
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        let (mut left, mut hasher, mut body) = (length, Pieces::default(), None);
        while left > 0 {
            let space = self.piece.get_mut(..left.min(PIECE)).unwrap_or_default();
            let filled = self.member.fill(space)?;
            if filled < space.len() {
                return Ok(self.cut_short(findings));
            }
            hasher.add(space);
            body.get_or_insert_with(|| Body::beginning(space, length)).extend(space);
            left = left.saturating_sub(filled);
            self.read = self.read.saturating_add(filled);
        }
        let (index, hash) = (self.next, hasher.finish());
        self.next = index.saturating_add(1);
        Ok(Some(Found { index, hash, body: body.unwrap_or(Body::Unsigned) }))
    }

    fn cut_short(&self, findings: &mut Findings) -> Option<Found> {
        let expected = format!("command {} as long as it says", self.next);
        findings.add(None, "the bundle is complete", expected, "the end of commands.bin");
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

    use std::io::Cursor;
    use std::sync::mpsc::sync_channel;

    use super::*;

    /// How many commands of this length are handed over together, out of so many.
    fn handed_over(count: usize, length: usize) -> Vec<usize> {
        let number = u32::try_from(length).unwrap().to_be_bytes();
        let command = [number.as_slice(), &vec![7; length]].concat();
        let (send, receive) = sync_channel(count + 1);
        let source = CommandSource::new(Box::new(Cursor::new(command.repeat(count))));
        let (findings, _) = source.read_all(&send).unwrap().into_sorted();
        assert_eq!(findings, []);
        drop(send);
        receive.iter().map(|some| some.len()).collect()
    }

    #[test]
    fn commands_are_handed_over_1024_at_a_time_or_a_mebibyte() {
        assert_eq!(handed_over(2_500, 3), [1_024, 1_024, 452]);
        assert_eq!(handed_over(7, 256 << 10), [4, 3]);
        assert_eq!(handed_over(5, (256 << 10) - 1), [5, 0]);
        assert_eq!(handed_over(2, 3 << 20), [1, 1, 0]);
        assert_eq!(handed_over(0, 0), [0]);
    }
}
