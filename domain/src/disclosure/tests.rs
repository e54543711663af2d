#![allow(clippy::unwrap_used)]

use super::*;
use crate::events::{AnyEvent, RecordedEvent};
use crate::examples::{commitment, payment_id, uuid};
use crate::ids::{BatchId, DisclosureId, OfficerId};
use crate::refusal::{FieldPath, Refusal};
use crate::text::ListDigest;

const EXISTS: DisclosureFacts = DisclosureFacts { exists: true };

fn asked() -> DisclosePersonalData {
    DisclosePersonalData {
        disclosure: DisclosureId::from_uuid(uuid(0xd1)),
        officer: OfficerId::parse("w-021").unwrap(),
        subject: DisclosedSubject::Payment(payment_id()),
        reason: commitment(7),
    }
}

fn list(byte: u8) -> DisclosedList {
    let digest = ListDigest::from_bytes([byte; 32]);
    DisclosedList { batch: BatchId::from_uuid(uuid(1)), digest }
}

fn decided(
    disclosure: &Disclosure,
    command: DisclosePersonalData,
    facts: DisclosureFacts,
) -> Result<Option<DisclosureEvent>, DisclosureRefusal> {
    disclosure.decide(DisclosureCommand::DisclosePersonalData(command), &facts)
}

#[test]
fn whoever_looks_is_named_with_what_they_looked_at() {
    let event = decided(&Disclosure::Absent, asked(), EXISTS).unwrap().unwrap();
    let DisclosureEvent::PersonalDataDisclosed(disclosed) = &event;
    assert_eq!(disclosed.subject, DisclosedSubject::Payment(payment_id()));
    assert!(event.effects().begins_stream);
    let any = AnyEvent::from(event);
    assert_eq!(any.acting_officer().map(OfficerId::as_str), Some("w-021"));
}

#[test]
fn the_same_look_again_records_nothing_and_another_under_its_id_names_the_field() {
    let event = decided(&Disclosure::Absent, asked(), EXISTS).unwrap().unwrap();
    let mut standing = Disclosure::Absent;
    standing.apply(event);
    assert_eq!(decided(&standing, asked(), EXISTS), Ok(None));
    let batch = DisclosedSubject::Batch(list(1));
    let officer = OfficerId::parse("w-099").unwrap();
    let cases: [(DisclosePersonalData, FieldPath); 3] = [
        (DisclosePersonalData { officer, ..asked() }, &["officer"]),
        (DisclosePersonalData { subject: batch, ..asked() }, &["batch"]),
        (DisclosePersonalData { reason: commitment(8), ..asked() }, &["reason"]),
    ];
    for (other, field) in cases {
        let refused = decided(&standing, other, EXISTS).unwrap_err();
        assert_eq!(refused, DisclosureRefusal::IdReusedWithOtherContent { field });
        assert_eq!(refused.field(), Some(field));
    }
}

#[test]
fn a_look_at_one_list_is_none_at_another_of_the_same_batch() {
    let look =
        |byte| DisclosePersonalData { subject: DisclosedSubject::Batch(list(byte)), ..asked() };
    let mut standing = Disclosure::Absent;
    standing.apply(decided(&standing, look(1), EXISTS).unwrap().unwrap());
    assert_eq!(decided(&standing, look(1), EXISTS), Ok(None));
    let refused = decided(&standing, look(2), EXISTS).unwrap_err();
    assert_eq!(refused, DisclosureRefusal::IdReusedWithOtherContent { field: &["batch"] });
}

#[test]
fn what_was_never_recorded_is_not_looked_at() {
    let subjects = [
        (DisclosedSubject::Payment(payment_id()), "UNKNOWN_PAYMENT", "payment"),
        (DisclosedSubject::Batch(list(1)), "UNKNOWN_BATCH", "batch"),
    ];
    for (subject, code, field) in subjects {
        let command = DisclosePersonalData { subject, ..asked() };
        let refused =
            decided(&Disclosure::Absent, command, DisclosureFacts::default()).unwrap_err();
        assert_eq!((refused.code(), refused.field().unwrap()), (code, &[field][..]));
    }
}
