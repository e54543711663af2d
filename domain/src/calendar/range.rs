//! Months one after the other.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{CalendarError, Month};

/// One or more months, one after the other, both ends included. In JSON it is
/// `{"from":"2020-01","to":"2020-12"}`, also for a single month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "UncheckedRange")]
pub struct MonthRange {
    from: Month,
    to: Month,
}

/// What a payload spells, before the two months are held against each other.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedRange {
    from: Month,
    to: Month,
}

impl TryFrom<UncheckedRange> for MonthRange {
    type Error = CalendarError;

    fn try_from(range: UncheckedRange) -> Result<Self, CalendarError> {
        Self::new(range.from, range.to)
    }
}

impl MonthRange {
    /// The most months that one range may span: fifty years, so that a slip in a year does not
    /// claim a century of months.
    pub const LONGEST: u32 = 600;

    /// The months from `from` to `to`, both included: at least one, at most [`Self::LONGEST`].
    pub fn new(from: Month, to: Month) -> Result<Self, CalendarError> {
        if to < from {
            return Err(CalendarError::RangeBackwards { from, to });
        }
        let range = Self { from, to };
        match range.len() {
            months if months > Self::LONGEST => {
                Err(CalendarError::RangeTooLong { from, to, months })
            }
            _ => Ok(range),
        }
    }

    /// The range of one month.
    pub const fn single(month: Month) -> Self {
        Self { from: month, to: month }
    }

    /// The first month.
    pub const fn from(&self) -> Month {
        self.from
    }

    /// The last month, which is included.
    pub const fn to(&self) -> Month {
        self.to
    }

    /// How many months there are, at least one.
    #[allow(clippy::len_without_is_empty, reason = "a range is never empty")]
    pub const fn len(&self) -> u32 {
        self.from.index().abs_diff(self.to.index()).saturating_add(1)
    }

    /// Every month in order.
    pub fn months(
        &self,
    ) -> impl ExactSizeIterator<Item = Month> + DoubleEndedIterator + Clone + use<> {
        self.from.up_to(self.to)
    }

    /// Whether the month lies in the range.
    pub fn contains(&self, month: Month) -> bool {
        (self.from..=self.to).contains(&month)
    }

    /// Whether every month of the other range lies in this one.
    pub fn covers(&self, other: &Self) -> bool {
        self.contains(other.from) && self.contains(other.to)
    }
}

/// `2020-06`, or `2020-01..2020-12`.
impl fmt::Display for MonthRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.from == self.to {
            write!(formatter, "{}", self.from)
        } else {
            write!(formatter, "{}..{}", self.from, self.to)
        }
    }
}
