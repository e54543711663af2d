//! Why a standard is refused.

use crate::ids::ProgrammeId;
use crate::money::Money;
use crate::refusal::{FieldPath, Refusal, reused};

/// Why a standard is refused. The first that applies is told, in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StandardRefusal {
    /// `INVALID_AMOUNT`: a ceiling of nothing is no standard.
    #[error("标准须大于零,所给为 {amount} 元 / a standard must be above zero, not {amount} yuan")]
    AmountNotPositive {
        /// What was given.
        amount: Money,
    },
    /// `UNKNOWN_PROGRAMME`: the catalogue has no such programme.
    #[error("项目目录中没有 {programme} / the catalogue has no programme {programme}")]
    UnknownProgramme {
        /// What was given.
        programme: ProgrammeId,
    },
    /// `NOT_PAYABLE`: no money is paid under the programme, so a ceiling would never be used.
    #[error(
        "项目 {programme} 不发放资金,不设标准 / no money is paid under {programme}, so it has no standard"
    )]
    NotPayable {
        /// What was given.
        programme: ProgrammeId,
    },
    /// `ID_REUSED_WITH_OTHER_CONTENT`: the standard stands with other content.
    #[error("{}", reused("标准", "standard", field))]
    IdReusedWithOtherContent {
        /// The first field that differs.
        field: FieldPath,
    },
}

impl Refusal for StandardRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::AmountNotPositive { .. } => "INVALID_AMOUNT",
            Self::UnknownProgramme { .. } => "UNKNOWN_PROGRAMME",
            Self::NotPayable { .. } => "NOT_PAYABLE",
            Self::IdReusedWithOtherContent { .. } => "ID_REUSED_WITH_OTHER_CONTENT",
        }
    }

    fn field(&self) -> Option<FieldPath> {
        Some(match self {
            Self::AmountNotPositive { .. } => &["amount"],
            Self::UnknownProgramme { .. } | Self::NotPayable { .. } => &["programme"],
            Self::IdReusedWithOtherContent { field } => field,
        })
    }
}
