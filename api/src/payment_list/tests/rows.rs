//! The columns of each kind of payment, and each value.

use domain::vocabulary::{Channel, DisabilitySubsidyKind, Residency, TemporaryAidKind};

use super::*;
use crate::requests::AidRequest;

/// Every column, so that a row can be given by the cells that it fills in.
fn row(cells: &[(Column, &str)]) -> Result<PaymentList, BadList> {
    let header: Vec<&str> = Column::ALL.iter().map(|column| column.name()).collect();
    let row: Vec<String> = Column::ALL
        .iter()
        .map(|column| cells.iter().rev().find(|(name, _)| name == column))
        .map(|cell| cell.map_or(String::new(), |(_, text)| text.replace('"', "\"\"")))
        .map(|text| format!("\"{text}\""))
        .collect();
    list(&header.join(","), &[&row.join(",")])
}

/// What a row of each kind has at the least.
fn least(programme: &str) -> Vec<(Column, &str)> {
    let mut cells = vec![
        (Column::PaymentId, "a"),
        (Column::Programme, programme),
        (Column::OccurredOn, "2020-06-15"),
    ];
    match programme {
        "慈善超市" => cells.extend([
            (Column::Store, "一号超市"),
            (Column::Items, "大米×2袋@45.00"),
            (Column::HouseholdNo, "h-1"),
        ]),
        _ => cells.extend([(Column::Fund, "f"), (Column::Amount, "900")]),
    }
    match programme {
        "低保" => {
            cells.extend([(Column::EntitlementMonth, "2020-06"), (Column::HouseholdNo, "h-1")]);
        }
        "残疾人护理补贴" | "残疾人生活补贴" | "尊老金" => {
            cells.push((Column::EntitlementMonth, "2020-06"));
        }
        "临时救助" => cells.push((Column::HouseholdNo, "h-1")),
        _ => {}
    }
    cells
}

const KINDS: [&str; 6] = ["低保", "尊老金", "慈善六助", "临时救助", "残疾人护理补贴", "慈善超市"];

/// The least row of a programme with more cells, or other values in the same ones.
fn with<'a>(programme: &'a str, cells: &[(Column, &'a str)]) -> Result<PaymentList, BadList> {
    row(&[least(programme), cells.to_vec()].concat())
}

fn request(result: Result<PaymentList, BadList>) -> PaymentRequest {
    result.unwrap().rows.remove(0).request
}

/// The one error of the cell.
fn refused(column: Column, value: &str) -> RowError {
    let error = fault(with("慈善六助", &[(column, value)]));
    assert_eq!((error.row, error.column), (Some(2), Some(column)));
    error
}

#[test]
fn the_least_row_of_each_kind_is_good() {
    for programme in KINDS {
        assert!(row(&least(programme)).is_ok(), "{programme}: {:?}", row(&least(programme)));
    }
}

#[test]
fn each_cell_that_a_kind_needs_is_missed() {
    for programme in KINDS {
        for (column, _) in least(programme) {
            let error = fault(with(programme, &[(column, " \u{3000}")]));
            assert_eq!(
                (error.column, error.code()),
                (Some(column), "MISSING_VALUE"),
                "{programme}"
            );
        }
    }
}

#[test]
fn cells_that_are_for_other_kinds_must_be_empty() {
    let cells = [
        (Column::Fund, "f", ["慈善超市"].as_slice()),
        (Column::EntitlementMonth, "2020-06", &["慈善六助", "临时救助", "慈善超市"]),
        (Column::Cause, "火灾", &["低保", "慈善六助", "残疾人护理补贴", "慈善超市"]),
        (Column::Kind, "急难", &["低保", "慈善六助", "残疾人护理补贴", "慈善超市"]),
        (Column::Certificate, "c-1", &["低保", "慈善六助", "临时救助", "慈善超市"]),
        (Column::Store, "一号超市", &["低保", "慈善六助", "临时救助", "残疾人护理补贴"]),
        (Column::Items, "米×1袋@4", &["低保", "慈善六助", "临时救助", "残疾人护理补贴"]),
    ];
    for (column, value, programmes) in cells {
        for programme in programmes {
            let error = fault(with(programme, &[(column, value)]));
            assert_eq!(
                (error.column, error.code()),
                (Some(column), "NOT_FOR_PROGRAMME"),
                "{programme}"
            );
        }
    }
    let result = with("慈善六助", &[(Column::EntitlementTo, "2020-06")]);
    assert_eq!(fault(result).column, Some(Column::EntitlementTo));
}

#[test]
fn a_periodic_payment_is_for_a_month_or_a_range() {
    for (programme, id) in [("低保", "minimum-living-allowance"), ("高龄补贴", "old-age-allowance")]
    {
        let cells = [(Column::EntitlementMonth, "2020-01"), (Column::EntitlementTo, "2020-12")];
        let Ok(list) = with(if programme == "低保" { programme } else { "尊老金" }, &cells)
        else {
            panic!("{programme}")
        };
        let AidRequest::GrantPayment { programme, fund, months, grant } = &list.rows[0].request.aid
        else {
            panic!("a grant payment")
        };
        assert_eq!((programme.as_str(), fund.as_str(), grant), (id, "f", &None));
        assert_eq!(months.to_string(), "2020-01..2020-12");
    }
    let AidRequest::GrantPayment { months, .. } = request(row(&least("低保"))).aid else {
        panic!("a grant payment")
    };
    assert_eq!(months.to_string(), "2020-06");
}

#[test]
fn months_that_run_backwards_or_have_no_beginning_are_refused() {
    let error = fault(with("低保", &[(Column::EntitlementTo, "2020-05")]));
    assert_eq!((error.column, error.code()), (Some(Column::EntitlementTo), "INVALID_MONTH_RANGE"));
    let error = fault(with("低保", &[(Column::EntitlementTo, "2090-05")]));
    assert_eq!(error.code(), "INVALID_MONTH_RANGE");
    let cells = [(Column::EntitlementMonth, ""), (Column::EntitlementTo, "2020-12")];
    let error = fault(with("低保", &cells));
    assert_eq!((error.column, error.code()), (Some(Column::EntitlementMonth), "MISSING_VALUE"));
    for wrong in ["2020-13", "2020-6", "2020/06", "202006", "Jun-20", "２０２０-０６"] {
        let error = fault(with("低保", &[(Column::EntitlementMonth, wrong)]));
        assert_eq!(error.code(), "INVALID_MONTH", "{wrong}");
        let error = fault(with("低保", &[(Column::EntitlementTo, wrong)]));
        assert_eq!(error.code(), "INVALID_MONTH", "{wrong}");
    }
}

#[test]
fn a_one_off_programme_makes_one_off_aid() {
    let AidRequest::OneOff { programme, fund } = request(row(&least("慈善六助"))).aid else {
        panic!("one-off aid")
    };
    assert_eq!((programme.as_str(), fund.as_str()), ("charity-six-aids", "f"));
}

#[test]
fn temporary_aid_is_for_expenditure_unless_it_says_urgent() {
    let cells = [(Column::Kind, "急难"), (Column::Cause, "火灾")];
    for (cells, expected) in [
        (cells.as_slice(), TemporaryAidKind::Urgent),
        (&[(Column::Kind, "urgent")], TemporaryAidKind::Urgent),
        (&[(Column::Kind, "支出")], TemporaryAidKind::Expenditure),
        (&[], TemporaryAidKind::Expenditure),
    ] {
        let AidRequest::TemporaryAid { urgency, cause, .. } = request(with("临时救助", cells)).aid
        else {
            panic!("temporary aid")
        };
        assert_eq!(urgency, expected);
        assert_eq!(cause.is_some(), cells.len() == 2);
    }
    let error = fault(with("临时救助", &[(Column::Kind, "急")]));
    assert_eq!((error.column, error.code()), (Some(Column::Kind), "INVALID_WORD"));
}

#[test]
fn the_two_disability_subsidies_are_told_apart_by_their_programme() {
    for (programme, expected) in [
        ("残疾人护理补贴", DisabilitySubsidyKind::Nursing),
        ("残疾人生活补贴", DisabilitySubsidyKind::Living),
    ] {
        let cells = [(Column::Certificate, "99999919500101001443")];
        let AidRequest::DisabilitySubsidy { subsidy, certificate, months, .. } =
            request(with(programme, &cells)).aid
        else {
            panic!("a disability subsidy")
        };
        assert_eq!(subsidy, expected);
        assert_eq!(certificate.as_deref(), Some("99999919500101001443"));
        assert_eq!(months.to_string(), "2020-06");
    }
}

#[test]
fn every_disability_subsidy_of_the_catalogue_has_a_kind() {
    let catalogue = domain::catalogue::Catalogue::standard();
    for programme in catalogue.programmes() {
        if programme.pays_as == domain::vocabulary::PaysAs::DisabilitySubsidy {
            let mut cells = least("残疾人护理补贴");
            cells.push((Column::Programme, programme.id.as_str()));
            assert!(row(&cells).is_ok(), "{}", programme.id);
        }
    }
}

#[test]
fn goods_are_worth_the_sum_of_their_lines() {
    let items = (Column::Items, "大米×2袋@45.00；食用油×1桶@60.00");
    let request = request(with("慈善超市", &[items, (Column::Channel, "实物")]));
    assert_eq!(request.amount.unwrap().to_string(), "150.00");
    let AidRequest::Goods { store, items: lines } = request.aid else { panic!("goods") };
    assert_eq!((store.as_str(), lines.len()), ("一号超市", 2));
    assert!(with("慈善超市", &[items, (Column::Amount, "150")]).is_ok());
    let error = fault(with("慈善超市", &[items, (Column::Amount, "149.99")]));
    assert_eq!((error.column, error.code()), (Some(Column::Amount), "INVALID_AMOUNT"));
    assert!(error.message().contains("150.00"));
    let error = fault(with("慈善超市", &[(Column::Items, "大米×2袋")]));
    assert_eq!((error.column, error.code()), (Some(Column::Items), "INVALID_ITEMS"));
}

#[test]
fn goods_are_handed_over_in_kind() {
    for channel in ["bank", "现金"] {
        let error = fault(with("慈善超市", &[(Column::Channel, channel)]));
        assert_eq!((error.column, error.code()), (Some(Column::Channel), "INVALID_CHANNEL"));
    }
}

#[test]
fn programmes_are_found_by_id_name_and_alias() {
    for name in ["charity-six-aids", "慈善“六助”", "慈善\"六助\"", "慈善六助", "六助"]
    {
        assert!(with("慈善六助", &[(Column::Programme, name)]).is_ok(), "{name}");
    }
    assert_eq!(refused(Column::Programme, "八助").code(), "UNKNOWN_PROGRAMME");
}

#[test]
fn income_and_report_headings_are_not_payable() {
    for name in ["慈善一日捐", "残疾人两项补贴", "医疗救助"] {
        assert_eq!(refused(Column::Programme, name).code(), "NOT_PAYABLE", "{name}");
    }
}

#[test]
fn amounts_are_plain_positive_yuan() {
    for (text, fen) in [("900", 90_000), ("0.01", 1), ("1234.5", 123_450), ("\u{3000}7.00\t", 700)]
    {
        let request = request(with("慈善六助", &[(Column::Amount, text)]));
        assert_eq!(request.amount.unwrap().fen(), fen, "{text}");
    }
    for wrong in [
        "0",
        "0.00",
        "-1",
        "+1",
        "1,234.00",
        "1.234",
        "１２.００",
        "12元",
        "¥12",
        "1e3",
        ".5",
        "5.",
        "1 000",
        "90071992547409.92",
        "99999999999999999999",
        "=1+1",
    ] {
        assert_eq!(refused(Column::Amount, wrong).code(), "INVALID_AMOUNT", "{wrong}");
    }
}

#[test]
fn dates_are_written_in_one_way() {
    for wrong in ["2020-6-15", "2020/06/15", "20200615", "2020-02-30", "15.06.2020", "43997"] {
        assert_eq!(refused(Column::OccurredOn, wrong).code(), "INVALID_DATE", "{wrong}");
    }
}

#[test]
fn identity_numbers_are_checked_and_never_shown() {
    let request = request(with("慈善六助", &[(Column::PersonNo, PERSON)]));
    assert_eq!(request.recipient.person_no.unwrap().as_str(), PERSON);
    for wrong in [
        "999999195001010015",
        "99999919500101001",
        "999999195002300014",
        "９９９９９９195001010014",
    ] {
        let error = refused(Column::PersonNo, wrong);
        assert_eq!(error.code(), "INVALID_IDENTITY_NUMBER", "{wrong}");
        assert!(!error.to_string().contains(wrong) && error.value.unwrap().contains("****"));
    }
}

#[test]
fn numbers_that_a_spreadsheet_rounded_are_recognised() {
    for column in [Column::PersonNo, Column::AccountNo, Column::HouseholdNo, Column::PaymentId] {
        for wrong in ["9.99999E+17", "6E+18"] {
            assert_eq!(refused(column, wrong).code(), "NUMBER_LOST_DIGITS", "{wrong}");
        }
    }
    assert!(with("慈善六助", &[(Column::HouseholdNo, "12E+")]).is_ok());
}

#[test]
fn members_are_others_each_named_once() {
    let members = format!("{OTHER_PERSON}；");
    let request = request(with(
        "慈善六助",
        &[(Column::PersonNo, PERSON), (Column::Members, &members), (Column::CoveredPersons, "2")],
    ));
    assert_eq!(request.recipient.members.len(), 1);
    assert_eq!(request.recipient.covered_persons, Some(2));
    let twice = format!("{OTHER_PERSON};{OTHER_PERSON}");
    assert_eq!(refused(Column::Members, &twice).code(), "INVALID_MEMBERS");
    let cells = [(Column::PersonNo, PERSON), (Column::Members, PERSON)];
    assert_eq!(fault(with("慈善六助", &cells)).code(), "INVALID_MEMBERS");
    let wrong = format!("{OTHER_PERSON};123");
    assert_eq!(refused(Column::Members, &wrong).code(), "INVALID_IDENTITY_NUMBER");
}

#[test]
fn more_members_than_a_payment_may_list_are_refused() {
    let numbers: Vec<String> = (0..=domain::payment::Recipient::MOST_MEMBERS)
        .map(|number| {
            let digits = format!("99999919500101{number:03}");
            let number = domain::identity::IdentityNumber::from_first_seventeen(&digits).unwrap();
            number.as_str().to_owned()
        })
        .collect();
    assert_eq!(refused(Column::Members, &numbers.join(";")).code(), "INVALID_MEMBERS");
    assert!(with("慈善六助", &[(Column::Members, &numbers[1..].join(";"))]).is_ok());
}

#[test]
fn covered_persons_are_a_whole_number_that_counts_everybody_named() {
    for wrong in ["0", "-1", "2.0", "３", "10001", "many", "99999999999"] {
        let code = refused(Column::CoveredPersons, wrong).code();
        assert_eq!(code, "INVALID_COVERED_PERSONS", "{wrong}");
    }
    let cells = [
        (Column::PersonNo, PERSON),
        (Column::Members, OTHER_PERSON),
        (Column::CoveredPersons, "1"),
    ];
    let error = fault(with("慈善六助", &cells));
    assert_eq!(error.rule, Rule::CoversFewerThanNamed { named: 2 });
    assert_eq!(error.column, Some(Column::CoveredPersons));
}

#[test]
fn regions_and_words_are_read_in_either_language() {
    let cells =
        [(Column::Region, "320404001"), (Column::Residency, "农村"), (Column::Channel, "cash")];
    let request = request(with("慈善六助", &cells));
    assert_eq!(request.recipient.region.unwrap().as_str(), "320404001");
    assert_eq!(request.recipient.residency, Some(Residency::Rural));
    assert_eq!(request.payout.channel, Some(Channel::Cash));
    for (text, expected) in [("bank", Channel::Bank), ("in-kind", Channel::InKind)] {
        let request = self::request(with("慈善六助", &[(Column::Channel, text)]));
        assert_eq!(request.payout.channel, Some(expected));
    }
    let urban = self::request(with("慈善六助", &[(Column::Residency, "urban")]));
    assert_eq!(urban.recipient.residency, Some(Residency::Urban));
    assert_eq!(refused(Column::Region, "32040").code(), "INVALID_REGION");
    assert_eq!(refused(Column::Region, "３２０４０４").code(), "INVALID_REGION");
    assert_eq!(refused(Column::Residency, "市区").code(), "INVALID_WORD");
    assert_eq!(refused(Column::Channel, "in_kind").code(), "INVALID_WORD");
}

#[test]
fn texts_are_trimmed_and_kept() {
    let cells = [
        (Column::PersonName, "\u{3000}欧阳 修 "),
        (Column::HouseholdNo, " 320404-17 "),
        (Column::PayeeName, "李四"),
        (Column::AccountNo, "6222021234567890123"),
        (Column::Document, "凭-2020-17"),
        (Column::Note, "两次\n上门"),
    ];
    let request = request(with("慈善六助", &cells));
    assert_eq!(request.recipient.person_name.as_deref(), Some("欧阳 修"));
    assert_eq!(request.recipient.household_no.as_deref(), Some("320404-17"));
    assert_eq!(request.payout.payee_name.as_deref(), Some("李四"));
    assert_eq!(request.payout.account_no.as_deref(), Some("6222021234567890123"));
    assert_eq!(request.payout.document.unwrap().as_str(), "凭-2020-17");
    assert_eq!(request.payout.note.as_deref(), Some("两次\n上门"));
}

#[test]
fn texts_that_are_too_long_or_hold_control_characters_are_refused() {
    for (column, longest) in [
        (Column::PaymentId, 200),
        (Column::Fund, 200),
        (Column::PersonName, 200),
        (Column::Document, 200),
        (Column::HouseholdNo, 100),
        (Column::Note, 2_000),
    ] {
        let fits = "字".repeat(longest);
        assert!(with("慈善六助", &[(column, &fits)]).is_ok(), "{column}");
        assert_eq!(refused(column, &"字".repeat(longest + 1)).code(), "INVALID_TEXT", "{column}");
        assert_eq!(refused(column, "a\u{0}b").code(), "INVALID_TEXT", "{column}");
    }
    for wrong in ["6222 0212", "6222.0", "账号", &"6".repeat(41)] {
        assert_eq!(refused(Column::AccountNo, wrong).code(), "INVALID_ACCOUNT", "{wrong}");
    }
}

#[test]
fn personal_numbers_in_columns_of_the_chain_are_refused_and_masked() {
    for column in [Column::Document, Column::Fund, Column::PersonName] {
        let error = refused(column, &format!("发放{PERSON}"));
        assert_eq!(error.code(), "PERSONAL_DATA_IN_FIELD");
        assert!(!error.to_string().contains(PERSON), "{error}");
    }
}

#[test]
fn no_error_shows_a_person() {
    let secrets = [
        (Column::PersonNo, "999999195001010015"),
        (Column::Members, "999999195001010015"),
        (Column::PersonName, "\u{0}张三丰"),
        (Column::PayeeName, "\u{0}张三丰"),
        (Column::AccountNo, "6222021234567890.23"),
        (Column::HouseholdNo, "\u{0}32040400017"),
        (Column::Amount, PERSON),
        (Column::PaymentId, "13912345678\u{0}"),
        (Column::Note, "\u{0}病历"),
        (Column::OccurredOn, "13912345678"),
    ];
    for (column, secret) in secrets {
        let visible = secret.trim_matches('\u{0}');
        let line = refused(column, secret).to_string();
        assert!(!line.contains(visible), "{line}");
    }
}
