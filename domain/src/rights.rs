//! Who may do what: the roles of officers, and for each operation the roles of which one is needed. This
//! is the only place that says so. `mingzhang rights` prints it.
//!
//! It binds a ledger from the entry on that requires officers (see [`crate::regulation`]); an entry that
//! was recorded against it is found by every verifier.

#[cfg(test)]
mod tests;

use crate::bank_results::{BankResultsCommand, BankResultsEvent};
use crate::batch::{BatchCommand, BatchEvent};
use crate::commands::AnyCommand;
use crate::disclosure::{DisclosureCommand, DisclosureEvent};
use crate::events::AnyEvent;
use crate::fund::{FundCommand, FundEvent};
use crate::grant::{GrantCommand, GrantEvent};
use crate::officer::{OfficerCommand, OfficerEvent};
use crate::payment::{Aid, PaymentCommand, PaymentEvent, RecordPayment, RequestedAid};
use crate::period::{PeriodCommand, PeriodEvent};
use crate::person::{PersonCommand, PersonEvent};
use crate::regulation::{RegulationCommand, RegulationEvent};
use crate::standard::StandardCommand;
use crate::store::{StoreCommand, StoreEvent};
use crate::vocabulary::words;

words! {
    /// What an officer is there for. One officer may hold several, but not any: see [`Role::excludes`].
    Role {
        /// Makes lists and records money that comes in.
        Maker "maker" "经办",
        /// Checks facts and amounts of a list.
        Reviewer "reviewer" "复核",
        /// Takes the binding decision.
        Approver "approver" "审批",
        /// Releases the money.
        Cashier "cashier" "出纳",
        /// Keeps the goods of a charity supermarket.
        Storekeeper "storekeeper" "物资保管",
        /// Traces money and officers for the discipline inspection; changes nothing, but that they looked at
        /// personal data is recorded.
        Inspector "inspector" "纪检监察",
        /// Asks for totals; sees nobody.
        Analyst "analyst" "统计分析",
        /// Keeps the system running; sees no money.
        SystemAdministrator "system_administrator" "系统管理员",
        /// Enrols officers and gives roles; sees no money.
        SecurityAdministrator "security_administrator" "安全管理员",
        /// Watches over the other administrators and who signed in; sees no money.
        AuditAdministrator "audit_administrator" "审计管理员",
    }

    /// Something that only some officers may do.
    Operation {
        /// Open a fund.
        OpenFund "open_fund" "开立资金",
        /// Record what a fund held when its books began.
        RecordOpeningBalance "record_opening_balance" "登记期初余额",
        /// Record money that came in.
        ReceiveFunds "receive_funds" "资金入账",
        /// Move money from one fund to another.
        TransferFunds "transfer_funds" "资金调拨",
        /// Hand surplus back.
        RemitSurplus "remit_surplus" "结余上缴",
        /// Put a standard in force.
        SetStandard "set_standard" "设定标准",
        /// Approve a grant.
        ApproveGrant "approve_grant" "审批待遇",
        /// Stop a grant.
        StopGrant "stop_grant" "停发待遇",
        /// Make the list of a batch.
        DraftBatch "draft_batch" "批次制单",
        /// Hand a batch over for review.
        SubmitBatch "submit_batch" "批次提交",
        /// Check facts and amounts of a batch.
        ReviewBatch "review_batch" "批次复核",
        /// Approve a batch.
        ApproveBatch "approve_batch" "批次审批",
        /// Let the money of a batch go.
        ReleaseBatch "release_batch" "批次发出",
        /// Give a batch back to its maker.
        SendBackBatch "send_back_batch" "批次退回",
        /// Give a batch up.
        CancelBatch "cancel_batch" "批次作废",
        /// In an emergency, let the money of a batch go before its papers are complete.
        AdvanceBatch "advance_batch" "先行发放",
        /// Check the papers of an advance.
        ReviewPapers "review_papers" "补办复核",
        /// Confirm an advance whose papers were checked.
        CompletePapers "complete_papers" "补办确认",
        /// Close a batch for which a bank has answered.
        CloseBatch "close_batch" "批次办结",
        /// Record what a bank answered for payments that were released.
        RecordBankResults "record_bank_results" "登记银行结果",
        /// Say how many officers must approve which sum.
        SetApprovalBands "set_approval_bands" "设定审批金额档",
        /// Record a payment of money by itself, outside a batch.
        RecordPaymentDirectly "record_payment_directly" "直接登记发放",
        /// Reverse a payment.
        ReversePayment "reverse_payment" "冲销发放",
        /// Ask back what should not have been paid.
        OrderRecovery "order_recovery" "决定追回",
        /// Record what came in of it.
        ReceiveRecovery "receive_recovery" "追回入账",
        /// Give up what does not come in.
        WaiveRecovery "waive_recovery" "豁免追回",
        /// Report that a recipient died.
        ReportDeath "report_death" "登记死亡",
        /// Withdraw the report of a death.
        WithdrawDeathReport "withdraw_death_report" "撤销死亡登记",
        /// Ask to close a month of the books.
        ProposeClosing "propose_closing" "提出结账",
        /// Close a month, as another officer proposed.
        ClosePeriod "close_period" "确认结账",
        /// Ask to open a closed month again.
        ProposeReopening "propose_reopening" "提出反结账",
        /// Open a month again, as another officer proposed.
        ReopenPeriod "reopen_period" "确认反结账",
        /// Take back what was proposed about a month.
        WithdrawProposal "withdraw_proposal" "撤回结账申请",
        /// Open a charity supermarket.
        OpenStore "open_store" "开设慈善超市",
        /// Book goods into a charity supermarket.
        ReceiveGoods "receive_goods" "物资入库",
        /// Hand goods out.
        DisburseGoods "disburse_goods" "物资发放",
        /// Enrol an officer.
        EnrolOfficer "enrol_officer" "登记人员",
        /// Give a role to an officer.
        GiveRole "give_role" "授予角色",
        /// Withdraw a role from an officer.
        WithdrawRole "withdraw_role" "撤回角色",
        /// Set whether officers are required.
        RequireOfficers "require_officers" "设定是否要求人员分工",
        /// Give an officer the code with which they set their password.
        IssueSetUpCode "issue_set_up_code" "发放设置码",
        /// Give out the keys by which programs ask, and end them.
        ManageProgramKeys "manage_program_keys" "管理程序密钥",
        /// Register persons, households and accounts to name them in a command.
        IdentifyPersons "identify_persons" "登记救助对象",
        /// Learn the ids by which a command that is to be signed names steps, payments and the like.
        ExchangeIds "exchange_ids" "换取编号",
        /// Ask for totals, funds, stores and their goods. Nobody is named there.
        ReadTotals "read_totals" "查询汇总",
        /// Look at payments and batches, and whom they are for.
        ReadPayments "read_payments" "查询发放",
        /// See who stands behind a payment or a batch, unmasked: a look that is recorded.
        DisclosePersonalData "disclose_personal_data" "查看个人信息",
        /// Look at entries, and at everything that touches a payment, a fund or an officer.
        ReadEntries "read_entries" "查阅账目",
        /// Read the reasons that lie beside entries: of a reversal, a recovery, a look at personal data.
        ReadReasons "read_reasons" "查阅事由",
        /// See who is enrolled, with which roles.
        ReadOfficers "read_officers" "查阅人员",
        /// See who signed in and who was refused.
        ReadAccessLog "read_access_log" "查阅访问记录",
    }
}

/// Roles that record or release money or goods.
const FINANCE: [Role; 5] =
    [Role::Maker, Role::Reviewer, Role::Approver, Role::Cashier, Role::Storekeeper];

/// The three separated administrators (GB/T 22239-2019, level 3, 8.1.5.1 to 8.1.5.3).
const ADMINISTRATORS: [Role; 3] =
    [Role::SystemAdministrator, Role::SecurityAdministrator, Role::AuditAdministrator];

impl Role {
    /// The role that somebody must hold for as long as a ledger requires officers: without it nobody
    /// could give roles any more.
    pub const KEEPER: Self = Self::SecurityAdministrator;

    /// Whether nobody may hold both roles at the same time. Administrators hold no other role at all;
    /// an inspector records nothing; a cashier neither makes nor reviews lists (会计法 art. 35), and
    /// whoever keeps goods makes no lists of them (会计法 art. 25). Symmetric; no role excludes itself.
    pub fn excludes(self, other: Self) -> bool {
        self != other && (self.is_kept_from(other) || other.is_kept_from(self))
    }

    fn is_kept_from(self, other: Self) -> bool {
        match self {
            Self::Inspector => FINANCE.contains(&other),
            Self::Cashier => matches!(other, Self::Maker | Self::Reviewer),
            Self::Storekeeper => other == Self::Maker,
            role => ADMINISTRATORS.contains(&role),
        }
    }
}

/// Roles with their names, both known when the program is built: an entry's effects only refer to them.
struct Holders {
    roles: &'static [Role],
    names: &'static [&'static str],
}

macro_rules! holders {
    ($($role:ident)*) => {
        Holders {
            roles: const { &[$(Role::$role),*] },
            names: const { &[$(Role::$role.as_str()),*] },
        }
    };
}

impl Operation {
    /// Whether nothing is recorded by it.
    pub const fn only_reads(self) -> bool {
        matches!(
            self,
            Self::ReadTotals
                | Self::ReadPayments
                | Self::ReadEntries
                | Self::ReadReasons
                | Self::ReadOfficers
                | Self::ReadAccessLog
        )
    }

    /// The operation that a command asks for. A list of payments asks for what its first payment does.
    pub fn asked_by(command: &AnyCommand) -> Self {
        let of_payment = |payment: &RecordPayment| match payment.aid {
            RequestedAid::Goods { .. } => Self::DisburseGoods,
            _ => Self::RecordPaymentDirectly,
        };
        match command {
            AnyCommand::Fund(command) => match command {
                FundCommand::OpenFund(_) => Self::OpenFund,
                FundCommand::RecordOpeningBalance(_) => Self::RecordOpeningBalance,
                FundCommand::ReceiveFunds(_) => Self::ReceiveFunds,
                FundCommand::TransferFunds(_) => Self::TransferFunds,
                FundCommand::RemitSurplus(_) => Self::RemitSurplus,
            },
            AnyCommand::Standard(StandardCommand::SetStandard(_)) => Self::SetStandard,
            AnyCommand::Grant(GrantCommand::ApproveGrant(_)) => Self::ApproveGrant,
            AnyCommand::Grant(GrantCommand::StopGrant(_)) => Self::StopGrant,
            AnyCommand::Payment(command) => match command {
                PaymentCommand::RecordPayment(payment) => of_payment(payment),
                PaymentCommand::ReversePayment(_) => Self::ReversePayment,
                PaymentCommand::OrderRecovery(_) => Self::OrderRecovery,
                PaymentCommand::ReceiveRecovery(_) => Self::ReceiveRecovery,
                PaymentCommand::WaiveRecovery(_) => Self::WaiveRecovery,
            },
            AnyCommand::Payments(list) => {
                list.payments().first().map_or(Self::RecordPaymentDirectly, of_payment)
            }
            AnyCommand::Store(StoreCommand::OpenStore(_)) => Self::OpenStore,
            AnyCommand::Store(StoreCommand::ReceiveGoods(_)) => Self::ReceiveGoods,
            AnyCommand::Officer(OfficerCommand::EnrolOfficer(_)) => Self::EnrolOfficer,
            AnyCommand::Officer(OfficerCommand::GiveRole(_)) => Self::GiveRole,
            AnyCommand::Officer(OfficerCommand::WithdrawRole(_)) => Self::WithdrawRole,
            AnyCommand::Regulation(RegulationCommand::RequireOfficers(_)) => Self::RequireOfficers,
            AnyCommand::Regulation(RegulationCommand::SetApprovalBands(_)) => {
                Self::SetApprovalBands
            }
            AnyCommand::Batch(command) => match command {
                BatchCommand::DraftBatch(_) => Self::DraftBatch,
                BatchCommand::SubmitBatch(_) => Self::SubmitBatch,
                BatchCommand::ReviewBatch(_) => Self::ReviewBatch,
                BatchCommand::ApproveBatch(_) => Self::ApproveBatch,
                BatchCommand::ReleaseBatch(_) => Self::ReleaseBatch,
                BatchCommand::SendBackBatch(_) => Self::SendBackBatch,
                BatchCommand::CancelBatch(_) => Self::CancelBatch,
                BatchCommand::AdvanceBatch(_) => Self::AdvanceBatch,
                BatchCommand::ReviewPapers(_) => Self::ReviewPapers,
                BatchCommand::CompletePapers(_) => Self::CompletePapers,
                BatchCommand::CloseBatch(_) => Self::CloseBatch,
            },
            AnyCommand::BankResults(BankResultsCommand::RecordBankResults(_)) => {
                Self::RecordBankResults
            }
            AnyCommand::Disclosure(DisclosureCommand::DisclosePersonalData(_)) => {
                Self::DisclosePersonalData
            }
            AnyCommand::Person(PersonCommand::ReportDeath(_)) => Self::ReportDeath,
            AnyCommand::Person(PersonCommand::WithdrawDeathReport(_)) => Self::WithdrawDeathReport,
            AnyCommand::Period(command) => match command {
                PeriodCommand::ProposeClosing(_) => Self::ProposeClosing,
                PeriodCommand::ClosePeriod(_) => Self::ClosePeriod,
                PeriodCommand::ProposeReopening(_) => Self::ProposeReopening,
                PeriodCommand::ReopenPeriod(_) => Self::ReopenPeriod,
                PeriodCommand::WithdrawProposal(_) => Self::WithdrawProposal,
            },
        }
    }

    /// The operation whose record this event is.
    pub fn of(event: &AnyEvent) -> Self {
        match event {
            AnyEvent::Fund(event) => match event {
                FundEvent::FundOpened(_) => Self::OpenFund,
                FundEvent::OpeningBalanceRecorded(_) => Self::RecordOpeningBalance,
                FundEvent::FundsReceived(_) => Self::ReceiveFunds,
                FundEvent::FundsTransferred(_) => Self::TransferFunds,
                FundEvent::SurplusRemitted(_) => Self::RemitSurplus,
            },
            AnyEvent::Standard(_) => Self::SetStandard,
            AnyEvent::Grant(GrantEvent::GrantApproved(_)) => Self::ApproveGrant,
            AnyEvent::Grant(GrantEvent::GrantStopped(_)) => Self::StopGrant,
            AnyEvent::Payment(event) => match event {
                PaymentEvent::PaymentRecorded(payment) => match payment.aid {
                    Aid::Goods { .. } => Self::DisburseGoods,
                    _ => match payment.batch {
                        None => Self::RecordPaymentDirectly,
                        Some(line) if line.advance => Self::AdvanceBatch,
                        Some(_) => Self::ReleaseBatch,
                    },
                },
                PaymentEvent::PaymentSettled(_) | PaymentEvent::PaymentReturned(_) => {
                    Self::RecordBankResults
                }
                PaymentEvent::PaymentReversed(_) => Self::ReversePayment,
                PaymentEvent::RecoveryOrdered(_) => Self::OrderRecovery,
                PaymentEvent::RecoveryReceived(_) => Self::ReceiveRecovery,
                PaymentEvent::RecoveryWaived(_) => Self::WaiveRecovery,
            },
            AnyEvent::Store(StoreEvent::StoreOpened(_)) => Self::OpenStore,
            AnyEvent::Store(StoreEvent::GoodsReceived(_)) => Self::ReceiveGoods,
            AnyEvent::Officer(OfficerEvent::OfficerEnrolled(_)) => Self::EnrolOfficer,
            AnyEvent::Officer(OfficerEvent::RoleGiven(_)) => Self::GiveRole,
            AnyEvent::Officer(OfficerEvent::RoleWithdrawn(_)) => Self::WithdrawRole,
            AnyEvent::Regulation(RegulationEvent::OfficersRequired(_)) => Self::RequireOfficers,
            AnyEvent::Regulation(RegulationEvent::ApprovalBandsSet(_)) => Self::SetApprovalBands,
            AnyEvent::Batch(event) => match event {
                BatchEvent::BatchDrafted(_) => Self::DraftBatch,
                BatchEvent::BatchSubmitted(_) => Self::SubmitBatch,
                BatchEvent::BatchReviewed(_) => Self::ReviewBatch,
                BatchEvent::BatchApproved(_) => Self::ApproveBatch,
                BatchEvent::BatchReleased(_) => Self::ReleaseBatch,
                BatchEvent::BatchSentBack(_) => Self::SendBackBatch,
                BatchEvent::BatchCancelled(_) => Self::CancelBatch,
                BatchEvent::BatchAdvanced(_) => Self::AdvanceBatch,
                BatchEvent::PapersReviewed(_) => Self::ReviewPapers,
                BatchEvent::PapersCompleted(_) => Self::CompletePapers,
                BatchEvent::BatchClosed(_) => Self::CloseBatch,
            },
            AnyEvent::BankResults(BankResultsEvent::BankResultsRecorded(_)) => {
                Self::RecordBankResults
            }
            AnyEvent::Disclosure(DisclosureEvent::PersonalDataDisclosed(_)) => {
                Self::DisclosePersonalData
            }
            AnyEvent::Person(PersonEvent::DeathReported(_)) => Self::ReportDeath,
            AnyEvent::Person(PersonEvent::DeathReportWithdrawn(_)) => Self::WithdrawDeathReport,
            AnyEvent::Period(event) => match event {
                PeriodEvent::PeriodClosingProposed(_) => Self::ProposeClosing,
                PeriodEvent::PeriodClosed(_) => Self::ClosePeriod,
                PeriodEvent::PeriodReopeningProposed(_) => Self::ProposeReopening,
                PeriodEvent::PeriodReopened(_) => Self::ReopenPeriod,
                PeriodEvent::PeriodProposalWithdrawn(_) => Self::WithdrawProposal,
            },
        }
    }

    /// The roles of which an officer must hold one to do this; none where nobody may, whatever roles
    /// they hold.
    pub fn roles(self) -> &'static [Role] {
        self.holders().roles
    }

    /// The words of [`Self::roles`], in the same order.
    pub fn role_names(self) -> &'static [&'static str] {
        self.holders().names
    }

    fn holders(self) -> Holders {
        match self {
            Self::OpenFund | Self::RecordOpeningBalance | Self::ReceiveFunds => holders!(Maker),
            Self::TransferFunds | Self::RemitSurplus => holders!(Approver),
            Self::SetStandard | Self::ApproveGrant | Self::StopGrant => holders!(Approver),
            Self::DraftBatch | Self::SubmitBatch => holders!(Maker),
            Self::ReviewBatch => holders!(Reviewer),
            Self::ApproveBatch | Self::SetApprovalBands => holders!(Approver),
            Self::ReleaseBatch | Self::CompletePapers => holders!(Cashier),
            Self::AdvanceBatch => holders!(Approver),
            Self::ReviewPapers => holders!(Reviewer),
            Self::CloseBatch => holders!(Maker Reviewer),
            // Whoever released the money does not book what became of it (会计法 art. 35).
            Self::RecordBankResults => holders!(Maker Reviewer),
            Self::SendBackBatch => holders!(Reviewer Approver Cashier),
            Self::CancelBatch => holders!(Maker Reviewer Approver),
            // Money leaves through more than one pair of hands.
            Self::RecordPaymentDirectly => holders!(),
            Self::ReversePayment | Self::OrderRecovery | Self::WaiveRecovery => holders!(Approver),
            // Like what a bank answers: not whoever handles the money (会计法 art. 35).
            Self::ReceiveRecovery => holders!(Maker Reviewer),
            Self::ProposeClosing | Self::ProposeReopening => holders!(Maker Reviewer),
            Self::ReportDeath => holders!(Maker Reviewer),
            Self::ClosePeriod | Self::ReopenPeriod | Self::WithdrawDeathReport => {
                holders!(Approver)
            }
            Self::WithdrawProposal => holders!(Maker Reviewer Approver),
            Self::OpenStore => holders!(Approver),
            Self::ReceiveGoods | Self::DisburseGoods => holders!(Storekeeper),
            Self::EnrolOfficer | Self::GiveRole | Self::WithdrawRole | Self::RequireOfficers => {
                holders!(SecurityAdministrator)
            }
            Self::IssueSetUpCode | Self::ManageProgramKeys => holders!(SecurityAdministrator),
            Self::IdentifyPersons => holders!(Maker Approver Storekeeper),
            // Whoever has something to sign.
            Self::ExchangeIds => {
                holders!(Maker Reviewer Approver Cashier Storekeeper Inspector SecurityAdministrator)
            }
            Self::ReadTotals => {
                holders!(Maker Reviewer Approver Cashier Storekeeper Inspector Analyst)
            }
            Self::ReadPayments | Self::ReadEntries | Self::DisclosePersonalData => {
                holders!(Maker Reviewer Approver Cashier Storekeeper Inspector)
            }
            Self::ReadOfficers => {
                holders!(Inspector SecurityAdministrator AuditAdministrator)
            }
            // A reason may name somebody, and tells what an officer thought of them.
            Self::ReadReasons => holders!(Inspector),
            Self::ReadAccessLog => holders!(Inspector AuditAdministrator),
        }
    }
}
