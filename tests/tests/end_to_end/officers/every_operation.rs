//! Every operation, tried with every role and with none.

use domain::rights::{Operation, Role};
use serde_json::{Value, json};
use tests::bureau::{Bureau, LEDGER};

use super::commands::{
    CLOSED, TO_BE_CLOSED, TO_BE_REOPENED, TO_BE_WITHDRAWN, command_for, dead, drafting, living,
    month_step,
};
use super::{enrolled, enrolment, recorded_by, refusal, refused_by, requiring};

/// Steps of a batch after its draft, each with the role that takes it.
type Way = &'static [(&'static str, &'static str)];

const RELEASED: Way = &[
    ("maker", "submitBatch"),
    ("reviewer", "reviewBatch"),
    ("approver", "approveBatch"),
    ("cashier", "releaseBatch"),
];

const ADVANCED: Way =
    &[("maker", "submitBatch"), ("approver", "advanceBatch"), ("reviewer", "reviewPapers")];

/// Where each batch of the commands stands: how much of which way it has gone.
fn batches() -> Vec<(String, Way)> {
    let of_each = [("b-back", 1), ("b-cancel", 0), ("b-bank", 4), ("b-close", 4)];
    let of_each = of_each.into_iter().flat_map(|(batch, steps)| {
        (0..=Role::ALL.len()).map(move |n| (format!("{batch}-{n}"), &RELEASED[..steps]))
    });
    let released = [("b-submit", 0), ("b-review", 1), ("b-approve", 2), ("b-release", 3)];
    let advanced = [("b-advance", 1), ("b-papers", 2), ("b-complete", 3)];
    let released = released.map(|(batch, steps)| (batch.to_owned(), &RELEASED[..steps]));
    let advanced = advanced.map(|(batch, steps)| (batch.to_owned(), &ADVANCED[..steps]));
    of_each.chain(released).chain(advanced).collect()
}

/// Has each batch of the commands go its way, by those who are named like their roles. Gives the digest of
/// each.
async fn stand_batches(bureau: &Bureau) -> Value {
    let mut digests = json!({});
    for (batch, way) in batches() {
        recorded_by(bureau, "maker", "draftBatch", drafting(&batch)).await;
        let question =
            "query($ledger: ID!, $id: ID!) { batch(ledger: $ledger, id: $id) { digest } }";
        let found = bureau.query(question, json!({"ledger": LEDGER, "id": batch})).await;
        let own = found["batch"]["digest"].clone();
        for (officer, name) in way {
            let mut step = json!({"id": format!("{batch}-{name}"), "batch": batch});
            step["digest"] = own.clone();
            if *name == "reviewPapers" {
                step["document"] = json!("文");
            }
            recorded_by(bureau, officer, name, step).await;
        }
        digests[&batch] = own;
    }
    let settled = (0..=Role::ALL.len()).map(|n| format!("b-close-{n}-1,settled,2020-07-16\n"));
    let file = format!("payment_id,result,occurred_on\n{}", settled.collect::<String>());
    recorded_by(bureau, "maker", "recordBankResults", json!({ "file": file })).await;
    digests
}

/// Has each month of the commands stand where they go on from.
async fn stand_months(bureau: &Bureau) {
    let (propose, close) = (("maker", "proposeClosing"), ("approver", "closePeriod"));
    let reopen = ("maker", "proposeReopening");
    for (year, way) in [
        (TO_BE_CLOSED, &[propose][..]),
        (TO_BE_WITHDRAWN, &[propose]),
        (CLOSED, &[propose, close]),
        (TO_BE_REOPENED, &[propose, close, reopen]),
    ] {
        for n in 0..=Role::ALL.len() {
            for (officer, name) in way {
                let mut step = month_step(&format!("{year}-{n}-{name}"), year, n);
                if *name == "proposeReopening" {
                    step["document"] = json!("文");
                    step["reason"] = json!("漏记");
                }
                recorded_by(bureau, officer, name, step).await;
            }
        }
    }
}

/// Has the ledger know each person of the commands, and half of them reported to have died.
async fn stand_persons(bureau: &Bureau) {
    let numbers = 0..=Role::ALL.len();
    let persons: Vec<String> = numbers.clone().flat_map(|n| [living(n), dead(n)]).collect();
    let recipient =
        json!({"householdNo": "ZL-2", "coveredPersons": persons.len(), "members": persons});
    let aid = json!({"id": "named", "fund": "fiscal", "kind": "URGENT", "cause": "火灾", "amount": "1",
                     "occurredOn": "2020-06-16", "recipient": recipient});
    bureau.recorded("recordTemporaryAid", aid).await;
    for n in numbers {
        let report = json!({"id": format!("dead-{n}"), "personNo": dead(n), "diedOn": "2020-05-20",
                            "source": "文", "occurredOn": "2020-06-02"});
        bureau.recorded("reportDeath", report).await;
    }
}

/// What the commands of [`command_for`] rest on, and an officer for each role, named like it.
async fn staffed_bureau() -> (Bureau, Value) {
    let bureau = Bureau::new().await;
    bureau.fund("10000.00", &["minimum-living-allowance", "temporary-assistance"]).await;
    let narrow = json!({"id": "narrow", "name": "narrow", "source": "FISCAL",
                        "programmes": ["temporary-assistance"]});
    bureau.recorded("openFund", narrow).await;
    let (_, grant) = command_for(Operation::ApproveGrant, 0, &Value::Null).unwrap();
    let mut named = grant.clone();
    named["id"] = json!("g-1");
    bureau.recorded("approveGrant", named).await;
    bureau.recorded("openStore", json!({"id": "st-1", "name": "慈善超市"})).await;
    let rice = json!([{"item": "大米", "unit": "袋", "quantity": 50, "unitValue": "45.00"}]);
    let goods = json!({"id": "gr-1", "store": "st-1", "donor": "某公司", "occurredOn": "2020-06-01",
                       "items": rice});
    bureau.recorded("receiveGoods", goods).await;
    bureau.record_many(0..20).await;
    let asked_back = json!({"id": "ro-1", "payment": "row-19", "amount": "0.50", "reason": "收入超标",
                            "occurredOn": "2020-12-18", "document": "文"});
    bureau.recorded("orderRecovery", asked_back).await;
    for n in 0..=Role::ALL.len() {
        let id = format!("opened-{n}");
        let fund = json!({"id": id, "name": id, "source": "FISCAL", "programmes": []});
        bureau.recorded("openFund", fund).await;
        bureau.recorded("enrolOfficer", enrolment(&format!("idle-{n}"), &[])).await;
        bureau.recorded("enrolOfficer", enrolment(&format!("busy-{n}"), &["ANALYST"])).await;
    }
    for role in Role::ALL {
        let role = role.as_str();
        enrolled(&bureau, role, &[&role.to_uppercase()]).await;
    }
    bureau.sign_in("idle-0").await;
    let digests = stand_batches(&bureau).await;
    stand_months(&bureau).await;
    stand_persons(&bureau).await;
    bureau.recorded("requireOfficers", requiring("rg-1", true)).await;
    (bureau, digests)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_is_tried_with_every_role_and_with_none() {
    let (bureau, digests) = staffed_bureau().await;
    let mut recorded = 0;
    let recording = Operation::ALL.iter().filter_map(|operation| {
        command_for(*operation, 0, &digests).is_some().then_some(*operation)
    });
    for operation in recording {
        let command = |n| command_for(operation, n, &digests).unwrap();
        let missing = match operation.roles() {
            [] => "NOT_RECORDED_DIRECTLY",
            _ => "ROLE_MISSING",
        };
        for (n, role) in Role::ALL.iter().enumerate() {
            let (name, input) = command(n);
            let refused = refusal(&bureau, role.as_str(), name, input).await;
            let code = refused.as_ref().map(|(code, _)| code.as_str());
            let may = operation.roles().contains(role);
            assert_eq!(code, (!may).then_some(missing), "{operation} by {role}: {refused:?}");
            recorded += usize::from(may);
            if operation == Operation::RequireOfficers && may {
                recorded_by(&bureau, role.as_str(), "requireOfficers", requiring("rg-again", true))
                    .await;
            }
        }
        let (name, input) = command(Role::ALL.len());
        refused_by(&bureau, "w-404", name, input.clone(), "SIGN_IN_NEEDED").await;
        refused_by(&bureau, "idle-0", name, input, missing).await;
    }
    assert!(recorded > 40, "{recorded} were recorded");
    bureau.check_ledger().await;
}
