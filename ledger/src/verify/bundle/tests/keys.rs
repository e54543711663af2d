//! Ledgers whose key changed.

use super::*;
use crate::keys::{KeyEvent, KeyRotated, Possession};
use crate::opened::WrittenKey;

/// The history, a rotation from key 1 to key 2 at position 9, and two entries after it.
fn rotated() -> Vec<Draft> {
    let mut drafts = history();
    let proof = Possession::prove(&LedgerId::parse(LEDGER).unwrap(), &key(2)).unwrap();
    let event = KeyEvent::Rotated(KeyRotated { key: WrittenKey::of(key(2).public()), proof });
    let mut rotation = Draft::new("ledger/cn-320404", 2, 20, &Does::default());
    (rotation.event, rotation.payload) = (event.name(), event.payload().unwrap());
    drafts.push(rotation);
    drafts.push(Draft::new("payment/8", 1, 21, &Does::default()));
    drafts.push(Draft::new("payment/9", 1, 22, &Does::default()));
    drafts
}

#[test]
fn a_rotated_key_signs_what_comes_after_it_and_the_checkpoints() {
    let (old, new) = (key(1), key(2));
    let mut bundle = Bundle::signed_by(&rotated(), |at| if at <= 9 { &old } else { &new });
    bundle.kept = vec![bundle.checkpoint_at(9, &old), bundle.checkpoint_at(11, &new)];
    for depth in [Depth::Everything, Depth::ChainAndTree] {
        let report = bundle.raw().verify(depth).unwrap();
        assert!(report.is_clean(), "{:?}", report.findings);
        assert_eq!(report.keys.in_force(), Some(new.public()));
    }
    bundle.kept = vec![bundle.checkpoint_at(12, &old), bundle.checkpoint_at(9, &new)];
    let lines = bundle.lines();
    assert_eq!(lines.len(), 2, "{lines:#?}");
    assert_found(&lines, "kept checkpoint: expected kept at 12 signed by the key of");
    assert_found(&lines, "kept checkpoint: expected kept at 9 signed by the key of");
}

#[test]
fn a_key_that_was_rotated_away_signs_no_more() {
    let lines = Bundle::of(&rotated(), &key(1)).lines();
    assert_found(&lines, "position 10: signature: ");
    assert_found(&lines, "position 11: signing key: ");
}

#[test]
fn a_rotation_that_its_key_did_not_sign_changes_nothing() {
    let (old, new) = (key(1), key(2));
    let mut bundle = Bundle::signed_by(&rotated(), |at| if at <= 9 { &old } else { &new });
    bundle.signatures[9][0] ^= 1;
    let report = bundle.verify();
    let positions: Vec<_> = report.findings.iter().filter_map(|finding| finding.position).collect();
    assert_eq!(positions, [9, 10, 10, 11, 11], "{:#?}", report.findings);
    assert_eq!(report.keys.in_force(), Some(old.public()));
}

#[test]
fn a_verifier_who_trusts_another_first_key_believes_no_rotation() {
    let (old, new) = (key(1), key(2));
    let mut bundle = Bundle::signed_by(&rotated(), |at| if at <= 9 { &old } else { &new });
    bundle.trusted = key(3).public().clone();
    let lines = bundle.lines();
    assert_found(&lines, "position 0: first key: ");
    assert_found(&lines, "position 11: signature: expected a signature by");
    assert_eq!(bundle.verify().coverage.signatures, 0);
}
