//! What cannot be asked back, received or given up; and what cannot be done to a payment that is asked back.

use super::*;
use crate::bank_results::{answers, send};

async fn refuses(bureau: &Bureau, name: &str, input: Value, code: &str, field: &str) {
    let told = bureau.refused(name, input.clone()).await;
    assert_eq!(told, (code.to_owned(), field.to_owned()), "{name}: {input}");
}

/// The same with another value of one field.
fn but(mut input: Value, field: &str, value: &str) -> Value {
    input[field] = json!(value);
    input
}

#[tokio::test(flavor = "multi_thread")]
async fn only_money_that_is_with_its_recipient_is_asked_back() {
    let four = [
        ("b-1", "ZL-1", "900.00"),
        ("b-2", "ZL-2", "600.00"),
        ("b-3", "ZL-3", "300.00"),
        ("b-4", "ZL-4", "200.00"),
    ];
    let bureau = released(&four).await;
    let rows = ["b-1,settled,,,2020-07-16", "b-3,returned,,account-closed,2020-07-16"];
    assert_eq!(answered(&bureau, &rows).await, (2, json!([])));
    let reversal =
        json!({"id": "rv-1", "payment": "b-4", "reason": "重复", "occurredOn": "2020-07-17"});
    bureau.recorded("reversePayment", reversal).await;
    bureau.recorded("openStore", json!({"id": "st-1", "name": "慈善超市"})).await;
    let rice = |quantity| json!([{"item": "大米", "unit": "袋", "quantity": quantity, "unitValue": "45.00"}]);
    let goods = json!({"id": "gr-1", "store": "st-1", "donor": "某公司", "occurredOn": "2020-06-01",
                       "items": rice(10)});
    bureau.recorded("receiveGoods", goods).await;
    let hand_out = json!({"id": "g-1", "store": "st-1", "occurredOn": "2020-06-20", "items": rice(2),
                          "recipient": {"householdNo": "ZL-5"}});
    bureau.recorded("disburseGoods", hand_out).await;
    for (payment, code) in [
        ("b-9", "UNKNOWN_PAYMENT"),
        // On its way, back in the fund, reversed, goods.
        ("b-2", "NOTHING_TO_RECOVER"),
        ("b-3", "NOTHING_TO_RECOVER"),
        ("b-4", "NOTHING_TO_RECOVER"),
        ("g-1", "NOTHING_TO_RECOVER"),
    ] {
        refuses(&bureau, "orderRecovery", order("ro-1", payment, "1.00"), code, "payment").await;
    }
    for payment in ["b-9", "b-1", "b-2", "b-3", "b-4", "g-1"] {
        let code = if payment == "b-9" { "UNKNOWN_PAYMENT" } else { "NOT_ORDERED" };
        let received = receipt("rr-1", payment, "1.00");
        refuses(&bureau, "receiveRecovery", received, code, "payment").await;
        let waived = waiver("rw-1", payment, "1.00");
        refuses(&bureau, "waiveRecovery", waived, code, "payment").await;
    }
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_is_asked_back_than_arrived_and_no_more_comes_in_than_was_asked_back() {
    let bureau = settled().await;
    for amount in ["0.00", "-1.00"] {
        let nothing = order("ro-1", "b-1", amount);
        refuses(&bureau, "orderRecovery", nothing, "INVALID_AMOUNT", "amount").await;
    }
    let above = "ABOVE_RECOVERABLE";
    refuses(&bureau, "orderRecovery", order("ro-1", "b-1", "900.01"), above, "amount").await;
    recorded(&bureau, "orderRecovery", order("ro-1", "b-1", "500.00")).await;
    refuses(&bureau, "orderRecovery", order("ro-2", "b-1", "400.01"), above, "amount").await;
    let above = "ABOVE_OUTSTANDING";
    refuses(&bureau, "receiveRecovery", receipt("rr-1", "b-1", "500.01"), above, "amount").await;
    recorded(&bureau, "receiveRecovery", receipt("rr-1", "b-1", "200.00")).await;
    refuses(&bureau, "waiveRecovery", waiver("rw-1", "b-1", "300.01"), above, "amount").await;
    recorded(&bureau, "waiveRecovery", waiver("rw-1", "b-1", "250.00")).await;
    refuses(&bureau, "receiveRecovery", receipt("rr-2", "b-1", "50.01"), above, "amount").await;
    assert_eq!(sums(&bureau, "b-1").await, ["900.00", "500.00", "200.00", "250.00", "50.00"]);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_is_sent_again_is_answered_by_what_stands_and_another_under_its_id_is_refused()
{
    let bureau = settled().await;
    let steps = [
        ("orderRecovery", order("s-1", "b-1", "300.00")),
        ("receiveRecovery", receipt("s-1", "b-1", "200.00")),
        ("waiveRecovery", waiver("s-1", "b-1", "100.00")),
    ];
    let mut positions = Vec::new();
    for (name, input) in &steps {
        positions.push(recorded(&bureau, name, input.clone()).await);
    }
    recorded(&bureau, "orderRecovery", order("s-2", "b-2", "300.00")).await;
    let size = bureau.size().await;
    // Also now that nothing of it is outstanding.
    for ((name, input), position) in steps.iter().zip(&positions) {
        let again = bureau.recorded(name, input.clone()).await;
        assert_eq!(
            (&again["position"], &again["alreadyRecorded"]),
            (&json!(position), &json!(true)),
            "{name}"
        );
    }
    assert_eq!(bureau.size().await, size);
    let reused = "ID_REUSED_WITH_OTHER_CONTENT";
    for (name, input) in steps {
        for (field, value) in [
            ("payment", "b-2"),
            ("amount", "1.00"),
            ("reason", "另一原因"),
            ("document", "另一文号"),
            ("occurredOn", "2020-12-31"),
        ] {
            if input.get(field).is_some() {
                let other = but(input.clone(), field, value);
                refuses(&bureau, name, other, reused, field).await;
            }
        }
    }
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_back_is_not_reversed_and_no_bank_answers_for_it_any_more() {
    let bureau = settled().await;
    let reversal = |payment: &str| json!({"id": format!("rv-{payment}"), "payment": payment, "reason": "错", "occurredOn": "2020-08-25"});
    recorded(&bureau, "recordTemporaryAid", aid()).await;
    for payment in ["b-1", "p-1"] {
        let id = format!("ro-{payment}");
        recorded(&bureau, "orderRecovery", order(&id, payment, "100.00")).await;
        refuses(&bureau, "reversePayment", reversal(payment), "UNDER_RECOVERY", "payment").await;
        let id = format!("rr-{payment}");
        recorded(&bureau, "receiveRecovery", receipt(&id, payment, "100.00")).await;
        // Also after all of it came in: the payment stays what it was.
        refuses(&bureau, "reversePayment", reversal(payment), "UNDER_RECOVERY", "payment").await;
    }
    let late = send(&bureau, &answers(&["b-1,returned,,account-closed,2020-08-26"])).await;
    assert_eq!(late["userErrors"][0]["code"], "NOTHING_MATCHED");
    assert_eq!(late["unmatched"][0]["reason"], "UNDER_RECOVERY");
    let told = fund(&bureau).await;
    assert_eq!(told, ["3500.00", "200.00", "200.00", "0.00", "6700.00"]);
    bureau.check_ledger().await;
}
