//! What a client asks to be recorded, parsed but not yet decided: names and numbers are still in
//! the clear here. The GraphQL mutations, the payment list and the demo all make these; [`crate::books`]
//! turns persons, households and accounts into ids and commitments and asks the domain.

mod batches;
mod payment;

use domain::calendar::{Day, Month, MonthRange};
use domain::identity::IdentityNumber;
use domain::ids::{OfficerId, ProgrammeId};
use domain::money::Money;
use domain::region::Region;
use domain::rights::Role;
use domain::store::GoodsItem;
use domain::text::{DocumentNumber, PlainName};
use domain::vocabulary::{FundLevel, FundSource, StandardUnit, StopReason};

pub use batches::{
    BankAnswerRequest, BankResultsRequest, BatchStepRequest, DraftBatchRequest, ProposalRequest,
    SetApprovalBandsRequest,
};

pub use payment::{AidRequest, PaymentRequest, PayoutRequest, RecipientRequest};

/// The id that the client made for the thing it wants recorded: free text, 1 to 200 characters,
/// unique for its noun in one ledger. It makes the command idempotent and never enters the chain.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(String);

impl ClientId {
    /// The longest id taken, in characters.
    pub const LONGEST: usize = 200;

    /// Takes the id as the client spelled it; `None` where it is empty, too long or holds control characters.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = !text.trim().is_empty()
            && text.chars().count() <= Self::LONGEST
            && !text.chars().any(char::is_control);
        fits.then(|| Self(text.to_owned()))
    }

    /// The id as the client spelled it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Asks for a new fund. `id` becomes the fund's code in the chain.
#[derive(Debug, Clone)]
pub struct OpenFundRequest {
    /// The client's id of the fund.
    pub id: ClientId,
    /// The fund's name as the bureau writes it.
    pub name: PlainName,
    /// Where the money comes from.
    pub source: FundSource,
    /// Which level of government gives it.
    pub level: Option<FundLevel>,
    /// Budget function code.
    pub budget_code: Option<PlainName>,
    /// The earmark: the programmes that the fund may pay for.
    pub programmes: Vec<ProgrammeId>,
}

/// Asks to book money into a fund.
#[derive(Debug, Clone)]
pub struct ReceiveFundsRequest {
    /// The client's id of the receipt.
    pub id: ClientId,
    /// The client's id, or the name, of the fund.
    pub fund: String,
    /// How much came in.
    pub amount: Money,
    /// The day it came in.
    pub occurred_on: Day,
    /// Allotment or donation document.
    pub document: Option<DocumentNumber>,
    /// Income programme; none for an allotment.
    pub income: Option<ProgrammeId>,
}

/// Asks to write down what a fund held when its books began.
#[derive(Debug, Clone)]
pub struct OpeningBalanceRequest {
    /// The client's id of it.
    pub id: ClientId,
    /// The client's id, or the name, of the fund.
    pub fund: String,
    /// How much.
    pub amount: Money,
    /// The day whose beginning it is.
    pub occurred_on: Day,
    /// The closing of the books before.
    pub document: DocumentNumber,
}

/// Asks to move money between funds.
#[derive(Debug, Clone)]
pub struct TransferFundsRequest {
    /// The client's id of the transfer.
    pub id: ClientId,
    /// The client's id, or the name, of the fund that the money leaves.
    pub fund: String,
    /// Of the one that it comes to, likewise.
    pub to: String,
    /// How much.
    pub amount: Money,
    /// The day it is moved.
    pub occurred_on: Day,
    /// The document that moves it.
    pub document: DocumentNumber,
}

/// Asks to hand surplus back.
#[derive(Debug, Clone)]
pub struct RemitSurplusRequest {
    /// The client's id of the remittance.
    pub id: ClientId,
    /// The client's id, or the name, of the fund.
    pub fund: String,
    /// How much.
    pub amount: Money,
    /// The day it leaves.
    pub occurred_on: Day,
    /// The document that calls it back.
    pub document: DocumentNumber,
}

/// Asks to put a standard in force.
#[derive(Debug, Clone)]
pub struct SetStandardRequest {
    /// The client's id of this version of the standard.
    pub id: ClientId,
    /// The programme whose ceiling it is.
    pub programme: ProgrammeId,
    /// What the amount is counted for.
    pub unit: StandardUnit,
    /// The ceiling for one unit.
    pub amount: Money,
    /// First day in force.
    pub effective_from: Day,
    /// The document that set it.
    pub document: DocumentNumber,
    /// Where it is in force; everywhere in the ledger if absent.
    pub region: Option<Region>,
    /// For which class of recipients.
    pub class: Option<PlainName>,
}

/// Asks to approve a grant.
#[derive(Debug, Clone)]
pub struct ApproveGrantRequest {
    /// The client's id of the grant.
    pub id: ClientId,
    /// The programme it is granted under.
    pub programme: ProgrammeId,
    /// The bureau's own household number.
    pub household_no: String,
    /// The person it is granted to, where one is named.
    pub person_no: Option<IdentityNumber>,
    /// Name of that person.
    pub person_name: Option<String>,
    /// Household members covered.
    pub members: u32,
    /// For one month.
    pub amount: Money,
    /// First and last month.
    pub months: MonthRange,
    /// Reference of the means verification.
    pub verification: DocumentNumber,
}

/// Asks to end a grant from a month on.
#[derive(Debug, Clone)]
pub struct StopGrantRequest {
    /// The client's id of the stop.
    pub id: ClientId,
    /// The client's id of the grant.
    pub grant: String,
    /// The first month that is not paid for any more.
    pub from_month: Month,
    /// Why it ends.
    pub reason: StopReason,
    /// The decision that ends it.
    pub document: DocumentNumber,
}

/// Asks to reverse a payment that should not stand.
#[derive(Debug, Clone)]
pub struct ReversePaymentRequest {
    /// The client's id of the reversal.
    pub id: ClientId,
    /// The client's id of the payment.
    pub payment: ClientId,
    /// Free text, kept beside the chain.
    pub reason: String,
    /// The day of the reversal.
    pub occurred_on: Day,
}

/// Asks for a decision about money that should not have been paid: to ask it back, or to give up what was asked
/// back.
#[derive(Debug, Clone)]
pub struct RecoveryDecisionRequest {
    /// The client's id of the order or of the waiver.
    pub id: ClientId,
    /// The client's id of the payment.
    pub payment: ClientId,
    /// How much.
    pub amount: Money,
    /// Free text, kept beside the chain.
    pub reason: String,
    /// The decision.
    pub document: DocumentNumber,
    /// The day of the decision.
    pub occurred_on: Day,
}

/// Asks to record that something of what was asked back came in.
#[derive(Debug, Clone)]
pub struct ReceiveRecoveryRequest {
    /// The client's id of the receipt.
    pub id: ClientId,
    /// The client's id of the payment.
    pub payment: ClientId,
    /// How much.
    pub amount: Money,
    /// The day it came in.
    pub occurred_on: Day,
    /// The voucher.
    pub document: DocumentNumber,
}

/// Asks to open a charity supermarket. `id` becomes the store's code in the chain.
#[derive(Debug, Clone)]
pub struct OpenStoreRequest {
    /// The client's id of the store.
    pub id: ClientId,
    /// The store's name.
    pub name: PlainName,
    /// Where it stands.
    pub region: Option<Region>,
}

/// Asks to book goods into a store.
#[derive(Debug, Clone)]
pub struct ReceiveGoodsRequest {
    /// The client's id of the receipt.
    pub id: ClientId,
    /// The client's id, or the name, of the store.
    pub store: String,
    /// Who gave; kept beside the chain.
    pub donor: String,
    /// The day they came in.
    pub occurred_on: Day,
    /// What came in.
    pub items: Vec<GoodsItem>,
}

/// Asks to enrol an officer.
#[derive(Debug, Clone)]
pub struct EnrolOfficerRequest {
    /// The officer.
    pub officer: OfficerId,
    /// Their name, which does not enter the chain.
    pub name: String,
    /// The roles to begin with.
    pub roles: Vec<Role>,
}

/// Asks to give a role to an officer, or to take it away.
#[derive(Debug, Clone)]
pub struct ChangeRoleRequest {
    /// The client's id of the change.
    pub id: ClientId,
    /// The officer.
    pub officer: OfficerId,
    /// The role.
    pub role: Role,
    /// The decision that it follows.
    pub document: DocumentNumber,
}

/// Asks to require officers, or no longer.
#[derive(Debug, Clone)]
pub struct RequireOfficersRequest {
    /// The client's id of it.
    pub id: ClientId,
    /// Whether they are required.
    pub required: bool,
    /// The document that says so.
    pub document: DocumentNumber,
}

/// Asks for a step of a month of the books.
#[derive(Debug, Clone)]
pub struct PeriodStepRequest {
    /// The client's id of the step.
    pub id: ClientId,
    /// The month.
    pub month: Month,
    /// The day of the step.
    pub occurred_on: Day,
}

/// Asks to open a closed month of the books again.
#[derive(Debug, Clone)]
pub struct ProposeReopeningRequest {
    /// The client's id of the step.
    pub id: ClientId,
    /// The month.
    pub month: Month,
    /// The day of the step.
    pub occurred_on: Day,
    /// The document that it rests on.
    pub document: DocumentNumber,
    /// Free text, kept beside the chain.
    pub reason: String,
}

/// Asks to record that a person died.
#[derive(Debug, Clone)]
pub struct ReportDeathRequest {
    /// The client's id of the report.
    pub id: ClientId,
    /// Resident identity number of a person whom the ledger knows.
    pub person_no: IdentityNumber,
    /// The day of the death.
    pub died_on: Day,
    /// Where it is known from.
    pub source: DocumentNumber,
    /// The day on which the bureau learned of it.
    pub occurred_on: Day,
}

/// Asks to withdraw the report of a death.
#[derive(Debug, Clone)]
pub struct WithdrawDeathReportRequest {
    /// The client's id of the withdrawal.
    pub id: ClientId,
    /// Resident identity number of the person.
    pub person_no: IdentityNumber,
    /// The client's id of the report.
    pub report: ClientId,
    /// The document that shows that the report was wrong.
    pub document: DocumentNumber,
    /// The day of the withdrawal.
    pub occurred_on: Day,
}

/// Asks to see who stands behind a payment, or behind the lines of a batch.
#[derive(Debug, Clone)]
pub struct DisclosePersonalDataRequest {
    /// The client's id of the look.
    pub id: ClientId,
    /// At what.
    pub subject: DisclosureSubject,
    /// Why; free text, kept beside the chain.
    pub reason: String,
}

/// What is to be looked at.
#[derive(Debug, Clone)]
pub enum DisclosureSubject {
    /// A payment, by the client's id of it or by that of its stream.
    Payment(String),
    /// A batch, by the client's id of it.
    Batch(String),
}
