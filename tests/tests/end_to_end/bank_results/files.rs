//! The file itself: what is wrong with it, the same one again, on the command line, and signed.

use std::process::Output;

use api::bank_results_list;
use api::books::{CommandError, SignedRequest};
use domain::bank_results::{BankAnswer, BankOutcome, BankResultsCommand, RecordBankResults};
use domain::calendar::Day;
use domain::commands::AnyCommand;
use ledger::LedgerId;
use ledger::clock::{Clock, Moment};
use ledger::key::LedgerKey;
use ledger::officer_keys::{OfficerEvent, OfficerKeyEnrolled};
use ledger::signed_command::{SeenCheckpoint, SignedCommand, Statement};
use people::{CommittedText, PrivateDetails, Randomness};
use tests::bureau::run;
use tests::program::mingzhang;

use super::*;

const TWO: [(&str, &str, &str); 2] = [("b-1", "ZL-1", "900.00"), ("b-2", "ZL-2", "600.00")];

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_again_changes_nothing() {
    let bureau = released(&TWO).await;
    let file = answers(&["b-1,settled,,,2020-07-16", "b-9,settled,,,2020-07-16"]);
    let first = send(&bureau, &file).await;
    assert_eq!(first["bankResults"]["answered"], json!(1));
    let size = bureau.size().await;
    let again = send(&bureau, &file).await;
    assert_eq!(bureau.size().await, size);
    assert_eq!(again["userErrors"], json!([]));
    assert_eq!(again["receipt"]["position"], first["receipt"]["position"]);
    assert_eq!(again["receipt"]["alreadyRecorded"], json!(true));
    let numbers = |payload: &Value| {
        let told = &payload["bankResults"];
        (told["id"].clone(), told["answered"].clone(), told["unmatched"].clone())
    };
    assert_eq!(numbers(&again), numbers(&first));
    assert_eq!(again["unmatched"], first["unmatched"]);
    assert_eq!(again["unmatched"][0]["payment"], "b-9");
    let question = "query($ledger: ID!) { bankResults(ledger: $ledger) { \
        id answered unmatched receipt { position alreadyRecorded } } }";
    let found = bureau.query(question, json!({ "ledger": LEDGER })).await;
    assert_eq!(found["bankResults"], json!([first["bankResults"]]));
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_came_too_early_goes_into_a_file_of_its_own() {
    let bureau = released(&TWO).await;
    approve(&bureau, "july", &batch_list(&[("c-1", "ZL-3", "300.00")])).await;
    let early = "c-1,settled,,,2020-07-16";
    let nothing = send(&bureau, &answers(&[early])).await;
    assert_eq!(nothing["userErrors"][0]["code"], "NOTHING_MATCHED");
    assert_eq!((&nothing["bankResults"], &nothing["receipt"]), (&Value::Null, &Value::Null));
    assert_eq!(nothing["unmatched"][0]["reason"], "UNKNOWN_PAYMENT");
    let late = "c-1,returned,,wrong-bank,2020-07-20";
    let both = answers(&["b-1,settled,,,2020-07-16", early, late]);
    assert_eq!(send(&bureau, &both).await["unmatched"][0]["reason"], "UNKNOWN_PAYMENT");
    assert_eq!(release_of(&bureau, "july").await["userErrors"], json!([]));
    let again = send(&bureau, &both).await;
    assert_eq!(again["receipt"]["alreadyRecorded"], json!(true));
    assert_eq!(again["unmatched"][0]["reason"], "TOO_EARLY");
    assert_eq!(answered(&bureau, &[early]).await, (1, json!([])));
    // It was settled since: nobody is told to let it come back.
    let again = send(&bureau, &both).await;
    assert_eq!(again["unmatched"][0]["reason"], "ANSWERED_BEFORE");
    assert_eq!(again["unmatched"][1]["reason"], "ANSWERED_BEFORE");
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_programs_that_send_one_file_at_once_one_records_it() {
    let rows: Vec<(String, String)> =
        (0..40).map(|n| (format!("b-{n}"), format!("ZL-{n}"))).collect();
    let rows: Vec<(&str, &str, &str)> =
        rows.iter().map(|(id, household)| (id.as_str(), household.as_str(), "10.00")).collect();
    let bureau = released(&rows).await;
    let lines: Vec<String> =
        rows.iter().map(|(id, _, _)| format!("{id},settled,,,2020-07-16")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let input = json!({"input": {"ledger": LEDGER, "file": answers(&lines)}});
    let size = bureau.size().await;
    let another = bureau.another_program().await;
    let mut asking = tokio::task::JoinSet::new();
    for n in 0..8 {
        let books = if n % 2 == 0 { bureau.books.clone() } else { another.clone() };
        let input = input.clone();
        asking.spawn(async move { run(&books, RECORD, input).await });
    }
    let told = asking.join_all().await;
    let told: Vec<&Value> = told.iter().map(|told| &told["recordBankResults"]).collect();
    for payload in &told {
        assert_eq!(payload["userErrors"], json!([]));
        assert_eq!(payload["bankResults"]["answered"], json!(40));
    }
    let new = told.iter().filter(|told| told["receipt"]["alreadyRecorded"] == json!(false));
    assert_eq!(new.count(), 1);
    assert_eq!(bureau.size().await, size + 41);
    another.close().await;
    assert_eq!(fund(&bureau).await, ["400.00", "400.00", "0.00", "0.00", "9600.00"]);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_wrong_with_a_file_is_told_and_nothing_is_recorded() {
    let bureau = released(&TWO).await;
    let size = bureau.size().await;
    let wrong = async |file: &str| {
        let payload = send(&bureau, file).await;
        assert_eq!((&payload["bankResults"], &payload["receipt"]), (&Value::Null, &Value::Null));
        let errors = payload["userErrors"].as_array().unwrap().clone();
        let told = |error: &Value| {
            assert!(error["message"].as_str().unwrap().contains(" / "), "{error}");
            let field = error["field"].as_array().unwrap().iter();
            let field: Vec<&str> = field.map(|part| part.as_str().unwrap()).collect();
            format!("{} {}", field.join("."), error["code"].as_str().unwrap())
        };
        errors.iter().map(told).collect::<Vec<_>>()
    };
    let rows = ["b-1,settled,,,2020-07-16", "b-1,paid,,,2020-07-16", "b-2,returned,6oo,,2020-7-16"];
    let expected = [
        "file.3.result INVALID_WORD",
        "file.4.amount INVALID_AMOUNT",
        "file.4.reason MISSING_VALUE",
        "file.4.occurred_on INVALID_DATE",
    ];
    assert_eq!(wrong(&answers(&rows)).await, expected);
    assert_eq!(wrong(&answers(&[])).await, ["file NO_ROWS"]);
    assert_eq!(wrong("").await, ["file.1 NO_HEADER"]);
    let stranger = "payment_id,result,occurred_on,户名\nb-1,settled,2020-07-16,张三\n";
    assert_eq!(wrong(stranger).await, ["file.1 UNKNOWN_COLUMN"]);
    assert_eq!(bureau.size().await, size);
    bureau.check_ledger().await;
}

/// Runs `bank-results` on the bureau's data.
fn program(bureau: &Bureau, file: &str, more: &[&str]) -> Output {
    let path = bureau.place.data_path().join("results.csv");
    std::fs::write(&path, file).unwrap();
    let mut program = mingzhang(bureau.place.data_path());
    program.env("DATABASE_URL", bureau.place.url()).arg("bank-results").arg(path);
    program.args(["--ledger", LEDGER, "--officer", MAKER]).args(more);
    program.output().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_prints_what_a_bank_answered() {
    let three = [TWO[0], TWO[1], ("b-3", "ZL-3", "300.00")];
    let bureau = released(&three).await;
    let file = answers(&[
        "b-1,settled,,,2020-07-16",
        "b-2,returned,,account-closed,2020-07-16",
        "b-9,settled,,,2020-07-16",
        "b-3,partly-paid,100,wrong-bank,2020-07-16",
    ]);
    let first = program(&bureau, &file, &[]);
    let said = String::from_utf8(first.stdout).unwrap();
    assert!(first.status.success(), "{said}");
    for part in [
        "settled: 1 lines, 900.00 yuan",
        "returned: 1 lines, 600.00 yuan",
        "partly paid: 1 lines, 100.00 yuan credited, 200.00 yuan returned",
        "row 4 (line 3), b-9: 查无此发放 / unknown payment",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    let size = bureau.size().await;
    let again = program(&bureau, &file, &[]);
    let said = String::from_utf8(again.stdout).unwrap();
    assert!(again.status.success() && said.contains("recorded before"), "{said}");
    let told = program(&bureau, &file, &["--json"]);
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    let unmatched = json!([{"line": 3, "row": 4, "payment": "b-9", "reason": "UNKNOWN_PAYMENT"}]);
    let told = ["answered", "unmatched", "alreadyRecorded", "sums"].map(|name| told[name].clone());
    assert_eq!(told, [json!(3), unmatched, json!(true), Value::Null]);
    // A number in the wrong column is not shown, and a file of which nothing matches is not recorded.
    let nothing = program(&bureau, &answers(&["6228480000000000018,settled,,,2020-07-16"]), &[]);
    assert_eq!(nothing.status.code(), Some(1));
    let said = String::from_utf8(nothing.stdout).unwrap();
    assert!(said.contains("row 2 (line 1), ***:") && !said.contains("6228480"), "{said}");
    let bad = program(&bureau, &answers(&["b-1,paid,,,2020-07-16"]), &[]);
    assert_eq!(bad.status.code(), Some(1));
    let said = String::from_utf8(bad.stdout).unwrap();
    assert!(said.contains("row 2, 结果 (result)") && said.contains("[INVALID_WORD]"), "{said}");
    assert_eq!(bureau.size().await, size);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_an_officer_signed_needs_its_digest_and_is_recorded_once() {
    let bureau = released(&TWO).await;
    let (ledger, key) = (LedgerId::parse(LEDGER).unwrap(), LedgerKey::from_seed([17; 32]).unwrap());
    let enrolled = OfficerKeyEnrolled::prove(&ledger, MAKER, &key).unwrap();
    let enrolled = OfficerEvent::Enrolled(enrolled);
    bureau.books.change_officer_keys(&ledger, &enrolled).await.unwrap();
    let book = bureau.book().await;
    let text = answers(&["b-1,settled,,,2020-07-16"]);
    let file = bank_results_list::read(text.as_bytes()).unwrap().request.file;
    let results = book.bank_results_id(file);
    let system = Randomness::system();
    let (told, commitment) = CommittedText::commit("file", &file.to_string(), &system).unwrap();
    let answer = BankAnswer {
        payment: book.payment_id("b-1"),
        occurred_on: Day::parse("2020-07-16").unwrap(),
        outcome: BankOutcome::Settled { amount_fen: None },
    };
    let command = RecordBankResults { results, file: commitment, answers: vec![answer] };
    let command: AnyCommand = BankResultsCommand::RecordBankResults(Box::new(command)).into();
    let latest = book.checkpoint().await.unwrap().checkpoint;
    let issued = bureau.clock.now();
    let statement = Statement {
        ledger,
        officer: MAKER.to_owned(),
        request: results.as_uuid(),
        issued,
        expires: Moment::from_micros(issued.micros() + 900_000_000).unwrap(),
        nonce: [7; 16],
        checkpoint: SeenCheckpoint { origin: latest.origin, size: latest.size, root: latest.root },
        command: command.print(),
    };
    let envelope = SignedCommand::sign(statement, &key).unwrap().bytes();
    let submit = async |beside: PrivateDetails| {
        let request = SignedRequest { envelope: envelope.clone(), beside: vec![beside] };
        book.submit_signed(request).await
    };
    let untold = submit(PrivateDetails::default()).await;
    let Err(CommandError::Refused(refused)) = untold else { panic!("{untold:?}") };
    assert_eq!(
        (refused.code, refused.field.join(".")),
        ("COMMITMENT_MISMATCH", "beside.file".to_owned())
    );
    let beside = PrivateDetails { file: Some(told), ..PrivateDetails::default() };
    for already in [false, true] {
        let receipts = submit(beside.clone()).await.unwrap();
        assert_eq!(
            receipts.iter().map(|receipt| receipt.already_recorded).collect::<Vec<_>>(),
            [already]
        );
    }
    // The same file by another way is the same file.
    let again = send(&bureau, &text).await;
    assert_eq!(again["receipt"]["alreadyRecorded"], json!(true));
    assert_eq!(fund(&bureau).await, ["1500.00", "900.00", "0.00", "600.00", "8500.00"]);
    bureau.check_ledger().await;
}
