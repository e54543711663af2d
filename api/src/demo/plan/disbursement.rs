//! A list that leaves by a batch, and everything that follows from what the bank answers.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "a batch has at most ten thousand lines, and each makes a few entries"
)]

use crate::requests::{
    BankResultsRequest, DraftBatchRequest, ReceiveRecoveryRequest, RecoveryDecisionRequest,
    ReversePaymentRequest,
};

/// The most lines of one batch.
pub const LONGEST_BATCH: usize = 10_000;

/// The entries of a batch itself: drafted, submitted, reviewed, approved, released, closed.
const STEPS_OF_A_BATCH: usize = 6;

/// A list that is paid, to its end: nothing is on its way afterwards and nothing is still to come.
#[derive(Debug, Clone)]
pub struct Disbursement {
    /// The list, and what the bank says of it.
    pub batch: PaidBatch,
    /// What came back and is given up.
    pub given_up: Vec<ReversePaymentRequest>,
    /// What came back and is paid out again.
    pub again: Option<PaidBatch>,
    /// What was paid too much and is asked back.
    pub recoveries: Vec<Recovery>,
}

/// A batch from its draft to what the bank says of it.
#[derive(Debug, Clone)]
pub struct PaidBatch {
    /// The list.
    pub draft: DraftBatchRequest,
    /// Payments that are reversed after the release, before the bank comes to them.
    pub taken_back: Vec<ReversePaymentRequest>,
    /// What the bank says of all others.
    pub results: BankResultsRequest,
}

/// What is asked back of a payment that was too much, and what becomes of that.
#[derive(Debug, Clone)]
pub struct Recovery {
    /// Asks it back.
    pub order: RecoveryDecisionRequest,
    /// What comes in, in its order.
    pub receipts: Vec<ReceiveRecoveryRequest>,
    /// Gives up what does not come in.
    pub waiver: Option<RecoveryDecisionRequest>,
}

impl Disbursement {
    /// How many entries it makes.
    pub fn entries(&self) -> usize {
        let recoveries: usize = self.recoveries.iter().map(Recovery::entries).sum();
        let again = self.again.as_ref().map_or(0, PaidBatch::entries);
        self.batch.entries() + self.given_up.len() + again + recoveries
    }
}

impl PaidBatch {
    fn entries(&self) -> usize {
        entries_of_batch(self.draft.rows.len(), self.taken_back.len() + self.results.lines.len())
    }
}

impl Recovery {
    fn entries(&self) -> usize {
        1 + self.receipts.len() + usize::from(self.waiver.is_some())
    }
}

/// The entries of a batch with so many lines, for so many of which it is told what became of them: each is a
/// payment and an answer or a reversal, and the bank's file is an entry too.
pub(super) fn entries_of_batch(lines: usize, told: usize) -> usize {
    STEPS_OF_A_BATCH + lines + 1 + told
}
