//! A bank's file of results: a CSV file in which each row says what became of one payment.
//!
//! [`read`] gives every row of a file, or everything that is wrong with it. It touches neither database nor
//! ledger: whether there is such a payment, and whether it is on its way, is decided where the results are
//! recorded. How such a file is written is said in [`crate::list_file`].
//!
//! | column | | |
//! |---|---|---|
//! | `payment_id` 流水号 | needed | the sender's own id |
//! | `result` 结果 | needed | `settled` 成功 入账, `returned` 退回 失败, `partly-paid` 部分成功 |
//! | `amount` 金额 | needed for `partly-paid`: the part that was credited; else the payment's whole amount | yuan |
//! | `reason` 原因 | needed for `returned` and `partly-paid`, for `settled` there is none | a word of [`ReturnReason`] |
//! | `occurred_on` 日期 | needed | `2020-06-15` |
//!
//! A payment may stand in more than one row, such as settled and then returned: the rows count in their order.
//! The file is recognised by its bytes. The same table saved in another encoding is another file, and its rows
//! find that their payments were answered before.
//!
//! [`ReturnReason`]: domain::vocabulary::ReturnReason

mod column;
mod line;
#[cfg(test)]
mod tests;

use ledger::hash;

use crate::list_file::{self, Encoding, MOST_ROWS, Record, Rule};
use crate::requests::{BankAnswerRequest, BankResultsRequest};

pub use column::Column;

/// One broken rule at one place.
pub type RowError = list_file::RowError<Column>;

/// A file that cannot be recorded.
pub type BadList = list_file::BadList<Column>;

type Row<'a> = list_file::Row<'a, Column>;
type Findings = list_file::Findings<Column>;

/// A file in which every row can be read.
#[derive(Debug, Clone)]
pub struct BankResultsList {
    /// How its text was written.
    pub encoding: Encoding,
    /// What it asks to record.
    pub request: BankResultsRequest,
}

/// Reads a whole file: every row of it, or every error.
pub fn read(file: &[u8]) -> Result<BankResultsList, BadList> {
    let (encoding, text) = list_file::text_of::<Column>(file)?;
    let lines = lines(&text).map_err(|errors| BadList { encoding: Some(encoding), errors })?;
    let request = BankResultsRequest { file: hash::plain(file), lines };
    Ok(BankResultsList { encoding, request })
}

fn lines(text: &str) -> Result<Vec<BankAnswerRequest>, Vec<RowError>> {
    let (header, records) = list_file::rows_of::<Column>(text)?;
    let (mut lines, mut findings, mut count) = (Vec::new(), Findings::default(), 0_u64);
    for record in records {
        if record.is_blank() {
            continue;
        }
        count = count.saturating_add(1);
        let Record { number, cells } = record;
        if count > MOST_ROWS {
            findings.push(RowError::of_row(number, Rule::TooManyRows { limit: MOST_ROWS }));
            break;
        }
        match cells {
            Err(rule) => findings.push(RowError::of_row(number, rule)),
            Ok(cells) => {
                let mut row = Row::new(number, &cells, &header, &mut findings);
                lines.extend(line::line(&mut row));
            }
        }
    }
    if count == 0 {
        findings.push(RowError::of_file(Rule::NoRows));
    }
    let errors = findings.into_errors();
    if errors.is_empty() { Ok(lines) } else { Err(errors) }
}
