//! What is wrong with a file, told line by line.

use serde_json::json;

use super::Failure;
use crate::list_file::{ListColumn, RowError};

/// One line of what is wrong with a file.
pub(super) struct Wrong {
    pub(super) row: Option<u64>,
    pub(super) column: Option<String>,
    pub(super) value: Option<String>,
    pub(super) code: String,
    pub(super) message: String,
    /// All of it as a clerk reads it.
    pub(super) text: String,
}

impl<C: ListColumn> From<&RowError<C>> for Wrong {
    fn from(error: &RowError<C>) -> Self {
        Self {
            row: error.row,
            column: error.column.map(|column| column.to_string()),
            value: error.value.clone(),
            code: error.code().to_owned(),
            message: error.message(),
            text: error.to_string(),
        }
    }
}

/// Prints all of it; the program ends by saying that nothing was recorded.
pub(super) fn refuse(as_json: bool, wrong: &[Wrong]) -> Failure {
    if as_json {
        let errors: Vec<_> = wrong
            .iter()
            .map(|wrong| {
                json!({"row": wrong.row, "column": wrong.column, "value": wrong.value,
                       "code": wrong.code, "message": wrong.message})
            })
            .collect();
        println!("{}", json!({"recorded": 0, "errors": errors}));
    } else {
        for wrong in wrong {
            println!("{}", wrong.text);
        }
    }
    Failure::Refused(format!(
        "{0}处错误,未记入任何一笔 / {0} errors, nothing was recorded",
        wrong.len()
    ))
}
