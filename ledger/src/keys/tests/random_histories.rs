//! Any history that keeps the rules is taken; any one step against them is not.

use proptest::prelude::*;

use super::*;

/// What happens next in a ledger, by choice of the test.
#[derive(Debug, Clone, Copy)]
enum Step {
    Records(u64),
    Announces,
    Rotates,
    Revokes { back: u64 },
    ReplacesRecovery,
}

/// One way of breaking a step.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Violation {
    SignedByTheNewKey,
    SignedByAFormerKey,
    SignedByTheOtherKindOfKey,
    ProofOfAnotherKey,
    ProofForAnotherLedger,
    ToAFormerKey,
    ToTheRecoveryKey,
    ToAnotherThanAnnounced,
}

const VIOLATIONS: [Violation; 8] = [
    Violation::SignedByTheNewKey,
    Violation::SignedByAFormerKey,
    Violation::SignedByTheOtherKindOfKey,
    Violation::ProofOfAnotherKey,
    Violation::ProofForAnotherLedger,
    Violation::ToAFormerKey,
    Violation::ToTheRecoveryKey,
    Violation::ToAnotherThanAnnounced,
];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1..50u64).prop_map(Step::Records),
        Just(Step::Announces),
        Just(Step::Rotates),
        (0..20u64).prop_map(|back| Step::Revokes { back }),
        Just(Step::ReplacesRecovery),
    ]
}

/// A ledger as its honest keepers know it, told apart from [`KeyHistory`] on purpose.
struct Keepers {
    history: KeyHistory,
    position: u64,
    /// Seeds of keys, the one in force last.
    keys: Vec<u8>,
    recovery: Vec<u8>,
    announced: Option<u8>,
    in_force_from: u64,
    next_seed: u8,
    /// Who signed each position.
    signed: Vec<(u64, u8)>,
}

impl Keepers {
    fn new() -> Self {
        let mut history = KeyHistory::new(ledger());
        take(&mut history, 0, &opening(&key(1), &key(200)), &key(1)).unwrap();
        Self {
            history,
            position: 1,
            keys: vec![1],
            recovery: vec![200],
            announced: None,
            in_force_from: 0,
            next_seed: 2,
            signed: vec![(0, 1)],
        }
    }

    fn fresh(&mut self) -> u8 {
        self.next_seed += 1;
        self.next_seed
    }

    fn in_force(&self) -> u8 {
        *self.keys.last().unwrap()
    }

    /// The event of a step with a new key, and who signs it. None where nothing about keys happens.
    fn event(&self, step: Step, to: u8) -> Option<(KeyEvent, u8)> {
        let recovery = *self.recovery.last().unwrap();
        match step {
            Step::Records(_) => None,
            Step::Announces => Some((announcing(&key(to)), self.in_force())),
            Step::Rotates => Some((rotation(&key(to)), self.in_force())),
            Step::Revokes { back } => {
                let from = self.position.saturating_sub(back).max(self.in_force_from);
                Some((revocation(&key(self.in_force()), from, &key(to)), recovery))
            }
            Step::ReplacesRecovery => Some((replacing_recovery(&key(to)), recovery)),
        }
    }

    fn to(&mut self, step: Step) -> u8 {
        match (step, self.announced) {
            (Step::Rotates, Some(announced)) => announced,
            _ => self.fresh(),
        }
    }

    fn go(&mut self, step: Step) {
        if let Step::Records(many) = step {
            let in_force = self.in_force();
            self.signed.extend((self.position..self.position + many).map(|at| (at, in_force)));
            self.position += many;
            return;
        }
        let to = self.to(step);
        let (event, signer) = self.event(step, to).unwrap();
        take(&mut self.history, self.position, &event, &key(signer)).unwrap();
        self.signed.push((self.position, signer));
        self.position += 1;
        match step {
            Step::Announces => self.announced = Some(to),
            Step::Rotates | Step::Revokes { .. } => {
                self.keys.push(to);
                self.announced = None;
                self.in_force_from = self.position;
            }
            Step::ReplacesRecovery => self.recovery.push(to),
            Step::Records(_) => {}
        }
    }

    /// The same step against the rules; none where the step cannot break this one.
    fn broken(&mut self, step: Step, violation: Violation) -> Option<(KeyEvent, u8)> {
        let to = self.to(step);
        let (good, signer) = self.event(step, to)?;
        let former = self.keys.iter().rev().nth(1).copied();
        let by_recovery = matches!(step, Step::Revokes { .. } | Step::ReplacesRecovery);
        let other_ledger = LedgerId::parse("cn-320402").unwrap();
        Some(match violation {
            Violation::SignedByTheNewKey => (good, to),
            Violation::SignedByAFormerKey => (good, former?),
            Violation::SignedByTheOtherKindOfKey if by_recovery => (good, self.in_force()),
            Violation::SignedByTheOtherKindOfKey => (good, *self.recovery.last()?),
            Violation::ProofOfAnotherKey => (with_proof(good, proof(&key(signer))), signer),
            Violation::ProofForAnotherLedger => {
                let proof = Possession::prove(&other_ledger, &key(to)).unwrap();
                (with_proof(good, proof), signer)
            }
            Violation::ToAFormerKey => self.event(step, former?)?,
            Violation::ToTheRecoveryKey => self.event(step, *self.recovery.last()?)?,
            Violation::ToAnotherThanAnnounced => {
                self.announced.filter(|_| matches!(step, Step::Rotates))?;
                let other = self.fresh();
                self.event(step, other)?
            }
        })
    }
}

fn with_proof(event: KeyEvent, proof: Possession) -> KeyEvent {
    match event {
        KeyEvent::Announced(event) => KeyEvent::Announced(KeyAnnounced { proof, ..event }),
        KeyEvent::Rotated(event) => KeyEvent::Rotated(KeyRotated { proof, ..event }),
        KeyEvent::Revoked(event) => KeyEvent::Revoked(KeyRevoked { proof, ..event }),
        KeyEvent::RecoveryReplaced(event) => {
            KeyEvent::RecoveryReplaced(RecoveryKeyReplaced { proof, ..event })
        }
        opened @ KeyEvent::Opened(_) => opened,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_history_that_keeps_the_rules_is_taken(
        steps in proptest::collection::vec(step(), 0..25)
    ) {
        let mut keepers = Keepers::new();
        steps.into_iter().for_each(|step| keepers.go(step));
        for (position, signer) in &keepers.signed {
            let expected = key(*signer);
            prop_assert_eq!(keepers.history.signer_of(*position), Some(expected.public()));
        }
        let in_force = key(keepers.in_force());
        prop_assert_eq!(keepers.history.in_force(), Some(in_force.public()));
    }

    #[test]
    fn every_single_step_against_the_rules_is_refused(
        steps in proptest::collection::vec(step(), 0..15), last in step()
    ) {
        let mut keepers = Keepers::new();
        steps.into_iter().for_each(|step| keepers.go(step));
        for violation in VIOLATIONS {
            let Some((event, signer)) = keepers.broken(last, violation) else { continue };
            let mut history = keepers.history.clone();
            let taken = take(&mut history, keepers.position, &event, &key(signer));
            prop_assert!(taken.is_err(), "{:?} with {:?}", last, violation);
            prop_assert_eq!(history.in_force(), keepers.history.in_force());
            prop_assert_eq!(history.recovery_key(), keepers.history.recovery_key());
        }
    }
}
