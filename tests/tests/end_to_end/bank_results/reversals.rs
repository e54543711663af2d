//! What came back may be given up and paid again; what was credited may only be recovered.

use super::*;

const LIST: &str = "payment_id,programme,fund,household_no,amount,entitlement_month,occurred_on\n\
    b-1,低保,fiscal,ZL-1,900.00,2020-06,2020-06-15\n\
    b-2,低保,fiscal,ZL-2,900.00,2020-06,2020-06-15\n\
    b-3,低保,fiscal,ZL-3,900.00,2020-06,2020-06-15\n\
    b-4,低保,fiscal,ZL-4,900.00,2020-06,2020-06-15\n";

fn reversal(payment: &str) -> Value {
    json!({"id": format!("rv-{payment}"), "payment": payment, "reason": "银行退回",
           "occurredOn": "2020-06-20"})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_returned_payment_is_reversed_and_its_month_paid_again_and_a_settled_one_is_not() {
    let bureau = bureau().await;
    release(&bureau, LIST).await;
    let rows = [
        "b-1,returned,,holder-dead,2020-06-16",
        "b-2,settled,,,2020-06-16",
        "b-3,partly-paid,400.00,rejected-by-bank,2020-06-16",
    ];
    assert_eq!(answered(&bureau, &rows).await, (3, json!([])));
    let again = json!({"id": "p-1", "programme": "低保", "fund": "fiscal", "amount": "900.00",
        "entitlementMonth": "2020-06", "occurredOn": "2020-06-21",
        "recipient": {"householdNo": "ZL-1"}});
    // Its month stays paid for until somebody gives the payment up.
    let refused = bureau.refused("recordGrantPayment", again.clone()).await;
    assert_eq!(refused.0, "ALREADY_PAID_FOR_MONTH");
    for credited in ["b-2", "b-3"] {
        let refused = bureau.refused("reversePayment", reversal(credited)).await;
        assert_eq!(refused, ("SETTLED_BY_BANK".to_owned(), "payment".to_owned()), "{credited}");
    }
    assert_eq!(fund(&bureau).await, ["3600.00", "1300.00", "1400.00", "900.00", "7800.00"]);
    bureau.recorded("reversePayment", reversal("b-1")).await;
    // Its money was in the fund already.
    assert_eq!(fund(&bureau).await, ["2700.00", "1300.00", "500.00", "900.00", "7800.00"]);
    bureau.recorded("recordGrantPayment", again).await;
    assert_eq!(fund(&bureau).await, ["3600.00", "2200.00", "500.00", "900.00", "6900.00"]);
    let given_up = payment(&bureau, "b-1").await;
    let expected = ["PaymentInstructed v1", "PaymentReturned v1", "PaymentReversed v2"];
    assert_eq!(types(&given_up), expected);
    assert_eq!((&given_up["status"], &given_up["bank"]), (&json!("REVERSED"), &json!("RETURNED")));
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_on_its_way_may_be_reversed_and_no_bank_answers_for_it_then() {
    let bureau = bureau().await;
    release(&bureau, LIST).await;
    bureau.recorded("reversePayment", reversal("b-4")).await;
    assert_eq!(fund(&bureau).await, ["2700.00", "0.00", "0.00", "2700.00", "7300.00"]);
    let reversed = payment(&bureau, "b-4").await;
    assert_eq!((&reversed["status"], &reversed["bank"]), (&json!("REVERSED"), &Value::Null));
    let payload = send(&bureau, &answers(&["b-4,returned,,wrong-bank,2020-06-21"])).await;
    assert_eq!(payload["userErrors"][0]["code"], "NOTHING_MATCHED");
    assert_eq!(payload["unmatched"][0]["reason"], "REVERSED");
    bureau.check_ledger().await;
}
