//! The fixed words of the ledger as GraphQL enums: the domain's own, in capitals.

use async_graphql::Enum;

/// How a programme may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::vocabulary::PaysAs")]
pub enum PaysAs {
    /// Periodic payments, each for a range of months.
    Grant,
    /// Single payments for no month in particular.
    OneOff,
    /// Temporary aid, urgent or for expenditure.
    TemporaryAid,
    /// Periodic payments of one of the two disability subsidies.
    DisabilitySubsidy,
    /// Goods of a charity supermarket.
    Goods,
    /// Money that comes in, such as a donation drive.
    Income,
    /// For reports only.
    NotPayable,
}

/// Where the money of a fund comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::vocabulary::FundSource")]
pub enum FundSource {
    /// Budget money of some level of government.
    Fiscal,
    /// 困难群众救助补助资金, the joint central and provincial fund.
    HardshipSubsidy,
    /// The share of the welfare lottery that goes to public welfare.
    WelfareLottery,
    /// Donations held by a charity association.
    Charity,
    /// 水库移民后期扶持基金.
    ReservoirResettlement,
    /// Anything else.
    Other,
}

/// Why a grant ends before its last month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::vocabulary::StopReason")]
pub enum StopReason {
    /// The recipient has died.
    Death,
    /// Income or means are above the line.
    Income,
    /// The household has moved away.
    Moved,
    /// Another programme takes its place.
    OtherProgramme,
    /// The recipient gives it up.
    OwnRequest,
    /// It should not have been granted.
    NotEntitled,
}

/// Why a bank did not credit a payment, or took it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::vocabulary::ReturnReason")]
pub enum ReturnReason {
    /// 户名账号不符: the name is not that of the account's holder.
    NameDiffers,
    /// 账户已销户: the account was closed.
    AccountClosed,
    /// 账户冻结: the account is frozen.
    AccountFrozen,
    /// 卡种不支持: the card is of a class that takes no such payments.
    CardClassRefused,
    /// 持卡人死亡: the holder has died.
    HolderDead,
    /// 开户行有误: the account is with another bank.
    WrongBank,
    /// 银行退回: anything else that the bank gave no better reason for.
    RejectedByBank,
}

/// Why a line of a bank's file of results changes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::payment::Unmatched")]
pub enum UnmatchedReason {
    /// 查无此发放: there is no payment of this id.
    UnknownPayment,
    /// 非批次发放: the payment was recorded by itself; no bank was instructed by a batch.
    NotInstructed,
    /// 此前已有结果: the bank has answered for it before.
    AnsweredBefore,
    /// 已冲销: it was reversed.
    Reversed,
    /// 已决定追回: what it paid was asked back; what comes in of it is booked there.
    UnderRecovery,
    /// 登记时尚未发出: it was not on its way when the file was recorded, and is now: the line goes into a file of its
    /// own.
    TooEarly,
    /// 金额不符: the amount is not that of the payment; for a part, not between zero and it.
    AmountDiffers,
}

/// What an officer is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::rights::Role")]
pub enum Role {
    /// 经办: makes lists and records money that comes in.
    Maker,
    /// 复核: checks facts and amounts of a list.
    Reviewer,
    /// 审批: takes the binding decision.
    Approver,
    /// 出纳: releases the money.
    Cashier,
    /// 物资保管: keeps the goods of a charity supermarket.
    Storekeeper,
    /// 纪检监察: traces money and officers; changes nothing, but that they looked at personal data is recorded.
    Inspector,
    /// 统计分析: asks for totals; sees nobody.
    Analyst,
    /// 系统管理员: keeps the system running; sees no money.
    SystemAdministrator,
    /// 安全管理员: enrols officers and gives roles; sees no money.
    SecurityAdministrator,
    /// 审计管理员: watches over the other administrators; sees no money.
    AuditAdministrator,
}

/// The level of government that a fund's money comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::vocabulary::FundLevel")]
pub enum FundLevel {
    /// The central budget.
    Central,
    /// A province.
    Provincial,
    /// A prefecture-level city.
    Municipal,
    /// A county, district or county-level city.
    County,
    /// A town, township or street.
    Township,
}

/// In what form aid reaches the recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::vocabulary::AidForm")]
pub enum AidForm {
    /// Money, also when a bank carries it.
    Cash,
    /// Goods or works with a declared value.
    InKind,
    /// A service that the bureau bought.
    Service,
    /// A fee that was not charged.
    Waiver,
}

/// Whether the recipient lives in a town or in the country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::vocabulary::Residency")]
pub enum Residency {
    /// In a town.
    Urban,
    /// In the country.
    Rural,
}

/// The way that a payment took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::vocabulary::Channel")]
pub enum Channel {
    /// To a bank account; the rule.
    Bank,
    /// By hand; the exception.
    Cash,
    /// Goods handed over.
    InKind,
}

/// What the amount of a standard is counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::vocabulary::StandardUnit")]
pub enum StandardUnit {
    /// For each covered person and month.
    PersonMonth,
    /// For each household and month.
    HouseholdMonth,
    /// For each covered person and year; a month has a twelfth.
    PersonYear,
    /// For each household and year; a month has a twelfth.
    HouseholdYear,
    /// For each payment.
    Once,
}

/// The two kinds of temporary aid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::vocabulary::TemporaryAidKind")]
pub enum TemporaryAidKind {
    /// 急难: act first, papers later.
    Urgent,
    /// 支出: for expenses that overwhelm a household.
    Expenditure,
}

/// The two disability subsidies. A person may draw both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::vocabulary::DisabilitySubsidyKind")]
pub enum DisabilitySubsidyKind {
    /// 困难残疾人生活补贴.
    Living,
    /// 重度残疾人护理补贴.
    Nursing,
}
