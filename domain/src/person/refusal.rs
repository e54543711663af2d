//! Why something is not said of a person.

use crate::calendar::Day;
use crate::refusal::{FieldPath, Refusal, reused};

/// Why something is not said of a person. The first that applies is told, in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PersonRefusal {
    /// `ID_REUSED_WITH_OTHER_CONTENT`: the report or its withdrawal stands with other content.
    #[error("{}", reused("死亡登记", "report of a death", field))]
    IdReusedWithOtherContent {
        /// The first field that differs.
        field: FieldPath,
    },
    /// `INVALID_DATE`: nobody learns of a death before it.
    #[error(
        "获知日期不能早于死亡日期 {died_on} / the report cannot be before the death on {died_on}"
    )]
    ReportedBeforeDeath {
        /// The day of the death.
        died_on: Day,
    },
    /// `ALREADY_REPORTED`: a death is reported once; a report that was wrong is withdrawn first.
    #[error(
        "已登记该人员于 {died_on} 死亡 / it was reported already that this person died on {died_on}"
    )]
    AlreadyReported {
        /// The day that stands.
        died_on: Day,
    },
    /// `NOT_REPORTED`: that report of a death of this person does not stand.
    #[error("该人员没有此项有效的死亡登记 / no such report of a death of this person stands")]
    NotReported,
}

impl Refusal for PersonRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::IdReusedWithOtherContent { .. } => "ID_REUSED_WITH_OTHER_CONTENT",
            Self::ReportedBeforeDeath { .. } => "INVALID_DATE",
            Self::AlreadyReported { .. } => "ALREADY_REPORTED",
            Self::NotReported => "NOT_REPORTED",
        }
    }

    fn field(&self) -> Option<FieldPath> {
        Some(match self {
            Self::IdReusedWithOtherContent { field } => field,
            Self::ReportedBeforeDeath { .. } => &["occurredOn"],
            Self::AlreadyReported { .. } => &["personNo"],
            Self::NotReported => &["report"],
        })
    }
}
