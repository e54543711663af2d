#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use super::*;
use crate::effects::{Effects, NotCarriedOut, UnknownEvent};
use crate::hash::{self, Hash};
use crate::signed_command::tests::{WITHDRAWN, history, named_by, signed, statement};

/// Finds that every command is carried out by whatever was recorded.
struct AnythingGoes;

impl Rules for AnythingGoes {
    fn effects(&self, _: &StreamId, _: &EventName, _: &[u8]) -> Result<Effects, UnknownEvent> {
        Ok(Effects::default())
    }

    fn carried_out(&self, _: &[u8], _: &[RecordedEvent<'_>]) -> Result<(), NotCarriedOut> {
        Ok(())
    }
}

/// An entry that the good command is good for, some positions after the first.
fn naming(after: u64) -> NamingEntry {
    let named_by = named_by();
    NamingEntry {
        position: named_by.position + after,
        actor: named_by.actor,
        request: named_by.request,
        recorded: named_by.recorded,
        stream: StreamId::parse("fund/a").unwrap(),
        event: EventName::parse("FundOpened v1").unwrap(),
        payload: vec![],
    }
}

fn of_bytes(bytes: usize) -> SignedUse {
    SignedUse::new(vec![0; bytes])
}

fn filled_with(each: impl Iterator<Item = SignedUse>) -> Batch {
    let mut batch = Batch::default();
    each.for_each(|used| batch.push(used));
    batch
}

#[test]
fn a_batch_is_full_with_2048_commands_or_with_32_mebibytes() {
    assert!(!filled_with((0..2_047).map(|_| of_bytes(1))).is_full());
    assert!(filled_with((0..2_048).map(|_| of_bytes(1))).is_full());
    assert!(
        !filled_with([of_bytes(32 << 20 >> 1), of_bytes((32 << 20 >> 1) - 1)].into_iter())
            .is_full()
    );
    assert!(filled_with([of_bytes(32 << 20 >> 1), of_bytes(32 << 20 >> 1)].into_iter()).is_full());
}

#[test]
fn of_a_command_with_too_many_events_no_more_is_kept_than_can_be_compared() {
    let mut used = SignedUse::new(vec![]);
    let large = |after| NamingEntry { payload: vec![0; 64 << 20], ..naming(after) };
    (0..4).for_each(|after| used.add(large(after)));
    assert_eq!(used.entries.len(), 1, "two and what they take beside their payloads are too many");
    assert!(used.event_bytes > 4 * (64 << 20));
    let mut single = SignedUse::new(vec![]);
    single.add(NamingEntry { payload: vec![0; (128 << 20) + 1], ..naming(0) });
    assert_eq!(single.entries.len(), 1, "by one entry the command is still looked at");
}

#[test]
fn up_to_128_mebibytes_of_events_are_compared_with_a_command() {
    let checked = |event_bytes: usize| {
        let envelope = signed(statement()).bytes();
        let used = SignedUse { envelope, entries: vec![naming(0)], event_bytes };
        let (findings, _) = check_one(&used, &history(), &AnythingGoes).findings.into_sorted();
        findings.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(checked(128 << 20), Vec::<String>::new());
    let beyond = (128 << 20) + 1;
    let expected = format!(
        "position 30: signed command: expected at most 134217728 bytes of events, found {beyond}"
    );
    assert_eq!(checked(beyond), [expected]);
}

#[test]
fn every_entry_is_the_officers_and_of_the_request_also_between_the_first_and_the_last() {
    let check = |change: &dyn Fn(&mut NamingEntry)| {
        let mut entries = [0, 1, 2].map(naming);
        change(&mut entries[1]);
        check_entries(&signed(statement()), &entries, &history())
    };
    assert_eq!(check(&|_| {}), Ok(()));
    let (position, refusal) = check(&|entry| entry.request = Uuid::nil()).unwrap_err();
    assert_eq!(position, 31);
    assert!(matches!(refusal, CommandRefusal::OtherRequest { .. }));
    let other = Actor::officer("w-018").unwrap();
    let (position, refusal) = check(&|entry| entry.actor = other.clone()).unwrap_err();
    assert_eq!(position, 31);
    assert!(matches!(refusal, CommandRefusal::OtherOfficer { .. }));
    // What is good for the first need not be good for the last.
    let withdrawn = [naming(0), naming(WITHDRAWN + 1 - named_by().position)];
    let (position, refusal) =
        check_entries(&signed(statement()), &withdrawn, &history()).unwrap_err();
    assert_eq!(position, WITHDRAWN + 1);
    assert!(matches!(refusal, CommandRefusal::KeyNotInForce { .. }));
}

#[test]
fn a_checkpoint_that_several_commands_name_is_told_once_with_the_first_of_them() {
    let (one, other) = (hash::leaf(b"one"), Hash::ZERO);
    let mut named = NamedCheckpoints::default();
    [(7, one, 20), (7, one, 10), (7, other, 30), (2, one, 40)]
        .iter()
        .for_each(|(size, root, position)| named.add(*size, *root, *position));
    let told: Vec<_> = named.iter().collect();
    assert_eq!(told, [(2, one, 40), (7, other, 30), (7, one, 10)]);
    assert_eq!(named.largest(), Some(7));
}

#[test]
fn a_checkpoint_that_is_not_on_the_history_or_beyond_it_is_found_where_it_is_relied_on() {
    let leaves = [b"1", b"2", b"3"].map(|bytes| hash::leaf(bytes));
    let root = hash::node(&leaves[0], &leaves[1]);
    let mut named = NamedCheckpoints::default();
    [(1, leaves[0], 10), (2, root, 11), (2, Hash::ZERO, 12)]
        .iter()
        .for_each(|(size, root, position)| named.add(*size, *root, *position));
    let mut others = NamedCheckpoints::default();
    others.add(4, Hash::ZERO, 13);
    named.append(others);
    assert_eq!(named.largest(), Some(4));
    let mut findings = Findings::default();
    let mut comparison = RootComparison::of(named);
    leaves.iter().for_each(|leaf| comparison.take(*leaf, &mut findings));
    comparison.finish(&mut findings);
    let (found, _) = findings.into_sorted();
    let found: Vec<_> = found.iter().map(ToString::to_string).collect();
    let rule = "signed command: checkpoint: expected";
    let zero = Hash::ZERO;
    let other =
        format!("position 12: {rule} {root} at 2 entries, as the entries give, found {zero}");
    let beyond = format!(
        "position 13: {rule} at most 3 entries, as many as there are, found {zero} at 4 entries"
    );
    assert_eq!(found, [other, beyond]);
}
