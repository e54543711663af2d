//! One step of a recovery.

use async_graphql::{Enum, ID, SimpleObject};
use ledger::reader::StoredEntry;
use projections::payments;

use super::Step;
use crate::graphql::entry;
use crate::graphql::receipt::Receipt;
use crate::graphql::scalars::{Date, Money};
use crate::graphql::unanswered::{Answer, Unanswered};

/// What a step of a recovery does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "payments::RecoveryStepKind")]
pub enum RecoveryStepKind {
    /// 决定追回: it was asked back.
    Ordered,
    /// 追回入账: it came in.
    Received,
    /// 豁免追回: it was given up.
    Waived,
}

/// Something that was asked back of a payment, came in or was given up.
#[derive(Debug, Clone, SimpleObject)]
pub struct RecoveryStep {
    /// What was done.
    pub kind: RecoveryStepKind,
    /// The id that its sender gave it; the ledger's own where that is not known.
    pub id: ID,
    /// How much.
    pub amount: Money,
    /// The day of the decision, or the day it came in.
    pub occurred_on: Date,
    /// The decision, or the voucher.
    pub document: String,
    /// The officer who recorded it; `system/` and a part where the program did by itself.
    pub officer: ID,
    /// The proof that it was recorded. `alreadyRecorded` is always false here: a mutation tells it.
    pub receipt: Receipt,
}

impl RecoveryStep {
    /// `entries` are those of its payment.
    pub(super) fn of(step: &Step, entries: &[StoredEntry]) -> Answer<Self> {
        let row = &step.row;
        let stored = entries.iter().find(|stored| stored.position == row.position);
        let stored = stored.ok_or_else(|| {
            let position = row.position;
            Unanswered::damaged(&format!(
                "no entry at position {position}, where a recovery stands"
            ))
        })?;
        Ok(Self {
            kind: row.kind.into(),
            id: ID(step.client_id.clone().unwrap_or_else(|| row.id.to_string())),
            amount: row.amount.into(),
            occurred_on: row.occurred_on.into(),
            document: row.document.to_string(),
            officer: ID(row.officer.clone()),
            receipt: entry::receipt(stored, false)?,
        })
    }
}
