//! Ending a grant before its last month.

use super::*;
use crate::calendar::Month;
use crate::vocabulary::StopReason;

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

fn stop() -> StopGrant {
    StopGrant {
        grant: grant_id(),
        stop: StopId::from_uuid(uuid(5)),
        from_month: month("2020-07"),
        reason: StopReason::Moved,
        document: document("停发〔2020〕7号"),
    }
}

fn stopped() -> Vec<GrantEvent> {
    let mut given = standing();
    given.push(GrantEvent::GrantStopped(stop().into_event()));
    given
}

fn refused(given: Vec<GrantEvent>, command: StopGrant) -> GrantRefusal {
    Test::with(()).given(given).when(GrantCommand::StopGrant(command)).inspect_result().unwrap_err()
}

#[test]
fn stopping_a_grant_records_from_which_month_why_and_by_what() {
    let event = GrantEvent::GrantStopped(stop().into_event());
    Test::with(())
        .given(standing())
        .when(GrantCommand::StopGrant(stop()))
        .then_expect_events(vec![event.clone()]);
    assert_eq!(event.effects(), Effects::default(), "what was paid stands");
}

#[test]
fn stopping_it_again_the_same_way_records_nothing_and_another_under_its_id_names_the_field() {
    let again = GrantCommand::StopGrant(stop());
    Test::with(()).given(stopped()).when(again).then_expect_events(vec![]);
    let cases: [(StopGrant, FieldPath); 3] = [
        (StopGrant { from_month: month("2020-06"), ..stop() }, &["fromMonth"]),
        (StopGrant { reason: StopReason::Death, ..stop() }, &["reason"]),
        (StopGrant { document: document("2"), ..stop() }, &["document"]),
    ];
    for (command, field) in cases {
        let refusal = refused(stopped(), command);
        assert_eq!(refusal, GrantRefusal::StopIdReusedWithOtherContent { field });
        assert_eq!(refusal.code(), "ID_REUSED_WITH_OTHER_CONTENT");
        assert_eq!(refusal.field(), Some(field));
    }
}

#[test]
fn a_grant_that_was_stopped_can_be_stopped_from_an_earlier_month_only() {
    let other =
        |text| StopGrant { stop: StopId::from_uuid(uuid(6)), from_month: month(text), ..stop() };
    for late in ["2020-07", "2020-08"] {
        let refusal = refused(stopped(), other(late));
        assert_eq!(refusal, GrantRefusal::AlreadyStopped { from: month("2020-07") });
        assert_eq!(
            (refusal.code(), refusal.field()),
            ("ALREADY_STOPPED", Some(&["fromMonth"][..]))
        );
    }
    let mut grant = Grant::default();
    for event in stopped() {
        grant.apply(event);
    }
    assert_eq!(grant.stopped_from(), Some(month("2020-07")));
    let earlier = grant.decide(GrantCommand::StopGrant(other("2020-03")), &()).unwrap().unwrap();
    grant.apply(earlier);
    assert_eq!(grant.stopped_from(), Some(month("2020-03")));
}

#[test]
fn a_grant_is_stopped_within_its_months_and_only_if_it_stands() {
    for outside in ["2019-12", "2021-01"] {
        let refusal = refused(standing(), StopGrant { from_month: month(outside), ..stop() });
        let granted = months("2020-01", "2020-12");
        assert_eq!(refusal, GrantRefusal::NotLive { month: month(outside), granted });
        assert_eq!((refusal.code(), refusal.field()), ("GRANT_NOT_LIVE", Some(&["fromMonth"][..])));
    }
    for edge in ["2020-01", "2020-12"] {
        let command = GrantCommand::StopGrant(StopGrant { from_month: month(edge), ..stop() });
        let told = Test::with(()).given(standing()).when(command).inspect_result();
        assert_eq!(told.unwrap().len(), 1, "{edge}");
    }
    let refusal = refused(vec![], stop());
    assert_eq!(refusal, GrantRefusal::UnknownGrant { grant: grant_id() });
    assert_eq!((refusal.code(), refusal.field()), ("UNKNOWN_GRANT", Some(&["grant"][..])));
}
