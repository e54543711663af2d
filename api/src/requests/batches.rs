//! What is asked about batches: their lists, steps and rules, and what a bank answers.

use domain::bank_results::BankOutcome;
use domain::calendar::{Day, Month};
use domain::ids::ProgrammeId;
use domain::regulation::ApprovalBand;
use domain::text::{DocumentNumber, PlainName};
use ledger::hash::Hash;

use super::{ClientId, PaymentRequest};

/// Asks to make the list of a batch.
#[derive(Debug, Clone)]
pub struct DraftBatchRequest {
    /// The client's id of the draft.
    pub id: ClientId,
    /// The client's id of the batch.
    pub batch: ClientId,
    /// What it is for.
    pub title: PlainName,
    /// The payments that it is to make.
    pub rows: Vec<PaymentRequest>,
}

/// Asks which payments a programme's live grants are due for a month.
#[derive(Debug, Clone)]
pub struct ProposalRequest {
    /// The programme, which pays as grants.
    pub programme: ProgrammeId,
    /// The month that is to be paid for.
    pub month: Month,
    /// The client's id, or the name, of the fund.
    pub fund: String,
    /// The day of the payments.
    pub occurred_on: Day,
}

/// Asks for a step of a batch.
#[derive(Debug, Clone)]
pub struct BatchStepRequest {
    /// The client's id of the step.
    pub id: ClientId,
    /// The client's id of the batch.
    pub batch: String,
}

/// Asks to record what a bank answered. It has no id of the client's: the file's content is its identity.
#[derive(Debug, Clone)]
pub struct BankResultsRequest {
    /// SHA-256 of the file's bytes.
    pub file: Hash,
    /// Its lines in their order, at least one.
    pub lines: Vec<BankAnswerRequest>,
}

/// What a line of a bank's file says.
#[derive(Debug, Clone)]
pub struct BankAnswerRequest {
    /// The row as a spreadsheet numbers it, the header being 1.
    pub row: u64,
    /// The client's id of the payment.
    pub payment: ClientId,
    /// The day on which it was credited or came back.
    pub occurred_on: Day,
    /// What became of it.
    pub outcome: BankOutcome,
}

/// Asks to say how many officers must approve which sum.
#[derive(Debug, Clone)]
pub struct SetApprovalBandsRequest {
    /// The client's id of it.
    pub id: ClientId,
    /// In ascending order of their amounts.
    pub bands: Vec<ApprovalBand>,
    /// The document that says so.
    pub document: DocumentNumber,
}
