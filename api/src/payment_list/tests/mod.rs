//! Every rule of the payment list, by files as a clerk would send them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod files;
mod rows;

use super::*;

/// Valid in itself, of a person who cannot exist: region 999999 was never given out.
const PERSON: &str = "999999195001010018";
const OTHER_PERSON: &str = "999999195001010034";

/// A list with the given header and rows, read without any declaration.
fn list(header: &str, rows: &[&str]) -> Result<PaymentList, BadList> {
    read(format!("{header}\n{}\n", rows.join("\n")).as_bytes(), &Declared::default())
}

/// The row, column and code of each error.
fn faults(
    result: &Result<PaymentList, BadList>,
) -> Vec<(Option<u64>, Option<Column>, &'static str)> {
    let errors = &result.as_ref().expect_err("the list should be refused").errors;
    errors.iter().map(|error| (error.row, error.column, error.code())).collect()
}

/// The only error there is.
fn fault(result: Result<PaymentList, BadList>) -> RowError {
    let mut errors = result.expect_err("the list should be refused").errors;
    assert_eq!(errors.len(), 1, "{errors:#?}");
    errors.remove(0)
}

const ONE_OFF_HEADER: &str = "payment_id,programme,fund,amount,occurred_on";

/// A good row under [`ONE_OFF_HEADER`].
fn one_off(id: &str) -> String {
    format!("{id},charity-six-aids,charity,1200.50,2020-06-15")
}
