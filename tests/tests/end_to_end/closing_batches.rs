//! The end of a batch: a bank has answered for every line.

use serde_json::{Value, json};
use tests::bureau::{Bureau, LEDGER, batch_list, run};

use crate::bank_results::{answered, approve, fund, payment, release_of, released, step};

const MAKER: &str = "w-021";
const REVIEWER: &str = "w-022";

const TWO: [(&str, &str, &str); 2] = [("b-1", "ZL-1", "900.00"), ("b-2", "ZL-2", "600.00")];

/// Stage of the batch, and how many of its payments still wait for a bank.
async fn batch(bureau: &Bureau, id: &str) -> (String, Option<u64>) {
    bureau.book().await.catch_up().await.unwrap();
    let question =
        "query($ledger: ID!, $id: ID!) { batch(ledger: $ledger, id: $id) { stage unanswered } }";
    let found = bureau.query(question, json!({"ledger": LEDGER, "id": id})).await["batch"].clone();
    (found["stage"].as_str().unwrap().to_owned(), found["unanswered"].as_u64())
}

async fn stands(bureau: &Bureau, stage: &str, unanswered: Option<u64>) {
    assert_eq!(batch(bureau, "june").await, (stage.to_owned(), unanswered));
}

async fn closes(bureau: &Bureau, officer: &str) -> Value {
    let payload = step(bureau, "june", officer, "closeBatch").await;
    assert_eq!(payload["userErrors"], json!([]));
    payload["receipt"].clone()
}

/// What refuses to close it, which records nothing.
async fn refused(bureau: &Bureau) -> (String, String) {
    let size = bureau.size().await;
    let error = step(bureau, "june", REVIEWER, "closeBatch").await["userErrors"][0].clone();
    assert_eq!(bureau.size().await, size, "a refused step records nothing");
    let text = |field: &str| error[field].as_str().unwrap().to_owned();
    (text("code"), text("message"))
}

async fn waits_for(bureau: &Bureau, lines: u64) {
    stands(bureau, "RELEASED", Some(lines)).await;
    let (code, message) = refused(bureau).await;
    assert_eq!(code, "LINES_UNANSWERED");
    let told = format!(
        "尚有 {lines} 笔未收到银行结果,不能办结 / no bank has answered for {lines} of its lines yet"
    );
    assert_eq!(message, told);
}

async fn ordered_back(bureau: &Bureau, payment: &str) {
    let order = json!({"id": "ro-1", "payment": payment, "amount": "1.00", "reason": "收入超标",
                       "document": "追回〔2020〕1号", "occurredOn": "2020-08-03"});
    bureau.recorded("orderRecovery", order).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_closed_when_a_bank_has_answered_for_every_line_and_not_before() {
    let bureau = released(&TWO).await;
    waits_for(&bureau, 2).await;
    assert_eq!(answered(&bureau, &["b-1,settled,,,2020-07-16"]).await, (1, json!([])));
    waits_for(&bureau, 1).await;
    let rows = ["b-2,returned,,account-closed,2020-07-16"];
    assert_eq!(answered(&bureau, &rows).await, (1, json!([])));
    stands(&bureau, "RELEASED", Some(0)).await;
    let closed = closes(&bureau, REVIEWER).await;
    stands(&bureau, "CLOSED", Some(0)).await;
    let again = closes(&bureau, REVIEWER).await;
    assert_eq!(
        (&again["position"], &again["alreadyRecorded"]),
        (&closed["position"], &json!(true))
    );
    let trail = "query($ledger: ID!) { auditTrail(ledger: $ledger, subject: {batch: \"june\"}, first: 50) { \
        nodes { position type } } }";
    let found = bureau.query(trail, json!({ "ledger": LEDGER })).await;
    let last = found["auditTrail"]["nodes"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last, json!({"position": closed["position"], "type": "BatchClosed v1"}));
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_batch_goes_no_other_way() {
    let bureau = released(&TWO).await;
    let rows = ["b-1,settled,,,2020-07-16", "b-2,settled,,,2020-07-16"];
    assert_eq!(answered(&bureau, &rows).await, (2, json!([])));
    // Whoever had a hand in it may close it: nothing is decided.
    closes(&bureau, MAKER).await;
    for name in ["submitBatch", "reviewBatch", "approveBatch", "advanceBatch", "completePapers"] {
        let input =
            json!({"id": format!("x-{name}"), "batch": "june", "digest": digest(&bureau).await});
        let payload = bureau.mutate_as("w-030", name, input).await;
        assert_eq!(payload["userErrors"][0]["code"], "WRONG_STAGE", "{name}");
    }
    for name in ["sendBackBatch", "cancelBatch"] {
        let input = json!({"id": format!("x-{name}"), "batch": "june", "reason": "金额有误"});
        let payload = bureau.mutate_as("w-030", name, input).await;
        assert_eq!(payload["userErrors"][0]["code"], "WRONG_STAGE", "{name}");
    }
    let other = json!({"id": "x-close", "batch": "june", "digest": digest(&bureau).await});
    let payload = bureau.mutate_as(REVIEWER, "closeBatch", other).await;
    assert_eq!(payload["userErrors"][0]["code"], "WRONG_STAGE");
    bureau.check_ledger().await;
}

async fn digest(bureau: &Bureau) -> Value {
    let question = "query($ledger: ID!) { batch(ledger: $ledger, id: \"june\") { digest } }";
    bureau.query(question, json!({ "ledger": LEDGER })).await["batch"]["digest"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_reversed_on_its_way_and_what_is_asked_back_wait_for_no_bank() {
    let bureau = released(&TWO).await;
    let reversal =
        json!({"id": "rv-1", "payment": "b-1", "reason": "重复", "occurredOn": "2020-07-16"});
    bureau.recorded("reversePayment", reversal).await;
    waits_for(&bureau, 1).await;
    assert_eq!(answered(&bureau, &["b-2,settled,,,2020-07-16"]).await, (1, json!([])));
    ordered_back(&bureau, "b-2").await;
    stands(&bureau, "RELEASED", Some(0)).await;
    closes(&bureau, REVIEWER).await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_back_after_the_end_is_recorded_and_paid_out_again() {
    let bureau = released(&TWO).await;
    let rows = ["b-1,settled,,,2020-07-16", "b-2,settled,,,2020-07-16"];
    assert_eq!(answered(&bureau, &rows).await, (2, json!([])));
    closes(&bureau, REVIEWER).await;
    let late = ["b-2,returned,,account-frozen,2020-08-01"];
    assert_eq!(answered(&bureau, &late).await, (1, json!([])));
    assert_eq!(fund(&bureau).await, ["1500.00", "900.00", "600.00", "0.00", "9100.00"]);
    stands(&bureau, "CLOSED", Some(0)).await;
    let again = batch_list(&[("c-2", "ZL-2", "600.00")]);
    let again = again.replacen("kind", "kind,reissues", 1) + ",b-2";
    approve(&bureau, "july", &again).await;
    assert_eq!(release_of(&bureau, "july").await["userErrors"], json!([]));
    assert_eq!(payment(&bureau, "c-2").await["bank"], "IN_TRANSIT");
    stands(&bureau, "CLOSED", Some(0)).await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_batch_of_a_list_says_how_many_lines_wait_and_one_that_was_not_released_says_nothing()
{
    let bureau = released(&TWO).await;
    approve(&bureau, "july", &batch_list(&[("c-1", "ZL-3", "300.00")])).await;
    assert_eq!(answered(&bureau, &["b-1,settled,,,2020-07-16"]).await, (1, json!([])));
    bureau.book().await.catch_up().await.unwrap();
    let question = "query($ledger: ID!) { batches(ledger: $ledger) { id stage unanswered } }";
    let found = bureau.query(question, json!({ "ledger": LEDGER })).await;
    let expected = json!([{"id": "june", "stage": "RELEASED", "unanswered": 1},
                          {"id": "july", "stage": "APPROVED", "unanswered": null}]);
    assert_eq!(found["batches"], expected);
    let early = step(&bureau, "july", REVIEWER, "closeBatch").await;
    assert_eq!(early["userErrors"][0]["code"], "WRONG_STAGE");
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_close_it_at_once_one_does() {
    let bureau = released(&TWO).await;
    let rows = ["b-1,settled,,,2020-07-16", "b-2,settled,,,2020-07-16"];
    assert_eq!(answered(&bureau, &rows).await, (2, json!([])));
    let another = bureau.another_program().await;
    let document = "mutation($input: CloseBatchInput!) { closeBatch(input: $input) { \
                    receipt { alreadyRecorded } userErrors { code } } }";
    let digest = digest(&bureau).await;
    let mut asking = tokio::task::JoinSet::new();
    for n in 0..8 {
        let books = if n % 2 == 0 { bureau.books.clone() } else { another.clone() };
        let input =
            json!({"ledger": LEDGER, "id": format!("x-{n}"), "batch": "june", "digest": digest});
        asking.spawn(async move { run(&books, document, json!({ "input": input })).await });
    }
    let closed = asking.join_all().await;
    let receipts = closed.iter().filter(|told| !told["closeBatch"]["receipt"].is_null()).count();
    assert_eq!(receipts, 1, "{closed:?}");
    another.close().await;
    bureau.check_ledger().await;
}
