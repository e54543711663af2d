//! The domain's own types out of the plan's plain numbers and texts. A refusal is a fault of the
//! plan, never of the user, and becomes a [`DemoError`].
//!
//! The plan counts months from 0 (2016-01) to 59 (2020-12) and money in whole yuan.

use std::fmt::Display;

use domain::calendar::{Day, Month, MonthRange};
use domain::ids::ProgrammeId;
use domain::money::Money;
use domain::region::Region;
use domain::text::{DocumentNumber, PlainName};

use super::DemoError;
use crate::requests::ClientId;

/// How many months the plan has.
pub(super) const MONTHS: usize = 60;

/// How many years the plan has.
pub(super) const YEARS: usize = 5;

/// Months in a year.
pub(super) const MONTHS_A_YEAR: usize = 12;

const FIRST_YEAR: i32 = 2016;

/// The calendar year of a month of the plan.
pub(super) fn year_of(month: usize) -> Result<i32, DemoError> {
    Ok(calendar_month(month)?.year())
}

/// The month of the plan that a day lies in; `None` before 2016 and after 2020.
pub(super) fn plan_month(day: Day) -> Option<usize> {
    let first = Month::new(FIRST_YEAR, 1)?.index();
    let month = usize::try_from(day.month().index().checked_sub(first)?).ok()?;
    (month < MONTHS).then_some(month)
}

/// A month of the plan as the calendar has it.
pub(super) fn calendar_month(month: usize) -> Result<Month, DemoError> {
    Month::new(FIRST_YEAR, 1)
        .and_then(|first| first.index().checked_add(i32::try_from(month).ok()?))
        .and_then(Month::from_index)
        .ok_or_else(|| refused("month", month)("no such month"))
}

/// The months from one to another of the plan, both included.
pub(super) fn calendar_months(from: usize, to: usize) -> Result<MonthRange, DemoError> {
    let (from, to) = (calendar_month(from)?, calendar_month(to)?);
    MonthRange::new(from, to).map_err(refused("range of months", from))
}

/// A day of a month of the plan.
pub(super) fn calendar_day(month: usize, day: u32) -> Result<Day, DemoError> {
    let of = calendar_month(month)?;
    Day::new(of.year(), of.number(), day).ok_or_else(|| refused("day", of)(day))
}

/// Whole yuan as money.
pub(super) fn money(yuan: i64) -> Result<Money, DemoError> {
    let fen = yuan.checked_mul(100).ok_or_else(|| refused("amount", yuan)("too much"))?;
    Money::from_fen(fen).map_err(refused("amount", yuan))
}

/// A client's id.
pub(super) fn client_id(text: &str) -> Result<ClientId, DemoError> {
    ClientId::parse(text).ok_or_else(|| refused("client id", text)("not an id"))
}

/// A document number.
pub(super) fn document(text: &str) -> Result<DocumentNumber, DemoError> {
    DocumentNumber::parse(text).map_err(refused("document number", text))
}

/// A name of a fund, a store, a class.
pub(super) fn plain_name(text: &str) -> Result<PlainName, DemoError> {
    PlainName::parse(text).map_err(refused("name", text))
}

/// A programme's id.
pub(super) fn programme(id: &str) -> Result<ProgrammeId, DemoError> {
    ProgrammeId::parse(id).map_err(refused("programme id", id))
}

/// A region code.
pub(super) fn region(code: &str) -> Result<Region, DemoError> {
    Region::parse(code).map_err(refused("region code", code))
}

/// Says of which kind and value the domain's refusal speaks.
pub(super) fn refused<E: Display>(
    what: &'static str,
    value: impl Display,
) -> impl FnOnce(E) -> DemoError {
    let value = value.to_string();
    move |reason| DemoError::Refused { what, value, reason: reason.to_string() }
}
