//! What is recorded for a month that stands closed: it is late, and shown as such.

use super::*;

/// Urgent aid of this day, recorded by itself.
async fn aid(bureau: &Bureau, id: &str, occurred_on: &str, amount: &str) -> u64 {
    let aid = json!({"id": id, "fund": "fiscal", "kind": "URGENT", "cause": "火灾", "amount": amount,
                     "occurredOn": occurred_on, "recipient": {"householdNo": format!("ZL-{id}")}});
    bureau.recorded("recordTemporaryAid", aid).await["position"].as_u64().unwrap()
}

async fn reverse(bureau: &Bureau, payment: &str, occurred_on: &str) -> u64 {
    let reversal = json!({"id": format!("rv-{payment}"), "payment": payment, "reason": "重复",
                          "occurredOn": occurred_on});
    bureau.recorded("reversePayment", reversal).await["position"].as_u64().unwrap()
}

async fn receive(bureau: &Bureau, id: &str, occurred_on: &str) -> u64 {
    let receipt = json!({"id": id, "fund": "fiscal", "amount": "1.00", "occurredOn": occurred_on,
        "document": "苏财社〔2020〕7号"});
    bureau.recorded("receiveFunds", receipt).await["position"].as_u64().unwrap()
}

/// Positions of the entries that are late for June.
async fn late(bureau: &Bureau) -> Vec<u64> {
    late_for(bureau, "2020-06").await
}

/// Positions of the entries that are late for a month, read page by page, which are as many as it says.
async fn late_for(bureau: &Bureau, month: &str) -> Vec<u64> {
    bureau.book().await.catch_up().await.unwrap();
    let question = "query($ledger: ID!, $month: YearMonth!, $after: String) { \
        period(ledger: $ledger, month: $month) { lateCount late(first: 2, after: $after) { \
            nodes { position late } pageInfo { hasNextPage endCursor } } } }";
    let (mut positions, mut after) = (Vec::new(), Value::Null);
    loop {
        let variables = json!({"ledger": LEDGER, "month": month, "after": after});
        let found = bureau.query(question, variables).await;
        let (told, page) = (&found["period"], &found["period"]["late"]);
        for entry in page["nodes"].as_array().unwrap() {
            assert_eq!(entry["late"], json!(true));
            positions.push(entry["position"].as_u64().unwrap());
        }
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            assert_eq!(told["lateCount"], json!(positions.len()));
            return positions;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// Ids of the payments of which the filter says that they are, or are not, late; each says it itself.
async fn payments(bureau: &Bureau, late: bool) -> Vec<String> {
    bureau.book().await.catch_up().await.unwrap();
    let question = "query($ledger: ID!, $late: Boolean) { \
        payments(ledger: $ledger, filter: {late: $late}, first: 50) { nodes { id late } } }";
    let found = bureau.query(question, json!({"ledger": LEDGER, "late": late})).await;
    let nodes = found["payments"]["nodes"].as_array().unwrap().iter();
    nodes
        .map(|payment| {
            assert_eq!(payment["late"], json!(late));
            payment["id"].as_str().unwrap().to_owned()
        })
        .collect()
}

async fn entry_is_late(bureau: &Bureau, position: u64) -> bool {
    let question =
        "query($ledger: ID!, $at: Position!) { entry(ledger: $ledger, position: $at) { late } }";
    let found = bureau.query(question, json!({"ledger": LEDGER, "at": position})).await;
    found["entry"]["late"].as_bool().unwrap()
}

/// What was paid in all, as the books stood at a position.
async fn net(bureau: &Bureau, as_of: u64) -> String {
    bureau.book().await.catch_up().await.unwrap();
    let question = "query($filter: TotalsFilter!) { totals(filter: $filter) { total { amount } } }";
    let filter =
        json!({"ledgers": [LEDGER], "from": "2020-06-01", "to": "2020-06-30", "asOf": as_of});
    let found = bureau.query(question, json!({ "filter": filter })).await;
    found["totals"]["total"]["amount"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recorded_for_a_closed_month_is_late_and_its_figures_as_closed_are_found_again() {
    let bureau = bureau().await;
    let in_time = aid(&bureau, "p-1", "2020-06-16", "100.00").await;
    aid(&bureau, "p-2", "2020-06-17", "200.00").await;
    let proposed = recorded(&bureau, MAKER, "proposeClosing", step("m-1", "2020-07-03")).await;
    // One officer alone closes nothing.
    aid(&bureau, "p-3", "2020-06-18", "300.00").await;
    let closed = recorded(&bureau, APPROVER, "closePeriod", step("m-2", "2020-07-04")).await;
    let next_month = aid(&bureau, "p-4", "2020-07-01", "400.00").await;
    let before = aid(&bureau, "p-5", "2020-05-31", "500.00").await;
    assert_eq!(late(&bureau).await, Vec::<u64>::new());

    let first = aid(&bureau, "p-6", "2020-06-30", "600.00").await;
    let undone = reverse(&bureau, "p-2", "2020-06-20").await;
    let money = receive(&bureau, "a-2", "2020-06-01").await;
    let later = reverse(&bureau, "p-4", "2020-07-02").await;
    assert_eq!(late(&bureau).await, [first, undone, money]);
    for position in [in_time, proposed, closed, next_month, before, later] {
        assert!(!entry_is_late(&bureau, position).await, "{position}");
    }
    for position in [first, undone, money] {
        assert!(entry_is_late(&bureau, position).await, "{position}");
    }
    // Of a payment that was in time and whose reversal is late, the payment is in time.
    assert_eq!(payments(&bureau, true).await, ["p-6"]);
    assert_eq!(payments(&bureau, false).await, ["p-1", "p-2", "p-3", "p-4", "p-5"]);

    let (_, closed_at) = june(&bureau).await;
    assert_eq!(closed_at, Some(closed));
    assert_eq!(net(&bureau, closed).await, "600.00");
    assert_eq!(net(&bureau, later).await, "1000.00");
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reversal_is_late_for_the_closed_month_of_its_payment_whose_figures_it_changes() {
    let bureau = bureau().await;
    aid(&bureau, "p-1", "2020-06-16", "100.00").await;
    aid(&bureau, "p-2", "2020-06-17", "200.00").await;
    let closed = close(&bureau, "m").await;
    let undone = reverse(&bureau, "p-2", "2020-07-05").await;
    assert_eq!(late(&bureau).await, [undone]);
    assert_eq!(late_for(&bureau, "2020-07").await, Vec::<u64>::new());
    assert!(entry_is_late(&bureau, undone).await);
    // The payment itself was recorded in time.
    assert_eq!(payments(&bureau, true).await, Vec::<String>::new());
    assert_eq!(payments(&bureau, false).await, ["p-1", "p-2"]);
    assert_eq!(net(&bureau, closed).await, "300.00");
    assert_eq!(net(&bureau, undone).await, "100.00");

    close_july(&bureau).await;
    let twice = reverse(&bureau, "p-1", "2020-07-06").await;
    assert_eq!(late(&bureau).await, [undone, twice]);
    assert_eq!(late_for(&bureau, "2020-07").await, [twice], "the one before it was in time");
    bureau.check_ledger().await;
}

async fn close_july(bureau: &Bureau) {
    let proposal = json!({"id": "july-1", "month": "2020-07", "occurredOn": "2020-08-03"});
    recorded(bureau, MAKER, "proposeClosing", proposal).await;
    let closing = json!({"id": "july-2", "month": "2020-07", "occurredOn": "2020-08-04"});
    recorded(bureau, APPROVER, "closePeriod", closing).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_that_is_open_again_takes_entries_in_time_and_what_was_late_stays_late() {
    let bureau = bureau().await;
    aid(&bureau, "p-1", "2020-06-16", "100.00").await;
    close(&bureau, "m").await;
    let first = aid(&bureau, "p-2", "2020-06-17", "200.00").await;
    recorded(&bureau, MAKER, "proposeReopening", reopening("re-1", "漏记一笔")).await;
    // It is closed until another officer confirms.
    let second = aid(&bureau, "p-3", "2020-06-18", "300.00").await;
    recorded(&bureau, APPROVER, "reopenPeriod", step("re-2", "2020-08-11")).await;
    aid(&bureau, "p-4", "2020-06-19", "400.00").await;
    assert_eq!(late(&bureau).await, [first, second]);
    let closed = close(&bureau, "again").await;
    let third = aid(&bureau, "p-5", "2020-06-20", "500.00").await;
    assert_eq!(late(&bureau).await, [first, second, third]);
    assert_eq!(payments(&bureau, true).await, ["p-2", "p-3", "p-5"]);
    assert_eq!(payments(&bureau, false).await, ["p-1", "p-4"]);
    assert_eq!(net(&bureau, closed).await, "1000.00");
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_bank_answers_for_a_closed_month_is_late_and_its_payment_is_not() {
    let list = [("b-1", "ZL-1", "900.00"), ("b-2", "ZL-2", "800.00")];
    let bureau = crate::bank_results::released(&list).await;
    close_july(&bureau).await;
    // Credited in July, and in August.
    let rows = ["b-1,settled,,,2020-07-16", "b-2,settled,,,2020-08-05"];
    assert_eq!(crate::bank_results::answered(&bureau, &rows).await, (2, json!([])));
    let settled = bureau.size().await - 2;
    assert_eq!(late_for(&bureau, "2020-07").await, [settled, settled + 1]);
    let question = "query($ledger: ID!) { payment(ledger: $ledger, id: \"b-1\") { late entries { position late } } }";
    let found = bureau.query(question, json!({ "ledger": LEDGER })).await["payment"].clone();
    assert_eq!(found["late"], json!(false));
    assert_eq!(found["entries"][0]["late"], json!(false));
    assert_eq!(found["entries"][1], json!({"position": settled, "late": true}));
    // The file itself is of no day.
    assert!(!entry_is_late(&bureau, settled - 1).await);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn months_are_told_newest_first_and_one_of_which_nothing_was_proposed_is_open() {
    let bureau = bureau().await;
    for month in ["2020-03", "2020-05", "2020-04"] {
        let proposal =
            json!({"id": format!("m-{month}"), "month": month, "occurredOn": "2020-07-03"});
        recorded(&bureau, MAKER, "proposeClosing", proposal).await;
    }
    reopened_and_open(&bureau).await;
    bureau.book().await.catch_up().await.unwrap();
    let question = "query($ledger: ID!) { periods(ledger: $ledger) { month } \
        period(ledger: $ledger, month: \"2019-01\") { stage closedAt { position } lateCount steps { id } \
        late { nodes { position } } } }";
    let found = bureau.query(question, json!({ "ledger": LEDGER })).await;
    let months =
        ["2020-06", "2020-05", "2020-04", "2020-03"].map(|month| json!({ "month": month }));
    assert_eq!(found["periods"], json!(months));
    let open = json!({"stage": "OPEN", "closedAt": null, "lateCount": 0, "steps": [], "late": {"nodes": []}});
    assert_eq!(found["period"], open);
    bureau.check_ledger().await;
}

async fn reopened_and_open(bureau: &Bureau) {
    close(bureau, "m").await;
    reopen(bureau).await;
    stands(bureau, "OPEN", None).await;
}
