//! What can be asked of a file of results.

use serde::{Deserialize, Serialize};

use super::event::{BankResultsEvent, BankResultsRecorded};
use crate::calendar::Day;
use crate::commands::NoSuchEvent;
use crate::ids::{BankResultsId, PaymentId};
use crate::money::Money;
use crate::text::Commitment;
use crate::vocabulary::ReturnReason;

/// Everything that can be asked of a file of results. Its serialised form is what is kept and hashed as the
/// entry's command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum BankResultsCommand {
    /// Record what it says.
    RecordBankResults(Box<RecordBankResults>),
}

impl BankResultsCommand {
    /// The name around the command where it is printed.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::RecordBankResults(_) => "RecordBankResults",
        }
    }

    /// The id of the stream that decides this command.
    pub fn stream_id(&self) -> String {
        let Self::RecordBankResults(command) = self;
        command.results.to_string()
    }
}

/// Records what a bank answered, line by line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordBankResults {
    /// The file, named by its content.
    pub results: BankResultsId,
    /// The file's SHA-256, as 64 lower-case hex digits, is what is committed to.
    pub file: Commitment,
    /// Its lines in their order, at least one.
    pub answers: Vec<BankAnswer>,
}

/// What the bank says of one payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankAnswer {
    /// The payment that the line names; perhaps none that was ever made.
    pub payment: PaymentId,
    /// The day on which it was credited or came back.
    pub occurred_on: Day,
    /// What became of it.
    pub outcome: BankOutcome,
}

/// What became of a payment at the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum BankOutcome {
    /// All of it was credited.
    Settled {
        /// As far as the line says how much, which must be the payment's amount.
        amount_fen: Option<Money>,
    },
    /// Nothing was credited, or all of it came back afterwards.
    Returned {
        /// Likewise.
        amount_fen: Option<Money>,
        /// Why.
        reason: ReturnReason,
    },
    /// A part was credited, the rest came back.
    PartlyPaid {
        /// The part: more than zero, less than the payment's amount.
        settled_fen: Money,
        /// Why the rest came back.
        reason: ReturnReason,
    },
}

impl RecordBankResults {
    /// The event that announces what the file says. How many of its lines change anything was found while
    /// deciding; the others do not.
    pub(crate) fn asks_for(
        &self,
        recorded: &BankResultsEvent,
    ) -> Result<BankResultsEvent, NoSuchEvent> {
        let BankResultsEvent::BankResultsRecorded(BankResultsRecorded { answered, .. }) = recorded;
        let lines = u32::try_from(self.answers.len()).ok();
        let unmatched = lines.and_then(|lines| lines.checked_sub(*answered));
        Ok(BankResultsEvent::BankResultsRecorded(BankResultsRecorded {
            results: self.results,
            file: self.file,
            answered: *answered,
            unmatched: unmatched.ok_or(NoSuchEvent::OfThisKind)?,
        }))
    }
}
