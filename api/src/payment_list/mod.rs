//! The payment list: a CSV file in which each row is a payment that has been made.
//!
//! [`read`] gives every payment of a file, or everything that is wrong with it. It touches neither
//! database nor ledger: whether a fund exists, a month was paid before or a standard is kept, is
//! decided where the payments are recorded.
//!
//! How such a file is written is said in [`crate::list_file`]; its columns are [`Column`]. Names and ids have
//! at most 200 characters, household numbers and certificates 100, accounts 40, causes and notes 2,000.
//!
//! # Rules worth a word
//!
//! * A `payment_id` that stands in two rows is refused even where the rows are alike: one of them is
//!   a slip, and the declared count, which covers all rows, would be wrong by it. Sending the same
//!   *file* again is another matter and pays nobody twice.
//! * Which columns a row has follows from how its programme pays; a column that is not for it must
//!   be empty. Goods need no amount; one that is given must be what they are worth.
//! * The declared count and total cover all rows, goods at their declared value. The count is compared
//!   whatever else is wrong; the total only where every row could be read.
//! * Identity numbers, household numbers, accounts, names, causes and notes are shown masked in errors,
//!   and so is any other value with somebody's number in it.

mod column;
mod goods;
mod payment;
mod recipient;
mod template;
mod values;

use domain::money::Money;

use crate::list_file::{self, Record, trimmed};
use crate::requests::PaymentRequest;

pub use crate::list_file::{Encoding, LARGEST_FILE, MOST_ROWS, Rule};
pub use column::Column;
pub use template::template_csv;

use payment::{FirstRows, Payment};

/// One broken rule at one place.
pub type RowError = list_file::RowError<Column>;

/// A file that cannot be recorded.
pub type BadList = list_file::BadList<Column>;

type Header = list_file::Header<Column>;
type Findings = list_file::Findings<Column>;
type Row<'a> = list_file::Row<'a, Column>;

/// What the sender says the file holds, from another source than the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Declared {
    /// How many payments.
    pub count: Option<u64>,
    /// Their sum, goods at their declared value.
    pub total: Option<Money>,
}

/// A file in which every row is good.
#[derive(Debug, Clone)]
pub struct PaymentList {
    /// How its text was written.
    pub encoding: Encoding,
    /// The payments in the order of the file, at least one, no id twice.
    pub rows: Vec<ListRow>,
    /// The sum of all of them, goods at their declared value.
    pub total: Money,
}

/// One payment and where it stands.
#[derive(Debug, Clone)]
pub struct ListRow {
    /// The row as a spreadsheet numbers it, the header being 1.
    pub number: u64,
    /// The payment; its `amount` is always given, for goods too.
    pub request: PaymentRequest,
}

/// Reads a whole file and holds it against what was declared. Either every payment is given or
/// every error; which rows were good is of no use to anybody, since a file is recorded as one.
pub fn read(file: &[u8], declared: &Declared) -> Result<PaymentList, BadList> {
    let (encoding, text) = list_file::text_of::<Column>(file)?;
    let bad = |errors| BadList { encoding: Some(encoding), errors };
    let (header, records) = list_file::rows_of::<Column>(&text).map_err(bad)?;
    let mut reading = Reading::default();
    for record in records {
        if !reading.take(&record, &header) {
            break;
        }
    }
    let (rows, total) = reading.finish(declared).map_err(bad)?;
    Ok(PaymentList { encoding, rows, total })
}

/// What was read of a file so far.
#[derive(Default)]
struct Reading {
    rows: Vec<ListRow>,
    total: Total,
    /// Rows with anything in them, bad ones too.
    count: u64,
    first_rows: FirstRows,
    findings: Findings,
}

/// The sum of the good rows; `None` once it left the range of money.
#[derive(Clone, Copy)]
struct Total(Option<Money>);

impl Default for Total {
    fn default() -> Self {
        Self(Some(Money::ZERO))
    }
}

impl Reading {
    /// Takes in one row; false where the file has so many that the rest is not looked at.
    fn take(&mut self, record: &Record<'_>, header: &Header) -> bool {
        let number = record.number;
        if record.is_blank() {
            return true;
        }
        self.count = self.count.saturating_add(1);
        if self.count > MOST_ROWS {
            let rule = Rule::TooManyRows { limit: MOST_ROWS };
            self.findings.push(RowError::of_row(number, rule));
            return false;
        }
        match &record.cells {
            Err(rule) => self.findings.push(RowError::of_row(number, rule.clone())),
            Ok(cells) => {
                let mut row = Row::new(number, cells, header, &mut self.findings);
                if let Some(Payment { request, value }) =
                    payment::payment(&mut row, &mut self.first_rows)
                {
                    self.total.0 = self.total.0.and_then(|total| total.checked_add(value));
                    self.rows.push(ListRow { number, request });
                }
            }
        }
        true
    }

    /// The rows and their sum, if nothing is wrong and the declaration agrees.
    fn finish(mut self, declared: &Declared) -> Result<(Vec<ListRow>, Money), Vec<RowError>> {
        let reached_the_end = self.count <= MOST_ROWS;
        if self.count == 0 {
            self.findings.push(RowError::of_file(Rule::NoRows));
        }
        let found = self.count;
        if let Some(declared) = declared.count.filter(|count| reached_the_end && *count != found) {
            self.findings.push(RowError::of_file(Rule::CountMismatch { declared, found }));
        }
        let errors = self.findings.into_errors();
        match (self.total.0, declared.total) {
            (Some(found), Some(declared)) if declared != found && only_counts(&errors) => {
                let mismatch = RowError::of_file(Rule::TotalMismatch { declared, found });
                Err(errors.into_iter().chain([mismatch]).collect())
            }
            (None, _) => {
                let overflow = RowError::of_file(Rule::AmountOutOfRange);
                Err(errors.into_iter().chain([overflow]).collect())
            }
            (Some(total), _) if errors.is_empty() => Ok((self.rows, total)),
            _ => Err(errors),
        }
    }
}

/// Whether every row could be read, so that the total found is that of the file.
fn only_counts(errors: &[RowError]) -> bool {
    errors.iter().all(|error| matches!(error.rule, Rule::CountMismatch { .. }))
}

#[cfg(test)]
mod tests;
