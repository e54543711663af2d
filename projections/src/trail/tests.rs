//! Links of events.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::copy::FieldReader;

const RECORDED: (&str, &str) = (
    "PaymentRecorded v1",
    include_str!("../../../domain/tests/fixtures/events/PaymentRecorded.v1.json"),
);
/// Each with its own document.
const RECOVERY: [(&str, &str, &str); 3] = [
    (
        "RecoveryOrdered v1",
        include_str!("../../../domain/tests/fixtures/events/RecoveryOrdered.v1.json"),
        "钟民追〔2020〕3号",
    ),
    (
        "RecoveryReceived v1",
        include_str!("../../../domain/tests/fixtures/events/RecoveryReceived.v1.json"),
        "收据-0920",
    ),
    (
        "RecoveryWaived v1",
        include_str!("../../../domain/tests/fixtures/events/RecoveryWaived.v1.json"),
        "钟民免〔2020〕1号",
    ),
];

/// Kind and subject of each link of an event of a payment, in the order of both.
fn links(name: &str, payload: &str) -> Vec<(String, String)> {
    links_in("payment", name, payload)
}

/// The same of an event of a stream of any type.
fn links_in(stream_type: &str, name: &str, payload: &str) -> Vec<(String, String)> {
    let (ledger, mut changes) = (LedgerId::parse("cn-1").unwrap(), Changes::default());
    let event = AnyEvent::parse(stream_type, name, payload.trim_end().as_bytes()).unwrap();
    changes.apply(&ledger, &Recorded { position: 17, officer: "w-017", event: Some(event) });
    let rows = changes.links.iter();
    let mut links: Vec<_> = rows
        .map(|row| {
            let mut fields = FieldReader::new(row);
            assert_eq!(fields.text().unwrap(), "cn-1");
            assert_eq!(fields.int8().unwrap(), 17);
            (fields.text().unwrap().to_owned(), fields.text().unwrap().to_owned())
        })
        .collect();
    links.sort_unstable();
    links
}

#[test]
fn a_step_of_a_recovery_touches_what_its_payment_does_and_its_own_document() {
    for (name, payload, document) in RECOVERY {
        let id = |end: &str| format!("0190f3c2-7c1e-7d3a-9d55-0c7a4b6f00{end}");
        let mut expected = [
            ("document", document.to_owned()),
            ("document", "凭证-0615".to_owned()),
            ("fund", id("01")),
            ("grant", id("02")),
            ("household", id("0a")),
            ("officer", "w-017".to_owned()),
            ("payment", id("03")),
            ("person", id("08")),
            ("person", id("09")),
        ]
        .map(|(kind, subject)| (kind.to_owned(), subject));
        expected.sort_unstable();
        assert_eq!(links(name, payload), expected, "{name}");
    }
}

#[test]
fn a_payment_has_links_to_those_only_whom_no_column_of_its_row_names() {
    let (name, payload) = RECORDED;
    let member = "0190f3c2-7c1e-7d3a-9d55-0c7a4b6f0009".to_owned();
    assert_eq!(links(name, payload), [("person".to_owned(), member)]);
}

/// Stream type, name and payload, and what the event touches beside its officer.
type Touching = (&'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);

const TOUCHING: [Touching; 8] = [
    (
        "period",
        "PeriodReopeningProposed v1",
        include_str!("../../../domain/tests/fixtures/events/PeriodReopeningProposed.v1.json"),
        &[("document", "钟民财〔2020〕9号")],
    ),
    (
        "period",
        "PeriodClosed v1",
        include_str!("../../../domain/tests/fixtures/events/PeriodClosed.v1.json"),
        &[],
    ),
    (
        "disclosure",
        "PersonalDataDisclosed v1",
        include_str!("../../../domain/tests/fixtures/events/PersonalDataDisclosed.v1.json"),
        &[("payment", "0190f3c2-7c1e-7d3a-9d55-0c7a4b6f0003")],
    ),
    (
        "disclosure",
        "PersonalDataDisclosed v1",
        include_str!("../../../domain/tests/fixtures/events/PersonalDataDisclosed.v1.batch.json"),
        &[("batch", "0190f3c2-7c1e-7d3a-9d55-0c7a4b6f0030")],
    ),
    (
        "batch",
        "PapersReviewed v1",
        include_str!("../../../domain/tests/fixtures/events/PapersReviewed.v1.json"),
        &[("batch", "0190f3c2-7c1e-7d3a-9d55-0c7a4b6f0030"), ("document", "临救补〔2020〕2号")],
    ),
    (
        "batch",
        "BatchClosed v1",
        include_str!("../../../domain/tests/fixtures/events/BatchClosed.v1.json"),
        &[("batch", "0190f3c2-7c1e-7d3a-9d55-0c7a4b6f0030")],
    ),
    (
        "person",
        "DeathReported v1",
        include_str!("../../../domain/tests/fixtures/events/DeathReported.v1.json"),
        &[("document", "民函〔2020〕88号"), ("person", "0190f3c2-7c1e-7d3a-9d55-0c7a4b6f0008")],
    ),
    (
        "person",
        "DeathReportWithdrawn v1",
        include_str!("../../../domain/tests/fixtures/events/DeathReportWithdrawn.v1.json"),
        &[("document", "核实〔2020〕3号"), ("person", "0190f3c2-7c1e-7d3a-9d55-0c7a4b6f0008")],
    ),
];

#[test]
fn entries_about_months_batches_looks_and_deaths_touch_their_officer_and_what_they_name() {
    for (stream_type, name, payload, touched) in TOUCHING {
        let mut expected = vec![("officer".to_owned(), "w-017".to_owned())];
        expected.extend(touched.iter().map(|(kind, id)| ((*kind).to_owned(), (*id).to_owned())));
        expected.sort_unstable();
        assert_eq!(links_in(stream_type, name, payload), expected, "{name}");
    }
}
