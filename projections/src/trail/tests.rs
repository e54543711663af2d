//! Links of events of a payment.
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

/// Kind and subject of each link, in the order of both.
fn links(name: &str, payload: &str) -> Vec<(String, String)> {
    let (ledger, mut changes) = (LedgerId::parse("cn-1").unwrap(), Changes::default());
    let event = AnyEvent::parse("payment", name, payload.trim_end().as_bytes()).unwrap();
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
