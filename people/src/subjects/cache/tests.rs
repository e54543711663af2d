#![allow(clippy::unwrap_used)]
use super::*;
use crate::keys::KeyRing;
use crate::numbers::HouseholdNumber;
use crate::randomness::Randomness;
use crate::subjects::record::Clerk;
use crate::subjects::{Household, Registration};

fn bureau() -> LedgerId {
    LedgerId::parse("cn-1").unwrap()
}

fn somebody(name: u8) -> (HouseholdNumber, Arc<Known<Household>>) {
    let (keys, randomness, ledger) = (KeyRing::of_bytes(1, 2, 3), Randomness::system(), bureau());
    let clerk = Clerk { keys: &keys, randomness: &randomness, ledger: &ledger };
    let number = HouseholdNumber::parse(&name.to_string()).unwrap();
    let lookup = clerk.lookup::<Household>(&number);
    let registration = Registration { number: &number, name: None };
    let (_, known) = clerk.admit(&registration, lookup, 1).unwrap();
    (number, Arc::new(known))
}

fn put(cache: &mut Cache<Household>, name: u8) -> HouseholdNumber {
    let (number, known) = somebody(name);
    cache.put(cache.moment(), &bureau(), &number, known);
    number
}

#[test]
fn what_was_not_used_for_a_generation_is_dropped_and_what_was_used_stays() {
    let mut cache = Cache::new(4);
    let used = put(&mut cache, 0);
    let unused = put(&mut cache, 1);
    for name in 2..40 {
        put(&mut cache, name);
        assert!(cache.get(&bureau(), &used).is_some());
        assert!(cache.young.entries <= 4 && cache.old.entries <= 4);
    }
    assert!(cache.get(&bureau(), &unused).is_none());
}

#[test]
fn the_same_number_in_two_ledgers_is_two_households() {
    let mut cache = Cache::new(4);
    let number = put(&mut cache, 0);
    assert!(cache.get(&LedgerId::parse("cn-2").unwrap(), &number).is_none());
    assert!(cache.get(&bureau(), &number).is_some());
}

#[test]
fn a_handle_read_before_somebody_was_forgotten_does_not_enter_the_cache_after_it() {
    let mut cache = Cache::new(4);
    let (number, known) = somebody(7);
    let read_at = cache.moment();
    cache.evict(&HashSet::from([Household::uuid(known.subject().id)]));
    cache.put(read_at, &bureau(), &number, Arc::clone(&known));
    assert!(cache.get(&bureau(), &number).is_none());
    cache.put(cache.moment(), &bureau(), &number, known);
    assert!(cache.get(&bureau(), &number).is_some());
}

#[test]
fn eviction_reaches_both_generations_and_nobody_else() {
    let mut cache = Cache::new(1);
    let (old, young) = (put(&mut cache, 1), put(&mut cache, 2));
    let gone = Household::uuid(cache.old.get(&bureau(), &old).unwrap().subject().id);
    cache.evict(&HashSet::from([gone]));
    assert!(cache.get(&bureau(), &old).is_none());
    assert!(cache.get(&bureau(), &young).is_some());
}
