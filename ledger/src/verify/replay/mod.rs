//! What the entries do beyond themselves, derived again.

mod bounds;
mod keyed;
mod partitions;
mod step_coding;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use uuid::Uuid;

pub(super) use bounds::Bounds;
use keyed::stream_key;
pub(super) use keyed::{Keyed, Named, Step};
pub(super) use partitions::{Partitions, Replayed};

use super::entries::Said;
use super::finding::Findings;
use crate::bundle::balances::Balances;
use crate::effects::{KeyedEffects, Posting};
use crate::hash::Hash;

/// Goes through the entries in order: keeps the balances, and tells what each entry does to which
/// key.
#[derive(Debug, Default)]
pub(super) struct Replay {
    pub(super) balances: Balances,
    bounds: Bounds,
    /// The request of the entry before: a request's entries stand together.
    open_request: Option<Uuid>,
    /// The command that the entry before names: all entries that name one stand together.
    open_command: Option<Hash>,
}

impl Replay {
    /// Takes the entry at the next place. `keyed` is told its steps, in the order in which they
    /// must be taken.
    pub(super) fn take(
        &mut self,
        place: u64,
        said: &Said,
        findings: &mut Findings,
        mut keyed: impl FnMut(Step<'_>, &mut Findings),
    ) {
        let stream = stream_key(said.stream.as_str());
        let sequence = said.sequence;
        let advance = said.first_payload.map(|payload| Step::Begin { stream, payload });
        keyed(advance.unwrap_or(Step::Advance { stream, sequence }), findings);
        if self.open_request != Some(said.request) {
            self.open_request = Some(said.request);
            keyed(Step::Request(said.request), findings);
        }
        if let Some(command) = said.command {
            let again = self.open_command == Some(command);
            keyed(
                if again { Step::SameCommand(command) } else { Step::Command(command) },
                findings,
            );
        }
        self.open_command = said.command;
        match &said.effects {
            Ok(effects) => {
                if effects.effects.begins_stream && sequence != 1 {
                    let rule = "what begins a stream is its first entry";
                    findings.add(Some(place), rule, "sequence 1", sequence);
                }
                if let Some((payload, from, to)) = effects.repeats_first {
                    let (key, name) = (stream, said.stream.as_str());
                    let repeat = Step::RepeatFirst { key, stream: name, payload, from, to };
                    keyed(repeat, findings);
                }
                keyed_effects(effects, |step| keyed(step, findings));
                self.post(place, &effects.effects.postings, findings);
                self.bounds.take(place, said, &effects.effects, findings);
            }
            Err(error) => {
                findings.add(Some(place), "event", "one that the rules know", error);
            }
        }
    }

    /// The entries end here.
    pub(super) fn finish(&mut self, findings: &mut Findings) {
        self.bounds.finish(findings);
    }

    fn post(&mut self, position: u64, postings: &[Posting], findings: &mut Findings) {
        let at = Some(position);
        let mut sums: BTreeMap<&str, i128> = BTreeMap::new();
        for posting in postings {
            let amount = i128::from(posting.amount);
            let key = (posting.account.clone(), posting.unit.clone());
            let balance = self.balances.entry(key).or_default();
            *balance = balance.saturating_add(amount);
            if posting.floor && *balance < 0 {
                let rule = "no balance below zero";
                findings.add(at, rule, &posting.account, format!("{balance} {}", posting.unit));
            }
            let sum = sums.entry(&posting.unit).or_default();
            *sum = sum.saturating_add(amount);
        }
        if let Some((unit, sum)) = sums.into_iter().find(|(_, sum)| *sum != 0) {
            findings.add(at, "double entry", "a sum of zero", format!("{sum} {unit}"));
        }
    }
}

/// Claims are given back before others are taken: a correction may do both to the same one.
fn keyed_effects(keyed: &KeyedEffects, mut step: impl FnMut(Step<'_>)) {
    for guard in &keyed.effects.guards {
        let key = stream_key(guard.stream.as_str());
        step(Step::Guard { key, stream: guard.stream.as_str(), sequence: guard.sequence });
    }
    for (key, claim) in keyed.releases.iter().zip(&keyed.effects.releases) {
        step(Step::Release { key: *key, claim });
    }
    for (key, claim) in keyed.claims.iter().zip(&keyed.effects.claims) {
        step(Step::Claim { key: *key, claim });
    }
}
