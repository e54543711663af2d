//! The ceiling that the standards of a programme set for one payment.
//!
//! The rule, from what the interfaces fix and what they leave open:
//! - A standard is in force on a day if it began on or before it and no later one of the same
//!   region, class and unit did; of two that begin on one day, the one recorded later.
//! - Only standards without a region, or whose region is a prefix of the payment's, count.
//! - A month's ceiling is the highest of those in force on its first day: a monthly standard as it
//!   is, a yearly one a twelfth of it; counted for a person, times the covered persons.
//! - The months' ceilings are summed and rounded to fen once, half up.
//! - A `ONCE` standard in force on the first day of any of the months is a ceiling for the whole
//!   payment, however many persons and months; the higher of it and the sum decides.
//! - If no month has a standard, there is no ceiling. If only some have, a month without one counts
//!   as much as the highest of the others: so a range cannot escape its ceiling by beginning one
//!   month before the first standard, and what was paid for that month is not refused outright.

use crate::calendar::{Day, MonthRange};
use crate::money::Money;
use crate::region::Region;
use crate::standard::{StandardSet, Standards};
use crate::vocabulary::StandardUnit;

/// What a payment asks the standards about.
#[derive(Debug, Clone, Copy)]
pub struct Entitlement<'a> {
    /// The months that are paid for; for a payment without months the month in which it was made.
    pub months: MonthRange,
    /// Where the recipient is.
    pub region: &'a Region,
    /// How many persons the payment covers.
    pub covered_persons: u32,
}

impl Standards {
    /// The most that may be paid for the entitlement; `None` where no standard sets a ceiling, or
    /// where the ceiling is above every amount that can be recorded.
    pub fn ceiling(&self, entitlement: &Entitlement<'_>) -> Option<Money> {
        let mut monthly = Monthly::default();
        let mut once: Option<i64> = None;
        for month in entitlement.months.months() {
            let mut highest: Option<i128> = None;
            for standard in in_force(self.all(), month.first_day(), entitlement.region) {
                match twelfths(standard, entitlement.covered_persons) {
                    Some(amount) => highest = highest.max(Some(amount)),
                    None => once = once.max(Some(standard.amount_fen.fen())),
                }
            }
            monthly.add(highest);
        }
        let sum = monthly.fen();
        let ceiling = sum.max(once.map(i128::from))?;
        i64::try_from(ceiling).ok().and_then(|fen| Money::from_fen(fen).ok())
    }
}

/// The standards in force on the day in the region. The slice is ordered by first day in force.
fn in_force<'a>(
    standards: &'a [StandardSet],
    day: Day,
    region: &'a Region,
) -> impl Iterator<Item = &'a StandardSet> {
    let begun = standards.partition_point(|standard| standard.effective_from <= day);
    let (begun, _) = standards.split_at(begun);
    begun.iter().enumerate().filter_map(move |(place, standard)| {
        let here = standard.region.as_ref().is_none_or(|place| region.starts_with(place.as_str()));
        let later = begun.iter().skip(place.saturating_add(1));
        (here && !later.into_iter().any(|other| replaces(other, standard))).then_some(standard)
    })
}

/// Whether the two are versions of one standard, so that the later stands in place of the earlier.
fn replaces(later: &StandardSet, earlier: &StandardSet) -> bool {
    later.unit == earlier.unit && later.region == earlier.region && later.class == earlier.class
}

/// One month's ceiling in twelfths of a fen, so that a year's twelfth is exact until the end;
/// `None` for a standard that is no matter of months. Neither factor can pass 2^53 × 2^32 × 12.
fn twelfths(standard: &StandardSet, covered_persons: u32) -> Option<i128> {
    let amount = i128::from(standard.amount_fen.fen());
    let persons = i128::from(covered_persons);
    let factor = match standard.unit {
        StandardUnit::PersonMonth => persons.saturating_mul(12),
        StandardUnit::HouseholdMonth => 12,
        StandardUnit::PersonYear => persons,
        StandardUnit::HouseholdYear => 1,
        StandardUnit::Once => return None,
    };
    Some(amount.saturating_mul(factor))
}

/// The months' ceilings as they are summed, in twelfths of a fen.
#[derive(Default)]
struct Monthly {
    sum: i128,
    highest: Option<i128>,
    without: i128,
}

impl Monthly {
    fn add(&mut self, ceiling: Option<i128>) {
        match ceiling {
            Some(amount) => {
                self.sum = self.sum.saturating_add(amount);
                self.highest = self.highest.max(ceiling);
            }
            None => self.without = self.without.saturating_add(1),
        }
    }

    /// The sum in fen, half up; amounts are positive. `None` where no month had a standard.
    fn fen(&self) -> Option<i128> {
        let filled = self.highest?.saturating_mul(self.without);
        Some(self.sum.saturating_add(filled).saturating_add(6).div_euclid(12))
    }
}
