//! Why a month of the books refuses.

use super::stage::PeriodStage;
use crate::calendar::Month;
use crate::ids::OfficerId;
use crate::refusal::{FieldPath, Refusal, reused};

/// Why a month of the books refuses a command. The first that applies is told, in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeriodRefusal {
    /// `ID_REUSED_WITH_OTHER_CONTENT`: the step stands with other content.
    #[error("{}", reused("结账环节", "step", field))]
    StepIdReusedWithOtherContent {
        /// The first field that differs.
        field: FieldPath,
    },
    /// `PERIOD_NOT_OVER`: a month is closed when it is over.
    #[error("{month} 尚未结束,不能结账 / {month} is not over and cannot be closed")]
    NotOver {
        /// The month.
        month: Month,
    },
    /// `WRONG_STAGE`: this is not what comes next.
    #[error(
        "该月当前状态为“{}”,不能办理此环节 / the month is {stands}: this is not what comes next",
        stands.name_zh()
    )]
    WrongStage {
        /// Where it stands.
        stands: PeriodStage,
    },
    /// `SAME_OFFICER`: whoever proposed does not confirm.
    #[error(
        "提出人 {officer} 不能自行确认,须由另一人办理 / {officer} proposed it; it takes another person to confirm"
    )]
    SameOfficer {
        /// Who.
        officer: OfficerId,
    },
}

impl Refusal for PeriodRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::StepIdReusedWithOtherContent { .. } => "ID_REUSED_WITH_OTHER_CONTENT",
            Self::NotOver { .. } => "PERIOD_NOT_OVER",
            Self::WrongStage { .. } => "WRONG_STAGE",
            Self::SameOfficer { .. } => "SAME_OFFICER",
        }
    }

    fn field(&self) -> Option<FieldPath> {
        match self {
            Self::StepIdReusedWithOtherContent { field } => Some(field),
            Self::NotOver { .. } => Some(&["month"]),
            Self::WrongStage { .. } | Self::SameOfficer { .. } => None,
        }
    }
}
