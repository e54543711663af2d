//! Who decides on a recovery, and who books what came in.

use domain::rights::{Operation, Role};
use tests::bureau::OFFICER;

use super::*;
use crate::bank_results::bureau;

/// A step, and the right that it takes.
fn steps(payment: &str) -> [(Operation, &'static str, Value); 3] {
    let id = format!("s-{payment}");
    [
        (Operation::OrderRecovery, "orderRecovery", order(&id, payment, "500.00")),
        (Operation::ReceiveRecovery, "receiveRecovery", receipt(&id, payment, "200.00")),
        (Operation::WaiveRecovery, "waiveRecovery", waiver(&id, payment, "300.00")),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn where_officers_are_required_an_approver_decides_and_a_maker_or_reviewer_books_what_came_in()
 {
    let bureau = bureau().await;
    recorded(&bureau, "recordTemporaryAid", aid()).await;
    for role in Role::ALL {
        let role = role.as_str();
        let enrolment = json!({"id": role, "name": role, "roles": [role.to_uppercase()]});
        bureau.recorded("enrolOfficer", enrolment).await;
        bureau.sign_in(role).await;
    }
    let reader = json!({"id": OFFICER, "name": "王五", "roles": ["INSPECTOR"]});
    bureau.recorded("enrolOfficer", reader).await;
    bureau.sign_in(OFFICER).await;
    let required = json!({"id": "rg-1", "required": true, "document": "内控〔2020〕1号"});
    bureau.recorded("requireOfficers", required).await;
    for (operation, name, input) in steps("p-1") {
        for role in Role::ALL.iter().filter(|role| !operation.roles().contains(role)) {
            let refused = bureau.mutate_as(role.as_str(), name, input.clone()).await;
            assert_eq!(refused["userErrors"][0]["code"], "ROLE_MISSING", "{name} by {role}");
        }
        let stranger = bureau.mutate_as("w-404", name, input.clone()).await;
        assert_eq!(stranger["userErrors"][0]["code"], "SIGN_IN_NEEDED", "{name}");
        let by = operation.roles()[0].as_str();
        let done = bureau.mutate_as(by, name, input).await;
        assert_eq!(done["userErrors"], json!([]), "{name} by {by}");
    }
    let recovery = payment(&bureau, "p-1").await["recovery"].clone();
    let officers: Vec<&str> = recovery["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["officer"].as_str().unwrap())
        .collect();
    assert_eq!(officers, ["approver", "maker", "approver"]);
    bureau.check_ledger().await;
}
