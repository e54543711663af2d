//! Why a fund refuses.

use crate::ids::{FundId, ProgrammeId};
use crate::money::Money;
use crate::refusal::{FieldPath, Refusal, programme_zh, reused};
use crate::vocabulary::FundSource;

/// Why a fund refuses a command. The first that applies is told, in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FundRefusal {
    /// `INVALID_AMOUNT`: what is moved is not more than zero.
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
    /// `SAME_FUND`: money is to move from a fund to itself.
    #[error("转出与转入不能是同一资金 / money cannot be transferred from a fund to itself")]
    ToItself,
    /// `UNKNOWN_FUND`: money is booked into or out of a fund that was never opened.
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
    /// `OPENING_BALANCE_STANDS`: a fund begins once.
    #[error(
        "该资金的期初余额已记为 {amount} 元 / the opening balance of this fund stands at {amount} yuan"
    )]
    OpeningBalanceStands {
        /// What was recorded.
        amount: Money,
    },
    /// `ID_REUSED_WITH_OTHER_CONTENT`: the opening balance stands with other content.
    #[error("{}", reused("期初余额", "opening balance", field))]
    OpeningBalanceIdReusedWithOtherContent {
        /// The first field that differs.
        field: FieldPath,
    },
    /// `FUND_IN_USE`: money came in or went out already, so the books have begun.
    #[error(
        "该资金已有收支,不能再记期初余额 / money has moved in this fund already: its opening balance can be recorded no more"
    )]
    InUse {
        /// The fund.
        fund: FundId,
    },
    /// `ID_REUSED_WITH_OTHER_CONTENT`: the transfer stands with other content.
    #[error("{}", reused("调拨", "transfer", field))]
    TransferIdReusedWithOtherContent {
        /// The first field that differs.
        field: FieldPath,
    },
    /// `UNKNOWN_FUND`: money is to be transferred to a fund that was never opened.
    #[error("没有资金 {fund} / there is no fund {fund}")]
    UnknownReceivingFund {
        /// The fund that was asked for.
        fund: FundId,
    },
    /// `OTHER_SOURCE`: the money would change its source.
    #[error(
        "资金来源不同({} 与 {}),不能互转 / a fund of source {from} cannot pass money on to one of source {to}",
        from.name_zh(),
        to.name_zh()
    )]
    OtherSource {
        /// Source of the fund that the money would leave.
        from: FundSource,
        /// Source of the fund that it would come to.
        to: FundSource,
    },
    /// `OUTSIDE_EARMARK`: the fund that the money would come to may pay for more.
    #[error(
        "转入资金可用于“{}”,超出转出资金的指定用途 / the receiving fund may pay for {programme}, which is outside this fund's earmark",
        programme_zh(programme)
    )]
    OutsideEarmark {
        /// What this fund may not pay for.
        programme: ProgrammeId,
    },
    /// `ID_REUSED_WITH_OTHER_CONTENT`: the remittance stands with other content.
    #[error("{}", reused("上缴", "remittance", field))]
    RemittanceIdReusedWithOtherContent {
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
            Self::UnknownFund { .. } | Self::UnknownReceivingFund { .. } => "UNKNOWN_FUND",
            Self::ToItself => "SAME_FUND",
            Self::OpeningBalanceStands { .. } => "OPENING_BALANCE_STANDS",
            Self::InUse { .. } => "FUND_IN_USE",
            Self::OtherSource { .. } => "OTHER_SOURCE",
            Self::OutsideEarmark { .. } => "OUTSIDE_EARMARK",
            Self::FundIdReusedWithOtherContent { .. }
            | Self::ReceiptIdReusedWithOtherContent { .. }
            | Self::OpeningBalanceIdReusedWithOtherContent { .. }
            | Self::TransferIdReusedWithOtherContent { .. }
            | Self::RemittanceIdReusedWithOtherContent { .. } => "ID_REUSED_WITH_OTHER_CONTENT",
        }
    }

    fn field(&self) -> Option<FieldPath> {
        Some(match self {
            Self::AmountNotPositive { .. } => &["amount"],
            Self::NotIncome { .. } => &["income"],
            Self::OpeningBalanceStands { .. } => &["id"],
            Self::UnknownFund { .. } | Self::InUse { .. } => &["fund"],
            Self::ToItself
            | Self::UnknownReceivingFund { .. }
            | Self::OtherSource { .. }
            | Self::OutsideEarmark { .. } => &["to"],
            Self::UnknownProgramme { field, .. }
            | Self::FundIdReusedWithOtherContent { field }
            | Self::ReceiptIdReusedWithOtherContent { field }
            | Self::OpeningBalanceIdReusedWithOtherContent { field }
            | Self::TransferIdReusedWithOtherContent { field }
            | Self::RemittanceIdReusedWithOtherContent { field } => field,
        })
    }
}
