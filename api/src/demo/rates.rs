//! The standards in force, year by year, and what they give for each month.
//!
//! `standards.csv` is invented between two printed anchors: dibao at 900 yuan a person and month in
//! 2020, 34 % above 2016, and marginal families at 1800 yuan a household and year, 20 % above 2016.

use domain::calendar::Day;
use domain::vocabulary::StandardUnit;
use serde::Deserialize;

use super::DemoError;
use super::values::{
    MONTHS, calendar_month, client_id, document, money, plain_name, plan_month, programme, refused,
};
use crate::requests::SetStandardRequest;

const TABLE: &str = "standards.csv";

/// One version of a standard.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Version {
    programme: String,
    class: String,
    unit: String,
    yuan: i64,
    effective_from: String,
    document: String,
}

/// What one class of recipients may get for each month of the plan, in yuan.
pub(super) type Monthly = [i64; MONTHS];

/// All standards of the plan.
pub(super) struct Rates(Vec<Version>);

impl Rates {
    /// Reads the table.
    pub(super) fn read() -> Result<Self, DemoError> {
        csv::Reader::from_reader(include_str!("standards.csv").as_bytes())
            .into_deserialize()
            .collect::<Result<_, _>>()
            .map(Self)
            .map_err(|error| wrong(error.to_string()))
    }

    /// The monthly rate of a programme for one class of recipients (empty where it knows none): the
    /// version in force on the first day of each month, a twelfth of a yearly one.
    pub(super) fn monthly(&self, programme: &str, class: &str) -> Result<Monthly, DemoError> {
        let mut monthly = [0; MONTHS];
        for version in &self.0 {
            if version.programme != programme || version.class != class {
                continue;
            }
            let day = version.day()?;
            let rate = match version.unit()? {
                StandardUnit::PersonYear | StandardUnit::HouseholdYear => twelfth(version)?,
                _ => version.yuan,
            };
            for (month, slot) in monthly.iter_mut().enumerate() {
                if calendar_month(month)?.first_day() >= day {
                    *slot = rate;
                }
            }
        }
        match monthly.first() {
            Some(0) | None => Err(wrong(format!("{programme} {class} has no rate in 2016-01"))),
            Some(_) => Ok(monthly),
        }
    }

    /// The standards that come into force in a month of the plan.
    pub(super) fn set_in(&self, month: usize) -> Result<Vec<SetStandardRequest>, DemoError> {
        let mut requests = Vec::new();
        for (place, version) in self.0.iter().enumerate() {
            if plan_month(version.day()?) == Some(month) {
                requests.push(version.request(place)?);
            }
        }
        Ok(requests)
    }
}

impl Version {
    fn day(&self) -> Result<Day, DemoError> {
        Day::parse(&self.effective_from).map_err(refused("day", &self.effective_from))
    }

    fn unit(&self) -> Result<StandardUnit, DemoError> {
        StandardUnit::parse(&self.unit).ok_or_else(|| wrong(format!("{} is no unit", self.unit)))
    }

    fn request(&self, place: usize) -> Result<SetStandardRequest, DemoError> {
        let class = (!self.class.is_empty()).then(|| plain_name(&self.class)).transpose()?;
        Ok(SetStandardRequest {
            id: client_id(&format!("standard-{place:03}-{}", self.effective_from))?,
            programme: programme(&self.programme)?,
            unit: self.unit()?,
            amount: money(self.yuan)?,
            effective_from: self.day()?,
            document: document(&self.document)?,
            region: None,
            class,
        })
    }
}

/// The plan pays whole yuan, so a yearly standard must have a whole twelfth.
fn twelfth(version: &Version) -> Result<i64, DemoError> {
    match (version.yuan.checked_div(12), version.yuan.checked_rem(12)) {
        (Some(twelfth), Some(0)) => Ok(twelfth),
        _ => Err(wrong(format!("{} yuan a year is no whole sum a month", version.yuan))),
    }
}

fn wrong(reason: String) -> DemoError {
    DemoError::Table { table: TABLE, reason }
}
