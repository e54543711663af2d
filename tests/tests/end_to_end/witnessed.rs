//! A ledger with a witness: what it cosigns is kept, one that is away hinders nobody, and one that knows
//! more than the ledger keeps it from opening.

use std::fs;
use std::time::Duration;

use api::books::{Books, CommandError};
use serde_json::{Value, json};
use sqlx::{Connection, Executor};
use tests::bureau::{Bureau, LEDGER, findings, run};
use tests::scratch::ScratchDirectory;

use crate::witness::WitnessProgram;

const PATIENCE: Duration = Duration::from_secs(120);

/// Starts a witness of the bureau's ledger, and names it in the ledger's own policy.
fn witness(bureau: &Bureau, place: &ScratchDirectory) -> WitnessProgram {
    let path = bureau.place.data().policy(&LEDGER);
    let policy = fs::read_to_string(&path).unwrap();
    let witness = WitnessProgram::start(place, &policy);
    fs::write(&path, policy.replace("quorum none", &format!("{}quorum none", witness.line)))
        .unwrap();
    witness
}

async fn standing(books: &Books) -> Value {
    let asked = "query($id: ID!) { ledger(id: $id) { size checkpoint check { witnesses { name answer size } } } }";
    run(books, asked, json!({"id": LEDGER})).await["ledger"].clone()
}

/// Waits until the only witness gives this answer for everything that is recorded.
async fn until(books: &Books, answer: &str) -> Value {
    let reached = async {
        loop {
            let ledger = standing(books).await;
            let witness = &ledger["check"]["witnesses"][0];
            let whole = answer != "COSIGNED" || witness["size"] == ledger["size"];
            if witness["answer"] == json!(answer) && whole {
                return ledger;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, reached).await.expect("the witness comes to it")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_witness_cosigns_stands_under_the_checkpoint_and_in_receipts() {
    let (bureau, place) = (Bureau::new().await, ScratchDirectory::new());
    let witness = witness(&bureau, &place);
    let books = bureau.another_program().await;
    books.book(LEDGER).await.unwrap().ask_witnesses(&books).unwrap();
    bureau.record_everything(LEDGER).await;
    // The program that serves signs over what the other recorded.
    books.book(LEDGER).await.unwrap().checkpoint().await.unwrap();
    until(&books, "COSIGNED").await;
    // Asked once more: the parts of one answer are put together at the same time.
    let ledger = standing(&books).await;
    let note = ledger["checkpoint"].as_str().unwrap().to_owned();
    let policy = fs::read_to_string(bureau.place.data().policy(&LEDGER)).unwrap();
    let name = crate::witness::NAME;
    let strict = policy.replace("quorum none", &format!("quorum {name}"));
    let strict = ledger::policy::Policy::parse(strict.as_bytes()).unwrap();
    assert!(strict.check(&note).unwrap().quorum_met, "{note}");
    let book = books.book(LEDGER).await.unwrap();
    let stored = book.payment_entry("p-1").await.unwrap().unwrap();
    let receipt = api::receipt_file::write(&book, &stored).await.unwrap();
    let proven = api::receipt_file::check(&receipt, &strict).unwrap();
    assert_eq!(proven.checkpoint.cosigned.len(), 1);
    drop(book);
    books.close().await;
    drop(witness);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_that_is_away_hinders_nobody_and_is_shown() {
    let (bureau, place) = (Bureau::new().await, ScratchDirectory::new());
    drop(witness(&bureau, &place));
    let books = bureau.another_program().await;
    books.book(LEDGER).await.unwrap().ask_witnesses(&books).unwrap();
    until(&books, "AWAY").await;
    let input =
        json!({"ledger": LEDGER, "id": "f", "name": "资金", "source": "FISCAL", "programmes": []});
    let document =
        "mutation($input: OpenFundInput!) { openFund(input: $input) { userErrors { code } } }";
    let payload = run(&books, document, json!({ "input": input })).await;
    assert_eq!(payload["openFund"]["userErrors"], json!([]));
    books.close().await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_and_directory_restored_together_are_refused_by_their_witness() {
    let (bureau, place) = (Bureau::new().await, ScratchDirectory::new());
    let _witness = witness(&bureau, &place);
    bureau.fund("100", &[]).await;
    // Everything as it is now, the checkpoint file included.
    let file = bureau.place.data().checkpoint(&LEDGER);
    let signed = bureau.book().await.checkpoint().await.unwrap();
    let old_file = fs::read_to_string(&file).unwrap();
    let tables = [
        "entries",
        "heads",
        "requests",
        "claims",
        "balances",
        "commands",
        "attachments",
        "tiles",
        "latest_checkpoints",
        "kept_checkpoints",
        "cosignatures",
    ];
    let mut session = bureau.place.administrator_session().await;
    session.execute("set session_replication_role = replica").await.unwrap();
    session.execute("create schema saved").await.unwrap();
    for table in tables {
        let save = format!("create table saved.{table} as table public.{table}");
        session.execute(save.as_str()).await.unwrap();
    }
    bureau
        .recorded(
            "openFund",
            json!({"id": "late", "name": "晚", "source": "FISCAL", "programmes": []}),
        )
        .await;
    bureau.book().await.checkpoint().await.unwrap();
    let serving = bureau.another_program().await;
    serving.book(LEDGER).await.unwrap().ask_witnesses(&serving).unwrap();
    until(&serving, "COSIGNED").await;
    serving.close().await;
    // The old backup comes back, and nobody here knows of more.
    for table in tables {
        let restore = format!(
            "begin; delete from public.{table}; insert into public.{table} select * from saved.{table}; commit"
        );
        session.execute(restore.as_str()).await.unwrap();
    }
    session.close().await.unwrap();
    fs::write(&file, old_file).unwrap();
    let restored = bureau.another_program().await;
    let Err(CommandError::Fault(fault)) = restored.book(LEDGER).await else {
        panic!("it opens");
    };
    assert!(fault.is_refusal());
    assert!(
        fault.public().contains("见证方") && fault.public().contains("1 are missing"),
        "{}",
        fault.public()
    );
    restored.close().await;
    // The database alone is whole: only somebody outside knew better.
    let id = ledger::LedgerId::parse(LEDGER).unwrap();
    let found = findings(&bureau.books, &id).await;
    assert!(
        found.iter().all(|line| line.contains("read_models") || line.contains("read models")),
        "{found:?}"
    );
    assert_eq!(signed.checkpoint.size, 3);
}
