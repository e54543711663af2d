//! Reading a large member ahead, on a thread of its own: opened, decompressed, counted and hashed
//! while whoever verifies is busy with what came before.

use std::cmp::Ordering;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use super::manifest::Member;
use super::read::open_zip;
use crate::hash::{Hash, Pieces};
use crate::verify::Finding;

/// Bytes that are handed over at once.
const PIECE: usize = 256 << 10;

/// Pieces that wait at most; memory for each member stays near a mebibyte.
const AHEAD: usize = 4;

/// The member's bytes. Damage never shows as an error here: the bytes end early, and
/// [`MemberRemains`] tells why.
#[derive(Debug)]
pub struct MemberReader {
    pieces: Option<Receiver<Vec<u8>>>,
    piece: io::Cursor<Vec<u8>>,
}

/// What is known of a member once its bytes were read.
#[derive(Debug)]
pub struct MemberRemains {
    member: Member,
    thread: Option<JoinHandle<Passed>>,
}

/// What passed through.
#[derive(Debug)]
pub(super) struct Passed {
    bytes: u64,
    sha256: Hash,
    error: Option<String>,
}

/// Begins to read a member, which stands at this place of the archive's directory.
pub(super) fn begin(
    path: PathBuf,
    place: usize,
    member: &Member,
) -> io::Result<(MemberReader, MemberRemains)> {
    let (send, receive) = sync_channel(AHEAD);
    let declared = member.bytes;
    let thread = thread::Builder::new()
        .name(member.name.to_string())
        .spawn(move || pass(&path, place, declared, &send))?;
    let reader = MemberReader { pieces: Some(receive), piece: io::Cursor::default() };
    Ok((reader, MemberRemains { member: member.clone(), thread: Some(thread) }))
}

/// A member that the archive does not have.
pub(super) fn absent(member: &Member) -> (MemberReader, MemberRemains) {
    let reader = MemberReader { pieces: None, piece: io::Cursor::default() };
    (reader, MemberRemains { member: member.clone(), thread: None })
}

fn pass(path: &std::path::Path, place: usize, declared: u64, to: &SyncSender<Vec<u8>>) -> Passed {
    let mut counting = Counting { bytes: 0, digest: Pieces::default() };
    let done = pass_on(path, place, declared, to, &mut counting);
    counting.passed(done.err().map(|error| error.to_string()))
}

fn pass_on(
    path: &std::path::Path,
    place: usize,
    declared: u64,
    to: &SyncSender<Vec<u8>>,
    counting: &mut Counting,
) -> io::Result<()> {
    let mut archive = open_zip(path)?;
    // One byte more than was declared shows that there are too many; the rest of a bomb stays shut.
    let mut member = archive.by_index(place)?.take(declared.saturating_add(1));
    let mut somebody_listens = true;
    loop {
        let mut piece = Vec::with_capacity(PIECE);
        let limit = u64::try_from(PIECE).unwrap_or(u64::MAX);
        let read = member.by_ref().take(limit).read_to_end(&mut piece);
        counting.take(&piece);
        if piece.is_empty() {
            return read.map(|_| ());
        }
        // Also what nobody reads any more is hashed to its end.
        somebody_listens = somebody_listens && to.send(piece).is_ok();
        read?;
    }
}

struct Counting {
    bytes: u64,
    digest: Pieces,
}

impl Counting {
    fn take(&mut self, piece: &[u8]) {
        self.digest.add(piece);
        let more = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        self.bytes = self.bytes.saturating_add(more);
    }

    fn passed(self, error: Option<String>) -> Passed {
        let sha256 = self.digest.finish();
        Passed { bytes: self.bytes, sha256, error }
    }
}

/// The same for bytes that lie in memory.
pub(super) fn passed(bytes: &[u8], error: Option<String>) -> Passed {
    let mut counting = Counting { bytes: 0, digest: Pieces::default() };
    counting.take(bytes);
    counting.passed(error)
}

impl Passed {
    /// What differs from the manifest.
    pub(super) fn findings(self, member: &Member) -> Vec<Finding> {
        let name = member.name;
        let mut findings = Vec::new();
        let mut add = |rule, expected: String, found: String| {
            findings.push(Finding { position: None, rule, expected, found });
        };
        if let Some(error) = self.error {
            add("member that can be read", name.to_string(), error);
        }
        let another_length = match self.bytes.cmp(&member.bytes) {
            Ordering::Equal => None,
            Ordering::Less => Some(self.bytes.to_string()),
            // Reading stopped there.
            Ordering::Greater => Some("more".to_owned()),
        };
        if let Some(found) = another_length {
            add("length of a member", format!("{name}: {} bytes", member.bytes), found);
        }
        if self.sha256 != member.sha256 {
            add(
                "digest of a member",
                format!("{name}: {}", member.sha256),
                self.sha256.to_string(),
            );
        }
        findings
    }
}

impl MemberRemains {
    /// Waits for the member's end and tells what differs from the manifest. A member that the archive
    /// does not have was told of when the archive was opened.
    pub fn findings(self) -> Vec<Finding> {
        match self.thread.map(JoinHandle::join) {
            None => Vec::new(),
            Some(Ok(passed)) => passed.findings(&self.member),
            Some(Err(_)) => vec![Finding {
                position: None,
                rule: "member that can be read",
                expected: self.member.name.to_string(),
                found: "reading it broke off".to_owned(),
            }],
        }
    }
}

impl Read for MemberReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.piece.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            match self.pieces.as_ref().and_then(|pieces| pieces.recv().ok()) {
                Some(piece) => self.piece = io::Cursor::new(piece),
                None => {
                    self.pieces = None;
                    return Ok(0);
                }
            }
        }
    }
}
