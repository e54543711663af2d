//! What is wrong with a file, and where.

use std::fmt;

use super::column::ListColumn;
use super::rule::Rule;
use crate::mask;

/// One broken rule at one place. What it shows of a person is masked, so that it may be printed,
/// logged and passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError<C> {
    /// The row as a spreadsheet numbers it, the header being 1; `None` where the file as a whole is
    /// meant. For text that cannot be decoded it is the line.
    pub row: Option<u64>,
    /// The column, where one is meant and known.
    pub column: Option<C>,
    /// What stands there, shortened, and masked where it is personal.
    pub value: Option<String>,
    /// The rule, with its data.
    pub rule: Rule,
}

impl<C> RowError<C> {
    /// About the file as a whole.
    pub(crate) fn of_file(rule: Rule) -> Self {
        Self { row: None, column: None, value: None, rule }
    }

    /// About a row as a whole.
    pub(crate) fn of_row(row: u64, rule: Rule) -> Self {
        Self { row: Some(row), column: None, value: None, rule }
    }

    /// About a cell without a column that we know.
    pub(crate) fn of_stranger(row: u64, value: &str, rule: Rule) -> Self {
        Self { row: Some(row), column: None, value: Some(mask::cell(false, value)), rule }
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

impl<C: ListColumn> RowError<C> {
    /// About one cell.
    pub(crate) fn of_cell(row: u64, column: C, value: &str, rule: Rule) -> Self {
        let personal = column.holds_personal_data();
        let value = (!value.is_empty()).then(|| mask::cell(personal, value));
        Self { row: Some(row), column: Some(column), value, rule }
    }
}

impl<C: fmt::Display> fmt::Display for RowError<C> {
    /// One line for a clerk: `row 12, 金额 (amount), "1,5": … / … [INVALID_AMOUNT]`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row {
            Some(row) => write!(formatter, "第{row}行 / row {row}")?,
            None => formatter.write_str("全文件 / whole file")?,
        }
        if let Some(column) = &self.column {
            write!(formatter, ", {column}")?;
        }
        if let Some(value) = &self.value {
            write!(formatter, ", “{value}”")?;
        }
        write!(formatter, ": {} [{}]", self.rule, self.code())
    }
}
