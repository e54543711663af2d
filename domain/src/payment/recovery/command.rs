//! What can be asked about money that should not have reached its recipient.

use serde::{Deserialize, Serialize};

use super::{RecoveryOrdered, RecoveryReceived, RecoverySums, RecoveryWaived, Stood};
use crate::calendar::Day;
use crate::ids::{PaymentId, RecoveryId, RecoveryReceiptId, WaiverId};
use crate::money::Money;
use crate::payment::PaymentRecorded;
use crate::text::{Commitment, DocumentNumber};

/// Asks back what reached the recipient of a payment and should not have, or a part of it (追回). What was paid
/// stays paid, and so do its months; a payment may be asked back in several steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderRecovery {
    /// The payment.
    pub payment: PaymentId,
    /// The order, which makes the command idempotent.
    pub recovery: RecoveryId,
    /// How much, more than zero.
    pub amount: Money,
    /// The reason, which lies beside the chain.
    pub reason: Commitment,
    /// The decision.
    pub document: DocumentNumber,
    /// The day of the decision.
    pub occurred_on: Day,
}

/// Records that something of what was asked back came in, into the fund that it was paid out of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiveRecovery {
    /// The payment.
    pub payment: PaymentId,
    /// The receipt, which makes the command idempotent.
    pub receipt: RecoveryReceiptId,
    /// How much, more than zero.
    pub amount: Money,
    /// The day it came in.
    pub occurred_on: Day,
    /// The voucher.
    pub document: DocumentNumber,
}

/// Gives up something of what was asked back and has not come in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaiveRecovery {
    /// The payment.
    pub payment: PaymentId,
    /// The waiver, which makes the command idempotent.
    pub waiver: WaiverId,
    /// How much, more than zero.
    pub amount: Money,
    /// The reason, which lies beside the chain.
    pub reason: Commitment,
    /// The decision.
    pub document: DocumentNumber,
    /// The day of the decision.
    pub occurred_on: Day,
}

impl OrderRecovery {
    /// The event that the command leads to, of this payment.
    pub(in crate::payment) fn ordered(
        &self,
        stood: Stood,
        original: Box<PaymentRecorded>,
    ) -> RecoveryOrdered {
        RecoveryOrdered {
            payment: self.payment,
            recovery: self.recovery,
            amount_fen: self.amount,
            reason: self.reason,
            document: self.document.clone(),
            occurred_on: self.occurred_on,
            stood,
            original,
        }
    }
}

impl ReceiveRecovery {
    /// The event that the command leads to, of this payment.
    pub(in crate::payment) fn received(
        &self,
        before: RecoverySums,
        original: Box<PaymentRecorded>,
    ) -> RecoveryReceived {
        RecoveryReceived {
            payment: self.payment,
            receipt: self.receipt,
            amount_fen: self.amount,
            occurred_on: self.occurred_on,
            document: self.document.clone(),
            before,
            original,
        }
    }
}

impl WaiveRecovery {
    /// The event that the command leads to, of this payment.
    pub(in crate::payment) fn waived(
        &self,
        before: RecoverySums,
        original: Box<PaymentRecorded>,
    ) -> RecoveryWaived {
        RecoveryWaived {
            payment: self.payment,
            waiver: self.waiver,
            amount_fen: self.amount,
            reason: self.reason,
            document: self.document.clone(),
            occurred_on: self.occurred_on,
            before,
            original,
        }
    }
}
