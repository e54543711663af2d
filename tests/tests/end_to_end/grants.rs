//! Grants that end, through GraphQL as a client would.

use serde_json::{Value, json};
use tests::bureau::{Bureau, LEDGER};

const PERSON: &str = "320404180001010028";

fn payment(id: &str, from: &str, to: &str) -> Value {
    json!({"id": id, "grant": "g-1", "programme": "低保", "fund": "fiscal", "amount": "900.00",
           "entitlementMonth": from, "entitlementTo": to, "occurredOn": "2020-06-15",
           "recipient": {"personNo": PERSON, "personName": "张三", "householdNo": "ZL-1"}})
}

fn stop(id: &str, from_month: &str) -> Value {
    json!({"id": id, "grant": "g-1", "fromMonth": from_month, "reason": "DEATH",
           "document": "停发〔2020〕7号"})
}

/// A bureau with a grant for 2020 that was paid for June and July.
async fn paying_bureau() -> Bureau {
    let bureau = Bureau::new().await;
    bureau.fund("10000.00", &["minimum-living-allowance"]).await;
    let grant = json!({"id": "g-1", "programme": "低保", "householdNo": "ZL-1", "personNo": PERSON,
                       "personName": "张三", "members": 1, "amount": "900.00",
                       "fromMonth": "2020-01", "toMonth": "2020-12", "verification": "HD-2020-1"});
    bureau.recorded("approveGrant", grant).await;
    bureau.recorded("recordGrantPayment", payment("p-6", "2020-06", "2020-06")).await;
    bureau.recorded("recordGrantPayment", payment("p-7", "2020-07", "2020-07")).await;
    bureau
}

async fn refuses(bureau: &Bureau, name: &str, input: Value, code: &str, field: &str) {
    let said = bureau.refused(name, input).await;
    assert_eq!(said, (code.to_owned(), field.to_owned()));
}

async fn trail(bureau: &Bureau, subject: Value) -> Vec<String> {
    let question = "query($ledger: ID!, $subject: AuditSubject!) { \
        auditTrail(ledger: $ledger, subject: $subject) { nodes { type } } }";
    let found = bureau.query(question, json!({"ledger": LEDGER, "subject": subject})).await;
    let nodes = found["auditTrail"]["nodes"].as_array().unwrap().iter();
    nodes.map(|node| node["type"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_that_is_stopped_pays_no_more_and_what_was_paid_stands() {
    let bureau = paying_bureau().await;
    let stopped = bureau.recorded("stopGrant", stop("stop-1", "2020-07")).await;
    let again = bureau.recorded("stopGrant", stop("stop-1", "2020-07")).await;
    assert_eq!(
        (&again["position"], &again["alreadyRecorded"]),
        (&stopped["position"], &json!(true))
    );

    let (behind, across) =
        (payment("p-8", "2020-08", "2020-08"), payment("p-5", "2020-05", "2020-07"));
    refuses(&bureau, "recordGrantPayment", behind, "GRANT_NOT_LIVE", "entitlementMonth").await;
    refuses(&bureau, "recordGrantPayment", across, "GRANT_NOT_LIVE", "entitlementMonth").await;
    bureau.recorded("recordGrantPayment", payment("p-5", "2020-05", "2020-05")).await;

    let question =
        "query($ledger: ID!) { payment(ledger: $ledger, id: \"p-7\") { status amount } }";
    let paid = bureau.query(question, json!({ "ledger": LEDGER })).await;
    assert_eq!(paid["payment"], json!({"status": "RECORDED", "amount": "900.00"}));
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_knew_the_grant_before_it_was_stopped_refuses_too() {
    let bureau = paying_bureau().await;
    let another = bureau.another_program().await;
    let known = json!({"input": {"ledger": LEDGER, "id": "p-4", "grant": "g-1", "programme": "低保",
        "fund": "fiscal", "amount": "900.00", "entitlementMonth": "2020-04", "occurredOn": "2020-06-15",
        "recipient": {"personNo": PERSON, "householdNo": "ZL-1"}}});
    let document = "mutation($input: RecordGrantPaymentInput!) { recordGrantPayment(input: $input) { \
                    userErrors { code } } }";
    let told = tests::bureau::run(&another, document, known.clone()).await;
    assert_eq!(
        told["recordGrantPayment"]["userErrors"],
        json!([]),
        "it keeps the grant in memory now"
    );
    bureau.recorded("stopGrant", stop("stop-1", "2020-02")).await;
    let mut behind = known;
    behind["input"]["id"] = json!("p-3");
    behind["input"]["entitlementMonth"] = json!("2020-03");
    let told = tests::bureau::run(&another, document, behind).await;
    assert_eq!(told["recordGrantPayment"]["userErrors"], json!([{"code": "GRANT_NOT_LIVE"}]));
    another.close().await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_stands_in_the_trail_of_everybody_whose_grant_it_was() {
    let bureau = paying_bureau().await;
    bureau.recorded("stopGrant", stop("stop-1", "2020-09")).await;
    let expected =
        ["GrantApproved v1", "PaymentRecorded v1", "PaymentRecorded v1", "GrantStopped v1"];
    for subject in
        [json!({"grant": "g-1"}), json!({"householdNo": "ZL-1"}), json!({"personNo": PERSON})]
    {
        assert_eq!(trail(&bureau, subject.clone()).await, expected, "{subject}");
    }
    assert_eq!(trail(&bureau, json!({"document": "停发〔2020〕7号"})).await, ["GrantStopped v1"]);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_that_makes_no_sense_is_refused() {
    let bureau = paying_bureau().await;
    let mut unknown = stop("stop-1", "2020-09");
    unknown["grant"] = json!("none");
    refuses(&bureau, "stopGrant", unknown, "UNKNOWN_GRANT", "grant").await;
    refuses(&bureau, "stopGrant", stop("stop-1", "2021-01"), "GRANT_NOT_LIVE", "fromMonth").await;
    refuses(&bureau, "stopGrant", stop("stop-1", "2020-13"), "INVALID_MONTH", "fromMonth").await;
    bureau.recorded("stopGrant", stop("stop-1", "2020-09")).await;
    refuses(&bureau, "stopGrant", stop("stop-2", "2020-10"), "ALREADY_STOPPED", "fromMonth").await;
    bureau.recorded("stopGrant", stop("stop-2", "2020-08")).await;
    let other = stop("stop-2", "2020-07");
    refuses(&bureau, "stopGrant", other, "ID_REUSED_WITH_OTHER_CONTENT", "fromMonth").await;
    bureau.check_ledger().await;
}
