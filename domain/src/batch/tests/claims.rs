//! What the append and every verifier hold a batch to, whatever recorded it.

use super::*;

#[test]
fn claims_of_a_batch_are_read_back() {
    for event in way(5).into_iter().scan(Batch::Absent, |batch, command| {
        let event = batch.decide(command, &facts()).unwrap().unwrap();
        batch.apply(event.clone());
        Some(event)
    }) {
        let effects = event.effects();
        for claim in effects.claims.into_iter().chain(effects.releases) {
            assert_eq!(Claim::parse(&claim.to_string()), Some(claim));
        }
    }
}

#[test]
fn no_step_can_say_that_fewer_approvals_are_needed() {
    let facts = facts_needing(2);
    let mut held = BTreeSet::new();
    let mut batch = Batch::Absent;
    for command in way(4) {
        let event = batch.decide(command, &facts).unwrap().unwrap();
        book(&mut held, &event).unwrap();
        batch.apply(event);
    }
    let list = batch.drafted().unwrap().list;
    let StepBatch { batch, step, officer, .. } = step(9, "cashier");
    let released = |approvals| {
        let (officer, approvals) = (officer.clone(), nonzero(approvals));
        BatchEvent::BatchReleased(BatchReleased { batch, step, round: 1, officer, approvals, list })
    };
    for approvals in [1, 2] {
        assert!(book(&mut held.clone(), &released(approvals)).is_err(), "{approvals}");
    }
    let officer = officer.clone();
    let (round, approval, approvals, digest) = (1, nonzero(1), nonzero(1), LIST);
    let approved = BatchApproved { batch, step, round, officer, approval, approvals, digest };
    assert!(book(&mut held, &BatchEvent::BatchApproved(approved)).is_err());
}

#[test]
fn no_step_can_go_on_with_another_list() {
    let mut held = BTreeSet::new();
    let mut batch = Batch::Absent;
    for command in way(4) {
        let event = batch.decide(command, &facts()).unwrap().unwrap();
        book(&mut held, &event).unwrap();
        batch.apply(event);
    }
    let released = batch.decide(release(9, "cashier"), &facts()).unwrap().unwrap();
    let BatchEvent::BatchReleased(mut other) = released.clone() else { unreachable!() };
    other.list.digest = OTHER_LIST;
    assert!(book(&mut held.clone(), &BatchEvent::BatchReleased(other)).is_err());
    assert_eq!(book(&mut held, &released), Ok(()));
}

#[test]
fn a_batch_goes_one_way_and_ends_once() {
    let mut held = BTreeSet::new();
    let mut batch = Batch::Absent;
    let mut submitted = None;
    for command in way(5) {
        let event = batch.decide(command, &facts()).unwrap().unwrap();
        book(&mut held, &event).unwrap();
        submitted =
            submitted.or(matches!(event, BatchEvent::BatchSubmitted(_)).then(|| event.clone()));
        batch.apply(event);
    }
    let Some(BatchEvent::BatchSubmitted(submitted)) = submitted else { unreachable!() };
    let another_round = BatchSubmitted { round: 2, ..submitted };
    assert!(book(&mut held.clone(), &BatchEvent::BatchSubmitted(another_round)).is_err());
    let cancelled = after(way(1), &facts()).decide(cancel(9, "maker"), &facts()).unwrap().unwrap();
    assert!(book(&mut held, &cancelled).is_err());
}

#[test]
fn a_step_is_about_the_list_that_was_looked_at() {
    for (steps, command) in [
        (1, BatchCommand::SubmitBatch(StepBatch { digest: OTHER_LIST, ..step(9, "maker") })),
        (2, BatchCommand::ReviewBatch(StepBatch { digest: OTHER_LIST, ..step(9, "reviewer") })),
        (3, approve(9, "approver", OTHER_LIST)),
    ] {
        let refused = after(way(steps), &facts()).decide(command, &facts()).unwrap_err();
        assert_eq!(refused, BatchRefusal::ListDiffers { expected: LIST });
    }
}

#[test]
fn a_draft_under_the_id_of_another_step_is_refused() {
    let mut commands = way(2);
    commands.push(send_back(6, "reviewer"));
    let back = after(commands, &facts());
    for number in [2, 6] {
        let refused = back.decide(draft(number, "maker", two_lines()), &facts()).unwrap_err();
        let field = &["id"];
        assert_eq!(refused, BatchRefusal::StepIdReusedWithOtherContent { field });
    }
}
