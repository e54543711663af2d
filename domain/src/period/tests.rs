#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use cqrs_es::Aggregate;
use proptest::prelude::*;

use super::*;
use crate::calendar::Month;
use crate::effects::Claim;
use crate::events::{EventError, RecordedEvent, type_of};
use crate::examples::{commitment, day, document, uuid};
use crate::refusal::{FieldPath, Refusal};

fn june() -> Month {
    Month::parse("2020-06").unwrap()
}

fn officer(id: &str) -> OfficerId {
    OfficerId::parse(id).unwrap()
}

fn step(number: u128, by: &str) -> PeriodStep {
    PeriodStep {
        month: june(),
        step: StepId::from_uuid(uuid(number)),
        officer: officer(by),
        occurred_on: day("2020-07-03"),
    }
}

fn propose_reopening(number: u128, by: &str) -> PeriodCommand {
    let PeriodStep { month, step, officer, occurred_on } = step(number, by);
    let (document, reason) = (document("财〔2020〕9号"), commitment(7));
    PeriodCommand::ProposeReopening(ProposeReopening {
        month,
        step,
        officer,
        occurred_on,
        document,
        reason,
    })
}

fn propose_closing(number: u128, by: &str) -> PeriodCommand {
    PeriodCommand::ProposeClosing(step(number, by))
}

fn close(number: u128, by: &str) -> PeriodCommand {
    PeriodCommand::ClosePeriod(step(number, by))
}

fn reopen(number: u128, by: &str) -> PeriodCommand {
    PeriodCommand::ReopenPeriod(step(number, by))
}

fn withdraw(number: u128, by: &str) -> PeriodCommand {
    PeriodCommand::WithdrawProposal(step(number, by))
}

fn after(commands: &[PeriodCommand]) -> Period {
    let mut period = Period::default();
    for command in commands {
        period.apply(period.decide(command.clone(), &()).unwrap().unwrap());
    }
    period
}

fn refusal(commands: &[PeriodCommand], command: PeriodCommand) -> PeriodRefusal {
    after(commands).decide(command, &()).unwrap_err()
}

#[test]
fn a_month_is_closed_and_reopened_by_two_officers_each() {
    let way = [
        propose_closing(1, "maker"),
        close(2, "approver"),
        propose_reopening(3, "maker"),
        reopen(4, "approver"),
        propose_closing(5, "approver"),
        close(6, "maker"),
    ];
    let stages = [
        PeriodStage::Open,
        PeriodStage::ClosingProposed,
        PeriodStage::Closed,
        PeriodStage::ReopeningProposed,
        PeriodStage::Open,
        PeriodStage::ClosingProposed,
        PeriodStage::Closed,
    ];
    for (steps, stage) in stages.into_iter().enumerate() {
        assert_eq!(after(way.get(..steps).unwrap()).stage(), stage);
    }
}

#[test]
fn nobody_confirms_what_they_proposed() {
    let proposed = [propose_closing(1, "maker")];
    let reopening =
        [propose_closing(1, "maker"), close(2, "approver"), propose_reopening(3, "maker")];
    for (before, command) in [(&proposed[..], close(9, "maker")), (&reopening, reopen(9, "maker"))]
    {
        let refused = refusal(before, command);
        assert_eq!(refused, PeriodRefusal::SameOfficer { officer: officer("maker") });
        assert_eq!((refused.code(), refused.field()), ("SAME_OFFICER", None));
    }
}

#[test]
fn a_month_is_closed_when_it_is_over() {
    let early = PeriodStep { occurred_on: day("2020-06-30"), ..step(1, "maker") };
    let refused = refusal(&[], PeriodCommand::ProposeClosing(early));
    assert_eq!(refused, PeriodRefusal::NotOver { month: june() });
    assert_eq!((refused.code(), refused.field()), ("PERIOD_NOT_OVER", Some(&["month"][..])));
    let back_dated = PeriodStep { occurred_on: day("2020-06-30"), ..step(2, "approver") };
    let refused = refusal(&[propose_closing(1, "maker")], PeriodCommand::ClosePeriod(back_dated));
    assert_eq!(refused, PeriodRefusal::NotOver { month: june() });
    let first = PeriodStep { occurred_on: day("2020-07-01"), ..step(1, "maker") };
    assert!(Period::default().decide(PeriodCommand::ProposeClosing(first), &()).is_ok());
}

#[test]
fn what_was_proposed_may_be_taken_back_by_anybody() {
    let open = after(&[propose_closing(1, "maker"), withdraw(2, "other")]);
    assert_eq!(open.stage(), PeriodStage::Open);
    let closed = after(&[
        propose_closing(1, "maker"),
        close(2, "approver"),
        propose_reopening(3, "maker"),
        withdraw(4, "maker"),
    ]);
    assert_eq!(closed.stage(), PeriodStage::Closed);
}

#[test]
fn the_same_step_again_records_nothing_and_another_under_its_id_names_the_field() {
    let way = [propose_closing(1, "maker"), close(2, "approver"), propose_reopening(3, "maker")];
    for command in &way {
        assert_eq!(after(&way).decide(command.clone(), &()), Ok(None));
    }
    let other_day = PeriodStep { occurred_on: day("2020-07-09"), ..step(1, "maker") };
    let PeriodCommand::ProposeReopening(asked) = propose_reopening(3, "maker") else {
        unreachable!()
    };
    let other_document = ProposeReopening { document: document("别号"), ..asked.clone() };
    let other_reason = ProposeReopening { reason: commitment(8), ..asked };
    let cases: [(PeriodCommand, FieldPath); 5] = [
        (close(1, "maker"), &["id"]),
        (propose_closing(1, "other"), &["officer"]),
        (PeriodCommand::ProposeClosing(other_day), &["occurredOn"]),
        (PeriodCommand::ProposeReopening(other_document), &["document"]),
        (PeriodCommand::ProposeReopening(other_reason), &["reason"]),
    ];
    for (command, field) in cases {
        let refused = refusal(&way, command);
        assert_eq!(refused, PeriodRefusal::StepIdReusedWithOtherContent { field });
    }
}

/// Everything that can be asked wherever the month stands.
fn anything(number: u128, by: &str) -> [PeriodCommand; 5] {
    [
        propose_closing(number, by),
        close(number, by),
        propose_reopening(number, by),
        reopen(number, by),
        withdraw(number, by),
    ]
}

#[test]
fn the_documented_stages_are_every_transition_that_there_is() {
    let name = |period: &Period| period.stage().as_str().replace('_', " ");
    let (mut seen, mut open) = (BTreeSet::new(), vec![(Period::default(), 1)]);
    while let Some((period, number)) = open.pop() {
        for by in ["one", "another"] {
            for command in anything(number, by) {
                let Ok(Some(event)) = period.decide(command, &()) else { continue };
                let mut after = period.clone();
                after.apply(event.clone());
                assert_eq!(event.reaches(), after.stage());
                let (from, to) = (name(&period), name(&after));
                if seen.insert(format!("{from} -> {} -> {to}", type_of(event.name()))) {
                    open.push((after, number.saturating_add(1)));
                }
            }
        }
    }
    let documented = include_str!("mod.rs").lines().filter_map(|line| line.strip_prefix("//! "));
    let documented = documented.filter(|line| line.contains(" -> "));
    let squeezed = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(documented.map(squeezed).collect::<BTreeSet<_>>(), seen);
}

/// Books as the append does: a claim is taken once, and given back by who finds it held.
fn book(held: &mut BTreeSet<Claim>, event: &PeriodEvent) -> Result<(), Claim> {
    let effects = event.effects();
    for claim in effects.releases {
        if !held.remove(&claim) {
            return Err(claim);
        }
    }
    for claim in effects.claims {
        if !held.insert(claim.clone()) {
            return Err(claim);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn whatever_is_asked_by_whomever_the_claims_agree_and_two_officers_confirm(
        asked in prop::collection::vec((0..5usize, 0..3usize), 0..40),
    ) {
        let (mut period, mut held) = (Period::default(), BTreeSet::new());
        let mut proposed: BTreeMap<u32, OfficerId> = BTreeMap::new();
        for (number, (kind, by)) in (1..).zip(asked) {
            let by = ["a", "b", "c"].into_iter().nth(by).unwrap();
            let command = anything(number, by).into_iter().nth(kind).unwrap();
            let Ok(Some(event)) = period.decide(command, &()) else { continue };
            prop_assert_eq!(book(&mut held, &event), Ok(()));
            match &event {
                PeriodEvent::PeriodClosingProposed(_) | PeriodEvent::PeriodReopeningProposed(_) => {
                    proposed.insert(event.round(), event.officer().clone());
                }
                PeriodEvent::PeriodClosed(_) | PeriodEvent::PeriodReopened(_) => {
                    prop_assert_ne!(proposed.get(&event.round()).unwrap(), event.officer());
                }
                PeriodEvent::PeriodProposalWithdrawn(_) => {}
            }
            period.apply(event);
        }
    }
}

#[test]
fn what_the_rules_did_not_decide_breaks_a_claim() {
    let way = [propose_closing(1, "a"), close(2, "b"), propose_reopening(3, "a"), reopen(4, "b")];
    let (mut period, mut held, mut events) = (Period::default(), BTreeSet::new(), vec![]);
    for command in way {
        let event = period.decide(command, &()).unwrap().unwrap();
        events.push((held.clone(), event.clone()));
        book(&mut held, &event).unwrap();
        period.apply(event);
    }
    for (index, (before, _)) in events.iter().enumerate() {
        for (other, (_, event)) in events.iter().enumerate() {
            let booked = book(&mut before.clone(), event);
            assert_eq!(booked.is_ok(), index == other, "{} at {index}", event.name());
        }
    }
    for (before, event) in events {
        // Whoever proposed confirms it themselves.
        let forged = match event {
            PeriodEvent::PeriodClosed(event) => {
                PeriodEvent::PeriodClosed(PeriodClosed { officer: officer("a"), ..event })
            }
            PeriodEvent::PeriodReopened(event) => {
                PeriodEvent::PeriodReopened(PeriodReopened { officer: officer("a"), ..event })
            }
            _ => continue,
        };
        assert!(book(&mut before.clone(), &forged).is_err());
    }
}

#[test]
fn claims_of_a_month_are_read_back() {
    for command in [propose_closing(1, "a.b"), close(2, "b")].into_iter().scan(
        Period::default(),
        |period, command| {
            let event = period.decide(command, &()).unwrap().unwrap();
            period.apply(event.clone());
            Some(event)
        },
    ) {
        let effects = command.effects();
        for claim in effects.claims.into_iter().chain(effects.releases) {
            assert_eq!(Claim::parse(&claim.to_string()), Some(claim));
        }
    }
}

#[test]
fn an_event_that_nobody_can_have_decided_is_refused() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/events");
    for (event, was, is) in [
        ("PeriodClosed", r#""round":1"#, r#""round":0"#),
        ("PeriodClosed", r#""round":1"#, r#""round":4294967295"#),
        ("PeriodClosed", "2020-07-04", "2020-06-30"),
        ("PeriodClosingProposed", "2020-07-03", "2020-05-31"),
        ("PeriodReopeningProposed", r#""round":2"#, r#""round":1"#),
        ("PeriodProposalWithdrawn", "closing_proposed", "closed"),
        ("PeriodProposalWithdrawn", "closing_proposed", "open"),
    ] {
        let fixture = std::fs::read_to_string(format!("{folder}/{event}.v1.json")).unwrap();
        let forged = fixture.replacen(was, is, 1);
        assert_ne!(forged, fixture, "{event}");
        let parsed = PeriodEvent::parse(&format!("{event} v1"), forged.as_bytes());
        assert!(matches!(parsed, Err(EventError::Malformed { .. })), "{event}: {is}");
    }
}

#[test]
fn every_refusal_is_told_in_chinese_and_in_english() {
    for refusal in [
        PeriodRefusal::StepIdReusedWithOtherContent { field: &["id"] },
        PeriodRefusal::NotOver { month: june() },
        PeriodRefusal::WrongStage { stands: PeriodStage::ReopeningProposed },
        PeriodRefusal::SameOfficer { officer: officer("a") },
    ] {
        let message = refusal.message();
        let (chinese, english) = message.split_once(" / ").unwrap();
        assert!(!chinese.is_ascii() && english.is_ascii(), "{message}");
    }
}
