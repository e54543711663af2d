//! What Zhonglou district published about 2016 to 2020, and how a total of the ledger is held
//! against it.
//!
//! `published.csv` keeps the facts in the project, each with the document and the phrase it was read
//! from. `value` is the figure in yuan (or as a count); `printed` and `printed_unit` are how it
//! stands in print. Only payments to named recipients and income are there: facilities, beds and
//! ratios are no payments, and F000-010 is F000-032 rounded to one decimal less.

use domain::calendar::Day;
use domain::ids::ProgrammeId;
use domain::money::Money;
use serde::Deserialize;

use super::DemoError;
use super::values::{programme, refused};

const TABLE: &str = "published.csv";

/// One published figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedFigure {
    /// The fact's id, for example `F000-005`.
    pub fact_id: String,
    /// Title and index number of the document.
    pub source: String,
    /// First day of the period that it speaks of.
    pub from: Day,
    /// Last day of that period.
    pub to: Day,
    /// The programme, which may be a group; it stands for its members then.
    pub programme: ProgrammeId,
    /// The programme's name as it was printed.
    pub name_zh: String,
    /// A short English name for the table.
    pub name_en: String,
    /// Whether money was paid or received.
    pub stage: Stage,
    /// What was counted.
    pub measure: Measure,
    /// Fen for amounts, otherwise the count.
    pub value: i64,
    /// The figure as it stands in print.
    pub printed: Printed,
    /// The phrase that it was read from.
    pub quote: String,
}

/// The stage of the money, which is never mixed in one total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Paid to recipients (发放, 投入): measure NET.
    Paid,
    /// Raised or collected (劝募, 收缴): measure RECEIVED.
    Received,
}

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Money, in fen.
    Amount,
    /// Distinct households (户).
    Households,
    /// Occurrences (人次): the sum of covered persons.
    PersonTimes,
}

impl Measure {
    /// The English word for what is counted; the Chinese one is the printed unit.
    pub const fn name_en(self) -> &'static str {
        match self {
            Self::Amount => "amount",
            Self::Households => "households",
            Self::PersonTimes => "person-times",
        }
    }
}

/// A figure as it stands in print: digits, decimals and unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// The number without its decimal point: 924398 for 9243.98.
    pub digits: i64,
    /// How many of the digits stand behind the point.
    pub decimals: u32,
    /// The unit, for example 万元.
    pub unit: String,
}

impl Printed {
    fn parse(text: &str, unit: &str) -> Option<Self> {
        let (whole, behind) = text.split_once('.').unwrap_or((text, ""));
        let digits = format!("{whole}{behind}").parse().ok()?;
        let decimals = u32::try_from(behind.len()).ok()?;
        Some(Self { digits, decimals, unit: unit.to_owned() })
    }

    /// How much of the ledger's own measure (fen, or one) the last printed digit stands for; `None`
    /// for a unit that is not known or decimals that go below fen.
    fn last_digit(&self) -> Option<i64> {
        let unit: i64 = match self.unit.as_str() {
            "万元" => 1_000_000,
            "元" => 100,
            "户" | "人次" => 1,
            _ => return None,
        };
        let parts = 10_i64.checked_pow(self.decimals)?;
        unit.checked_div(parts).filter(|step| step.checked_mul(parts) == Some(unit))
    }

    /// The ledger's value (fen, or a count) rounded half up to the printed unit and decimals, as digits
    /// without the point.
    pub fn round(&self, value: i64) -> Option<i64> {
        let step = self.last_digit()?;
        value.checked_add(step.checked_div(2)?)?.checked_div_euclid(step)
    }

    /// Digits without the point, written as print would: `9243.98 万元`.
    pub fn write(&self, digits: i64) -> String {
        let decimals = usize::try_from(self.decimals).unwrap_or(0);
        let text = digits.to_string();
        match text.len().checked_sub(decimals).and_then(|point| text.split_at_checked(point)) {
            Some((whole, behind)) if decimals > 0 && !whole.is_empty() => {
                format!("{whole}.{behind} {}", self.unit)
            }
            _ if decimals > 0 => format!("0.{text:0>decimals$} {}", self.unit),
            _ => format!("{text} {}", self.unit),
        }
    }
}

impl PublishedFigure {
    /// Whether the ledger's value (fen for amounts, otherwise the count) is the published one: it is
    /// rounded half up to the printed unit and decimals, then the two must be equal.
    pub fn equals(&self, in_ledger: i64) -> bool {
        self.printed.round(in_ledger) == Some(self.printed.digits)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    fact_id: String,
    source: String,
    period_start: String,
    period_end: String,
    programme: String,
    name_zh: String,
    name_en: String,
    stage: String,
    measure: String,
    value: String,
    printed: String,
    printed_unit: String,
    quote: String,
}

/// All figures that the demo reproduces, in the order of the table that it prints.
pub fn figures() -> Result<Vec<PublishedFigure>, DemoError> {
    csv::Reader::from_reader(include_str!("published.csv").as_bytes())
        .into_deserialize::<Row>()
        .map(|row| read(row.map_err(|error| wrong(error.to_string()))?))
        .collect()
}

fn read(row: Row) -> Result<PublishedFigure, DemoError> {
    let day = |text: &str| Day::parse(text).map_err(refused("day", text));
    let stage = match row.stage.as_str() {
        "paid" => Stage::Paid,
        "received" => Stage::Received,
        other => return Err(wrong(format!("no stage is called {other}"))),
    };
    let (measure, value) = match row.measure.as_str() {
        "amount_cny" => (
            Measure::Amount,
            Money::parse_yuan(&row.value).map_err(refused("amount", &row.value))?.fen(),
        ),
        "households" => (Measure::Households, count(&row.value)?),
        "person_times" => (Measure::PersonTimes, count(&row.value)?),
        other => return Err(wrong(format!("no measure is called {other}"))),
    };
    let printed = Printed::parse(&row.printed, &row.printed_unit)
        .filter(|printed| printed.last_digit().is_some())
        .ok_or_else(|| wrong(format!("{} {} is no figure", row.printed, row.printed_unit)))?;
    Ok(PublishedFigure {
        from: day(&row.period_start)?,
        to: day(&row.period_end)?,
        programme: programme(&row.programme)?,
        fact_id: row.fact_id,
        source: row.source,
        name_zh: row.name_zh,
        name_en: row.name_en,
        stage,
        measure,
        value,
        printed,
        quote: row.quote,
    })
}

fn count(text: &str) -> Result<i64, DemoError> {
    text.parse().map_err(refused("count", text))
}

fn wrong(reason: String) -> DemoError {
    DemoError::Table { table: TABLE, reason }
}

/// The published figures as the plan's targets.
pub(super) struct Targets(Vec<PublishedFigure>);

impl Targets {
    /// Reads the table.
    pub(super) fn read() -> Result<Self, DemoError> {
        figures().map(Self)
    }

    /// A count, or an amount in whole yuan.
    pub(super) fn of(&self, programme: &'static str, measure: Measure) -> Result<i64, DemoError> {
        let value = self
            .0
            .iter()
            .find(|figure| figure.programme.as_str() == programme && figure.measure == measure)
            .map(|figure| figure.value)
            .ok_or_else(|| wrong(format!("{programme} is not there")))?;
        match measure {
            Measure::Amount if value.checked_rem(100) == Some(0) => {
                value.checked_div(100).ok_or_else(|| wrong(format!("{programme} is no amount")))
            }
            Measure::Amount => Err(wrong(format!("{programme} is not in whole yuan"))),
            Measure::Households | Measure::PersonTimes => Ok(value),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_value_is_what_was_printed() {
        let figures = figures().unwrap();
        assert_eq!(figures.len(), 13);
        for figure in figures {
            assert!(figure.equals(figure.value), "{}", figure.fact_id);
            let printed = figure.printed.write(figure.printed.digits);
            let number = printed.split(' ').next().unwrap();
            assert!(figure.quote.contains(number), "{printed} is not in {}", figure.quote);
        }
    }

    #[test]
    fn a_total_is_rounded_half_up_to_what_is_printed_and_then_compared() {
        let printed = Printed::parse("9243.98", "万元").unwrap();
        assert_eq!(printed.round(9_243_974_999), Some(924_397));
        assert_eq!(printed.round(9_243_975_000), Some(924_398));
        assert_eq!(printed.round(9_243_984_999), Some(924_398));
        assert_eq!(printed.round(9_243_985_000), Some(924_399));
        assert_eq!(printed.write(5), "0.05 万元");
    }
}
