//! Random steps by many officers.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};

use super::*;
use crate::events::AnyEvent;

#[derive(Debug, Clone)]
struct Asked {
    command: usize,
    officer: usize,
    list: bool,
}

fn asked() -> impl Strategy<Value = Asked> {
    let command = prop_oneof![
        40 => 0..5usize,
        2 => Just(5),
        4 => 6..10usize,
    ];
    (command, 0..6usize, prop::bool::weighted(0.9)).prop_map(|(command, officer, list)| Asked {
        command,
        officer,
        list,
    })
}

/// What became of one batch of which random commands were asked.
struct Life {
    batch: Batch,
    events: Vec<BatchEvent>,
}

/// Asks a batch, and holds what it decides to what the append and every verifier hold it to.
fn live(asked: Vec<Asked>, facts: &BatchFacts) -> Result<Life, TestCaseError> {
    let mut batch = Batch::Absent;
    let mut held = BTreeSet::new();
    let mut events: Vec<BatchEvent> = Vec::new();
    for (number, Asked { command, officer, list }) in (1..).zip(asked) {
        let by = format!("w-{officer}");
        let command = match command {
            0 => draft(number, &by, two_lines()),
            1 => BatchCommand::SubmitBatch(step(number, &by)),
            2 => BatchCommand::ReviewBatch(step(number, &by)),
            3 => approve(number, &by, if list { LIST } else { OTHER_LIST }),
            4 => release(number, &by),
            6 => BatchCommand::AdvanceBatch(step(number, &by)),
            7 => review_papers(number, &by),
            8 => BatchCommand::CompletePapers(step(number, &by)),
            9 => BatchCommand::CloseBatch(step(number, &by)),
            _ if list => send_back(number, &by),
            _ => cancel(number, &by),
        };
        let event = match batch.decide(command, facts) {
            Ok(Some(event)) => event,
            Ok(None) => unreachable!("every step has an id of its own"),
            Err(_) => continue,
        };
        prop_assert_eq!(book(&mut held, &event), Ok(()));
        let any = AnyEvent::from(event.clone());
        prop_assert_eq!(AnyEvent::parse("batch", event.name(), &event.payload()), Ok(any));
        batch.apply(event.clone());
        events.push(event);
    }
    Ok(Life { batch, events })
}

/// Everybody who had a hand in the round that was released.
fn hands_in(events: &[BatchEvent], released: u32) -> Vec<&OfficerId> {
    let of_the_round = |event: &&BatchEvent| match event {
        BatchEvent::BatchSubmitted(event) => event.round == released,
        BatchEvent::BatchReviewed(event) => event.round == released,
        BatchEvent::BatchApproved(event) => event.round == released,
        BatchEvent::BatchReleased(_)
        | BatchEvent::BatchAdvanced(_)
        | BatchEvent::PapersReviewed(_)
        | BatchEvent::PapersCompleted(_) => true,
        _ => false,
    };
    events.iter().filter(of_the_round).map(BatchEvent::officer).collect()
}

#[test]
fn whatever_is_asked_by_whomever_four_different_people_release_a_batch() {
    let cases = (prop::collection::vec(asked(), 0..400), 1..3u32);
    let (released, sent_back, advanced) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let outcome = runner.run(&cases, |(asked, approvals)| {
        let facts = BatchFacts { unanswered: Some(0), ..facts_needing(approvals) };
        let Life { batch, events } = live(asked, &facts)?;
        // Nothing follows but its closing.
        let last = events.iter().rfind(|event| !matches!(event, BatchEvent::BatchClosed(_)));
        let round = match last {
            Some(BatchEvent::BatchReleased(event)) => Some(event.round),
            Some(BatchEvent::PapersCompleted(event)) => Some(event.round),
            _ => None,
        };
        if let Some(round) = round {
            let hands = hands_in(&events, round);
            let people: BTreeSet<&OfficerId> = hands.iter().copied().collect();
            prop_assert_eq!(hands.len(), people.len());
            prop_assert_eq!(people.len(), 3 + usize::try_from(approvals).unwrap());
            released.set(released.get() + 1);
            sent_back.set(sent_back.get() + u32::from(round > 1));
            let advance = matches!(last, Some(BatchEvent::PapersCompleted(_)));
            advanced.set(advanced.get() + u32::from(advance));
        }
        let mut replayed = Batch::Absent;
        events.into_iter().for_each(|event| replayed.apply(event));
        prop_assert_eq!(replayed, batch);
        Ok(())
    });
    outcome.unwrap();
    // Chance did get to the end, also by way of a second round.
    assert!(released.get() > 200, "{released:?} of 2,000 batches were released");
    assert!(advanced.get() > 20, "{advanced:?} of them in an emergency");
    assert!(sent_back.get() > 20, "{sent_back:?} of them in a later round");
}
