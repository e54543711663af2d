//! Replaying part by part gives what replaying at once gives.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use uuid::Uuid;

use super::keyed::{Keyed, Step, stream_key};
use super::partitions::Partitions;
use crate::effects::{claim_key, payload_key};
use crate::hash;
use crate::verify::finding::{Finding, Findings};

/// A step with its text.
#[derive(Debug, Clone)]
struct Owned {
    kind: u8,
    key: String,
    number: u8,
    sequence: u64,
}

impl Owned {
    /// One of two.
    fn payload(&self) -> [u8; 1] {
        [self.number % 2]
    }

    fn step(&self) -> Step<'_> {
        let text = self.key.as_str();
        match self.kind {
            0 => Step::Advance { stream: stream_key(text), sequence: self.sequence },
            1 => Step::Guard { key: stream_key(text), stream: text, sequence: self.sequence },
            2 => Step::Request(Uuid::from_u128(u128::from(self.number))),
            3 => Step::Release { key: claim_key(text), claim: text },
            4 => Step::Claim { key: claim_key(text), claim: text },
            5 => Step::Command(hash::plain(&[self.number])),
            6 => Step::Begin { stream: stream_key(text), payload: payload_key(&self.payload()) },
            7 => Step::UndoFirst {
                key: stream_key(text),
                stream: text,
                payload: payload_key(&self.payload()),
            },
            _ => Step::SameCommand(hash::plain(&[self.number])),
        }
    }
}

/// Few keys and small numbers, so that about every second step breaks a rule.
fn steps() -> impl Strategy<Value = Vec<(u64, Owned)>> {
    let key = prop_oneof![Just(String::new()), "[a-c]/[0-9]", "[民政]{1,9}"];
    let step = (0..9u8, key, 0..20u8, 0..4u64).prop_map(|(kind, key, number, sequence)| Owned {
        kind,
        key,
        number,
        sequence,
    });
    prop::collection::vec((0..2u64, step), 0..300).prop_map(|steps| {
        let mut position = 0;
        let placed = |(ahead, step)| {
            position += ahead;
            (position, step)
        };
        steps.into_iter().map(placed).collect()
    })
}

struct Outcome {
    findings: (Vec<Finding>, u64),
    counts: [u64; 3],
}

fn at_once(steps: &[(u64, Owned)]) -> Outcome {
    let (mut keyed, mut findings) = (Keyed::default(), Findings::default());
    steps.iter().for_each(|(at, step)| keyed.take(*at, step.step(), &mut findings));
    let counts = [keyed.streams.len(), keyed.requests.len(), keyed.claims.len()];
    let counts = counts.map(|count| u64::try_from(count).unwrap());
    Outcome { findings: findings.into_sorted(), counts }
}

fn in_parts(steps: &[(u64, Owned)], memory: usize) -> Outcome {
    let mut partitions = Partitions::with_memory(&std::env::temp_dir(), memory);
    steps.iter().for_each(|(at, step)| partitions.write(*at, &step.step()).unwrap());
    let mut findings = Findings::default();
    let replayed = partitions.replay(&mut findings).unwrap();
    let counts = [replayed.streams, replayed.requests, replayed.claims];
    Outcome { findings: findings.into_sorted(), counts }
}

proptest! {
    #[test]
    fn parts_find_exactly_what_one_replay_in_memory_finds(
        steps in steps(),
        memory in prop_oneof![Just(0), Just(4_096), Just(1 << 20)],
    ) {
        let (whole, parts) = (at_once(&steps), in_parts(&steps, memory));
        prop_assert_eq!(parts.findings, whole.findings);
        prop_assert_eq!(parts.counts, whole.counts);
    }
}

#[test]
fn the_random_histories_have_faults_and_good_steps() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut steps_taken, mut found) = (0, 0);
    for _ in 0..50 {
        let steps = steps().new_tree(&mut runner).unwrap().current();
        steps_taken += u64::try_from(steps.len()).unwrap();
        found += at_once(&steps).findings.1;
    }
    assert!(found > 100 && found < steps_taken, "{found} of {steps_taken}");
}
