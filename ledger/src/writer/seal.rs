//! Turning admitted submissions into entries: encode, chain, hash, sign.

use std::sync::Arc;

use rayon::prelude::*;
use uuid::Uuid;

use super::submission::{Recorded, Submission, SubmitError};
use crate::clock::Moment;
use crate::entry::Entry;
use crate::hash::{self, Hash};
use crate::hashing::HashMap;
use crate::key::{LedgerKey, SignatureBytes};
use crate::tree::Frontier;
use crate::{EventName, LedgerId, StreamId};

/// Where the chain ends: what the next entry must name.
#[derive(Debug, Clone)]
pub(super) struct Tail {
    /// Position that the next entry takes.
    pub(super) next: u64,
    /// Leaf of the last entry.
    pub(super) leaf: Hash,
    /// Time of the last entry, which no later one may precede.
    pub(super) recorded: Moment,
    /// The tree over all entries.
    pub(super) frontier: Frontier,
}

/// One row of the entries table, ready to be written.
#[derive(Debug)]
pub(super) struct SealedEntry {
    pub(super) position: u64,
    pub(super) stream: StreamId,
    pub(super) sequence: u64,
    pub(super) event: EventName,
    pub(super) recorded: Moment,
    pub(super) request: Uuid,
    pub(super) payload_offset: usize,
    pub(super) bytes: Vec<u8>,
    pub(super) leaf: Hash,
    pub(super) signature: SignatureBytes,
}

impl SealedEntry {
    pub(super) fn recorded(&self) -> Recorded {
        Recorded {
            position: self.position,
            sequence: self.sequence,
            leaf: self.leaf,
            signature: self.signature,
            recorded: self.recorded,
        }
    }
}

/// A submission that has its place.
#[derive(Debug)]
pub(super) struct Placed {
    /// Position of its first entry.
    pub(super) first: u64,
    pub(super) submission: Arc<Submission>,
    /// What its entries name the command by.
    pub(super) command: Option<Hash>,
}

/// Seals submissions onto a tail. Signatures are made afterwards, all at once, in parallel.
pub(super) struct Sealer {
    ledger: LedgerId,
    key: Arc<LedgerKey>,
    pub(super) tail: Tail,
    pub(super) entries: Vec<SealedEntry>,
    pub(super) placed: Vec<Placed>,
}

impl Sealer {
    pub(super) fn new(ledger: LedgerId, key: Arc<LedgerKey>, tail: Tail) -> Self {
        Self { ledger, key, tail, entries: vec![], placed: vec![] }
    }

    /// Chains the submission's events to the tail, all at the same time. `command` is the hash of
    /// its command.
    ///
    /// # Errors
    /// Names the event that cannot be written; then nothing of the submission was added.
    pub(super) fn add(
        &mut self,
        submission: &Arc<Submission>,
        command: Option<Hash>,
        recorded: Moment,
    ) -> Result<(), SubmitError> {
        let mut tail = self.tail.clone();
        let mut sealed: Vec<SealedEntry> = Vec::with_capacity(submission.events.len());
        let mut heads = HashMap::default();
        for (index, event) in submission.events.iter().enumerate() {
            let sequence: &mut u64 = heads.entry(&event.stream).or_insert(event.after);
            *sequence = sequence.saturating_add(1);
            let entry = Entry {
                ledger: &self.ledger,
                position: tail.next,
                previous: tail.leaf,
                recorded,
                stream: &event.stream,
                sequence: *sequence,
                event: &event.event,
                actor: &submission.actor,
                request: submission.request,
                command,
                signed_by: self.key.public().id(),
                payload: &event.payload,
            };
            let (bytes, payload_offset) =
                entry.encode().map_err(|error| SubmitError::Unwritable { event: index, error })?;
            let leaf = hash::leaf(&bytes);
            sealed.push(SealedEntry {
                position: tail.next,
                stream: event.stream.clone(),
                sequence: *sequence,
                event: event.event.clone(),
                recorded,
                request: submission.request,
                payload_offset,
                bytes,
                leaf,
                signature: SignatureBytes([0; 64]),
            });
            tail.leaf = leaf;
            tail.frontier.append(leaf);
            tail.next = tail.next.saturating_add(1);
        }
        tail.recorded = recorded;
        let (first, submission) = (self.tail.next, submission.clone());
        self.placed.push(Placed { first, submission, command });
        self.entries.append(&mut sealed);
        self.tail = tail;
        Ok(())
    }

    /// Signs every leaf.
    pub(super) fn sign(&mut self) {
        let key = &self.key;
        self.entries
            .par_iter_mut()
            .with_min_len(16)
            .for_each(|entry| entry.signature = key.sign_leaf(&entry.leaf));
    }
}
