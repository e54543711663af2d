//! Why a fund refuses.

use crate::ids::{FundId, ProgrammeId};
use crate::money::Money;
use crate::refusal::{FieldPath, Refusal, reused};

/// Why a fund refuses a command. The first that applies is told, in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FundRefusal {
    /// `INVALID_AMOUNT`: what came in is not more than zero.
    #[error("金额须大于零,所给为 {amount} 元 / the amount must be above zero, not {amount} yuan")]
    AmountNotPositive {
        /// What was given.
        amount: Money,
    },
    /// `UNKNOWN_PROGRAMME`: the earmark or the income names no programme of the catalogue.
    #[error("项目目录中没有 {programme} / the catalogue has no programme {programme}")]
    UnknownProgramme {
        /// What was given.
        programme: ProgrammeId,
        /// Where it was given.
        field: FieldPath,
    },
    /// `NOT_PAYABLE`: the programme that is to say where money came from is no income.
    #[error("项目 {programme} 不是收入项目 / {programme} is no income programme")]
    NotIncome {
        /// What was given.
        programme: ProgrammeId,
    },
    /// `UNKNOWN_FUND`: money is booked into a fund that was never opened.
    #[error("没有资金 {fund} / there is no fund {fund}")]
    UnknownFund {
        /// The fund that was asked for.
        fund: FundId,
    },
    /// `ID_REUSED_WITH_OTHER_CONTENT`: the fund stands with other content.
    #[error("{}", reused("资金", "fund", field))]
    FundIdReusedWithOtherContent {
        /// The first field that differs.
        field: FieldPath,
    },
    /// `ID_REUSED_WITH_OTHER_CONTENT`: the receipt stands with other content.
    #[error("{}", reused("到账", "receipt", field))]
    ReceiptIdReusedWithOtherContent {
        /// The first field that differs.
        field: FieldPath,
    },
}

impl Refusal for FundRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::AmountNotPositive { .. } => "INVALID_AMOUNT",
            Self::UnknownProgramme { .. } => "UNKNOWN_PROGRAMME",
            Self::NotIncome { .. } => "NOT_PAYABLE",
            Self::UnknownFund { .. } => "UNKNOWN_FUND",
            Self::FundIdReusedWithOtherContent { .. }
            | Self::ReceiptIdReusedWithOtherContent { .. } => "ID_REUSED_WITH_OTHER_CONTENT",
        }
    }

    fn field(&self) -> Option<FieldPath> {
        Some(match self {
            Self::AmountNotPositive { .. } => &["amount"],
            Self::NotIncome { .. } => &["income"],
            Self::UnknownFund { .. } => &["fund"],
            Self::UnknownProgramme { field, .. }
            | Self::FundIdReusedWithOtherContent { field }
            | Self::ReceiptIdReusedWithOtherContent { field } => field,
        })
    }
}
