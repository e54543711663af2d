//! A database that an earlier program left is brought to this program's schema, and nothing in it is
//! lost.
//!
//! `fixtures/upgrade` holds two ledgers as earlier programs left them, with their keys: `NNNN.sql` are
//! the rows that a database at step NNNN holds beside those of the steps before. A step without such
//! a file gets the rows of the steps before, brought to it. The files are never changed: whoever adds
//! a table whose rows the entries alone do not give adds a file.

use std::borrow::Cow;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Output;
use std::sync::Arc;

use migrations::STEPS;
use serde_json::{Value, json};
use sqlx::Connection;
use sqlx::migrate::Migrator;
use tests::bureau::{Bureau, LEDGER, TestClock, open};
use tests::program::{checkout, mingzhang};
use tests::throwaway::{Throwaway, empty};

use crate::schema;

/// The ledger of the fixture that names nobody, so that it fits a database at the first step.
const NAMELESS: &str = "cn-320402";
/// From this step on there are persons, and with them the ledger [`LEDGER`].
const PERSONS: i64 = 2;

fn fixtures() -> PathBuf {
    checkout().join("tests/fixtures/upgrade")
}

/// The steps up to this one, as a program knew them that knew no more.
fn steps_up_to(newest: i64) -> Migrator {
    let known = STEPS.iter().filter(|step| step.version <= newest).cloned().collect();
    Migrator { migrations: Cow::Owned(known), ..Migrator::DEFAULT }
}

/// A database and its keys as a program left them that knew the steps up to this one.
async fn left_at(newest: i64) -> Throwaway {
    let place = empty().await;
    let mut session = place.administrator_session().await;
    for step in STEPS.iter().filter(|step| step.version <= newest) {
        steps_up_to(step.version).run(&mut session).await.unwrap();
        let rows = fixtures().join(format!("{:04}.sql", step.version));
        if rows.exists() {
            let rows = std::fs::read_to_string(rows).unwrap();
            sqlx::raw_sql(&rows).execute(&mut session).await.unwrap();
        }
    }
    session.close().await.unwrap();
    for key in std::fs::read_dir(fixtures().join("keys")).unwrap() {
        let key = key.unwrap();
        let copy = place.data().keys().join(key.file_name());
        std::fs::copy(key.path(), &copy).unwrap();
        // A checkout cannot keep it from others, as the program demands.
        std::fs::set_permissions(copy, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    place
}

/// The proof: every entry as it stands. No step may touch one.
async fn proof(place: &Throwaway) -> Vec<(String, i64, Vec<u8>, Vec<u8>, Vec<u8>)> {
    let mut session = place.administrator_session().await;
    let entries = "select ledger_id, position, entry, leaf, signature from entries order by 1, 2";
    let entries = sqlx::query_as(entries).fetch_all(&mut session).await.unwrap();
    session.close().await.unwrap();
    entries
}

async fn applied(place: &Throwaway) -> Vec<i64> {
    let mut session = place.administrator_session().await;
    let steps = "select version from _sqlx_migrations order by 1";
    let steps = sqlx::query_scalar(steps).fetch_all(&mut session).await.unwrap();
    session.close().await.unwrap();
    steps
}

/// Opens the books, as every command of the program does first.
async fn opened(place: Throwaway) -> Bureau {
    let clock = Arc::new(TestClock::default());
    let books = open(&place, clock.clone()).await;
    Bureau::of(place, books, clock)
}

fn receipt_of_money(id: &str) -> Value {
    json!({"ledger": NAMELESS, "id": id, "fund": "fiscal", "amount": "100000.00",
           "occurredOn": "2020-01-02", "document": "财社〔2020〕1号"})
}

fn payment(id: &str, month: &str) -> Value {
    json!({"id": id, "grant": "g-1", "programme": "低保", "fund": "fiscal", "amount": "1500.00",
           "entitlementMonth": month, "occurredOn": "2020-07-15",
           "recipient": {"personNo": "320404180001010028", "personName": "张三", "householdNo": "ZL-1",
                         "coveredPersons": 2}})
}

/// What was recorded is known, and more can be.
async fn goes_on(bureau: &Bureau, step: i64) {
    let again = bureau.recorded("receiveFunds", receipt_of_money("allotment-1")).await;
    assert_eq!((&again["position"], &again["alreadyRecorded"]), (&json!(2), &json!(true)));
    let more = bureau.recorded("receiveFunds", receipt_of_money("allotment-2")).await;
    assert_eq!((&more["position"], &more["alreadyRecorded"]), (&json!(6), &json!(false)));
    if step < PERSONS {
        return;
    }
    let question = "query($ledger: ID!) { payment(ledger: $ledger, id: \"p-1\") { \
        amount status personName personNo householdNo receipt { position } } }";
    let found = bureau.query(question, json!({ "ledger": LEDGER })).await;
    let expected = json!({"amount": "1500.00", "status": "RECORDED", "personName": "张三",
        "personNo": "320404180001010028", "householdNo": "ZL-1", "receipt": {"position": 7}});
    assert_eq!(found["payment"], expected);
    let (code, _) = bureau.refused("recordGrantPayment", payment("p-5", "2020-06")).await;
    assert_eq!(code, "ALREADY_PAID_FOR_MONTH");
    let paid = bureau.recorded("recordGrantPayment", payment("p-5", "2020-07")).await;
    assert_eq!(paid["position"], 16);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_left_at_any_step_is_brought_up_and_goes_on_with_all_it_holds() {
    let every: Vec<i64> = STEPS.iter().map(|step| step.version).collect();
    for step in 1..=migrations::newest() {
        let place = left_at(step).await;
        assert_eq!(applied(&place).await, (1..=step).collect::<Vec<_>>());
        let before = proof(&place).await;
        assert_eq!(before.len(), if step < PERSONS { 6 } else { 22 });
        let bureau = opened(place).await;
        assert_eq!(applied(&bureau.place).await, every, "from step {step}");
        for query in [
            schema::without_a_comment(),
            schema::without_a_key(),
            schema::keys_without_the_ledger(),
        ] {
            let found = schema::found(&bureau.place, &query).await;
            assert!(found.is_empty(), "from step {step}: {found:#?}");
        }
        bureau.check_ledger().await;
        goes_on(&bureau, step).await;
        bureau.check_ledger().await;
        let after = proof(&bureau.place).await;
        let kept: Vec<_> = after.iter().filter(|entry| before.contains(entry)).collect();
        assert_eq!(kept.len(), before.len(), "from step {step}: an entry was touched");
    }
}

fn run(place: &Throwaway, arguments: &[&str]) -> Output {
    let mut command = mingzhang(place.data_path());
    command.env("DATABASE_URL", place.url()).args(arguments).output().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_refuses_a_schema_that_it_does_not_know_and_leaves_the_ledger_as_it_was() {
    let place = left_at(migrations::newest()).await;
    let before = proof(&place).await;
    let future = migrations::newest() + 1;
    let mut session = place.administrator_session().await;
    let claim = "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
                 values ($1, 'from the future', true, '', 0)";
    sqlx::query(claim).bind(future).execute(&mut session).await.unwrap();
    let archive = place.data_path().join("never.backup");
    for arguments in
        [&["verify"][..], &["rebuild"], &["backup", "--out", archive.to_str().unwrap()]]
    {
        let refused = run(&place, arguments);
        assert_eq!(refused.status.code(), Some(2), "{refused:?}");
        let said = String::from_utf8_lossy(&refused.stderr);
        let steps = format!("at step {future}, this program knows steps up to {}", future - 1);
        assert!(said.contains("a newer version") && said.contains(&steps), "{said}");
    }
    assert!(!archive.exists());
    assert_eq!(proof(&place).await, before);
    let forget = "delete from _sqlx_migrations where version = $1";
    sqlx::query(forget).bind(future).execute(&mut session).await.unwrap();
    session.close().await.unwrap();
    let verified = run(&place, &["verify"]);
    assert!(verified.status.success(), "{verified:?}");
}
