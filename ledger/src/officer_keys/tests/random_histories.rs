//! Any history: what it says of a position is what a careful clerk wrote down there, and it never
//! says anything else of that position later.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const OFFICERS: [&str; 2] = ["w-017", "w-018"];

/// What happens next. Many of these break a rule; which ones depends on what happened before.
#[derive(Debug, Clone, Copy)]
enum Step {
    Records(u64),
    Enrols { officer: usize, seed: u8 },
    Withdraws { officer: usize, seed: u8 },
    Requires(bool),
    Rotates { seed: u8 },
}

/// Few seeds, so that keys come again, and are the ledger's and an officer's.
fn step() -> impl Strategy<Value = Step> {
    let (officer, seed) = (0..OFFICERS.len(), 1..7u8);
    prop_oneof![
        1 => (1..4u64).prop_map(Step::Records),
        4 => (officer.clone(), seed.clone())
            .prop_map(|(officer, seed)| Step::Enrols { officer, seed }),
        4 => (officer, seed.clone()).prop_map(|(officer, seed)| Step::Withdraws { officer, seed }),
        2 => any::<bool>().prop_map(Step::Requires),
        1 => seed.prop_map(|seed| Step::Rotates { seed }),
    ]
}

/// What holds at one position.
#[derive(Debug, Clone, Default)]
struct Noted {
    held: BTreeSet<(usize, u8)>,
    required: bool,
}

/// The ledger as a clerk notes it position by position, told apart from [`OfficerKeys`] on purpose.
struct Clerk {
    history: KeyHistory,
    /// What holds at each position up to the next one.
    notes: Vec<Noted>,
    ever_held: BTreeSet<u8>,
    ledger_keys: Vec<u8>,
    /// The state after each step, with the next position there.
    states: Vec<(OfficerKeys, u64)>,
}

impl Clerk {
    fn new() -> Self {
        Self {
            history: opened(),
            notes: vec![Noted::default(), Noted::default()],
            ever_held: BTreeSet::new(),
            ledger_keys: vec![1],
            states: vec![],
        }
    }

    fn next(&self) -> u64 {
        u64::try_from(self.notes.len()).unwrap() - 1
    }

    /// Whether the rules allow the step, and if so, what holds after it.
    fn allowed(&mut self, step: Step) -> Option<Noted> {
        let mut after = self.notes.last().unwrap().clone();
        match step {
            Step::Records(_) => Some(()),
            Step::Enrols { officer, seed } => {
                let new = !self.ledger_keys.contains(&seed) && self.ever_held.insert(seed);
                new.then(|| after.held.insert((officer, seed))).map(|_| ())
            }
            Step::Withdraws { officer, seed } => after.held.remove(&(officer, seed)).then_some(()),
            Step::Requires(required) => {
                let changes = after.required != required;
                after.required = required;
                changes.then_some(())
            }
            Step::Rotates { seed } => {
                let new = !self.ledger_keys.contains(&seed) && !self.ever_held.contains(&seed);
                new.then(|| self.ledger_keys.push(seed))
            }
        }?;
        Some(after)
    }

    fn take(&mut self, step: Step) -> Result<(), KeyRefusal> {
        let position = self.next();
        match step {
            Step::Records(_) => Ok(()),
            Step::Enrols { officer, seed } => {
                take(&mut self.history, position, &enrolling(OFFICERS.get(officer).unwrap(), seed))
            }
            Step::Withdraws { officer, seed } => take(
                &mut self.history,
                position,
                &withdrawing(OFFICERS.get(officer).unwrap(), seed),
            ),
            Step::Requires(required) => take(&mut self.history, position, &requiring(required)),
            Step::Rotates { seed } => {
                let signer = self.history.in_force().unwrap().id();
                let event = rotation(seed);
                let payload = event.payload().unwrap();
                take_as(&mut self.history, position, event.name(), &payload, signer)
            }
        }
    }

    fn go(&mut self, step: Step) -> Result<(), TestCaseError> {
        let before = self.notes.last().unwrap().clone();
        let taken = self.take(step);
        let after = self.allowed(step);
        prop_assert_eq!(taken.is_ok(), after.is_some(), "{:?}: {:?}", step, taken);
        if let Step::Records(many) = step {
            self.notes.extend((1..many).map(|_| before.clone()));
        }
        // An entry that does not count takes its position all the same.
        self.notes.push(after.unwrap_or(before));
        self.states.push((self.history.officers().clone(), self.next()));
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 96, ..Default::default() })]

    #[test]
    fn every_state_says_of_every_position_up_to_the_next_what_was_noted_there(
        steps in proptest::collection::vec(step(), 0..30)
    ) {
        let mut clerk = Clerk::new();
        for step in steps {
            clerk.go(step)?;
        }
        let ids: Vec<(u8, KeyId)> = (1..7).map(|seed| (seed, id(seed))).collect();
        for (state, next) in &clerk.states {
            for (position, noted) in (0..=*next).zip(&clerk.notes) {
                prop_assert_eq!(state.signed_commands_required_at(position), noted.required);
                for (officer, name) in OFFICERS.iter().enumerate() {
                    for (seed, id) in &ids {
                        let found = state.key_at(name, *id, position).map(PublicKey::id);
                        let expected = noted.held.contains(&(officer, *seed)).then_some(*id);
                        prop_assert_eq!(found, expected, "{} {} at {}", name, seed, position);
                    }
                }
            }
        }
    }
}
