//! Replaying part by part gives what replaying at once gives.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use uuid::Uuid;

use super::keyed::{Keyed, Step, stream_key};
use super::partitions::{PARTITIONS, Partitions, partition};
use super::step_coding;
use crate::effects::{claim_key, fate_key, payload_key};
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
            7 => Step::RepeatFirst {
                key: stream_key(text),
                stream: text,
                payload: payload_key(&self.payload()),
                from: (self.number >= 10).then(|| fate_key("settled")),
                to: fate_key(if self.sequence < 2 { "settled" } else { "returned" }),
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

#[test]
fn what_becomes_of_a_first_entry_is_read_as_it_was_written() {
    let steps = [None, Some(fate_key("settled"))].map(|from| Step::RepeatFirst {
        key: stream_key("payment/1"),
        stream: "payment/1",
        payload: payload_key(b"{}"),
        from,
        to: fate_key("returned"),
    });
    let (mut written, mut text): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
    for (position, step) in (7_u64..).zip(&steps) {
        step_coding::write(&mut written, position, step).unwrap();
    }
    let mut from = written.as_slice();
    for (position, step) in (7_u64..).zip(steps) {
        let read = step_coding::read(&mut from, &mut text).unwrap();
        assert_eq!(read, Some((position, step)));
    }
    assert_eq!(step_coding::read(&mut from, &mut text).unwrap(), None);
    // After kind, position and payload stands whether anything had become of it.
    written[1 + 8 + 20] = 2;
    step_coding::read(&mut written.as_slice(), &mut text).unwrap_err();
}

#[test]
fn keys_are_spread_over_all_partitions_and_each_belongs_to_one() {
    let used: BTreeSet<usize> = (0..2_000)
        .map(|n| {
            let text = format!("payment/{n}");
            let (key, stream) = (stream_key(&text), text.as_str());
            let parts = [
                partition(&Step::Advance { stream: key, sequence: 1 }),
                partition(&Step::Begin { stream: key, payload: payload_key(b"{}") }),
                partition(&Step::RepeatFirst {
                    key,
                    stream,
                    payload: payload_key(b"{}"),
                    from: None,
                    to: fate_key("undone"),
                }),
                partition(&Step::Guard { key, stream, sequence: 1 }),
            ];
            assert_eq!(parts, [parts[0]; 4]);
            parts[0]
        })
        .collect();
    assert_eq!(used, (0..PARTITIONS).collect());
    let (key, claim) = (claim_key("low/1"), "low/1");
    let released = partition(&Step::Release { key, claim });
    assert_eq!(partition(&Step::Claim { key, claim }), released);
    let command = hash::plain(b"pay");
    assert_eq!(partition(&Step::Command(command)), partition(&Step::SameCommand(command)));
}

#[test]
fn of_a_command_is_known_where_it_began_how_often_it_is_named_and_whether_it_must_be_signed() {
    let (mut keyed, mut findings) = (Keyed::default(), Findings::default());
    let (command, other) = (hash::plain(b"pay"), hash::plain(b"never named"));
    keyed.take(7, Step::Command(command), &mut findings);
    keyed.take(8, Step::SameCommand(command), &mut findings);
    let told = |keyed: &Keyed| {
        let named = &keyed.commands[&command];
        (named.first, named.count, named.must_be_signed)
    };
    assert_eq!(told(&keyed), (7, 2, false));
    keyed.must_be_signed(command);
    keyed.must_be_signed(other);
    assert_eq!(told(&keyed), (7, 2, true));
    assert!(!keyed.commands.contains_key(&other));
    assert_eq!(findings.into_sorted().1, 0);
}
