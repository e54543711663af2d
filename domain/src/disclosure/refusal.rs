//! Why personal data are not shown.

use super::event::DisclosedSubject;
use crate::refusal::{FieldPath, Refusal, reused};

/// Why personal data are not shown. The first that applies is told, in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DisclosureRefusal {
    /// `ID_REUSED_WITH_OTHER_CONTENT`: the look stands with other content.
    #[error("{}", reused("查看", "disclosure", field))]
    IdReusedWithOtherContent {
        /// The first field that differs.
        field: FieldPath,
    },
    /// `UNKNOWN_PAYMENT` or `UNKNOWN_BATCH`: it was never recorded.
    #[error("没有 {subject} / there is no {subject}")]
    UnknownSubject {
        /// What was asked for.
        subject: DisclosedSubject,
    },
}

impl Refusal for DisclosureRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::IdReusedWithOtherContent { .. } => "ID_REUSED_WITH_OTHER_CONTENT",
            Self::UnknownSubject { subject: DisclosedSubject::Payment(_) } => "UNKNOWN_PAYMENT",
            Self::UnknownSubject { subject: DisclosedSubject::Batch(_) } => "UNKNOWN_BATCH",
        }
    }

    fn field(&self) -> Option<FieldPath> {
        Some(match self {
            Self::IdReusedWithOtherContent { field } => field,
            Self::UnknownSubject { subject } => subject.field(),
        })
    }
}
