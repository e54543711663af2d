//! Emergency advances: the money goes after two hands, and the papers take the other two.

use serde_json::{Value, json};
use tests::bureau::{Bureau, LEDGER, batch_list};

use crate::bank_results::{answered, approve, bureau, drafted, fund, payment, release_of, step};

const MAKER: &str = "w-021";
const REVIEWER: &str = "w-022";
const APPROVER: &str = "w-023";
const CASHIER: &str = "w-024";

const TWO: [(&str, &str, &str); 2] = [("b-1", "ZL-1", "900.00"), ("b-2", "ZL-2", "600.00")];

/// Drafted and handed over by its maker.
async fn submit(bureau: &Bureau, list: &str) {
    assert_eq!(drafted(bureau, "june", list).await["userErrors"], json!([]));
    takes(bureau, MAKER, "submitBatch").await;
}

/// A bureau with an advance of two payments whose papers are still to come.
async fn advanced() -> Bureau {
    let bureau = bureau().await;
    submit(&bureau, &batch_list(&TWO)).await;
    takes(&bureau, APPROVER, "advanceBatch").await;
    bureau
}

/// Takes a step of the batch `june`; the papers are a document.
async fn take(bureau: &Bureau, officer: &str, name: &str) -> Value {
    match name {
        "reviewPapers" => {
            let digest = batch(bureau).await["digest"].clone();
            let papers = json!({"id": "june-reviewPapers", "batch": "june", "digest": digest,
                                "document": "临救补〔2020〕2号"});
            bureau.mutate_as(officer, name, papers).await
        }
        "sendBackBatch" | "cancelBatch" => {
            let ended =
                json!({"id": format!("june-{name}"), "batch": "june", "reason": "金额有误"});
            bureau.mutate_as(officer, name, ended).await
        }
        _ => step(bureau, "june", officer, name).await,
    }
}

async fn takes(bureau: &Bureau, officer: &str, name: &str) -> Value {
    let payload = take(bureau, officer, name).await;
    assert_eq!(payload["userErrors"], json!([]), "{name} by {officer}");
    payload["receipt"].clone()
}

/// Code and field of what is wrong with a step, which records nothing.
async fn refused(bureau: &Bureau, officer: &str, name: &str) -> (String, String) {
    let size = bureau.size().await;
    let error = take(bureau, officer, name).await["userErrors"][0].clone();
    assert_eq!(bureau.size().await, size, "a refused step records nothing");
    let message = error["message"].as_str().unwrap_or_else(|| panic!("{name} was recorded"));
    assert!(message.contains(" / "), "in Chinese and English: {message}");
    let field = error["field"].as_array().cloned().unwrap_or_default();
    let field: Vec<&str> = field.iter().map(|part| part.as_str().unwrap()).collect();
    (error["code"].as_str().unwrap().to_owned(), field.join("."))
}

async fn refuses(bureau: &Bureau, officer: &str, name: &str, code: &str) {
    assert_eq!(refused(bureau, officer, name).await.0, code, "{name} by {officer}");
}

async fn batch(bureau: &Bureau) -> Value {
    let question = "query($ledger: ID!) { batch(ledger: $ledger, id: \"june\") { \
        stage digest approvals approvalsNeeded steps { step officer } } }";
    bureau.query(question, json!({ "ledger": LEDGER })).await["batch"].clone()
}

/// Nothing gives a batch back or gives it up whose money is gone, nor lets the money go once more.
async fn goes_no_other_way(bureau: &Bureau) {
    for name in ["sendBackBatch", "cancelBatch", "releaseBatch", "reviewBatch", "approveBatch"] {
        refuses(bureau, "w-030", name, "WRONG_STAGE").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_advance_takes_two_hands_and_its_papers_the_other_two() {
    let bureau = bureau().await;
    submit(&bureau, &batch_list(&TWO)).await;
    refuses(&bureau, MAKER, "advanceBatch", "SAME_OFFICER").await;
    refuses(&bureau, REVIEWER, "reviewPapers", "WRONG_STAGE").await;
    let receipt = takes(&bureau, APPROVER, "advanceBatch").await;
    assert_eq!(batch(&bureau).await["stage"], "ADVANCED");
    assert_eq!(fund(&bureau).await, ["1500.00", "0.00", "0.00", "1500.00", "8500.00"]);
    let paid = payment(&bureau, "b-2").await;
    assert_eq!((&paid["bank"], &paid["batchLine"]), (&json!("IN_TRANSIT"), &json!(2)));
    assert_eq!(paid["entries"], json!([{"type": "EmergencyAdvancePaid v1"}]));
    goes_no_other_way(&bureau).await;

    for officer in [MAKER, APPROVER] {
        refuses(&bureau, officer, "reviewPapers", "SAME_OFFICER").await;
    }
    refuses(&bureau, CASHIER, "completePapers", "WRONG_STAGE").await;
    takes(&bureau, REVIEWER, "reviewPapers").await;
    assert_eq!(batch(&bureau).await["stage"], "PAPERS_REVIEWED");
    goes_no_other_way(&bureau).await;
    for officer in [MAKER, APPROVER, REVIEWER] {
        refuses(&bureau, officer, "completePapers", "SAME_OFFICER").await;
    }
    takes(&bureau, CASHIER, "completePapers").await;
    let released = batch(&bureau).await;
    let steps = json!([
        {"step": "BatchDrafted", "officer": MAKER},
        {"step": "BatchSubmitted", "officer": MAKER},
        {"step": "BatchAdvanced", "officer": APPROVER},
        {"step": "PapersReviewed", "officer": REVIEWER},
        {"step": "PapersCompleted", "officer": CASHIER},
    ]);
    assert_eq!((&released["stage"], &released["steps"]), (&json!("RELEASED"), &steps));
    goes_no_other_way(&bureau).await;

    let again = takes(&bureau, APPROVER, "advanceBatch").await;
    assert_eq!(
        (&again["position"], &again["alreadyRecorded"]),
        (&receipt["position"], &json!(true))
    );
    assert_eq!(fund(&bureau).await, ["1500.00", "0.00", "0.00", "1500.00", "8500.00"]);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_urgent_temporary_aid_is_advanced_and_the_rest_leaves_by_four_hands() {
    let bureau = bureau().await;
    let list = batch_list(&TWO);
    let second_is_not_urgent = format!("{}expenditure", list.strip_suffix("urgent").unwrap());
    submit(&bureau, &second_is_not_urgent).await;
    let told = refused(&bureau, APPROVER, "advanceBatch").await;
    assert_eq!(told, ("NOT_AN_EMERGENCY".to_owned(), "lines.1.kind".to_owned()));
    assert_eq!(batch(&bureau).await["stage"], "SUBMITTED");
    takes(&bureau, REVIEWER, "reviewBatch").await;
    refuses(&bureau, CASHIER, "advanceBatch", "WRONG_STAGE").await;
    takes(&bureau, APPROVER, "approveBatch").await;
    takes(&bureau, CASHIER, "releaseBatch").await;
    assert_eq!(fund(&bureau).await[0], "1500.00");
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn months_of_a_grant_are_not_advanced() {
    let bureau = bureau().await;
    let header = "payment_id,programme,fund,household_no,amount,entitlement_month,occurred_on";
    let row = "b-1,低保,fiscal,ZL-1,900.00,2020-06,2020-06-15";
    submit(&bureau, &format!("{header}\n{row}")).await;
    let told = refused(&bureau, APPROVER, "advanceBatch").await;
    assert_eq!(told, ("NOT_AN_EMERGENCY".to_owned(), "lines.0.kind".to_owned()));
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sum_that_needs_two_approvals_waits_for_them() {
    let bureau = bureau().await;
    let bands = json!({"id": "rg-1", "document": "三重一大〔2020〕1号",
                       "bands": [{"from": "1500.00", "approvals": 2}]});
    bureau.recorded("setApprovalBands", bands).await;
    submit(&bureau, &batch_list(&TWO)).await;
    refuses(&bureau, APPROVER, "advanceBatch", "TOO_LARGE_TO_ADVANCE").await;
    takes(&bureau, REVIEWER, "reviewBatch").await;
    takes(&bureau, APPROVER, "approveBatch").await;
    refuses(&bureau, CASHIER, "releaseBatch", "APPROVALS_MISSING").await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_advance_that_the_fund_does_not_hold_pays_nobody() {
    let bureau = bureau().await;
    submit(&bureau, &batch_list(&[("b-1", "ZL-1", "9000.00"), ("b-2", "ZL-2", "1000.01")])).await;
    let told = refused(&bureau, APPROVER, "advanceBatch").await;
    assert_eq!(told, ("FUND_BALANCE_TOO_LOW".to_owned(), "lines.1.amount".to_owned()));
    assert_eq!(batch(&bureau).await["stage"], "SUBMITTED");
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_answers_for_an_advance_whether_its_papers_are_complete_or_not() {
    let bureau = advanced().await;
    let rows = ["b-1,settled,,,2020-07-16", "b-2,returned,,account-closed,2020-07-16"];
    assert_eq!(answered(&bureau, &rows).await, (2, json!([])));
    assert_eq!(batch(&bureau).await["stage"], "ADVANCED");
    assert_eq!(fund(&bureau).await, ["1500.00", "900.00", "600.00", "0.00", "9100.00"]);
    // Although a bank has answered for every line: the papers are missing.
    refuses(&bureau, REVIEWER, "closeBatch", "WRONG_STAGE").await;

    // What came back leaves by four hands, papers first.
    let again = batch_list(&[("c-2", "ZL-2", "600.00")]);
    let again = again.replacen("kind", "kind,reissues", 1) + ",b-2";
    approve(&bureau, "july", &again).await;
    assert_eq!(release_of(&bureau, "july").await["userErrors"], json!([]));
    assert_eq!(payment(&bureau, "c-2").await["entries"], json!([{"type": "PaymentReissued v1"}]));
    assert_eq!(fund(&bureau).await, ["2100.00", "900.00", "600.00", "600.00", "8500.00"]);

    takes(&bureau, REVIEWER, "reviewPapers").await;
    takes(&bureau, CASHIER, "completePapers").await;
    takes(&bureau, REVIEWER, "closeBatch").await;
    assert_eq!(batch(&bureau).await["stage"], "CLOSED");
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_back_is_not_paid_out_again_by_an_advance() {
    let bureau = advanced().await;
    let rows = ["b-2,returned,,account-closed,2020-07-16"];
    assert_eq!(answered(&bureau, &rows).await, (1, json!([])));
    let again = batch_list(&[("c-2", "ZL-2", "600.00")]);
    let again = again.replacen("kind", "kind,reissues", 1) + ",b-2";
    assert_eq!(drafted(&bureau, "july", &again).await["userErrors"], json!([]));
    assert_eq!(step(&bureau, "july", MAKER, "submitBatch").await["userErrors"], json!([]));
    let advance = step(&bureau, "july", APPROVER, "advanceBatch").await;
    assert_eq!(advance["userErrors"][0]["code"], "NOT_AN_EMERGENCY");
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trail_of_the_papers_leads_to_the_advance() {
    let bureau = advanced().await;
    takes(&bureau, REVIEWER, "reviewPapers").await;
    bureau.book().await.catch_up().await.unwrap();
    let question = "query($ledger: ID!, $subject: AuditSubject!) { \
        auditTrail(ledger: $ledger, subject: $subject) { nodes { type } } }";
    for (subject, types) in [
        (json!({"document": "临救补〔2020〕2号"}), &["PapersReviewed v1"][..]),
        (
            json!({"batch": "june"}),
            &[
                "BatchDrafted v1",
                "BatchSubmitted v1",
                "BatchAdvanced v1",
                "EmergencyAdvancePaid v1",
                "EmergencyAdvancePaid v1",
                "PapersReviewed v1",
            ],
        ),
    ] {
        let found = bureau.query(question, json!({"ledger": LEDGER, "subject": subject})).await;
        let nodes = found["auditTrail"]["nodes"].as_array().unwrap().iter();
        let found: Vec<&str> = nodes.map(|node| node["type"].as_str().unwrap()).collect();
        assert_eq!(found, types);
    }
    bureau.check_ledger().await;
}
