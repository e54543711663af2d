//! The continuous check of a serving program: it finds what was changed, stops recording, and goes on
//! reading.

use std::time::Duration;

use api::checking::{Checking, LedgerCheck, Pace};
use ledger::cosignature::Cosigner;
use ledger::key::LedgerKey;
use serde_json::{Value, json};
use sqlx::{Connection, Executor};
use tests::bureau::{Bureau, LEDGER, findings};

/// How long a check may take on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(120);

const OFTEN: Pace =
    Pace { look: Duration::from_millis(20), rest: Duration::from_millis(20), share: 0 };

async fn until(bureau: &Bureau, is: impl FnMut(&LedgerCheck) -> bool) -> LedgerCheck {
    let mut checked = bureau.book().await.checked().subscribe();
    let reached = tokio::time::timeout(PATIENCE, checked.wait_for(is)).await;
    reached.expect("the check comes to it").unwrap().clone()
}

async fn administrator(bureau: &Bureau, statement: &str) {
    let mut session = bureau.place.administrator_session().await;
    session.execute("set session_replication_role = replica").await.unwrap();
    assert!(session.execute(statement).await.unwrap().rows_affected() > 0, "{statement}");
    session.close().await.unwrap();
}

async fn shown(bureau: &Bureau) -> Value {
    let asked = "query($id: ID!) { ledger(id: $id) { size check { newestSize newestAt wholeSize \
                 wholeAt findings recording } } }";
    bureau.query(asked, json!({"id": LEDGER})).await["ledger"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recorded_is_checked_at_once_and_everything_in_turns() {
    let bureau = Bureau::new().await;
    assert_eq!(shown(&bureau).await["check"]["wholeAt"], Value::Null);
    let checking = Checking::start(bureau.books.clone(), OFTEN);
    bureau.record_everything(LEDGER).await;
    let size = bureau.size().await;
    let reached = |checked: &Option<api::checking::CheckedTo>| {
        checked.is_some_and(|checked| checked.size == size)
    };
    let checked = until(&bureau, |c| reached(&c.newest) && reached(&c.whole)).await;
    assert_eq!(checked.findings, Vec::<String>::new());
    let shown = shown(&bureau).await;
    assert_eq!(shown["check"]["newestSize"], json!(size));
    assert_eq!(shown["check"]["wholeSize"], json!(size));
    assert!(shown["check"]["wholeAt"].is_string());
    assert_eq!(shown["check"]["recording"], json!(true));
    drop(checking);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_entry_stops_recording_and_reading_goes_on() {
    let bureau = Bureau::new().await;
    bureau.fund("100", &["temporary-assistance"]).await;
    let flip = "update entries set entry = set_byte(entry, 400, get_byte(entry, 400) # 1) where position = 1";
    administrator(&bureau, flip).await;
    let checking = Checking::start(bureau.books.clone(), OFTEN);
    let checked = until(&bureau, |checked| !checked.findings.is_empty()).await;
    assert!(checked.findings.iter().any(|line| line.starts_with("position 1: ")), "{checked:?}");
    let input =
        json!({"ledger": LEDGER, "id": "late", "name": "晚", "source": "FISCAL", "programmes": []});
    let document =
        "mutation($input: OpenFundInput!) { openFund(input: $input) { receipt { position } } }";
    let refused = bureau.answer(document, json!({ "input": input })).await;
    assert!(refused.errors.first().unwrap().message.contains("已停止记账"), "{refused:?}");
    let shown = shown(&bureau).await;
    assert_eq!((&shown["size"], &shown["check"]["recording"]), (&json!(3), &json!(false)));
    drop(checking);
    administrator(&bureau, flip).await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_another_wrote_without_the_key_is_found_at_once() {
    let bureau = Bureau::new().await;
    bureau.fund("100", &["temporary-assistance"]).await;
    // Everything is verified once and then rested: only what is new is looked at.
    let pace = Pace { rest: PATIENCE * 10, ..OFTEN };
    let checking = Checking::start(bureau.books.clone(), pace);
    until(&bureau, |checked| checked.whole.is_some() && checked.newest.is_some()).await;
    let forged = "insert into entries select ledger_id, position + 1, stream_type, stream_id, \
                  sequence + 1, event_type, recorded_at, request_id, payload_offset, entry, leaf, \
                  signature from entries where position = 2";
    administrator(&bureau, forged).await;
    let checked = until(&bureau, |checked| !checked.findings.is_empty()).await;
    assert!(checked.findings.iter().all(|line| line.starts_with("position 3: ")), "{checked:?}");
    assert!(bureau.book().await.halted().is_some());
    drop(checking);
    administrator(&bureau, "delete from entries where position = 3").await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_asks_for_a_witness_in_vain_fails_verify_and_stops_nobody() {
    let bureau = Bureau::new().await;
    let key = LedgerKey::from_seed([9; 32]).unwrap();
    let witness = Cosigner::new("witness.example/away", key).unwrap();
    let path = bureau.place.data().policy(&LEDGER);
    let policy = std::fs::read_to_string(&path).unwrap();
    bureau.name_witness(&format!("witness away {}", witness.verifier()));
    let requires = std::fs::read_to_string(&path).unwrap().replace("quorum none", "quorum away");
    std::fs::write(&path, requires).unwrap();
    let checking = Checking::start(bureau.books.clone(), OFTEN);
    let checked = until(&bureau, |checked| checked.whole.is_some()).await;
    assert_eq!(checked.findings, Vec::<String>::new());
    assert!(bureau.book().await.halted().is_none());
    let found = findings(&bureau.books, bureau.book().await.id()).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("quorum of the policy: "), "{found:?}");
    drop(checking);
    std::fs::write(&path, policy).unwrap();
    bureau.check_ledger().await;
}
