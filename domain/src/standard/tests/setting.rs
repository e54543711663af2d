use cqrs_es::test::TestFramework;

use super::*;
use crate::effects::Effects;
use crate::events::RecordedEvent;
use crate::refusal::{FieldPath, Refusal};

type Test = TestFramework<Standards>;

fn standard() -> SetStandard {
    SetStandard {
        region: Some(region("320404")),
        class: Some(name("城市")),
        ..set(1, StandardUnit::PersonMonth, "900.00")
    }
}

fn standing() -> Vec<StandardEvent> {
    vec![StandardEvent::StandardSet(standard().into_event())]
}

fn refusal_of(given: Vec<StandardEvent>, command: SetStandard) -> StandardRefusal {
    let command = StandardCommand::SetStandard(command);
    Test::with(()).given(given).when(command).inspect_result().unwrap_err()
}

#[test]
fn setting_a_standard_records_it() {
    Test::with(())
        .given_no_previous_events()
        .when(StandardCommand::SetStandard(standard()))
        .then_expect_events(standing());
}

#[test]
fn setting_a_second_standard_of_the_programme_records_it_too() {
    let second = set(2, StandardUnit::PersonMonth, "910.00");
    Test::with(())
        .given(standing())
        .when(StandardCommand::SetStandard(second.clone()))
        .then_expect_events(vec![StandardEvent::StandardSet(second.into_event())]);
}

#[test]
fn setting_the_same_standard_again_records_nothing() {
    Test::with(())
        .given(standing())
        .when(StandardCommand::SetStandard(standard()))
        .then_expect_events(vec![]);
}

#[test]
fn another_standard_under_a_used_id_names_the_field() {
    let cases: [(SetStandard, FieldPath); 7] = [
        (SetStandard { programme: programme("old-age-allowance"), ..standard() }, &["programme"]),
        (SetStandard { unit: StandardUnit::Once, ..standard() }, &["unit"]),
        (SetStandard { amount: yuan("901.00"), ..standard() }, &["amount"]),
        (SetStandard { effective_from: day("2020-07-01"), ..standard() }, &["effectiveFrom"]),
        (SetStandard { document: document("另"), ..standard() }, &["document"]),
        (SetStandard { region: None, ..standard() }, &["region"]),
        (SetStandard { class: None, ..standard() }, &["class"]),
    ];
    for (command, field) in cases {
        let refusal = refusal_of(standing(), command);
        assert_eq!(refusal, StandardRefusal::IdReusedWithOtherContent { field });
        assert_eq!(refusal.code(), "ID_REUSED_WITH_OTHER_CONTENT");
        assert_eq!(refusal.field(), Some(field));
    }
}

#[test]
fn a_standard_of_nothing_is_refused() {
    let refusal = refusal_of(vec![], SetStandard { amount: Money::ZERO, ..standard() });
    assert_eq!(refusal, StandardRefusal::AmountNotPositive { amount: Money::ZERO });
    assert_eq!(refusal.code(), "INVALID_AMOUNT");
}

#[test]
fn a_standard_for_an_unknown_programme_is_refused() {
    let refusal = refusal_of(vec![], SetStandard { programme: programme("moon"), ..standard() });
    assert_eq!(refusal, StandardRefusal::UnknownProgramme { programme: programme("moon") });
    assert_eq!(refusal.code(), "UNKNOWN_PROGRAMME");
}

#[test]
fn a_standard_for_a_programme_that_pays_no_money_is_refused() {
    for id in ["charity-supermarket", "charity-fund-interest", "means-verification"] {
        let refusal = refusal_of(vec![], SetStandard { programme: programme(id), ..standard() });
        assert_eq!(refusal, StandardRefusal::NotPayable { programme: programme(id) });
        assert_eq!(refusal.code(), "NOT_PAYABLE");
    }
}

#[test]
fn a_standard_belongs_to_the_stream_of_its_programme_and_moves_no_money() {
    let event = StandardEvent::StandardSet(standard().into_event());
    assert_eq!(event.stream_id(), DIBAO);
    assert_eq!(event.effects(), Effects::default());
}
