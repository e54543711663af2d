//! What can be asked of a fund.

use serde::{Deserialize, Serialize};

use super::{FundEvent, FundOpened, FundsReceived};
use crate::calendar::Day;
use crate::commands::NoSuchEvent;
use crate::ids::{FundId, ProgrammeId, ReceiptId};
use crate::money::Money;
use crate::text::{DocumentNumber, PlainName};
use crate::vocabulary::{FundLevel, FundSource};

/// Everything that can be asked of a fund. Its serialised form is what is kept and hashed as the
/// entry's command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FundCommand {
    /// Open it.
    OpenFund(OpenFund),
    /// Book money into it.
    ReceiveFunds(ReceiveFunds),
}

impl FundCommand {
    /// The name around the command where it is printed.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::OpenFund(_) => "OpenFund",
            Self::ReceiveFunds(_) => "ReceiveFunds",
        }
    }

    /// The id of the stream that decides this command.
    pub fn stream_id(&self) -> String {
        match self {
            Self::OpenFund(command) => command.fund.to_string(),
            Self::ReceiveFunds(command) => command.fund.to_string(),
        }
    }

    /// The event that the command asks for, with what is derived while deciding taken from the one
    /// that was recorded: the source on money that came in, which only the fund's opening tells.
    pub(crate) fn asks_for(&self, recorded: &FundEvent) -> Result<FundEvent, NoSuchEvent> {
        match (self.clone(), recorded) {
            (Self::OpenFund(command), FundEvent::FundOpened(_)) => {
                Ok(FundEvent::FundOpened(command.into_event()))
            }
            (Self::ReceiveFunds(command), FundEvent::FundsReceived(received)) => {
                Ok(FundEvent::FundsReceived(command.into_event(received.source)))
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
