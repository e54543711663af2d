//! Rows as a bank would send them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use domain::bank_results::BankOutcome;
use domain::money::Money;
use domain::vocabulary::ReturnReason;

use super::line::REASONS;
use super::*;
use crate::list_file::ListColumn;

const HEADER: &str = "payment_id,result,amount,reason,occurred_on";

fn results(header: &str, rows: &[&str]) -> Result<BankResultsList, BadList> {
    read(format!("{header}\n{}\n", rows.join("\n")).as_bytes())
}

/// The outcomes of good rows.
fn outcomes(rows: &[&str]) -> Vec<BankOutcome> {
    let list = results(HEADER, rows).unwrap();
    list.request.lines.into_iter().map(|line| line.outcome).collect()
}

/// The row, column and code of each error.
fn faults(header: &str, rows: &[&str]) -> Vec<(Option<u64>, Option<Column>, &'static str)> {
    let errors = results(header, rows).expect_err("it should be refused").errors;
    errors.iter().map(|error| (error.row, error.column, error.code())).collect()
}

fn yuan(text: &str) -> Money {
    Money::parse_yuan(text).unwrap()
}

#[test]
fn every_result_is_read_in_either_language() {
    let reason = ReturnReason::AccountClosed;
    let settled = |amount_fen| BankOutcome::Settled { amount_fen };
    let returned = |amount_fen| BankOutcome::Returned { amount_fen, reason };
    let partly = BankOutcome::PartlyPaid { settled_fen: yuan("100.50"), reason };
    let rows = [
        "a,settled,,,2020-06-15",
        "a,成功,900,,2020-06-15",
        "a,入账,,,2020-06-15",
        "a,returned,,account-closed,2020-06-15",
        "a,退回,900.00,账户已销户,2020-06-15",
        "a,失败,,账户已销户,2020-06-15",
        "a,partly-paid,100.50,account-closed,2020-06-15",
        "a,部分成功,100.5,账户已销户,2020-06-15",
    ];
    let expected = [
        settled(None),
        settled(Some(yuan("900"))),
        settled(None),
        returned(None),
        returned(Some(yuan("900"))),
        returned(None),
        partly,
        partly,
    ];
    assert_eq!(outcomes(&rows), expected);
}

#[test]
fn a_line_says_of_which_payment_on_which_day_and_where_it_stands() {
    let rows = ["甲-1,成功,2020-06-15,", ",,", "甲-1,失败,2020-06-16,银行退回"];
    let list = results("流水号,结果,日期,原因", &rows).unwrap();
    let told: Vec<(u64, &str, String)> = list
        .request
        .lines
        .iter()
        .map(|line| (line.row, line.payment.as_str(), line.occurred_on.to_string()))
        .collect();
    let expected = [(2, "甲-1", "2020-06-15".to_owned()), (4, "甲-1", "2020-06-16".to_owned())];
    assert_eq!(told, expected);
}

#[test]
fn a_file_is_recognised_by_its_bytes() {
    let file = format!("{HEADER}\na,settled,,,2020-06-15\n");
    let list = read(file.as_bytes()).unwrap();
    assert_eq!(list.request.file, hash::plain(file.as_bytes()));
    let marked = [b"\xEF\xBB\xBF", file.as_bytes()].concat();
    let again = read(&marked).unwrap();
    assert_eq!(again.encoding, Encoding::Utf8WithMark);
    assert_ne!(again.request.file, list.request.file);
}

#[test]
fn what_a_result_needs_is_missed_and_what_it_forbids_is_refused() {
    let rows = [
        "a,settled,,银行退回,2020-06-15",
        "b,returned,,,2020-06-15",
        "c,partly-paid,,,2020-06-15",
        ",,,,2020-06-15",
        "e,settled,,,",
    ];
    let expected = [
        (Some(2), Some(Column::Reason), "NOT_FOR_RESULT"),
        (Some(3), Some(Column::Reason), "MISSING_VALUE"),
        (Some(4), Some(Column::Amount), "MISSING_VALUE"),
        (Some(4), Some(Column::Reason), "MISSING_VALUE"),
        (Some(5), Some(Column::PaymentId), "MISSING_VALUE"),
        (Some(5), Some(Column::Result), "MISSING_VALUE"),
        (Some(6), Some(Column::OccurredOn), "MISSING_VALUE"),
    ];
    assert_eq!(faults(HEADER, &rows), expected);
}

#[test]
fn every_error_of_every_row_is_told() {
    let rows = ["a,paid,1.234,lost,2020-6-15", "b,returned,0,lost,15.06.2020", "c\"d,settled"];
    let expected = [
        (Some(2), Some(Column::Result), "INVALID_WORD"),
        (Some(2), Some(Column::Amount), "INVALID_AMOUNT"),
        (Some(2), Some(Column::Reason), "INVALID_WORD"),
        (Some(2), Some(Column::OccurredOn), "INVALID_DATE"),
        (Some(3), Some(Column::Amount), "INVALID_AMOUNT"),
        (Some(3), Some(Column::Reason), "INVALID_WORD"),
        (Some(3), Some(Column::OccurredOn), "INVALID_DATE"),
        (Some(4), None, "MISPLACED_QUOTE"),
    ];
    assert_eq!(faults(HEADER, &rows), expected);
    let errors = results(HEADER, &rows).unwrap_err().errors;
    assert_eq!(errors[0].value.as_deref(), Some("paid"));
    let told = errors[0].to_string();
    assert!(told.starts_with("第2行 / row 2, 结果 (result), “paid”: 须为 settled/成功"), "{told}");
}

#[test]
fn columns_are_known_by_name_and_a_missing_one_is_missed_once() {
    for column in Column::ALL {
        assert_eq!(Column::parse(column.name()), Some(*column));
        assert_eq!(Column::parse(column.name_zh()), Some(*column));
    }
    assert_eq!(
        faults("payment_id,result,occurred_on,户名", &[]),
        [(Some(1), None, "UNKNOWN_COLUMN")]
    );
    let rows = ["a,returned,2020-06-15", "b,退回,2020-06-15"];
    assert_eq!(
        faults("payment_id,result,occurred_on", &rows),
        [(Some(1), Some(Column::Reason), "MISSING_COLUMN")]
    );
    let none = results("a,settled,2020-06-15", &[]).unwrap_err().errors;
    let told = none[0].message();
    assert!(told.contains("流水号、结果") && told.contains("payment_id, result"), "{told}");
}

#[test]
fn a_file_has_at_least_one_row_and_at_most_two_hundred_thousand() {
    assert_eq!(faults(HEADER, &["", ",,,,"]), [(None, None, "NO_ROWS")]);
    let mut file = format!("{HEADER}\n");
    for number in 0..MOST_ROWS {
        file.push_str(&format!("{number},settled,,,2020-06-15\n"));
    }
    assert_eq!(read(file.as_bytes()).unwrap().request.lines.len(), 200_000);
    file.push_str("one more,settled,,,2020-06-15\nand,another,,,2020-06-15\n");
    let errors = read(file.as_bytes()).unwrap_err().errors;
    let told: Vec<_> = errors.iter().map(|error| (error.row, error.code())).collect();
    assert_eq!(told, [(Some(200_002), "TOO_MANY_ROWS")]);
}

#[test]
fn a_clerk_is_told_every_reason_there_is() {
    let word = |reason: &ReturnReason| {
        format!("{}/{}", reason.as_str().replace('_', "-"), reason.name_zh())
    };
    let words: Vec<String> = ReturnReason::ALL.iter().map(word).collect();
    assert_eq!(REASONS, words.join(", "));
}
