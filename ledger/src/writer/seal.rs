//! Turning admitted submissions into entries: encode, chain, hash, sign.

use std::sync::Arc;

use uuid::Uuid;

use super::NamedCommand;
use super::submission::{ProposedEvent, Recorded, Submission, SubmitError};
use crate::access::{Access, AccessRefusal};
use crate::clock::Moment;
use crate::effects::{Effects, KeyedEffects};
use crate::entry::Entry;
use crate::hash::{self, Hash};
use crate::hashing::HashMap;
use crate::key::{PublicKey, SignatureBytes};
use crate::keys::{KeyEntry, KeyHistory, KeyRefusal};
use crate::opened::LEDGER_STREAM;
use crate::sealed_list::ListCheck;
use crate::signed_command::{CommandRefusal, NamedBy, must_be_signed};
use crate::signer::{Signers, SigningError};
use crate::tree::Frontier;
use crate::{Actor, EventName, LedgerId, StreamId};

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
    /// Which key signs next.
    pub(super) keys: Arc<KeyHistory>,
    /// Who may record what next.
    pub(super) access: Arc<Access>,
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

/// A submission as it would follow the tail.
pub(super) struct Draft {
    tail: Tail,
    sealed: Vec<SealedEntry>,
    runs: Vec<(PublicKey, usize)>,
}

/// Seals submissions onto a tail. Signatures are made afterwards, all at once.
pub(super) struct Sealer {
    ledger: LedgerId,
    signers: Arc<dyn Signers>,
    pub(super) tail: Tail,
    pub(super) entries: Vec<SealedEntry>,
    /// The keys that sign the entries, each with how many entries in a row.
    runs: Vec<(PublicKey, usize)>,
    pub(super) placed: Vec<Placed>,
}

impl Sealer {
    pub(super) fn new(ledger: LedgerId, signers: Arc<dyn Signers>, tail: Tail) -> Self {
        Self { ledger, signers, tail, entries: vec![], runs: vec![], placed: vec![] }
    }

    /// Chains the submission's events to the tail, all at the same time.
    ///
    /// # Errors
    /// Names the event that cannot be written, or says what is wrong with the command; then nothing
    /// of the submission was added.
    pub(super) fn add(
        &mut self,
        submission: &Arc<Submission>,
        prepared: &[KeyedEffects],
        command: Option<&NamedCommand>,
        recorded: Moment,
    ) -> Result<(), SubmitError> {
        let Draft { tail, mut sealed, runs } =
            self.draft(submission, prepared, command, recorded)?;
        let (first, submission) = (self.tail.next, submission.clone());
        let command = command.map(|command| command.hash);
        self.placed.push(Placed { first, submission, command });
        self.entries.append(&mut sealed);
        self.runs = runs;
        self.tail = tail;
        Ok(())
    }

    /// What [`Sealer::add`] would add, without adding it.
    ///
    /// # Errors
    /// Those of [`Sealer::add`].
    pub(super) fn draft(
        &self,
        submission: &Submission,
        prepared: &[KeyedEffects],
        command: Option<&NamedCommand>,
        recorded: Moment,
    ) -> Result<Draft, SubmitError> {
        let signed = command.and_then(|command| command.signed.as_deref());
        let command = command.map(|command| command.hash);
        let good_at = |keys: &KeyHistory, position| {
            let (actor, request) = (&submission.actor, submission.request);
            let named_by = NamedBy { position, actor, request, recorded };
            let good = signed.map_or(Ok(()), |signed| signed.check(keys, &named_by));
            good.map_err(SubmitError::CommandRefused)
        };
        good_at(&self.tail.keys, self.tail.next)?;
        let mut tail = self.tail.clone();
        let mut sealed: Vec<SealedEntry> = Vec::with_capacity(submission.events.len());
        let mut runs = self.runs.clone();
        let mut heads = HashMap::default();
        let mut lists = ListCheck::default();
        for (index, (event, prepared)) in submission.events.iter().zip(prepared).enumerate() {
            let sequence: &mut u64 = heads.entry(&event.stream).or_insert(event.after);
            *sequence = sequence.saturating_add(1);
            if signed.is_none() && lacks_signature(&tail, &event.stream, &submission.actor) {
                return Err(SubmitError::CommandRefused(CommandRefusal::Unsigned));
            }
            check_signed_in(&tail, submission, signed.is_some())
                .and_then(|()| permit(&mut tail, event, &submission.actor, &prepared.effects))
                .map_err(|refusal| SubmitError::AccessRefused { event: index, refusal })?;
            lists
                .take(submission.request, prepared.effects.list.as_ref())
                .map_err(|refusal| SubmitError::ListRefused { event: index, refusal })?;
            let refused = |refusal| SubmitError::KeyRefused { event: index, refusal };
            let signer = next_signer(&mut tail, event).map_err(refused)?;
            let signed_by = signer.id();
            match runs.last_mut() {
                Some((key, count)) if *key == signer => *count = count.saturating_add(1),
                _ => runs.push((signer, 1)),
            }
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
                signed_by,
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
        lists.finish().map_err(|refusal| SubmitError::ListRefused {
            event: submission.events.len(),
            refusal,
        })?;
        if !Arc::ptr_eq(&tail.keys, &self.tail.keys) {
            // One of the events changed the keys: the command must be good after it too.
            good_at(&tail.keys, tail.next.saturating_sub(1))?;
        }
        tail.recorded = recorded;
        Ok(Draft { tail, sealed, runs })
    }

    /// Signs every leaf. May block for as long as the signer does.
    ///
    /// # Errors
    /// When the signer fails; then nothing of the group may be written.
    pub(super) fn sign(&mut self) -> Result<(), SigningError> {
        let mut unsigned = self.entries.iter_mut();
        for (key, count) in &self.runs {
            let entries: Vec<_> = unsigned.by_ref().take(*count).collect();
            let leaves: Vec<Hash> = entries.iter().map(|entry| entry.leaf).collect();
            let signatures = self.signers.signer(key)?.sign_leaves(&leaves)?;
            if signatures.len() != leaves.len() {
                return Err(SigningError::Count { asked: leaves.len(), given: signatures.len() });
            }
            for (entry, signature) in entries.into_iter().zip(signatures) {
                entry.signature = signature;
            }
        }
        Ok(())
    }
}

/// Whether an entry that names no signed command must not follow this tail.
fn lacks_signature(tail: &Tail, stream: &StreamId, actor: &Actor) -> bool {
    tail.keys.officers().signed_commands_required_at(tail.next) && must_be_signed(stream, actor)
}

/// Whether the officer who acts showed to be that officer, where officers are required.
fn check_signed_in(
    tail: &Tail,
    submission: &Submission,
    signed: bool,
) -> Result<(), AccessRefusal> {
    match submission.actor.officer_id() {
        Some(officer) if tail.access.officers_required() && !submission.signed_in && !signed => {
            Err(AccessRefusal::NotSignedIn { officer: officer.to_owned() })
        }
        _ => Ok(()),
    }
}

/// Whether the actor may record the event as the tail's next entry. What the event changes about who may
/// is taken into the tail.
fn permit(
    tail: &mut Tail,
    event: &ProposedEvent,
    actor: &Actor,
    effects: &Effects,
) -> Result<(), AccessRefusal> {
    tail.access.check(&event.stream, actor, effects)?;
    if effects.access.is_empty() {
        return Ok(());
    }
    Arc::make_mut(&mut tail.access).take(&effects.access)
}

/// The key that must sign an event as the tail's next entry. A change of keys is taken into the
/// tail's history, so that the entry after it is signed by the key that it puts in force.
fn next_signer(tail: &mut Tail, event: &ProposedEvent) -> Result<PublicKey, KeyRefusal> {
    let signer = tail.keys.signer_for(&event.stream, event.event.as_str(), &event.payload);
    let signer = signer.ok_or(KeyRefusal::Opening)?;
    if event.stream.kind() == LEDGER_STREAM {
        Arc::make_mut(&mut tail.keys).take(&KeyEntry {
            position: tail.next,
            stream: &event.stream,
            event: event.event.as_str(),
            payload: &event.payload,
            signed_by: signer.id(),
        })?;
    }
    Ok(signer)
}

#[cfg(test)]
mod tests;
