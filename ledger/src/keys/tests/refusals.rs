//! Every change of keys that does not count, and that it changes nothing.

use super::*;

/// The change is refused for this reason and leaves the keys as they were.
#[track_caller]
fn refused(history: &KeyHistory, event: &KeyEvent, signed_by: &LedgerKey) -> KeyRefusal {
    let mut after = history.clone();
    let refusal = take(&mut after, 100, event, signed_by).unwrap_err();
    assert_eq!(after.periods(), history.periods());
    assert_eq!(after.recovery_key(), history.recovery_key());
    assert_eq!(after.announced(), history.announced());
    assert_eq!(after.suspect(), history.suspect());
    refusal
}

fn wrong_signer(expected: u8, found: u8) -> KeyRefusal {
    let (expected, found) = (key(expected).public().id(), key(found).public().id());
    KeyRefusal::WrongSigner { expected, found }
}

#[test]
fn only_the_key_in_force_announces_and_rotates() {
    let history = opened();
    for event in [announcing(&key(2)), rotation(&key(2))] {
        assert_eq!(refused(&history, &event, &key(2)), wrong_signer(1, 2));
        assert_eq!(refused(&history, &event, &key(9)), wrong_signer(1, 9));
    }
    let mut rotated = history;
    take(&mut rotated, 5, &rotation(&key(2)), &key(1)).unwrap();
    assert_eq!(refused(&rotated, &rotation(&key(3)), &key(1)), wrong_signer(2, 1));
}

#[test]
fn a_ledger_key_can_neither_revoke_nor_replace_the_recovery_key() {
    let history = opened();
    let revoked = refused(&history, &revocation(&key(1), 100, &key(2)), &key(1));
    assert_eq!(revoked, wrong_signer(9, 1));
    assert_eq!(refused(&history, &replacing_recovery(&key(2)), &key(1)), wrong_signer(9, 1));
}

#[test]
fn a_proof_must_be_by_the_named_key_and_for_this_ledger() {
    let history = opened();
    let elsewhere = LedgerId::parse("cn-320402").unwrap();
    for proof in [proof(&key(3)), Possession::prove(&elsewhere, &key(2)).unwrap()] {
        let (key_2, signer) = (written(key(2).public()), key(1));
        let refusal = KeyRefusal::NoPossession { key: key(2).public().id() };
        let rotated = KeyEvent::Rotated(KeyRotated { key: key_2.clone(), proof });
        assert_eq!(refused(&history, &rotated, &signer), refusal);
        let announced = KeyEvent::Announced(KeyAnnounced { key: key_2.clone(), proof });
        assert_eq!(refused(&history, &announced, &signer), refusal);
        let replaced = RecoveryKeyReplaced { recovery_key: key_2.clone(), proof };
        let replaced = KeyEvent::RecoveryReplaced(replaced);
        assert_eq!(refused(&history, &replaced, &key(9)), refusal);
        let fingerprint = key(1).public().id().fingerprint().to_string();
        let revoked = KeyRevoked { key: fingerprint, from: 100, replacement: key_2, proof };
        assert_eq!(refused(&history, &KeyEvent::Revoked(revoked), &key(9)), refusal);
    }
}

#[test]
fn a_finding_tells_what_had_to_be_there_and_what_is() {
    let id = |seed| key(seed).public().id();
    let pair = |expected: String, found: &str| (expected, found.to_owned());
    let told = |refusal: KeyRefusal| refusal.expected_and_found();
    let signed = |seed| format!("signed by {}", id(seed));
    assert_eq!(told(wrong_signer(1, 2)), (signed(1), signed(2)));
    let not_announced = KeyRefusal::NotAnnounced { announced: id(1), found: id(2) };
    assert_eq!(told(not_announced), (id(1).to_string(), id(2).to_string()));
    let not_in_force = KeyRefusal::NotInForce { in_force: id(1), found: "no key".to_owned() };
    assert_eq!(told(not_in_force), pair(id(1).to_string(), "no key"));
    let expected = format!("a proof that {} is held", id(2));
    let unproven = KeyRefusal::NoPossession { key: id(2) };
    assert_eq!(told(unproven), pair(expected, "none that verifies"));
    let other = KeyRefusal::UsedBefore { key: id(2) };
    let found = other.to_string();
    assert_eq!(told(other), pair("a change of keys that counts".to_owned(), &found));
}

#[test]
fn no_key_comes_back() {
    let mut history = opened();
    take(&mut history, 5, &rotation(&key(2)), &key(1)).unwrap();
    let used = |seed| KeyRefusal::UsedBefore { key: key(seed).public().id() };
    assert_eq!(refused(&history, &rotation(&key(1)), &key(2)), used(1));
    assert_eq!(refused(&history, &rotation(&key(2)), &key(2)), used(2));
    assert_eq!(refused(&history, &announcing(&key(1)), &key(2)), used(1));
    assert_eq!(refused(&history, &revocation(&key(2), 100, &key(1)), &key(9)), used(1));
    assert_eq!(refused(&history, &replacing_recovery(&key(9)), &key(9)), used(9));
}

#[test]
fn no_key_is_ledger_key_and_recovery_key() {
    let mut history = opened();
    take(&mut history, 5, &replacing_recovery(&key(8)), &key(9)).unwrap();
    let both = |seed| KeyRefusal::BothKeys { key: key(seed).public().id() };
    for recovery in [8, 9] {
        assert_eq!(refused(&history, &rotation(&key(recovery)), &key(1)), both(recovery));
        let revoked = revocation(&key(1), 100, &key(recovery));
        assert_eq!(refused(&history, &revoked, &key(8)), both(recovery));
    }
    assert_eq!(refused(&history, &replacing_recovery(&key(1)), &key(8)), both(1));
    let mut fresh = KeyHistory::new(ledger());
    let same = take(&mut fresh, 0, &opening(&key(1), &key(1)), &key(1));
    assert_eq!(same, Err(both(1)));
}

#[test]
fn what_was_announced_is_what_is_rotated_to() {
    let mut history = opened();
    take(&mut history, 5, &announcing(&key(2)), &key(1)).unwrap();
    let (announced, found) = (key(2).public().id(), key(3).public().id());
    let refusal = KeyRefusal::NotAnnounced { announced, found };
    assert_eq!(refused(&history, &rotation(&key(3)), &key(1)), refusal);
    take(&mut history, 6, &announcing(&key(3)), &key(1)).unwrap();
    take(&mut history, 7, &rotation(&key(3)), &key(1)).unwrap();
}

#[test]
fn only_the_key_in_force_is_revoked() {
    let mut history = opened();
    take(&mut history, 5, &rotation(&key(2)), &key(1)).unwrap();
    let (in_force, found) = (key(2).public().id(), key(1).public().id().to_string());
    let refusal = KeyRefusal::NotInForce { in_force, found };
    assert_eq!(refused(&history, &revocation(&key(1), 3, &key(3)), &key(9)), refusal);
}

#[test]
fn a_revocation_begins_within_its_keys_positions() {
    let mut history = opened();
    take(&mut history, 5, &rotation(&key(2)), &key(1)).unwrap();
    for from in [5, 101] {
        let refusal = KeyRefusal::From { from, first: 6, last: 100 };
        assert_eq!(refused(&history, &revocation(&key(2), from, &key(3)), &key(9)), refusal);
    }
    for from in [6, 100] {
        let revoked = revocation(&key(2), from, &key(3));
        take(&mut history.clone(), 100, &revoked, &key(9)).unwrap();
    }
}

#[test]
fn weak_keys_and_other_algorithms_are_refused() {
    let history = opened();
    let with = |algorithm: &str, public: String| {
        let key = WrittenKey { algorithm: algorithm.into(), public };
        KeyEvent::Rotated(KeyRotated { key, proof: proof(&key_2()) })
    };
    let good = key_2().public().to_string();
    // The neutral point: every signature whose two halves fit verifies under it.
    let weak = format!("01{}", "00".repeat(31));
    let unusable = [("ed25519", weak), ("sm2", good.clone()), ("ed25519", good.to_uppercase())];
    for (algorithm, public) in unusable {
        let refusal = refused(&history, &with(algorithm, public), &key(1));
        assert_eq!(refusal, KeyRefusal::Unusable { which: "key" });
    }
    take(&mut history.clone(), 100, &with("ed25519", good), &key(1)).unwrap();
}

fn key_2() -> LedgerKey {
    key(2)
}

#[test]
fn a_ledger_is_opened_once_at_its_beginning_and_by_its_own_key() {
    let opening = opening(&key(1), &key(9));
    assert_eq!(refused(&opened(), &opening, &key(1)), KeyRefusal::Opening);
    let mut fresh = KeyHistory::new(ledger());
    assert_eq!(take(&mut fresh, 0, &opening, &key(9)), Err(wrong_signer(1, 9)));
    let mut fresh = KeyHistory::new(ledger());
    assert_eq!(take(&mut fresh, 1, &opening, &key(1)), Err(KeyRefusal::Opening));
    assert_eq!(take(&mut fresh, 2, &rotation(&key(2)), &key(1)), Err(KeyRefusal::Opening));
    assert_eq!(fresh.signer_of(3), None);
}

#[test]
fn entries_come_in_order_and_from_the_ledgers_own_stream() {
    let mut history = opened();
    take(&mut history, 5, &announcing(&key(2)), &key(1)).unwrap();
    let again = take(&mut history, 5, &rotation(&key(2)), &key(1));
    assert_eq!(again, Err(KeyRefusal::Order { position: 5, after: 5 }));
    let payload = rotation(&key(2)).payload().unwrap();
    for (kind, id) in [("ledger", "cn-320402"), ("fund", LEDGER)] {
        let stream = StreamId::new(kind, id).unwrap();
        let signed_by = key(1).public().id();
        let elsewhere = history.take(&KeyEntry {
            position: 6,
            stream: &stream,
            event: "KeyRotated v1",
            payload: &payload,
            signed_by,
        });
        assert!(matches!(elsewhere, Err(KeyRefusal::OtherStream { .. })), "{kind}/{id}");
    }
    assert_eq!(history.in_force(), Some(key(1).public()));
}

#[test]
fn another_version_or_spelling_of_a_key_event_is_not_passed_over() {
    let history = opened();
    let payload = rotation(&key(2)).payload().unwrap();
    let text = String::from_utf8(payload.clone()).unwrap();
    let signed_by = key(1).public().id();
    let version = take_as(&mut history.clone(), 9, "KeyRotated v2", &payload, signed_by);
    assert!(matches!(version, Err(KeyRefusal::UnknownVersion { .. })));
    for spelled in [
        text.replacen(':', ": ", 1),
        text.replacen('{', r#"{"more":1,"#, 1),
        text.replacen(r#""proof""#, r#""Proof""#, 1),
        text.get(..20).unwrap().to_owned(),
        "{}".to_owned(),
    ] {
        let bytes = spelled.as_bytes();
        let refusal = take_as(&mut history.clone(), 9, "KeyRotated v1", bytes, signed_by);
        assert!(matches!(refusal, Err(KeyRefusal::Malformed { .. })), "{spelled}");
    }
}
