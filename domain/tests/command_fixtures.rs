//! Every command that was ever signed stays readable: each file in `fixtures/commands` is a command
//! as it stands in what an officer signed. A fixture is never changed to make a test pass; a new
//! shape of a command is a new command with files of its own.
//!
//! A file is named `<Command>.json`, or `<Command>.<what is special>.json`.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its fixture has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use domain::commands::{AnyCommand, CommandError};
use domain::payment::RecordPayments;
use serde_json::Value;

/// Every command, by the name that is printed around it.
const COMMANDS: [&str; 41] = [
    "AdvanceBatch",
    "ApproveBatch",
    "ApproveGrant",
    "CancelBatch",
    "CloseBatch",
    "ClosePeriod",
    "CompletePapers",
    "DisclosePersonalData",
    "DraftBatch",
    "EnrolOfficer",
    "GiveRole",
    "OpenFund",
    "OpenStore",
    "OrderRecovery",
    "ProposeClosing",
    "ProposeReopening",
    "ReceiveFunds",
    "ReceiveGoods",
    "ReceiveRecovery",
    "RecordBankResults",
    "RecordOpeningBalance",
    "RecordPayment",
    "RecordPayments",
    "ReleaseBatch",
    "RemitSurplus",
    "ReopenPeriod",
    "ReportDeath",
    "RequireOfficers",
    "ReversePayment",
    "ReviewBatch",
    "ReviewPapers",
    "SendBackBatch",
    "SetApprovalBands",
    "SetStandard",
    "StopGrant",
    "SubmitBatch",
    "TransferFunds",
    "WaiveRecovery",
    "WithdrawDeathReport",
    "WithdrawProposal",
    "WithdrawRole",
];

/// Name of the command and text of every fixture.
fn fixtures() -> Vec<(&'static str, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/commands");
    let fixture = |file: fs::DirEntry| {
        let file_name = file.file_name().into_string().unwrap();
        let name = file_name.split('.').next().unwrap();
        let known = COMMANDS.into_iter().find(|command| *command == name);
        (known.unwrap(), fs::read_to_string(file.path()).unwrap())
    };
    fs::read_dir(folder).unwrap().map(|file| fixture(file.unwrap())).collect()
}

fn parse(text: &str) -> Result<AnyCommand, CommandError> {
    AnyCommand::parse(text.as_bytes())
}

#[test]
fn every_command_has_a_fixture() {
    let with_fixture: BTreeSet<&str> = fixtures().into_iter().map(|(name, _)| name).collect();
    assert_eq!(with_fixture, BTreeSet::from(COMMANDS));
}

#[test]
fn every_fixture_parses_and_prints_back_to_the_same_bytes() {
    for (name, text) in fixtures() {
        let command = parse(&text).unwrap();
        assert_eq!(command.name(), name);
        assert_eq!(String::from_utf8(command.print()).unwrap(), text);
    }
}

#[test]
fn a_command_is_printed_as_the_command_of_its_aggregate_is() {
    for (_, text) in fixtures() {
        let of_aggregate = match parse(&text).unwrap() {
            AnyCommand::Fund(command) => serde_json::to_string(&command),
            AnyCommand::Standard(command) => serde_json::to_string(&command),
            AnyCommand::Grant(command) => serde_json::to_string(&command),
            AnyCommand::Payment(command) => serde_json::to_string(&command),
            AnyCommand::Store(command) => serde_json::to_string(&command),
            AnyCommand::Officer(command) => serde_json::to_string(&command),
            AnyCommand::Regulation(command) => serde_json::to_string(&command),
            AnyCommand::Batch(command) => serde_json::to_string(&command),
            AnyCommand::BankResults(command) => serde_json::to_string(&command),
            AnyCommand::Period(command) => serde_json::to_string(&command),
            AnyCommand::Disclosure(command) => serde_json::to_string(&command),
            AnyCommand::Person(command) => serde_json::to_string(&command),
            AnyCommand::Payments(list) => serde_json::to_string(&list),
        };
        assert_eq!(of_aggregate.unwrap(), text);
    }
}

#[test]
fn an_unknown_field_is_refused_wherever_it_stands() {
    for (name, text) in fixtures() {
        let objects = text.match_indices('{').skip(1);
        for (place, _) in objects {
            let (before, after) = text.split_at(place + 1);
            let extended = format!("{before}\"more\":1,{after}");
            let refused = parse(&extended);
            assert!(
                matches!(refused, Err(CommandError::Malformed { name: told, .. }) if told == name),
                "{extended}: {refused:?}"
            );
        }
        let beside = format!("{},\"more\":1}}", text.strip_suffix('}').unwrap());
        assert!(matches!(parse(&beside), Err(CommandError::Malformed { .. })), "{beside}");
    }
}

#[test]
fn a_field_that_is_missing_is_refused_also_where_it_may_be_absent() {
    for (name, text) in fixtures() {
        for field in ["\"level\":null,", "\"grant\":null", "\"amount\":null,", "\"region\":null,"] {
            if text.contains(field) {
                let without = text.replacen(field, "", 1).replace(",}", "}");
                assert_eq!(parse(&without), Err(CommandError::SpelledOtherwise { name }));
            }
        }
        let (_, day) = text.split_once(r#""occurred_on":"#).unwrap_or_default();
        if let Some((day, _)) = day.split_once(',') {
            let without = text.replacen(&format!(r#""occurred_on":{day},"#), "", 1);
            assert!(matches!(parse(&without), Err(CommandError::Malformed { .. })), "{without}");
        }
    }
}

/// The same value with the fields of every object sorted by name.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<_, _> =
                fields.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            Value::Object(fields.into_iter().collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(sorted).collect()),
        value => value,
    }
}

/// The first character of the first text, written as JSON may also write it.
fn with_an_escape(text: &str) -> String {
    let (before, after) = text.split_once(":\"").unwrap();
    let first = after.chars().next().unwrap();
    let rest = after.strip_prefix(first).unwrap();
    format!("{before}:\"\\u{:04x}{rest}", u32::from(first))
}

#[test]
fn another_spelling_of_the_same_command_is_refused() {
    for (name, text) in fixtures() {
        let value: Value = serde_json::from_str(&text).unwrap();
        for other in [
            text.replacen(':', ": ", 1),
            text.replacen(',', ",\n", 1),
            format!("{text}\n"),
            with_an_escape(&text),
            sorted(value).to_string(),
        ] {
            assert_ne!(other, text);
            assert_eq!(parse(&other), Err(CommandError::SpelledOtherwise { name }), "{other}");
        }
        assert_eq!(parse(&format!(" {text}")), Err(CommandError::Unnamed));
    }
}

#[test]
fn what_does_not_begin_with_the_name_of_a_command_is_refused() {
    for text in ["", "{", "{}", "[]", "null", "{\"OpenFund", "\u{FEFF}{\"OpenFund\":{}}"] {
        assert_eq!(parse(text), Err(CommandError::Unnamed), "{text}");
    }
    assert_eq!(AnyCommand::parse(b"{\"\xff\":1}"), Err(CommandError::Unnamed));
    for text in ["{\"\":{}}", "{\"FundOpened\":{}}", "{\"openFund\":{}}", "{\"Open\\u0046und\":{}}"]
    {
        assert_eq!(parse(text), Err(CommandError::UnknownCommand), "{text}");
    }
}

#[test]
fn every_cut_of_a_command_is_refused() {
    for (_, text) in fixtures() {
        for length in 0..text.len() {
            let cut = text.as_bytes().get(..length).unwrap();
            assert!(AnyCommand::parse(cut).is_err());
        }
        assert!(matches!(parse(&format!("{text}{text}")), Err(CommandError::Malformed { .. })));
    }
}

#[test]
fn a_value_that_no_constructor_takes_is_refused_and_not_repeated() {
    let all = fixtures();
    for (valid, invalid) in [
        ("\"amount\":300000", "\"amount\":9007199254740992"),
        ("\"amount\":300000", "\"amount\":300000.0"),
        ("\"amount\":300000", "\"amount\":\"300000\""),
        ("\"2020-06-15\"", "\"2020-06-31\""),
        ("{\"from\":\"2020-05\",\"to\":\"2020-06\"}", "{\"from\":\"2020-06\",\"to\":\"2020-05\"}"),
        ("\"320404001\"", "\"32040\""),
        ("\"quantity\":2", "\"quantity\":0"),
        ("\"unit_value_fen\":4500", "\"unit_value_fen\":0"),
        ("\"unit_value_fen\":4500", "\"unit_value_fen\":9007199254740991"),
        ("\"大米\"", "\"大@米\""),
        ("\"凭证-0615\"", "\"凭证 11010519491231002X\""),
        ("\"凭证-0615\"", "\" 凭证\""),
        ("\"dibao-2020\"", "\"\""),
        ("\"minimum-living-allowance\"", "\"11010519491231002X\""),
        ("0190f3c2-7c1e-7d3a-9d55-0c7a4b6f0003", "0190F3C2-7C1E-7D3A-9D55-0C7A4B6F0003"),
        ("\"e0e0", "\"E0e0"),
        ("\"covered_persons\":2", "\"covered_persons\":-1"),
        ("\"covered_persons\":2", "\"covered_persons\":4294967296"),
        ("\"channel\":\"bank\"", "\"channel\":\"11010519491231002X\""),
        ("\"urgency\":\"urgent\"", "\"urgency\":\"Urgent\""),
        ("\"kind\":\"one_off\"", "\"kind\":\"gift\""),
    ] {
        let (name, text) = all.iter().find(|(_, text)| text.contains(valid)).unwrap();
        let refused = parse(&text.replacen(valid, invalid, 1)).unwrap_err();
        assert!(
            matches!(refused, CommandError::Malformed { name: told, .. } if told == *name),
            "{invalid}"
        );
        assert!(!refused.to_string().contains("1101"), "{refused}");
    }
}

#[test]
fn a_list_without_payments_or_with_one_twice_is_refused() {
    assert_eq!(parse("{\"RecordPayments\":[]}"), Err(CommandError::NoPayments));
    assert_eq!(RecordPayments::new(vec![]), Err(CommandError::NoPayments));

    let (_, text) = fixtures().into_iter().find(|(name, _)| *name == "RecordPayments").unwrap();
    let AnyCommand::Payments(list) = parse(&text).unwrap() else { unreachable!("a list") };
    let payment = list.payments().first().unwrap().payment;
    let twice = text.replace("0c7a4b6f000c", "0c7a4b6f0003");
    assert_ne!(twice, text);
    assert_eq!(parse(&twice), Err(CommandError::PaymentTwice { payment }));
}

#[test]
fn a_message_is_told_in_chinese_and_english() {
    let refused = parse("{\"OpenFund\":{}}").unwrap_err();
    assert_eq!(
        refused.to_string(),
        "命令 OpenFund 无法读取(第 1 行第 14 列) / the command OpenFund cannot be read at line 1, column 14"
    );
}
