#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod random_histories;
mod refusals;

use super::*;
use crate::StreamId;
use crate::key::LedgerKey;
use crate::keys::{
    KeyAnnounced, KeyEntry, KeyEvent, KeyHistory, KeyRotated, Possession, RecoveryKeyReplaced,
};
use crate::opened::{LedgerOpened, WrittenKey, ledger_stream};

const OFFICER: &str = "w-017";

fn ledger() -> LedgerId {
    LedgerId::parse("cn-320404").unwrap()
}

fn key(seed: u8) -> LedgerKey {
    LedgerKey::from_seed([seed; 32]).unwrap()
}

fn id(seed: u8) -> KeyId {
    key(seed).public().id()
}

fn enrolling(officer: &str, seed: u8) -> OfficerEvent {
    OfficerEvent::Enrolled(OfficerKeyEnrolled::prove(&ledger(), officer, &key(seed)).unwrap())
}

fn withdrawing(officer: &str, seed: u8) -> OfficerEvent {
    let (officer, key) = (officer.to_owned(), id(seed).fingerprint().to_string());
    OfficerEvent::Withdrawn(OfficerKeyWithdrawn { officer, key })
}

fn requiring(required: bool) -> OfficerEvent {
    OfficerEvent::Required(SignedCommandsRequired { required })
}

fn announcing(seed: u8) -> KeyEvent {
    let (coming, proof) = (key(seed), Possession::prove(&ledger(), &key(seed)).unwrap());
    KeyEvent::Announced(KeyAnnounced { key: WrittenKey::of(coming.public()), proof })
}

fn rotation(seed: u8) -> KeyEvent {
    let (to, proof) = (key(seed), Possession::prove(&ledger(), &key(seed)).unwrap());
    KeyEvent::Rotated(KeyRotated { key: WrittenKey::of(to.public()), proof })
}

fn replacing_recovery(seed: u8) -> KeyEvent {
    let (to, proof) = (key(seed), Possession::prove(&ledger(), &key(seed)).unwrap());
    let recovery_key = WrittenKey::of(to.public());
    KeyEvent::RecoveryReplaced(RecoveryKeyReplaced { recovery_key, proof })
}

fn take_as(
    history: &mut KeyHistory,
    position: u64,
    event: &str,
    payload: &[u8],
    signed_by: KeyId,
) -> Result<(), KeyRefusal> {
    let stream: StreamId = ledger_stream(&ledger()).unwrap();
    history.take(&KeyEntry { position, stream: &stream, event, payload, signed_by })
}

/// Takes an event about officers, signed by the ledger's key in force.
fn take(history: &mut KeyHistory, position: u64, event: &OfficerEvent) -> Result<(), KeyRefusal> {
    let signed_by = history.in_force().unwrap().id();
    take_as(history, position, event.name(), &event.payload().unwrap(), signed_by)
}

/// Takes an event about the ledger's own keys.
fn take_key(
    history: &mut KeyHistory,
    position: u64,
    event: &KeyEvent,
    signed_by: u8,
) -> Result<(), KeyRefusal> {
    take_as(history, position, event.name(), &event.payload().unwrap(), id(signed_by))
}

/// A ledger opened with key 1 and recovery key 9.
fn opened() -> KeyHistory {
    let mut history = KeyHistory::new(ledger());
    let opening = KeyEvent::Opened(LedgerOpened {
        bureau: "钟楼区民政局".into(),
        region: "320404".into(),
        origin: "mingzhang.example/cn-320404".into(),
        key: WrittenKey::of(key(1).public()),
        recovery_key: WrittenKey::of(key(9).public()),
    });
    take_key(&mut history, 0, &opening, 1).unwrap();
    history
}

/// Whether the officer's key may sign a command at the position.
fn holds(history: &KeyHistory, officer: &str, seed: u8, position: u64) -> bool {
    let found = history.officers().key_at(officer, id(seed), position);
    found.is_some_and(|found| found == key(seed).public())
}

#[test]
fn an_enrolled_key_is_in_force_from_the_next_position_on_and_for_its_officer_alone() {
    let mut history = opened();
    take(&mut history, 10, &enrolling(OFFICER, 21)).unwrap();
    for position in [0, 9, 10] {
        assert!(!holds(&history, OFFICER, 21, position), "{position}");
    }
    for position in [11, 12, u64::MAX] {
        assert!(holds(&history, OFFICER, 21, position), "{position}");
        assert!(!holds(&history, "w-018", 21, position), "{position}");
        assert!(!holds(&history, OFFICER, 22, position), "{position}");
    }
}

#[test]
fn a_withdrawn_key_is_in_force_up_to_its_withdrawal() {
    let mut history = opened();
    take(&mut history, 10, &enrolling(OFFICER, 21)).unwrap();
    take(&mut history, 20, &withdrawing(OFFICER, 21)).unwrap();
    let in_force = |position| holds(&history, OFFICER, 21, position);
    assert_eq!(
        [10, 11, 19, 20, 21, u64::MAX].map(in_force),
        [false, true, true, true, false, false]
    );
}

#[test]
fn an_officer_may_hold_several_keys_and_loses_them_one_by_one() {
    let mut history = opened();
    for (position, officer, seed) in [(1, OFFICER, 21), (2, OFFICER, 22), (3, "w-018", 23)] {
        take(&mut history, position, &enrolling(officer, seed)).unwrap();
    }
    take(&mut history, 4, &withdrawing(OFFICER, 21)).unwrap();
    assert!(!holds(&history, OFFICER, 21, 5));
    assert!(holds(&history, OFFICER, 22, 5));
    assert!(holds(&history, "w-018", 23, 5));
    let held = |officer: &str, seed, from, until| OfficerKey {
        officer: officer.to_owned(),
        key: key(seed).public().clone(),
        from,
        until,
    };
    let all: Vec<OfficerKey> = history.officers().all().into_iter().cloned().collect();
    let expected =
        [held(OFFICER, 21, 2, Some(4)), held(OFFICER, 22, 3, None), held("w-018", 23, 4, None)];
    assert_eq!(all, expected);
}

#[test]
fn signed_commands_are_required_from_the_next_position_until_it_is_taken_back() {
    let mut history = opened();
    let required = |history: &KeyHistory| {
        [0, 5, 6, 9, 10, u64::MAX].map(|at| history.officers().signed_commands_required_at(at))
    };
    assert_eq!(required(&history), [false; 6]);
    take(&mut history, 5, &requiring(true)).unwrap();
    assert_eq!(required(&history), [false, false, true, true, true, true]);
    take(&mut history, 9, &requiring(false)).unwrap();
    assert_eq!(required(&history), [false, false, true, true, false, false]);
    take(&mut history, 11, &requiring(true)).unwrap();
    assert_eq!(required(&history), [false, false, true, true, false, true]);
}

#[test]
fn what_officers_hold_outlives_the_ledgers_keys_and_changes_none_of_them() {
    let mut history = opened();
    take(&mut history, 1, &enrolling(OFFICER, 21)).unwrap();
    take(&mut history, 2, &requiring(true)).unwrap();
    assert_eq!(history.in_force(), Some(key(1).public()));
    assert_eq!(history.sequence(), 3);
    take_key(&mut history, 3, &rotation(2), 1).unwrap();
    take_key(&mut history, 4, &replacing_recovery(8), 9).unwrap();
    assert!(holds(&history, OFFICER, 21, 5));
    assert!(history.officers().signed_commands_required_at(5));
    take(&mut history, 5, &withdrawing(OFFICER, 21)).unwrap();
    assert!(!holds(&history, OFFICER, 21, 6));
}

#[test]
fn an_entry_whose_signature_does_not_verify_enrols_nobody() {
    let mut history = opened();
    let (event, stream) = (enrolling(OFFICER, 21), ledger_stream(&ledger()).unwrap());
    let (payload, signed_by) = (event.payload().unwrap(), id(1));
    let entry = KeyEntry {
        position: 1,
        stream: &stream,
        event: event.name(),
        payload: &payload,
        signed_by,
    };
    history.pass_over(&entry).unwrap();
    assert_eq!(history.officers(), opened().officers());
    assert_eq!(history.sequence(), 2);
}

#[test]
fn the_proof_is_made_over_context_ledger_officer_and_key() {
    let message = enrolment_message(&ledger(), OFFICER, key(21).public());
    let text = b"mingzhang officer key v1\ncn-320404\nw-017\n";
    assert_eq!(message, [text.as_slice(), key(21).public().as_bytes()].concat());
}

#[test]
fn each_event_is_read_back_as_it_was_written() {
    let written = [
        (enrolling(OFFICER, 21), "OfficerKeyEnrolled v1"),
        (withdrawing(OFFICER, 21), "OfficerKeyWithdrawn v1"),
        (requiring(true), "SignedCommandsRequired v1"),
        (requiring(false), "SignedCommandsRequired v1"),
    ];
    for (event, name) in written {
        assert_eq!(event.name(), name);
        let payload = event.payload().unwrap();
        assert_eq!(OfficerEvent::parse(name, &payload), Ok(Some(event)));
    }
    assert_eq!(OfficerEvent::parse("SettingChanged v1", b"{}"), Ok(None));
}
