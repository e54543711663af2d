//! Programme, fund, region, form and residency of payments: few combinations, many payments.
//!
//! Filters and groups are decided once for each combination instead of once for each payment.

use std::collections::HashMap;

use domain::ids::{FundId, ProgrammeId};
use domain::payment::PaymentRecorded;
use domain::region::Region;
use domain::vocabulary::{AidForm, Residency};

use crate::copy::{FieldReader, Rows};
use crate::error::{ProjectionError, Result};

/// What payments have in common besides time and recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Combination {
    pub(super) programme: ProgrammeId,
    pub(super) fund: Option<FundId>,
    pub(super) region: Region,
    pub(super) form: AidForm,
    pub(super) residency: Option<Residency>,
}

/// The columns that make a combination, in the order in which [`Combinations`] reads them.
pub(super) const COMBINATION_COLUMNS: &str = "p.programme, p.fund, p.region, p.form, p.residency";
const COLUMN_COUNT: usize = 5;

/// The combinations seen so far, numbered from 0 as they came.
#[derive(Debug, Default)]
pub(super) struct Combinations {
    /// By their fields as COPY writes them, so that a row that was seen before is not parsed again.
    numbers: HashMap<Vec<u8>, u32>,
    all: Vec<Combination>,
}

impl Combinations {
    /// The number of the combination in the last five fields of a row.
    pub(super) fn number(&mut self, fields: &[u8]) -> Result<u32> {
        if let Some(number) = self.numbers.get(fields) {
            return Ok(*number);
        }
        let combination = read(fields)?;
        let number = u32::try_from(self.all.len())
            .map_err(|_| ProjectionError::out_of_range("number of combinations"))?;
        self.all.push(combination);
        self.numbers.insert(fields.to_vec(), number);
        Ok(number)
    }

    /// The number of a payment's combination.
    pub(super) fn number_of(&mut self, payment: &PaymentRecorded) -> Result<u32> {
        let recipient = &payment.recipient;
        let mut fields = Rows::default();
        fields.add(COLUMN_COUNT, |row| {
            row.text(payment.programme().as_str())
                .uuid_or_null(payment.fund().map(|fund| fund.as_uuid()))
                .text(recipient.region.as_str())
                .text(payment.form.as_str())
                .text_or_null(recipient.residency.map(|residency| residency.as_str()));
        });
        // The row begins with the count of its fields, two bytes.
        let row = fields.iter().next().and_then(|row| row.get(2..)).unwrap_or_default();
        self.number(row)
    }

    /// Every combination in the order of their numbers.
    pub(super) fn all(&self) -> &[Combination] {
        &self.all
    }
}

fn read(fields: &[u8]) -> Result<Combination> {
    let wrong = |column| ProjectionError::Malformed { table: "payments", column };
    let mut fields = FieldReader::of_fields(fields);
    let programme = ProgrammeId::parse(fields.text()?).map_err(|_| wrong("programme"))?;
    let fund = fields.uuid_or_null()?.map(FundId::from_uuid);
    let region = Region::parse(fields.text()?).map_err(|_| wrong("region"))?;
    let form = AidForm::parse(fields.text()?).ok_or_else(|| wrong("form"))?;
    let residency = match fields.text_or_null()? {
        Some(text) => Some(Residency::parse(text).ok_or_else(|| wrong("residency"))?),
        None => None,
    };
    Ok(Combination { programme, fund, region, form, residency })
}
