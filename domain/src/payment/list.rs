//! Several payments that are asked for at once.

use std::collections::BTreeSet;

use serde::Serialize;

use super::command::RecordPayment;
use crate::commands::CommandError;

/// Records the payments of a list, in its order: at least one, and none twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordPayments {
    #[serde(rename = "RecordPayments")]
    payments: Vec<RecordPayment>,
}

impl RecordPayments {
    /// Takes the payments of a list; [`CommandError::NoPayments`] if there is none,
    /// [`CommandError::PaymentTwice`] if two have the same id.
    pub fn new(payments: Vec<RecordPayment>) -> Result<Self, CommandError> {
        if payments.is_empty() {
            return Err(CommandError::NoPayments);
        }
        let mut seen = BTreeSet::new();
        for command in &payments {
            if !seen.insert(command.payment) {
                return Err(CommandError::PaymentTwice { payment: command.payment });
            }
        }
        Ok(Self { payments })
    }

    /// The payments in the order of the list.
    pub fn payments(&self) -> &[RecordPayment] {
        &self.payments
    }

    /// The payments themselves, to be carried out one after the other.
    pub fn into_payments(self) -> Vec<RecordPayment> {
        self.payments
    }
}
