#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use proptest::prelude::*;

use super::*;

fn ledger() -> LedgerId {
    LedgerId::parse("cn-320404").unwrap()
}

fn key(byte: u8) -> SubjectKey {
    SubjectKey::from_bytes(zeroize::Zeroizing::new([byte; 32]))
}

fn details() -> PrivateDetails {
    let commit = |kind, text| CommittedText::commit(kind, text, &Randomness::system()).unwrap().0;
    PrivateDetails {
        client_id: Some("流水-2020-06-0001".to_owned()),
        person_name: Some("王明".to_owned()),
        payee_name: Some(commit("payee", "王明\n\"之父\"")),
        account_no: Some("6228480000000000018".to_owned()),
        cause: Some(commit("cause", "火灾")),
        ..PrivateDetails::default()
    }
}

fn owners() -> [DetailsOwner; 3] {
    [
        DetailsOwner::Ledger,
        DetailsOwner::Person(PersonId::from_uuid(Uuid::from_u128(7))),
        DetailsOwner::Household(HouseholdId::from_uuid(Uuid::from_u128(7))),
    ]
}

fn seal_for(owner: DetailsOwner) -> Vec<u8> {
    owner.seal(&key(1), &ledger(), "payment/7", &details(), &Randomness::system()).unwrap()
}

#[test]
fn details_open_to_what_was_sealed_and_say_whose_key_opens_them() {
    for owner in owners() {
        let details = details();
        let sealed =
            owner.seal(&key(1), &ledger(), "payment/7", &details, &Randomness::system()).unwrap();
        assert_eq!(DetailsOwner::of(&sealed), Ok(owner));
        assert_eq!(owner.open(&key(1), &ledger(), "payment/7", &sealed), Ok(details));
    }
}

#[test]
fn details_open_under_their_own_key_ledger_place_and_owner_only() {
    let [_, person, household] = owners();
    let sealed = seal_for(person);
    let other = LedgerId::parse("cn-320405").unwrap();
    let refused = Err(DetailsError::DoesNotOpen);
    assert_eq!(person.open(&key(2), &ledger(), "payment/7", &sealed), refused);
    assert_eq!(person.open(&key(1), &other, "payment/7", &sealed), refused);
    assert_eq!(person.open(&key(1), &ledger(), "payment/8", &sealed), refused);
    let mut relabelled = sealed;
    relabelled[1] = HOUSEHOLD;
    assert_eq!(household.open(&key(1), &ledger(), "payment/7", &relabelled), refused);
}

#[test]
fn what_is_absent_is_not_written_and_a_field_nobody_knows_is_refused() {
    let json = serde_json::to_string(&PrivateDetails::default()).unwrap();
    assert_eq!(json, "{}");
    assert!(serde_json::from_str::<PrivateDetails>(r#"{"phone":"1"}"#).is_err());
    let written = serde_json::to_value(details()).unwrap();
    let names: Vec<_> = written.as_object().unwrap().keys().collect();
    assert_eq!(names.len(), 5);
    assert!(!format!("{:?}", details()).contains('王'));
}

#[test]
fn bytes_of_no_known_form_are_named_as_such() {
    for bytes in [&[][..], &[1], &[0, 0], &[1, 3, 0], &[1, PERSON, 0, 0], &[2, LEDGER]] {
        assert_eq!(DetailsOwner::of(bytes), Err(DetailsError::UnknownForm));
    }
    let cut = DetailsOwner::Ledger.open(&key(1), &ledger(), "payment/7", &[1, LEDGER, 9]);
    assert_eq!(cut, Err(DetailsError::DoesNotOpen));
}

proptest! {
    #[test]
    fn any_flipped_bit_is_noticed(at in any::<prop::sample::Index>(), bit in 0u8..8, whose in 0usize..3) {
        let mut sealed = seal_for(owners()[whose]);
        let at = at.index(sealed.len());
        sealed[at] ^= 1 << bit;
        let opened = DetailsOwner::of(&sealed)
            .and_then(|owner| owner.open(&key(1), &ledger(), "payment/7", &sealed));
        prop_assert!(opened.is_err());
    }
}

#[test]
fn several_details_beside_one_entry_are_taken_apart_again() {
    let parts = vec![b"first".to_vec(), Vec::new(), vec![2; 300]];
    let joined = join(&parts);
    let apart: Vec<Vec<u8>> = split(&joined).unwrap().into_iter().map(<[u8]>::to_vec).collect();
    assert_eq!(apart, parts);
    let one = [VERSION, LEDGER, 7];
    assert_eq!(split(&one).unwrap(), [&one[..]]);
    for length in 1..joined.len() {
        let cut = joined.get(..length).unwrap();
        // Behind the first and behind the second of them.
        let whole = [(10, 1), (14, 2)].into_iter().find(|(end, _)| *end == length);
        let found = split(cut).map(|parts| parts.len());
        assert_eq!(found.ok(), whole.map(|(_, parts)| parts), "{length}");
    }
    assert_eq!(split(&[SEVERAL]), Err(DetailsError::UnknownForm));
}
