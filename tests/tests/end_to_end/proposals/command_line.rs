//! The same on the command line.

use std::process::{Command, Output};

use tests::program::mingzhang;
use tests::scratch::ScratchDirectory;

use super::*;

/// `propose-batch` for June on the bureau's data.
fn command(bureau: &Bureau, id: &str) -> Command {
    let mut program = mingzhang(bureau.place.data_path());
    program.env("DATABASE_URL", bureau.place.url());
    program.args(["propose-batch", "--ledger", LEDGER, "--officer", MAKER, "--id", id]);
    program.args(["--title", "2020年6月低保", "--programme", "低保", "--month", "2020-06"]);
    program.args(["--fund", "fiscal", "--occurred-on", "2020-06-15", "--json"]);
    program
}

fn program(bureau: &Bureau, id: &str) -> Output {
    command(bureau, id).output().unwrap()
}

fn told(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_proposed_on_the_command_line_and_is_the_same_as_over_graphql() {
    let bureau = granting_bureau().await;
    let drafted = program(&bureau, "june");
    assert!(drafted.status.success(), "{drafted:?}");
    let first = told(&drafted);
    let question = "query($ledger: ID!) { batch(ledger: $ledger, id: \"june\") { digest } }";
    let digest =
        bureau.query(question, json!({ "ledger": LEDGER })).await["batch"]["digest"].clone();
    let left_out = json!([{"grant": "g-5", "householdNo": "ZL-5", "reason": "ABOVE_STANDARD"},
                          {"grant": "g-6", "householdNo": "ZL-6", "reason": "ALREADY_PAID"}]);
    let expected = json!({"batch": "june", "lines": 2, "total": "2300.00", "digest": digest,
        "position": first["position"], "alreadyRecorded": false, "leftOut": left_out});
    assert_eq!(first, expected);
    assert_eq!(told(&program(&bureau, "june"))["alreadyRecorded"], json!(true));
    let over_graphql = propose(&bureau, "june", json!({})).await;
    let receipt = json!({"position": first["position"], "alreadyRecorded": true});
    assert_eq!(over_graphql["receipt"], receipt);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_of_which_nothing_is_due_says_what_was_left_out_and_drafts_nothing() {
    let bureau = granting_bureau().await;
    paid(&bureau, 2, "2020-06", "800.00", json!({"householdNo": "ZL-2"}), json!({})).await;
    let stop = json!({"id": "stop-1", "grant": "g-1", "fromMonth": "2020-06", "reason": "MOVED",
                      "document": "停发〔2020〕8号"});
    bureau.recorded("stopGrant", stop).await;
    let size = bureau.size().await;
    let refused = program(&bureau, "june");
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let told = told(&refused);
    assert_eq!((&told["lines"], &told["errors"][0]["code"]), (&json!(0), &json!("EMPTY_LIST")));
    let reasons: Vec<(&str, &str)> = told["leftOut"]
        .as_array()
        .unwrap()
        .iter()
        .map(|left| (left["grant"].as_str().unwrap(), left["reason"].as_str().unwrap()))
        .collect();
    let expected = [("g-2", "ALREADY_PAID"), ("g-5", "ABOVE_STANDARD"), ("g-6", "ALREADY_PAID")];
    assert_eq!(reasons, expected);
    assert_eq!(bureau.size().await, size);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_only_named_is_not_told_what_was_left_out() {
    let bureau = granting_bureau().await;
    let place = ScratchDirectory::new();
    let key = place.join("maker.key");
    let mut make = mingzhang(&place.join("no-data-here"));
    make.args(["make-officer-key", "--ledger", LEDGER, "--officer", MAKER, "--out"]).arg(&key);
    let made = make.output().unwrap();
    assert!(made.status.success(), "{made:?}");
    let by_key = || command(&bureau, "june").arg("--sign-with").arg(&key).output().unwrap();
    let size = bureau.size().await;
    let refused = by_key();
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let refused = told(&refused);
    assert_eq!(refused["errors"][0]["code"], "SIGNED_COMMAND_REFUSED");
    assert_eq!(refused["leftOut"], Value::Null);
    assert_eq!(bureau.size().await, size);
    // Nor where the draft stands already, for which nothing is signed.
    assert!(program(&bureau, "june").status.success());
    let again = told(&by_key());
    assert_eq!((&again["alreadyRecorded"], &again["leftOut"]), (&json!(true), &Value::Null));
    bureau.check_ledger().await;
}
