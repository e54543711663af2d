//! The rows of a CSV file, RFC 4180 and not more tolerant than that.
//!
//! The row number is the one that a spreadsheet shows: a cell with line breaks in it is still one row
//! and an empty line is one too, so numbers here and on the clerk's screen agree.

use std::borrow::Cow;

use super::rule::Rule;
use super::trimmed;

/// The longest row, in bytes of UTF-8. A real row has some hundred; a quotation mark that is never
/// closed makes one of many lines.
const LONGEST_ROW: usize = 64 * 1024;

/// Reads rows one after the other.
pub(crate) struct Records<'a> {
    rest: &'a str,
    number: u64,
    /// How many cells the row before had: the next one has as many.
    width: usize,
}

/// One row: its number, and its cells or the reason why it has none.
pub(crate) struct Record<'a> {
    pub(crate) number: u64,
    pub(crate) cells: Result<Vec<Cow<'a, str>>, Rule>,
}

impl Record<'_> {
    /// Whether it is a row without any value, as spreadsheets leave them behind.
    pub(crate) fn is_blank(&self) -> bool {
        self.cells.as_ref().is_ok_and(|cells| cells.iter().all(|cell| trimmed(cell).is_empty()))
    }
}

impl<'a> Records<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text, number: 0, width: 0 }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        self.number = self.number.saturating_add(1);
        let mut cells = Vec::with_capacity(self.width);
        let mut left = LONGEST_ROW;
        let cells = loop {
            let cell = match cell(self.rest, left) {
                Ok(cell) => cell,
                Err(rule) => {
                    self.rest = after_line(self.rest);
                    break Err(rule);
                }
            };
            let read = self.rest.len().saturating_sub(cell.rest.len());
            self.rest = cell.rest;
            cells.push(cell.text);
            if cell.is_last {
                self.width = cells.len();
                break Ok(cells);
            }
            left = left.saturating_sub(read);
            if left == 0 {
                self.rest = after_line(self.rest);
                break Err(Rule::RowTooLong { limit: LONGEST_ROW });
            }
        };
        Some(Record { number: self.number, cells })
    }
}

/// One cell and what comes after it and its separator.
struct Cell<'a> {
    text: Cow<'a, str>,
    is_last: bool,
    rest: &'a str,
}

/// Reads one cell of at most `longest` bytes.
fn cell(text: &str, longest: usize) -> Result<Cell<'_>, Rule> {
    let too_long = Rule::RowTooLong { limit: LONGEST_ROW };
    let (content, rest) = match text.strip_prefix('"') {
        Some(quoted) => quoted_text(quoted, longest)?,
        None => {
            let within = text.as_bytes().get(..=longest).unwrap_or(text.as_bytes());
            let end = memchr::memchr3(b',', b'\n', b'\r', within);
            let end = match end {
                Some(end) => end,
                None if text.len() <= longest => text.len(),
                None => return Err(too_long),
            };
            let (content, rest) = text.split_at_checked(end).ok_or(too_long)?;
            if memchr::memchr(b'"', content.as_bytes()).is_some() {
                return Err(Rule::MisplacedQuote);
            }
            (Cow::Borrowed(content), rest)
        }
    };
    let (is_last, rest) = after_separator(rest).ok_or(Rule::MisplacedQuote)?;
    Ok(Cell { text: content, is_last, rest })
}

/// Reads up to the closing quotation mark; two in a row are one that belongs to the text.
fn quoted_text(text: &str, longest: usize) -> Result<(Cow<'_, str>, &str), Rule> {
    let mut content = Cow::Borrowed("");
    let mut rest = text;
    loop {
        let read = text.len().saturating_sub(rest.len());
        let left = longest.saturating_sub(read);
        let Some(end) = rest.bytes().take(left).position(|byte| byte == b'"') else {
            return Err(match rest.len() > left {
                true => Rule::RowTooLong { limit: LONGEST_ROW },
                false => Rule::UnclosedQuote,
            });
        };
        let (piece, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        append(&mut content, piece);
        let after = after.strip_prefix('"').unwrap_or(after);
        match after.strip_prefix('"') {
            Some(more) => {
                append(&mut content, "\"");
                rest = more;
            }
            None => return Ok((content, after)),
        }
    }
}

/// Adds a piece; a cell of one piece, which most are, is not copied.
fn append<'a>(content: &mut Cow<'a, str>, piece: &'a str) {
    if content.is_empty() {
        *content = Cow::Borrowed(piece);
    } else {
        content.to_mut().push_str(piece);
    }
}

/// Takes the comma or line end behind a cell, and says whether the row ends there. `None` where
/// something else follows, which only a quoted cell allows.
fn after_separator(rest: &str) -> Option<(bool, &str)> {
    if let Some(next_cell) = rest.strip_prefix(',') {
        return Some((false, next_cell));
    }
    let next_row = ["\r\n", "\n", "\r"].into_iter().find_map(|end| rest.strip_prefix(end));
    match next_row {
        Some(next_row) => Some((true, next_row)),
        None => rest.is_empty().then_some((true, rest)),
    }
}

/// Where reading goes on after a row that cannot be read: at the next line. The number of that line
/// may then be too small in the spreadsheet's eyes, by the line breaks within the bad row.
fn after_line(text: &str) -> &str {
    match text.find('\n') {
        Some(end) => text.get(end.saturating_add(1)..).unwrap_or_default(),
        None => "",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        Records::new(text)
            .map(|record| record.cells.unwrap().into_iter().map(Cow::into_owned).collect())
            .collect()
    }

    fn rules(text: &str) -> Vec<(u64, Option<Rule>)> {
        Records::new(text).map(|record| (record.number, record.cells.err())).collect()
    }

    #[test]
    fn commas_part_cells_and_line_ends_part_rows() {
        assert_eq!(rows("a,b\nc,d\n"), [["a", "b"], ["c", "d"]]);
        assert_eq!(rows("a,b\r\nc,d"), [["a", "b"], ["c", "d"]]);
        assert_eq!(rows("a,b\rc,d\r"), [["a", "b"], ["c", "d"]]);
        assert_eq!(rows("a,\n,"), [["a", ""], ["", ""]]);
        assert!(rows("").is_empty());
    }

    #[test]
    fn quotes_enclose_commas_line_breaks_and_doubled_quotes() {
        assert_eq!(
            rows("\"a,1\",\"b\r\nc\"\nd,\"e\"\"f\"\"\"\n"),
            [["a,1", "b\r\nc"], ["d", "e\"f\""]]
        );
        assert_eq!(rows("\"\",\"\""), [["", ""]]);
    }

    #[test]
    fn empty_lines_are_rows_so_that_numbers_agree_with_a_spreadsheet() {
        let numbers: Vec<u64> = Records::new("a\n\n\"b\nb\"\nc").map(|row| row.number).collect();
        assert_eq!(numbers, [1, 2, 3, 4]);
    }

    #[test]
    fn a_quote_in_the_wrong_place_spoils_its_row_only() {
        for wrong in ["a\"b,c", "=\"a\",c", "\"a\"b,c", "a, \"b\""] {
            assert_eq!(
                rules(&format!("x,y\n{wrong}\nz,w\n")),
                [(1, None), (2, Some(Rule::MisplacedQuote)), (3, None)],
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_is_named_at_its_row() {
        assert_eq!(
            rules("a,b\nc,\"d\ne,f\n"),
            [(1, None), (2, Some(Rule::UnclosedQuote)), (3, None)]
        );
    }

    #[test]
    fn a_row_may_have_64_kibibytes_and_no_more() {
        let limit = Rule::RowTooLong { limit: LONGEST_ROW };
        let fits = "x".repeat(LONGEST_ROW);
        assert_eq!(rules(&format!("{fits}\na\n")), [(1, None), (2, None)]);
        assert_eq!(rules(&format!("{fits}x\na\n")), [(1, Some(limit.clone())), (2, None)]);
        assert_eq!(rules(&format!("\"{fits}\"\na\n")), [(1, Some(limit.clone())), (2, None)]);
        let commas = ",".repeat(LONGEST_ROW + 1);
        assert_eq!(rules(&format!("{commas}\na\n")), [(1, Some(limit)), (2, None)]);
    }
}
