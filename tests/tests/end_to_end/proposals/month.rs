//! A month from its proposal to the bank's results, by four officers where officers are required.

use tests::bureau::OFFICER;

use super::*;
use crate::bank_results::{answered, step};

/// Enrols four officers, an inspector who asks, and who gave them their roles; then requires officers.
async fn staff(bureau: &Bureau) {
    for (officer, role) in [
        ("s-001", "SECURITY_ADMINISTRATOR"),
        (MAKER, "MAKER"),
        ("w-022", "REVIEWER"),
        ("w-023", "APPROVER"),
        ("w-024", "CASHIER"),
        (OFFICER, "INSPECTOR"),
    ] {
        let enrolment = json!({"id": officer, "name": format!("姓名 {officer}"), "roles": [role]});
        bureau.recorded("enrolOfficer", enrolment).await;
        bureau.sign_in(officer).await;
    }
    let required = json!({"id": "rg-1", "required": true, "document": "内控〔2020〕1号"});
    bureau.recorded("requireOfficers", required).await;
}

async fn pass_on(bureau: &Bureau) {
    for (officer, name) in [
        (MAKER, "submitBatch"),
        ("w-022", "reviewBatch"),
        ("w-023", "approveBatch"),
        ("w-024", "releaseBatch"),
    ] {
        let payload = step(bureau, "june", officer, name).await;
        assert_eq!(payload["userErrors"], json!([]), "{name} by {officer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_runs_from_its_proposal_to_the_banks_results_and_is_not_due_again() {
    let bureau = granting_bureau().await;
    staff(&bureau).await;
    let proposed = propose(&bureau, "june", json!({})).await;
    assert_eq!(proposed["userErrors"], json!([]));
    // Whoever checks the list sees how much, for which household, and whom not.
    let first = lines(&bureau, "june").await[0].clone();
    let told = ["householdNo", "amount", "personName", "personNo", "payeeName", "accountNo"];
    let told = told.map(|field| first[field].as_str().unwrap());
    assert_eq!(told, ["ZL-1", "1500.00", "张**", "320404***********8", "张**", "**** 0018"]);
    pass_on(&bureau).await;
    let rows = ["june/g-1,settled,1500.00,,2020-06-17", "june/g-2,settled,800.00,,2020-06-17"];
    assert_eq!(answered(&bureau, &rows).await, (2, json!([])));
    let closed = step(&bureau, "june", "w-022", "closeBatch").await;
    assert_eq!(closed["userErrors"], json!([]));

    let question = "query($ledger: ID!) { batch(ledger: $ledger, id: \"june\") { stage } \
        payment(ledger: $ledger, id: \"june/g-1\") { bank amount batch } \
        auditTrail(ledger: $ledger, subject: {grant: \"g-1\"}) { nodes { type } } }";
    bureau.book().await.catch_up().await.unwrap();
    let found = bureau.query(question, json!({ "ledger": LEDGER })).await;
    assert_eq!(found["batch"]["stage"], "CLOSED");
    assert_eq!(found["payment"], json!({"bank": "SETTLED", "amount": "1500.00", "batch": "june"}));
    let nodes = found["auditTrail"]["nodes"].as_array().unwrap().iter();
    let types: Vec<&str> = nodes.map(|node| node["type"].as_str().unwrap()).collect();
    let expected =
        ["GrantApproved v1", "PaymentRecorded v1", "PaymentInstructed v1", "PaymentSettled v1"];
    assert_eq!(types, expected);

    let again = propose(&bureau, "june-2", json!({})).await;
    assert_eq!(again["userErrors"][0]["code"], "EMPTY_LIST");
    let reasons = [
        ("g-1", "ALREADY_PAID"),
        ("g-2", "ALREADY_PAID"),
        ("g-5", "ABOVE_STANDARD"),
        ("g-6", "ALREADY_PAID"),
    ];
    let left_out = reasons.map(|(grant, reason)| json!({"grant": grant, "reason": reason}));
    assert_eq!(again["leftOut"], json!(left_out));
    // Sent again, the proposal that was drafted is refused: nothing of it is due any more.
    let june = propose(&bureau, "june", json!({})).await;
    let error = &june["userErrors"][0];
    assert_eq!((&error["code"], &error["field"]), (&json!("EMPTY_LIST"), &json!(["lines"])));
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("批次“june”当前状态为“已办结” / "), "{message}");
    assert!(message.ends_with("batch \"june\" is closed"), "{message}");
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_is_paid_meanwhile_stops_the_release_and_not_the_proposal() {
    let bureau = granting_bureau().await;
    assert_eq!(propose(&bureau, "june", json!({})).await["userErrors"], json!([]));
    paid(&bureau, 2, "2020-06", "800.00", json!({"householdNo": "ZL-2"}), json!({})).await;
    for (officer, name) in
        [(MAKER, "submitBatch"), ("w-022", "reviewBatch"), ("w-023", "approveBatch")]
    {
        assert_eq!(step(&bureau, "june", officer, name).await["userErrors"], json!([]));
    }
    let refused = step(&bureau, "june", "w-024", "releaseBatch").await["userErrors"][0].clone();
    assert_eq!(refused["code"], "ALREADY_PAID_FOR_MONTH");
    assert_eq!(refused["field"], json!(["lines", "1", "entitlementMonth"]));
    let told = proposal(&bureau).await;
    assert_eq!((&told["lines"], &told["total"]), (&json!(1), &json!("1500.00")));
    bureau.check_ledger().await;
}
