//! Turning admitted submissions into entries: encode, chain, hash, sign.

use std::sync::Arc;

use uuid::Uuid;

use super::submission::{Recorded, Submission, SubmitError};
use crate::clock::Moment;
use crate::entry::Entry;
use crate::hash::{self, Hash};
use crate::hashing::HashMap;
use crate::key::SignatureBytes;
use crate::signer::{Signer, SigningError};
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

/// Seals submissions onto a tail. Signatures are made afterwards, all at once.
pub(super) struct Sealer {
    ledger: LedgerId,
    key: Arc<dyn Signer>,
    pub(super) tail: Tail,
    pub(super) entries: Vec<SealedEntry>,
    pub(super) placed: Vec<Placed>,
}

impl Sealer {
    pub(super) fn new(ledger: LedgerId, key: Arc<dyn Signer>, tail: Tail) -> Self {
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

    /// Signs every leaf. May block for as long as the signer does.
    ///
    /// # Errors
    /// When the signer fails; then nothing of the group may be written.
    pub(super) fn sign(&mut self) -> Result<(), SigningError> {
        let leaves: Vec<Hash> = self.entries.iter().map(|entry| entry.leaf).collect();
        let signatures = self.key.sign_leaves(&leaves)?;
        if signatures.len() != leaves.len() {
            return Err(SigningError::Count { asked: leaves.len(), given: signatures.len() });
        }
        for (entry, signature) in self.entries.iter_mut().zip(signatures) {
            entry.signature = signature;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Actor;
    use crate::key::{LedgerKey, PublicKey};
    use crate::writer::ProposedEvent;

    /// A device that signs as long as it is asked for no more than so many leaves.
    struct Device {
        key: LedgerKey,
        most: usize,
        fails: bool,
    }

    impl Signer for Device {
        fn public(&self) -> &PublicKey {
            self.key.public()
        }

        fn sign(&self, message: &[u8]) -> Result<SignatureBytes, SigningError> {
            if self.fails {
                Err(SigningError::Failed("the device is away".to_owned()))
            } else {
                Ok(self.key.sign(message))
            }
        }

        fn sign_leaves(&self, leaves: &[Hash]) -> Result<Vec<SignatureBytes>, SigningError> {
            leaves.iter().take(self.most).map(|leaf| self.sign_leaf(leaf)).collect()
        }
    }

    fn sealed_by(device: Device) -> Sealer {
        let tail = Tail {
            next: 0,
            leaf: Hash::ZERO,
            recorded: Moment::EARLIEST,
            frontier: Frontier::empty(),
        };
        let event = |n: u64| ProposedEvent {
            stream: StreamId::new("fund", &n.to_string()).unwrap(),
            after: 0,
            event: EventName::parse("FundOpened v1").unwrap(),
            payload: b"{}".to_vec(),
            attachment: None,
        };
        let submission = Submission {
            request: Uuid::nil(),
            actor: Actor::parse("officer/w-017").unwrap(),
            command: None,
            events: (0..3).map(event).collect(),
        };
        let mut sealer = Sealer::new(LedgerId::parse("cn-1").unwrap(), Arc::new(device), tail);
        sealer.add(&Arc::new(submission), None, Moment::EARLIEST).unwrap();
        sealer
    }

    fn device(most: usize, fails: bool) -> Device {
        Device { key: LedgerKey::from_seed([1; 32]).unwrap(), most, fails }
    }

    #[test]
    fn each_entry_gets_the_signature_over_its_own_leaf() {
        let mut sealer = sealed_by(device(3, false));
        sealer.sign().unwrap();
        let key = LedgerKey::from_seed([1; 32]).unwrap();
        assert_eq!(sealer.entries.len(), 3);
        for entry in &sealer.entries {
            assert!(key.public().signed_leaf(&entry.leaf, &entry.signature));
        }
    }

    #[test]
    fn a_signer_that_fails_or_gives_too_few_signatures_signs_nothing() {
        let away = sealed_by(device(3, true)).sign();
        assert_eq!(away, Err(SigningError::Failed("the device is away".to_owned())));
        let short = sealed_by(device(2, false)).sign();
        assert_eq!(short, Err(SigningError::Count { asked: 3, given: 2 }));
    }
}
