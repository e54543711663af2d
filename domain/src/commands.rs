//! Commands as an officer signs them: a name and what is asked, of exact bytes.
//!
//! A command that was signed once is read for ever, like an event: `tests/fixtures/commands` holds
//! one of each. Whether the events that were recorded for it are what it asks for is told by
//! [`AnyCommand::carried_out_by`].

mod carried_out;
#[cfg(test)]
mod tests;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub(crate) use carried_out::NoSuchEvent;
pub use carried_out::NotCarriedOut;

use crate::bank_results::BankResultsCommand;
use crate::batch::BatchCommand;
use crate::disclosure::DisclosureCommand;
use crate::fund::FundCommand;
use crate::grant::GrantCommand;
use crate::ids::PaymentId;
use crate::officer::OfficerCommand;
use crate::payment::{PaymentCommand, RecordPayment, RecordPayments};
use crate::period::PeriodCommand;
use crate::person::PersonCommand;
use crate::regulation::RegulationCommand;
use crate::standard::StandardCommand;
use crate::store::StoreCommand;

/// A command to any aggregate of this domain, or a list of payments.
///
/// Guarantee: `parse(&command.print())` gives the command back, and `parse` accepts no other bytes
/// than those that `print` gives. They are the bytes that the aggregate's own command prints.
#[derive(Debug, Clone, PartialEq, Serialize)]
// Each of these prints its own name around what it asks; another name around that would change what
// is signed and kept.
#[serde(untagged)]
pub enum AnyCommand {
    /// To a fund.
    Fund(FundCommand),
    /// To the standards of a programme.
    Standard(StandardCommand),
    /// To a grant.
    Grant(GrantCommand),
    /// To a payment.
    Payment(PaymentCommand),
    /// To a charity supermarket.
    Store(StoreCommand),
    /// About an officer.
    Officer(OfficerCommand),
    /// About what the bureau lays down.
    Regulation(RegulationCommand),
    /// To a batch.
    Batch(BatchCommand),
    /// To a file of results from a bank.
    BankResults(BankResultsCommand),
    /// To a month of the books.
    Period(PeriodCommand),
    /// To see personal data.
    Disclosure(DisclosureCommand),
    /// About a person.
    Person(PersonCommand),
    /// To the payments of a list, each of which is recorded.
    Payments(RecordPayments),
}

/// Why bytes are no command of this domain. No message repeats what the command holds, apart from
/// the id of a payment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// The bytes do not begin like `{"OpenFund":`.
    #[error("命令须以其名称开头 / a command begins with its name, such as {{\"OpenFund\":")]
    Unnamed,
    /// There is no command of the name that the bytes begin with.
    #[error("没有这种命令 / there is no command of this name")]
    UnknownCommand,
    /// What follows does not describe such a command: no JSON, a field too few or too many, or a
    /// value that is not allowed there.
    #[error(
        "命令 {name} 无法读取(第 {line} 行第 {column} 列) / the command {name} cannot be read at line {line}, column {column}"
    )]
    Malformed {
        /// The command's name.
        name: &'static str,
        /// The line in which reading stopped, from 1.
        line: usize,
        /// The byte of that line, from 1. What is wrong inside the aid of a payment shows at its end.
        column: usize,
    },
    /// The bytes describe a command, but are not those that this program would print.
    #[error("命令 {name} 的写法与规定不同 / the command {name} is not spelled as it is printed")]
    SpelledOtherwise {
        /// The command's name.
        name: &'static str,
    },
    /// A list without payments asks for nothing.
    #[error("发放清单为空 / a list of payments must hold at least one")]
    NoPayments,
    /// A list names one payment twice.
    #[error("清单中发放 {payment} 出现两次 / the list holds the payment {payment} twice")]
    PaymentTwice {
        /// The id that stands there twice.
        payment: PaymentId,
    },
}

impl AnyCommand {
    /// Reads a command and refuses what is unknown in it and every spelling that [`Self::print`]
    /// would not give.
    pub fn parse(json: &[u8]) -> Result<Self, CommandError> {
        let command = match name_of(json).ok_or(CommandError::Unnamed)? {
            "OpenFund" => Self::Fund(read("OpenFund", json)?),
            "RecordOpeningBalance" => Self::Fund(read("RecordOpeningBalance", json)?),
            "ReceiveFunds" => Self::Fund(read("ReceiveFunds", json)?),
            "TransferFunds" => Self::Fund(read("TransferFunds", json)?),
            "RemitSurplus" => Self::Fund(read("RemitSurplus", json)?),
            "SetStandard" => Self::Standard(read("SetStandard", json)?),
            "ApproveGrant" => Self::Grant(read("ApproveGrant", json)?),
            "StopGrant" => Self::Grant(read("StopGrant", json)?),
            "RecordPayment" => Self::Payment(read("RecordPayment", json)?),
            "ReversePayment" => Self::Payment(read("ReversePayment", json)?),
            "OrderRecovery" => Self::Payment(read("OrderRecovery", json)?),
            "ReceiveRecovery" => Self::Payment(read("ReceiveRecovery", json)?),
            "WaiveRecovery" => Self::Payment(read("WaiveRecovery", json)?),
            "OpenStore" => Self::Store(read("OpenStore", json)?),
            "ReceiveGoods" => Self::Store(read("ReceiveGoods", json)?),
            "EnrolOfficer" => Self::Officer(read("EnrolOfficer", json)?),
            "GiveRole" => Self::Officer(read("GiveRole", json)?),
            "WithdrawRole" => Self::Officer(read("WithdrawRole", json)?),
            "RequireOfficers" => Self::Regulation(read("RequireOfficers", json)?),
            "SetApprovalBands" => Self::Regulation(read("SetApprovalBands", json)?),
            "DraftBatch" => Self::Batch(read("DraftBatch", json)?),
            "SubmitBatch" => Self::Batch(read("SubmitBatch", json)?),
            "ReviewBatch" => Self::Batch(read("ReviewBatch", json)?),
            "ApproveBatch" => Self::Batch(read("ApproveBatch", json)?),
            "ReleaseBatch" => Self::Batch(read("ReleaseBatch", json)?),
            "SendBackBatch" => Self::Batch(read("SendBackBatch", json)?),
            "CancelBatch" => Self::Batch(read("CancelBatch", json)?),
            "AdvanceBatch" => Self::Batch(read("AdvanceBatch", json)?),
            "ReviewPapers" => Self::Batch(read("ReviewPapers", json)?),
            "CompletePapers" => Self::Batch(read("CompletePapers", json)?),
            "CloseBatch" => Self::Batch(read("CloseBatch", json)?),
            "RecordBankResults" => Self::BankResults(read("RecordBankResults", json)?),
            "ProposeClosing" => Self::Period(read("ProposeClosing", json)?),
            "ClosePeriod" => Self::Period(read("ClosePeriod", json)?),
            "ProposeReopening" => Self::Period(read("ProposeReopening", json)?),
            "ReopenPeriod" => Self::Period(read("ReopenPeriod", json)?),
            "WithdrawProposal" => Self::Period(read("WithdrawProposal", json)?),
            "ReportDeath" => Self::Person(read("ReportDeath", json)?),
            "WithdrawDeathReport" => Self::Person(read("WithdrawDeathReport", json)?),
            "DisclosePersonalData" => Self::Disclosure(read("DisclosePersonalData", json)?),
            LIST => {
                let UncheckedList { payments } = read(LIST, json)?;
                Self::Payments(RecordPayments::new(payments)?)
            }
            _ => return Err(CommandError::UnknownCommand),
        };
        if command.print() == json {
            Ok(command)
        } else {
            Err(CommandError::SpelledOtherwise { name: command.name() })
        }
    }

    /// The bytes that are signed and kept: one JSON object without white space, its only key the
    /// command's name, the fields within in declared order and an absent one as `null`.
    pub fn print(&self) -> Vec<u8> {
        crate::events::print(self)
    }

    /// The command's name: `RecordPayment`, for a list `RecordPayments`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Fund(command) => command.name(),
            Self::Standard(command) => command.name(),
            Self::Grant(command) => command.name(),
            Self::Payment(command) => command.name(),
            Self::Store(command) => command.name(),
            Self::Officer(command) => command.name(),
            Self::Regulation(command) => command.name(),
            Self::Batch(command) => command.name(),
            Self::BankResults(command) => command.name(),
            Self::Period(command) => command.name(),
            Self::Disclosure(command) => command.name(),
            Self::Person(command) => command.name(),
            Self::Payments(_) => LIST,
        }
    }
}

/// The name of the command that records a list of payments.
const LIST: &str = "RecordPayments";

/// A list as it is spelled, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedList {
    #[serde(rename = "RecordPayments")]
    payments: Vec<RecordPayment>,
}

/// The name that the bytes begin with. Where it is spelled otherwise than it is printed, with white
/// space before it or with escapes in it, it is none.
fn name_of(json: &[u8]) -> Option<&str> {
    let begun = json.strip_prefix(b"{\"")?;
    let (name, _) = begun.split_at_checked(begun.iter().position(|byte| *byte == b'"')?)?;
    std::str::from_utf8(name).ok()
}

fn read<T: DeserializeOwned>(name: &'static str, json: &[u8]) -> Result<T, CommandError> {
    serde_json::from_slice(json).map_err(|error| CommandError::Malformed {
        name,
        line: error.line(),
        column: error.column(),
    })
}

macro_rules! to_an_aggregate {
    ($($variant:ident($command:ty))*) => {$(
        impl From<$command> for AnyCommand {
            fn from(command: $command) -> Self {
                Self::$variant(command)
            }
        }
    )*};
}

to_an_aggregate! {
    Fund(FundCommand) Standard(StandardCommand) Grant(GrantCommand) Payment(PaymentCommand)
    Store(StoreCommand) Officer(OfficerCommand) Regulation(RegulationCommand)
    Batch(BatchCommand) BankResults(BankResultsCommand) Period(PeriodCommand)
    Disclosure(DisclosureCommand) Person(PersonCommand)
    Payments(RecordPayments)
}
