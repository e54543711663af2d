//! Why a payment refuses.

use super::recovery::RecoveryRefusal;
use crate::calendar::{Month, MonthRange};
use crate::ids::{FundId, GrantId, PaymentId, ProgrammeId, ReversalId, StoreId};
use crate::money::Money;
use crate::refusal::{FieldPath, Refusal, dotted, reused};
use crate::text::PlainName;
use crate::vocabulary::{Channel, PaysAs};

/// Why a payment refuses a command. The first that applies is told, in this order; those from
/// [`Self::UnknownPayment`] on are a reversal's, but for [`Self::Recovery`], which has an order of its own. What
/// only the append can see comes after all of these: [`AppendRefusal`](crate::refusal::AppendRefusal).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaymentRefusal {
    /// `INVALID_AMOUNT`: a payment of money must say how much.
    #[error("须填写金额 / an amount is needed")]
    AmountMissing,
    /// `INVALID_AMOUNT`: what is paid is not more than zero.
    #[error("金额须大于零,所给为 {amount} 元 / the amount must be above zero, not {amount} yuan")]
    AmountNotPositive {
        /// What was given.
        amount: Money,
    },
    /// `INVALID_AMOUNT`: the goods are worth more than any amount that can be recorded.
    #[error("物资总值超出范围 / the goods' value is out of range")]
    ValueOutOfRange,
    /// `INVALID_AMOUNT`: an amount was given for goods, and they are worth another.
    #[error(
        "所给金额 {amount} 元与物资总值 {value} 元不符 / the amount {amount} yuan is not the goods' value of {value} yuan"
    )]
    AmountIsNotTheGoodsValue {
        /// What was given.
        amount: Money,
        /// What the goods are worth.
        value: Money,
    },
    /// `INVALID_ITEMS`: no goods, or more lines than one entry holds.
    #[error(
        "物资须至少一行,且不超过一条分录的容量,所给为 {lines} 行 / goods need at least one line and must fit into one entry; {lines} lines were given"
    )]
    ItemsDoNotFit {
        /// How many lines were given.
        lines: usize,
    },
    /// `INVALID_CHANNEL`: goods do not travel through a bank and are not cash.
    #[error("物资只能以实物发放,不能用{} / goods are handed over in kind, not by {channel}", channel.name_zh())]
    GoodsNotInKind {
        /// What was given.
        channel: Channel,
    },
    /// `INVALID_MEMBERS`: more other persons than one payment may list.
    #[error("成员最多 {most} 人,所给为 {members} 人 / at most {most} members, not {members}")]
    TooManyMembers {
        /// How many were given.
        members: usize,
        /// How many are allowed.
        most: usize,
    },
    /// `INVALID_MEMBERS`: somebody is named twice, and would be counted twice.
    #[error("同一人不得重复列为成员或本人 / somebody is named twice among recipient and members")]
    PersonNamedTwice,
    /// `INVALID_COVERED_PERSONS`: fewer persons are covered than are named.
    #[error(
        "惠及人数 {covered} 少于已列明的 {fewest} 人 / {covered} covered persons are fewer than the {fewest} who must be counted"
    )]
    CoversFewerThanNamed {
        /// What was given.
        covered: u32,
        /// The fewest possible.
        fewest: u32,
    },
    /// `UNKNOWN_PROGRAMME`: the catalogue has no such programme.
    #[error("项目目录中没有 {programme} / the catalogue has no programme {programme}")]
    UnknownProgramme {
        /// What was given.
        programme: ProgrammeId,
    },
    /// `NOT_PAYABLE`: the programme does not pay in this way, or not at all.
    #[error(
        "项目 {programme} 为“{}”,不能作为“{}”发放 / {programme} pays as {pays_as}, not as {asked}",
        pays_as.name_zh(),
        asked.name_zh()
    )]
    NotPayable {
        /// What was given.
        programme: ProgrammeId,
        /// How the programme pays.
        pays_as: PaysAs,
        /// How it was to be paid.
        asked: PaysAs,
    },
    /// `UNKNOWN_FUND`: the fund was never opened.
    #[error("没有资金 {fund} / there is no fund {fund}")]
    UnknownFund {
        /// The fund that was asked for.
        fund: FundId,
    },
    /// `UNKNOWN_STORE`: the store was never opened.
    #[error("没有慈善超市 {store} / there is no store {store}")]
    UnknownStore {
        /// The store that was asked for.
        store: StoreId,
    },
    /// `UNKNOWN_GRANT`: the grant was never approved.
    #[error("没有待遇 {grant} / there is no grant {grant}")]
    UnknownGrant {
        /// The grant that was asked for.
        grant: GrantId,
    },
    /// `NOT_AN_EMERGENCY`: only urgent temporary aid is paid before its papers are complete.
    #[error("仅急难型临时救助可先行发放 / only urgent temporary aid may be advanced")]
    NotAnEmergency,
    /// `REISSUE_NEEDS_BATCH`: what came back leaves by four hands again.
    #[error("退回的款项须经批次重新发放 / what a bank returned is paid out again by a batch")]
    ReissueOutsideBatch,
    /// `ID_REUSED_WITH_OTHER_CONTENT`: the payment stands with other content.
    #[error("{}", reused("发放", "payment", field))]
    PaymentIdReusedWithOtherContent {
        /// The first field that differs.
        field: FieldPath,
    },
    /// `UNKNOWN_PAYMENT`: there is nothing that could have come back.
    #[error("没有可重新发放的 {payment} / there is no payment {payment} to be paid out again")]
    UnknownReturnedPayment {
        /// The payment that was asked for.
        payment: PaymentId,
    },
    /// `NOT_RETURNED`: no bank gave it back.
    #[error(
        "发放 {payment} 未被银行退回,不能重新发放 / no bank returned {payment}, so it is not paid out again"
    )]
    NotReturned {
        /// The payment that was asked for.
        payment: PaymentId,
    },
    /// `OTHER_THAN_RETURNED`: it is for somebody or something else than what came back.
    #[error("与退回的发放不符:{} / not what came back: {}", dotted(field), dotted(field))]
    OtherThanReturned {
        /// In what they differ.
        field: FieldPath,
    },
    /// `OTHER_THAN_RETURNED`: it is for another amount than came back.
    #[error(
        "金额 {amount} 元不是退回的 {returned} 元 / {amount} yuan is not the {returned} yuan that came back"
    )]
    NotTheReturnedAmount {
        /// What was to be paid.
        amount: Money,
        /// What came back.
        returned: Money,
    },
    /// `OUTSIDE_EARMARK`: the fund may not pay for the programme.
    #[error(
        "资金“{fund}”的用途不含项目 {programme} / the earmark of fund \"{fund}\" does not contain {programme}"
    )]
    OutsideEarmark {
        /// The fund's name.
        fund: PlainName,
        /// What it was to pay for.
        programme: ProgrammeId,
    },
    /// `OUTSIDE_GRANT`: the grant is for another programme, household or person.
    #[error("与所列待遇不符:{} / the grant is for another: {}", dotted(field), dotted(field))]
    OutsideGrant {
        /// In what they differ.
        field: FieldPath,
    },
    /// `GRANT_NOT_LIVE`: some month lies outside those of the grant.
    #[error(
        "所属月份 {months} 超出待遇有效期 {granted} / {months} is not within the grant's months {granted}"
    )]
    GrantNotLive {
        /// What was to be paid for.
        months: MonthRange,
        /// What was granted.
        granted: MonthRange,
    },
    /// `GRANT_NOT_LIVE`: some month lies behind the grant's end, before which it was stopped.
    #[error(
        "该待遇自 {from} 起停发,不能发放 {months} / the grant is stopped from {from} on, so {months} is not paid for"
    )]
    GrantStopped {
        /// What was to be paid for.
        months: MonthRange,
        /// The first month that is not paid for any more.
        from: Month,
    },
    /// `ABOVE_GRANT`: more than the grant's amount times the months.
    #[error(
        "金额 {amount} 元超过待遇限额 {limit} 元 / {amount} yuan is above the grant's {limit} yuan for these months"
    )]
    AboveGrant {
        /// What was to be paid.
        amount: Money,
        /// The most that the grant allows.
        limit: Money,
    },
    /// `ABOVE_STANDARD`: more than the standards in force allow.
    #[error(
        "金额 {amount} 元超过标准 {ceiling} 元 / {amount} yuan is above the standard's {ceiling} yuan"
    )]
    AboveStandard {
        /// What was to be paid.
        amount: Money,
        /// The most that the standards allow for these months, this region and these persons.
        ceiling: Money,
    },
    /// `UNKNOWN_PAYMENT`: there is nothing to reverse.
    #[error("没有发放 {payment} / there is no payment {payment}")]
    UnknownPayment {
        /// The payment that was asked for.
        payment: PaymentId,
    },
    /// `ID_REUSED_WITH_OTHER_CONTENT`: the reversal stands with other content.
    #[error("{}", reused("冲正", "reversal", field))]
    ReversalIdReusedWithOtherContent {
        /// The first field that differs.
        field: FieldPath,
    },
    /// `SETTLED_BY_BANK`: the money, or a part of it, reached the recipient; a bookkeeping entry does not bring
    /// it back.
    #[error(
        "银行已入账,发放 {payment} 不能冲正,应予追回 / the bank has credited {payment}; it cannot be reversed, only recovered"
    )]
    SettledByBank {
        /// The payment.
        payment: PaymentId,
    },
    /// `UNDER_RECOVERY`: what reached the recipient was asked back, and the payment stays as it was made.
    #[error(
        "发放 {payment} 已决定追回,不能冲正 / {payment} is under recovery and cannot be reversed"
    )]
    UnderRecovery {
        /// The payment.
        payment: PaymentId,
    },
    /// `ALREADY_REVERSED`: another reversal undid the payment before.
    #[error("该发放已被冲正,冲正编号 {reversal} / the payment was reversed already, by {reversal}")]
    AlreadyReversed {
        /// The reversal that stands.
        reversal: ReversalId,
    },
    /// About money that is asked back.
    #[error(transparent)]
    Recovery(#[from] RecoveryRefusal),
}

impl Refusal for PaymentRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::AmountMissing
            | Self::AmountNotPositive { .. }
            | Self::ValueOutOfRange
            | Self::AmountIsNotTheGoodsValue { .. } => "INVALID_AMOUNT",
            Self::ItemsDoNotFit { .. } => "INVALID_ITEMS",
            Self::GoodsNotInKind { .. } => "INVALID_CHANNEL",
            Self::TooManyMembers { .. } | Self::PersonNamedTwice => "INVALID_MEMBERS",
            Self::CoversFewerThanNamed { .. } => "INVALID_COVERED_PERSONS",
            Self::UnknownProgramme { .. } => "UNKNOWN_PROGRAMME",
            Self::NotPayable { .. } => "NOT_PAYABLE",
            Self::UnknownFund { .. } => "UNKNOWN_FUND",
            Self::UnknownStore { .. } => "UNKNOWN_STORE",
            Self::UnknownGrant { .. } => "UNKNOWN_GRANT",
            Self::PaymentIdReusedWithOtherContent { .. }
            | Self::ReversalIdReusedWithOtherContent { .. } => "ID_REUSED_WITH_OTHER_CONTENT",
            Self::NotAnEmergency => "NOT_AN_EMERGENCY",
            Self::ReissueOutsideBatch => "REISSUE_NEEDS_BATCH",
            Self::UnknownReturnedPayment { .. } => "UNKNOWN_PAYMENT",
            Self::NotReturned { .. } => "NOT_RETURNED",
            Self::OtherThanReturned { .. } | Self::NotTheReturnedAmount { .. } => {
                "OTHER_THAN_RETURNED"
            }
            Self::OutsideEarmark { .. } => "OUTSIDE_EARMARK",
            Self::OutsideGrant { .. } => "OUTSIDE_GRANT",
            Self::GrantNotLive { .. } | Self::GrantStopped { .. } => "GRANT_NOT_LIVE",
            Self::AboveGrant { .. } => "ABOVE_GRANT",
            Self::AboveStandard { .. } => "ABOVE_STANDARD",
            Self::UnknownPayment { .. } => "UNKNOWN_PAYMENT",
            Self::SettledByBank { .. } => "SETTLED_BY_BANK",
            Self::UnderRecovery { .. } => "UNDER_RECOVERY",
            Self::AlreadyReversed { .. } => "ALREADY_REVERSED",
            Self::Recovery(refusal) => refusal.code(),
        }
    }

    fn field(&self) -> Option<FieldPath> {
        Some(match self {
            Self::AmountMissing
            | Self::AmountNotPositive { .. }
            | Self::AmountIsNotTheGoodsValue { .. }
            | Self::AboveGrant { .. }
            | Self::AboveStandard { .. } => &["amount"],
            Self::ValueOutOfRange | Self::ItemsDoNotFit { .. } => &["items"],
            Self::GoodsNotInKind { .. } => &["payout", "channel"],
            Self::TooManyMembers { .. } | Self::PersonNamedTwice => &["recipient", "members"],
            Self::CoversFewerThanNamed { .. } => &["recipient", "coveredPersons"],
            Self::UnknownProgramme { .. } | Self::NotPayable { .. } => &["programme"],
            Self::UnknownFund { .. } | Self::OutsideEarmark { .. } => &["fund"],
            Self::UnknownStore { .. } => &["store"],
            Self::UnknownGrant { .. } => &["grant"],
            Self::GrantNotLive { .. } | Self::GrantStopped { .. } => &["entitlementMonth"],
            Self::UnknownPayment { .. }
            | Self::SettledByBank { .. }
            | Self::UnderRecovery { .. }
            | Self::AlreadyReversed { .. } => &["payment"],
            Self::Recovery(refusal) => return refusal.field(),
            Self::NotAnEmergency => &["kind"],
            Self::ReissueOutsideBatch
            | Self::UnknownReturnedPayment { .. }
            | Self::NotReturned { .. } => &["reissues"],
            Self::NotTheReturnedAmount { .. } => &["amount"],
            Self::OutsideGrant { field }
            | Self::OtherThanReturned { field }
            | Self::PaymentIdReusedWithOtherContent { field }
            | Self::ReversalIdReusedWithOtherContent { field } => field,
        })
    }
}
