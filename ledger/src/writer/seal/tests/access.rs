//! Who may record what at the position that it gets.

use super::*;
use crate::access::AccessRefusal;
use crate::effects::AccessChange;
use crate::sealed_list::{self, ListPart};

/// What each event of the submission does, in order. Whoever acts is signed in.
fn add(sealer: &mut Sealer, actor: &str, effects: Vec<Effects>) -> Result<(), SubmitError> {
    add_by(sealer, (actor, true), effects)
}

fn add_by(
    sealer: &mut Sealer,
    (actor, signed_in): (&str, bool),
    effects: Vec<Effects>,
) -> Result<(), SubmitError> {
    let events = (0..effects.len()).map(|n| fund(&format!("f{n}"))).collect();
    let actor = Actor::parse(actor).unwrap();
    let submission =
        Submission { request: Uuid::from_u128(1), actor, signed_in, command: None, events };
    let prepared: Vec<KeyedEffects> = effects.into_iter().map(KeyedEffects::from).collect();
    sealer.add(&Arc::new(submission), &prepared, None, Moment::EARLIEST)
}

fn needing(one_of: &'static [&'static str]) -> Effects {
    Effects { one_of, ..Effects::default() }
}

fn giving(role: &'static str, access: Vec<AccessChange>) -> Effects {
    let given = AccessChange::Given { officer: "w-1".to_owned(), role };
    Effects { access: [vec![given], access].concat(), ..Effects::default() }
}

fn required() -> Vec<AccessChange> {
    vec![AccessChange::Required { keeper: Some("security") }]
}

#[test]
fn what_one_event_changes_holds_for_the_next_of_the_same_submission() {
    let mut sealer = sealed_by(device(3, false));
    let effects = vec![giving("security", required()), needing(&["security"]), needing(&["maker"])];
    let refused = add(&mut sealer, "officer/w-1", effects);
    assert!(
        matches!(
            refused,
            Err(SubmitError::AccessRefused { event: 2, refusal: AccessRefusal::NoRole { .. } })
        ),
        "{refused:?}"
    );
    // Nothing of it stands, so nobody is required either.
    assert_eq!(sealer.entries.len(), 3);
    add(&mut sealer, "officer/w-2", vec![needing(&["maker"])]).unwrap();
}

#[test]
fn whoever_is_not_signed_in_records_nothing_where_officers_are_required() {
    let mut sealer = sealed_by(device(3, false));
    let open = vec![giving("security", required())];
    add_by(&mut sealer, ("officer/w-1", false), open).unwrap();
    let refused = add_by(&mut sealer, ("officer/w-1", false), vec![needing(&["security"])]);
    let officer = "w-1".to_owned();
    assert!(
        matches!(&refused, Err(SubmitError::AccessRefused { event: 0, refusal })
            if *refusal == AccessRefusal::NotSignedIn { officer }),
        "{refused:?}"
    );
    // Its first event may make it so for the next.
    let mut sealer = sealed_by(device(3, false));
    let both = vec![giving("security", required()), needing(&["security"])];
    let refused = add_by(&mut sealer, ("officer/w-1", false), both);
    assert!(matches!(refused, Err(SubmitError::AccessRefused { event: 1, .. })), "{refused:?}");
    add(&mut sealer, "officer/w-1", vec![needing(&[])]).unwrap();
}

#[test]
fn a_later_submission_is_held_to_what_an_earlier_one_changed() {
    let mut sealer = sealed_by(device(3, false));
    add(&mut sealer, "officer/w-2", vec![giving("security", required())]).unwrap();
    let refused = add(&mut sealer, "officer/w-2", vec![needing(&["security"])]);
    let officer = "w-2".to_owned();
    assert!(
        matches!(&refused, Err(SubmitError::AccessRefused { event: 0, refusal })
            if *refusal == AccessRefusal::NotEnrolled { officer }),
        "{refused:?}"
    );
    add(&mut sealer, "officer/w-1", vec![needing(&["security"])]).unwrap();
}

#[test]
fn a_change_that_leaves_nobody_to_give_roles_is_refused() {
    let mut sealer = sealed_by(device(3, false));
    let nobody = Effects { access: required(), ..Effects::default() };
    let refused = add(&mut sealer, "officer/w-1", vec![nobody]);
    let refusal = AccessRefusal::NobodyLeft { role: "security" };
    assert!(
        matches!(&refused, Err(SubmitError::AccessRefused { event: 0, refusal: found })
            if *found == refusal),
        "{refused:?}"
    );
}

#[test]
fn a_list_is_sealed_whole_as_it_was_confirmed_or_not_at_all() {
    let lines = [b"one".as_slice(), b"two"];
    let announced = Effects {
        list: Some(ListPart::Announced {
            list: "a".to_owned(),
            head: hash::leaf(b"head"),
            lines: 2,
            total: 10,
            digest: sealed_list::digest(b"head", lines),
        }),
        ..Effects::default()
    };
    let line = |number, bytes: &[u8]| {
        let (list, leaf) = ("a".to_owned(), hash::leaf(bytes));
        let list = Some(ListPart::Line { list, number, amount: 5, leaf });
        Effects { list, ..Effects::default() }
    };
    let mut sealer = sealed_by(device(3, false));
    for (effects, wrong) in [
        (vec![announced.clone(), line(1, b"one"), line(2, b"2")], 2),
        (vec![announced.clone(), line(1, b"one"), line(3, b"two")], 2),
        (vec![announced.clone(), line(1, b"one")], 2),
        (vec![announced.clone(), line(1, b"one"), Effects::default(), line(2, b"two")], 2),
        (vec![line(1, b"one")], 0),
    ] {
        let refused = add(&mut sealer, "officer/w-1", effects);
        let told =
            matches!(&refused, Err(SubmitError::ListRefused { event, .. }) if *event == wrong);
        assert!(told, "{refused:?}");
    }
    assert_eq!(sealer.entries.len(), 3);
    add(&mut sealer, "officer/w-1", vec![announced, line(1, b"one"), line(2, b"two")]).unwrap();
    assert_eq!(sealer.entries.len(), 6);
}
