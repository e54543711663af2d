//! What is wrong with a payment list, and where.

use std::fmt;

use super::column::Column;
use super::mask;
use super::rule::Rule;

/// One broken rule at one place. What it shows of a person is masked, so that it may be printed,
/// logged and passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// The row as a spreadsheet numbers it, the header being 1; `None` where the file as a whole is
    /// meant. For text that cannot be decoded it is the line.
    pub row: Option<u64>,
    /// The column, where one is meant and known.
    pub column: Option<Column>,
    /// What stands there, shortened, and masked where it is personal.
    pub value: Option<String>,
    /// The rule, with its data.
    pub rule: Rule,
}

impl RowError {
    /// About the file as a whole.
    pub(super) fn of_file(rule: Rule) -> Self {
        Self { row: None, column: None, value: None, rule }
    }

    /// About a row as a whole.
    pub(super) fn of_row(row: u64, rule: Rule) -> Self {
        Self { row: Some(row), column: None, value: None, rule }
    }

    /// About a cell without a column that we know.
    pub(super) fn of_stranger(row: u64, value: &str, rule: Rule) -> Self {
        Self { row: Some(row), column: None, value: Some(mask::shown(None, value)), rule }
    }

    /// About one cell.
    pub(super) fn of_cell(row: u64, column: Column, value: &str, rule: Rule) -> Self {
        let value = (!value.is_empty()).then(|| mask::shown(Some(column), value));
        Self { row: Some(row), column: Some(column), value, rule }
    }

    /// The stable English code of the rule.
    pub fn code(&self) -> &'static str {
        self.rule.code()
    }

    /// What the rule says, in Chinese and English, without the place.
    pub fn message(&self) -> String {
        self.rule.to_string()
    }
}

impl fmt::Display for RowError {
    /// One line for a clerk: `row 12, 金额 (amount), "1,5": … / … [INVALID_AMOUNT]`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row {
            Some(row) => write!(formatter, "第{row}行 / row {row}")?,
            None => formatter.write_str("全文件 / whole file")?,
        }
        if let Some(column) = self.column {
            write!(formatter, ", {column}")?;
        }
        if let Some(value) = &self.value {
            write!(formatter, ", “{value}”")?;
        }
        write!(formatter, ": {} [{}]", self.rule, self.code())
    }
}
