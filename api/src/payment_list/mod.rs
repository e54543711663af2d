//! The payment list: a CSV file in which each row is a payment that has been made.
//!
//! [`read`] gives every payment of a file, or everything that is wrong with it. It touches neither
//! database nor ledger: whether a fund exists, a month was paid before or a standard is kept, is
//! decided where the payments are recorded.
//!
//! # The file
//!
//! * UTF-8 with or without byte-order mark, else GB18030; bytes that are neither are an error at
//!   their line. UTF-16 is refused with the way out.
//! * RFC 4180: commas, quotation marks around a whole cell, any line end. Rows are numbered as a
//!   spreadsheet does, the header being row 1.
//! * Column names in English or Chinese ([`Column`]), in any order; unknown ones and repeated ones
//!   are refused by name. A column that no row needs may be missing.
//! * Blanks around a value (also tabs, no-break and ideographic blanks) are trimmed. Full-width digits
//!   are refused wherever a number is expected: what looks like one number to a reader must not be
//!   two. Rows without any value are passed over, and so are empty columns without a name, which
//!   spreadsheets leave behind.
//!
//! # Limits
//!
//! [`LARGEST_FILE`] bytes, [`MOST_ROWS`] payments, 64 KiB a row. Names and ids have at most 200
//! characters, household numbers and certificates 100, accounts 40, causes and notes 2,000.
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
mod encoding;
mod error;
mod goods;
mod header;
mod mask;
mod payment;
mod recipient;
mod records;
mod row;
mod rule;
mod template;
mod values;

use domain::money::Money;

use crate::requests::PaymentRequest;

pub use column::Column;
pub use encoding::Encoding;
pub use error::RowError;
pub use rule::Rule;
pub use template::template_csv;

use header::Header;
use payment::{FirstRows, Payment};
use records::{Record, Records};
use row::{Findings, Row};

/// The largest file, in bytes: 200,000 rows of more than 300.
pub const LARGEST_FILE: usize = 64 << 20;

/// The most payments in one file, since a file is one submission.
pub const MOST_ROWS: u64 = 200_000;

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

/// A file that cannot be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadList {
    /// How its text is written, where that could be told.
    pub encoding: Option<Encoding>,
    /// Everything that is wrong, by rows: at least one, and as many as there are.
    pub errors: Vec<RowError>,
}

/// Reads a whole file and holds it against what was declared. Either every payment is given or
/// every error; which rows were good is of no use to anybody, since a file is recorded as one.
pub fn read(file: &[u8], declared: &Declared) -> Result<PaymentList, BadList> {
    if file.len() > LARGEST_FILE {
        let rule = Rule::FileTooLarge { bytes: file.len(), limit: LARGEST_FILE };
        return Err(BadList { encoding: None, errors: vec![RowError::of_file(rule)] });
    }
    let (encoding, text) =
        encoding::decode(file).map_err(|error| BadList { encoding: None, errors: vec![error] })?;
    let bad = |errors| BadList { encoding: Some(encoding), errors };
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
    let mut records = Records::new(text);
    let header = read_header(&mut records).map_err(bad)?;
    let mut reading = Reading::default();
    for record in records {
        if !reading.take(&record, &header) {
            break;
        }
    }
    let (rows, total) = reading.finish(declared).map_err(bad)?;
    Ok(PaymentList { encoding, rows, total })
}

fn read_header(records: &mut Records<'_>) -> Result<Header, Vec<RowError>> {
    match records.next() {
        None => Err(vec![RowError::of_row(1, Rule::NoHeader)]),
        Some(Record { number, cells: Err(rule) }) => Err(vec![RowError::of_row(number, rule)]),
        Some(Record { cells: Ok(cells), .. }) => Header::read(&cells),
    }
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
        if let Ok(cells) = &record.cells
            && cells.iter().all(|cell| trimmed(cell).is_empty())
        {
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

/// Without the blanks around it that spreadsheets and typists leave: ASCII, no-break, ideographic.
fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        // Most cells begin and end with a letter or digit, which needs no search.
        [] => text,
        [first, .., last] if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() => text,
        _ => text.trim_matches([' ', '\t', '\u{A0}', '\u{3000}']),
    }
}

#[cfg(test)]
mod tests;
