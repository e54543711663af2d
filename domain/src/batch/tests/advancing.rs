//! Money that goes before its papers are complete, and the end of a batch.

use super::*;
use crate::events::EventError;

fn advance(number: u128, by: &str) -> BatchCommand {
    BatchCommand::AdvanceBatch(step(number, by))
}

fn complete(number: u128, by: &str) -> BatchCommand {
    BatchCommand::CompletePapers(step(number, by))
}

fn close(number: u128, by: &str) -> BatchCommand {
    BatchCommand::CloseBatch(step(number, by))
}

/// Drafted, submitted, advanced, papers reviewed, papers completed: the first so many of these steps.
fn emergency(steps: usize) -> Vec<BatchCommand> {
    let way = vec![
        draft(1, "maker", two_lines()),
        BatchCommand::SubmitBatch(step(2, "maker")),
        advance(3, "approver"),
        review_papers(4, "reviewer"),
        complete(5, "cashier"),
    ];
    way.into_iter().take(steps).collect()
}

#[test]
fn an_advance_needs_two_hands_and_its_papers_the_other_two() {
    for (steps, standing) in [(3, "advanced"), (4, "papers_reviewed"), (5, "released")] {
        assert_eq!(stands(&after(emergency(steps), &facts())), standing);
    }
    for (steps, command) in [
        (2, advance(9, "maker")),
        (3, review_papers(9, "maker")),
        (3, review_papers(9, "approver")),
        (4, complete(9, "maker")),
        (4, complete(9, "approver")),
        (4, complete(9, "reviewer")),
    ] {
        let officer = command.officer().clone();
        let refused = after(emergency(steps), &facts()).decide(command, &facts()).unwrap_err();
        assert_eq!(refused, BatchRefusal::SameOfficer { officer });
    }
}

#[test]
fn what_needs_more_than_one_approval_waits_for_them() {
    let facts = facts_needing(2);
    let refused = after(way(2), &facts).decide(advance(9, "approver"), &facts).unwrap_err();
    assert_eq!(refused, BatchRefusal::TooLargeToAdvance { needed: nonzero(2) });
    assert_eq!((refused.code(), refused.field()), ("TOO_LARGE_TO_ADVANCE", None));
}

#[test]
fn money_that_is_gone_is_neither_sent_back_nor_given_up() {
    for steps in [3, 4, 5] {
        let gone = after(emergency(steps), &facts());
        for command in [send_back(9, "cashier"), cancel(9, "maker"), release(9, "cashier")] {
            assert_eq!(gone.decide(command, &facts()).unwrap_err().code(), "WRONG_STAGE");
        }
    }
}

#[test]
fn no_entry_can_say_that_money_that_is_gone_was_sent_back_or_given_up() {
    let submitted = after(emergency(2), &facts());
    for (command, event) in
        [(send_back(9, "cashier"), "BatchSentBack v1"), (cancel(9, "maker"), "BatchCancelled v1")]
    {
        let decided = submitted.decide(command, &facts()).unwrap().unwrap();
        let payload = String::from_utf8(decided.payload()).unwrap();
        assert!(BatchEvent::parse(event, payload.as_bytes()).is_ok());
        for stage in ["advanced", "papers-reviewed", "released", "closed"] {
            let forged = payload.replace("submitted-of-1", stage);
            assert_ne!(forged, payload);
            let parsed = BatchEvent::parse(event, forged.as_bytes());
            assert!(matches!(parsed, Err(EventError::Malformed { .. })), "{event} from {stage}");
        }
    }
}

#[test]
fn what_is_advanced_is_the_list_that_was_submitted() {
    let expected = LIST;
    for digest in [Some(OTHER_LIST), None] {
        let changed = BatchFacts { digest, ..facts() };
        let submitted = after(emergency(2), &facts());
        let refused = submitted.decide(advance(9, "approver"), &changed).unwrap_err();
        assert_eq!(refused, BatchRefusal::ListDiffers { expected });
    }
    let other = |number, by| StepBatch { digest: OTHER_LIST, ..step(number, by) };
    for (steps, command) in [
        (2, BatchCommand::AdvanceBatch(other(9, "approver"))),
        (4, BatchCommand::CompletePapers(other(9, "cashier"))),
    ] {
        let refused = after(emergency(steps), &facts()).decide(command, &facts()).unwrap_err();
        assert_eq!(refused, BatchRefusal::ListDiffers { expected });
    }
}

#[test]
fn a_batch_is_closed_when_a_bank_has_answered_for_every_line() {
    for (way, number) in [(way(5), 9), (emergency(5), 10)] {
        let released = after(way, &facts());
        for (unanswered, lines) in [(None, 2), (Some(1), 1)] {
            let waiting = BatchFacts { unanswered, ..facts() };
            let refused = released.decide(close(number, "reviewer"), &waiting).unwrap_err();
            assert_eq!(refused, BatchRefusal::LinesUnanswered { lines });
            assert_eq!((refused.code(), refused.field()), ("LINES_UNANSWERED", None));
        }
        let answered = BatchFacts { unanswered: Some(0), ..facts() };
        // Whoever had a hand in it may: nothing is decided.
        let closed = released.decide(close(number, "reviewer"), &answered).unwrap().unwrap();
        let mut batch = released.clone();
        batch.apply(closed);
        assert_eq!(stands(&batch), "closed");
        assert_eq!(batch.decide(close(number, "reviewer"), &answered), Ok(None));
        let again = batch.decide(close(11, "maker"), &answered).unwrap_err();
        assert_eq!(again.code(), "WRONG_STAGE");
    }
    let early = BatchFacts { unanswered: Some(0), ..facts() };
    for steps in [3, 4] {
        let refused = after(emergency(steps), &facts()).decide(close(9, "maker"), &early);
        assert_eq!(refused.unwrap_err().code(), "WRONG_STAGE");
    }
}

#[test]
fn the_same_papers_again_are_recognised() {
    let done = after(emergency(5), &facts());
    for command in emergency(5) {
        assert_eq!(done.decide(command, &facts()), Ok(None));
    }
    let BatchCommand::ReviewPapers(asked) = review_papers(4, "reviewer") else { unreachable!() };
    let other = ReviewPapers { document: document("别号"), ..asked };
    let refused = done.decide(BatchCommand::ReviewPapers(other), &facts()).unwrap_err();
    assert_eq!(refused.field().unwrap(), ["document"]);
}

#[test]
fn no_step_of_an_advance_can_be_left_out() {
    let mut held = BTreeSet::new();
    let mut batch = Batch::Absent;
    let mut events = vec![];
    for command in emergency(5) {
        let event = batch.decide(command, &facts()).unwrap().unwrap();
        batch.apply(event.clone());
        events.push(event);
    }
    let [drafted, submitted, advanced, reviewed, completed] =
        <[BatchEvent; 5]>::try_from(events).unwrap();
    for event in [&drafted, &submitted] {
        book(&mut held, event).unwrap();
    }
    for event in [&reviewed, &completed] {
        assert!(book(&mut held.clone(), event).is_err());
    }
    book(&mut held, &advanced).unwrap();
    for event in [&advanced, &completed] {
        assert!(book(&mut held.clone(), event).is_err());
    }
    book(&mut held, &reviewed).unwrap();
    assert_eq!(book(&mut held, &completed), Ok(()));
}

#[test]
fn an_advance_of_a_sum_that_needs_two_approvals_finds_no_such_stage() {
    let facts = facts_needing(2);
    let mut held = BTreeSet::new();
    let mut batch = Batch::Absent;
    for command in emergency(2) {
        let event = batch.decide(command, &facts).unwrap().unwrap();
        book(&mut held, &event).unwrap();
        batch.apply(event);
    }
    let list = batch.drafted().unwrap().list;
    let StepBatch { batch, step, officer, .. } = step(3, "approver");
    let advanced = BatchAdvanced { batch, step, round: 1, officer, list };
    assert!(book(&mut held, &BatchEvent::BatchAdvanced(advanced)).is_err());
}
