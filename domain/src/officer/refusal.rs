//! Why a change about an officer is refused.

use crate::ids::OfficerId;
use crate::refusal::{FieldPath, Refusal, reused};
use crate::rights::Role;

/// Why a change about an officer is refused. The first that applies is told, in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfficerRefusal {
    /// `UNKNOWN_OFFICER`: nobody was enrolled under this id.
    #[error("没有登记编号为 {officer} 的人员 / nobody is enrolled as {officer}")]
    UnknownOfficer {
        /// The id that was asked for.
        officer: OfficerId,
    },
    /// `ID_REUSED_WITH_OTHER_CONTENT`: somebody else, or with other roles, is enrolled under this id.
    #[error("{}", reused("人员", "officer", field))]
    OfficerIdReusedWithOtherContent {
        /// The first field that differs.
        field: FieldPath,
    },
    /// `ID_REUSED_WITH_OTHER_CONTENT`: the change stands with other content.
    #[error("{}", reused("角色变更", "role change", field))]
    ChangeIdReusedWithOtherContent {
        /// The first field that differs.
        field: FieldPath,
    },
    /// `ROLE_HELD`: the officer holds the role already.
    #[error("该人员已具有角色“{}” / the officer holds the role {role} already", role.name_zh())]
    RoleHeld {
        /// The role.
        role: Role,
    },
    /// `ROLE_NOT_HELD`: there is nothing to take away.
    #[error("该人员没有角色“{}” / the officer does not hold the role {role}", role.name_zh())]
    RoleNotHeld {
        /// The role.
        role: Role,
    },
    /// `ROLES_EXCLUDE_EACH_OTHER`: nobody may hold both.
    #[error(
        "角色“{}”与“{}”不得由同一人担任 / nobody may be {held} and {role}",
        held.name_zh(), role.name_zh()
    )]
    RolesExcludeEachOther {
        /// The one that is held, or comes first.
        held: Role,
        /// The other one.
        role: Role,
    },
}

impl Refusal for OfficerRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownOfficer { .. } => "UNKNOWN_OFFICER",
            Self::OfficerIdReusedWithOtherContent { .. }
            | Self::ChangeIdReusedWithOtherContent { .. } => "ID_REUSED_WITH_OTHER_CONTENT",
            Self::RoleHeld { .. } => "ROLE_HELD",
            Self::RoleNotHeld { .. } => "ROLE_NOT_HELD",
            Self::RolesExcludeEachOther { .. } => "ROLES_EXCLUDE_EACH_OTHER",
        }
    }

    fn field(&self) -> Option<FieldPath> {
        Some(match self {
            Self::UnknownOfficer { .. } => &["officer"],
            Self::OfficerIdReusedWithOtherContent { field }
            | Self::ChangeIdReusedWithOtherContent { field } => field,
            Self::RoleHeld { .. } | Self::RoleNotHeld { .. } => &["role"],
            Self::RolesExcludeEachOther { .. } => return None,
        })
    }
}
