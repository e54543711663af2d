//! What came back is paid out again, once and to the same recipient for the same.

use super::*;

const HEADER: &str = "payment_id,programme,fund,household_no,covered_persons,amount,entitlement_month,\
    occurred_on,account_no,reissues";

fn list(rows: &[&str]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

const FIRST: [&str; 3] = [
    "b-1,低保,fiscal,ZL-1,2,900.00,2020-06,2020-06-15,6228480000000000018,",
    "b-2,低保,fiscal,ZL-2,3,600.00,2020-06,2020-06-15,,",
    "b-3,低保,fiscal,ZL-3,1,300.00,2020-06,2020-06-15,,",
];

/// Of three payments one came back, one in part, and one was credited.
async fn with_returns() -> Bureau {
    let bureau = bureau().await;
    release(&bureau, &list(&FIRST)).await;
    let rows = [
        "b-1,returned,,account-closed,2020-06-16",
        "b-2,partly-paid,400.00,rejected-by-bank,2020-06-16",
        "b-3,settled,,,2020-06-16",
    ];
    assert_eq!(answered(&bureau, &rows).await, (3, json!([])));
    bureau
}

const AGAIN: &str = "c-1,低保,fiscal,ZL-1,2,900.00,2020-06,2020-07-03,6217000000000000012,b-1";
const REST: &str = "c-2,低保,fiscal,ZL-2,3,200.00,2020-06,2020-07-03,,b-2";

/// What is counted: amount, payments, person-times, households.
async fn counted(bureau: &Bureau) -> (Value, Value, Value, Value) {
    bureau.book().await.catch_up().await.unwrap();
    let question = "{ totals(filter: {}) { total { amount payments personTimes households } } }";
    let total = bureau.query(question, json!({})).await["totals"]["total"].clone();
    let of = |name: &str| total[name].clone();
    (of("amount"), of("payments"), of("personTimes"), of("households"))
}

async fn chain(bureau: &Bureau, id: &str) -> Value {
    bureau.book().await.catch_up().await.unwrap();
    let question = "query($ledger: ID!, $id: ID!) { payment(ledger: $ledger, id: $id) { \
        bank reissues { id } reissuedBy { id amount status } entries { type } } }";
    bureau.query(question, json!({"ledger": LEDGER, "id": id})).await["payment"].clone()
}

fn refusal(payload: &Value) -> (String, Value) {
    let error = &payload["userErrors"][0];
    (error["code"].as_str().unwrap().to_owned(), error["field"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_back_leaves_by_four_hands_again_and_counts_nobody_twice() {
    let bureau = with_returns().await;
    assert_eq!(counted(&bureau).await, (json!("700.00"), json!(2), json!(4), json!(2)));
    approve(&bureau, "july", &list(&[AGAIN, REST])).await;
    assert_eq!(release_of(&bureau, "july").await["userErrors"], json!([]));
    assert_eq!(fund(&bureau).await, ["2900.00", "700.00", "1100.00", "1100.00", "8200.00"]);
    // The rest of what was partly paid is a payment, and covers nobody who was not counted.
    assert_eq!(counted(&bureau).await, (json!("1800.00"), json!(4), json!(6), json!(3)));

    let question = "query($ledger: ID!) { batch(ledger: $ledger, id: \"july\") { \
        list { nodes { reissues } } } payment(ledger: $ledger, id: \"b-1\") { entries { stream } } }";
    let found = bureau.query(question, json!({ "ledger": LEDGER })).await;
    let of = found["batch"]["list"]["nodes"][0]["reissues"].as_str().unwrap();
    assert_eq!(found["payment"]["entries"][0]["stream"], format!("payment/{of}"));
    let first = chain(&bureau, "b-1").await;
    let by = json!([{"id": "c-1", "amount": "900.00", "status": "RECORDED"}]);
    assert_eq!((&first["reissuedBy"], &first["reissues"]), (&by, &Value::Null));
    let second = chain(&bureau, "c-1").await;
    assert_eq!(second["reissues"]["id"], "b-1");
    assert_eq!(second["entries"], json!([{"type": "PaymentReissued v1"}]));

    // It comes back once more, and is paid out for the third time.
    let rows = ["c-1,returned,,name-differs,2020-07-04", "c-2,settled,,,2020-07-04"];
    assert_eq!(answered(&bureau, &rows).await, (2, json!([])));
    let third = AGAIN.replace("c-1", "d-1").replace("b-1", "c-1");
    approve(&bureau, "august", &list(&[&third])).await;
    assert_eq!(release_of(&bureau, "august").await["userErrors"], json!([]));
    assert_eq!(answered(&bureau, &["d-1,settled,,,2020-08-04"]).await, (1, json!([])));
    assert_eq!(fund(&bureau).await, ["3800.00", "1800.00", "2000.00", "0.00", "8200.00"]);
    assert_eq!(counted(&bureau).await, (json!("1800.00"), json!(4), json!(6), json!(3)));
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_back_is_paid_out_once_however_many_lists_name_it() {
    let bureau = with_returns().await;
    approve(&bureau, "one", &list(&[AGAIN])).await;
    let other = AGAIN.replace("c-1", "c-9");
    approve(&bureau, "two", &list(&[&other])).await;
    let twice = drafted(&bureau, "twice", &list(&[AGAIN, &other])).await;
    assert_eq!(refusal(&twice), ("ALREADY_REISSUED".to_owned(), json!(["lines", "1", "reissues"])));
    assert_eq!(release_of(&bureau, "one").await["userErrors"], json!([]));
    bureau.book().await.catch_up().await.unwrap();
    let late = drafted(&bureau, "late", &list(&[&AGAIN.replace("c-1", "c-8")])).await;
    assert_eq!(refusal(&late).0, "ALREADY_REISSUED");
    let refused = release_of(&bureau, "two").await;
    assert_eq!(refusal(&refused).0, "ALREADY_REISSUED", "{refused}");
    // Given up it is not either, as long as it is on its way again.
    let given_up = |id: &str, payment: &str| json!({"id": id, "payment": payment, "reason": "不再发放", "occurredOn": "2020-07-20"});
    let refused = bureau.mutate_as(OFFICER, "reversePayment", given_up("rv-1", "b-1")).await;
    assert_eq!(refused["userErrors"][0]["code"], "ALREADY_REISSUED");
    // Once that was reversed, the other list may go.
    bureau.recorded("reversePayment", given_up("rv-2", "c-1")).await;
    assert_eq!(release_of(&bureau, "two").await["userErrors"], json!([]));
    let first = chain(&bureau, "b-1").await;
    let by = json!([{"id": "c-1", "amount": "900.00", "status": "REVERSED"},
                    {"id": "c-9", "amount": "900.00", "status": "RECORDED"}]);
    assert_eq!(first["reissuedBy"], by);
    // Its month was never free.
    let month = json!({"id": "p-1", "programme": "低保", "fund": "fiscal", "amount": "900.00",
        "entitlementMonth": "2020-06", "occurredOn": "2020-07-21", "recipient": {"householdNo": "ZL-1"}});
    let refused = bureau.refused("recordGrantPayment", month).await;
    assert_eq!(refused.0, "ALREADY_PAID_FOR_MONTH");
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_came_back_is_paid_out_again_and_only_by_a_batch() {
    let bureau = with_returns().await;
    let other = |from: &str, to: &str| AGAIN.replace(from, to);
    for (number, (row, code, field)) in [
        (other(",b-1", ",b-3"), "NOT_RETURNED", "reissues"),
        (other(",b-1", ",b-9"), "UNKNOWN_PAYMENT", "reissues"),
        (other("ZL-1", "ZL-2"), "OTHER_THAN_RETURNED", "householdNo"),
        (other(",2,900", ",3,900"), "OTHER_THAN_RETURNED", "coveredPersons"),
        (other("2020-06,", "2020-07,"), "OTHER_THAN_RETURNED", "entitlementMonth"),
        (other("900.00", "899.99"), "OTHER_THAN_RETURNED", "amount"),
        (other("低保", "孤儿基本生活保障金"), "OTHER_THAN_RETURNED", "programme"),
    ]
    .into_iter()
    .enumerate()
    {
        let refused = drafted(&bureau, &format!("wrong-{number}"), &list(&[&row])).await;
        let (told, way) = refusal(&refused);
        assert_eq!(told, code, "{row}: {refused}");
        assert_eq!(way.as_array().unwrap().last().unwrap(), field, "{row}");
    }
    let rows =
        api::payment_list::read(list(&[AGAIN]).as_bytes(), &api::payment_list::Declared::default());
    let rows: Vec<_> = rows.unwrap().rows.into_iter().map(|row| row.request).collect();
    let officer = domain::ids::OfficerId::parse(OFFICER).unwrap();
    let book = bureau.book().await;
    let recording = api::books::Recording::Record;
    let outcome = book.record_list(&officer.into(), &rows, recording).await.unwrap();
    let api::books::ListOutcome::Refused(refused) = outcome else { panic!("{outcome:?}") };
    assert_eq!(refused[0].error.code, "REISSUE_NEEDS_BATCH");
    bureau.check_ledger().await;
}
