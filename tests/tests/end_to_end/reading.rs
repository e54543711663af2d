//! What was recorded is found again: payments, statements, trails, totals as of a position.

use projections::totals::naive;
use projections::totals::{Basis, Dimension, Measure, TotalsFilter};
use serde_json::{Value, json};
use tests::bureau::{Bureau, LEDGER};

async fn pay(bureau: &Bureau, id: &str, household: &str, amount: &str, month: &str) -> u64 {
    let input = json!({"id": id, "programme": "低保", "fund": "fiscal", "amount": amount,
        "entitlementMonth": month, "occurredOn": format!("{month}-15"),
        "recipient": {"householdNo": household, "coveredPersons": 2, "residency": "URBAN"},
        "payout": {"document": format!("PZ-{id}")}});
    bureau.recorded("recordGrantPayment", input).await["position"].as_u64().unwrap()
}

async fn bureau_with_payments() -> Bureau {
    let bureau = Bureau::new().await;
    bureau.fund("100000.00", &["minimum-living-allowance"]).await;
    for (n, (household, month)) in
        [("ZL-1", "2020-01"), ("ZL-1", "2020-02"), ("ZL-2", "2020-02"), ("ZL-3", "2020-03")]
            .iter()
            .enumerate()
    {
        pay(&bureau, &format!("p-{n}"), household, "100.50", month).await;
    }
    let reversal =
        json!({"id": "r-1", "payment": "p-1", "reason": "错", "occurredOn": "2020-03-20"});
    bureau.recorded("reversePayment", reversal).await;
    bureau
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_found_with_its_receipt_and_every_entry() {
    let bureau = bureau_with_payments().await;
    let document = "query($ledger: ID!) { payment(ledger: $ledger, id: \"p-1\") { id amount status householdNo \
        coveredPersons entitlementMonth officer document region programme { id name } fund { id name balance } \
        receipt { position leafHash signature } entries { position text leafHash type actor } } }";
    let payment = bureau.query(document, json!({"ledger": LEDGER})).await["payment"].clone();
    assert_eq!(payment["id"], "p-1");
    assert_eq!(payment["status"], "REVERSED");
    assert_eq!(payment["householdNo"], "ZL-1");
    assert_eq!(payment["amount"], "100.50");
    assert_eq!(payment["officer"], "w-017");
    assert_eq!(payment["region"], "320404");
    assert_eq!(payment["fund"]["balance"], "99698.50");
    let entries = payment["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0]["position"], payment["receipt"]["position"]);
    assert_eq!(entries[1]["type"], "PaymentReversed v1");
    let text = entries[0]["text"].as_str().unwrap();
    assert!(text.starts_with("mingzhang entry v1\nledger: cn-320404\n"));
    let leaf = ledger::hash::leaf(text.as_bytes()).to_string();
    assert_eq!(entries[0]["leafHash"], leaf, "the text is the bytes that were hashed");
    assert!(!text.contains("ZL-1"), "no household number in the chain");
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_and_lists_show_what_stands_and_what_was_reversed() {
    let bureau = bureau_with_payments().await;
    let document = "query($ledger: ID!) { statement(ledger: $ledger, householdNo: \"ZL-1\") { total payments { id status } asOf { position } } \
        payments(ledger: $ledger, filter: {status: RECORDED}, first: 2) { edges { node { id } cursor } pageInfo { hasNextPage endCursor } } }";
    let data = bureau.query(document, json!({"ledger": LEDGER})).await;
    assert_eq!(data["statement"]["total"], "100.50");
    assert_eq!(data["statement"]["payments"].as_array().unwrap().len(), 2);
    assert_eq!(data["payments"]["edges"].as_array().unwrap().len(), 2);
    assert_eq!(data["payments"]["pageInfo"]["hasNextPage"], true);
    let rest = "query($ledger: ID!, $after: String) { payments(ledger: $ledger, filter: {status: RECORDED}, first: 2, after: $after) { edges { node { id } } pageInfo { hasNextPage } } }";
    let after = &data["payments"]["pageInfo"]["endCursor"];
    let rest = bureau.query(rest, json!({"ledger": LEDGER, "after": after})).await;
    assert_eq!(rest["payments"]["edges"].as_array().unwrap().len(), 1);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trail_holds_every_entry_that_touches_its_subject_in_order() {
    let bureau = bureau_with_payments().await;
    for (subject, expected) in [
        (json!({"payment": "p-1"}), vec![4, 7]),
        (json!({"householdNo": "ZL-1"}), vec![3, 4, 7]),
        (json!({"householdNo": "ZL-3"}), vec![6]),
        (json!({"fund": "fiscal"}), vec![1, 2, 3, 4, 5, 6, 7]),
        (json!({"document": "PZ-p-2"}), vec![5]),
        (json!({"officer": "w-017"}), vec![1, 2, 3, 4, 5, 6, 7]),
    ] {
        let document = "query($ledger: ID!, $subject: AuditSubject!) { auditTrail(ledger: $ledger, subject: $subject, first: 50) { edges { node { position } } } }";
        let data = bureau.query(document, json!({"ledger": LEDGER, "subject": subject})).await;
        let positions: Vec<u64> = data["auditTrail"]["edges"]
            .as_array()
            .unwrap()
            .iter()
            .map(|edge| edge["node"]["position"].as_u64().unwrap())
            .collect();
        assert_eq!(positions, expected, "{subject}");
    }
    bureau.check_ledger().await;
}

async fn total(bureau: &Bureau, filter: Value) -> Value {
    let document = "query($filter: TotalsFilter!) { totals(filter: $filter) { total { amount payments households personTimes unnamedPayments } asOf { position } } }";
    bureau.query(document, json!({ "filter": filter })).await["totals"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_stand_as_of_any_position() {
    let bureau = bureau_with_payments().await;
    let now = total(&bureau, json!({})).await;
    assert_eq!(now["total"]["amount"], "301.50");
    assert_eq!(now["total"]["households"], 3);
    assert_eq!(now["asOf"][0]["position"], 7);
    let before = total(&bureau, json!({"ledgers": [LEDGER], "asOf": 6})).await;
    assert_eq!(before["total"]["amount"], "402.00");
    let gross = total(&bureau, json!({"measure": "GROSS"})).await;
    assert_eq!(gross["total"]["payments"], 4);
    assert_eq!(gross["total"]["personTimes"], 8);
    let received = total(&bureau, json!({"measure": "RECEIVED"})).await;
    assert_eq!(received["total"]["amount"], "100000.00");
    bureau.check_ledger().await;
}

/// Everything recorded, decoded by hand, for the naive fold.
async fn recorded(bureau: &Bureau) -> Vec<naive::Recorded> {
    let book = bureau.book().await;
    let positions: Vec<u64> = (1..bureau.size().await).collect();
    let mut connection = bureau.books.pool().acquire().await.unwrap();
    let entries = ledger::reader::entries(&mut connection, book.id(), &positions).await.unwrap();
    entries
        .iter()
        .map(|entry| {
            let view = ledger::entry::parse(&entry.bytes).unwrap();
            let (kind, name) = (view.stream.kind(), view.event.as_str());
            let event = domain::events::AnyEvent::parse(kind, name, view.payload).unwrap();
            naive::Recorded { ledger: book.id().clone(), position: entry.position, event }
        })
        .collect()
}

/// Asks a part of a payment back, of which some comes in and some is given up.
async fn recover(bureau: &Bureau, n: u32) {
    for (name, amount) in
        [("orderRecovery", "10.00"), ("receiveRecovery", "7.01"), ("waiveRecovery", "1.50")]
    {
        let mut step = json!({"id": format!("rec-{n}"), "payment": format!("q-{n}"), "amount": amount,
                              "document": "文", "occurredOn": "2021-10-01"});
        if name != "receiveRecovery" {
            step["reason"] = json!("收入超标");
        }
        bureau.recorded(name, step).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_from_the_database_equal_a_naive_fold_after_every_step() {
    let bureau = bureau_with_payments().await;
    for n in 0..6u32 {
        pay(
            &bureau,
            &format!("q-{n}"),
            &format!("ZL-{}", n % 4),
            "12.34",
            &format!("2021-0{}", 1 + n),
        )
        .await;
        if n % 2 == 0 {
            let reversal = json!({"id": format!("rq-{n}"), "payment": format!("q-{n}"), "reason": "错", "occurredOn": "2021-09-01"});
            bureau.recorded("reversePayment", reversal).await;
        } else {
            recover(&bureau, n).await;
        }
        let recorded = recorded(&bureau).await;
        for measure in [
            Measure::Net,
            Measure::Gross,
            Measure::Recovered,
            Measure::Waived,
            Measure::Received,
            Measure::Allotted,
        ] {
            for basis in [Basis::Occurred, Basis::Entitlement] {
                for groups in
                    [&[][..], &[Dimension::Month], &[Dimension::Programme, Dimension::Year]]
                {
                    let ledgers = vec![bureau.book().await.id().clone()];
                    let filter =
                        TotalsFilter { ledgers, measure, basis, ..TotalsFilter::default() };
                    let fast = bureau
                        .books
                        .totals()
                        .answer(filter.clone(), groups.to_vec())
                        .await
                        .unwrap();
                    let (slow, total) = naive::totals(&recorded, &filter, groups).unwrap();
                    let sorted = |mut rows: Vec<projections::totals::Row>| {
                        rows.sort_by_key(|row| format!("{row:?}"));
                        format!("{rows:#?}")
                    };
                    let asked = format!("{measure:?} {basis:?} {groups:?}");
                    assert_eq!(sorted(fast.rows), sorted(slow), "{asked}");
                    assert_eq!(format!("{:?}", fast.total), format!("{total:?}"), "{asked}");
                }
            }
        }
    }
    bureau.check_ledger().await;
}
