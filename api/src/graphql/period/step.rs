//! One step about a month of the books.

use async_graphql::{Enum, ID, SimpleObject};
use ledger::reader::StoredEntry;
use people::PrivateDetails;
use projections::periods;

use crate::graphql::entry;
use crate::graphql::receipt::Receipt;
use crate::graphql::scalars::Date;
use crate::graphql::unanswered::Answer;

/// What a step about a month of the books does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "periods::PeriodStepKind")]
pub enum PeriodStepKind {
    /// 提出结账: somebody asked to close it.
    ClosingProposed,
    /// 确认结账: another officer closed it.
    Closed,
    /// 提出反结账: somebody asked to open it again.
    ReopeningProposed,
    /// 确认反结账: another officer opened it again.
    Reopened,
    /// 撤回: what was proposed is not to be.
    Withdrawn,
}

/// Something that was done about a month of the books.
#[derive(Debug, Clone, SimpleObject)]
pub struct PeriodStep {
    /// What was done.
    pub kind: PeriodStepKind,
    /// The id that its sender gave it; the ledger's own where that is not known.
    pub id: ID,
    /// Who did it.
    pub officer: ID,
    /// The day of it.
    pub occurred_on: Date,
    /// The document that a reopening rests on; null for any other step.
    pub document: Option<String>,
    /// The proof that it was recorded. `alreadyRecorded` is always false here: a mutation tells it.
    pub receipt: Receipt,
}

impl PeriodStep {
    /// `stored` is its entry, `beside` what lies beside that.
    pub(super) fn of(
        step: &periods::PeriodStep,
        stored: &StoredEntry,
        beside: Option<&PrivateDetails>,
    ) -> Answer<Self> {
        let client_id = beside.and_then(|details| details.client_id.clone());
        Ok(Self {
            kind: step.kind.into(),
            id: ID(client_id.unwrap_or_else(|| step.id.to_string())),
            officer: ID(step.officer.clone()),
            occurred_on: step.occurred_on.into(),
            document: step.document.as_ref().map(ToString::to_string),
            receipt: entry::receipt(stored, false)?,
        })
    }
}
