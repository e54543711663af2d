//! One row below the header, and what is found wrong with it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::column::ListColumn;
use super::error::RowError;
use super::header::Header;
use super::rule::Rule;

/// Everything found wrong in a file so far.
pub(crate) struct Findings<C> {
    /// In the order in which they were found, which is that of the rows.
    errors: Vec<RowError<C>>,
    /// Columns that are not in the header, and the first row that needs each.
    missing: BTreeMap<C, u64>,
}

impl<C> Default for Findings<C> {
    fn default() -> Self {
        Self { errors: Vec::new(), missing: BTreeMap::new() }
    }
}

impl<C: ListColumn> Findings<C> {
    /// Notes an error.
    pub(crate) fn push(&mut self, error: RowError<C>) {
        self.errors.push(error);
    }

    /// Everything, missing columns first: one line for each, not one for each row.
    pub(crate) fn into_errors(self) -> Vec<RowError<C>> {
        let missing = self.missing.into_iter().map(|(column, needed_by)| {
            RowError::of_cell(1, column, "", Rule::MissingColumn { needed_by })
        });
        missing.chain(self.errors).collect()
    }
}

/// A row being read. Reading never stops at an error: each is noted, the value counts as absent, and
/// the row is good only if [`Row::is_good`] says so in the end.
pub(crate) struct Row<'a, C> {
    number: u64,
    cells: &'a [Cow<'a, str>],
    header: &'a Header<C>,
    findings: &'a mut Findings<C>,
    is_good: bool,
}

impl<'a, C: ListColumn> Row<'a, C> {
    pub(crate) fn new(
        number: u64,
        cells: &'a [Cow<'a, str>],
        header: &'a Header<C>,
        findings: &'a mut Findings<C>,
    ) -> Self {
        let mut row = Self { number, cells, header, findings, is_good: true };
        for stranger in header.strangers(cells) {
            row.is_good = false;
            let error = RowError::of_stranger(number, stranger, Rule::ValueWithoutColumn);
            row.findings.push(error);
        }
        row
    }

    /// The row as a spreadsheet numbers it.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The cell, trimmed; `None` where it is empty or the file has no such column.
    pub(crate) fn text(&self, column: C) -> Option<&'a str> {
        self.header.cell(self.cells, column).filter(|text| !text.is_empty())
    }

    /// The value of a cell that may be empty; `None` also where it is wrong.
    pub(crate) fn optional<T>(
        &mut self,
        column: C,
        parse: impl FnOnce(&str) -> Result<T, Rule>,
    ) -> Option<T> {
        let text = self.text(column)?;
        match parse(text) {
            Ok(value) => Some(value),
            Err(rule) => {
                self.refuse(column, rule);
                None
            }
        }
    }

    /// The value of a cell that must be filled in.
    pub(crate) fn required<T>(
        &mut self,
        column: C,
        parse: impl FnOnce(&str) -> Result<T, Rule>,
    ) -> Option<T> {
        self.need(column);
        self.optional(column, parse)
    }

    /// Notes that the cell is empty, where it is.
    pub(crate) fn need(&mut self, column: C) {
        match self.header.cell(self.cells, column) {
            Some("") => self.refuse(column, Rule::MissingValue),
            Some(_) => {}
            None => {
                self.is_good = false;
                self.findings.missing.entry(column).or_insert(self.number);
            }
        }
    }

    /// Notes that the cell is filled in, where it is and must not be.
    pub(crate) fn forbid(&mut self, column: C, rule: Rule) {
        if self.text(column).is_some() {
            self.refuse(column, rule);
        }
    }

    /// Notes that the cell breaks a rule.
    pub(crate) fn refuse(&mut self, column: C, rule: Rule) {
        self.is_good = false;
        let text = self.text(column).unwrap_or_default();
        self.findings.push(RowError::of_cell(self.number, column, text, rule));
    }

    /// Whether nothing was wrong so far.
    pub(crate) fn is_good(&self) -> bool {
        self.is_good
    }
}
