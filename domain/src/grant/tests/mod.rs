#![allow(clippy::unwrap_used)]

mod stopping;

use cqrs_es::test::TestFramework;

use super::*;
use crate::effects::Effects;
use crate::events::RecordedEvent;
use crate::examples::*;
use crate::money::Money;
use crate::refusal::{FieldPath, Refusal};

type Test = TestFramework<Grant>;

fn approve() -> ApproveGrant {
    ApproveGrant {
        grant: grant_id(),
        programme: programme(DIBAO),
        household: household(7),
        person: Some(person(8)),
        members: 3,
        amount: yuan("1500.00"),
        months: months("2020-01", "2020-12"),
        verification: document("核对〔2020〕17号"),
    }
}

fn standing() -> Vec<GrantEvent> {
    vec![GrantEvent::GrantApproved(Box::new(approve().into_event()))]
}

fn refusal_of(given: Vec<GrantEvent>, command: ApproveGrant) -> GrantRefusal {
    let command = GrantCommand::ApproveGrant(command);
    Test::with(()).given(given).when(command).inspect_result().unwrap_err()
}

#[test]
fn approving_a_grant_records_it() {
    Test::with(())
        .given_no_previous_events()
        .when(GrantCommand::ApproveGrant(approve()))
        .then_expect_events(standing());
}

#[test]
fn approving_the_same_grant_again_records_nothing() {
    Test::with(())
        .given(standing())
        .when(GrantCommand::ApproveGrant(approve()))
        .then_expect_events(vec![]);
}

#[test]
fn another_grant_under_a_used_id_names_the_field() {
    let cases: [(ApproveGrant, FieldPath); 8] = [
        (ApproveGrant { programme: programme("old-age-allowance"), ..approve() }, &["programme"]),
        (ApproveGrant { household: household(70), ..approve() }, &["householdNo"]),
        (ApproveGrant { person: None, ..approve() }, &["personNo"]),
        (ApproveGrant { members: 4, ..approve() }, &["members"]),
        (ApproveGrant { amount: yuan("1.00"), ..approve() }, &["amount"]),
        (ApproveGrant { months: months("2020-02", "2020-12"), ..approve() }, &["fromMonth"]),
        (ApproveGrant { months: months("2020-01", "2021-12"), ..approve() }, &["toMonth"]),
        (ApproveGrant { verification: document("另"), ..approve() }, &["verification"]),
    ];
    for (command, field) in cases {
        let refusal = refusal_of(standing(), command);
        assert_eq!(refusal, GrantRefusal::IdReusedWithOtherContent { field });
        assert_eq!(refusal.code(), "ID_REUSED_WITH_OTHER_CONTENT");
        assert_eq!(refusal.field(), Some(field));
    }
}

#[test]
fn a_grant_of_nothing_is_refused() {
    let refusal = refusal_of(vec![], ApproveGrant { amount: Money::ZERO, ..approve() });
    assert_eq!(refusal, GrantRefusal::AmountNotPositive { amount: Money::ZERO });
    assert_eq!(refusal.code(), "INVALID_AMOUNT");
}

#[test]
fn a_grant_for_nobody_is_refused() {
    let refusal = refusal_of(vec![], ApproveGrant { members: 0, ..approve() });
    assert_eq!(refusal, GrantRefusal::NobodyCovered);
    assert_eq!(refusal.code(), "INVALID_MEMBERS");
}

#[test]
fn a_grant_under_an_unknown_programme_is_refused() {
    let refusal = refusal_of(vec![], ApproveGrant { programme: programme("moon"), ..approve() });
    assert_eq!(refusal, GrantRefusal::UnknownProgramme { programme: programme("moon") });
    assert_eq!(refusal.code(), "UNKNOWN_PROGRAMME");
}

#[test]
fn a_grant_under_a_programme_that_does_not_pay_as_grants_is_refused() {
    let others = ["temporary-assistance", "charity-one-day-donation", "disability-two-subsidies"];
    for id in others {
        let refusal = refusal_of(vec![], ApproveGrant { programme: programme(id), ..approve() });
        assert_eq!(refusal, GrantRefusal::NotGranted { programme: programme(id) });
        assert_eq!(refusal.code(), "NOT_PAYABLE");
    }
}

#[test]
fn a_grant_moves_no_money() {
    let event = GrantEvent::GrantApproved(Box::new(approve().into_event()));
    assert_eq!(event.effects(), Effects::default());
}
