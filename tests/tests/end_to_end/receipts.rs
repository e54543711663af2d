//! The receipt of one payment, checked with a policy and nothing else.

use std::process::Output;

use api::receipt_file;
use ledger::policy::Policy;
use tests::bureau::{Bureau, LEDGER};
use tests::program::mingzhang;
use tests::scratch::ScratchDirectory;

fn policy(bureau: &Bureau) -> Policy {
    let file = std::fs::read(bureau.place.data().policy(&LEDGER)).unwrap();
    Policy::parse(&file).unwrap()
}

fn program(bureau: &Bureau, arguments: &[&str]) -> Output {
    let mut program = mingzhang(bureau.place.data_path());
    program.env("DATABASE_URL", bureau.place.url()).args(arguments).output().unwrap()
}

async fn receipt(bureau: &Bureau, payment: &str) -> String {
    let book = bureau.book().await;
    let stored = book.payment_entry(payment).await.unwrap().unwrap();
    receipt_file::write(&book, &stored).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_proves_its_payment_to_whoever_holds_the_policy() {
    let bureau = Bureau::new().await;
    bureau.record_everything(LEDGER).await;
    let scratch = ScratchDirectory::new();
    let file = scratch.join("p-1.tlog-proof");
    let file = file.to_str().unwrap();
    let written =
        program(&bureau, &["receipt", "--ledger", LEDGER, "--payment", "p-1", "--out", file]);
    assert!(written.status.success(), "{written:?}");
    let policy = bureau.place.data().policy(&LEDGER);
    // No database, no data directory: only the two files.
    let verify = |json: &[&str]| {
        mingzhang(&scratch.join("nothing"))
            .args(["verify", "--receipt", file, "--policy", policy.to_str().unwrap()])
            .args(json)
            .output()
            .unwrap()
    };
    let verified = verify(&[]);
    assert!(verified.status.success(), "{verified:?}");
    let text = String::from_utf8(verified.stdout).unwrap();
    assert!(
        text.contains("event: PaymentRecorded v1") && text.trim_end().ends_with("OK"),
        "{text}"
    );
    assert!(!scratch.join("nothing").exists());
    let json: serde_json::Value = serde_json::from_slice(&verify(&["--json"]).stdout).unwrap();
    assert_eq!(json["proven"], true);
    let entry = bureau.book().await.payment_entry("p-1").await.unwrap().unwrap();
    assert_eq!(json["position"], entry.position);
    assert_eq!(json["leaf"], entry.leaf.to_string());
    let again =
        program(&bureau, &["receipt", "--ledger", LEDGER, "--payment", "p-1", "--out", file]);
    assert_eq!(again.status.code(), Some(2), "an existing file is not overwritten");
    let unknown = program(&bureau, &["receipt", "--ledger", LEDGER, "--payment", "p-99"]);
    assert_eq!(unknown.status.code(), Some(1), "{unknown:?}");
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn any_changed_byte_of_a_receipt_proves_nothing() {
    let bureau = Bureau::new().await;
    bureau.record_everything(LEDGER).await;
    let (text, policy) = (receipt(&bureau, "p-1").await, policy(&bureau));
    receipt_file::check(&text, &policy).unwrap();
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        let Ok(changed) = String::from_utf8(bytes) else { continue };
        let checked = receipt_file::check(&changed, &policy);
        assert!(checked.is_err(), "byte {at}: {:?}", &text[at.saturating_sub(9)..at + 1]);
    }
    for cut in 0..text.len() {
        if let Some(part) = text.get(..cut) {
            assert!(receipt_file::check(part, &policy).is_err(), "cut at {cut}");
        }
    }
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_of_another_ledger_or_entry_proves_nothing() {
    let (bureau, stranger) = (Bureau::new().await, Bureau::new().await);
    bureau.record_everything(LEDGER).await;
    stranger.record_everything(LEDGER).await;
    let (own, theirs) = (receipt(&bureau, "p-1").await, receipt(&stranger, "p-1").await);
    let policy = policy(&bureau);
    receipt_file::check(&own, &policy).unwrap();
    assert!(receipt_file::check(&theirs, &policy).is_err());
    // The proof of one payment with the entry of another.
    let other = receipt(&bureau, "p-2").await;
    let extra = |text: &str| text.lines().nth(1).unwrap().to_owned();
    let mixed = own.replace(&extra(&own), &extra(&other));
    assert!(receipt_file::check(&mixed, &policy).is_err());
    bureau.check_ledger().await;
    stranger.check_ledger().await;
}
