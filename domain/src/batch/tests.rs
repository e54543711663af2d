#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod advancing;
mod claims;
mod random;
mod stages;

use std::collections::{BTreeMap, BTreeSet};

use cqrs_es::Aggregate;

use super::*;
use crate::effects::Claim;
use crate::events::RecordedEvent;
use crate::examples::{
    DIBAO, commitment, day, document, fund_id, household, months, name, programme, region, uuid,
    yuan,
};
use crate::ids::{BatchId, OfficerId, PaymentId, RegulationId, StepId};
use crate::payment::{Payout, Recipient, RecordPayment, RequestedAid};
use crate::refusal::Refusal;
use crate::regulation::{ApprovalBand, RegulationCommand, SetApprovalBands};
use crate::vocabulary::Channel;

const LIST: ListDigest = ListDigest::from_bytes([1; 32]);
const OTHER_LIST: ListDigest = ListDigest::from_bytes([2; 32]);

fn batch_id() -> BatchId {
    BatchId::from_uuid(uuid(0xb0))
}

fn officer(id: &str) -> OfficerId {
    OfficerId::parse(id).unwrap()
}

fn step_id(number: u128) -> StepId {
    StepId::from_uuid(uuid(0x5000 + number))
}

fn line(number: u128, amount: &str) -> RecordPayment {
    let (programme, fund) = (programme(DIBAO), fund_id());
    let months = months("2020-06", "2020-06");
    RecordPayment {
        payment: PaymentId::from_uuid(uuid(number)),
        aid: RequestedAid::GrantPayment { programme, fund, months, grant: None },
        amount: Some(yuan(amount)),
        occurred_on: day("2020-06-15"),
        recipient: Recipient {
            person: None,
            household: Some(household(number)),
            members: vec![],
            covered_persons: 1,
            region: region("320404"),
            residency: None,
        },
        payout: Payout { channel: Channel::Bank, account: None, payee: None, document: None },
        reissues: None,
    }
}

fn draft(number: u128, by: &str, lines: Vec<RecordPayment>) -> BatchCommand {
    BatchCommand::DraftBatch(Box::new(DraftBatch {
        batch: batch_id(),
        step: step_id(number),
        officer: officer(by),
        title: name("2020年6月低保"),
        lines,
    }))
}

fn two_lines() -> Vec<RecordPayment> {
    vec![line(1, "900.00"), line(2, "600.00")]
}

fn step(number: u128, by: &str) -> StepBatch {
    let (batch, step, officer) = (batch_id(), step_id(number), officer(by));
    StepBatch { batch, step, officer, digest: LIST }
}

fn approve(number: u128, by: &str, digest: ListDigest) -> BatchCommand {
    let StepBatch { batch, step, officer, .. } = step(number, by);
    BatchCommand::ApproveBatch(ApproveBatch { batch, step, officer, digest })
}

fn release(number: u128, by: &str) -> BatchCommand {
    let StepBatch { batch, step, officer, digest } = step(number, by);
    BatchCommand::ReleaseBatch(ReleaseBatch { batch, step, officer, digest })
}

fn send_back(number: u128, by: &str) -> BatchCommand {
    let StepBatch { batch, step, officer, .. } = step(number, by);
    BatchCommand::SendBackBatch(SendBackBatch { batch, step, officer, reason: commitment(7) })
}

fn cancel(number: u128, by: &str) -> BatchCommand {
    let StepBatch { batch, step, officer, .. } = step(number, by);
    BatchCommand::CancelBatch(CancelBatch { batch, step, officer, reason: commitment(7) })
}

fn review_papers(number: u128, by: &str) -> BatchCommand {
    let StepBatch { batch, step, officer, digest } = step(number, by);
    let document = document("补〔2020〕2号");
    BatchCommand::ReviewPapers(ReviewPapers { batch, step, officer, digest, document })
}

fn facts() -> BatchFacts {
    BatchFacts { digest: Some(LIST), ..BatchFacts::default() }
}

/// Facts where every batch needs so many approvals.
fn facts_needing(approvals: u32) -> BatchFacts {
    let bands = vec![ApprovalBand { from_fen: yuan("0.01"), approvals }];
    let regulation = RegulationId::from_uuid(uuid(1));
    let command = SetApprovalBands { regulation, bands, document: document("文") };
    let mut standing = Regulation::default();
    let decided = standing.decide(RegulationCommand::SetApprovalBands(command), &());
    standing.apply(decided.unwrap().unwrap());
    let approvals = Arc::new(standing);
    BatchFacts { digest: Some(LIST), approvals, approvals_sequence: 1, unanswered: None }
}

fn after(commands: Vec<BatchCommand>, facts: &BatchFacts) -> Batch {
    let mut batch = Batch::Absent;
    for command in commands {
        let event = batch.decide(command, facts).unwrap().unwrap();
        batch.apply(event);
    }
    batch
}

fn nonzero(number: u32) -> std::num::NonZeroU32 {
    number.try_into().unwrap()
}

fn stands(batch: &Batch) -> &'static str {
    batch.stands().map_or("absent", Standing::as_str)
}

/// Drafted, submitted, reviewed, approved: the first so many of these steps.
fn way(steps: usize) -> Vec<BatchCommand> {
    let way = vec![
        draft(1, "maker", two_lines()),
        BatchCommand::SubmitBatch(step(2, "maker")),
        BatchCommand::ReviewBatch(step(3, "reviewer")),
        approve(4, "approver", LIST),
        release(5, "cashier"),
    ];
    way.into_iter().take(steps).collect()
}

#[test]
fn a_batch_passes_through_four_hands() {
    let released = after(way(5), &facts());
    assert_eq!(stands(&released), "released");
    let drafted = released.drafted().unwrap();
    assert_eq!(drafted.list, SealedList { lines: 2, total_fen: yuan("1500.00"), digest: LIST });
    for (steps, stands, approvals) in [
        (0, "absent", None),
        (1, "drafted", None),
        (2, "submitted", Some((0, 1))),
        (3, "reviewed", Some((0, 1))),
        (4, "approved", Some((1, 1))),
    ] {
        let batch = after(way(steps), &facts());
        assert_eq!((self::stands(&batch), batch.approvals()), (stands, approvals));
    }
}

#[test]
fn nobody_has_a_hand_in_a_batch_twice() {
    for (steps, command) in [
        (2, BatchCommand::ReviewBatch(step(9, "maker"))),
        (3, approve(9, "maker", LIST)),
        (3, approve(9, "reviewer", LIST)),
        (4, release(9, "maker")),
        (4, release(9, "reviewer")),
        (4, release(9, "approver")),
    ] {
        let officer = command.officer().clone();
        let refused = after(way(steps), &facts()).decide(command, &facts()).unwrap_err();
        assert_eq!(refused, BatchRefusal::SameOfficer { officer });
        assert_eq!(refused.code(), "SAME_OFFICER");
    }
    let stranger = BatchCommand::SubmitBatch(step(9, "somebody"));
    let refused = after(way(1), &facts()).decide(stranger, &facts()).unwrap_err();
    assert_eq!(refused, BatchRefusal::NotTheMaker { maker: officer("maker") });
}

#[test]
fn what_is_approved_and_released_is_the_list_that_was_drafted() {
    let expected = LIST;
    let other = approve(9, "approver", OTHER_LIST);
    let refused = after(way(3), &facts()).decide(other, &facts()).unwrap_err();
    assert_eq!(refused, BatchRefusal::ListDiffers { expected });
    assert_eq!((refused.code(), refused.field().unwrap()), ("LIST_DIFFERS", &["digest"][..]));
    for digest in [Some(OTHER_LIST), None] {
        let changed = BatchFacts { digest, ..facts() };
        let refused = after(way(4), &facts()).decide(release(9, "cashier"), &changed).unwrap_err();
        assert_eq!(refused, BatchRefusal::ListDiffers { expected });
    }
}

#[test]
fn a_large_batch_needs_as_many_approvals_as_its_band_says() {
    let facts = facts_needing(3);
    let mut batch = after(way(4), &facts);
    let early = batch.decide(release(9, "cashier"), &facts).unwrap_err();
    assert_eq!(early, BatchRefusal::ApprovalsMissing { given: 1, needed: nonzero(3) });
    let again = batch.decide(approve(9, "approver", LIST), &facts).unwrap_err();
    assert_eq!(again, BatchRefusal::SameOfficer { officer: officer("approver") });
    for (number, by) in [(10, "second"), (11, "third")] {
        let event = batch.decide(approve(number, by, LIST), &facts).unwrap().unwrap();
        batch.apply(event);
    }
    assert_eq!(batch.approvals(), Some((3, 3)));
    let fourth = batch.decide(approve(12, "fourth", LIST), &facts).unwrap_err();
    assert_eq!(fourth.code(), "WRONG_STAGE");
    let released = batch.decide(release(13, "cashier"), &facts).unwrap().unwrap();
    let BatchEvent::BatchReleased(released) = released else { unreachable!() };
    assert_eq!(released.approvals, nonzero(3));
}

#[test]
fn a_batch_that_was_sent_back_begins_another_round() {
    let mut commands = way(4);
    commands.push(send_back(6, "cashier"));
    let back = after(commands.clone(), &facts());
    assert_eq!((stands(&back), back.approvals()), ("drafted", None));
    commands.extend([
        draft(7, "another", vec![line(3, "1.00")]),
        BatchCommand::SubmitBatch(step(8, "another")),
        // In another round everybody may be somebody else than before.
        BatchCommand::ReviewBatch(step(9, "maker")),
    ]);
    let again = after(commands, &facts());
    assert_eq!(stands(&again), "reviewed");
    assert_eq!(again.drafted().unwrap().list.lines, 1);
    let hand = again.decide(approve(10, "another", LIST), &facts()).unwrap_err();
    assert_eq!(hand.code(), "SAME_OFFICER");
}

#[test]
fn the_same_step_again_is_recognised_also_after_others() {
    let released = after(way(5), &facts());
    for command in way(5) {
        assert_eq!(released.decide(command, &facts()), Ok(None));
    }
    for (other, field) in [
        (BatchCommand::ReviewBatch(step(2, "maker")), "id"),
        (BatchCommand::SubmitBatch(step(2, "another")), "officer"),
        (approve(4, "approver", OTHER_LIST), "digest"),
        (draft(1, "another", two_lines()), "officer"),
        (draft(1, "maker", vec![line(1, "900.00")]), "lines"),
    ] {
        let refused = released.decide(other, &facts()).unwrap_err();
        assert_eq!(refused.code(), "ID_REUSED_WITH_OTHER_CONTENT");
        assert_eq!(refused.field().unwrap(), [field]);
    }
    let mut commands = way(2);
    commands.push(send_back(6, "reviewer"));
    let back = after(commands, &facts());
    let StepBatch { batch, step, officer, .. } = step(6, "reviewer");
    let other = SendBackBatch { batch, step, officer, reason: commitment(8) };
    let refused = back.decide(BatchCommand::SendBackBatch(other), &facts()).unwrap_err();
    assert_eq!(refused.field().unwrap(), ["reason"]);
}

#[test]
fn a_list_has_lines_with_amounts_none_of_them_twice() {
    let refused = |lines: Vec<RecordPayment>| {
        Batch::Absent.decide(draft(1, "maker", lines), &facts()).unwrap_err()
    };
    assert_eq!(refused(vec![]), BatchRefusal::EmptyList);
    let twice = vec![line(1, "1.00"), line(2, "1.00"), line(1, "2.00")];
    let payment = PaymentId::from_uuid(uuid(1));
    assert_eq!(refused(twice), BatchRefusal::PaymentTwice { line: 3, payment });
    let silent = RecordPayment { amount: None, ..line(2, "1.00") };
    assert_eq!(refused(vec![line(1, "1.00"), silent]), BatchRefusal::NoMoney { line: 2 });
    let most = "90071992547409.91";
    let dear = vec![line(1, most), line(2, "0.01")];
    assert_eq!(refused(dear), BatchRefusal::TotalOutOfRange);
    let unknown = Batch::Absent.decide(release(1, "cashier"), &facts()).unwrap_err();
    assert_eq!(unknown, BatchRefusal::UnknownBatch { batch: batch_id() });
    for refusal in [
        refused(vec![]),
        unknown,
        BatchRefusal::NoMoney { line: 2 },
        BatchRefusal::TotalOutOfRange,
        BatchRefusal::PaymentTwice { line: 3, payment },
        BatchRefusal::WrongStage { stands: Standing::Drafted },
        BatchRefusal::NotTheMaker { maker: officer("m") },
        BatchRefusal::SameOfficer { officer: officer("m") },
        BatchRefusal::ApprovalsMissing { given: 1, needed: nonzero(2) },
        BatchRefusal::TooLargeToAdvance { needed: nonzero(2) },
        BatchRefusal::LinesUnanswered { lines: 3 },
        BatchRefusal::ListDiffers { expected: LIST },
    ] {
        let message = refusal.message();
        let (chinese, english) = message.split_once(" / ").unwrap();
        assert!(!chinese.is_ascii() && english.is_ascii(), "{message}");
    }
}

#[test]
fn the_head_of_a_list_is_what_its_documentation_says() {
    let head = SealedList::head(batch_id(), 2, yuan("1500.00"));
    let expected = "mingzhang batch v1\n00000000-0000-0000-0000-0000000000b0\n2\n150000\n";
    assert_eq!(String::from_utf8(head).unwrap(), expected);
}

/// Holds claims as the append does: gives back what is held, and takes what is free.
fn book(held: &mut BTreeSet<String>, event: &BatchEvent) -> Result<(), String> {
    let effects = event.effects();
    for claim in &effects.releases {
        if !held.remove(&claim.to_string()) {
            return Err(format!("{claim} was given back and not held"));
        }
    }
    for claim in &effects.claims {
        if !held.insert(claim.to_string()) {
            return Err(format!("{claim} is held already"));
        }
    }
    Ok(())
}
