//! Everything that the entries do to one key: a stream, a request, a claim, a command. What is done
//! to one key never depends on another, so each key's steps can be replayed apart from the others'.

use std::collections::hash_map::Entry as Slot;

use uuid::Uuid;

use crate::effects::{ClaimKey, FateKey, PayloadKey};
use crate::hash::{self, Hash};
use crate::hashing::HashMap;
use crate::verify::finding::Findings;

/// How a stream is kept: 16 bytes of the hash of its name.
pub(in crate::verify) type StreamKey = [u8; 16];

/// The key of a stream, `type/id`.
pub(super) fn stream_key(stream: &str) -> StreamKey {
    let mut key = [0; 16];
    for (to, from) in key.iter_mut().zip(hash::plain(stream.as_bytes()).as_bytes()) {
        *to = *from;
    }
    key
}

/// One thing that an entry does to one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::verify) enum Step<'a> {
    /// A stream begins, with an entry of sequence 1 that holds this payload.
    Begin { stream: StreamKey, payload: PayloadKey },
    /// A stream goes on with this sequence.
    Advance { stream: StreamKey, sequence: u64 },
    /// The first entry of a stream is repeated by one that says what became of it.
    RepeatFirst {
        key: StreamKey,
        stream: &'a str,
        payload: PayloadKey,
        /// None where nothing had become of it.
        from: Option<FateKey>,
        to: FateKey,
    },
    /// A stream must stand at this sequence.
    Guard { key: StreamKey, stream: &'a str, sequence: u64 },
    /// The entries of a request begin.
    Request(Uuid),
    /// A claim is given back.
    Release { key: ClaimKey, claim: &'a str },
    /// A claim is taken.
    Claim { key: ClaimKey, claim: &'a str },
    /// A command is named that the entry before does not name.
    Command(Hash),
    /// The command that the entry before names is named again.
    SameCommand(Hash),
}

/// The entries that name a command: so many in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::verify) struct Named {
    /// The position of the first.
    pub(in crate::verify) first: u64,
    pub(in crate::verify) count: u32,
    /// Whether one of them stands where an officer must sign. Set by whoever knows.
    pub(in crate::verify) must_be_signed: bool,
}

impl Named {
    pub(in crate::verify) fn first_at(position: u64) -> Self {
        Self { first: position, count: 1, must_be_signed: false }
    }
}

/// A stream after the steps so far.
#[derive(Debug, Default)]
pub(in crate::verify) struct Stream {
    /// Where it stands; 0 where it has not begun.
    sequence: u64,
    first: First,
}

/// What is known of the first entry of a stream.
#[derive(Debug, Default)]
enum First {
    /// There was none that could be read.
    #[default]
    Unknown,
    /// It holds this payload, and this became of it, if anything did.
    Known(PayloadKey, Option<FateKey>),
}

/// An entry repeats exactly what its stream began with.
const REPEATED: &str = "what is repeated is the first entry of its stream";
/// An event that was decided on what had become of an entry stands only where just that had become of it.
const GOES_ON: &str = "what becomes of an entry goes on from what had become of it";

/// State of the keys after the steps so far.
#[derive(Debug, Default)]
pub(in crate::verify) struct Keyed {
    /// Where each stream stands.
    pub(in crate::verify) streams: HashMap<StreamKey, Stream>,
    /// Where each request begins.
    pub(in crate::verify) requests: HashMap<Uuid, u64>,
    /// Which position holds each claim.
    pub(in crate::verify) claims: HashMap<ClaimKey, u64>,
    /// Which entries name each command.
    pub(in crate::verify) commands: HashMap<Hash, Named>,
}

impl Keyed {
    /// Takes the next step of its key, in position order.
    pub(in crate::verify) fn take(
        &mut self,
        position: u64,
        step: Step<'_>,
        findings: &mut Findings,
    ) {
        let at = Some(position);
        match step {
            Step::Begin { stream, payload } => {
                self.advance(position, stream, 1, findings).first = First::Known(payload, None);
            }
            Step::Advance { stream, sequence } => {
                self.advance(position, stream, sequence, findings);
            }
            Step::RepeatFirst { key, stream, payload, from, to } => {
                let first = self.streams.get_mut(&key).map(|stream| &mut stream.first);
                let Some(First::Known(standing, fate)) = first else {
                    findings.add(at, REPEATED, format!("entry 1 of {stream}"), "no such entry");
                    return;
                };
                let before = fate.replace(to);
                if *standing != payload {
                    let expected = format!("the payload of entry 1 of {stream}");
                    findings.add(at, REPEATED, expected, "another payload");
                }
                if before != from {
                    let expected = format!("what the event says had become of entry 1 of {stream}");
                    findings.add(at, GOES_ON, expected, "something else");
                }
            }
            Step::Guard { key, stream, sequence } => {
                let stands = self.streams.get(&key).map_or(0, |stream| stream.sequence);
                if stands != sequence {
                    findings.add(at, "guard", format!("{stream} at {sequence}"), stands);
                }
            }
            Step::Request(request) => self.begin(position, request, findings),
            Step::Release { key, claim } => {
                if self.claims.remove(&key).is_none() {
                    findings.add(at, "a released claim is held", claim, "nobody holds it");
                }
            }
            Step::Claim { key, claim } => {
                if let Some(holder) = self.claims.insert(key, position) {
                    let found = format!("held by position {holder}");
                    findings.add(at, "a claim is held once", claim, found);
                }
            }
            Step::Command(command) => {
                if let Some(named) = self.commands.get(&command) {
                    let found = format!("named from position {} before", named.first);
                    findings.add(at, "a command is carried out once", command, found);
                } else {
                    self.commands.insert(command, Named::first_at(position));
                }
            }
            Step::SameCommand(command) => {
                if let Some(named) = self.commands.get_mut(&command) {
                    named.count = named.count.saturating_add(1);
                }
            }
        }
    }

    /// An entry that names the command stands where an officer must sign.
    pub(in crate::verify) fn must_be_signed(&mut self, command: Hash) {
        if let Some(named) = self.commands.get_mut(&command) {
            named.must_be_signed = true;
        }
    }

    fn advance(
        &mut self,
        position: u64,
        stream: StreamKey,
        sequence: u64,
        findings: &mut Findings,
    ) -> &mut Stream {
        let stream = self.streams.entry(stream).or_default();
        let expected = stream.sequence.saturating_add(1);
        if sequence != expected {
            findings.add(Some(position), "sequences without gaps", expected, sequence);
        }
        stream.sequence = sequence;
        stream
    }

    fn begin(&mut self, position: u64, request: Uuid, findings: &mut Findings) {
        match self.requests.entry(request) {
            Slot::Vacant(slot) => {
                slot.insert(position);
            }
            Slot::Occupied(first) => {
                let expected = format!("its entries together from {}", first.get());
                findings.add(Some(position), "a request is recorded once", expected, request);
            }
        }
    }
}
