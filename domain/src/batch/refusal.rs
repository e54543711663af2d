//! Why a batch refuses.

use std::num::NonZeroU32;

use super::stage::Standing;
use crate::ids::{BatchId, OfficerId, PaymentId};
use crate::refusal::{FieldPath, Refusal, reused};
use crate::text::ListDigest;

/// Why a batch refuses a command. The first that applies is told, in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchRefusal {
    /// `PAYMENT_TWICE`: a list names one payment twice.
    #[error("第 {line} 行重复了发放 {payment} / line {line} repeats the payment {payment}")]
    PaymentTwice {
        /// The second of the two lines, from 1.
        line: u32,
        /// The payment.
        payment: PaymentId,
    },
    /// `INVALID_AMOUNT`: a line says no amount, or hands out goods.
    #[error(
        "第 {line} 行没有金额;物资不经批次发放 / line {line} has no amount; goods are not handed out in batches"
    )]
    NoMoney {
        /// The line, from 1.
        line: u32,
    },
    /// `INVALID_AMOUNT`: the lines sum up to more than any amount that can be recorded.
    #[error("合计金额超出范围 / the lines sum up to more than can be recorded")]
    TotalOutOfRange,
    /// `EMPTY_LIST`: a list needs a line.
    #[error("发放清单为空 / a list must hold at least one payment")]
    EmptyList,
    /// `UNKNOWN_BATCH`: nothing was drafted under this id.
    #[error("没有批次 {batch} / there is no batch {batch}")]
    UnknownBatch {
        /// The batch that was asked for.
        batch: BatchId,
    },
    /// `ID_REUSED_WITH_OTHER_CONTENT`: the draft stands with other content.
    #[error("{}", reused("批次", "batch", field))]
    BatchIdReusedWithOtherContent {
        /// The first field that differs.
        field: FieldPath,
    },
    /// `ID_REUSED_WITH_OTHER_CONTENT`: the step stands with other content.
    #[error("{}", reused("批次环节", "step", field))]
    StepIdReusedWithOtherContent {
        /// The first field that differs.
        field: FieldPath,
    },
    /// `WRONG_STAGE`: this is not what comes next.
    #[error(
        "批次当前状态为“{}”,不能办理此环节 / the batch is {stands}: this is not what comes next",
        stands.name_zh()
    )]
    WrongStage {
        /// Where it stands.
        stands: Standing,
    },
    /// `NOT_THE_MAKER`: only who made the list hands it over.
    #[error("须由制单人 {maker} 提交 / only its maker {maker} submits it")]
    NotTheMaker {
        /// Who made it.
        maker: OfficerId,
    },
    /// `SAME_OFFICER`: the officer had a hand in the batch already.
    #[error(
        "人员 {officer} 已经手过本批次,须由另一人办理 / {officer} had a hand in this batch already; it takes another person"
    )]
    SameOfficer {
        /// Who.
        officer: OfficerId,
    },
    /// `APPROVALS_MISSING`: the amount asks for more of them.
    #[error("须经 {needed} 人审批,现有 {given} 人 / it needs {needed} approvals and has {given}")]
    ApprovalsMissing {
        /// How many it has.
        given: usize,
        /// How many it needs.
        needed: NonZeroU32,
    },
    /// `TOO_LARGE_TO_ADVANCE`: a sum that needs more than one approval waits for them.
    #[error(
        "该金额须经 {needed} 人审批,不能先行发放 / the sum needs {needed} approvals and cannot be advanced"
    )]
    TooLargeToAdvance {
        /// How many it needs.
        needed: NonZeroU32,
    },
    /// `LINES_UNANSWERED`: no bank has answered for some of its payments.
    #[error(
        "尚有 {lines} 笔未收到银行结果,不能办结 / no bank has answered for {lines} of its lines yet"
    )]
    LinesUnanswered {
        /// How many.
        lines: u32,
    },
    /// `LIST_DIFFERS`: the list is not the one that was drafted, or approved.
    #[error("清单与摘要 {expected} 不符 / the list is not the one with the digest {expected}")]
    ListDiffers {
        /// The digest of the list that stands.
        expected: ListDigest,
    },
}

impl Refusal for BatchRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::PaymentTwice { .. } => "PAYMENT_TWICE",
            Self::NoMoney { .. } | Self::TotalOutOfRange => "INVALID_AMOUNT",
            Self::EmptyList => "EMPTY_LIST",
            Self::UnknownBatch { .. } => "UNKNOWN_BATCH",
            Self::BatchIdReusedWithOtherContent { .. }
            | Self::StepIdReusedWithOtherContent { .. } => "ID_REUSED_WITH_OTHER_CONTENT",
            Self::WrongStage { .. } => "WRONG_STAGE",
            Self::NotTheMaker { .. } => "NOT_THE_MAKER",
            Self::SameOfficer { .. } => "SAME_OFFICER",
            Self::ApprovalsMissing { .. } => "APPROVALS_MISSING",
            Self::TooLargeToAdvance { .. } => "TOO_LARGE_TO_ADVANCE",
            Self::LinesUnanswered { .. } => "LINES_UNANSWERED",
            Self::ListDiffers { .. } => "LIST_DIFFERS",
        }
    }

    fn field(&self) -> Option<FieldPath> {
        Some(match self {
            Self::PaymentTwice { .. }
            | Self::NoMoney { .. }
            | Self::TotalOutOfRange
            | Self::EmptyList => &["lines"],
            Self::UnknownBatch { .. } => &["batch"],
            Self::BatchIdReusedWithOtherContent { field }
            | Self::StepIdReusedWithOtherContent { field } => field,
            Self::ListDiffers { .. } => &["digest"],
            Self::WrongStage { .. }
            | Self::NotTheMaker { .. }
            | Self::SameOfficer { .. }
            | Self::ApprovalsMissing { .. }
            | Self::TooLargeToAdvance { .. }
            | Self::LinesUnanswered { .. } => return None,
        })
    }
}
