//! A month.

use std::fmt;

use chrono::Datelike;

use super::{CalendarError, Day, FIRST_YEAR, LAST_YEAR, spelled_number};
use crate::text_form::{TextForm, serde_as_text};

/// A month in the years 1900 to 2999, ordered by time. In JSON it is `"2020-06"`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// Year × 12 + month − 1.
    index: i32,
}

impl Month {
    const FIRST_INDEX: i32 = FIRST_YEAR * 12;
    const LAST_INDEX: i32 = LAST_YEAR * 12 + 11;

    /// The month of that year (1900 to 2999) and number (1 to 12).
    pub fn new(year: i32, number: u32) -> Option<Self> {
        let zero_based = number.checked_sub(1).filter(|month| *month < 12)?;
        let index = year.checked_mul(12)?.checked_add(i32::try_from(zero_based).ok()?)?;
        Self::from_index(index)
    }

    /// Reads `2020-06`, and no other spelling.
    pub fn parse(text: &str) -> Result<Self, CalendarError> {
        let parsed = match text.as_bytes() {
            [y1, y2, y3, y4, b'-', m1, m2] => spelled_number(&[*y1, *y2, *y3, *y4])
                .zip(spelled_number(&[*m1, *m2]))
                .and_then(|(year, month)| Self::new(i32::try_from(year).ok()?, month)),
            _ => None,
        };
        parsed.ok_or_else(|| CalendarError::NotAMonth { text: text.to_owned() })
    }

    /// The month that a day lies in.
    pub fn of(day: Day) -> Self {
        // A Day lies in the same years as a Month, so the sum is small and in range.
        let zero_based = i32::try_from(day.date().month0()).unwrap_or(0);
        Self { index: day.year().saturating_mul(12).saturating_add(zero_based) }
    }

    /// Year × 12 + month − 1: months one after the other have numbers one after the other.
    pub const fn index(self) -> i32 {
        self.index
    }

    /// The month with that index; `None` outside the years 1900 to 2999.
    pub fn from_index(index: i32) -> Option<Self> {
        (Self::FIRST_INDEX..=Self::LAST_INDEX).contains(&index).then_some(Self { index })
    }

    /// The calendar year.
    pub const fn year(self) -> i32 {
        self.index.div_euclid(12)
    }

    /// The number of the month in its year, 1 to 12.
    pub const fn number(self) -> u32 {
        self.index.rem_euclid(12).unsigned_abs().saturating_add(1)
    }

    /// The first day of the month, on which the standard for it is looked up.
    #[allow(clippy::expect_used, reason = "every month of the years 1900 to 2999 has a first day")]
    pub fn first_day(self) -> Day {
        Day::new(self.year(), self.number(), 1).expect("the first day of a month exists")
    }

    /// The months from this one to the last, both included; none if the last is earlier.
    pub(super) fn up_to(
        self,
        last: Self,
    ) -> impl ExactSizeIterator<Item = Self> + DoubleEndedIterator + Clone + use<> {
        // Every index between two months is one of a month. The exclusive end knows its length.
        (self.index..last.index.saturating_add(1)).map(|index| Self { index })
    }

    /// The month after this one; `None` after 2999-12.
    pub fn next(self) -> Option<Self> {
        Self::from_index(self.index.saturating_add(1))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}", self.year(), self.number())
    }
}

impl fmt::Debug for Month {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Month({self})")
    }
}

impl TextForm for Month {
    type Error = CalendarError;
    const EXPECTED: &'static str = "a month such as 2020-06";

    fn read(text: &str) -> Result<Self, CalendarError> {
        Self::parse(text)
    }

    fn with_text<R>(&self, take: impl FnOnce(&str) -> R) -> R {
        take(&self.to_string())
    }
}

serde_as_text!(Month);
