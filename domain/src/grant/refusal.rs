//! Why a grant is refused.

use crate::calendar::{Month, MonthRange};
use crate::ids::{GrantId, ProgrammeId};
use crate::money::Money;
use crate::refusal::{FieldPath, Refusal, reused};

/// Why a grant is refused. The first that applies is told, in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrantRefusal {
    /// `INVALID_AMOUNT`: a grant of nothing is none.
    #[error("金额须大于零,所给为 {amount} 元 / the amount must be above zero, not {amount} yuan")]
    AmountNotPositive {
        /// What was given.
        amount: Money,
    },
    /// `INVALID_MEMBERS`: a grant covers one person or more.
    #[error("保障人数至少为 1 / a grant covers at least one member of the household")]
    NobodyCovered,
    /// `UNKNOWN_PROGRAMME`: the catalogue has no such programme.
    #[error("项目目录中没有 {programme} / the catalogue has no programme {programme}")]
    UnknownProgramme {
        /// What was given.
        programme: ProgrammeId,
    },
    /// `NOT_PAYABLE`: the programme does not pay as grants.
    #[error("项目 {programme} 不按审批的待遇发放 / {programme} does not pay as grants")]
    NotGranted {
        /// What was given.
        programme: ProgrammeId,
    },
    /// `ID_REUSED_WITH_OTHER_CONTENT`: the grant stands with other content.
    #[error("{}", reused("待遇", "grant", field))]
    IdReusedWithOtherContent {
        /// The first field that differs.
        field: FieldPath,
    },
    /// `UNKNOWN_GRANT`: what is to be stopped was never approved.
    #[error("没有待遇 {grant} / there is no grant {grant}")]
    UnknownGrant {
        /// What was asked for.
        grant: GrantId,
    },
    /// `ID_REUSED_WITH_OTHER_CONTENT`: the stop stands with other content.
    #[error("{}", reused("停发", "stop", field))]
    StopIdReusedWithOtherContent {
        /// The first field that differs.
        field: FieldPath,
    },
    /// `GRANT_NOT_LIVE`: the month to stop from lies outside those of the grant.
    #[error(
        "{month} 不在待遇有效期 {granted} 内 / {month} is not within the grant's months {granted}"
    )]
    NotLive {
        /// The month that was given.
        month: Month,
        /// What was granted.
        granted: MonthRange,
    },
    /// `ALREADY_STOPPED`: it ends as early already.
    #[error("该待遇已自 {from} 起停发 / the grant is stopped from {from} on already")]
    AlreadyStopped {
        /// The first month that is not paid for any more.
        from: Month,
    },
}

impl Refusal for GrantRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::AmountNotPositive { .. } => "INVALID_AMOUNT",
            Self::NobodyCovered => "INVALID_MEMBERS",
            Self::UnknownProgramme { .. } => "UNKNOWN_PROGRAMME",
            Self::NotGranted { .. } => "NOT_PAYABLE",
            Self::UnknownGrant { .. } => "UNKNOWN_GRANT",
            Self::NotLive { .. } => "GRANT_NOT_LIVE",
            Self::AlreadyStopped { .. } => "ALREADY_STOPPED",
            Self::IdReusedWithOtherContent { .. } | Self::StopIdReusedWithOtherContent { .. } => {
                "ID_REUSED_WITH_OTHER_CONTENT"
            }
        }
    }

    fn field(&self) -> Option<FieldPath> {
        Some(match self {
            Self::AmountNotPositive { .. } => &["amount"],
            Self::NobodyCovered => &["members"],
            Self::UnknownProgramme { .. } | Self::NotGranted { .. } => &["programme"],
            Self::UnknownGrant { .. } => &["grant"],
            Self::NotLive { .. } | Self::AlreadyStopped { .. } => &["fromMonth"],
            Self::IdReusedWithOtherContent { field }
            | Self::StopIdReusedWithOtherContent { field } => field,
        })
    }
}
