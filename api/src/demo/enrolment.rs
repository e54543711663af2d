//! Who draws which periodic aid, from which month to which, and how a roll of recipients is made
//! whose payments sum exactly to a published figure.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "months are below 60 and sums below 10^8 yuan, so nothing leaves an i64"
)]

use std::sync::Arc;

use super::DemoError;
use super::draw::Draw;
use super::funds::FundKey;
use super::rates::Monthly;
use super::values::MONTHS;

/// A periodic programme of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Benefit {
    /// Minimum living allowance.
    Dibao,
    /// Assistance to dibao-marginal families.
    Marginal,
    /// Basic living allowance for orphans.
    Orphan,
    /// Urban three-nos.
    ThreeNos,
    /// Rural five guarantees.
    FiveGuarantees,
    /// Living allowance for people with disabilities.
    DisabilityLiving,
    /// Nursing subsidy for people with disabilities.
    DisabilityNursing,
    /// Old-age allowance.
    OldAge,
}

impl Benefit {
    /// The programme's id.
    pub(super) const fn programme(self) -> &'static str {
        match self {
            Self::Dibao => "minimum-living-allowance",
            Self::Marginal => "marginal-family-assistance",
            Self::Orphan => "orphan-basic-living-allowance",
            Self::ThreeNos => "urban-three-nos-support",
            Self::FiveGuarantees => "rural-five-guarantees-support",
            Self::DisabilityLiving => "disability-living-allowance",
            Self::DisabilityNursing => "disability-nursing-subsidy",
            Self::OldAge => "old-age-allowance",
        }
    }

    /// The word that the plan's ids begin with.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Dibao => "dibao",
            Self::Marginal => "marginal",
            Self::Orphan => "orphan",
            Self::ThreeNos => "three-nos",
            Self::FiveGuarantees => "five-guarantees",
            Self::DisabilityLiving => "disability-living",
            Self::DisabilityNursing => "disability-nursing",
            Self::OldAge => "old-age",
        }
    }

    /// The day of the month on which it is paid.
    pub(super) const fn payday(self) -> u32 {
        match self {
            Self::Dibao => 10,
            Self::Marginal | Self::Orphan => 12,
            Self::ThreeNos | Self::FiveGuarantees => 15,
            Self::DisabilityLiving | Self::DisabilityNursing => 18,
            Self::OldAge => 20,
        }
    }

    /// Whether the household is granted it; otherwise one person is.
    pub(super) const fn is_for_households(self) -> bool {
        matches!(self, Self::Dibao | Self::Marginal)
    }

    /// For how many months a grant is approved before it is reviewed; `None` where no grant exists:
    /// the disability subsidies rest on the disability certificate. Means-tested aid is reviewed
    /// every year, the old-age allowance stands until it ends.
    pub(super) const fn review(self) -> Option<usize> {
        match self {
            Self::DisabilityLiving | Self::DisabilityNursing => None,
            Self::OldAge => Some(MONTHS),
            _ => Some(12),
        }
    }
}

/// The months, of the plan's 60, in which somebody is enrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// First month.
    pub(super) first: usize,
    /// Last month, included.
    pub(super) last: usize,
}

impl Span {
    /// Draws a span: some are there from the beginning, the others join in any later month, and each
    /// leaves after any month with the same chance. The shares that keep the roll about level are
    /// chosen together.
    pub(super) fn draw(draw: &mut Draw, from_the_beginning: usize, leaving: usize) -> Self {
        let first = if draw.chance(from_the_beginning) { 0 } else { 1 + draw.below(MONTHS - 1) };
        let mut last = first;
        while last + 1 < MONTHS && !draw.chance(leaving) {
            last += 1;
        }
        Self { first, last }
    }

    /// What of this span lies in the months from one to another; `None` if nothing does.
    pub(super) fn within(self, from: usize, to: usize) -> Option<Self> {
        let common = Self { first: self.first.max(from), last: self.last.min(to) };
        (common.first <= common.last).then_some(common)
    }
}

/// One recipient of one periodic programme.
pub(super) struct Enrolment {
    /// The programme.
    pub(super) benefit: Benefit,
    /// Number on the programme's roll, from 1.
    pub(super) number: usize,
    /// Place of the household.
    pub(super) household: usize,
    /// Place of the person: the recipient, or the household's head.
    pub(super) person: usize,
    /// Which fund pays.
    pub(super) fund: FundKey,
    /// Months of enrolment.
    pub(super) span: Span,
    /// The rate of the recipient's class.
    pub(super) rate: Arc<Monthly>,
    /// A later class and its first month, for example after the ninetieth birthday.
    pub(super) later: Option<(usize, Arc<Monthly>)>,
    /// Yuan of income a member and month, by which a top-up stays below the rate.
    pub(super) income: i64,
    /// How many times the rate is paid.
    pub(super) heads: i64,
    /// Grade of disability, 1 to 4, where that is what the aid is for.
    pub(super) grade: Option<usize>,
    /// The part of the usual amount that is paid for the last month.
    pub(super) last_part: Option<i64>,
}

impl Enrolment {
    /// What is paid for a month of the span, in yuan.
    pub(super) fn amount(&self, month: usize) -> i64 {
        if let (true, Some(part)) = (month == self.span.last, self.last_part) {
            return part;
        }
        let rate = match &self.later {
            Some((from, later)) if month >= *from => later,
            _ => &self.rate,
        };
        let rate = rate.get(month).copied().unwrap_or(0);
        (rate - self.income) * self.heads
    }

    /// What is paid for the months of a span inside the enrolment's own, in yuan.
    pub(super) fn amount_of(&self, span: Span) -> i64 {
        (span.first..=span.last).map(|month| self.amount(month)).sum()
    }

    /// The highest amount of a month of a span inside the enrolment's own, in yuan.
    pub(super) fn highest(&self, span: Span) -> i64 {
        (span.first..=span.last).map(|month| self.amount(month)).max().unwrap_or(0)
    }
}

/// Invents recipients until all that they are paid is exactly `total` yuan: the one that would pass
/// it leaves early, and the last month is paid in part. Fails where candidates do not add anything.
pub(super) fn enrol_up_to(
    total: i64,
    programme: &'static str,
    mut candidate: impl FnMut() -> Result<Enrolment, DemoError>,
) -> Result<Vec<Enrolment>, DemoError> {
    /// Far more than the plan needs; a bound for the loop.
    const MOST: usize = 100_000;
    let mut enrolled = Vec::new();
    let mut left = total;
    while left > 0 {
        let mut enrolment = candidate()?;
        if enrolled.len() >= MOST {
            return Err(DemoError::OutOfReach { programme });
        }
        left = stop_at(&mut enrolment, left);
        enrolled.push(enrolment);
    }
    Ok(enrolled)
}

/// Shortens the enrolment to what is left of the total; gives what is left after it.
fn stop_at(enrolment: &mut Enrolment, mut left: i64) -> i64 {
    for month in enrolment.span.first..=enrolment.span.last {
        let amount = enrolment.amount(month);
        if amount >= left {
            enrolment.span.last = month;
            enrolment.last_part = Some(left);
            return 0;
        }
        left -= amount;
    }
    left
}
