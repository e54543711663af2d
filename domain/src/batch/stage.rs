//! Where a batch stands, and the stages that it is held to.

use std::fmt;
use std::num::NonZeroU32;

use crate::text_form::{TextForm, serde_as_text};
use crate::vocabulary::words;

words! {
    /// Where a batch stands.
    Standing {
        /// Its maker has it.
        Drafted "drafted" "制单",
        /// It waits for review.
        Submitted "submitted" "已提交",
        /// It waits for approval.
        Reviewed "reviewed" "已复核",
        /// At least one officer has approved it.
        Approved "approved" "已审批",
        /// Its money is on its way.
        Released "released" "已发出",
        /// Its money is on its way in an emergency, and its papers are not complete.
        Advanced "advanced" "已先行发放",
        /// The papers of an advance wait for the last hand.
        PapersReviewed "papers_reviewed" "补办已复核",
        /// A bank has answered for every line.
        Closed "closed" "已办结",
        /// It was given up.
        Cancelled "cancelled" "已作废",
    }
}

/// A stage that a batch has reached and has to be at before it goes on, with how many approvals the batch
/// needs, so that no later step can say that it needs fewer: `submitted-of-2`, `reviewed-of-2`,
/// `approved-1-of-2`, `approved-2-of-2`, `advanced`, `papers-reviewed`, `released`, `closed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// The maker has handed it over.
    Submitted {
        /// How many approvals it needs.
        needed: NonZeroU32,
    },
    /// The reviewer has checked it.
    Reviewed {
        /// How many approvals it needs.
        needed: NonZeroU32,
    },
    /// Officers have approved it.
    Approved {
        /// How many.
        given: NonZeroU32,
        /// How many approvals it needs.
        needed: NonZeroU32,
    },
    /// In an emergency, the money is on its way before the papers are complete.
    Advanced,
    /// The papers of an advance were checked.
    PapersReviewed,
    /// The money is on its way.
    Released,
    /// A bank has answered for every line.
    Closed,
}

/// No stage is spelled so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("不是批次的环节 / not a stage of a batch")]
pub struct NotAStage;

impl Stage {
    /// The stage before the approval of this number, from 1.
    pub(super) fn before_approval(approval: NonZeroU32, needed: NonZeroU32) -> Self {
        match NonZeroU32::new(approval.get().saturating_sub(1)) {
            None => Self::Reviewed { needed },
            Some(given) => Self::Approved { given, needed },
        }
    }

    /// Whether no money has left yet: from here a batch can be sent back and given up.
    pub(super) const fn is_before_the_money(self) -> bool {
        match self {
            Self::Submitted { .. } | Self::Reviewed { .. } | Self::Approved { .. } => true,
            Self::Advanced | Self::PapersReviewed | Self::Released | Self::Closed => false,
        }
    }

    /// Reads the text that `Display` writes; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "advanced" => return Some(Self::Advanced),
            "papers-reviewed" => return Some(Self::PapersReviewed),
            "released" => return Some(Self::Released),
            "closed" => return Some(Self::Closed),
            _ => {}
        }
        let (reached, needed) = text.split_once("-of-")?;
        let needed = whole(needed)?;
        Some(match reached {
            "submitted" => Self::Submitted { needed },
            "reviewed" => Self::Reviewed { needed },
            approved => {
                let given = whole(approved.strip_prefix("approved-")?)?;
                Self::Approved { given, needed }
            }
        })
    }

    /// What a clerk reads after 已.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::Submitted { .. } => "提交",
            Self::Reviewed { .. } => "复核",
            Self::Approved { .. } => "审批",
            Self::Advanced => "先行发放",
            Self::PapersReviewed => "补办复核",
            Self::Released => "发出",
            Self::Closed => "办结",
        }
    }
}

/// A number from 1 in its only spelling.
fn whole(text: &str) -> Option<NonZeroU32> {
    let number: NonZeroU32 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Submitted { needed } => write!(formatter, "submitted-of-{needed}"),
            Self::Reviewed { needed } => write!(formatter, "reviewed-of-{needed}"),
            Self::Approved { given, needed } => {
                write!(formatter, "approved-{given}-of-{needed}")
            }
            Self::Advanced => formatter.write_str("advanced"),
            Self::PapersReviewed => formatter.write_str("papers-reviewed"),
            Self::Released => formatter.write_str("released"),
            Self::Closed => formatter.write_str("closed"),
        }
    }
}

impl TextForm for Stage {
    type Error = NotAStage;
    const EXPECTED: &'static str = "a stage of a batch";

    fn read(text: &str) -> Result<Self, NotAStage> {
        Self::parse(text).ok_or(NotAStage)
    }

    fn with_text<R>(&self, take: impl FnOnce(&str) -> R) -> R {
        take(&self.to_string())
    }
}

serde_as_text!(Stage);
