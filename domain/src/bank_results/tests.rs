#![allow(clippy::unwrap_used)]

use super::*;
use crate::examples::{commitment, uuid};
use crate::ids::BankResultsId;

fn record() -> BankResultsCommand {
    BankResultsCommand::RecordBankResults(Box::new(RecordBankResults {
        results: BankResultsId::from_uuid(uuid(1)),
        file: commitment(2),
        answers: Vec::new(),
    }))
}

#[test]
fn a_file_is_recorded_with_the_numbers_of_its_lines_and_once() {
    let facts = BankResultsFacts { answered: 3, unmatched: 1 };
    let event = BankResults::Absent.decide(record(), &facts).unwrap().unwrap();
    let BankResultsEvent::BankResultsRecorded(recorded) = &event;
    assert_eq!((recorded.answered, recorded.unmatched), (3, 1));
    assert_eq!(record().stream_id(), recorded.results.to_string());
    let mut state = BankResults::default();
    state.apply(event);
    // What its lines lead to by now does not matter any more.
    let later = BankResultsFacts { answered: 0, unmatched: 4 };
    assert_eq!(state.decide(record(), &later), Ok(None));
}
