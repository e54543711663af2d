//! What can have happened to a fund.

use serde::{Deserialize, Serialize};

use crate::calendar::Day;
use crate::effects::{Account, Effects, Posting};
use crate::events::{EventError, RecordedEvent, domain_event, print, read, unknown};
use crate::ids::{FundId, OpeningBalanceId, ProgrammeId, ReceiptId, RemittanceId, TransferId};
use crate::money::Money;
use crate::text::{DocumentNumber, PlainName};
use crate::vocabulary::{FundLevel, FundSource};

/// An event of a fund's stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FundEvent {
    /// The fund was opened.
    FundOpened(FundOpened),
    /// What it held when its books began was written down.
    OpeningBalanceRecorded(OpeningBalanceRecorded),
    /// Money came in.
    FundsReceived(FundsReceived),
    /// Money went to another fund.
    FundsTransferred(FundsTransferred),
    /// Surplus was handed back.
    SurplusRemitted(SurplusRemitted),
}

/// Payload of `FundOpened v1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FundOpened {
    /// The fund; also the id of its stream.
    pub fund: FundId,
    /// The bureau's own id of it.
    pub code: PlainName,
    /// Its name.
    pub name: PlainName,
    /// Where its money comes from.
    pub source: FundSource,
    /// The level of government that gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<FundLevel>,
    /// Budget function code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_code: Option<PlainName>,
    /// The earmark: sorted, none twice; groups stand as they were named.
    pub programmes: Vec<ProgrammeId>,
}

/// Payload of `OpeningBalanceRecorded v1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpeningBalanceRecorded {
    /// The fund; also the id of its stream.
    pub fund: FundId,
    /// The opening balance.
    pub opening: OpeningBalanceId,
    /// How much, more than zero.
    pub amount_fen: Money,
    /// The day whose beginning it is.
    pub occurred_on: Day,
    /// The closing of the books before.
    pub document: DocumentNumber,
}

/// Payload of `FundsTransferred v1`, in the stream of the fund that the money left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FundsTransferred {
    /// The fund that the money left; also the id of its stream.
    pub fund: FundId,
    /// The transfer.
    pub transfer: TransferId,
    /// The fund that the money came to.
    pub to: FundId,
    /// How much, more than zero.
    pub amount_fen: Money,
    /// The day it was moved.
    pub occurred_on: Day,
    /// The document that moves it.
    pub document: DocumentNumber,
}

/// Payload of `SurplusRemitted v1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SurplusRemitted {
    /// The fund; also the id of its stream.
    pub fund: FundId,
    /// The remittance.
    pub remittance: RemittanceId,
    /// How much, more than zero.
    pub amount_fen: Money,
    /// The day it left.
    pub occurred_on: Day,
    /// The document that calls it back.
    pub document: DocumentNumber,
}

/// Payload of `FundsReceived v1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FundsReceived {
    /// The fund; also the id of its stream.
    pub fund: FundId,
    /// The receipt.
    pub receipt: ReceiptId,
    /// The fund's source, repeated so that totals by source need no other event.
    pub source: FundSource,
    /// How much, more than zero.
    pub amount_fen: Money,
    /// The day it came in.
    pub occurred_on: Day,
    /// Allotment or donation document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentNumber>,
    /// The income programme; none for an allotment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub income: Option<ProgrammeId>,
}

impl FundsReceived {
    /// Where the money is booked from: the income programme, or allotments.
    fn origin(&self) -> Account {
        match &self.income {
            Some(programme) => Account::Income(programme.clone()),
            None => Account::Allotment,
        }
    }
}

impl FundEvent {
    /// The day on which its money moved; `None` where none did.
    pub fn booked_on(&self) -> Option<Day> {
        match self {
            Self::FundOpened(_) => None,
            Self::OpeningBalanceRecorded(event) => Some(event.occurred_on),
            Self::FundsReceived(event) => Some(event.occurred_on),
            Self::FundsTransferred(event) => Some(event.occurred_on),
            Self::SurplusRemitted(event) => Some(event.occurred_on),
        }
    }
}

impl RecordedEvent for FundEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::FundOpened(_) => "FundOpened v1",
            Self::OpeningBalanceRecorded(_) => "OpeningBalanceRecorded v1",
            Self::FundsReceived(_) => "FundsReceived v1",
            Self::FundsTransferred(_) => "FundsTransferred v1",
            Self::SurplusRemitted(_) => "SurplusRemitted v1",
        }
    }

    fn stream_id(&self) -> String {
        match self {
            Self::FundOpened(event) => event.fund.to_string(),
            Self::OpeningBalanceRecorded(event) => event.fund.to_string(),
            Self::FundsReceived(event) => event.fund.to_string(),
            Self::FundsTransferred(event) => event.fund.to_string(),
            Self::SurplusRemitted(event) => event.fund.to_string(),
        }
    }

    fn payload(&self) -> Vec<u8> {
        match self {
            Self::FundOpened(event) => print(event),
            Self::OpeningBalanceRecorded(event) => print(event),
            Self::FundsReceived(event) => print(event),
            Self::FundsTransferred(event) => print(event),
            Self::SurplusRemitted(event) => print(event),
        }
    }

    fn read(name: &str, payload: &[u8]) -> Result<Self, EventError> {
        match name {
            "FundOpened v1" => read(name, payload).map(Self::FundOpened),
            "OpeningBalanceRecorded v1" => read(name, payload).map(Self::OpeningBalanceRecorded),
            "FundsReceived v1" => read(name, payload).map(Self::FundsReceived),
            "FundsTransferred v1" => read(name, payload).map(Self::FundsTransferred),
            "SurplusRemitted v1" => read(name, payload).map(Self::SurplusRemitted),
            _ => unknown(name),
        }
    }

    fn effects(&self) -> Effects {
        match self {
            Self::FundOpened(_) => Effects::default(),
            Self::OpeningBalanceRecorded(event) => {
                moved(event.amount_fen, Account::Opening(event.fund), Account::Fund(event.fund))
            }
            Self::FundsReceived(event) => {
                moved(event.amount_fen, event.origin(), Account::Fund(event.fund))
            }
            Self::FundsTransferred(event) => {
                moved(event.amount_fen, Account::Fund(event.fund), Account::Fund(event.to))
            }
            Self::SurplusRemitted(event) => {
                moved(event.amount_fen, Account::Fund(event.fund), Account::Remitted(event.fund))
            }
        }
    }
}

/// What is read of a fund to decide these never changes once it is opened, so nothing is guarded.
fn moved(amount: Money, from: Account, to: Account) -> Effects {
    let postings = vec![Posting::of_money(from, amount.negated()), Posting::of_money(to, amount)];
    Effects { postings, ..Effects::default() }
}

domain_event!(FundEvent);
