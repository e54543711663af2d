//! Keys of officers and a command signed with one, as other software made them from
//! `docs/officer-keys.md` (the `cryptography` package of Python): they stay readable and go on to mean
//! the same. A fixture is never changed to make a test pass.

#![allow(missing_docs, clippy::unwrap_used)]

use std::path::Path;

use ledger::checkpoint::Checkpoint;
use ledger::clock::Moment;
use ledger::hash::{self, Hash};
use ledger::key::LedgerKey;
use ledger::keys::{KeyEntry, KeyEvent, KeyHistory, KeyRefusal};
use ledger::officer_keys::OfficerEvent;
use ledger::opened::{LedgerOpened, WrittenKey, ledger_stream};
use ledger::signed_command::{CommandRefusal, NamedBy, SignedCommand, Statement, is_signed};
use ledger::{Actor, LedgerId};

const EVENTS: [&str; 3] =
    ["OfficerKeyEnrolled v1", "OfficerKeyWithdrawn v1", "SignedCommandsRequired v1"];
const ORIGIN: &str = "mingzhang.example/cn-320404";

fn tests() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests"))
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(tests().join("fixtures/officers").join(name)).unwrap()
}

fn payload(event: &str) -> Vec<u8> {
    fixture(&format!("{}.json", event.replace(' ', ".")))
}

/// The officer's private key, and what entries name the signed command by.
fn test_key() -> (LedgerKey, Hash) {
    let listed: serde_json::Value = serde_json::from_slice(&fixture("test-key.json")).unwrap();
    let text = |name: &str| listed.get(name).unwrap().as_str().unwrap().to_owned();
    let seed = Hash::parse(&text("test_key")).unwrap();
    (LedgerKey::from_seed(*seed.as_bytes()).unwrap(), Hash::parse(&text("command")).unwrap())
}

/// The ledger of the vectors, with the events that are given at these positions.
fn history(events: &[(u64, &str)]) -> KeyHistory {
    let key = |seed: u8| LedgerKey::from_seed([seed; 32]).unwrap();
    let ledger = LedgerId::parse("cn-320404").unwrap();
    let (stream, mut history) = (ledger_stream(&ledger).unwrap(), KeyHistory::new(ledger));
    let opening = KeyEvent::Opened(LedgerOpened {
        bureau: "常州市钟楼区民政局".into(),
        region: "320404".into(),
        origin: ORIGIN.into(),
        key: WrittenKey::of(key(1).public()),
        recovery_key: WrittenKey::of(key(2).public()),
    });
    let mut take = |position: u64, event: &str, payload: &[u8]| {
        let signed_by = key(1).public().id();
        history.take(&KeyEntry { position, stream: &stream, event, payload, signed_by }).unwrap();
    };
    take(0, opening.name(), &opening.payload().unwrap());
    for (position, event) in events {
        take(*position, event, &payload(event));
    }
    history
}

fn check(history: &KeyHistory, position: u64) -> Result<(), CommandRefusal> {
    let command = SignedCommand::read(&fixture("signed-command.json")).unwrap();
    let (request, actor) = (command.statement().request, Actor::parse("officer/w-017").unwrap());
    let recorded = Moment::parse("2020-06-30T08:20:00.000000Z").unwrap();
    command.check(history, &NamedBy { position, actor: &actor, request, recorded })
}

#[test]
fn every_event_parses_and_prints_back_to_the_same_bytes() {
    for event in EVENTS {
        let parsed = OfficerEvent::parse(event, &payload(event)).unwrap().unwrap();
        assert_eq!(parsed.name(), event);
        assert_eq!(parsed.payload().unwrap(), payload(event));
        let more = [payload(event).strip_suffix(b"}").unwrap(), b",\"more\":1}"].concat();
        let refused = OfficerEvent::parse(event, &more);
        assert!(matches!(refused, Err(KeyRefusal::Malformed { .. })), "{refused:?}");
    }
}

#[test]
fn the_events_one_after_another_are_a_history() {
    let [enrolled, withdrawn, required] = EVENTS;
    let history = history(&[(8, enrolled), (9, required), (20, withdrawn)]);
    let (key, officers) = (test_key().0, history.officers());
    let held = |position| officers.key_at("w-017", key.public().id(), position).is_some();
    assert_eq!([8, 9, 20, 21].map(held), [false, true, true, false]);
    let required = [9, 10].map(|position| officers.signed_commands_required_at(position));
    assert_eq!(required, [false, true]);
}

#[test]
fn the_signed_command_is_good_as_long_as_its_key_is_in_force() {
    let [enrolled, withdrawn, _] = EVENTS;
    let history = history(&[(8, enrolled), (20, withdrawn)]);
    for position in [9, 20] {
        assert_eq!(check(&history, position), Ok(()));
    }
    for position in [8, 21] {
        let refused = check(&history, position);
        assert!(matches!(refused, Err(CommandRefusal::KeyNotInForce { .. })), "{refused:?}");
    }
}

#[test]
fn our_own_signature_gives_the_same_bytes() {
    let (key, hash) = test_key();
    let envelope = fixture("signed-command.json");
    assert!(is_signed(&envelope));
    assert_eq!(hash::plain(&envelope), hash);
    let statement = Statement::parse(&fixture("statement.json")).unwrap();
    assert_eq!(statement.print().unwrap(), fixture("statement.json"));
    let read = SignedCommand::read(&envelope).unwrap();
    assert_eq!(read.statement(), &statement);
    assert_eq!(SignedCommand::sign(statement, &key).unwrap().bytes(), envelope);
}

#[test]
fn the_checkpoint_in_it_is_that_of_the_vectors() {
    let statement = Statement::parse(&fixture("statement.json")).unwrap();
    let note = std::fs::read_to_string(tests().join("vectors/3.checkpoint")).unwrap();
    let signer = LedgerKey::from_seed([1; 32]).unwrap();
    let checkpoint = Checkpoint::open(&note, ORIGIN, signer.public()).unwrap();
    let named = statement.checkpoint;
    assert_eq!((named.origin.as_str(), named.size, named.root), (ORIGIN, 3, checkpoint.root));
}
