#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod access;
mod commands;

use super::*;
use crate::Actor;
use crate::key::LedgerKey;
use crate::keys::{KeyEvent, KeyRotated, Possession};
use crate::opened::{LedgerOpened, WrittenKey, ledger_stream};
use crate::signer::{Signer, TheseSigners};

/// A device that signs as long as it is asked for no more than so many leaves.
struct Device {
    key: LedgerKey,
    most: usize,
    fails: bool,
}

impl Signer for Device {
    fn public(&self) -> &PublicKey {
        self.key.public()
    }

    fn sign(&self, message: &[u8]) -> Result<SignatureBytes, SigningError> {
        if self.fails {
            Err(SigningError::Failed("the device is away".to_owned()))
        } else {
            Ok(self.key.sign(message))
        }
    }

    fn sign_leaves(&self, leaves: &[Hash]) -> Result<Vec<SignatureBytes>, SigningError> {
        leaves.iter().take(self.most).map(|leaf| self.sign_leaf(leaf)).collect()
    }
}

fn ledger() -> LedgerId {
    LedgerId::parse("cn-1").unwrap()
}

fn event(stream: StreamId, event: &str, payload: Vec<u8>) -> ProposedEvent {
    let event = EventName::parse(event).unwrap();
    ProposedEvent { stream, after: 0, event, payload, attachment: None }
}

fn about_keys(said: &KeyEvent) -> ProposedEvent {
    event(ledger_stream(&ledger()).unwrap(), said.name(), said.payload().unwrap())
}

fn opening() -> ProposedEvent {
    let key = |seed| LedgerKey::from_seed([seed; 32]).unwrap();
    about_keys(&KeyEvent::Opened(LedgerOpened {
        bureau: "b".into(),
        region: "320404".into(),
        origin: "o".into(),
        key: WrittenKey::of(key(1).public()),
        recovery_key: WrittenKey::of(key(9).public()),
    }))
}

fn fund(id: &str) -> ProposedEvent {
    event(StreamId::new("fund", id).unwrap(), "FundOpened v1", b"{}".to_vec())
}

fn no_effects(submission: &Submission) -> Vec<KeyedEffects> {
    submission.events.iter().map(|_| Effects::default().into()).collect()
}

fn sealed(
    signers: Vec<Arc<dyn Signer>>,
    events: Vec<ProposedEvent>,
) -> Result<Sealer, SubmitError> {
    let tail = Tail {
        next: 0,
        leaf: Hash::ZERO,
        recorded: Moment::EARLIEST,
        frontier: Frontier::empty(),
        keys: Arc::new(KeyHistory::new(ledger())),
        access: Arc::default(),
    };
    let submission = Submission {
        request: Uuid::nil(),
        actor: Actor::parse("officer/w-017").unwrap(),
        signed_in: false,
        command: None,
        events,
    };
    let mut sealer = Sealer::new(ledger(), Arc::new(TheseSigners::new(signers)), tail);
    let prepared = no_effects(&submission);
    sealer.add(&Arc::new(submission), &prepared, None, Moment::EARLIEST)?;
    Ok(sealer)
}

fn sealed_by(device: Device) -> Sealer {
    sealed(vec![Arc::new(device)], vec![opening(), fund("a"), fund("b")]).unwrap()
}

fn device(most: usize, fails: bool) -> Device {
    Device { key: LedgerKey::from_seed([1; 32]).unwrap(), most, fails }
}

#[test]
fn each_entry_gets_the_signature_over_its_own_leaf() {
    let mut sealer = sealed_by(device(3, false));
    sealer.sign().unwrap();
    let key = LedgerKey::from_seed([1; 32]).unwrap();
    assert_eq!(sealer.entries.len(), 3);
    for entry in &sealer.entries {
        assert!(key.public().signed_leaf(&entry.leaf, &entry.signature));
    }
}

#[test]
fn a_signer_that_fails_or_gives_too_few_signatures_signs_nothing() {
    let away = sealed_by(device(3, true)).sign();
    assert_eq!(away, Err(SigningError::Failed("the device is away".to_owned())));
    let short = sealed_by(device(2, false)).sign();
    assert_eq!(short, Err(SigningError::Count { asked: 3, given: 2 }));
}

#[test]
fn what_follows_a_rotation_in_the_same_submission_is_signed_by_the_new_key() {
    let keys: Vec<LedgerKey> =
        [1, 2].iter().map(|seed| LedgerKey::from_seed([*seed; 32]).unwrap()).collect();
    let proof = Possession::prove(&ledger(), &keys[1]).unwrap();
    let rotated = KeyRotated { key: WrittenKey::of(keys[1].public()), proof };
    let rotation = about_keys(&KeyEvent::Rotated(rotated));
    let signers = keys.into_iter().map(|key| Arc::new(key) as Arc<dyn Signer>).collect();
    let events = vec![opening(), fund("a"), rotation, fund("b"), fund("c")];
    let mut sealer = sealed(signers, events).unwrap();
    sealer.sign().unwrap();
    let key = |seed| LedgerKey::from_seed([seed; 32]).unwrap();
    for (entry, seed) in sealer.entries.iter().zip([1, 1, 1, 2, 2]) {
        assert!(key(seed).public().signed_leaf(&entry.leaf, &entry.signature));
        let view = crate::entry::parse(&entry.bytes).unwrap();
        assert_eq!(view.signed_by, key(seed).public().id());
    }
}

#[test]
fn a_change_of_keys_that_would_not_count_is_refused() {
    let key = |seed| LedgerKey::from_seed([seed; 32]).unwrap();
    let proof = Possession::prove(&ledger(), &key(3)).unwrap();
    let rotated = KeyRotated { key: WrittenKey::of(key(2).public()), proof };
    let rotation = about_keys(&KeyEvent::Rotated(rotated));
    let refused = sealed(vec![Arc::new(key(1))], vec![opening(), rotation]).map(|_| ());
    assert!(matches!(refused, Err(SubmitError::KeyRefused { event: 1, .. })), "{refused:?}");
}

#[test]
fn a_ledger_without_an_opening_takes_no_entry() {
    let refused = sealed(vec![], vec![fund("a")]).map(|_| ());
    assert!(matches!(refused, Err(SubmitError::KeyRefused { event: 0, .. })), "{refused:?}");
}
