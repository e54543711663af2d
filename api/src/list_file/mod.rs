//! Files of rows, as bureaus and banks write them: what is the same whatever the rows say. The payment list
//! ([`crate::payment_list`]) and a bank's results ([`crate::bank_results_list`]) are read by it.
//!
//! # The file
//!
//! * UTF-8 with or without byte-order mark, else GB18030; bytes that are neither are an error at
//!   their line. UTF-16 is refused with the way out.
//! * RFC 4180: commas, quotation marks around a whole cell, any line end. Rows are numbered as a
//!   spreadsheet does, the header being row 1.
//! * Column names in English or Chinese ([`ListColumn`]), in any order; unknown ones and repeated ones
//!   are refused by name. A column that no row needs may be missing.
//! * Blanks around a value (also tabs, no-break and ideographic blanks) are trimmed. Full-width digits
//!   are refused wherever a number is expected: what looks like one number to a reader must not be
//!   two. Rows without any value are passed over, and so are empty columns without a name, which
//!   spreadsheets leave behind.
//! * At most [`LARGEST_FILE`] bytes, [`MOST_ROWS`] rows, 64 KiB a row.

mod column;
mod encoding;
mod error;
mod header;
mod records;
mod row;
mod rule;
pub(crate) mod values;

use std::borrow::Cow;

pub use column::ListColumn;
pub(crate) use column::columns;
pub use encoding::Encoding;
pub use error::RowError;
pub(crate) use header::Header;
pub(crate) use records::{Record, Records};
pub(crate) use row::{Findings, Row};
pub use rule::Rule;

/// The largest file, in bytes: 200,000 rows of more than 300.
pub const LARGEST_FILE: usize = 64 << 20;

/// The most rows of one file, since a file is one submission.
pub const MOST_ROWS: u64 = 200_000;

/// A file that cannot be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadList<C> {
    /// How its text is written, where that could be told.
    pub encoding: Option<Encoding>,
    /// Everything that is wrong, by rows: at least one, and as many as there are.
    pub errors: Vec<RowError<C>>,
}

/// The text of a file that is not too large, and how it was written.
pub(crate) fn text_of<C>(file: &[u8]) -> Result<(Encoding, Cow<'_, str>), BadList<C>> {
    let bad = |error| BadList { encoding: None, errors: vec![error] };
    if file.len() > LARGEST_FILE {
        let rule = Rule::FileTooLarge { bytes: file.len(), limit: LARGEST_FILE };
        return Err(bad(RowError::of_file(rule)));
    }
    encoding::decode(file).map_err(bad)
}

/// The header of a text and the rows below it.
pub(crate) fn rows_of<C: ListColumn>(
    text: &str,
) -> Result<(Header<C>, Records<'_>), Vec<RowError<C>>> {
    let mut records = Records::new(text.strip_prefix('\u{FEFF}').unwrap_or(text));
    let header = match records.next() {
        None => return Err(vec![RowError::of_row(1, Rule::no_header::<C>())]),
        Some(Record { number, cells: Err(rule) }) => {
            return Err(vec![RowError::of_row(number, rule)]);
        }
        Some(Record { cells: Ok(cells), .. }) => Header::read(&cells)?,
    };
    Ok((header, records))
}

/// Without the blanks around it that spreadsheets and typists leave: ASCII, no-break, ideographic.
pub(crate) fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        // Most cells begin and end with a letter or digit, which needs no search.
        [] => text,
        [first, .., last] if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() => text,
        _ => text.trim_matches([' ', '\t', '\u{A0}', '\u{3000}']),
    }
}
