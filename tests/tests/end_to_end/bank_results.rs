//! What banks answer for payments that a batch released.

mod files;
mod reissues;
mod reversals;

use serde_json::{Value, json};
use tests::bureau::{Bureau, LEDGER, OFFICER, batch_list};

const MAKER: &str = "w-021";
const REVIEWER: &str = "w-022";
const APPROVER: &str = "w-023";
const CASHIER: &str = "w-024";

const RECORD: &str = "mutation($input: RecordBankResultsInput!) { recordBankResults(input: $input) { \
    bankResults { id answered unmatched receipt { position alreadyRecorded } } \
    unmatched { line row payment reason } receipt { position alreadyRecorded } \
    userErrors { code field message } } }";

/// A bureau with 10,000 yuan.
pub(crate) async fn bureau() -> Bureau {
    let bureau = Bureau::new().await;
    bureau.fund("10000.00", &["minimum-living-allowance", "temporary-assistance"]).await;
    bureau
}

/// The same with a batch of these payments, which four people have released.
pub(crate) async fn released(rows: &[(&str, &str, &str)]) -> Bureau {
    let bureau = bureau().await;
    release(&bureau, &batch_list(rows)).await;
    bureau
}

async fn release(bureau: &Bureau, list: &str) {
    approve(bureau, "june", list).await;
    let released = release_of(bureau, "june").await;
    assert_eq!(released["userErrors"], json!([]));
}

/// Makes a batch of this list, which three people have passed on: it waits for its release.
pub(crate) async fn approve(bureau: &Bureau, batch: &str, list: &str) {
    let draft = drafted(bureau, batch, list).await;
    assert_eq!(draft["userErrors"], json!([]));
    for (officer, name) in
        [(MAKER, "submitBatch"), (REVIEWER, "reviewBatch"), (APPROVER, "approveBatch")]
    {
        let payload = step(bureau, batch, officer, name).await;
        assert_eq!(payload["userErrors"], json!([]), "{name} by {officer}");
    }
}

pub(crate) async fn drafted(bureau: &Bureau, batch: &str, list: &str) -> Value {
    let id = format!("{batch}-draft");
    let draft = json!({"id": id, "batch": batch, "title": "2020年6月救助", "list": list});
    bureau.mutate_as(MAKER, "draftBatch", draft).await
}

pub(crate) async fn release_of(bureau: &Bureau, batch: &str) -> Value {
    step(bureau, batch, CASHIER, "releaseBatch").await
}

pub(crate) async fn step(bureau: &Bureau, batch: &str, officer: &str, name: &str) -> Value {
    let question = "query($ledger: ID!, $id: ID!) { batch(ledger: $ledger, id: $id) { digest } }";
    let found = bureau.query(question, json!({"ledger": LEDGER, "id": batch})).await;
    let digest = &found["batch"]["digest"];
    let input = json!({"id": format!("{batch}-{name}"), "batch": batch, "digest": digest});
    bureau.mutate_as(officer, name, input).await
}

/// A bank's file with these rows.
pub(crate) fn answers(rows: &[&str]) -> String {
    format!("payment_id,result,amount,reason,occurred_on\n{}\n", rows.join("\n"))
}

/// Sends a file and gives the payload.
pub(crate) async fn send(bureau: &Bureau, file: &str) -> Value {
    let variables = json!({"input": {"ledger": LEDGER, "file": file}});
    bureau.query_as(MAKER, RECORD, variables).await["recordBankResults"].clone()
}

/// Sends a file with these rows, which must be recorded; gives how many lines matched and the others.
pub(crate) async fn answered(bureau: &Bureau, rows: &[&str]) -> (u64, Value) {
    let payload = send(bureau, &answers(rows)).await;
    assert_eq!(payload["userErrors"], json!([]));
    assert_eq!(payload["receipt"]["alreadyRecorded"], json!(false));
    let told = &payload["bankResults"];
    assert_eq!(told["receipt"], payload["receipt"]);
    let others = payload["unmatched"].as_array().unwrap().len();
    assert_eq!(told["unmatched"].as_u64().unwrap(), u64::try_from(others).unwrap());
    (told["answered"].as_u64().unwrap(), payload["unmatched"].clone())
}

/// What the fund says: instructed, settled, returned, in transit, balance.
pub(crate) async fn fund(bureau: &Bureau) -> [String; 5] {
    bureau.book().await.catch_up().await.unwrap();
    let question = "query($ledger: ID!) { funds(ledger: $ledger) { \
        instructed settled returned inTransit balance } }";
    let found = bureau.query(question, json!({ "ledger": LEDGER })).await["funds"][0].clone();
    let names = ["instructed", "settled", "returned", "inTransit", "balance"];
    names.map(|name| found[name].as_str().unwrap().to_owned())
}

pub(crate) async fn payment(bureau: &Bureau, id: &str) -> Value {
    bureau.book().await.catch_up().await.unwrap();
    let question = "query($ledger: ID!, $id: ID!) { payment(ledger: $ledger, id: $id) { \
        status bank settledOn returned { reason amount settled occurredOn } batch batchLine \
        entries { type } } }";
    bureau.query(question, json!({"ledger": LEDGER, "id": id})).await["payment"].clone()
}

fn types(payment: &Value) -> Vec<&str> {
    let entries = payment["entries"].as_array().unwrap().iter();
    entries.map(|entry| entry["type"].as_str().unwrap()).collect()
}

async fn total(bureau: &Bureau, measure: &str) -> String {
    let question = format!("{{ totals(filter: {{measure: {measure}}}) {{ total {{ amount }} }} }}");
    let found = bureau.query(&question, json!({})).await;
    found["totals"]["total"]["amount"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_settles_returns_and_tells_what_it_is_not_about() {
    let four = [
        ("b-1", "ZL-1", "900.00"),
        ("b-2", "ZL-2", "600.00"),
        ("b-3", "ZL-3", "300.00"),
        ("b-4", "ZL-4", "200.00"),
    ];
    let bureau = released(&four).await;
    assert_eq!(fund(&bureau).await, ["2000.00", "0.00", "0.00", "2000.00", "8000.00"]);
    let (matched, others) = answered(
        &bureau,
        &[
            "b-1,settled,900.00,,2020-07-16",
            "",
            "b-2,退回,,账户已销户,2020-07-16",
            "b-3,partly-paid,100.00,name-differs,2020-07-17",
            "b-9,settled,,,2020-07-16",
        ],
    )
    .await;
    assert_eq!(matched, 3);
    let unknown = json!([{"line": 4, "row": 6, "payment": "b-9", "reason": "UNKNOWN_PAYMENT"}]);
    assert_eq!(others, unknown);
    assert_eq!(fund(&bureau).await, ["2000.00", "1000.00", "800.00", "200.00", "8800.00"]);
    for (measure, amount) in [
        ("NET", "1200.00"),
        ("GROSS", "2000.00"),
        ("INSTRUCTED", "2000.00"),
        ("SETTLED", "1000.00"),
        ("RETURNED", "800.00"),
    ] {
        assert_eq!(total(&bureau, measure).await, amount, "{measure}");
    }

    let settled = payment(&bureau, "b-1").await;
    assert_eq!(types(&settled), ["PaymentInstructed v1", "PaymentSettled v1"]);
    assert_eq!(
        (&settled["bank"], &settled["settledOn"]),
        (&json!("SETTLED"), &json!("2020-07-16"))
    );
    assert_eq!((&settled["batch"], &settled["batchLine"]), (&json!("june"), &json!(1)));
    assert_eq!(settled["returned"], Value::Null);
    let returned = payment(&bureau, "b-2").await;
    assert_eq!(types(&returned), ["PaymentInstructed v1", "PaymentReturned v1"]);
    assert_eq!((&returned["bank"], &returned["settledOn"]), (&json!("RETURNED"), &Value::Null));
    let came_back = json!({"reason": "ACCOUNT_CLOSED", "amount": "600.00", "settled": "0.00",
                           "occurredOn": "2020-07-16"});
    assert_eq!(returned["returned"], came_back);
    let partly = payment(&bureau, "b-3").await;
    let came_back = json!({"reason": "NAME_DIFFERS", "amount": "200.00", "settled": "100.00",
                           "occurredOn": "2020-07-17"});
    assert_eq!((&partly["bank"], &partly["returned"]), (&json!("PARTLY_PAID"), &came_back));
    let waiting = payment(&bureau, "b-4").await;
    assert_eq!((&waiting["bank"], &waiting["batchLine"]), (&json!("IN_TRANSIT"), &json!(4)));
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_settled_may_still_come_back_once() {
    let bureau = released(&[("b-1", "ZL-1", "900.00"), ("b-2", "ZL-2", "600.00")]).await;
    assert_eq!(answered(&bureau, &["b-1,settled,,,2020-07-16"]).await, (1, json!([])));
    assert_eq!(fund(&bureau).await, ["1500.00", "900.00", "0.00", "600.00", "8500.00"]);
    // Also within one file: what the first line made of it is what the second finds.
    let later = [
        "b-2,settled,,,2020-07-16",
        "b-1,returned,,account-frozen,2020-08-01",
        "b-2,partly-paid,100.00,wrong-bank,2020-08-01",
    ];
    assert_eq!(answered(&bureau, &later).await, (3, json!([])));
    assert_eq!(fund(&bureau).await, ["1500.00", "100.00", "1400.00", "0.00", "9900.00"]);
    let first = payment(&bureau, "b-1").await;
    assert_eq!((&first["bank"], &first["settledOn"]), (&json!("RETURNED"), &json!("2020-07-16")));
    let second = payment(&bureau, "b-2").await;
    let expected = ["PaymentInstructed v1", "PaymentSettled v1", "PaymentReturned v1"];
    assert_eq!(types(&second), expected);
    assert_eq!(
        (&second["bank"], &second["returned"]["amount"]),
        (&json!("PARTLY_PAID"), &json!("500.00"))
    );
    let payload = send(&bureau, &answers(&["b-1,settled,,,2020-08-02"])).await;
    assert_eq!(payload["unmatched"][0]["reason"], "ANSWERED_BEFORE");
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_line_that_matches_nothing_says_why_and_stops_no_other() {
    let three = [("b-1", "ZL-1", "900.00"), ("b-2", "ZL-2", "600.00"), ("b-3", "ZL-3", "300.00")];
    let bureau = released(&three).await;
    let by_itself = json!({"id": "p-1", "fund": "fiscal", "kind": "URGENT", "cause": "火灾",
        "amount": "1", "occurredOn": "2020-07-15", "recipient": {"householdNo": "ZL-9"}});
    bureau.recorded("recordTemporaryAid", by_itself).await;
    let reversal =
        json!({"id": "rv-1", "payment": "b-3", "reason": "重复", "occurredOn": "2020-07-16"});
    bureau.recorded("reversePayment", reversal).await;
    let rows = [
        "x-1,settled,,,2020-07-16",
        "p-1,settled,,,2020-07-16",
        "b-1,settled,899.99,,2020-07-16",
        "b-2,partly-paid,600.00,银行退回,2020-07-16",
        "b-3,settled,,,2020-07-16",
        "b-1,settled,900.00,,2020-07-16",
        "b-1,settled,900.00,,2020-07-16",
    ];
    let (matched, others) = answered(&bureau, &rows).await;
    assert_eq!(matched, 1);
    let told: Vec<(u64, &str)> = others
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["line"].as_u64().unwrap(), line["reason"].as_str().unwrap()))
        .collect();
    let expected = [
        (1, "UNKNOWN_PAYMENT"),
        (2, "NOT_INSTRUCTED"),
        (3, "AMOUNT_DIFFERS"),
        (4, "AMOUNT_DIFFERS"),
        (5, "REVERSED"),
        (7, "ANSWERED_BEFORE"),
    ];
    assert_eq!(told, expected);
    let by_itself = payment(&bureau, "p-1").await;
    assert_eq!((&by_itself["bank"], &by_itself["batch"]), (&Value::Null, &Value::Null));
    assert_eq!(fund(&bureau).await, ["1501.00", "901.00", "0.00", "600.00", "8499.00"]);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_officers_are_required_a_maker_or_a_reviewer_records_what_a_bank_answers() {
    let bureau = bureau().await;
    let staff = [
        ("s-001", "SECURITY_ADMINISTRATOR"),
        (MAKER, "MAKER"),
        (REVIEWER, "REVIEWER"),
        (APPROVER, "APPROVER"),
        (CASHIER, "CASHIER"),
        (OFFICER, "INSPECTOR"),
    ];
    for (officer, role) in staff {
        let enrolment = json!({"id": officer, "name": format!("姓名 {officer}"), "roles": [role]});
        bureau.recorded("enrolOfficer", enrolment).await;
        bureau.sign_in(officer).await;
    }
    let required = json!({"id": "rg-1", "required": true, "document": "内控〔2020〕1号"});
    bureau.recorded("requireOfficers", required).await;
    let list = batch_list(&[("b-1", "ZL-1", "900.00"), ("b-2", "ZL-2", "600.00")]);
    release(&bureau, &list).await;
    let file = |id: &str| json!({"file": answers(&[&format!("{id},settled,,,2020-07-16")])});
    for (officer, role) in staff {
        if ["MAKER", "REVIEWER"].contains(&role) {
            continue;
        }
        let refused = bureau.mutate_as(officer, "recordBankResults", file("b-1")).await;
        assert_eq!(refused["userErrors"][0]["code"], "ROLE_MISSING", "{role}");
    }
    let refused = bureau.mutate_as("w-404", "recordBankResults", file("b-1")).await;
    assert_eq!(refused["userErrors"][0]["code"], "SIGN_IN_NEEDED");
    for (officer, id) in [(MAKER, "b-1"), (REVIEWER, "b-2")] {
        let recorded = bureau.mutate_as(officer, "recordBankResults", file(id)).await;
        assert_eq!(recorded["userErrors"], json!([]), "{officer}");
        assert_eq!(payment(&bureau, id).await["bank"], "SETTLED");
    }
    bureau.check_ledger().await;
}
