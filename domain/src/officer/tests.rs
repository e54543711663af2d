#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use cqrs_es::Aggregate;

use super::*;
use crate::examples::{commitment, document, uuid};
use crate::ids::{EnrolmentId, OfficerId};
use crate::refusal::Refusal;

fn officer(id: &str) -> OfficerId {
    OfficerId::parse(id).unwrap()
}

fn enrol(roles: &[Role]) -> EnrolOfficer {
    let roles: BTreeSet<Role> = roles.iter().copied().collect();
    let enrolment = EnrolmentId::from_uuid(uuid(0xe1));
    EnrolOfficer { officer: officer("w-017"), enrolment, name: commitment(7), roles }
}

fn enrolled(roles: &[Role]) -> Officer {
    let command = OfficerCommand::EnrolOfficer(enrol(roles));
    let event = Officer::Absent.decide(command, &()).unwrap().unwrap();
    let mut officer = Officer::Absent;
    officer.apply(event);
    officer
}

fn change(number: u128, role: Role) -> ChangeRole {
    let change = RoleChangeId::from_uuid(uuid(number));
    ChangeRole {
        officer: officer("w-017"), change, role, document: document("任职〔2020〕3号")
    }
}

fn give(number: u128, role: Role) -> OfficerCommand {
    OfficerCommand::GiveRole(change(number, role))
}

fn withdraw(number: u128, role: Role) -> OfficerCommand {
    OfficerCommand::WithdrawRole(change(number, role))
}

/// The officer after commands that are all carried out.
fn after(roles: &[Role], commands: Vec<OfficerCommand>) -> Officer {
    let mut officer = enrolled(roles);
    for command in commands {
        let event = officer.decide(command, &()).unwrap().unwrap();
        officer.apply(event);
    }
    officer
}

fn held(officer: &Officer) -> Vec<Role> {
    officer.roles().collect()
}

#[test]
fn an_officer_is_enrolled_with_roles_once() {
    assert_eq!(held(&Officer::Absent), []);
    let standing = enrolled(&[Role::Reviewer, Role::Maker]);
    assert_eq!(held(&standing), [Role::Maker, Role::Reviewer]);
    let same = OfficerCommand::EnrolOfficer(enrol(&[Role::Maker, Role::Reviewer]));
    assert_eq!(standing.decide(same, &()), Ok(None));
    let both = [Role::Maker, Role::Reviewer];
    for (other, field) in [
        (EnrolOfficer { officer: officer("w-018"), ..enrol(&both) }, "id"),
        (EnrolOfficer { enrolment: EnrolmentId::from_uuid(uuid(2)), ..enrol(&both) }, "id"),
        (EnrolOfficer { name: commitment(8), ..enrol(&both) }, "name"),
        (enrol(&[Role::Maker]), "roles"),
    ] {
        let refused = standing.decide(OfficerCommand::EnrolOfficer(other), &()).unwrap_err();
        assert_eq!(refused.code(), "ID_REUSED_WITH_OTHER_CONTENT");
        assert_eq!(refused.field().unwrap(), [field]);
    }
}

#[test]
fn enrolling_again_after_roles_changed_is_the_same_command_still() {
    let standing = after(&[Role::Maker], vec![give(1, Role::Approver), withdraw(2, Role::Maker)]);
    let same = OfficerCommand::EnrolOfficer(enrol(&[Role::Maker]));
    assert_eq!(standing.decide(same, &()), Ok(None));
    assert_eq!(held(&standing), [Role::Approver]);
}

#[test]
fn roles_that_exclude_each_other_are_not_held_together() {
    let both = OfficerCommand::EnrolOfficer(enrol(&[Role::Cashier, Role::Maker]));
    let (held, role) = (Role::Maker, Role::Cashier);
    let refused = OfficerRefusal::RolesExcludeEachOther { held, role };
    assert_eq!(Officer::Absent.decide(both, &()), Err(refused));
    let (held, role) = (Role::Maker, Role::SecurityAdministrator);
    let refused = enrolled(&[Role::Analyst, held]).decide(give(1, role), &()).unwrap_err();
    assert_eq!(refused.code(), "ROLES_EXCLUDE_EACH_OTHER");
    assert_eq!(refused.field(), None);
    // The first that is in the way, in the order of the roles.
    assert_eq!(refused, OfficerRefusal::RolesExcludeEachOther { held, role });
    let standing = after(&[Role::Maker], vec![withdraw(1, Role::Maker)]);
    assert!(standing.decide(give(2, Role::Cashier), &()).unwrap().is_some());
}

#[test]
fn a_role_is_given_once_and_taken_away_only_while_it_is_held() {
    let standing = after(&[Role::Maker], vec![give(1, Role::Approver)]);
    assert_eq!(held(&standing), [Role::Maker, Role::Approver]);
    let role = Role::Approver;
    assert_eq!(standing.decide(give(2, role), &()), Err(OfficerRefusal::RoleHeld { role }));
    let role = Role::Reviewer;
    let refused = standing.decide(withdraw(2, role), &()).unwrap_err();
    assert_eq!(refused, OfficerRefusal::RoleNotHeld { role });
    assert_eq!((refused.code(), refused.field().unwrap()), ("ROLE_NOT_HELD", &["role"][..]));
    let refused = Officer::Absent.decide(give(1, role), &()).unwrap_err();
    assert_eq!(refused, OfficerRefusal::UnknownOfficer { officer: officer("w-017") });
    assert_eq!((refused.code(), refused.field().unwrap()), ("UNKNOWN_OFFICER", &["officer"][..]));
}

#[test]
fn the_same_change_again_is_recognised_also_after_others() {
    let standing = after(
        &[Role::Maker],
        vec![give(1, Role::Approver), withdraw(2, Role::Approver), give(3, Role::Approver)],
    );
    for same in [give(1, Role::Approver), withdraw(2, Role::Approver), give(3, Role::Approver)] {
        assert_eq!(standing.decide(same, &()), Ok(None));
    }
    let other_document = ChangeRole { document: document("另"), ..change(1, Role::Approver) };
    for (other, field) in [
        (withdraw(1, Role::Approver), "id"),
        (give(1, Role::Reviewer), "role"),
        (OfficerCommand::GiveRole(other_document), "document"),
    ] {
        let refused = standing.decide(other, &()).unwrap_err();
        assert_eq!(refused.code(), "ID_REUSED_WITH_OTHER_CONTENT");
        assert_eq!(refused.field().unwrap(), [field]);
    }
}

#[test]
fn every_refusal_speaks_chinese_and_english() {
    let role = Role::Maker;
    for refusal in [
        OfficerRefusal::UnknownOfficer { officer: officer("w-017") },
        OfficerRefusal::OfficerIdReusedWithOtherContent { field: &["name"] },
        OfficerRefusal::ChangeIdReusedWithOtherContent { field: &["role"] },
        OfficerRefusal::RoleHeld { role },
        OfficerRefusal::RoleNotHeld { role },
        OfficerRefusal::RolesExcludeEachOther { held: role, role: Role::Cashier },
    ] {
        let message = refusal.message();
        let (chinese, english) = message.split_once(" / ").unwrap();
        assert!(!chinese.is_ascii() && english.is_ascii(), "{message}");
    }
}
