//! Money that reached its recipient and should not have: asked back, received in parts, given up.

mod partly_paid;
mod refused;
mod staff;

use serde_json::{Value, json};
use tests::bureau::{Bureau, LEDGER};

use crate::bank_results::{answered, released};

/// The payments that most of these tests begin with.
const TWO: [(&str, &str, &str); 2] = [("b-1", "ZL-1", "900.00"), ("b-2", "ZL-2", "600.00")];

fn order(id: &str, payment: &str, amount: &str) -> Value {
    json!({"id": id, "payment": payment, "amount": amount, "reason": "收入超过标准",
           "document": "钟民追〔2020〕3号", "occurredOn": "2020-08-03"})
}

fn receipt(id: &str, payment: &str, amount: &str) -> Value {
    json!({"id": id, "payment": payment, "amount": amount, "document": format!("收据-{id}"),
           "occurredOn": "2020-08-20"})
}

fn waiver(id: &str, payment: &str, amount: &str) -> Value {
    json!({"id": id, "payment": payment, "amount": amount, "reason": "家庭无力退还",
           "document": "钟民免〔2020〕1号", "occurredOn": "2020-12-28"})
}

/// A bureau whose payments by batch a bank has credited.
async fn settled() -> Bureau {
    let bureau = released(&TWO).await;
    let rows = ["b-1,settled,,,2020-07-16", "b-2,settled,,,2020-07-16"];
    assert_eq!(answered(&bureau, &rows).await, (2, json!([])));
    bureau
}

/// Records and gives the position.
async fn recorded(bureau: &Bureau, name: &str, input: Value) -> u64 {
    bureau.recorded(name, input).await["position"].as_u64().unwrap()
}

/// What the fund says: settled, asked back, recovered, given up, balance.
async fn fund(bureau: &Bureau) -> [String; 5] {
    bureau.book().await.catch_up().await.unwrap();
    let question = "query($ledger: ID!) { funds(ledger: $ledger) { \
        settled recoveryOrdered recovered recoveryWaived balance } }";
    let found = bureau.query(question, json!({ "ledger": LEDGER })).await["funds"][0].clone();
    let names = ["settled", "recoveryOrdered", "recovered", "recoveryWaived", "balance"];
    names.map(|name| found[name].as_str().unwrap().to_owned())
}

async fn payment(bureau: &Bureau, id: &str) -> Value {
    bureau.book().await.catch_up().await.unwrap();
    let question = "query($ledger: ID!, $id: ID!) { payment(ledger: $ledger, id: $id) { \
        status bank recovery { arrived ordered received waived outstanding \
        steps { kind id amount occurredOn document officer receipt { position } } } } }";
    bureau.query(question, json!({"ledger": LEDGER, "id": id})).await["payment"].clone()
}

/// What was asked back of a payment: arrived, ordered, received, waived, outstanding.
async fn sums(bureau: &Bureau, id: &str) -> [String; 5] {
    let recovery = payment(bureau, id).await["recovery"].clone();
    let names = ["arrived", "ordered", "received", "waived", "outstanding"];
    names.map(|name| recovery[name].as_str().unwrap().to_owned())
}

/// A measure as the books stood at a position: its sum, and how many payments, person-times and households.
async fn total(bureau: &Bureau, measure: &str, as_of: u64) -> (String, [u64; 3]) {
    bureau.book().await.catch_up().await.unwrap();
    let question = "query($filter: TotalsFilter!) { totals(filter: $filter) { \
        total { amount payments personTimes households } } }";
    let filter = json!({"ledgers": [LEDGER], "measure": measure, "asOf": as_of});
    let found = bureau.query(question, json!({ "filter": filter })).await;
    let total = &found["totals"]["total"];
    let counts =
        ["payments", "personTimes", "households"].map(|name| total[name].as_u64().unwrap());
    (total["amount"].as_str().unwrap().to_owned(), counts)
}

/// Positions of the entries that touch a subject.
async fn trail(bureau: &Bureau, subject: Value) -> Vec<u64> {
    bureau.book().await.catch_up().await.unwrap();
    let question = "query($ledger: ID!, $subject: AuditSubject!) { \
        auditTrail(ledger: $ledger, subject: $subject) { nodes { position } } }";
    let found = bureau.query(question, json!({"ledger": LEDGER, "subject": subject})).await;
    let nodes = found["auditTrail"]["nodes"].as_array().unwrap().clone();
    nodes.iter().map(|node| node["position"].as_u64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_back_comes_in_by_parts_and_the_rest_is_given_up() {
    let bureau = settled().await;
    assert_eq!(payment(&bureau, "b-1").await["recovery"], Value::Null);
    let arrived = bureau.size().await - 1;
    let ordered = recorded(&bureau, "orderRecovery", order("ro-1", "b-1", "500.00")).await;
    // Nothing moves until something comes in.
    assert_eq!(fund(&bureau).await, ["1500.00", "500.00", "0.00", "0.00", "8500.00"]);
    let first = recorded(&bureau, "receiveRecovery", receipt("rr-1", "b-1", "200.00")).await;
    assert_eq!(fund(&bureau).await, ["1500.00", "500.00", "200.00", "0.00", "8700.00"]);
    let second = recorded(&bureau, "receiveRecovery", receipt("rr-2", "b-1", "150.00")).await;
    let waived = recorded(&bureau, "waiveRecovery", waiver("rw-1", "b-1", "150.00")).await;
    assert_eq!(fund(&bureau).await, ["1500.00", "500.00", "350.00", "150.00", "8850.00"]);

    // As each was sent, by whom, and where it stands.
    let step = |kind: &str, input: Value, position: u64| {
        json!({"kind": kind, "id": input["id"], "amount": input["amount"],
               "occurredOn": input["occurredOn"], "document": input["document"],
               "officer": "w-017", "receipt": {"position": position}})
    };
    let steps = [
        step("ORDERED", order("ro-1", "b-1", "500.00"), ordered),
        step("RECEIVED", receipt("rr-1", "b-1", "200.00"), first),
        step("RECEIVED", receipt("rr-2", "b-1", "150.00"), second),
        step("WAIVED", waiver("rw-1", "b-1", "150.00"), waived),
    ];
    let recovery = json!({"arrived": "900.00", "ordered": "500.00", "received": "350.00",
                          "waived": "150.00", "outstanding": "0.00", "steps": steps});
    let expected = json!({"status": "RECORDED", "bank": "SETTLED", "recovery": recovery});
    assert_eq!(payment(&bureau, "b-1").await, expected);

    let positions = [arrived, ordered, first, second, waived];
    for (measure, amounts) in [
        ("NET", ["1500.00", "1500.00", "1300.00", "1150.00", "1150.00"]),
        ("GROSS", ["1500.00"; 5]),
        ("INSTRUCTED", ["1500.00"; 5]),
        ("SETTLED", ["1500.00"; 5]),
        ("RETURNED", ["0.00"; 5]),
        ("RECOVERED", ["0.00", "0.00", "200.00", "350.00", "350.00"]),
        ("WAIVED", ["0.00", "0.00", "0.00", "0.00", "150.00"]),
        ("RECEIVED", ["10000.00"; 5]),
        ("ALLOTTED", ["10000.00"; 5]),
    ] {
        for (position, amount) in positions.into_iter().zip(amounts) {
            let told = total(&bureau, measure, position).await.0;
            assert_eq!(told, amount, "{measure} as of {position}");
        }
    }
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_came_in_again_as_a_whole_still_counts_with_its_persons() {
    let bureau = settled().await;
    let before = total(&bureau, "NET", bureau.size().await - 1).await;
    assert_eq!((before.0.as_str(), before.1[0]), ("1500.00", 2));
    recorded(&bureau, "orderRecovery", order("ro-1", "b-2", "600.00")).await;
    let last = recorded(&bureau, "receiveRecovery", receipt("rr-1", "b-2", "600.00")).await;
    assert_eq!(total(&bureau, "NET", last).await, ("900.00".to_owned(), before.1));
    let (recovered, [payments, ..]) = total(&bureau, "RECOVERED", last).await;
    assert_eq!((recovered.as_str(), payments), ("600.00", 1));
    assert_eq!(total(&bureau, "WAIVED", last).await, ("0.00".to_owned(), [0; 3]));
    let (allotted, counts) = total(&bureau, "ALLOTTED", last).await;
    assert_eq!((allotted.as_str(), counts), ("10000.00", [0; 3]));
    // The household's own list shows the payment, and that nothing of it stayed.
    let question = "query($ledger: ID!) { statement(ledger: $ledger, householdNo: \"ZL-2\") { \
        total recovered payments { id status } } }";
    let found = bureau.query(question, json!({ "ledger": LEDGER })).await;
    let expected = json!({"total": "0.00", "recovered": "600.00", "payments": [{"id": "b-2", "status": "RECORDED"}]});
    assert_eq!(found["statement"], expected);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_is_asked_back_later_until_all_that_arrived_is() {
    let bureau = settled().await;
    recorded(&bureau, "orderRecovery", order("ro-1", "b-1", "300.00")).await;
    recorded(&bureau, "receiveRecovery", receipt("rr-1", "b-1", "300.00")).await;
    assert_eq!(sums(&bureau, "b-1").await, ["900.00", "300.00", "300.00", "0.00", "0.00"]);
    recorded(&bureau, "orderRecovery", order("ro-2", "b-1", "600.00")).await;
    assert_eq!(sums(&bureau, "b-1").await, ["900.00", "900.00", "300.00", "0.00", "600.00"]);
    recorded(&bureau, "waiveRecovery", waiver("rw-1", "b-1", "600.00")).await;
    assert_eq!(sums(&bureau, "b-1").await, ["900.00", "900.00", "300.00", "600.00", "0.00"]);
    assert_eq!(fund(&bureau).await, ["1500.00", "900.00", "300.00", "600.00", "8800.00"]);
    bureau.check_ledger().await;
}

/// Aid to a person, recorded by itself.
fn aid() -> Value {
    json!({"id": "p-1", "fund": "fiscal", "kind": "URGENT", "cause": "火灾", "amount": "2000.00",
           "occurredOn": "2020-07-15",
           "recipient": {"personNo": "320404180001010028", "personName": "张三", "householdNo": "ZL-9",
                         "members": ["32040418000101001X"], "coveredPersons": 2},
           "payout": {"document": "PZ-1"}})
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_is_found_by_its_document_and_by_all_that_its_payment_touches() {
    let bureau = settled().await;
    let paid = recorded(&bureau, "recordTemporaryAid", aid()).await;
    let other = recorded(&bureau, "orderRecovery", order("ro-1", "b-1", "100.00")).await;
    let ordered = recorded(&bureau, "orderRecovery", order("ro-2", "p-1", "2000.00")).await;
    let received = recorded(&bureau, "receiveRecovery", receipt("rr-1", "p-1", "1500.00")).await;
    let waived = recorded(&bureau, "waiveRecovery", waiver("rw-1", "p-1", "500.00")).await;
    let all = [paid, ordered, received, waived];
    for subject in [
        json!({"payment": "p-1"}),
        json!({"personNo": "320404180001010028"}),
        json!({"personNo": "32040418000101001X"}),
        json!({"householdNo": "ZL-9"}),
        json!({"document": "PZ-1"}),
    ] {
        assert_eq!(trail(&bureau, subject.clone()).await, all, "{subject}");
    }
    for (document, positions) in [
        ("钟民追〔2020〕3号", vec![other, ordered]),
        ("收据-rr-1", vec![received]),
        ("钟民免〔2020〕1号", vec![waived]),
    ] {
        assert_eq!(trail(&bureau, json!({"document": document})).await, positions, "{document}");
    }
    let of_the_fund = trail(&bureau, json!({"fund": "fiscal"})).await;
    assert!(of_the_fund.ends_with(&[paid, other, ordered, received, waived]), "{of_the_fund:?}");
    let of_the_batch = trail(&bureau, json!({"batch": "june"})).await;
    assert_eq!(of_the_batch.last(), Some(&other), "{of_the_batch:?}");
    bureau.check_ledger().await;
}
