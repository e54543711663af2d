//! Reading entries and signatures, some thousand at a time. A length that a hostile bundle names is
//! at most 65,535, so nothing large is made room for before it is there.

use std::io::{self, BufReader, Read};
use std::sync::mpsc::SyncSender;

use super::BundleError;
use crate::entry::EntryView;
use crate::hash::Hash;
use crate::verify::entries::{Fault, KeptEntry};
use crate::verify::finding::Findings;

/// Entries that are checked together, at most.
const MOST_ENTRIES: usize = 8_192;
/// Bytes of entries that are checked together; one entry more is the most.
const ENOUGH_BYTES: usize = 8 << 20;
/// What is read of a member at once: 256 KiB.
const BUFFER: usize = 262_144;
const SIGNATURE: usize = 64;

/// A member that is read from its beginning to its end.
pub(super) struct Member {
    name: &'static str,
    reader: BufReader<Box<dyn Read + Send>>,
}

impl Member {
    pub(super) fn new(name: &'static str, reader: Box<dyn Read + Send>) -> Self {
        Self { name, reader: BufReader::with_capacity(BUFFER, reader) }
    }

    /// Reads until the space is filled or the member ends; tells how many bytes were read.
    pub(super) fn fill(&mut self, space: &mut [u8]) -> Result<usize, BundleError> {
        let mut filled = 0usize;
        while let Some(rest) = space.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.reader.read(rest) {
                Ok(0) => break,
                Ok(more) => filled = filled.saturating_add(more),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(BundleError::Member { member: self.name, error }),
            }
        }
        Ok(filled)
    }

    /// Adds a finding, at the position that there must not be, unless everything was read.
    fn expect_end(&mut self, size: u64, findings: &mut Findings) -> Result<(), BundleError> {
        if self.fill(&mut [0])? > 0 {
            let rule = "a member holds nothing more than it must";
            findings.add(Some(size), rule, format!("the end of {}", self.name), "more bytes");
        }
        Ok(())
    }
}

/// Consecutive entries, as the bundle has them.
#[derive(Debug)]
pub(super) struct Chunk {
    first: u64,
    bytes: Vec<u8>,
    lengths: Vec<u16>,
    /// 64 bytes for each entry; less where there are no more.
    signatures: Vec<u8>,
}

/// One entry of a chunk.
#[derive(Debug, Clone, Copy)]
pub(super) struct BundledEntry<'a> {
    place: u64,
    bytes: &'a [u8],
    signature: &'a [u8],
}

impl Chunk {
    /// The entries in position order.
    pub(super) fn entries(&self) -> impl Iterator<Item = BundledEntry<'_>> {
        let (mut bytes, mut signatures) = (self.bytes.as_slice(), self.signatures.as_slice());
        (self.first..).zip(&self.lengths).map_while(move |(place, length)| {
            let (entry, rest) = bytes.split_at_checked(usize::from(*length))?;
            let (signature, more) =
                signatures.split_at_checked(SIGNATURE).unwrap_or((signatures, &[]));
            (bytes, signatures) = (rest, more);
            Some(BundledEntry { place, bytes: entry, signature })
        })
    }
}

impl<'a> BundledEntry<'a> {
    /// What follows this offset; nothing if it is beyond the end.
    pub(super) fn from(self, offset: usize) -> &'a [u8] {
        self.bytes.get(offset..).unwrap_or_default()
    }
}

impl KeptEntry for BundledEntry<'_> {
    fn place(&self) -> u64 {
        self.place
    }

    fn bytes(&self) -> &[u8] {
        self.bytes
    }

    fn signature(&self) -> &[u8] {
        self.signature
    }

    fn compare_beside(&self, _leaf: &Hash, view: Option<&EntryView<'_>>, faults: &mut Vec<Fault>) {
        if let Some(view) = view
            && view.position != self.place
        {
            faults.push(("position", self.place.to_string(), view.position.to_string()));
        }
    }
}

/// `entries.bin` and `signatures.bin`. The latter is read also where signatures are not checked: those
/// of the entries that change keys always are.
pub(super) struct Source {
    size: u64,
    next: u64,
    entries: Member,
    signatures: Member,
}

impl Source {
    pub(super) fn new(
        size: u64,
        entries: Box<dyn Read + Send>,
        signatures: Box<dyn Read + Send>,
    ) -> Self {
        let entries = Member::new("entries.bin", entries);
        let signatures = Member::new("signatures.bin", signatures);
        Self { size, next: 0, entries, signatures }
    }

    /// Reads everything and hands it on; gives what is wrong with the members as such.
    pub(super) fn read_all(mut self, chunks: &SyncSender<Chunk>) -> Result<Findings, BundleError> {
        let mut findings = Findings::default();
        let mut whole = true;
        while whole && self.next < self.size {
            let (chunk, complete) = self.read_chunk(&mut findings)?;
            whole = complete;
            if chunks.send(chunk).is_err() {
                // Whoever takes them has given up and tells why.
                return Ok(findings);
            }
        }
        if whole {
            self.entries.expect_end(self.size, &mut findings)?;
            self.signatures.expect_end(self.size, &mut findings)?;
        }
        Ok(findings)
    }

    /// The next entries, and whether all that must be there are.
    fn read_chunk(&mut self, findings: &mut Findings) -> Result<(Chunk, bool), BundleError> {
        let mut chunk =
            Chunk { first: self.next, bytes: vec![], lengths: vec![], signatures: vec![] };
        let mut whole = true;
        while self.next < self.size
            && chunk.lengths.len() < MOST_ENTRIES
            && chunk.bytes.len() < ENOUGH_BYTES
        {
            whole = self.read_entry(&mut chunk)?;
            if !whole {
                let (expected, found) =
                    (format!("{} entries", self.size), format!("only {} whole ones", self.next));
                findings.add(Some(self.next), "the bundle is complete", expected, found);
                break;
            }
            self.next = self.next.saturating_add(1);
        }
        self.read_signatures(&mut chunk, findings)?;
        Ok((chunk, whole))
    }

    /// False where the member ends before the entry does.
    fn read_entry(&mut self, chunk: &mut Chunk) -> Result<bool, BundleError> {
        let mut length = [0; 2];
        if self.entries.fill(&mut length)? < length.len() {
            return Ok(false);
        }
        let length = u16::from_be_bytes(length);
        let begin = chunk.bytes.len();
        chunk.bytes.resize(begin.saturating_add(usize::from(length)), 0);
        let space = chunk.bytes.get_mut(begin..).unwrap_or_default();
        let whole = self.entries.fill(space)? == usize::from(length);
        if whole {
            chunk.lengths.push(length);
        } else {
            chunk.bytes.truncate(begin);
        }
        Ok(whole)
    }

    fn read_signatures(
        &mut self,
        chunk: &mut Chunk,
        findings: &mut Findings,
    ) -> Result<(), BundleError> {
        chunk.signatures = vec![0; chunk.lengths.len().saturating_mul(SIGNATURE)];
        let filled = self.signatures.fill(&mut chunk.signatures)?;
        if filled < chunk.signatures.len() {
            chunk.signatures.truncate(filled);
            let whole = u64::try_from(filled.div_euclid(SIGNATURE)).unwrap_or(u64::MAX);
            let at = chunk.first.saturating_add(whole);
            let (expected, found) =
                (format!("{} signatures", self.size), format!("none from position {at}"));
            findings.add(Some(at), "the bundle is complete", expected, found);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

    use std::io::Cursor;
    use std::sync::mpsc::sync_channel;

    use super::*;

    /// How many entries of these lengths are handed over together.
    fn handed_over(lengths: &[u16]) -> Vec<usize> {
        let coded =
            |length: &u16| [&length.to_be_bytes(), vec![7; (*length).into()].as_slice()].concat();
        let entries: Vec<u8> = lengths.iter().flat_map(coded).collect();
        let signatures = vec![0; lengths.len() * SIGNATURE];
        let size = u64::try_from(lengths.len()).unwrap();
        let source =
            Source::new(size, Box::new(Cursor::new(entries)), Box::new(Cursor::new(signatures)));
        let (send, receive) = sync_channel(lengths.len() + 1);
        let (findings, _) = source.read_all(&send).unwrap().into_sorted();
        assert_eq!(findings, []);
        drop(send);
        receive.iter().map(|chunk| chunk.entries().count()).collect()
    }

    #[test]
    fn entries_are_handed_over_8192_at_a_time_or_8_mebibytes() {
        assert_eq!(handed_over(&[3; 20_000]), [8_192, 8_192, 3_616]);
        assert_eq!(handed_over(&[1 << 15; 300]), [256, 44]);
        let mut one_byte_less = [1 << 15; 300];
        one_byte_less[0] -= 1;
        assert_eq!(handed_over(&one_byte_less), [257, 43]);
        assert_eq!(handed_over(&[]), [0; 0]);
    }
}
