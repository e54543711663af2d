//! Everything about officers' keys that does not count, and that it changes nothing.

use super::*;

/// The event is refused for this reason and leaves every key and the setting as they were.
#[track_caller]
fn refused_as(history: &KeyHistory, event: &str, payload: &[u8], signed_by: KeyId) -> KeyRefusal {
    let mut after = history.clone();
    let refusal = take_as(&mut after, 100, event, payload, signed_by).unwrap_err();
    assert_eq!(after.officers(), history.officers());
    assert_eq!(after.periods(), history.periods());
    assert_eq!(after.recovery_key(), history.recovery_key());
    assert_eq!(after.announced(), history.announced());
    refusal
}

#[track_caller]
fn refused(history: &KeyHistory, event: &OfficerEvent) -> KeyRefusal {
    let signed_by = history.in_force().unwrap().id();
    refused_as(history, event.name(), &event.payload().unwrap(), signed_by)
}

/// An enrolment with one part changed.
fn changed(change: impl FnOnce(&mut OfficerKeyEnrolled)) -> OfficerEvent {
    let mut enrolled = OfficerKeyEnrolled::prove(&ledger(), OFFICER, &key(21)).unwrap();
    change(&mut enrolled);
    OfficerEvent::Enrolled(enrolled)
}

fn no_possession(seed: u8) -> KeyRefusal {
    KeyRefusal::NoPossession { key: id(seed) }
}

fn used_before(seed: u8) -> KeyRefusal {
    KeyRefusal::UsedBefore { key: id(seed) }
}

#[test]
fn a_key_belongs_to_an_id_that_an_actor_could_have() {
    let longest = "w".repeat(128);
    take(&mut opened(), 1, &enrolling(&longest, 21)).unwrap();
    for officer in ["", "-w", "w 017", "officer/w-017", "王", "w\n017", &"w".repeat(129)] {
        let refusal = refused(&opened(), &enrolling(officer, 21));
        assert_eq!(refusal, KeyRefusal::NoOfficer { officer: officer.to_owned() });
    }
}

#[test]
fn weak_keys_and_other_algorithms_and_spellings_are_refused() {
    let good = key(21).public().to_string();
    // The neutral point: every signature whose two halves fit verifies under it.
    let weak = format!("01{}", "00".repeat(31));
    // A y with no x on the curve.
    let no_point = format!("02{}", "00".repeat(31));
    let unusable = [
        ("ed25519", weak),
        ("ed25519", no_point),
        ("ed25519", good.to_uppercase()),
        ("ed25519", good.get(2..).unwrap().to_owned()),
        ("Ed25519", good.clone()),
        ("sm2", good),
    ];
    for (algorithm, public) in unusable {
        let key = WrittenKey { algorithm: algorithm.into(), public };
        let refusal = refused(&opened(), &changed(|enrolled| enrolled.key = key));
        assert_eq!(refusal, KeyRefusal::Unusable { which: "officer's key" });
    }
}

#[test]
fn a_proof_is_by_the_named_key_for_this_ledger_and_this_officer() {
    let elsewhere = LedgerId::parse("cn-320402").unwrap();
    let proof = |ledger: &LedgerId, officer: &str, by: u8| {
        let message = enrolment_message(ledger, officer, key(21).public());
        Possession::of(key(by).sign(&message))
    };
    let ledgers = Possession::prove(&ledger(), &key(21)).unwrap();
    let wrong = [
        proof(&ledger(), OFFICER, 22),
        proof(&elsewhere, OFFICER, 21),
        proof(&ledger(), "w-018", 21),
        ledgers,
    ];
    for proof in wrong {
        assert_eq!(
            refused(&opened(), &changed(|enrolled| enrolled.proof = proof)),
            no_possession(21)
        );
    }
    let proof = proof(&ledger(), OFFICER, 21);
    take(&mut opened(), 100, &changed(|enrolled| enrolled.proof = proof)).unwrap();
    let for_another = changed(|enrolled| enrolled.officer = "w-018".to_owned());
    assert_eq!(refused(&opened(), &for_another), no_possession(21));
}

#[test]
fn a_key_is_one_officers_and_is_enrolled_once() {
    let mut history = opened();
    take(&mut history, 1, &enrolling(OFFICER, 21)).unwrap();
    assert_eq!(refused(&history, &enrolling(OFFICER, 21)), used_before(21));
    assert_eq!(refused(&history, &enrolling("w-018", 21)), used_before(21));
    take(&mut history, 2, &withdrawing(OFFICER, 21)).unwrap();
    assert_eq!(refused(&history, &enrolling(OFFICER, 21)), used_before(21));
    assert_eq!(refused(&history, &enrolling("w-018", 21)), used_before(21));
}

#[test]
fn no_key_of_the_ledger_past_present_or_announced_becomes_an_officers() {
    let mut history = opened();
    for seed in [1, 9] {
        assert_eq!(refused(&history, &enrolling(OFFICER, seed)), used_before(seed));
    }
    take_key(&mut history, 1, &rotation(2), 1).unwrap();
    take_key(&mut history, 2, &replacing_recovery(8), 9).unwrap();
    take_key(&mut history, 3, &announcing(3), 2).unwrap();
    for seed in [1, 2, 3, 8, 9] {
        assert_eq!(refused(&history, &enrolling(OFFICER, seed)), used_before(seed));
    }
}

#[test]
fn no_officers_key_past_or_present_becomes_the_ledgers() {
    let mut history = opened();
    take(&mut history, 1, &enrolling(OFFICER, 21)).unwrap();
    take(&mut history, 2, &enrolling(OFFICER, 22)).unwrap();
    take(&mut history, 3, &withdrawing(OFFICER, 22)).unwrap();
    for seed in [21, 22] {
        let proof = Possession::prove(&ledger(), &key(seed)).unwrap();
        let coming = WrittenKey::of(key(seed).public());
        let announced = crate::keys::KeyAnnounced { key: coming.clone(), proof };
        let revoked = crate::keys::KeyRevoked {
            key: id(1).fingerprint().to_string(),
            from: 100,
            replacement: coming,
            proof,
        };
        let changes = [
            (KeyEvent::Announced(announced), 1),
            (rotation(seed), 1),
            (KeyEvent::Revoked(revoked), 9),
            (replacing_recovery(seed), 9),
        ];
        for (event, signer) in changes {
            let payload = event.payload().unwrap();
            let refusal = refused_as(&history, event.name(), &payload, id(signer));
            assert_eq!(refusal, KeyRefusal::OfficersKey { key: id(seed) }, "{}", event.name());
        }
    }
}

#[test]
fn only_a_key_that_this_officer_holds_now_is_withdrawn() {
    let mut history = opened();
    take(&mut history, 1, &enrolling(OFFICER, 21)).unwrap();
    take(&mut history, 2, &enrolling(OFFICER, 22)).unwrap();
    take(&mut history, 3, &withdrawing(OFFICER, 22)).unwrap();
    for (officer, seed) in [(OFFICER, 23), ("w-018", 21), (OFFICER, 22), (OFFICER, 1), ("", 21)] {
        let key = id(seed).fingerprint().to_string();
        let refusal = KeyRefusal::NotTheOfficers { officer: officer.to_owned(), key };
        assert_eq!(refused(&history, &withdrawing(officer, seed)), refusal);
    }
    let fingerprint = id(21).fingerprint().to_string();
    for key in [fingerprint.to_uppercase(), id(21).to_string(), String::new()] {
        let (officer, named) = (OFFICER.to_owned(), key.clone());
        let event = OfficerEvent::Withdrawn(OfficerKeyWithdrawn { officer, key });
        let refusal = KeyRefusal::NotTheOfficers { officer: OFFICER.to_owned(), key: named };
        assert_eq!(refused(&history, &event), refusal);
    }
}

#[test]
fn a_setting_that_stands_is_not_set_again() {
    let mut history = opened();
    let stands = |required| KeyRefusal::SettingStands { required };
    assert_eq!(refused(&history, &requiring(false)), stands(false));
    take(&mut history, 1, &requiring(true)).unwrap();
    assert_eq!(refused(&history, &requiring(true)), stands(true));
    take(&mut history, 2, &requiring(false)).unwrap();
    assert_eq!(refused(&history, &requiring(false)), stands(false));
}

#[test]
fn another_version_is_not_passed_over() {
    for name in ["OfficerKeyEnrolled", "OfficerKeyWithdrawn", "SignedCommandsRequired"] {
        for version in ["v2", "v10"] {
            let event = format!("{name} {version}");
            let refusal = refused_as(&opened(), &event, b"{}", id(1));
            assert_eq!(refusal, KeyRefusal::UnknownVersion { event });
        }
    }
}

#[test]
fn a_payload_that_is_spelled_otherwise_is_refused() {
    let mut history = opened();
    take(&mut history, 1, &enrolling(OFFICER, 22)).unwrap();
    for event in [enrolling(OFFICER, 21), withdrawing(OFFICER, 22), requiring(true)] {
        let payload = event.payload().unwrap();
        let text = String::from_utf8(payload).unwrap();
        take_as(&mut history.clone(), 100, event.name(), text.as_bytes(), id(1)).unwrap();
        let first = text.split('"').nth(1).unwrap();
        for spelled in [
            text.replacen(':', ": ", 1),
            text.replacen('{', r#"{"more":1,"#, 1),
            text.replacen(first, "else", 1),
            text.replacen(r#"":""#, r#"":"\u0041"#, 1).replace("true", "1"),
            format!("{text}\n"),
            format!("{text}{{}}"),
            text.get(..text.len() - 1).unwrap().to_owned(),
            "{}".to_owned(),
            String::new(),
        ] {
            let refusal = refused_as(&history, event.name(), spelled.as_bytes(), id(1));
            assert!(matches!(refusal, KeyRefusal::Malformed { .. }), "{spelled}: {refusal:?}");
        }
    }
}

#[test]
fn capital_letters_in_a_proof_are_refused() {
    let text = String::from_utf8(enrolling(OFFICER, 21).payload().unwrap()).unwrap();
    let (front, proof) = text.split_once(r#""proof":"#).unwrap();
    let spelled = format!(r#"{front}"proof":{}"#, proof.to_uppercase());
    assert_ne!(spelled, text);
    let refusal = refused_as(&opened(), "OfficerKeyEnrolled v1", spelled.as_bytes(), id(1));
    assert!(matches!(refusal, KeyRefusal::Malformed { .. }), "{refusal:?}");
}

#[test]
fn only_the_ledgers_key_in_force_signs_these_entries() {
    let mut history = opened();
    take(&mut history, 1, &enrolling(OFFICER, 22)).unwrap();
    take_key(&mut history, 2, &rotation(2), 1).unwrap();
    for event in [enrolling(OFFICER, 21), withdrawing(OFFICER, 22), requiring(true)] {
        for signer in [1, 9, 21, 22] {
            let (name, payload) = (event.name(), event.payload().unwrap());
            let refusal = refused_as(&history, name, &payload, id(signer));
            let (expected, found) = (id(2), id(signer));
            assert_eq!(refusal, KeyRefusal::WrongSigner { expected, found }, "{name}");
        }
        take(&mut history.clone(), 100, &event).unwrap();
    }
}

#[test]
fn nobody_is_enrolled_before_the_ledger_is_opened() {
    let mut fresh = KeyHistory::new(ledger());
    let event = enrolling(OFFICER, 21);
    let taken = take_as(&mut fresh, 0, event.name(), &event.payload().unwrap(), id(1));
    assert_eq!(taken, Err(KeyRefusal::Opening));
    assert_eq!(fresh.officers(), &OfficerKeys::default());
}
