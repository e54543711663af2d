#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

mod random_histories;
mod refusals;

use super::*;
use crate::key::{KeyId, LedgerKey, PublicKey};
use crate::opened::{LedgerOpened, WrittenKey, ledger_stream};
use crate::{LedgerId, StreamId};

const LEDGER: &str = "cn-320404";

fn ledger() -> LedgerId {
    LedgerId::parse(LEDGER).unwrap()
}

fn key(seed: u8) -> LedgerKey {
    LedgerKey::from_seed([seed; 32]).unwrap()
}

fn written(key: &PublicKey) -> WrittenKey {
    WrittenKey::of(key)
}

fn proof(of: &LedgerKey) -> Possession {
    Possession::prove(&ledger(), of).unwrap()
}

fn opening(first: &LedgerKey, recovery: &LedgerKey) -> KeyEvent {
    KeyEvent::Opened(LedgerOpened {
        bureau: "钟楼区民政局".into(),
        region: "320404".into(),
        origin: "mingzhang.example/cn-320404".into(),
        key: written(first.public()),
        recovery_key: written(recovery.public()),
    })
}

fn announcing(coming: &LedgerKey) -> KeyEvent {
    let (key, proof) = (written(coming.public()), proof(coming));
    KeyEvent::Announced(KeyAnnounced { key, proof })
}

fn rotation(to: &LedgerKey) -> KeyEvent {
    KeyEvent::Rotated(KeyRotated { key: written(to.public()), proof: proof(to) })
}

fn revocation(of: &LedgerKey, from: u64, to: &LedgerKey) -> KeyEvent {
    KeyEvent::Revoked(KeyRevoked {
        key: of.public().id().fingerprint().to_string(),
        from,
        replacement: written(to.public()),
        proof: proof(to),
    })
}

fn replacing_recovery(by: &LedgerKey) -> KeyEvent {
    let (recovery_key, proof) = (written(by.public()), proof(by));
    KeyEvent::RecoveryReplaced(RecoveryKeyReplaced { recovery_key, proof })
}

fn stream() -> StreamId {
    ledger_stream(&ledger()).unwrap()
}

fn take(
    history: &mut KeyHistory,
    position: u64,
    event: &KeyEvent,
    signed_by: &LedgerKey,
) -> Result<(), KeyRefusal> {
    take_as(history, position, event.name(), &event.payload().unwrap(), signed_by.public().id())
}

fn take_as(
    history: &mut KeyHistory,
    position: u64,
    event: &str,
    payload: &[u8],
    signed_by: KeyId,
) -> Result<(), KeyRefusal> {
    let stream = stream();
    history.take(&KeyEntry { position, stream: &stream, event, payload, signed_by })
}

/// A ledger opened with key 1 and recovery key 9.
fn opened() -> KeyHistory {
    let mut history = KeyHistory::new(ledger());
    take(&mut history, 0, &opening(&key(1), &key(9)), &key(1)).unwrap();
    history
}

#[test]
fn the_first_key_signs_everything_until_another_is_in_force() {
    let mut history = opened();
    assert_eq!(history.signer_of(0), Some(key(1).public()));
    assert_eq!(history.signer_of(1_000_000), Some(key(1).public()));
    take(&mut history, 10, &announcing(&key(2)), &key(1)).unwrap();
    assert_eq!(history.announced(), Some(key(2).public()));
    assert_eq!(history.in_force(), Some(key(1).public()));
    take(&mut history, 20, &rotation(&key(2)), &key(1)).unwrap();
    assert_eq!(history.announced(), None);
    assert_eq!(history.signer_of(20), Some(key(1).public()));
    assert_eq!(history.signer_of(21), Some(key(2).public()));
    assert_eq!(history.in_force(), Some(key(2).public()));
    assert_eq!(history.sequence(), 3);
}

#[test]
fn the_recovery_key_signs_the_revocation_and_nothing_else() {
    let mut history = opened();
    take(&mut history, 30, &revocation(&key(1), 25, &key(2)), &key(9)).unwrap();
    assert_eq!(history.signer_of(29), Some(key(1).public()));
    assert_eq!(history.signer_of(30), Some(key(9).public()));
    assert_eq!(history.signer_of(31), Some(key(2).public()));
    let suspect = history.suspect();
    let expected = SuspectEntries { first: 25, last: 29, key: key(1).public().id() };
    assert_eq!(suspect, [expected]);
}

#[test]
fn a_revocation_from_its_own_position_makes_nothing_suspect() {
    let mut history = opened();
    take(&mut history, 30, &revocation(&key(1), 30, &key(2)), &key(9)).unwrap();
    assert_eq!(history.suspect(), []);
}

#[test]
fn a_key_that_a_thief_rotated_to_can_be_revoked() {
    let mut history = opened();
    take(&mut history, 5, &rotation(&key(66)), &key(1)).unwrap();
    take(&mut history, 6, &announcing(&key(67)), &key(66)).unwrap();
    take(&mut history, 7, &revocation(&key(66), 6, &key(2)), &key(9)).unwrap();
    assert_eq!(history.in_force(), Some(key(2).public()));
    assert_eq!(history.announced(), None, "what the thief announced is forgotten");
    take(&mut history, 8, &rotation(&key(3)), &key(2)).unwrap();
}

#[test]
fn another_recovery_key_revokes_from_then_on() {
    let mut history = opened();
    take(&mut history, 3, &replacing_recovery(&key(8)), &key(9)).unwrap();
    assert_eq!(history.recovery_key(), Some(key(8).public()));
    assert_eq!(history.signer_of(3), Some(key(9).public()));
    assert_eq!(history.signer_of(4), Some(key(1).public()));
    let old = take(&mut history, 4, &revocation(&key(1), 4, &key(2)), &key(9));
    assert!(matches!(old, Err(KeyRefusal::WrongSigner { .. })));
    take(&mut history, 5, &revocation(&key(1), 5, &key(2)), &key(8)).unwrap();
    assert_eq!(history.in_force(), Some(key(2).public()));
}

#[test]
fn other_events_of_the_ledgers_stream_change_nothing_but_are_counted() {
    let mut history = opened();
    take_as(&mut history, 1, "SettingChanged v1", b"{}", key(1).public().id()).unwrap();
    assert_eq!(history.sequence(), 2);
    assert_eq!(history.in_force(), Some(key(1).public()));
}

#[test]
fn nothing_counts_before_the_ledger_is_opened() {
    for event in ["SettingChanged v1", "KeyRotated v1", "OfficerKeyEnrolled v1"] {
        let mut history = KeyHistory::new(ledger());
        let payload = rotation(&key(2)).payload().unwrap();
        let refused = take_as(&mut history, 0, event, &payload, key(1).public().id());
        assert_eq!(refused, Err(KeyRefusal::Opening), "{event}");
    }
}

#[test]
fn a_history_knows_the_origin_that_the_opening_names() {
    assert_eq!(KeyHistory::new(ledger()).origin(), None);
    assert_eq!(opened().origin(), Some("mingzhang.example/cn-320404"));
}

#[test]
fn checkpoints_are_signed_by_the_key_in_force_or_the_one_that_signed_the_last_entry() {
    let mut history = opened();
    take(&mut history, 20, &rotation(&key(2)), &key(1)).unwrap();
    assert_eq!(history.checkpoint_keys(0), [key(1).public()]);
    assert_eq!(history.checkpoint_key(20), Some(key(1).public()));
    assert_eq!(history.checkpoint_key(21), Some(key(2).public()));
    assert_eq!(history.checkpoint_keys(20), [key(1).public()]);
    assert_eq!(history.checkpoint_keys(21), [key(2).public(), key(1).public()]);
    assert_eq!(history.checkpoint_keys(22), [key(2).public()]);
    assert_eq!(history.second_checkpoint_key(20), None);
    for size in [21, 1_000] {
        assert_eq!(history.second_checkpoint_key(size), Some(key(1).public()));
    }
    take(&mut history, 30, &revocation(&key(2), 30, &key(3)), &key(9)).unwrap();
    assert_eq!(history.checkpoint_keys(31), [key(3).public()], "never a revoked key");
    assert_eq!(history.second_checkpoint_key(31), None);
    assert_eq!(history.second_checkpoint_key(30), Some(key(1).public()));
}

#[test]
fn the_writer_learns_who_must_sign_what_comes_next() {
    let (fund, own) = (StreamId::new("fund", "a").unwrap(), stream());
    let fresh = KeyHistory::new(ledger());
    let opening = opening(&key(1), &key(9)).payload().unwrap();
    assert_eq!(fresh.signer_for(&own, "LedgerOpened v1", &opening), Some(key(1).public().clone()));
    assert_eq!(fresh.signer_for(&fund, "FundOpened v1", &opening), None);
    let history = opened();
    let signer = |stream, event| history.signer_for(stream, event, b"{}");
    assert_eq!(signer(&fund, "FundOpened v1"), Some(key(1).public().clone()));
    assert_eq!(signer(&own, "KeyRotated v1"), Some(key(1).public().clone()));
    assert_eq!(signer(&own, "KeyRevoked v1"), Some(key(9).public().clone()));
    assert_eq!(signer(&fund, "KeyRevoked v1"), Some(key(1).public().clone()));
}
