//! What a proposal takes from the payments before it.

use super::*;
use crate::bank_results::{answered, approve, release_of, step};

/// Who receives for a household whose grant names nobody.
const RECEIVING: &str = "320404180001010036";

/// Proposes a batch of July and gives its lines.
async fn proposed_for_july(bureau: &Bureau) -> Vec<Value> {
    let july = json!({"title": "2020年7月低保", "month": "2020-07", "occurredOn": "2020-07-15"});
    assert_eq!(propose(bureau, "july", july).await["userErrors"], json!([]));
    lines(bureau, "july").await
}

/// The line of a grant.
fn line_of(lines: &[Value], grant: &str) -> Value {
    let payment = json!(format!("july/{grant}"));
    lines.iter().find(|line| line["payment"] == payment).unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_that_two_lists_were_drafted_for_is_paid_once_to_whoever_received_before() {
    let bureau = granting_bureau().await;
    grant(&bureau, 7, 1, "800.00", json!({})).await;
    let recipient = json!({"householdNo": "ZL-7", "personNo": RECEIVING, "personName": "王五"});
    let account = json!({"payeeName": "王五", "accountNo": "6228480000000000018"});
    paid(&bureau, 7, "2020-06", "800.00", recipient, account).await;

    let list = format!(
        "payment_id,programme,fund,person_no,person_name,household_no,amount,entitlement_month,occurred_on\n\
         l-7,低保,fiscal,{RECEIVING},王五,ZL-7,800.00,2020-07,2020-07-15"
    );
    approve(&bureau, "by-list", &list).await;
    let proposed = proposed_for_july(&bureau).await;
    let line = line_of(&proposed, "g-7");
    let told = ["householdNo", "personNo", "personName", "payeeName", "accountNo"];
    let told = told.map(|field| line[field].as_str().unwrap());
    assert_eq!(told, ["ZL-7", RECEIVING, "王五", "王五", "6228480000000000018"]);
    for (officer, name) in
        [(MAKER, "submitBatch"), ("w-022", "reviewBatch"), ("w-023", "approveBatch")]
    {
        assert_eq!(step(&bureau, "july", officer, name).await["userErrors"], json!([]));
    }

    assert_eq!(release_of(&bureau, "by-list").await["userErrors"], json!([]));
    let refused = release_of(&bureau, "july").await["userErrors"].clone();
    assert_eq!(refused.as_array().unwrap().len(), 1);
    let error = &refused[0];
    assert_eq!(error["code"], "ALREADY_PAID_FOR_MONTH");
    let index = line["number"].as_u64().unwrap() - 1;
    assert_eq!(error["field"], json!(["lines", index.to_string(), "entitlementMonth"]));
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_back_as_a_whole_is_not_paid_to_the_same_account_again() {
    let bureau = granting_bureau().await;
    let header = "payment_id,programme,fund,household_no,amount,entitlement_month,occurred_on,payee_name,account_no";
    let row = "l-2,低保,fiscal,ZL-2,800.00,2020-06,2020-06-15,王五,6228480000000000018";
    approve(&bureau, "by-list", &format!("{header}\n{row}")).await;
    assert_eq!(release_of(&bureau, "by-list").await["userErrors"], json!([]));
    let july = proposed_for_july(&bureau).await;
    assert_eq!(line_of(&july, "g-2")["accountNo"], "6228480000000000018");

    let returned = ["l-2,returned,,account-frozen,2020-06-17"];
    assert_eq!(answered(&bureau, &returned).await, (1, json!([])));
    // The month that came back still holds; the next is paid to no account that is known.
    let told = proposal(&bureau).await["leftOut"].clone();
    assert_eq!(told[0], json!({"grant": "g-2", "householdNo": "ZL-2", "reason": "ALREADY_PAID"}));
    let july = json!({"month": "2020-07", "occurredOn": "2020-07-15"});
    assert_eq!(propose(&bureau, "july-again", july).await["userErrors"], json!([]));
    let lines = lines(&bureau, "july-again").await;
    let line = lines.iter().find(|line| line["payment"] == "july-again/g-2").unwrap();
    assert_eq!((&line["payeeName"], &line["accountNo"]), (&Value::Null, &Value::Null));
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_payment_in_cash_a_bank_pays_to_no_account_in_the_same_place() {
    let bureau = granting_bureau().await;
    let recipient = json!({"householdNo": "ZL-2", "region": "320404102", "residency": "RURAL"});
    let payout =
        json!({"channel": "CASH", "payeeName": "王五", "accountNo": "6228480000000000018"});
    paid(&bureau, 2, "2020-06", "800.00", recipient, payout).await;
    let line = line_of(&proposed_for_july(&bureau).await, "g-2");
    assert_eq!(
        (&line["channel"], &line["region"], &line["residency"]),
        (&json!("BANK"), &json!("320404102"), &json!("RURAL"))
    );
    assert_eq!((&line["payeeName"], &line["accountNo"]), (&Value::Null, &Value::Null));
    bureau.check_ledger().await;
}
