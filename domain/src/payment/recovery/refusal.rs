//! Why nothing is asked back, comes in or is given up.

use crate::ids::PaymentId;
use crate::money::Money;
use crate::refusal::{FieldPath, Refusal, reused};

/// Why a payment refuses a command about its recovery. The first that applies is told, in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecoveryRefusal {
    /// `INVALID_AMOUNT`: nothing, or less, is asked back, came in or is given up.
    #[error("金额须大于零,所给为 {amount} 元 / the amount must be above zero, not {amount} yuan")]
    AmountNotPositive {
        /// What was given.
        amount: Money,
    },
    /// `UNKNOWN_PAYMENT`: nothing was recorded under this id.
    #[error("没有发放 {payment} / there is no payment {payment}")]
    UnknownPayment {
        /// The payment that was asked for.
        payment: PaymentId,
    },
    /// `ID_REUSED_WITH_OTHER_CONTENT`: the step stands with other content.
    #[error("{}", reused("追回", "step of a recovery", field))]
    IdReusedWithOtherContent {
        /// The first field that differs.
        field: FieldPath,
    },
    /// `NOTHING_TO_RECOVER`: goods are asked back by a reversal.
    #[error(
        "物资发放 {payment} 不作追回,应予冲销 / goods are not recovered; reverse {payment} instead"
    )]
    Goods {
        /// The payment.
        payment: PaymentId,
    },
    /// `NOTHING_TO_RECOVER`: the money has not reached its recipient, or is back already.
    #[error(
        "发放 {payment} 的款项未到收款人处,无可追回 / the money of {payment} is not with its recipient; there is nothing to recover"
    )]
    NotWithRecipient {
        /// The payment.
        payment: PaymentId,
    },
    /// `ABOVE_RECOVERABLE`: more than arrived and is not asked back yet, or was given up.
    #[error(
        "追回金额 {amount} 元超过可追回的 {most} 元 / {amount} yuan is more than the {most} yuan that can be asked back"
    )]
    AboveRecoverable {
        /// What was to be asked back.
        amount: Money,
        /// The most that can be.
        most: Money,
    },
    /// `NOT_ORDERED`: nothing was asked back.
    #[error("发放 {payment} 未决定追回 / nothing of {payment} was asked back")]
    NotOrdered {
        /// The payment.
        payment: PaymentId,
    },
    /// `ABOVE_OUTSTANDING`: more than was asked back and is still to come.
    #[error(
        "金额 {amount} 元超过尚待追回的 {outstanding} 元 / {amount} yuan is more than the {outstanding} yuan still to come"
    )]
    AboveOutstanding {
        /// What came in or was to be given up.
        amount: Money,
        /// What is still to come.
        outstanding: Money,
    },
}

impl Refusal for RecoveryRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::AmountNotPositive { .. } => "INVALID_AMOUNT",
            Self::UnknownPayment { .. } => "UNKNOWN_PAYMENT",
            Self::IdReusedWithOtherContent { .. } => "ID_REUSED_WITH_OTHER_CONTENT",
            Self::Goods { .. } | Self::NotWithRecipient { .. } => "NOTHING_TO_RECOVER",
            Self::AboveRecoverable { .. } => "ABOVE_RECOVERABLE",
            Self::NotOrdered { .. } => "NOT_ORDERED",
            Self::AboveOutstanding { .. } => "ABOVE_OUTSTANDING",
        }
    }

    fn field(&self) -> Option<FieldPath> {
        Some(match self {
            Self::AmountNotPositive { .. }
            | Self::AboveRecoverable { .. }
            | Self::AboveOutstanding { .. } => &["amount"],
            Self::UnknownPayment { .. }
            | Self::Goods { .. }
            | Self::NotWithRecipient { .. }
            | Self::NotOrdered { .. } => &["payment"],
            Self::IdReusedWithOtherContent { field } => field,
        })
    }
}
