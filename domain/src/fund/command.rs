//! What can be asked of a fund.

use serde::{Deserialize, Serialize};

use std::sync::Arc;

use super::{
    Fund, FundEvent, FundOpened, FundsReceived, FundsTransferred, OpeningBalanceRecorded,
    SurplusRemitted,
};
use crate::calendar::Day;
use crate::commands::NoSuchEvent;
use crate::ids::{FundId, OpeningBalanceId, ProgrammeId, ReceiptId, RemittanceId, TransferId};
use crate::money::Money;
use crate::text::{DocumentNumber, PlainName};
use crate::vocabulary::{FundLevel, FundSource};

/// Everything that can be asked of a fund. Its serialised form is what is kept and hashed as the
/// entry's command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FundCommand {
    /// Open it.
    OpenFund(OpenFund),
    /// Write down what it held when its books began.
    RecordOpeningBalance(RecordOpeningBalance),
    /// Book money into it.
    ReceiveFunds(ReceiveFunds),
    /// Move money to another fund.
    TransferFunds(TransferFunds),
    /// Hand surplus back.
    RemitSurplus(RemitSurplus),
}

/// What a command to a fund rests on beside that fund: filled for a transfer only.
#[derive(Debug, Clone, Default)]
pub struct FundFacts {
    /// The fund that the money is to come to. Absent and missing are the same.
    pub to: Option<Arc<Fund>>,
}

impl FundCommand {
    /// The name around the command where it is printed.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::OpenFund(_) => "OpenFund",
            Self::RecordOpeningBalance(_) => "RecordOpeningBalance",
            Self::ReceiveFunds(_) => "ReceiveFunds",
            Self::TransferFunds(_) => "TransferFunds",
            Self::RemitSurplus(_) => "RemitSurplus",
        }
    }

    /// The id of the stream that decides this command.
    pub fn stream_id(&self) -> String {
        self.fund().to_string()
    }

    /// The fund that decides.
    pub const fn fund(&self) -> FundId {
        match self {
            Self::OpenFund(command) => command.fund,
            Self::RecordOpeningBalance(command) => command.fund,
            Self::ReceiveFunds(command) => command.fund,
            Self::TransferFunds(command) => command.fund,
            Self::RemitSurplus(command) => command.fund,
        }
    }

    /// The event that the command asks for, with what is derived while deciding taken from the one
    /// that was recorded: the source on money that came in, which only the fund's opening tells.
    pub(crate) fn asks_for(&self, recorded: &FundEvent) -> Result<FundEvent, NoSuchEvent> {
        match (self.clone(), recorded) {
            (Self::OpenFund(command), FundEvent::FundOpened(_)) => {
                Ok(FundEvent::FundOpened(command.into_event()))
            }
            (Self::RecordOpeningBalance(command), FundEvent::OpeningBalanceRecorded(_)) => {
                Ok(FundEvent::OpeningBalanceRecorded(command.into_event()))
            }
            (Self::ReceiveFunds(command), FundEvent::FundsReceived(received)) => {
                Ok(FundEvent::FundsReceived(command.into_event(received.source)))
            }
            (Self::TransferFunds(command), FundEvent::FundsTransferred(_)) => {
                Ok(FundEvent::FundsTransferred(command.into_event()))
            }
            (Self::RemitSurplus(command), FundEvent::SurplusRemitted(_)) => {
                Ok(FundEvent::SurplusRemitted(command.into_event()))
            }
            _ => Err(NoSuchEvent::OfThisKind),
        }
    }
}

/// Opens a fund.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenFund {
    /// The fund.
    pub fund: FundId,
    /// The bureau's own id of it, which stays readable in the chain.
    pub code: PlainName,
    /// Its name.
    pub name: PlainName,
    /// Where its money comes from.
    pub source: FundSource,
    /// The level of government that gives it.
    pub level: Option<FundLevel>,
    /// Budget function code.
    pub budget_code: Option<PlainName>,
    /// The earmark, in any order; groups are allowed.
    pub programmes: Vec<ProgrammeId>,
}

impl OpenFund {
    /// The order and the repetitions of an earmark mean nothing, so they are not recorded.
    pub(super) fn into_event(self) -> FundOpened {
        let mut programmes = self.programmes;
        programmes.sort();
        programmes.dedup();
        FundOpened {
            fund: self.fund,
            code: self.code,
            name: self.name,
            source: self.source,
            level: self.level,
            budget_code: self.budget_code,
            programmes,
        }
    }
}

/// Books money that came in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiveFunds {
    /// The fund.
    pub fund: FundId,
    /// The receipt, which makes the command idempotent inside its fund.
    pub receipt: ReceiptId,
    /// More than zero.
    pub amount: Money,
    /// The day it came in.
    pub occurred_on: Day,
    /// Allotment or donation document.
    pub document: Option<DocumentNumber>,
    /// An income programme; none for an allotment.
    pub income: Option<ProgrammeId>,
}

impl ReceiveFunds {
    pub(super) fn into_event(self, source: FundSource) -> FundsReceived {
        FundsReceived {
            fund: self.fund,
            receipt: self.receipt,
            source,
            amount_fen: self.amount,
            occurred_on: self.occurred_on,
            document: self.document,
            income: self.income,
        }
    }
}

/// Writes down what a fund held when its books began.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordOpeningBalance {
    /// The fund.
    pub fund: FundId,
    /// The opening balance, which makes the command idempotent inside its fund.
    pub opening: OpeningBalanceId,
    /// More than zero.
    pub amount: Money,
    /// The day whose beginning it is.
    pub occurred_on: Day,
    /// The closing of the books before.
    pub document: DocumentNumber,
}

impl RecordOpeningBalance {
    pub(super) fn into_event(self) -> OpeningBalanceRecorded {
        OpeningBalanceRecorded {
            fund: self.fund,
            opening: self.opening,
            amount_fen: self.amount,
            occurred_on: self.occurred_on,
            document: self.document,
        }
    }
}

/// Moves money to another fund of the same source, which pays for nothing that this one does not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferFunds {
    /// The fund that the money leaves.
    pub fund: FundId,
    /// The transfer, which makes the command idempotent inside its fund.
    pub transfer: TransferId,
    /// The fund that the money comes to.
    pub to: FundId,
    /// More than zero.
    pub amount: Money,
    /// The day it is moved.
    pub occurred_on: Day,
    /// The document that moves it.
    pub document: DocumentNumber,
}

impl TransferFunds {
    pub(super) fn into_event(self) -> FundsTransferred {
        FundsTransferred {
            fund: self.fund,
            transfer: self.transfer,
            to: self.to,
            amount_fen: self.amount,
            occurred_on: self.occurred_on,
            document: self.document,
        }
    }
}

/// Hands surplus back to where the money came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemitSurplus {
    /// The fund.
    pub fund: FundId,
    /// The remittance, which makes the command idempotent inside its fund.
    pub remittance: RemittanceId,
    /// More than zero.
    pub amount: Money,
    /// The day it leaves.
    pub occurred_on: Day,
    /// The document that calls it back.
    pub document: DocumentNumber,
}

impl RemitSurplus {
    pub(super) fn into_event(self) -> SurplusRemitted {
        SurplusRemitted {
            fund: self.fund,
            remittance: self.remittance,
            amount_fen: self.amount,
            occurred_on: self.occurred_on,
            document: self.document,
        }
    }
}
