//! Signed commands against the entries that name them: whether an officer's own key asked for exactly
//! what is recorded. Reads nothing; a bundle and a database hand in what they have.

mod checkpoints;

use rayon::prelude::*;
use uuid::Uuid;

pub(super) use checkpoints::{NamedCheckpoints, RootComparison, differs};

use super::entries::Said;
use super::finding::Findings;
use crate::clock::Moment;
use crate::effects::{RecordedEvent, Rules};
use crate::keys::KeyHistory;
use crate::signed_command::{self, CommandRefusal, NamedBy, SignedCommand};
use crate::{Actor, EventName, StreamId};

const RULE: &str = "signed command";

/// Signed commands that are checked together, at most.
const MOST_USES: usize = 2_048;
/// Bytes of signed commands and their events that are checked together; one command more is the most.
const ENOUGH_BYTES: usize = 32 << 20;
/// A command and the events of its request are looked at all at once: at most so many bytes of events.
const MOST_EVENT_BYTES: usize = 128 << 20;

/// What an entry takes in memory beside its payload, about.
const BESIDE_PAYLOAD: usize = 256;

/// An entry that names a signed command.
#[derive(Debug)]
pub(super) struct NamingEntry {
    pub(super) position: u64,
    pub(super) actor: Actor,
    pub(super) request: Uuid,
    pub(super) recorded: Moment,
    pub(super) stream: StreamId,
    pub(super) event: EventName,
    pub(super) payload: Vec<u8>,
}

/// A signed command, and the entries that name it, in order.
#[derive(Debug)]
pub(super) struct SignedUse {
    envelope: Vec<u8>,
    entries: Vec<NamingEntry>,
    event_bytes: usize,
}

impl SignedUse {
    /// `envelope` is what is kept under the hash that the entries name.
    pub(super) fn new(envelope: Vec<u8>) -> Self {
        Self { envelope, entries: vec![], event_bytes: 0 }
    }

    /// Adds the next entry that names it.
    pub(super) fn add(&mut self, entry: NamingEntry) {
        let bytes = entry.payload.len().saturating_add(BESIDE_PAYLOAD);
        self.event_bytes = self.event_bytes.saturating_add(bytes);
        // Beyond the bound nothing can be compared, so nothing more is kept for it.
        if self.event_bytes <= MOST_EVENT_BYTES || self.entries.is_empty() {
            self.entries.push(entry);
        }
    }

    fn bytes(&self) -> usize {
        self.envelope.len().saturating_add(self.event_bytes.min(MOST_EVENT_BYTES))
    }
}

/// Signed commands on their way to being checked, because each costs about 0.1 ms.
#[derive(Debug, Default)]
pub(super) struct Batch {
    uses: Vec<SignedUse>,
    bytes: usize,
}

impl Batch {
    pub(super) fn push(&mut self, used: SignedUse) {
        self.bytes = self.bytes.saturating_add(used.bytes());
        self.uses.push(used);
    }

    /// Whether it should be checked before more is added.
    pub(super) fn is_full(&self) -> bool {
        self.uses.len() >= MOST_USES || self.bytes >= ENOUGH_BYTES
    }

    /// Checks all of them, on all cores. `keys` must have been shown the entries.
    pub(super) fn check(self, keys: &KeyHistory, rules: &dyn Rules) -> Checked {
        let each: Vec<Checked> =
            self.uses.par_iter().map(|used| check_one(used, keys, rules)).collect();
        let mut all = Checked::default();
        each.into_iter().for_each(|checked| all.append(checked));
        all
    }
}

/// What checking signed commands gave.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// How many there were.
    pub(super) count: u64,
    pub(super) findings: Findings,
    /// The checkpoints that they name, whose roots are not compared yet.
    pub(super) checkpoints: NamedCheckpoints,
}

impl Checked {
    pub(super) fn append(&mut self, other: Self) {
        self.count = self.count.saturating_add(other.count);
        self.findings.append(other.findings);
        self.checkpoints.append(other.checkpoints);
    }

    fn refuse(&mut self, position: u64, refusal: &CommandRefusal) {
        let (expected, found) = refusal.expected_and_found();
        self.findings.add(Some(position), RULE, expected, found);
    }
}

fn check_one(used: &SignedUse, keys: &KeyHistory, rules: &dyn Rules) -> Checked {
    let (findings, checkpoints) = (Findings::default(), NamedCheckpoints::default());
    let mut checked = Checked { count: 1, findings, checkpoints };
    let Some(first) = used.entries.first() else { return checked };
    let command = match SignedCommand::read(&used.envelope) {
        Ok(command) => command,
        Err(refusal) => {
            checked.refuse(first.position, &refusal);
            return checked;
        }
    };
    if let Err((position, refusal)) = check_entries(&command, &used.entries, keys) {
        checked.refuse(position, &refusal);
        // What it says is not the officer's word here, so nothing is measured by it.
        return checked;
    }
    let seen = &command.statement().checkpoint;
    checked.checkpoints.add(seen.size, seen.root, first.position);
    if used.event_bytes > MOST_EVENT_BYTES {
        let expected = format!("at most {MOST_EVENT_BYTES} bytes of events");
        checked.findings.add(Some(first.position), RULE, expected, used.event_bytes);
        return checked;
    }
    let events: Vec<_> = used.entries.iter().map(NamingEntry::recorded_event).collect();
    if let Err(why) = rules.carried_out(&command.statement().command, &events) {
        checked.refuse(first.position, &CommandRefusal::NotCarriedOut(why.0));
    }
    checked
}

/// The first entry that the command is not good for. A signature is over the whole command, and a
/// command may have ten thousand entries: so it is checked at the first and at the last of them, and
/// in between only whether it is the same officer and request. Keys and the clock move one way, so
/// what is good at both ends is good in between.
fn check_entries(
    command: &SignedCommand,
    entries: &[NamingEntry],
    keys: &KeyHistory,
) -> Result<(), (u64, CommandRefusal)> {
    let check = |entry: &NamingEntry| {
        command.check(keys, &entry.named_by()).map_err(|refusal| (entry.position, refusal))
    };
    let Some((first, others)) = entries.split_first() else { return Ok(()) };
    check(first)?;
    let Some((last, between)) = others.split_last() else { return Ok(()) };
    let differs = |e: &&NamingEntry| e.actor != first.actor || e.request != first.request;
    between.iter().filter(differs).try_for_each(check)?;
    check(last)
}

impl NamingEntry {
    fn named_by(&self) -> NamedBy<'_> {
        let Self { position, actor, request, recorded, .. } = self;
        NamedBy { position: *position, actor, request: *request, recorded: *recorded }
    }

    fn recorded_event(&self) -> RecordedEvent<'_> {
        RecordedEvent { stream: &self.stream, event: &self.event, payload: &self.payload }
    }
}

/// Whether the entry at this place must name a command that an officer signed.
pub(super) fn must_be_signed(said: &Said, place: u64, keys: &KeyHistory) -> bool {
    keys.officers().signed_commands_required_at(place)
        && signed_command::must_be_signed(&said.stream, &said.actor)
}

/// The entry names no signed command where it must.
pub(super) fn unsigned(place: u64, findings: &mut Findings) {
    let (expected, found) = CommandRefusal::Unsigned.expected_and_found();
    findings.add(Some(place), "signed commands are required", expected, found);
}

/// The entry names a signed command that is too long to be looked at.
pub(super) fn too_long(place: u64, bytes: usize, findings: &mut Findings) {
    let (expected, found) = CommandRefusal::TooLong { bytes }.expected_and_found();
    findings.add(Some(place), RULE, expected, found);
}

/// The entry is of the same request as its neighbour, and only one of them names a signed command,
/// or they name different ones.
pub(super) fn request_goes_beyond(place: u64, request: Uuid, findings: &mut Findings) {
    let expected = "all entries of a request naming the same signed command";
    findings.add(Some(place), RULE, expected, format!("another one in request {request}"));
}

#[cfg(test)]
mod tests;
