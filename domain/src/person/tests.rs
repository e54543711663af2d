#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use super::*;
use crate::effects::Claim;
use crate::events::{EventError, RecordedEvent};
use crate::examples::{day, document, person_id, uuid};
use crate::ids::PersonId;
use crate::refusal::{FieldPath, Refusal};

fn report(number: u128) -> ReportDeath {
    ReportDeath {
        person: person_id(8),
        report: DeathReportId::from_uuid(uuid(number)),
        died_on: day("2020-05-20"),
        source: document("民函〔2020〕88号"),
        occurred_on: day("2020-06-02"),
    }
}

fn withdraw(number: u128) -> WithdrawDeathReport {
    WithdrawDeathReport {
        person: person_id(8),
        withdrawal: DeathReportId::from_uuid(uuid(number)),
        report: DeathReportId::from_uuid(uuid(number - 1)),
        document: document("核实〔2020〕3号"),
        occurred_on: day("2020-06-09"),
    }
}

fn reporting(number: u128) -> PersonCommand {
    PersonCommand::ReportDeath(report(number))
}

fn withdrawing(number: u128) -> PersonCommand {
    PersonCommand::WithdrawDeathReport(withdraw(number))
}

fn after(commands: &[PersonCommand]) -> Person {
    let mut person = Person::default();
    for command in commands {
        person.apply(person.decide(command.clone(), &()).unwrap().unwrap());
    }
    person
}

fn refusal(commands: &[PersonCommand], command: PersonCommand) -> PersonRefusal {
    after(commands).decide(command, &()).unwrap_err()
}

#[test]
fn a_death_is_reported_withdrawn_and_may_be_reported_again() {
    assert_eq!(after(&[]).died_on(), None);
    assert_eq!(after(&[reporting(1)]).died_on(), Some(day("2020-05-20")));
    assert_eq!(after(&[reporting(1), withdrawing(2)]).died_on(), None);
    let again = after(&[reporting(1), withdrawing(2), reporting(3)]);
    assert_eq!(again.died_on(), Some(day("2020-05-20")));
}

#[test]
fn nobody_dies_twice_and_only_a_report_is_withdrawn() {
    let refused = refusal(&[reporting(1)], reporting(2));
    assert_eq!(refused, PersonRefusal::AlreadyReported { died_on: day("2020-05-20") });
    assert_eq!((refused.code(), refused.field()), ("ALREADY_REPORTED", Some(&["personNo"][..])));
    for before in [&[][..], &[reporting(1), withdrawing(2)]] {
        let refused = refusal(before, withdrawing(3));
        assert_eq!(refused, PersonRefusal::NotReported);
        assert_eq!((refused.code(), refused.field()), ("NOT_REPORTED", Some(&["report"][..])));
    }
}

#[test]
fn only_the_report_that_stands_is_withdrawn_and_none_that_came_in_its_place() {
    let before = [reporting(1), withdrawing(2), reporting(3)];
    let late = WithdrawDeathReport { report: report(1).report, ..withdraw(9) };
    let refused = refusal(&before, PersonCommand::WithdrawDeathReport(late));
    assert_eq!(refused, PersonRefusal::NotReported);
    assert_eq!(after(&before).died_on(), Some(day("2020-05-20")));
}

#[test]
fn nobody_learns_of_a_death_before_it() {
    let early = ReportDeath { occurred_on: day("2020-05-19"), ..report(1) };
    let refused = refusal(&[], PersonCommand::ReportDeath(early.clone()));
    assert_eq!(refused, PersonRefusal::ReportedBeforeDeath { died_on: day("2020-05-20") });
    assert_eq!((refused.code(), refused.field()), ("INVALID_DATE", Some(&["occurredOn"][..])));
    let forged = PersonEvent::DeathReported(early.into_event());
    let parsed = PersonEvent::parse("DeathReported v1", &forged.payload());
    assert!(matches!(parsed, Err(EventError::Malformed { .. })));
    let same_day = ReportDeath { occurred_on: day("2020-05-20"), ..report(1) };
    assert!(Person::default().decide(PersonCommand::ReportDeath(same_day), &()).is_ok());
}

#[test]
fn the_same_again_records_nothing_and_another_under_its_id_names_the_field() {
    let before = [reporting(1), withdrawing(2)];
    for command in &before {
        assert_eq!(after(&before).decide(command.clone(), &()), Ok(None));
    }
    let other = PersonId::from_uuid(uuid(9));
    let another = DeathReportId::from_uuid(uuid(7));
    let cases: [(PersonCommand, FieldPath); 10] = [
        (PersonCommand::ReportDeath(ReportDeath { person: other, ..report(1) }), &["personNo"]),
        (
            PersonCommand::ReportDeath(ReportDeath { died_on: day("2020-05-21"), ..report(1) }),
            &["diedOn"],
        ),
        (
            PersonCommand::ReportDeath(ReportDeath { source: document("别号"), ..report(1) }),
            &["source"],
        ),
        (
            PersonCommand::ReportDeath(ReportDeath { occurred_on: day("2020-06-03"), ..report(1) }),
            &["occurredOn"],
        ),
        (
            PersonCommand::WithdrawDeathReport(WithdrawDeathReport {
                person: other,
                ..withdraw(2)
            }),
            &["personNo"],
        ),
        (
            PersonCommand::WithdrawDeathReport(WithdrawDeathReport {
                document: document("别号"),
                ..withdraw(2)
            }),
            &["document"],
        ),
        (
            PersonCommand::WithdrawDeathReport(WithdrawDeathReport {
                occurred_on: day("2020-06-10"),
                ..withdraw(2)
            }),
            &["occurredOn"],
        ),
        (
            PersonCommand::WithdrawDeathReport(WithdrawDeathReport {
                report: another,
                ..withdraw(2)
            }),
            &["report"],
        ),
        (reporting(2), &["id"]),
        (withdrawing(1), &["id"]),
    ];
    for (command, field) in cases {
        let refused = refusal(&before, command);
        assert_eq!(refused, PersonRefusal::IdReusedWithOtherContent { field });
    }
}

#[test]
fn a_death_is_a_claim_that_its_withdrawal_gives_back() {
    let reported = PersonEvent::DeathReported(report(1).into_event()).effects();
    let withdrawn = PersonEvent::DeathReportWithdrawn(withdraw(2).into_event()).effects();
    let death = Claim::Death { person: person_id(8) };
    let which = Claim::DeathReport { person: person_id(8), report: report(1).report };
    let both = vec![death, which];
    assert_eq!((reported.claims, reported.releases), (both.clone(), vec![]));
    assert_eq!((withdrawn.claims, withdrawn.releases), (vec![], both.clone()));
    for claim in both {
        assert_eq!(Claim::parse(&claim.to_string()), Some(claim));
    }
}

#[test]
fn every_refusal_is_told_in_chinese_and_in_english() {
    for refusal in [
        PersonRefusal::IdReusedWithOtherContent { field: &["id"] },
        PersonRefusal::ReportedBeforeDeath { died_on: day("2020-05-20") },
        PersonRefusal::AlreadyReported { died_on: day("2020-05-20") },
        PersonRefusal::NotReported,
    ] {
        let message = refusal.message();
        let (chinese, english) = message.split_once(" / ").unwrap();
        assert!(!chinese.is_ascii() && english.is_ascii(), "{message}");
    }
}
