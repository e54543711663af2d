//! What kind of payment it is, with the data of that kind: as it is asked for, and as it is recorded.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::calendar::MonthRange;
use crate::ids::{FundId, GrantId, ProgrammeId, StoreId};
use crate::store::GoodsItem;
use crate::text::Commitment;
use crate::vocabulary::{DisabilitySubsidyKind, TemporaryAidKind};

/// The aid of a payment that was recorded.
///
/// `standards` is the last sequence of the stream of the programme's standards that the amount was
/// held to, 0 where there was none: the append refuses if that stream has moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Aid {
    /// A periodic payment under a programme that pays as grants.
    GrantPayment {
        /// What is paid under.
        programme: ProgrammeId,
        /// Out of which money.
        fund: FundId,
        /// The months that are paid for, each of which is claimed.
        months: MonthRange,
        /// See the enum.
        standards: u64,
        /// The grant that was paid, where one was named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        grant: Option<GrantBasis>,
    },
    /// A payment under a programme that pays once.
    OneOff {
        /// What is paid under.
        programme: ProgrammeId,
        /// Out of which money.
        fund: FundId,
        /// See the enum.
        standards: u64,
    },
    /// Temporary aid; its programme is `temporary-assistance`.
    TemporaryAid {
        /// Out of which money.
        fund: FundId,
        /// Urgent or for expenditure.
        urgency: TemporaryAidKind,
        /// The cause, which lies beside the chain.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cause: Option<Commitment>,
        /// See the enum.
        standards: u64,
    },
    /// One of the two disability subsidies, each of which has a programme of its own.
    DisabilitySubsidy {
        /// Out of which money.
        fund: FundId,
        /// Which of the two.
        subsidy: DisabilitySubsidyKind,
        /// The disability certificate, whose number lies beside the chain.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        certificate: Option<Commitment>,
        /// The months that are paid for, each of which is claimed.
        months: MonthRange,
        /// See the enum.
        standards: u64,
    },
    /// Goods of a charity supermarket; their programme is `charity-supermarket`.
    Goods {
        /// Out of which store.
        store: StoreId,
        /// At least one line.
        items: Vec<GoodsItem>,
    },
}

impl Aid {
    /// Whether it is temporary aid for a sudden need, which may be paid before its papers are complete.
    pub fn is_urgent(&self) -> bool {
        matches!(self, Self::TemporaryAid { urgency: TemporaryAidKind::Urgent, .. })
    }

    /// The aid as it was asked for, without what was derived while deciding.
    pub(super) fn requested(&self) -> RequestedAid {
        match self.clone() {
            Self::GrantPayment { programme, fund, months, grant, .. } => {
                let grant = grant.map(|basis| basis.grant);
                RequestedAid::GrantPayment { programme, fund, months, grant }
            }
            Self::OneOff { programme, fund, .. } => RequestedAid::OneOff { programme, fund },
            Self::TemporaryAid { fund, urgency, cause, .. } => {
                RequestedAid::TemporaryAid { fund, urgency, cause }
            }
            Self::DisabilitySubsidy { fund, subsidy, certificate, months, .. } => {
                RequestedAid::DisabilitySubsidy { fund, subsidy, certificate, months }
            }
            Self::Goods { store, items } => RequestedAid::Goods { store, items },
        }
    }
}

/// The grant that a payment was made on, as it stood when the payment was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantBasis {
    /// The grant.
    pub grant: GrantId,
    /// The last sequence of its stream.
    pub sequence: u64,
}

impl Aid {
    /// What is paid under.
    pub fn programme(&self) -> &ProgrammeId {
        match self {
            Self::GrantPayment { programme, .. } | Self::OneOff { programme, .. } => programme,
            Self::TemporaryAid { .. } => &TEMPORARY_ASSISTANCE,
            Self::DisabilitySubsidy { subsidy, .. } => programme_of(*subsidy),
            Self::Goods { .. } => &CHARITY_SUPERMARKET,
        }
    }

    /// Out of which money; `None` for goods.
    pub fn fund(&self) -> Option<FundId> {
        match self {
            Self::GrantPayment { fund, .. }
            | Self::OneOff { fund, .. }
            | Self::TemporaryAid { fund, .. }
            | Self::DisabilitySubsidy { fund, .. } => Some(*fund),
            Self::Goods { .. } => None,
        }
    }

    /// Out of which store; `None` for money.
    pub fn store(&self) -> Option<StoreId> {
        match self {
            Self::Goods { store, .. } => Some(*store),
            _ => None,
        }
    }

    /// The goods; none for money.
    pub fn items(&self) -> &[GoodsItem] {
        match self {
            Self::Goods { items, .. } => items,
            _ => &[],
        }
    }

    /// The months that are paid for; `None` where the payment is for none in particular.
    pub fn months(&self) -> Option<MonthRange> {
        match self {
            Self::GrantPayment { months, .. } | Self::DisabilitySubsidy { months, .. } => {
                Some(*months)
            }
            Self::OneOff { .. } | Self::TemporaryAid { .. } | Self::Goods { .. } => None,
        }
    }

    /// The sequence of the standards that were consulted; `None` for goods, which have none.
    pub fn standards(&self) -> Option<u64> {
        match self {
            Self::GrantPayment { standards, .. }
            | Self::OneOff { standards, .. }
            | Self::TemporaryAid { standards, .. }
            | Self::DisabilitySubsidy { standards, .. } => Some(*standards),
            Self::Goods { .. } => None,
        }
    }

    /// The grant that was paid, where one was named.
    pub fn grant(&self) -> Option<GrantBasis> {
        match self {
            Self::GrantPayment { grant, .. } => *grant,
            _ => None,
        }
    }
}

/// The aid that is asked for: the same kinds as [`Aid`], before any other stream was consulted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum RequestedAid {
    /// A periodic payment under a programme that pays as grants.
    GrantPayment {
        /// What is paid under.
        programme: ProgrammeId,
        /// Out of which money.
        fund: FundId,
        /// The months that are paid for.
        months: MonthRange,
        /// The grant, where one is named.
        grant: Option<GrantId>,
    },
    /// A payment under a programme that pays once.
    OneOff {
        /// What is paid under.
        programme: ProgrammeId,
        /// Out of which money.
        fund: FundId,
    },
    /// Temporary aid.
    TemporaryAid {
        /// Out of which money.
        fund: FundId,
        /// Urgent or for expenditure.
        urgency: TemporaryAidKind,
        /// The cause, which lies beside the chain.
        cause: Option<Commitment>,
    },
    /// One of the two disability subsidies.
    DisabilitySubsidy {
        /// Out of which money.
        fund: FundId,
        /// Which of the two.
        subsidy: DisabilitySubsidyKind,
        /// The disability certificate, whose number lies beside the chain.
        certificate: Option<Commitment>,
        /// The months that are paid for.
        months: MonthRange,
    },
    /// Goods of a charity supermarket.
    Goods {
        /// Out of which store.
        store: StoreId,
        /// At least one line.
        items: Vec<GoodsItem>,
    },
}

impl RequestedAid {
    /// Whether it is temporary aid for a sudden need, which may be paid before its papers are complete.
    pub fn is_urgent(&self) -> bool {
        matches!(self, Self::TemporaryAid { urgency: TemporaryAidKind::Urgent, .. })
    }

    /// What is paid under; its standards are the stream to consult.
    pub fn programme(&self) -> &ProgrammeId {
        match self {
            Self::GrantPayment { programme, .. } | Self::OneOff { programme, .. } => programme,
            Self::TemporaryAid { .. } => &TEMPORARY_ASSISTANCE,
            Self::DisabilitySubsidy { subsidy, .. } => programme_of(*subsidy),
            Self::Goods { .. } => &CHARITY_SUPERMARKET,
        }
    }

    /// The fund to consult; `None` for goods.
    pub fn fund(&self) -> Option<FundId> {
        match self {
            Self::GrantPayment { fund, .. }
            | Self::OneOff { fund, .. }
            | Self::TemporaryAid { fund, .. }
            | Self::DisabilitySubsidy { fund, .. } => Some(*fund),
            Self::Goods { .. } => None,
        }
    }

    /// The store to consult; `None` for money.
    pub fn store(&self) -> Option<StoreId> {
        match self {
            Self::Goods { store, .. } => Some(*store),
            _ => None,
        }
    }

    /// The grant to consult, where one is named.
    pub fn grant(&self) -> Option<GrantId> {
        match self {
            Self::GrantPayment { grant, .. } => *grant,
            _ => None,
        }
    }

    /// The months that are paid for; `None` where the payment is for none in particular.
    pub fn months(&self) -> Option<MonthRange> {
        match self {
            Self::GrantPayment { months, .. } | Self::DisabilitySubsidy { months, .. } => {
                Some(*months)
            }
            Self::OneOff { .. } | Self::TemporaryAid { .. } | Self::Goods { .. } => None,
        }
    }

    /// The aid as it is recorded once the streams were consulted: `standards` and `grant_sequence`
    /// are where they ended.
    pub(super) fn decided(self, standards: u64, grant_sequence: u64) -> Aid {
        match self {
            Self::GrantPayment { programme, fund, months, grant } => {
                let grant = grant.map(|grant| GrantBasis { grant, sequence: grant_sequence });
                Aid::GrantPayment { programme, fund, months, standards, grant }
            }
            Self::OneOff { programme, fund } => Aid::OneOff { programme, fund, standards },
            Self::TemporaryAid { fund, urgency, cause } => {
                Aid::TemporaryAid { fund, urgency, cause, standards }
            }
            Self::DisabilitySubsidy { fund, subsidy, certificate, months } => {
                Aid::DisabilitySubsidy { fund, subsidy, certificate, months, standards }
            }
            Self::Goods { store, items } => Aid::Goods { store, items },
        }
    }
}

/// The programme of each of the two disability subsidies.
fn programme_of(subsidy: DisabilitySubsidyKind) -> &'static ProgrammeId {
    match subsidy {
        DisabilitySubsidyKind::Living => &DISABILITY_LIVING_ALLOWANCE,
        DisabilitySubsidyKind::Nursing => &DISABILITY_NURSING_SUBSIDY,
    }
}

static TEMPORARY_ASSISTANCE: LazyLock<ProgrammeId> = LazyLock::new(|| id("temporary-assistance"));
static DISABILITY_LIVING_ALLOWANCE: LazyLock<ProgrammeId> =
    LazyLock::new(|| id("disability-living-allowance"));
static DISABILITY_NURSING_SUBSIDY: LazyLock<ProgrammeId> =
    LazyLock::new(|| id("disability-nursing-subsidy"));
static CHARITY_SUPERMARKET: LazyLock<ProgrammeId> = LazyLock::new(|| id("charity-supermarket"));

#[allow(clippy::expect_used, reason = "the four ids above are identifiers, as a test shows")]
fn id(text: &str) -> ProgrammeId {
    ProgrammeId::parse(text).expect("a literal identifier")
}
