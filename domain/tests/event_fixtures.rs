//! Every event version that was ever recorded stays readable: each file in `fixtures/events` is a
//! payload as it stands in an entry. A fixture is never changed to make a test pass; a new shape of an
//! event is a new version with files of its own.
//!
//! A file is named `<Event>.v<version>.json`, or `<Event>.v<version>.<what is special>.json`.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its fixture has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use domain::bank_results::BankResultsEvent;
use domain::batch::BatchEvent;
use domain::disclosure::DisclosureEvent;
use domain::events::{AnyEvent, EventError};
use domain::fund::FundEvent;
use domain::grant::GrantEvent;
use domain::officer::OfficerEvent;
use domain::payment::PaymentEvent;
use domain::period::PeriodEvent;
use domain::person::PersonEvent;
use domain::regulation::RegulationEvent;
use domain::standard::StandardEvent;
use domain::store::StoreEvent;

/// Every event of every stream, by the name that entries give it.
const EVENTS: [(&str, &str); 46] = [
    ("bank-results", "BankResultsRecorded v1"),
    ("batch", "BatchAdvanced v1"),
    ("batch", "BatchApproved v1"),
    ("batch", "BatchCancelled v1"),
    ("batch", "BatchClosed v1"),
    ("batch", "BatchDrafted v1"),
    ("batch", "BatchReleased v1"),
    ("batch", "BatchReviewed v1"),
    ("batch", "BatchSentBack v1"),
    ("batch", "BatchSubmitted v1"),
    ("batch", "PapersCompleted v1"),
    ("batch", "PapersReviewed v1"),
    ("disclosure", "PersonalDataDisclosed v1"),
    ("fund", "FundOpened v1"),
    ("fund", "FundsReceived v1"),
    ("fund", "FundsTransferred v1"),
    ("fund", "OpeningBalanceRecorded v1"),
    ("fund", "SurplusRemitted v1"),
    ("grant", "GrantApproved v1"),
    ("grant", "GrantStopped v1"),
    ("officer", "OfficerEnrolled v1"),
    ("officer", "RoleGiven v1"),
    ("officer", "RoleWithdrawn v1"),
    ("payment", "EmergencyAdvancePaid v1"),
    ("payment", "PaymentInstructed v1"),
    ("payment", "PaymentRecorded v1"),
    ("payment", "PaymentReissued v1"),
    ("payment", "PaymentReturned v1"),
    ("payment", "PaymentReversed v1"),
    ("payment", "PaymentReversed v2"),
    ("payment", "PaymentSettled v1"),
    ("payment", "RecoveryOrdered v1"),
    ("payment", "RecoveryReceived v1"),
    ("payment", "RecoveryWaived v1"),
    ("period", "PeriodClosed v1"),
    ("period", "PeriodClosingProposed v1"),
    ("period", "PeriodProposalWithdrawn v1"),
    ("period", "PeriodReopened v1"),
    ("period", "PeriodReopeningProposed v1"),
    ("person", "DeathReportWithdrawn v1"),
    ("person", "DeathReported v1"),
    ("regulation", "ApprovalBandsSet v1"),
    ("regulation", "OfficersRequired v1"),
    ("standard", "StandardSet v1"),
    ("store", "GoodsReceived v1"),
    ("store", "StoreOpened v1"),
];

/// File name, event name and payload of every fixture, by file name.
fn fixtures() -> Vec<(String, String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/events");
    let mut fixtures: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| {
            let file = file.unwrap();
            let file_name = file.file_name().into_string().unwrap();
            let mut parts = file_name.split('.');
            let event = format!("{} {}", parts.next().unwrap(), parts.next().unwrap());
            let payload = fs::read(file.path()).unwrap();
            (file_name, event, payload)
        })
        .collect();
    fixtures.sort();
    fixtures
}

fn stream_type(event: &str) -> &'static str {
    EVENTS.iter().find(|(_, name)| *name == event).map(|(stream_type, _)| *stream_type).unwrap()
}

#[test]
fn every_event_has_a_fixture_and_every_fixture_an_event() {
    let with_fixture: BTreeSet<String> =
        fixtures().into_iter().map(|(_, event, _)| event).collect();
    let events: BTreeSet<String> = EVENTS.iter().map(|(_, name)| (*name).to_owned()).collect();
    assert_eq!(with_fixture, events);
}

#[test]
fn every_fixture_parses_and_prints_back_to_the_same_bytes() {
    for (file, event, payload) in fixtures() {
        let parsed = AnyEvent::parse(stream_type(&event), &event, &payload);
        let parsed = parsed.unwrap_or_else(|error| unreachable!("{file}: {error}"));
        assert_eq!(parsed.name(), event, "{file}");
        assert_eq!(String::from_utf8(parsed.payload()), String::from_utf8(payload), "{file}");
    }
}

#[test]
fn the_effects_of_every_fixture_balance() {
    for (file, event, payload) in fixtures() {
        let parsed = AnyEvent::parse(stream_type(&event), &event, &payload).unwrap();
        assert!(parsed.effects().is_balanced(), "{file}");
        assert_eq!(parsed.stream_type(), stream_type(&event), "{file}");
        let first_id = serde_json::from_slice::<serde_json::Value>(&payload).unwrap();
        let key = match parsed.stream_type() {
            "standard" => "programme",
            "bank-results" => "results",
            // Its stream is named by the topic, which is the event's own.
            "regulation" => continue,
            stream_type => stream_type,
        };
        assert_eq!(first_id.get(key).unwrap(), &parsed.stream_id(), "{file}");
    }
}

#[test]
fn an_unknown_field_is_refused() {
    for (file, event, payload) in fixtures() {
        let text = String::from_utf8(payload).unwrap();
        let extended = format!("{},\"more\":1}}", text.strip_suffix('}').unwrap());
        let parsed = AnyEvent::parse(stream_type(&event), &event, extended.as_bytes());
        assert!(matches!(parsed, Err(EventError::Malformed { .. })), "{file}");
    }
}

#[test]
fn an_unknown_field_inside_the_aid_is_refused() {
    for (file, event, payload) in fixtures() {
        let text = String::from_utf8(payload).unwrap();
        if !text.contains(r#""kind":"#) {
            continue;
        }
        let extended = text.replacen(r#""aid":{"#, r#""aid":{"more":1,"#, 1);
        let parsed = AnyEvent::parse(stream_type(&event), &event, extended.as_bytes());
        assert!(matches!(parsed, Err(EventError::Malformed { .. })), "{file}");
    }
}

#[test]
fn another_spelling_of_the_same_event_is_refused_where_spelling_counts() {
    for (file, event, payload) in fixtures() {
        let text = String::from_utf8(payload).unwrap();
        let spaced = text.replacen(':', ": ", 1);
        let parsed = AnyEvent::parse(stream_type(&event), &event, spaced.as_bytes());
        assert_eq!(parsed, Err(EventError::SpelledOtherwise { name: event.clone() }), "{file}");
        let read = AnyEvent::read(stream_type(&event), &event, spaced.as_bytes());
        assert_eq!(read, AnyEvent::parse(stream_type(&event), &event, text.as_bytes()), "{file}");
    }
}

/// cqrs-es reads an event as its type around its payload.
fn read_by_type<E>(event: &str, payload: &[u8]) -> E
where
    E: serde::de::DeserializeOwned,
{
    let (bare, _) = event.split_once(' ').unwrap();
    let payload = std::str::from_utf8(payload).unwrap();
    serde_json::from_str(&format!("{{\"{bare}\":{payload}}}")).unwrap()
}

#[test]
fn the_wire_of_cqrs_es_is_the_name_around_the_payload() {
    for (file, event, payload) in fixtures() {
        let read: AnyEvent = match stream_type(&event) {
            "bank-results" => read_by_type::<BankResultsEvent>(&event, &payload).into(),
            "batch" => read_by_type::<BatchEvent>(&event, &payload).into(),
            "disclosure" => read_by_type::<DisclosureEvent>(&event, &payload).into(),
            "fund" => read_by_type::<FundEvent>(&event, &payload).into(),
            "grant" => read_by_type::<GrantEvent>(&event, &payload).into(),
            "officer" => read_by_type::<OfficerEvent>(&event, &payload).into(),
            "payment" => read_by_type::<PaymentEvent>(&event, &payload).into(),
            "period" => read_by_type::<PeriodEvent>(&event, &payload).into(),
            "person" => read_by_type::<PersonEvent>(&event, &payload).into(),
            "regulation" => read_by_type::<RegulationEvent>(&event, &payload).into(),
            "standard" => read_by_type::<StandardEvent>(&event, &payload).into(),
            "store" => read_by_type::<StoreEvent>(&event, &payload).into(),
            other => unreachable!("{file}: {other}"),
        };
        assert_eq!((read.name(), read.payload()), (event.as_str(), payload), "{file}");
    }
}

#[test]
fn names_and_stream_types_that_do_not_exist_are_refused() {
    let unknown = AnyEvent::parse("fund", "FundOpened v2", b"{}");
    assert_eq!(unknown, Err(EventError::UnknownEvent { name: "FundOpened v2".to_owned() }));
    let misplaced = AnyEvent::parse("grant", "FundOpened v1", b"{}");
    assert_eq!(misplaced, Err(EventError::UnknownEvent { name: "FundOpened v1".to_owned() }));
    let elsewhere = AnyEvent::parse("ledger", "LedgerOpened v1", b"{}");
    let stream_type = "ledger".to_owned();
    assert_eq!(elsewhere, Err(EventError::UnknownStreamType { stream_type }));
}
