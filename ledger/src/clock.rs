//! Time as the ledger writes it: whole microseconds since 1970, UTC. The clock is passed in.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, Timelike};

/// A moment in microseconds since 1970-01-01T00:00:00Z, in the years 1970 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

impl Moment {
    /// The earliest moment that can be written.
    pub const EARLIEST: Self = Self(0);
    /// The last microsecond of the year 9999.
    pub const LATEST: Self = Self(253_402_300_799_999_999);

    /// Wraps microseconds; `None` outside the years 1970 to 9999.
    pub fn from_micros(micros: i64) -> Option<Self> {
        (Self::EARLIEST.0..=Self::LATEST.0).contains(&micros).then_some(Self(micros))
    }

    /// Microseconds since 1970.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Reads `2020-06-30T08:15:07.123456Z`; `None` for any other spelling.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let number = |from: usize, to: usize| {
            let digits = text.get(from..to)?;
            digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<u32>().ok())?
        };
        let marks =
            [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'.'), (26, b'Z')];
        if bytes.len() != 27 || marks.iter().any(|(at, mark)| bytes.get(*at) != Some(mark)) {
            return None;
        }
        let year = i32::try_from(number(0, 4)?).ok()?;
        let day = NaiveDate::from_ymd_opt(year, number(5, 7)?, number(8, 10)?)?;
        let time = day.and_hms_micro_opt(
            number(11, 13)?,
            number(14, 16)?,
            number(17, 19)?,
            number(20, 26)?,
        )?;
        Self::from_micros(time.and_utc().timestamp_micros())
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Every moment in range is a date that chrono knows.
        let time = DateTime::from_timestamp_micros(self.0).ok_or(fmt::Error)?;
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
            time.year(),
            time.month(),
            time.day(),
            time.hour(),
            time.minute(),
            time.second(),
            time.timestamp_subsec_micros()
        )
    }
}

/// Tells the time. The program passes in the machine's clock, tests one of their own.
pub trait Clock: Send + Sync + 'static {
    /// The present moment. It may go back; the writer deals with that.
    fn now(&self) -> Moment;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_moment_is_read_back_as_it_was_written() {
        for text in [
            "1970-01-01T00:00:00.000000Z",
            "2020-06-30T08:15:07.123456Z",
            "9999-12-31T23:59:59.999999Z",
        ] {
            assert_eq!(Moment::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn other_spellings_of_a_moment_are_refused() {
        for text in [
            "2020-06-30T08:15:07.12345Z",
            "2020-06-30 08:15:07.123456Z",
            "2020-06-31T08:15:07.123456Z",
            "2020-06-30T24:00:00.000000Z",
            "2020-06-30T23:59:60.000000Z",
            "2020-06-30T08:15:07.123456z",
            "+020-06-30T08:15:07.123456Z",
            "1969-12-31T23:59:59.999999Z",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }
}
