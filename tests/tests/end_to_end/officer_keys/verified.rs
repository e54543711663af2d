//! What a verifier makes of signed commands.

use std::path::PathBuf;

use sqlx::Executor;
use tests::bureau::findings;
use tests::program::mingzhang;
use tests::scratch::ScratchDirectory;

use super::*;

/// A bureau with signed payments, some before and some after a key was exchanged for another.
async fn signed_payments() -> Desk {
    let desk = Desk::new().await;
    let fund = desk.own_id("FUND", "fiscal").await;
    let household = desk.identify(json!({"households": ["ZL-2"]})).await["households"][0].clone();
    let (cause, commitment) = committed("cause", "火灾");
    for n in 0..6 {
        if n == 3 {
            desk.withdraw(OFFICER, &key(17)).await;
            desk.enrol(OFFICER, &key(19)).await;
        }
        let payment = desk.own_id("PAYMENT", &format!("signed-{n}")).await;
        let command = temporary_aid(payment, fund, &household, 1_000 + n, &commitment);
        let by = key(if n < 3 { 17 } else { 19 });
        let envelope = sign(desk.statement(payment, &command).await, &by);
        let payload =
            desk.send(&envelope, json!([{"id": format!("signed-{n}"), "cause": cause}])).await;
        assert_eq!(payload["userErrors"], json!([]));
    }
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exported_bundle_proves_what_officers_signed() {
    let desk = signed_payments().await;
    let scratch = ScratchDirectory::new();
    let bundle: PathBuf = scratch.join("bundle.zip");
    let mut export = mingzhang(desk.bureau.place.data_path());
    export.env("DATABASE_URL", desk.bureau.place.url());
    let exported =
        export.args(["export", "--ledger", LEDGER, "--out"]).arg(&bundle).output().unwrap();
    assert!(exported.status.success(), "{exported:?}");
    let policy = desk.bureau.place.data_path().join(format!("{LEDGER}.policy"));
    let mut verify = mingzhang(&scratch.join("no-data-here"));
    verify.args(["verify", "--json", "--bundle"]).arg(&bundle).arg("--policy").arg(&policy);
    let verified = verify.output().unwrap();
    assert!(verified.status.success(), "{verified:?}");
    let told: Value = serde_json::from_slice(&verified.stdout).unwrap();
    assert_eq!(told["coverage"]["signedCommands"], 6, "{told}");
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_continuous_check_looks_at_signatures_too() {
    let desk = signed_payments().await;
    let rules = std::sync::Arc::new(api::books::DomainRules);
    let pool = desk.bureau.books.pool().clone();
    let mut follower = ledger::verify::Follower::begin(&pool, &id(), rules).await.unwrap();
    let payment = desk.own_id("PAYMENT", "followed").await;
    let fund = desk.own_id("FUND", "fiscal").await;
    let household = desk.identify(json!({"households": ["ZL-2"]})).await["households"][0].clone();
    let (cause, commitment) = committed("cause", "火灾");
    let command = temporary_aid(payment, fund, &household, 777, &commitment);
    let envelope = sign(desk.statement(payment, &command).await, &key(19));
    let payload = desk.send(&envelope, json!([{"id": "followed", "cause": &cause}])).await;
    assert_eq!(payload["userErrors"], json!([]));
    assert_eq!(follower.follow(&pool).await.unwrap(), vec![]);
    let position = payload["receipt"]["position"].as_u64().unwrap();
    // The same again, and this time somebody is quicker than the check.
    let payment = desk.own_id("PAYMENT", "followed-2").await;
    let command = temporary_aid(payment, fund, &household, 778, &commitment);
    let envelope = sign(desk.statement(payment, &command).await, &key(19));
    desk.send(&envelope, json!([{"id": "followed-2", "cause": cause}])).await;
    let mut administrator = desk.bureau.place.administrator_session().await;
    let forged = sign(desk.statement(payment, &command).await, &key(18));
    sqlx::query("update commands set command = $1 where command = $2")
        .bind(&forged)
        .bind(&envelope)
        .execute(&mut administrator)
        .await
        .unwrap();
    let found = follower.follow(&pool).await.unwrap();
    assert!(found.iter().any(|finding| finding.position == Some(position + 1)), "{found:?}");
    sqlx::query("update commands set command = $2 where command = $1")
        .bind(&forged)
        .bind(&envelope)
        .execute(&mut administrator)
        .await
        .unwrap();
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tiles_that_are_derived_again_meanwhile_are_no_finding() {
    let desk = Desk::new().await;
    desk.bureau.record_many(0..300).await;
    let pool = desk.bureau.books.pool().clone();
    let rules = std::sync::Arc::new(api::books::DomainRules);
    let mut follower = ledger::verify::Follower::begin(&pool, &id(), rules).await.unwrap();
    let payment = desk.own_id("PAYMENT", "followed").await;
    let fund = desk.own_id("FUND", "fiscal").await;
    let household = desk.identify(json!({"households": ["ZL-2"]})).await["households"][0].clone();
    let (cause, commitment) = committed("cause", "火灾");
    let command = temporary_aid(payment, fund, &household, 777, &commitment);
    desk.recorded(payment, &command, json!([{"id": "followed", "cause": cause}])).await;
    let mut administrator = desk.bureau.place.administrator_session().await;
    let dropped = administrator.execute("delete from tiles").await.unwrap().rows_affected();
    assert!(dropped > 0, "the named checkpoint stands over a full tile");
    assert_eq!(follower.follow(&pool).await.unwrap(), vec![]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_envelope_that_was_changed_or_removed_is_found() {
    let desk = signed_payments().await;
    let mut administrator = desk.bureau.place.administrator_session().await;
    let changes = [
        "update commands set command = command || '\x0a' where convert_from(command, 'UTF8') like '{\"payloadType%'",
        "delete from commands where convert_from(command, 'UTF8') like '{\"payloadType%'",
    ];
    for change in changes {
        administrator.execute("begin").await.unwrap();
        administrator.execute("alter table commands disable trigger all").await.unwrap();
        let changed = administrator.execute(change).await.unwrap().rows_affected();
        assert_eq!(changed, 6);
        administrator.execute("commit").await.unwrap();
        let found = findings(&desk.bureau.books, &id()).await;
        assert!(found.iter().filter(|line| line.contains("command")).count() >= 6, "{found:?}");
    }
}
