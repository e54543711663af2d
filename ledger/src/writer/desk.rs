//! The writer's desk: what stands at the tail, what is in flight, and whether one more submission
//! fits. Everything here is in memory and decided in order; the database's answers are looked up
//! before (see [`super::lookup`]), and the swap of the head proves them still true at the commit.

use uuid::Uuid;

use super::lookup::{Answers, Questions};
use super::submission::{Holder, Refusal, RefusalReason, Submission, SubmitError};
use crate::StreamId;
use crate::effects::{ClaimKey, KeyedEffects};
use crate::hashing::HashMap;

/// Counts the groups that were prepared since the writer started.
pub(super) type Generation = u64;

/// The cache of stream heads is emptied when it has grown to this many.
const MOST_KNOWN_STREAMS: usize = 100_000;

/// What a group's streams, requests and claims are asked about before its commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    /// Everything that the group touches.
    Everything,
    /// All but what the group takes as new: streams, requests and claims are nearly always free, and
    /// where one is not, the unique key of its table finds at the commit what asking would have
    /// found before. Then the group is prepared again, and everything asked; so it is for whoever
    /// would be refused. A claim that is given back is asked for: no key would find that nobody holds it.
    Unproven,
}

#[derive(Debug, Default)]
pub(super) struct Desk {
    /// Heads of streams as committed; a cache.
    known: HashMap<StreamId, u64>,
    /// Heads of streams that groups in flight move.
    moving: HashMap<StreamId, (Generation, u64)>,
    /// Requests in flight and their first positions.
    requests: HashMap<Uuid, (Generation, u64)>,
    /// Claims that groups in flight take (position) or give back (none).
    claims: HashMap<ClaimKey, (Generation, Option<u64>)>,
    /// Balances of accounts with a floor, groups in flight included.
    balances: HashMap<(String, String), i64>,
}

/// What one group changes beside its entries: the claims and balances as they end up.
#[derive(Debug, Clone, Default)]
pub(super) struct Changes {
    pub(super) streams: HashMap<StreamId, u64>,
    pub(super) requests: Vec<(Uuid, u64)>,
    /// Claims to delete first, then those to insert.
    pub(super) released: Vec<ClaimKey>,
    pub(super) claimed: HashMap<ClaimKey, u64>,
    pub(super) balances: HashMap<(String, String), i64>,
}

/// Changes of one submission, applied only when all of it fits.
#[derive(Default)]
pub(super) struct Draft {
    streams: HashMap<StreamId, u64>,
    claims: HashMap<ClaimKey, (usize, bool)>,
    balances: HashMap<(String, String), i64>,
}

impl Desk {
    /// What must be asked before the submissions can be checked. With [`Asking::Unproven`] what is
    /// taken as new is not asked for.
    pub(super) fn questions<'a>(
        &mut self,
        group: impl Iterator<Item = (&'a Submission, &'a [KeyedEffects])>,
        asking: Asking,
    ) -> Questions {
        let everything = asking == Asking::Everything;
        if self.known.len() > MOST_KNOWN_STREAMS {
            self.known.clear();
        }
        let mut questions = Questions::default();
        for (submission, prepared) in group {
            if everything && !self.requests.contains_key(&submission.request) {
                questions.requests.insert(submission.request);
            }
            for (event, prepared) in submission.events.iter().zip(prepared) {
                if everything || event.after > 0 {
                    self.ask_stream(&mut questions, &event.stream);
                }
                for guard in &prepared.effects.guards {
                    self.ask_stream(&mut questions, &guard.stream);
                }
                let taken = prepared.claims.iter().filter(|_| everything);
                let touched = taken.chain(&prepared.releases);
                questions.claims.extend(touched.filter(|claim| !self.claims.contains_key(*claim)));
                for posting in prepared.effects.postings.iter().filter(|posting| posting.floor) {
                    let key = (posting.account.clone(), posting.unit.clone());
                    if !self.balances.contains_key(&key) {
                        questions.accounts.insert(key);
                    }
                }
            }
        }
        questions
    }

    fn ask_stream(&self, questions: &mut Questions, stream: &StreamId) {
        let told = self.moving.contains_key(stream)
            || self.known.contains_key(stream)
            || questions.streams.contains(stream);
        if !told {
            questions.streams.insert(stream.clone());
        }
    }

    /// Takes in what the database said of the accounts. No group in flight touches an account that
    /// was not on the desk before, so the answer is the same before and after its commit.
    pub(super) fn learn(&mut self, questions_accounts: Vec<(String, String)>, answers: &Answers) {
        for key in questions_accounts {
            let balance = answers.accounts.get(&key).copied().unwrap_or_default();
            self.balances.entry(key).or_insert(balance);
        }
    }

    fn stream_head(&self, answers: &Answers, stream: &StreamId) -> u64 {
        let moving = self.moving.get(stream).map(|(_, sequence)| *sequence);
        moving
            .or_else(|| self.known.get(stream).copied())
            .or_else(|| answers.streams.get(stream).copied())
            .unwrap_or_default()
    }

    /// Checks one submission against everything before it, in the documented order: stream heads,
    /// guards, request, claims, balances. Changes nothing.
    pub(super) fn check(
        &self,
        submission: &Submission,
        prepared: &[KeyedEffects],
        answers: &Answers,
    ) -> Result<Draft, SubmitError> {
        let mut draft = Draft::default();
        self.check_streams(submission, prepared, answers, &mut draft)?;
        let standing = self.requests.get(&submission.request).map(|(_, position)| *position);
        if let Some(position) =
            standing.or_else(|| answers.requests.get(&submission.request).copied())
        {
            return Err(SubmitError::RequestKnown { position });
        }
        let refusals = self.check_claims(prepared, answers, &mut draft);
        if !refusals.is_empty() {
            return Err(SubmitError::Refused(refusals));
        }
        let refusals = self.check_balances(prepared, &mut draft);
        if refusals.is_empty() { Ok(draft) } else { Err(SubmitError::Refused(refusals)) }
    }

    fn check_streams(
        &self,
        submission: &Submission,
        prepared: &[KeyedEffects],
        answers: &Answers,
        draft: &mut Draft,
    ) -> Result<(), SubmitError> {
        for event in &submission.events {
            let moved = draft.streams.get(&event.stream).copied();
            let stands = moved.unwrap_or_else(|| self.stream_head(answers, &event.stream));
            // Within one submission, later events of a stream count on from the earlier ones.
            if moved.is_none() && stands != event.after {
                return Err(SubmitError::Moved { stream: event.stream.clone(), sequence: stands });
            }
            draft.streams.insert(event.stream.clone(), stands.saturating_add(1));
        }
        for guard in prepared.iter().flat_map(|prepared| &prepared.effects.guards) {
            let stands = self.stream_head(answers, &guard.stream);
            if stands != guard.sequence {
                return Err(SubmitError::Moved { stream: guard.stream.clone(), sequence: stands });
            }
        }
        Ok(())
    }

    fn check_claims(
        &self,
        prepared: &[KeyedEffects],
        answers: &Answers,
        draft: &mut Draft,
    ) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        for (index, event) in prepared.iter().enumerate() {
            let mut refuse = |reason| refusals.push(Refusal { event: index, reason });
            for (key, claim) in event.releases.iter().zip(&event.effects.releases) {
                if self.holder(key, answers, draft).is_none() {
                    refuse(RefusalReason::ClaimNotHeld { claim: claim.clone() });
                }
                draft.claims.insert(*key, (index, false));
            }
            for (key, claim) in event.claims.iter().zip(&event.effects.claims) {
                match self.holder(key, answers, draft) {
                    Some(holder) => {
                        refuse(RefusalReason::ClaimTaken { claim: claim.clone(), holder });
                    }
                    None => {
                        draft.claims.insert(*key, (index, true));
                    }
                }
            }
        }
        refusals
    }

    /// Who holds a claim after what the draft changes.
    fn holder(&self, key: &ClaimKey, answers: &Answers, draft: &Draft) -> Option<Holder> {
        match draft.claims.get(key) {
            Some((earlier, taken)) => taken.then_some(Holder::SameSubmission(*earlier)),
            None => match self.claims.get(key) {
                Some((_, held)) => held.map(Holder::Position),
                None => answers.claims.get(key).copied().map(Holder::Position),
            },
        }
    }

    /// Balances hold after every single event, not only at the submission's end. Each account that
    /// falls below zero is named once, at the event where it first does.
    fn check_balances(&self, prepared: &[KeyedEffects], draft: &mut Draft) -> Vec<Refusal> {
        let mut refusals: Vec<Refusal> = Vec::new();
        for (index, event) in prepared.iter().enumerate() {
            for posting in event.effects.postings.iter().filter(|posting| posting.floor) {
                let key = (posting.account.clone(), posting.unit.clone());
                let before = draft.balances.get(&key).or_else(|| self.balances.get(&key));
                let balance = before.copied().unwrap_or_default();
                let after = balance.checked_add(posting.amount).filter(|after| *after >= 0);
                match after {
                    Some(after) => {
                        draft.balances.insert(key, after);
                    }
                    None => {
                        let (account, unit) = key;
                        let change = posting.amount;
                        let reason =
                            RefusalReason::BalanceTooLow { account, unit, balance, change };
                        refusals.push(Refusal { event: index, reason });
                    }
                }
            }
        }
        refusals
    }

    /// Takes a checked submission onto the desk. `first` is the position of its first event.
    pub(super) fn apply(
        &mut self,
        generation: Generation,
        first: u64,
        request: Uuid,
        draft: Draft,
        prepared: &[KeyedEffects],
        changes: &mut Changes,
    ) {
        self.requests.insert(request, (generation, first));
        changes.requests.push((request, first));
        for (stream, sequence) in draft.streams {
            self.moving.insert(stream.clone(), (generation, sequence));
            changes.streams.insert(stream, sequence);
        }
        for key in prepared.iter().flat_map(|event| &event.releases) {
            changes.released.push(*key);
            changes.claimed.remove(key);
        }
        for (key, (index, taken)) in draft.claims {
            let position = first.saturating_add(u64::try_from(index).unwrap_or(u64::MAX));
            let held = taken.then_some(position);
            self.claims.insert(key, (generation, held));
            if let Some(position) = held {
                changes.claimed.insert(key, position);
            }
        }
        self.balances.extend(draft.balances);
        for posting in prepared.iter().flat_map(|event| &event.effects.postings) {
            let key = (posting.account.clone(), posting.unit.clone());
            let sum = changes.balances.entry(key).or_default();
            // The database adds the sums to its own and refuses what overflows.
            *sum = sum.saturating_add(posting.amount);
        }
    }

    /// The group is committed: the database knows it now, so the desk need not.
    pub(super) fn settle(&mut self, generation: Generation, changes: &Changes) {
        for (stream, sequence) in &changes.streams {
            if self.moving.get(stream).is_some_and(|(latest, _)| *latest == generation) {
                self.moving.remove(stream);
            }
            if let Some(known) = self.known.get_mut(stream) {
                *known = *sequence;
            }
        }
        for (request, _) in &changes.requests {
            self.requests.remove(request);
        }
        for key in changes.claimed.keys().chain(&changes.released) {
            if self.claims.get(key).is_some_and(|(latest, _)| *latest == generation) {
                self.claims.remove(key);
            }
        }
    }

    /// Remembers the heads of streams that guards name: many submissions consult the same ones.
    pub(super) fn remember_guards<'a>(
        &mut self,
        prepared: impl Iterator<Item = &'a KeyedEffects>,
        answers: &Answers,
    ) {
        for guard in prepared.flat_map(|event| &event.effects.guards) {
            if !self.known.contains_key(&guard.stream) && !self.moving.contains_key(&guard.stream) {
                let sequence = answers.streams.get(&guard.stream).copied().unwrap_or_default();
                self.known.insert(guard.stream.clone(), sequence);
            }
        }
    }

    /// Another program wrote, or a commit failed: nothing that was known is certain any more.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}
