//! One row below the header, and what is found wrong with it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::column::Column;
use super::error::RowError;
use super::header::Header;
use super::rule::Rule;

/// Everything found wrong in a file so far.
#[derive(Default)]
pub(super) struct Findings {
    /// In the order in which they were found, which is that of the rows.
    pub(super) errors: Vec<RowError>,
    /// Columns that are not in the header, and the first row that needs each.
    missing: BTreeMap<Column, u64>,
}

impl Findings {
    /// Notes an error.
    pub(super) fn push(&mut self, error: RowError) {
        self.errors.push(error);
    }

    /// Everything, missing columns first: one line for each, not one for each row.
    pub(super) fn into_errors(self) -> Vec<RowError> {
        let missing = self.missing.into_iter().map(|(column, needed_by)| {
            RowError::of_cell(1, column, "", Rule::MissingColumn { needed_by })
        });
        missing.chain(self.errors).collect()
    }
}

/// A row being read. Reading never stops at an error: each is noted, the value counts as absent, and
/// the row is good only if [`Row::is_good`] says so in the end.
pub(super) struct Row<'a> {
    number: u64,
    cells: &'a [Cow<'a, str>],
    header: &'a Header,
    findings: &'a mut Findings,
    is_good: bool,
}

impl<'a> Row<'a> {
    pub(super) fn new(
        number: u64,
        cells: &'a [Cow<'a, str>],
        header: &'a Header,
        findings: &'a mut Findings,
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
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The cell, trimmed; `None` where it is empty or the file has no such column.
    pub(super) fn text(&self, column: Column) -> Option<&'a str> {
        self.header.cell(self.cells, column).filter(|text| !text.is_empty())
    }

    /// The value of a cell that may be empty; `None` also where it is wrong.
    pub(super) fn optional<T>(
        &mut self,
        column: Column,
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
    pub(super) fn required<T>(
        &mut self,
        column: Column,
        parse: impl FnOnce(&str) -> Result<T, Rule>,
    ) -> Option<T> {
        self.need(column);
        self.optional(column, parse)
    }

    /// Notes that the cell is empty, where it is.
    pub(super) fn need(&mut self, column: Column) {
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
    pub(super) fn forbid(&mut self, column: Column, rule: Rule) {
        if self.text(column).is_some() {
            self.refuse(column, rule);
        }
    }

    /// Notes that the cell breaks a rule.
    pub(super) fn refuse(&mut self, column: Column, rule: Rule) {
        self.is_good = false;
        let text = self.text(column).unwrap_or_default();
        self.findings.push(RowError::of_cell(self.number, column, text, rule));
    }

    /// Whether nothing was wrong so far.
    pub(super) fn is_good(&self) -> bool {
        self.is_good
    }
}
