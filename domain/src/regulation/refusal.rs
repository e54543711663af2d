//! Why something is not laid down.

use super::ApprovalBand;
use crate::refusal::{FieldPath, Refusal, reused};

/// Why something is not laid down. The first that applies is told, in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegulationRefusal {
    /// `ID_REUSED_WITH_OTHER_CONTENT`: the id stands with other content.
    #[error("{}", reused("规定", "regulation", field))]
    IdReusedWithOtherContent {
        /// The first field that differs.
        field: FieldPath,
    },
    /// `INVALID_BANDS`: the amounts do not ascend, or a number of approvals makes no sense.
    #[error(
        "金额档须由低到高,至多{most}档,每档审批人数为1至{approvals}人 / amounts must ascend, at most {most} bands, each with 1 to {approvals} approvals",
        most = ApprovalBand::MOST_BANDS, approvals = ApprovalBand::MOST_APPROVALS
    )]
    Bands,
    /// `STANDS_ALREADY`: it is so already.
    #[error(
        "{} / {}",
        if *required { "本账本已要求人员分工" } else { "本账本未要求人员分工" },
        if *required { "officers are required already" } else { "officers are not required" }
    )]
    StandsAlready {
        /// What is so.
        required: bool,
    },
}

impl Refusal for RegulationRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::IdReusedWithOtherContent { .. } => "ID_REUSED_WITH_OTHER_CONTENT",
            Self::Bands => "INVALID_BANDS",
            Self::StandsAlready { .. } => "STANDS_ALREADY",
        }
    }

    fn field(&self) -> Option<FieldPath> {
        Some(match self {
            Self::IdReusedWithOtherContent { field } => field,
            Self::Bands => &["bands"],
            Self::StandsAlready { .. } => &["required"],
        })
    }
}
