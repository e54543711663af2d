//! Days and months of the books. All of them are those of Asia/Shanghai; turning a moment into a day
//! is done where moments exist, not here.

mod day;
mod month;
mod range;
#[cfg(test)]
mod tests;

pub use day::Day;
pub use month::Month;
pub use range::MonthRange;

/// Why a day, a month or a range of months was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Not `2020-06-15`, or no such day, or a year outside 1900 to 2999.
    #[error("“{text}”不是日期，应如2020-06-15 / \"{text}\" is not a day such as 2020-06-15")]
    NotADay {
        /// What was found.
        text: String,
    },
    /// Not `2020-06`, or no such month, or a year outside 1900 to 2999.
    #[error("“{text}”不是月份，应如2020-06 / \"{text}\" is not a month such as 2020-06")]
    NotAMonth {
        /// What was found.
        text: String,
    },
    /// The last month lies before the first.
    #[error("起始月份{from}晚于截止月份{to} / the first month {from} is after the last month {to}")]
    RangeBackwards {
        /// The first month.
        from: Month,
        /// The last month.
        to: Month,
    },
    /// More than [`MonthRange::LONGEST`] months.
    #[error(
        "{from}至{to}共{months}个月，超过600个月 / {from} to {to} is {months} months, more than 600"
    )]
    RangeTooLong {
        /// The first month.
        from: Month,
        /// The last month.
        to: Month,
        /// How many months that is.
        months: u32,
    },
}

/// The first year of the books: nothing older can be paid for or be a standard in force.
const FIRST_YEAR: i32 = 1900;

/// The last year of the books; a later one is a slip of the hand.
const LAST_YEAR: i32 = 2999;

/// The number that some ASCII digits spell; `None` if any of them is something else.
pub(crate) fn spelled_number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |number, &digit| {
        let value = char::from(digit).to_digit(10)?;
        number.checked_mul(10)?.checked_add(value)
    })
}
