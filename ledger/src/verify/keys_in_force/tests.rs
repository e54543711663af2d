#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use uuid::Uuid;

use super::*;
use crate::clock::Moment;
use crate::effects::{Effects, Rules, UnknownEvent};
use crate::entry::{Entry, EntryView};
use crate::hash::Hash;
use crate::key::LedgerKey;
use crate::keys::{KeyEvent, KeyRevoked, KeyRotated, Possession};
use crate::opened::{LedgerOpened, WrittenKey, ledger_stream};
use crate::verify::entries::check_entries;
use crate::{Actor, EventName, StreamId};

/// Events do nothing beside their own stream.
struct NoEffects;

impl Rules for NoEffects {
    fn effects(&self, _: &StreamId, _: &EventName, _: &[u8]) -> Result<Effects, UnknownEvent> {
        Ok(Effects::default())
    }
}

struct Kept {
    place: u64,
    bytes: Vec<u8>,
    signature: SignatureBytes,
}

impl KeptEntry for Kept {
    fn place(&self) -> u64 {
        self.place
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn signature(&self) -> &[u8] {
        &self.signature.0
    }

    fn compare_beside(&self, _: &Hash, _: Option<&EntryView<'_>>, _: &mut Vec<Fault>) {}
}

fn ledger() -> LedgerId {
    LedgerId::parse("cn-320404").unwrap()
}

fn key(seed: u8) -> LedgerKey {
    LedgerKey::from_seed([seed; 32]).unwrap()
}

/// A ledger that is written without asking anybody.
#[derive(Default)]
struct Written(Vec<Kept>);

impl Written {
    fn add(&mut self, stream: &StreamId, event: &str, payload: &[u8], signer: &LedgerKey) {
        let place = self.0.len() as u64;
        let previous = self.0.last().map_or(Hash::ZERO, |last| hash::leaf(&last.bytes));
        let entry = Entry {
            ledger: &ledger(),
            position: place,
            previous,
            recorded: Moment::EARLIEST,
            stream,
            sequence: place + 1,
            event: &EventName::parse(event).unwrap(),
            actor: &Actor::system("test").unwrap(),
            request: Uuid::nil(),
            command: None,
            signed_by: signer.public().id(),
            payload,
        };
        let (bytes, _) = entry.encode().unwrap();
        let signature = signer.sign_leaf(&hash::leaf(&bytes));
        self.0.push(Kept { place, bytes, signature });
    }

    fn about_keys(&mut self, event: &KeyEvent, signer: &LedgerKey) {
        let stream = ledger_stream(&ledger()).unwrap();
        self.add(&stream, event.name(), &event.payload().unwrap(), signer);
    }

    fn payments(&mut self, count: usize, signer: &LedgerKey) {
        let stream = StreamId::new("payment", "p").unwrap();
        (0..count).for_each(|_| self.add(&stream, "PaymentRecorded v1", b"{}", signer));
    }

    /// Opened by key 1 with recovery key 9.
    fn opened() -> Self {
        let mut written = Self::default();
        let opened = LedgerOpened {
            bureau: "b".into(),
            region: "320404".into(),
            origin: "o".into(),
            key: WrittenKey::of(key(1).public()),
            recovery_key: WrittenKey::of(key(9).public()),
        };
        written.about_keys(&KeyEvent::Opened(opened), &key(1));
        written
    }

    /// Each finding's position and rule.
    fn findings(&self) -> Vec<(u64, &'static str)> {
        let mut keys = KeysInForce::named_by_the_ledger(ledger());
        let mut found: Vec<(u64, &'static str)> = Vec::new();
        for kept in &self.0 {
            found.extend(keys.learn(kept).map(|(rule, ..)| (kept.place, rule)));
        }
        for checked in check_entries(&self.0, &keys, &NoEffects) {
            found.extend(checked.faults.iter().map(|(rule, ..)| (checked.place, *rule)));
        }
        found.sort_unstable();
        found
    }
}

fn rotation(to: &LedgerKey) -> KeyEvent {
    let proof = Possession::prove(&ledger(), to).unwrap();
    KeyEvent::Rotated(KeyRotated { key: WrittenKey::of(to.public()), proof })
}

fn revocation(of: &LedgerKey, from: u64, to: &LedgerKey) -> KeyEvent {
    KeyEvent::Revoked(KeyRevoked {
        key: of.public().id().fingerprint().to_string(),
        from,
        replacement: WrittenKey::of(to.public()),
        proof: Possession::prove(&ledger(), to).unwrap(),
    })
}

/// Opened, rotated at 4, revoked at 9; 12 entries.
fn changed_twice() -> Written {
    let mut written = Written::opened();
    written.payments(3, &key(1));
    written.about_keys(&rotation(&key(2)), &key(1));
    written.payments(4, &key(2));
    written.about_keys(&revocation(&key(2), 9, &key(3)), &key(9));
    written.payments(2, &key(3));
    written
}

#[test]
fn a_ledger_whose_keys_changed_as_they_may_verifies() {
    assert_eq!(changed_twice().findings(), []);
}

#[test]
fn an_entry_signed_by_another_of_the_ledgers_keys_is_found_at_every_position() {
    let whole = changed_twice();
    let signers = [1, 1, 1, 1, 1, 2, 2, 2, 2, 9, 3, 3];
    for (place, right) in (0..).zip(signers) {
        for other in [1u8, 2, 3, 9].into_iter().filter(|other| *other != right) {
            let mut written = changed_twice();
            let text = String::from_utf8(whole.0[place].bytes.clone()).unwrap();
            let named = text.replace(
                &key(right).public().id().to_string(),
                &key(other).public().id().to_string(),
            );
            let leaf = hash::leaf(named.as_bytes());
            written.0[place].bytes = named.into_bytes();
            written.0[place].signature = key(other).sign_leaf(&leaf);
            let found = written.findings();
            let here: Vec<_> = found.iter().filter(|(at, _)| *at == place as u64).collect();
            assert!(!here.is_empty(), "position {place} signed by key {other}: {found:?}");
        }
    }
}

#[test]
fn a_revoked_key_that_goes_on_signing_is_found() {
    let mut written = changed_twice();
    written.payments(1, &key(2));
    assert_eq!(written.findings(), [(12, "signature"), (12, "signing key")]);
    let mut written = changed_twice();
    written.about_keys(&rotation(&key(4)), &key(2));
    written.payments(1, &key(4));
    let found = written.findings();
    let expected = [12, 13].map(|at| [(at, "signature"), (at, "signing key")]).concat();
    assert_eq!(found, expected);
}

#[test]
fn a_rotation_without_a_valid_proof_changes_nothing() {
    let mut written = Written::opened();
    let proof = Possession::prove(&LedgerId::parse("cn-1").unwrap(), &key(2)).unwrap();
    let key_2 = WrittenKey::of(key(2).public());
    written.about_keys(&KeyEvent::Rotated(KeyRotated { key: key_2, proof }), &key(1));
    assert_eq!(written.findings(), [(1, "change of keys")]);
    written.payments(1, &key(1));
    assert_eq!(written.findings(), [(1, "change of keys")], "the first key is still in force");
    written.payments(1, &key(2));
    let refused = [(1, "change of keys"), (3, "signature"), (3, "signing key")];
    assert_eq!(written.findings(), refused);
}

#[test]
fn a_rotation_that_names_the_right_key_without_its_signature_changes_nothing() {
    let mut written = Written::opened();
    written.about_keys(&rotation(&key(2)), &key(1));
    written.payments(1, &key(1));
    written.0[1].signature = key(2).sign_leaf(&hash::leaf(&written.0[1].bytes));
    assert_eq!(written.findings(), [(1, "signature")]);
}

#[test]
fn a_stolen_ledger_key_cannot_revoke() {
    let mut written = Written::opened();
    written.about_keys(&revocation(&key(1), 1, &key(2)), &key(1));
    written.payments(1, &key(2));
    let found: Vec<u64> = written.findings().into_iter().map(|(at, _)| at).collect();
    assert_eq!(found, [1, 1, 2, 2]);
}
