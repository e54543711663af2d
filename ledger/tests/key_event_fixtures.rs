//! Every version of an event about keys that was ever recorded stays readable, and goes on to mean
//! the same: each file in `fixtures/events` is a payload as it stands in an entry, with proofs made
//! by other software (the `cryptography` package of Python) from keys whose 32 secret bytes are all
//! the same number. A fixture is never changed to make a test pass.

#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::Path;

use ledger::key::{KeyId, LedgerKey};
use ledger::keys::{KeyEntry, KeyEvent, KeyHistory, KeyRefusal};
use ledger::opened::ledger_stream;
use ledger::{EventName, LedgerId};

const EVENTS: [&str; 5] = [
    "KeyAnnounced v1",
    "KeyRevoked v1",
    "KeyRotated v1",
    "LedgerOpened v1",
    "RecoveryKeyReplaced v1",
];

/// Event name and payload of every fixture.
fn fixtures() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/events");
    let mut fixtures: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| {
            let file = file.unwrap();
            let file_name = file.file_name().into_string().unwrap();
            let mut parts = file_name.split('.');
            let event = format!("{} {}", parts.next().unwrap(), parts.next().unwrap());
            (event, std::fs::read(file.path()).unwrap())
        })
        .collect();
    fixtures.sort();
    fixtures
}

fn payload(of: &str) -> Vec<u8> {
    fixtures().into_iter().find(|(event, _)| event == of).unwrap().1
}

fn key_id(seed: u8) -> KeyId {
    LedgerKey::from_seed([seed; 32]).unwrap().public().id()
}

#[test]
fn every_event_has_a_fixture_that_parses_and_prints_back_to_the_same_bytes() {
    let found: BTreeSet<String> = fixtures().into_iter().map(|(event, _)| event).collect();
    assert_eq!(found, EVENTS.map(str::to_owned).into());
    for (event, payload) in fixtures() {
        EventName::parse(&event).unwrap();
        let parsed = KeyEvent::parse(&event, &payload).unwrap().unwrap();
        assert_eq!(parsed.name(), event);
        assert_eq!(parsed.payload().unwrap(), payload, "{event}");
    }
}

#[test]
fn an_unknown_field_or_another_spelling_is_refused() {
    for (event, payload) in fixtures() {
        let text = String::from_utf8(payload).unwrap();
        let extended = format!("{},\"more\":1}}", text.strip_suffix('}').unwrap());
        let spaced = text.replacen(':', ": ", 1);
        let within = text.replacen(r#""algorithm":"#, r#""more":1,"algorithm":"#, 1);
        for other in [extended, spaced, within] {
            let parsed = KeyEvent::parse(&event, other.as_bytes());
            assert!(matches!(parsed, Err(KeyRefusal::Malformed { .. })), "{other}");
        }
    }
}

#[test]
fn the_fixtures_one_after_another_are_a_history() {
    let ledger = LedgerId::parse("cn-320404").unwrap();
    let stream = ledger_stream(&ledger).unwrap();
    let mut history = KeyHistory::new(ledger);
    let steps = [
        (0, "LedgerOpened v1", 1),
        (700, "KeyAnnounced v1", 1),
        (900, "KeyRotated v1", 1),
        (1_200, "KeyRevoked v1", 9),
        (1_300, "RecoveryKeyReplaced v1", 9),
    ];
    for (position, event, signer) in steps {
        let (payload, signed_by) = (payload(event), key_id(signer));
        let entry = KeyEntry { position, stream: &stream, event, payload: &payload, signed_by };
        history.take(&entry).unwrap();
    }
    let signer = |position| history.signer_of(position).unwrap().id();
    let signers = [0, 900, 901, 1_199, 1_200, 1_201, 1_300, 1_301].map(signer);
    assert_eq!(signers, [1, 1, 2, 2, 9, 3, 9, 3].map(key_id));
    assert_eq!(history.recovery_key().unwrap().id(), key_id(8));
    let suspect: Vec<_> = history.suspect().iter().map(|some| (some.first, some.last)).collect();
    assert_eq!(suspect, [(1_190, 1_199)]);
}
