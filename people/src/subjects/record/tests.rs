#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use super::*;
use crate::numbers::HouseholdNumber;
use crate::subjects::{Account, Household, Person};
use domain::identity::IdentityNumber;

/// Two impossible persons: born in 1800.
const SOMEBODY: &str = "32040418000101001X";

struct Office {
    keys: KeyRing,
    randomness: Randomness,
    ledger: LedgerId,
}

impl Office {
    fn new() -> Self {
        Self::with_keys(KeyRing::of_bytes(1, 2, 3))
    }

    fn with_keys(keys: KeyRing) -> Self {
        let ledger = LedgerId::parse("cn-320404").unwrap();
        Self { keys, randomness: Randomness::system(), ledger }
    }

    fn clerk(&self) -> Clerk<'_> {
        Clerk { keys: &self.keys, randomness: &self.randomness, ledger: &self.ledger }
    }

    fn admit(&self, number: &str, name: Option<&str>) -> (Row, Known<Person>) {
        let number = IdentityNumber::parse(number).unwrap();
        let lookup = self.clerk().lookup::<Person>(&number);
        self.clerk().admit(&Registration { number: &number, name }, lookup, 1).unwrap()
    }
}

#[test]
fn a_row_opens_to_what_was_registered() {
    let office = Office::new();
    let (row, admitted) = office.admit(SOMEBODY, Some(" 王明 "));
    let opened = office.clerk().open::<Person>(&row).unwrap();
    assert_eq!((opened.number(), opened.name()), (SOMEBODY, Some("王明")));
    assert_eq!(opened.subject(), admitted.subject());
    assert_eq!(opened.key().bytes(), admitted.key().bytes());
    assert_eq!(Person::uuid(opened.subject().id), row.id);
}

#[test]
fn the_same_person_admitted_twice_shares_the_look_up_and_nothing_else() {
    let office = Office::new();
    let ((one, first), (other, second)) =
        (office.admit(SOMEBODY, None), office.admit(SOMEBODY, None));
    assert_eq!(one.lookup, other.lookup);
    assert_ne!(one.id, other.id);
    assert_ne!(first.subject().commitment, second.subject().commitment);
    assert_ne!(first.key().bytes(), second.key().bytes());
}

#[test]
fn look_ups_of_other_ledgers_and_kinds_cannot_be_linked() {
    let keys = KeyRing::of_bytes(1, 2, 3);
    let ledger = |text| LedgerId::parse(text).unwrap();
    let person = keys.lookup(&ledger("cn-1"), "person", "7");
    assert_ne!(person, keys.lookup(&ledger("cn-2"), "person", "7"));
    assert_ne!(person, keys.lookup(&ledger("cn-1"), "household", "7"));
    assert_ne!(person, KeyRing::of_bytes(1, 9, 3).lookup(&ledger("cn-1"), "person", "7"));
}

#[test]
fn nothing_personal_can_be_read_in_a_row_or_printed_by_debug() {
    let office = Office::new();
    let (row, known) = office.admit(SOMEBODY, Some("Wang Ming"));
    for bytes in [&row.sealed[..], &row.wrapped_key, &row.lookup] {
        assert!(!bytes.windows(4).any(|window| SOMEBODY.as_bytes().starts_with(window)));
        assert!(!bytes.windows(4).any(|window| window == b"Wang"));
    }
    let printed = format!("{known:?} {:?} {:?}", known.key(), office.keys);
    assert!(!printed.contains("Wang") && !printed.contains("1800"), "{printed}");
}

#[test]
fn each_changed_value_of_a_row_is_named() {
    let office = Office::new();
    let (row, _) = office.admit(SOMEBODY, Some("王明"));
    let fault = |row: &Row| office.clerk().open::<Person>(row).unwrap_err();
    let mut changed = row.clone();
    changed.lookup[31] ^= 1;
    assert_eq!(fault(&changed), Fault::LookupDiffers);
    for at in 0..row.wrapped_key.len() {
        let mut changed = row.clone();
        changed.wrapped_key[at] ^= 1;
        assert_eq!(fault(&changed), Fault::KeyDoesNotUnwrap);
    }
    for at in 0..row.sealed.len() {
        let mut changed = row.clone();
        changed.sealed[at] ^= 1;
        assert_eq!(fault(&changed), Fault::RecordDoesNotOpen);
    }
    let mut changed = row.clone();
    changed.id = Uuid::max();
    assert_eq!(fault(&changed), Fault::KeyDoesNotUnwrap);
}

#[test]
fn a_row_moved_to_another_table_or_ledger_does_not_open() {
    let office = Office::new();
    let (row, _) = office.admit(SOMEBODY, None);
    assert_eq!(office.clerk().open::<Account>(&row).unwrap_err(), Fault::KeyDoesNotUnwrap);
    let mut elsewhere = Office::new();
    elsewhere.ledger = LedgerId::parse("cn-320405").unwrap();
    assert_eq!(elsewhere.clerk().open::<Person>(&row).unwrap_err(), Fault::KeyDoesNotUnwrap);
    let stranger = Office::with_keys(KeyRing::of_bytes(9, 2, 3));
    assert_eq!(stranger.clerk().open::<Person>(&row).unwrap_err(), Fault::KeyDoesNotUnwrap);
}

#[test]
fn records_of_two_rows_cannot_be_exchanged() {
    let office = Office::new();
    let (one, _) = office.admit(SOMEBODY, None);
    let (mut other, _) = office.admit("320404180001010028", None);
    other.sealed = one.sealed;
    assert_eq!(office.clerk().open::<Person>(&other).unwrap_err(), Fault::RecordDoesNotOpen);
}

#[test]
fn a_name_supplied_later_changes_neither_key_nor_commitment() {
    let office = Office::new();
    let (row, unnamed) = office.admit(SOMEBODY, Some("  "));
    assert_eq!(unnamed.name(), None);
    let (row, _) = office.clerk().with_name::<Person>(row, "王明").unwrap().unwrap();
    let named = office.clerk().open::<Person>(&row).unwrap();
    assert_eq!(named.name(), Some("王明"));
    assert_eq!(named.subject(), unnamed.subject());
    assert_eq!(named.key().bytes(), unnamed.key().bytes());
}

#[test]
fn seeded_ids_are_the_same_each_time_while_keys_and_commitments_differ() {
    let mut office = Office::new();
    office.randomness = Randomness::seeded([4; 32]);
    let number = HouseholdNumber::parse("ZL-001").unwrap();
    let lookup = office.clerk().lookup::<Household>(&number);
    let admit = || {
        let registration = Registration::<Household> { number: &number, name: None };
        office.clerk().admit(&registration, lookup, 1).unwrap()
    };
    let ((one, first), (other, second)) = (admit(), admit());
    assert_eq!(one.id, other.id);
    assert_ne!(one.sealed, other.sealed);
    assert_ne!(first.subject().commitment, second.subject().commitment);
    assert_ne!(office.admit(SOMEBODY, None).0.id, one.id);
}
