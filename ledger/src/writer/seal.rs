//! Turning admitted submissions into entries: encode, chain, hash, sign.

use std::sync::Arc;

use rayon::prelude::*;
use uuid::Uuid;

use super::submission::{Recorded, Submission, SubmitError};
use crate::LedgerId;
use crate::clock::Moment;
use crate::entry::Entry;
use crate::hash::{self, Hash};
use crate::key::{LedgerKey, SignatureBytes};
use crate::tree::Frontier;

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
    pub(super) stream_type: String,
    pub(super) stream_id: String,
    pub(super) sequence: u64,
    pub(super) event: String,
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

/// Seals submissions onto a tail. Signatures are made afterwards, all at once, in parallel.
pub(super) struct Sealer {
    ledger: LedgerId,
    key: Arc<LedgerKey>,
    pub(super) tail: Tail,
    pub(super) entries: Vec<SealedEntry>,
    pub(super) commands: Vec<(Hash, Vec<u8>)>,
    pub(super) attachments: Vec<(u64, Vec<u8>)>,
}

impl Sealer {
    pub(super) fn new(ledger: LedgerId, key: Arc<LedgerKey>, tail: Tail) -> Self {
        Self { ledger, key, tail, entries: vec![], commands: vec![], attachments: vec![] }
    }

    /// Chains the submission's events to the tail, all at the same time.
    ///
    /// # Errors
    /// Names the event that cannot be written; then nothing of the submission was added.
    pub(super) fn add(
        &mut self,
        submission: &Submission,
        recorded: Moment,
    ) -> Result<(), SubmitError> {
        let command = submission.command.as_ref().map(|bytes| hash::plain(bytes));
        let mut tail = self.tail.clone();
        let mut sealed: Vec<SealedEntry> = Vec::with_capacity(submission.events.len());
        let mut heads = std::collections::HashMap::new();
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
                stream_type: event.stream.kind().to_owned(),
                stream_id: event.stream.id().to_owned(),
                sequence: *sequence,
                event: event.event.as_str().to_owned(),
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
        let first = self.tail.next;
        let attachments = (first..).zip(&submission.events).filter_map(|(position, event)| {
            event.attachment.clone().map(|sealed| (position, sealed))
        });
        self.attachments.extend(attachments);
        if let (Some(hash), Some(bytes)) = (command, &submission.command)
            && !self.commands.iter().any(|(known, _)| *known == hash)
        {
            self.commands.push((hash, bytes.clone()));
        }
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
