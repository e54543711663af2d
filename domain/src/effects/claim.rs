//! Claims: what can be had once only.

use std::fmt;

use crate::batch::Stage;
use crate::calendar::Month;
use crate::ids::{
    BatchId, DeathReportId, HouseholdId, OfficerId, PaymentId, PersonId, ProgrammeId,
};
use crate::payment::CameBack;
use crate::period;
use crate::text::ListDigest;

/// Something that can be had once only. The append refuses whoever comes second, and a verifier finds
/// whoever gave back what nobody had.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Claim {
    /// A month that is paid for.
    Month(PaidMonth),
    /// A pair of hands that a batch passes through: `batch/<uuid>/<round>/hand/<officer>`.
    Hand {
        /// The batch.
        batch: BatchId,
        /// Which time it was submitted, from 1.
        round: u32,
        /// Whose hands.
        officer: OfficerId,
    },
    /// A batch is on its way, or has come to its end: `batch/<uuid>/underway`. Given back only where its maker
    /// gets it again, so that it does not go two ways, and ends once.
    Underway {
        /// The batch.
        batch: BatchId,
    },
    /// What a bank gave back and was neither paid out again nor given up:
    /// `payment/<uuid>/returned/<what came back, as JSON>`.
    Returned {
        /// The payment.
        payment: PaymentId,
        /// What came back.
        what: Box<CameBack>,
    },
    /// A pair of hands that a month of the books passes through: `period/2020-06/<round>/hand/<officer>`.
    PeriodHand {
        /// The month.
        period: Month,
        /// Which proposal, from 1.
        round: u32,
        /// Whose hands.
        officer: OfficerId,
    },
    /// A month that is closed, or to be closed: `period/2020-06/underway`. Given back where it is open again.
    PeriodUnderway {
        /// The month.
        period: Month,
    },
    /// Where a month stands that is not open, given back when it goes on: `period/2020-06/<round>/<stage>`.
    PeriodStage {
        /// The month.
        period: Month,
        /// Which proposal brought it there, from 1.
        round: u32,
        /// The stage.
        stage: period::PeriodStage,
    },
    /// A death that is reported: `person/<uuid>/death`. Given back where the report is withdrawn.
    Death {
        /// Who died.
        person: PersonId,
    },
    /// The report of a death that stands: `person/<uuid>/death/<report>`. Whoever withdraws it gives back this very
    /// one.
    DeathReport {
        /// Who died.
        person: PersonId,
        /// The report.
        report: DeathReportId,
    },
    /// A stage that a batch stands at, with the list that it
    /// stands there for; given back when it goes on: `batch/<uuid>/<round>/<stage>/<digest>`.
    Stage {
        /// The batch.
        batch: BatchId,
        /// Which time it was submitted, from 1.
        round: u32,
        /// The stage.
        stage: Stage,
        /// The list.
        digest: ListDigest,
    },
}

/// A right to be paid that is used up: this programme, this month, this person or household.
///
/// Its text is `minimum-living-allowance/2020-06/household/<uuid>` or `…/person/<uuid>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PaidMonth {
    /// What is paid under.
    pub programme: ProgrammeId,
    /// The month that is paid for.
    pub month: Month,
    /// Who is paid.
    pub claimant: Claimant,
}

/// Who a claim belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Claimant {
    /// The person that the payment names.
    Person(PersonId),
    /// The household, where no person is named.
    Household(HouseholdId),
}

impl Claim {
    /// Reads the text that `Display` writes; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('/').collect();
        let whole = |text: &str| {
            let number: u32 = text.parse().ok()?;
            (number.to_string() == text).then_some(number)
        };
        Some(match parts.as_slice() {
            [BATCH, batch, UNDERWAY] => Self::Underway { batch: BatchId::parse(batch).ok()? },
            [BATCH, batch, round, HAND, officer] => Self::Hand {
                batch: BatchId::parse(batch).ok()?,
                round: whole(round)?,
                officer: OfficerId::parse(officer).ok()?,
            },
            [BATCH, batch, round, stage, digest] => Self::Stage {
                batch: BatchId::parse(batch).ok()?,
                round: whole(round)?,
                stage: Stage::parse(stage)?,
                digest: ListDigest::parse(digest).ok()?,
            },
            [PAYMENT, payment, RETURNED, what] => Self::Returned {
                payment: PaymentId::parse(payment).ok()?,
                what: serde_json::from_str::<Box<CameBack>>(what)
                    .ok()
                    .filter(|read| printed(read) == **what)?,
            },
            [PERSON, person, DEATH, report] => Self::DeathReport {
                person: PersonId::parse(person).ok()?,
                report: DeathReportId::parse(report).ok()?,
            },
            [PERSON, person, DEATH] => Self::Death { person: PersonId::parse(person).ok()? },
            [PERIOD, month, UNDERWAY] => Self::PeriodUnderway { period: Month::parse(month).ok()? },
            [PERIOD, month, round, HAND, officer] => Self::PeriodHand {
                period: Month::parse(month).ok()?,
                round: whole(round)?,
                officer: OfficerId::parse(officer).ok()?,
            },
            [PERIOD, month, round, stage] => Self::PeriodStage {
                period: Month::parse(month).ok()?,
                round: whole(round)?,
                stage: period::PeriodStage::parse(stage)?,
            },
            [programme, month, kind, id] => Self::Month(PaidMonth {
                programme: ProgrammeId::parse(programme).ok()?,
                month: Month::parse(month).ok()?,
                claimant: match *kind {
                    PERSON => Claimant::Person(PersonId::parse(id).ok()?),
                    "household" => Claimant::Household(HouseholdId::parse(id).ok()?),
                    _ => return None,
                },
            }),
            _ => return None,
        })
    }
}

/// Begins the claims of a batch; no programme has this id.
const BATCH: &str = "batch";
/// Begins the claims of a payment; no programme has this id either.
const PAYMENT: &str = "payment";
/// Begins the claims of a month of the books; likewise.
const PERIOD: &str = "period";
/// Begins the claims of a person; likewise.
const PERSON: &str = "person";
const DEATH: &str = "death";
const RETURNED: &str = "returned";
const HAND: &str = "hand";
const UNDERWAY: &str = "underway";

/// Nothing in it is spelled with a slash, so the parts of the claim can be told.
fn printed(what: &CameBack) -> String {
    String::from_utf8(crate::events::print(what)).unwrap_or_default()
}

impl fmt::Display for Claim {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Month(PaidMonth { programme, month, claimant }) => match claimant {
                Claimant::Person(person) => {
                    write!(formatter, "{programme}/{month}/person/{person}")
                }
                Claimant::Household(household) => {
                    write!(formatter, "{programme}/{month}/household/{household}")
                }
            },
            Self::Returned { payment, what } => {
                write!(formatter, "{PAYMENT}/{payment}/{RETURNED}/{}", printed(what))
            }
            Self::PeriodHand { period, round, officer } => {
                write!(formatter, "{PERIOD}/{period}/{round}/{HAND}/{officer}")
            }
            Self::PeriodUnderway { period } => write!(formatter, "{PERIOD}/{period}/{UNDERWAY}"),
            Self::PeriodStage { period, round, stage } => {
                write!(formatter, "{PERIOD}/{period}/{round}/{stage}")
            }
            Self::Death { person } => write!(formatter, "{PERSON}/{person}/{DEATH}"),
            Self::DeathReport { person, report } => {
                write!(formatter, "{PERSON}/{person}/{DEATH}/{report}")
            }
            Self::Underway { batch } => write!(formatter, "{BATCH}/{batch}/{UNDERWAY}"),
            Self::Hand { batch, round, officer } => {
                write!(formatter, "{BATCH}/{batch}/{round}/{HAND}/{officer}")
            }
            Self::Stage { batch, round, stage, digest } => {
                write!(formatter, "{BATCH}/{batch}/{round}/{stage}/{digest}")
            }
        }
    }
}
