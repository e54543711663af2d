//! What the lines of a file of results lead to.

use super::*;
use crate::bank_results::{BankAnswer, BankOutcome, RecordBankResults};
use crate::ids::BankResultsId;
use crate::money::Money;
use crate::vocabulary::ReturnReason;

fn asked() -> RecordBankResults {
    match fixture("RecordBankResults") {
        AnyCommand::BankResults(BankResultsCommand::RecordBankResults(command)) => *command,
        other => unreachable!("{other:?}"),
    }
}

fn answer(command: RecordBankResults, events: &[AnyEvent]) -> Result<(), NotCarriedOut> {
    let command = BankResultsCommand::RecordBankResults(Box::new(command));
    AnyCommand::from(command).carried_out_by(events)
}

#[test]
fn lines_that_are_about_no_payment_on_its_way_lead_to_nothing() {
    let events = decided(fixture("RecordBankResults"));
    let names: Vec<&str> = events.iter().map(AnyEvent::name).collect();
    let expected =
        ["BankResultsRecorded v1", "PaymentSettled v1", "PaymentReturned v1", "PaymentReturned v1"];
    assert_eq!(names, expected);
    assert_eq!(answer(asked(), &events), Ok(()));
}

#[test]
fn each_entry_is_what_its_line_says_and_no_line_counts_twice() {
    let events = decided(fixture("RecordBankResults"));
    let changed = |line: usize, change: fn(&mut BankAnswer)| {
        let mut command = asked();
        change(command.answers.get_mut(line).unwrap());
        answer(command, &events)
    };
    let other_kind = |index, event| {
        let command = "RecordBankResults";
        Err(NotCarriedOut::OtherKind { index, command, event })
    };
    let told =
        changed(0, |line| line.occurred_on = crate::calendar::Day::parse("2020-06-18").unwrap());
    assert_eq!(told, other_content(1, "occurred_on"));
    let told = changed(2, |line| {
        let reason = ReturnReason::AccountFrozen;
        line.outcome =
            BankOutcome::PartlyPaid { settled_fen: Money::from_fen(100_000).unwrap(), reason };
    });
    assert_eq!(told, other_content(2, "reason"));
    let told = changed(2, |line| {
        let reason = ReturnReason::RejectedByBank;
        line.outcome =
            BankOutcome::PartlyPaid { settled_fen: Money::from_fen(100_001).unwrap(), reason };
    });
    assert_eq!(told, other_content(2, "returned_fen"));
    let told = changed(2, |line| line.outcome = BankOutcome::Settled { amount_fen: None });
    assert_eq!(told, other_kind(2, "PaymentReturned v1"));
    let told = changed(0, |line| {
        line.outcome = BankOutcome::Settled { amount_fen: Some(Money::from_fen(1).unwrap()) };
    });
    assert_eq!(told, other_kind(1, "PaymentSettled v1"));
    let told = changed(0, |line| line.payment = PaymentId::from_uuid(uuid::Uuid::nil()));
    assert_eq!(told, other_kind(1, "PaymentSettled v1"));
    let told = changed(3, |line| line.payment = PaymentId::from_uuid(uuid::Uuid::nil()));
    assert_eq!(told, other_kind(3, "PaymentReturned v1"));
    let told = changed(3, |line| {
        line.outcome = BankOutcome::Returned { amount_fen: None, reason: ReturnReason::HolderDead };
    });
    assert_eq!(told, other_content(3, "reason"));
    // The line that led to nothing is not looked at: it is kept, and counted.
    assert_eq!(changed(1, |line| line.outcome = BankOutcome::Settled { amount_fen: None }), Ok(()));

    let mut swapped = events.clone();
    swapped.swap(1, 2);
    assert_eq!(answer(asked(), &swapped), other_kind(2, "PaymentSettled v1"));
    let mut twice = events.clone();
    *twice.get_mut(2).unwrap() = twice.get(1).unwrap().clone();
    assert_eq!(answer(asked(), &twice), other_kind(2, "PaymentSettled v1"));
    let mut of_a_batch = events.clone();
    *of_a_batch.get_mut(1).unwrap() = decided(fixture("ReleaseBatch")).pop().unwrap();
    assert_eq!(answer(asked(), &of_a_batch), other_kind(1, "PaymentInstructed v1"));
}

#[test]
fn the_numbers_of_the_lines_are_those_of_the_file() {
    let events = decided(fixture("RecordBankResults"));
    let (_, fewer) = events.split_last().unwrap();
    let told = NotCarriedOut::OtherNumber { asked: 4, recorded: 3 };
    assert_eq!(answer(asked(), fewer), Err(told));
    let mut command = asked();
    command.answers.push(*command.answers.first().unwrap());
    assert_eq!(answer(command, &events), other_content(0, "unmatched"));
    let mut command = asked();
    command.results = BankResultsId::from_uuid(uuid::Uuid::nil());
    assert_eq!(answer(command, &events), other_content(0, "results"));
}
