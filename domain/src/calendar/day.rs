//! A day.

use std::fmt;

use chrono::{Datelike, NaiveDate};

use super::{CalendarError, FIRST_YEAR, LAST_YEAR, Month, spelled_number};
use crate::text_form::{TextForm, serde_as_text};

/// A day in the years 1900 to 2999. In JSON it is `"2020-06-15"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(NaiveDate);

impl Day {
    /// The day of that year, month and day of the month; `None` where there is none in 1900 to 2999.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day).and_then(Self::from_date)
    }

    /// Takes a date; `None` outside the years 1900 to 2999.
    pub fn from_date(date: NaiveDate) -> Option<Self> {
        (FIRST_YEAR..=LAST_YEAR).contains(&date.year()).then_some(Self(date))
    }

    /// Reads `2020-06-15`, and no other spelling.
    pub fn parse(text: &str) -> Result<Self, CalendarError> {
        let parsed = match text.as_bytes() {
            [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] => {
                let year = spelled_number(&[*y1, *y2, *y3, *y4]);
                let month = spelled_number(&[*m1, *m2]);
                let day = spelled_number(&[*d1, *d2]);
                year.zip(month).zip(day).and_then(|((year, month), day)| {
                    Self::new(i32::try_from(year).ok()?, month, day)
                })
            }
            _ => None,
        };
        parsed.ok_or_else(|| CalendarError::NotADay { text: text.to_owned() })
    }

    /// The day as a date, for storage.
    pub const fn date(self) -> NaiveDate {
        self.0
    }

    /// The calendar year, which is the accounting year too.
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// The month that the day lies in.
    pub fn month(self) -> Month {
        Month::of(self)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl TextForm for Day {
    type Error = CalendarError;
    const EXPECTED: &'static str = "a day such as 2020-06-15";

    fn read(text: &str) -> Result<Self, CalendarError> {
        Self::parse(text)
    }

    fn with_text<R>(&self, take: impl FnOnce(&str) -> R) -> R {
        take(&self.to_string())
    }
}

serde_as_text!(Day);
