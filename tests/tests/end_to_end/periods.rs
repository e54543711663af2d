//! A month of the books: closed by two officers, and reopened by two.

mod late;

use serde_json::{Value, json};
use tests::bureau::{Bureau, LEDGER};

const MAKER: &str = "w-021";
const REVIEWER: &str = "w-022";
const APPROVER: &str = "w-023";

/// A bureau with 10,000 yuan, of which nothing was paid yet.
async fn bureau() -> Bureau {
    crate::bank_results::bureau().await
}

/// A step of June 2020.
fn step(id: &str, occurred_on: &str) -> Value {
    json!({"id": id, "month": "2020-06", "occurredOn": occurred_on})
}

fn reopening(id: &str, reason: &str) -> Value {
    json!({"id": id, "month": "2020-06", "occurredOn": "2020-08-10", "document": "钟民财〔2020〕9号",
           "reason": reason})
}

/// Records and gives the position.
async fn recorded(bureau: &Bureau, officer: &str, name: &str, input: Value) -> u64 {
    let payload = bureau.mutate_as(officer, name, input).await;
    assert_eq!(payload["userErrors"], json!([]), "{name} by {officer}");
    payload["receipt"]["position"].as_u64().unwrap()
}

async fn refuses(
    bureau: &Bureau,
    officer: &str,
    name: &str,
    input: Value,
    code: &str,
    field: Value,
) {
    let size = bureau.size().await;
    let payload = bureau.mutate_as(officer, name, input).await;
    assert_eq!(bureau.size().await, size, "a refused step records nothing");
    let error = &payload["userErrors"][0];
    assert_eq!((&error["code"], &error["field"]), (&json!(code), &field), "{name} by {officer}");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains(" / "), "in Chinese and English: {message}");
}

/// Closes June and gives the position at which it stands closed. The steps' ids begin with `prefix`.
async fn close(bureau: &Bureau, prefix: &str) -> u64 {
    let (first, second) = (format!("{prefix}-1"), format!("{prefix}-2"));
    recorded(bureau, MAKER, "proposeClosing", step(&first, "2020-07-03")).await;
    recorded(bureau, APPROVER, "closePeriod", step(&second, "2020-07-04")).await
}

async fn reopen(bureau: &Bureau) {
    recorded(bureau, MAKER, "proposeReopening", reopening("re-1", "漏记一笔")).await;
    recorded(bureau, APPROVER, "reopenPeriod", step("re-2", "2020-08-11")).await;
}

/// June as it stands: its stage, and the position of the closing that stands.
async fn june(bureau: &Bureau) -> (String, Option<u64>) {
    bureau.book().await.catch_up().await.unwrap();
    let question = "query($ledger: ID!) { period(ledger: $ledger, month: \"2020-06\") { \
        month stage closedAt { position } } }";
    let found = bureau.query(question, json!({ "ledger": LEDGER })).await["period"].clone();
    assert_eq!(found["month"], "2020-06");
    (found["stage"].as_str().unwrap().to_owned(), found["closedAt"]["position"].as_u64())
}

async fn stands(bureau: &Bureau, stage: &str, closed_at: Option<u64>) {
    assert_eq!(june(bureau).await, (stage.to_owned(), closed_at));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_closed_by_two_officers_and_reopened_by_two() {
    let bureau = bureau().await;
    stands(&bureau, "OPEN", None).await;
    let first = recorded(&bureau, MAKER, "proposeClosing", step("m-1", "2020-07-03")).await;
    stands(&bureau, "CLOSING_PROPOSED", None).await;
    let own = step("m-0", "2020-07-04");
    refuses(&bureau, MAKER, "closePeriod", own.clone(), "SAME_OFFICER", Value::Null).await;
    let closed = recorded(&bureau, APPROVER, "closePeriod", step("m-2", "2020-07-04")).await;
    stands(&bureau, "CLOSED", Some(closed)).await;
    let third = recorded(&bureau, APPROVER, "proposeReopening", reopening("m-3", "漏记")).await;
    // It is closed until another officer confirms.
    stands(&bureau, "REOPENING_PROPOSED", Some(closed)).await;
    refuses(&bureau, APPROVER, "reopenPeriod", own, "SAME_OFFICER", Value::Null).await;
    let fourth = recorded(&bureau, MAKER, "reopenPeriod", step("m-4", "2020-08-11")).await;
    stands(&bureau, "OPEN", None).await;
    let again = close(&bureau, "again").await;
    stands(&bureau, "CLOSED", Some(again)).await;

    let question = "query($ledger: ID!) { periods(ledger: $ledger) { month stage \
        steps { kind id officer occurredOn document receipt { position } } } }";
    let found = bureau.query(question, json!({ "ledger": LEDGER })).await["periods"].clone();
    let told = |kind: &str, id: &str, officer: &str, occurred_on: &str, position: u64| {
        let document = (kind == "REOPENING_PROPOSED").then_some("钟民财〔2020〕9号");
        json!({"kind": kind, "id": id, "officer": officer, "occurredOn": occurred_on, "document": document,
               "receipt": {"position": position}})
    };
    let steps = [
        told("CLOSING_PROPOSED", "m-1", MAKER, "2020-07-03", first),
        told("CLOSED", "m-2", APPROVER, "2020-07-04", closed),
        told("REOPENING_PROPOSED", "m-3", APPROVER, "2020-08-10", third),
        told("REOPENED", "m-4", MAKER, "2020-08-11", fourth),
        told("CLOSING_PROPOSED", "again-1", MAKER, "2020-07-03", again - 1),
        told("CLOSED", "again-2", APPROVER, "2020-07-04", again),
    ];
    assert_eq!(found, json!([{"month": "2020-06", "stage": "CLOSED", "steps": steps}]));
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_closed_when_it_is_over() {
    let bureau = bureau().await;
    for day in ["2020-05-31", "2020-06-30"] {
        let early = step("m-1", day);
        let field = json!(["month"]);
        refuses(&bureau, MAKER, "proposeClosing", early, "PERIOD_NOT_OVER", field).await;
    }
    recorded(&bureau, MAKER, "proposeClosing", step("m-1", "2020-07-01")).await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_come_in_their_order() {
    let bureau = bureau().await;
    let wrong = async |name: &str| {
        let input = match name {
            "proposeReopening" => reopening("x-1", "漏记"),
            _ => step("x-1", "2020-08-20"),
        };
        refuses(&bureau, REVIEWER, name, input, "WRONG_STAGE", Value::Null).await;
    };
    let all =
        ["proposeClosing", "closePeriod", "proposeReopening", "reopenPeriod", "withdrawProposal"];
    let wrong_but = async |next: &[&str]| {
        for name in all.into_iter().filter(|name| !next.contains(name)) {
            wrong(name).await;
        }
    };
    wrong_but(&["proposeClosing"]).await;
    recorded(&bureau, MAKER, "proposeClosing", step("m-1", "2020-07-03")).await;
    wrong_but(&["closePeriod", "withdrawProposal"]).await;
    recorded(&bureau, APPROVER, "closePeriod", step("m-2", "2020-07-04")).await;
    wrong_but(&["proposeReopening"]).await;
    recorded(&bureau, MAKER, "proposeReopening", reopening("m-3", "漏记")).await;
    wrong_but(&["reopenPeriod", "withdrawProposal"]).await;
    recorded(&bureau, APPROVER, "reopenPeriod", step("m-4", "2020-08-11")).await;
    wrong_but(&["proposeClosing"]).await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_proposed_is_taken_back_by_anybody_and_leaves_the_month_as_it_was() {
    let bureau = bureau().await;
    recorded(&bureau, MAKER, "proposeClosing", step("m-1", "2020-07-03")).await;
    recorded(&bureau, MAKER, "withdrawProposal", step("m-2", "2020-07-03")).await;
    stands(&bureau, "OPEN", None).await;
    let closed = close(&bureau, "c").await;
    recorded(&bureau, MAKER, "proposeReopening", reopening("m-5", "漏记")).await;
    recorded(&bureau, REVIEWER, "withdrawProposal", step("m-6", "2020-08-12")).await;
    stands(&bureau, "CLOSED", Some(closed)).await;
    let question =
        "query($ledger: ID!) { period(ledger: $ledger, month: \"2020-06\") { steps { kind } } }";
    let found = bureau.query(question, json!({ "ledger": LEDGER })).await;
    let steps = found["period"]["steps"].as_array().unwrap().iter();
    let kinds: Vec<&str> = steps.map(|step| step["kind"].as_str().unwrap()).collect();
    let expected = [
        "CLOSING_PROPOSED",
        "WITHDRAWN",
        "CLOSING_PROPOSED",
        "CLOSED",
        "REOPENING_PROPOSED",
        "WITHDRAWN",
    ];
    assert_eq!(kinds, expected);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_step_again_is_recognised_and_another_under_its_id_is_refused() {
    let bureau = bureau().await;
    let steps = [
        (MAKER, "proposeClosing", step("m-1", "2020-07-03")),
        (APPROVER, "closePeriod", step("m-2", "2020-07-04")),
        (MAKER, "proposeReopening", reopening("m-3", "漏记")),
        (APPROVER, "reopenPeriod", step("m-4", "2020-08-11")),
    ];
    let mut positions = Vec::new();
    for (officer, name, input) in &steps {
        positions.push(recorded(&bureau, officer, name, input.clone()).await);
    }
    for ((officer, name, input), position) in steps.iter().zip(positions) {
        let again = bureau.mutate_as(officer, name, input.clone()).await["receipt"].clone();
        assert_eq!(
            (&again["position"], &again["alreadyRecorded"]),
            (&json!(position), &json!(true))
        );
    }
    let reused = "ID_REUSED_WITH_OTHER_CONTENT";
    for (officer, name, input) in steps {
        let others = [("occurredOn", "2020-12-31"), ("document", "别号"), ("reason", "另一原因")];
        for (field, value) in others.into_iter().filter(|(field, _)| input.get(field).is_some()) {
            let mut other = input.clone();
            other[field] = json!(value);
            refuses(&bureau, officer, name, other, reused, json!([field])).await;
        }
        refuses(&bureau, REVIEWER, name, input, reused, json!(["officer"])).await;
    }
    let another = step("m-1", "2020-07-03");
    refuses(&bureau, MAKER, "withdrawProposal", another, reused, json!(["id"])).await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_holds_both_roles_does_not_confirm_what_they_proposed() {
    let bureau = bureau().await;
    for (officer, roles) in [
        ("s-001", &["SECURITY_ADMINISTRATOR"][..]),
        (MAKER, &["MAKER", "APPROVER"]),
        (APPROVER, &["APPROVER"]),
        (tests::bureau::OFFICER, &["INSPECTOR"]),
    ] {
        let enrolment = json!({"id": officer, "name": format!("姓名 {officer}"), "roles": roles});
        bureau.recorded("enrolOfficer", enrolment).await;
        bureau.sign_in(officer).await;
    }
    let required = json!({"id": "rg-1", "required": true, "document": "内控〔2020〕1号"});
    bureau.recorded("requireOfficers", required).await;
    let proposal = step("m-1", "2020-07-03");
    let refused = bureau.mutate_as(APPROVER, "proposeClosing", proposal.clone()).await;
    assert_eq!(refused["userErrors"][0]["code"], "ROLE_MISSING");
    recorded(&bureau, MAKER, "proposeClosing", proposal).await;
    let own = step("m-2", "2020-07-04");
    refuses(&bureau, MAKER, "closePeriod", own.clone(), "SAME_OFFICER", Value::Null).await;
    let closed = recorded(&bureau, APPROVER, "closePeriod", own).await;
    stands(&bureau, "CLOSED", Some(closed)).await;
    bureau.check_ledger().await;
}
