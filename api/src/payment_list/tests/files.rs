//! Encodings, headers, rows as such, and what was declared.

use super::*;
use crate::list_file::ListColumn;

fn error_of(file: &[u8]) -> RowError {
    fault(read(file, &Declared::default()))
}

fn chinese_file() -> String {
    let row = "甲-1,慈善六助,慈善资金,李䶮,1200.50,2020-06-15,农村";
    format!("流水号,项目,资金,姓名,金额,发放日期,城乡\r\n{row}\r\n")
}

#[test]
fn utf8_with_and_without_mark_and_gb18030_read_the_same() {
    let text = chinese_file();
    let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    let (national, _, lossy) = encoding_rs::GB18030.encode(&text);
    assert!(!lossy);
    let files: [(&[u8], Encoding); 3] = [
        (text.as_bytes(), Encoding::Utf8),
        (&marked, Encoding::Utf8WithMark),
        (&national, Encoding::Gb18030),
    ];
    for (file, encoding) in files {
        let list = read(file, &Declared::default()).unwrap();
        assert_eq!(list.encoding, encoding);
        let [row] = list.rows.as_slice() else { panic!("one row") };
        assert_eq!(row.number, 2);
        assert_eq!(row.request.id.as_str(), "甲-1");
        assert_eq!(row.request.recipient.person_name.as_deref(), Some("李䶮"));
        assert_eq!(list.total.to_string(), "1200.50");
    }
}

#[test]
fn a_character_that_gbk_lacks_is_read_by_its_four_bytes() {
    // U+4DAE as GB18030 writes it; GBK has no such code.
    let (bytes, _, _) = encoding_rs::GB18030.encode("䶮");
    assert_eq!(bytes.len(), 2);
    let (bytes, _, _) = encoding_rs::GB18030.encode("㐂");
    assert_eq!(bytes.len(), 4);
}

#[test]
fn bytes_of_no_encoding_are_an_error_at_their_line() {
    let mut file = chinese_file().into_bytes();
    file.extend_from_slice(b"x,\xFF\xFE,y\r\n");
    let error = error_of(&file);
    assert_eq!((error.row, error.code()), (Some(3), "INVALID_ENCODING"));
    assert_eq!(error.rule, Rule::Malformed { encoding: Encoding::Utf8 });

    let text = chinese_file();
    let (national, _, _) = encoding_rs::GB18030.encode(&text);
    let damaged = [national.as_ref(), b"x,\xFF,y\r\n"].concat();
    let error = error_of(&damaged);
    assert_eq!(error.row, Some(3));
    assert_eq!(error.rule, Rule::Malformed { encoding: Encoding::Gb18030 });
}

#[test]
fn a_marked_file_is_never_read_as_gb18030() {
    let (national, _, _) = encoding_rs::GB18030.encode("流水号,项目\r\n");
    let file = [b"\xEF\xBB\xBF".as_slice(), national.as_ref()].concat();
    assert_eq!(error_of(&file).rule, Rule::Malformed { encoding: Encoding::Utf8WithMark });
}

#[test]
fn a_file_cut_within_a_character_is_malformed() {
    let text = chinese_file();
    let cut = &text.as_bytes()[..text.len() - 3];
    assert_eq!(error_of(cut).code(), "INVALID_ENCODING");
}

#[test]
fn utf16_and_replacement_characters_are_refused() {
    assert_eq!(error_of(b"\xFF\xFEp\0a\0y\0").rule, Rule::Utf16);
    assert_eq!(error_of(b"\xFE\xFF\0p\0a\0y").rule, Rule::Utf16);
    let error = error_of("payment_id,person_name\n1,张\u{FFFD}\n".as_bytes());
    assert_eq!((error.row, error.rule), (Some(2), Rule::ReplacementCharacter));
}

#[test]
fn column_names_come_in_either_language_and_any_order() {
    let header = "金额, Occurred_On ,项目,\u{3000}流水号,fund";
    let list = list(header, &["5,2020-06-15,慈善六助,a,f"]).unwrap();
    assert_eq!(list.rows[0].request.id.as_str(), "a");
}

#[test]
fn every_column_has_a_name_of_its_own_in_both_languages() {
    for column in Column::ALL {
        assert_eq!(Column::parse(column.name()), Some(*column));
        assert_eq!(Column::parse(column.name_zh()), Some(*column));
    }
}

#[test]
fn unknown_and_repeated_columns_are_all_named() {
    let header = format!("{ONE_OFF_HEADER},金额,手机号,bonus");
    let result = list(&header, &[]);
    assert_eq!(
        faults(&result),
        [
            (Some(1), Some(Column::Amount), "DUPLICATE_COLUMN"),
            (Some(1), None, "UNKNOWN_COLUMN"),
            (Some(1), None, "UNKNOWN_COLUMN"),
        ]
    );
    let errors = result.unwrap_err().errors;
    assert_eq!(errors[1].value.as_deref(), Some("手机号"));
    assert_eq!(errors[2].value.as_deref(), Some("bonus"));
}

#[test]
fn a_column_that_rows_need_is_missed_once() {
    let rows = ["a,六助,f,2020-06-15", "b,六助,f,2020-06-15"];
    let error = fault(list("payment_id,programme,fund,occurred_on", &rows));
    assert_eq!((error.row, error.column), (Some(1), Some(Column::Amount)));
    assert_eq!(error.rule, Rule::MissingColumn { needed_by: 2 });
}

#[test]
fn columns_that_no_row_needs_may_be_missing() {
    assert!(list(ONE_OFF_HEADER, &[&one_off("a")]).is_ok());
}

#[test]
fn a_first_row_of_data_is_no_header_and_is_not_repeated() {
    let error = fault(list("a,张三,11010519491231002X", &[]));
    assert_eq!((error.code(), error.value), ("NO_HEADER", None));
    assert_eq!(error_of(b"").code(), "NO_HEADER");
    assert_eq!(error_of(b"\xEF\xBB\xBF").code(), "NO_HEADER");
    assert_eq!(error_of(b"\n\n").code(), "NO_HEADER");
}

#[test]
fn a_list_without_payments_is_refused() {
    assert_eq!(fault(list(ONE_OFF_HEADER, &[])).rule, Rule::NoRows);
    assert_eq!(fault(list(ONE_OFF_HEADER, &["", ",,,,", " ,\u{3000},"])).rule, Rule::NoRows);
    assert_eq!(error_of(template_csv().as_bytes()).rule, Rule::NoRows);
}

#[test]
fn the_template_has_every_column_in_chinese_for_spreadsheets() {
    let template = template_csv();
    assert!(template.starts_with("\u{FEFF}流水号,项目,资金,"));
    assert!(template.ends_with(",备注\r\n"));
    assert_eq!(template.matches(',').count() + 1, Column::ALL.len());
}

#[test]
fn any_line_end_and_quotes_are_read() {
    for end in ["\n", "\r\n", "\r"] {
        let file = format!(
            "{ONE_OFF_HEADER},note{end}\"a\",charity-six-aids,\"f, g\",\"1200.50\",2020-06-15,\"一\r\n二 \"\"三\"\"\"{end}{},x",
            one_off("b")
        );
        let list = read(file.as_bytes(), &Declared::default()).unwrap();
        assert_eq!(list.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(list.rows[0].request.payout.note.as_deref(), Some("一\r\n二 \"三\""));
    }
}

#[test]
fn empty_rows_are_passed_over_and_counted_in_row_numbers() {
    let list = list(ONE_OFF_HEADER, &["", &one_off("a"), ",,,,", &one_off("b"), ""]).unwrap();
    assert_eq!(list.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [3, 5]);
}

#[test]
fn empty_columns_that_spreadsheets_leave_are_ignored_until_something_stands_in_them() {
    let header = format!("{ONE_OFF_HEADER},,\u{3000},");
    let good = format!("{},,,,,,", one_off("a"));
    assert!(list(&header, &[&good]).is_ok());
    let under_no_name = format!("{},,x", one_off("a"));
    let beyond = format!("{},,,,,y", one_off("b"));
    let result = list(&header, &[&under_no_name, &beyond]);
    assert_eq!(
        faults(&result),
        [(Some(2), None, "VALUE_WITHOUT_COLUMN"), (Some(3), None, "VALUE_WITHOUT_COLUMN")]
    );
    assert_eq!(result.unwrap_err().errors[1].value.as_deref(), Some("y"));
}

#[test]
fn short_rows_have_empty_cells_at_their_end() {
    let header = format!("{ONE_OFF_HEADER},note,document");
    assert!(list(&header, &[&one_off("a")]).is_ok());
}

#[test]
fn rows_that_cannot_be_read_are_named_beside_the_others() {
    let long = format!("{},{}", one_off("c"), "x".repeat(70_000));
    let rows = ["a,\"b\"c,f,1,2020-06-15", &one_off("b"), &long, "d,六助,f,0,2020-06-15", "e,\"f"];
    assert_eq!(
        faults(&list(ONE_OFF_HEADER, &rows)),
        [
            (Some(2), None, "MISPLACED_QUOTE"),
            (Some(4), None, "ROW_TOO_LONG"),
            (Some(5), Some(Column::Amount), "INVALID_AMOUNT"),
            (Some(6), None, "MISPLACED_QUOTE"),
        ]
    );
}

#[test]
fn every_error_of_every_row_is_reported() {
    let header = format!("{ONE_OFF_HEADER},person_no,region,channel");
    let rows = ["a,nothing,f,1,2020-6-15,123,42,by pigeon", "b,六助,,1.234,,,,"];
    assert_eq!(
        faults(&list(&header, &rows)),
        [
            (Some(2), Some(Column::Programme), "UNKNOWN_PROGRAMME"),
            (Some(2), Some(Column::OccurredOn), "INVALID_DATE"),
            (Some(2), Some(Column::PersonNo), "INVALID_IDENTITY_NUMBER"),
            (Some(2), Some(Column::Region), "INVALID_REGION"),
            (Some(2), Some(Column::Channel), "INVALID_WORD"),
            (Some(3), Some(Column::OccurredOn), "MISSING_VALUE"),
            (Some(3), Some(Column::Amount), "INVALID_AMOUNT"),
            (Some(3), Some(Column::Fund), "MISSING_VALUE"),
        ]
    );
}

#[test]
fn an_id_that_stands_twice_is_refused_even_where_the_rows_are_alike() {
    let result = list(ONE_OFF_HEADER, &[&one_off("a"), &one_off("b"), &one_off("a"), "a,,,,"]);
    let errors = result.unwrap_err().errors;
    assert_eq!(errors[0].row, Some(4));
    assert_eq!(errors[0].rule, Rule::DuplicatePaymentId { first: 2 });
    assert_eq!(errors[1].row, Some(5));
    assert_eq!(errors[1].rule, Rule::DuplicatePaymentId { first: 2 });
}

#[test]
fn the_declared_count_and_total_must_agree() {
    let file = format!("{ONE_OFF_HEADER}\n{}\n{}\n", one_off("a"), one_off("b"));
    let declare = |count, yuan: &str| Declared {
        count: Some(count),
        total: Some(Money::parse_yuan(yuan).unwrap()),
    };
    let list = read(file.as_bytes(), &declare(2, "2401.00")).unwrap();
    assert_eq!(list.total.to_string(), "2401.00");

    let errors = read(file.as_bytes(), &declare(3, "2401")).unwrap_err().errors;
    assert_eq!(errors, [RowError::of_file(Rule::CountMismatch { declared: 3, found: 2 })]);
    assert_eq!(errors[0].code(), "COUNT_MISMATCH");

    let errors = read(file.as_bytes(), &declare(1, "2401.01")).unwrap_err().errors;
    let codes: Vec<&str> = errors.iter().map(RowError::code).collect();
    assert_eq!(codes, ["COUNT_MISMATCH", "TOTAL_MISMATCH"]);
    let message = errors[1].message();
    assert!(message.contains("2401.01") && message.contains("2401.00"), "{message}");
}

#[test]
fn the_count_is_compared_with_bad_rows_too_and_the_total_is_not() {
    let file = format!("{ONE_OFF_HEADER}\n{}\nb,,,,\n", one_off("a"));
    let declared = Declared { count: Some(3), total: Some(Money::ZERO) };
    let errors = read(file.as_bytes(), &declared).unwrap_err().errors;
    let codes: Vec<&str> = errors.iter().map(RowError::code).collect();
    assert!(codes.contains(&"COUNT_MISMATCH") && !codes.contains(&"TOTAL_MISMATCH"), "{codes:?}");
}

#[test]
fn a_sum_beyond_the_range_of_money_is_refused() {
    let row = |id: &str| format!("{id},六助,f,90071992547409.91,2020-06-15");
    assert!(list(ONE_OFF_HEADER, &[&row("a")]).is_ok());
    let error = fault(list(ONE_OFF_HEADER, &[&row("a"), &row("b")]));
    assert_eq!((error.row, error.rule), (None, Rule::AmountOutOfRange));
}

#[test]
fn two_hundred_thousand_rows_are_read_and_one_more_is_refused() {
    let mut file = format!("{ONE_OFF_HEADER}\n");
    for number in 0..MOST_ROWS {
        file.push_str(&format!("{number},charity-six-aids,f,1,2020-06-15\n"));
    }
    let list = read(file.as_bytes(), &Declared::default()).unwrap();
    assert_eq!((list.rows.len(), list.total.to_string()), (200_000, "200000.00".to_owned()));
    file.push_str("one more,charity-six-aids,f,1,2020-06-15\nand,another,f,1,2020-06-15\n");
    let declared = Declared { count: Some(5), total: None };
    let error = fault(read(file.as_bytes(), &declared));
    assert_eq!((error.row, error.code()), (Some(200_002), "TOO_MANY_ROWS"));
}

#[test]
fn a_file_beyond_the_limit_is_not_read() {
    let error = error_of(&vec![b'x'; LARGEST_FILE + 1]);
    assert_eq!((error.row, error.code()), (None, "FILE_TOO_LARGE"));
}

#[test]
fn an_error_reads_as_one_line_for_a_clerk() {
    let error = fault(list(ONE_OFF_HEADER, &["a,六助,f,\"1,5\",2020-06-15"]));
    let line = error.to_string();
    assert!(line.starts_with("第2行 / row 2, 金额 (amount), “1,5”: 金额须为"), "{line}");
    assert!(line.ends_with("[INVALID_AMOUNT]"), "{line}");
}
