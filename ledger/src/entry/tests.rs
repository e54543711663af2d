//! Parse and print are inverse, and no byte of an entry can change unnoticed.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use proptest::prelude::*;
use uuid::Uuid;

use crate::clock::Moment;
use crate::entry::{self, Entry};
use crate::hash::{self, Hash};
use crate::key::LedgerKey;
use crate::{Actor, EventName, LedgerId, StreamId};

#[derive(Debug, Clone)]
struct Fields {
    ledger: String,
    position: u64,
    previous: [u8; 32],
    recorded: i64,
    stream: (String, String),
    sequence: u64,
    event: String,
    actor: String,
    request: u128,
    command: Option<[u8; 32]>,
    key: [u8; 32],
    payload: Vec<(String, i64, String)>,
}

fn fields() -> impl Strategy<Value = Fields> {
    let identifier = "[A-Za-z0-9][A-Za-z0-9._-]{0,40}";
    let names =
        (identifier, identifier, identifier, "[A-Z][A-Za-z0-9]{0,30} v[1-9][0-9]{0,3}", identifier);
    let numbers = (
        0..entry::NUMBER_LIMIT,
        1..entry::NUMBER_LIMIT,
        0..253_402_300_800_000_000i64,
        any::<u128>(),
    );
    let bytes = (any::<[u8; 32]>(), any::<Option<[u8; 32]>>(), any::<[u8; 32]>());
    let limit = i64::try_from(entry::NUMBER_LIMIT).unwrap();
    let payload = proptest::collection::vec(("[a-z_]{1,12}", (1 - limit)..limit, ".{0,30}"), 0..20);
    (names, numbers, bytes, payload).prop_map(|(names, numbers, bytes, payload)| Fields {
        ledger: names.0,
        position: numbers.0,
        previous: bytes.0,
        recorded: numbers.2,
        stream: (names.1, names.2),
        sequence: numbers.1,
        event: names.3,
        actor: format!("officer/{}", names.4),
        request: numbers.3,
        command: bytes.1,
        key: bytes.2,
        payload,
    })
}

fn encode(fields: &Fields) -> Vec<u8> {
    encoded(fields).unwrap()
}

fn encoded(fields: &Fields) -> Result<Vec<u8>, entry::EncodeError> {
    let mut object = serde_json::Map::new();
    for (key, number, text) in &fields.payload {
        object.insert(format!("n_{key}"), (*number).into());
        object.insert(format!("t_{key}"), text.clone().into());
    }
    let payload = serde_json::to_vec(&object).unwrap();
    let entry = Entry {
        ledger: &LedgerId::parse(&fields.ledger).unwrap(),
        position: fields.position,
        previous: Hash::from_bytes(fields.previous),
        recorded: Moment::from_micros(fields.recorded).unwrap(),
        stream: &StreamId::new(&fields.stream.0, &fields.stream.1).unwrap(),
        sequence: fields.sequence,
        event: &EventName::parse(&fields.event).unwrap(),
        actor: &Actor::parse(&fields.actor).unwrap(),
        request: Uuid::from_u128(fields.request),
        command: fields.command.map(Hash::from_bytes),
        signed_by: LedgerKey::from_seed(fields.key).unwrap().public().id(),
        payload: &payload,
    };
    Ok(entry.encode()?.0)
}

/// Encodes what was read; the bytes must be the ones that were parsed.
fn print(view: &entry::EntryView<'_>) -> Vec<u8> {
    let entry = Entry {
        ledger: &view.ledger,
        position: view.position,
        previous: view.previous,
        recorded: view.recorded,
        stream: &view.stream,
        sequence: view.sequence,
        event: &view.event,
        actor: &view.actor,
        request: view.request,
        command: view.command,
        signed_by: view.signed_by,
        payload: view.payload,
    };
    let (bytes, offset) = entry.encode().unwrap();
    assert_eq!(offset, view.payload_offset);
    bytes
}

proptest! {
    #[test]
    fn parse_and_print_are_inverse(fields in fields()) {
        let bytes = encode(&fields);
        let view = entry::parse(&bytes).unwrap();
        prop_assert_eq!(view.position, fields.position);
        prop_assert_eq!(view.sequence, fields.sequence);
        prop_assert_eq!(view.recorded.micros(), fields.recorded);
        prop_assert_eq!(print(&view), bytes);
    }

    #[test]
    fn whatever_parses_prints_to_the_same_bytes(
        fields in fields(), at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let mut bytes = encode(&fields);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(view) = entry::parse(&bytes) {
            prop_assert_eq!(print(&view), bytes);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic_the_parser(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = entry::parse(&bytes);
        let _ = entry::check_payload(&bytes);
    }
}

#[test]
fn any_flipped_byte_is_refused_or_changes_the_leaf() {
    let fields = Fields {
        ledger: "cn-320404".into(),
        position: 123,
        previous: [7; 32],
        recorded: 1_593_504_907_123_456,
        stream: ("payment".into(), "0190f3c2-7c1e-7d3a-9d55-0c7a4b6f2e11".into()),
        sequence: 4,
        event: "PaymentRecorded v1".into(),
        actor: "officer/w-017".into(),
        request: 0x0190_f3c2_7c1e_7d3a_9d55_0c7a_4b6f_2e10,
        command: Some([9; 32]),
        key: [1; 32],
        payload: vec![("amount".into(), 90_000, "大米".into())],
    };
    let bytes = encode(&fields);
    let key = LedgerKey::from_seed([1; 32]).unwrap();
    let (leaf, signature) = (hash::leaf(&bytes), key.sign_leaf(&hash::leaf(&bytes)));
    let (mut refused, mut changed) = (0, 0);
    for at in 0..bytes.len() {
        for flip in 1..=255u8 {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            match entry::parse(&damaged) {
                Err(_) => refused += 1,
                Ok(_) => {
                    changed += 1;
                    assert_ne!(hash::leaf(&damaged), leaf);
                    if flip == 1 {
                        assert!(!key.public().signed_leaf(&hash::leaf(&damaged), &signature));
                    }
                }
            }
        }
    }
    assert!(refused > 0 && changed > 0);
    assert_eq!(refused + changed, bytes.len() * 255);
}

#[test]
fn missing_doubled_and_reordered_lines_are_refused() {
    let bytes = encode(&Fields {
        ledger: "a".into(),
        position: 0,
        previous: [0; 32],
        recorded: 0,
        stream: ("ledger".into(), "a".into()),
        sequence: 1,
        event: "LedgerOpened v1".into(),
        actor: "system/opening".into(),
        request: 1,
        command: None,
        key: [1; 32],
        payload: vec![],
    });
    let text = String::from_utf8(bytes).unwrap();
    let lines: Vec<&str> = text.split('\n').collect();
    assert!(entry::parse(text.as_bytes()).is_ok());
    for at in 0..lines.len() {
        let mut missing = lines.clone();
        missing.remove(at);
        assert!(entry::parse(missing.join("\n").as_bytes()).is_err(), "without line {at}");
        let mut doubled = lines.clone();
        doubled.insert(at, lines[at]);
        assert!(entry::parse(doubled.join("\n").as_bytes()).is_err(), "line {at} twice");
        if at > 0 {
            let mut swapped = lines.clone();
            swapped.swap(at, at - 1);
            assert!(entry::parse(swapped.join("\n").as_bytes()).is_err(), "lines {at} swapped");
        }
    }
    for bad in [
        text.replace('\n', "\r\n"),
        format!("{text}\n"),
        format!("{text} "),
        text.replace(": ", ":  "),
    ] {
        assert!(entry::parse(bad.as_bytes()).is_err());
    }
}

#[test]
fn a_position_and_a_sequence_stay_below_2_to_the_53_when_written_and_when_read() {
    let with = |position: u64, sequence: u64| Fields {
        ledger: "a".into(),
        position,
        previous: [0; 32],
        recorded: 0,
        stream: ("x".into(), "y".into()),
        sequence,
        event: "X v1".into(),
        actor: "system/test".into(),
        request: 1,
        command: None,
        key: [1; 32],
        payload: vec![],
    };
    let (most, beyond) = (entry::NUMBER_LIMIT - 1, entry::NUMBER_LIMIT);
    let longest = String::from_utf8(encode(&with(most, most))).unwrap();
    let view = entry::parse(longest.as_bytes()).unwrap();
    assert_eq!((view.position, view.sequence), (most, most));
    for (position, sequence, field) in
        [(beyond, 1, "position"), (0, beyond, "sequence"), (0, 0, "sequence")]
    {
        let refused = encoded(&with(position, sequence));
        assert_eq!(refused, Err(entry::EncodeError::OutOfRange(field)));
    }
    for field in ["position", "sequence"] {
        for number in [beyond, u64::MAX] {
            let other = longest.replace(&format!("{field}: {most}"), &format!("{field}: {number}"));
            assert_eq!(entry::parse(other.as_bytes()), Err(entry::ParseError::Line(field)));
        }
    }
    let none = longest.replace(&format!("sequence: {most}"), "sequence: 0");
    assert_eq!(entry::parse(none.as_bytes()), Err(entry::ParseError::Line("sequence")));
}

#[test]
fn an_entry_is_at_most_65535_bytes() {
    let (ledger, stream) = (LedgerId::parse("a").unwrap(), StreamId::parse("x/y").unwrap());
    let (event, actor) = (EventName::parse("X v1").unwrap(), Actor::parse("system/test").unwrap());
    let key = LedgerKey::from_seed([1; 32]).unwrap();
    let sized = |length: usize| {
        let payload = format!("{{\"a\":\"{}\"}}", "x".repeat(length));
        let entry = Entry {
            ledger: &ledger,
            position: 0,
            previous: Hash::ZERO,
            recorded: Moment::EARLIEST,
            stream: &stream,
            sequence: 1,
            event: &event,
            actor: &actor,
            request: Uuid::nil(),
            command: None,
            signed_by: key.public().id(),
            payload: payload.as_bytes(),
        };
        entry.encode().map(|(bytes, _)| bytes)
    };
    let header = sized(50_000).unwrap().len() - 50_000;
    let longest = sized(entry::LONGEST - header).unwrap();
    assert_eq!(longest.len(), entry::LONGEST);
    assert!(entry::parse(&longest).is_ok());
    assert!(matches!(sized(entry::LONGEST - header + 1), Err(entry::EncodeError::TooLong(65_536))));
}
