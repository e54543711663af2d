#![allow(clippy::unwrap_used)]

use super::*;

const MAKER: &[&str] = &["maker"];

fn stream(kind: &str) -> StreamId {
    StreamId::new(kind, "1").unwrap()
}

fn by(actor: &str) -> Actor {
    Actor::parse(actor).unwrap()
}

fn needs(one_of: &'static [&'static str]) -> Effects {
    Effects { one_of, ..Effects::default() }
}

fn given(officer: &str, role: &'static str) -> AccessChange {
    AccessChange::Given { officer: officer.to_owned(), role }
}

fn withdrawn(officer: &str, role: &'static str) -> AccessChange {
    AccessChange::Withdrawn { officer: officer.to_owned(), role }
}

const REQUIRED: AccessChange = AccessChange::Required { keeper: Some("security") };

fn after(changes: &[AccessChange]) -> Access {
    let mut access = Access::default();
    access.take(changes).unwrap();
    access
}

#[test]
fn until_officers_are_required_everybody_may_record_everything() {
    let access = after(&[given("w-1", "maker")]);
    assert!(!access.officers_required());
    for actor in ["officer/w-1", "officer/w-2", "system/import"] {
        assert_eq!(access.check(&stream("fund"), &by(actor), &needs(&["approver"])), Ok(()));
        assert_eq!(access.check(&stream("fund"), &by(actor), &needs(&[])), Ok(()));
    }
}

#[test]
fn where_officers_are_required_one_of_the_roles_must_be_held() {
    let access = after(&[given("w-1", "maker"), given("s-1", "security"), REQUIRED]);
    assert!(access.officers_required());
    let fund = stream("fund");
    assert_eq!(access.check(&fund, &by("officer/w-1"), &needs(&["approver", "maker"])), Ok(()));
    let refused = access.check(&fund, &by("officer/s-1"), &needs(MAKER));
    let (officer, held) = ("s-1".to_owned(), vec!["security"]);
    assert_eq!(refused, Err(AccessRefusal::NoRole { officer, held, one_of: MAKER }));
    let refused = access.check(&fund, &by("officer/w-2"), &needs(MAKER));
    assert_eq!(refused, Err(AccessRefusal::NotEnrolled { officer: "w-2".to_owned() }));
    let refused = access.check(&fund, &by("officer/w-1"), &needs(&[]));
    assert_eq!(refused, Err(AccessRefusal::ForNobody { officer: "w-1".to_owned() }));
    let refused = access.check(&fund, &by("system/keys"), &needs(MAKER));
    assert_eq!(refused, Err(AccessRefusal::NoOfficer { actor: "system/keys".to_owned() }));
}

#[test]
fn the_ledgers_own_stream_is_the_programs_and_no_officers() {
    let access = after(&[given("s-1", "security"), REQUIRED]);
    let own = stream(LEDGER_STREAM);
    assert_eq!(access.check(&own, &by("system/keys"), &needs(&[])), Ok(()));
    let refused = access.check(&own, &by("officer/s-1"), &needs(&[]));
    assert_eq!(refused, Err(AccessRefusal::ForNobody { officer: "s-1".to_owned() }));
}

#[test]
fn a_role_is_held_until_it_is_withdrawn_and_the_officer_stays_known() {
    let mut access = after(&[given("s-1", "security"), given("w-1", "maker"), REQUIRED]);
    access.take(&[withdrawn("w-1", "maker")]).unwrap();
    assert!(access.roles_of("w-1").unwrap().is_empty());
    let refused = access.check(&stream("fund"), &by("officer/w-1"), &needs(MAKER));
    let (officer, held) = ("w-1".to_owned(), vec![]);
    assert_eq!(refused, Err(AccessRefusal::NoRole { officer, held, one_of: MAKER }));
    access.take(&[given("w-1", "maker")]).unwrap();
    assert_eq!(access.check(&stream("fund"), &by("officer/w-1"), &needs(MAKER)), Ok(()));
    let enrolled = AccessChange::Enrolled { officer: "w-2".to_owned() };
    access.take(std::slice::from_ref(&enrolled)).unwrap();
    assert!(access.roles_of("w-2").unwrap().is_empty());
    access.take(&[given("w-2", "maker"), enrolled]).unwrap();
    assert_eq!(access.roles_of("w-2").unwrap().len(), 1);
    assert_eq!(access.roles_of("w-3"), None);
}

#[test]
fn somebody_who_can_give_roles_is_always_left() {
    let nobody = Err(AccessRefusal::NobodyLeft { role: "security" });
    assert_eq!(Access::default().take(&[REQUIRED]), nobody);
    let mut access = after(&[given("s-1", "security"), REQUIRED]);
    let before = access.clone();
    assert_eq!(access.take(&[given("w-1", "maker"), withdrawn("s-1", "security")]), nobody);
    assert_eq!(access, before);
    access.take(&[given("s-2", "security"), withdrawn("s-1", "security")]).unwrap();
    assert_eq!(access.take(&[withdrawn("s-2", "security")]), nobody);
    access.take(&[AccessChange::Required { keeper: None }]).unwrap();
    assert_eq!(access.take(&[withdrawn("s-2", "security")]), Ok(()));
    assert!(!access.officers_required());
}

#[test]
fn a_finding_says_who_was_expected_and_who_is_there() {
    let (officer, held) = ("w-1".to_owned(), vec!["cashier", "maker"]);
    let refusal = AccessRefusal::NoRole { officer, held, one_of: &["approver"] };
    let (expected, found) = refusal.expected_and_found();
    assert_eq!(expected, "an officer with one of the roles approver");
    assert_eq!(found, "officer/w-1 with cashier, maker");
    let (expected, found) =
        AccessRefusal::NotEnrolled { officer: "w-2".to_owned() }.expected_and_found();
    assert_eq!(
        (expected.as_str(), found.as_str()),
        ("an enrolled officer", "officer/w-2, who is not")
    );
    let (expected, found) =
        AccessRefusal::NoOfficer { actor: "system/x".to_owned() }.expected_and_found();
    assert_eq!((expected.as_str(), found.as_str()), ("an enrolled officer", "system/x"));
    let (expected, found) =
        AccessRefusal::ForNobody { officer: "w-1".to_owned() }.expected_and_found();
    assert_eq!(
        (expected.as_str(), found.as_str()),
        ("no event that is recorded directly", "one by officer/w-1")
    );
    let (expected, found) = AccessRefusal::NobodyLeft { role: "security" }.expected_and_found();
    assert_eq!(
        (expected.as_str(), found.as_str()),
        ("somebody who holds the role security", "nobody")
    );
    let nothing_held =
        AccessRefusal::NoRole { officer: "w-1".to_owned(), held: vec![], one_of: MAKER };
    assert_eq!(nothing_held.expected_and_found().1, "officer/w-1 with -");
}

#[test]
fn an_event_that_names_who_acted_is_recorded_by_nobody_else() {
    let naming = || Effects { officer: Some("w-1".to_owned()), ..needs(MAKER) };
    let nobody_required = Access::default();
    assert_eq!(nobody_required.check(&stream("batch"), &by("officer/w-1"), &naming()), Ok(()));
    for actor in ["officer/w-2", "system/w-1"] {
        let refused = nobody_required.check(&stream("batch"), &by(actor), &naming()).unwrap_err();
        let (named, actor) = ("w-1".to_owned(), actor.to_owned());
        let told = ("officer/w-1".to_owned(), actor.clone());
        assert_eq!(refused, AccessRefusal::AnotherOfficer { named, actor });
        assert_eq!(refused.expected_and_found(), told);
    }
    let access = after(&[given("w-1", "security"), REQUIRED]);
    let refused = access.check(&stream("batch"), &by("officer/w-1"), &naming());
    assert!(matches!(refused, Err(AccessRefusal::NoRole { .. })), "{refused:?}");
}
