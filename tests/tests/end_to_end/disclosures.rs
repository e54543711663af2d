//! Persons are masked where officers are required, and shown to whoever says why they look, which is recorded.

use serde_json::{Value, json};
use tests::bureau::{Bureau, LEDGER, OFFICER};

const KEEPER: &str = "s-001";
const MAKER: &str = "w-021";
const REVIEWER: &str = "w-022";

const PERSON: &str = "320404180001010028";

/// A bureau with a payment `p-1` to a person and a batch `june` for another, drafted by its maker. Where officers are
/// required, that is the last entry; each role has an officer, named like it, beside those that act here.
async fn bureau(required: bool) -> Bureau {
    let bureau = Bureau::new().await;
    bureau.fund("10000.00", &["minimum-living-allowance", "temporary-assistance"]).await;
    let payment = json!({"id": "p-1", "programme": "低保", "fund": "fiscal", "amount": "780.00",
        "entitlementMonth": "2020-06", "occurredOn": "2020-06-15",
        "recipient": {"personNo": PERSON, "personName": "张三", "householdNo": "ZL-1"},
        "payout": {"payeeName": "张三", "accountNo": "6228480000000000018"}});
    bureau.recorded("recordGrantPayment", payment).await;
    let header = "payment_id,programme,fund,person_no,person_name,household_no,amount,occurred_on,cause,kind,payee_name,account_no";
    let row = "b-1,临时救助,fiscal,32040418000101001X,李小四,ZL-2,900.00,2020-07-15,火灾,urgent,李大,6228480000000000026";
    let draft = json!({"id": "d-1", "batch": "june", "title": "临时救助", "list": format!("{header}\n{row}")});
    let drafted = bureau.mutate_as(MAKER, "draftBatch", draft).await;
    assert_eq!(drafted["userErrors"], json!([]));
    for (officer, role) in [
        (KEEPER, "SECURITY_ADMINISTRATOR"),
        (MAKER, "MAKER"),
        (REVIEWER, "REVIEWER"),
        (OFFICER, "INSPECTOR"),
        ("analyst", "ANALYST"),
        ("system", "SYSTEM_ADMINISTRATOR"),
        ("audit", "AUDIT_ADMINISTRATOR"),
    ] {
        let enrolment = json!({"id": officer, "name": format!("姓名 {officer}"), "roles": [role]});
        bureau.recorded("enrolOfficer", enrolment).await;
        bureau.sign_in(officer).await;
    }
    if required {
        require(&bureau, "rg-1", true).await;
    }
    bureau
}

async fn require(bureau: &Bureau, id: &str, required: bool) {
    let set = json!({"id": id, "required": required, "document": "内控〔2020〕1号"});
    let payload = bureau.mutate_as(KEEPER, "requireOfficers", set).await;
    assert_eq!(payload["userErrors"], json!([]));
}

/// Fields of a payment and of a line that say who stands behind it.
const OF_A_PAYMENT: &str = "personName personNo householdNo";
const OF_A_LINE: &str = "personName personNo householdNo payeeName accountNo";

/// Who stands behind the payment, as each question tells it, which all tell the same.
async fn recipient(bureau: &Bureau, officer: &str) -> Value {
    bureau.book().await.catch_up().await.unwrap();
    let question = format!(
        "query($ledger: ID!) {{ payment(ledger: $ledger, id: \"p-1\") {{ {OF_A_PAYMENT} }} \
         payments(ledger: $ledger, first: 5) {{ nodes {{ {OF_A_PAYMENT} }} }} \
         statement(ledger: $ledger, householdNo: \"ZL-1\") {{ payments {{ {OF_A_PAYMENT} }} }} }}"
    );
    let found = bureau.query_as(officer, &question, json!({ "ledger": LEDGER })).await;
    let told = found["payment"].clone();
    assert_eq!(found["payments"]["nodes"], json!([told]));
    assert_eq!(found["statement"]["payments"], json!([told]));
    told
}

/// Who stands behind the line of the batch.
async fn line(bureau: &Bureau, officer: &str) -> Value {
    let question = format!(
        "query($ledger: ID!) {{ batch(ledger: $ledger, id: \"june\") {{ list {{ nodes {{ {OF_A_LINE} }} }} \
         lineProof(number: 1) {{ line {{ {OF_A_LINE} }} }} }} }}"
    );
    let found = bureau.query_as(officer, &question, json!({ "ledger": LEDGER })).await;
    let told = found["batch"]["lineProof"]["line"].clone();
    assert_eq!(found["batch"]["list"]["nodes"], json!([told]));
    told
}

fn whole_recipient() -> Value {
    json!({"personName": "张三", "personNo": PERSON, "householdNo": "ZL-1"})
}

fn masked_recipient() -> Value {
    json!({"personName": "张**", "personNo": "320404***********8", "householdNo": "ZL-1"})
}

fn whole_line() -> Value {
    json!({"personName": "李小四", "personNo": "32040418000101001X", "householdNo": "ZL-2",
           "payeeName": "李大", "accountNo": "6228480000000000026"})
}

fn masked_line() -> Value {
    json!({"personName": "李**", "personNo": "320404***********X", "householdNo": "ZL-2",
           "payeeName": "李**", "accountNo": "**** 0026"})
}

fn look(id: &str, subject: &str, of: &str, reason: &str) -> Value {
    let mut input = json!({"ledger": LEDGER, "id": id, "reason": reason});
    input[subject] = json!(of);
    input
}

/// Looks, and gives the payload: what was shown, the receipt, and what was refused.
async fn disclose(bureau: &Bureau, officer: &str, input: Value) -> Value {
    let document = format!(
        "mutation($input: DisclosePersonalDataInput!) {{ disclosePersonalData(input: $input) {{ \
         payment {{ {OF_A_PAYMENT} }} batch {{ list {{ nodes {{ {OF_A_LINE} }} }} }} \
         receipt {{ position alreadyRecorded }} userErrors {{ code field }} }} }}"
    );
    let data = bureau.query_as(officer, &document, json!({ "input": input })).await;
    data["disclosePersonalData"].clone()
}

/// Types of the entries that touch a subject.
async fn trail(bureau: &Bureau, subject: Value) -> Vec<String> {
    bureau.book().await.catch_up().await.unwrap();
    let question = "query($ledger: ID!, $subject: AuditSubject!) { \
        auditTrail(ledger: $ledger, subject: $subject) { nodes { type } } }";
    let found = bureau.query(question, json!({"ledger": LEDGER, "subject": subject})).await;
    let nodes = found["auditTrail"]["nodes"].as_array().unwrap().iter();
    nodes.map(|node| node["type"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn persons_are_masked_for_everybody_where_officers_are_required_or_ever_were() {
    let bureau = bureau(false).await;
    assert_eq!(recipient(&bureau, OFFICER).await, whole_recipient());
    assert_eq!(line(&bureau, OFFICER).await, whole_line());
    require(&bureau, "rg-1", true).await;
    for officer in [MAKER, REVIEWER, OFFICER] {
        assert_eq!(recipient(&bureau, officer).await, masked_recipient(), "{officer}");
        assert_eq!(line(&bureau, officer).await, masked_line(), "{officer}");
    }
    // Nobody sees persons by not requiring officers for a while.
    require(&bureau, "rg-2", false).await;
    assert_eq!(recipient(&bureau, OFFICER).await, masked_recipient());
    assert_eq!(line(&bureau, OFFICER).await, masked_line());
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_says_why_they_look_sees_who_stands_behind_a_payment_and_that_is_recorded() {
    let bureau = bureau(true).await;
    let asked = look("pd-1", "payment", "p-1", "信访件核查");
    let shown = disclose(&bureau, REVIEWER, asked.clone()).await;
    assert_eq!(shown["userErrors"], json!([]));
    assert_eq!((&shown["payment"], &shown["batch"]), (&whole_recipient(), &Value::Null));
    assert_eq!(recipient(&bureau, REVIEWER).await, masked_recipient(), "only in that answer");

    let size = bureau.size().await;
    let again = disclose(&bureau, REVIEWER, asked).await;
    assert_eq!(again["payment"], whole_recipient());
    let position = shown["receipt"]["position"].clone();
    assert_eq!(again["receipt"], json!({"position": position, "alreadyRecorded": true}));
    assert_eq!(bureau.size().await, size, "the same look again records nothing");

    let looked = "PersonalDataDisclosed v1";
    assert_eq!(trail(&bureau, json!({"payment": "p-1"})).await, ["PaymentRecorded v1", looked]);
    assert_eq!(trail(&bureau, json!({"officer": REVIEWER})).await.last().unwrap(), looked);
    // That somebody looked is told by what they looked at, and not by whom they saw.
    assert_eq!(trail(&bureau, json!({"personNo": PERSON})).await, ["PaymentRecorded v1"]);
    let question = "query($ledger: ID!, $at: Position!) { entry(ledger: $ledger, position: $at) { actor text } }";
    let entry =
        bureau.query(question, json!({"ledger": LEDGER, "at": position})).await["entry"].clone();
    assert_eq!(entry["actor"], format!("officer/{REVIEWER}"));
    let text = entry["text"].as_str().unwrap();
    for private in ["信访", "张三", PERSON, "ZL-1"] {
        assert!(!text.contains(private), "{private} in {text}");
    }
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lines_of_a_batch_are_shown_in_that_answer_and_masked_afterwards() {
    let bureau = bureau(true).await;
    let shown = disclose(&bureau, OFFICER, look("pd-1", "batch", "june", "专项检查")).await;
    assert_eq!(shown["userErrors"], json!([]));
    assert_eq!(shown["batch"]["list"]["nodes"], json!([whole_line()]));
    assert_eq!(shown["payment"], Value::Null);
    assert_eq!(line(&bureau, OFFICER).await, masked_line());
    let types = trail(&bureau, json!({"batch": "june"})).await;
    assert_eq!(types, ["BatchDrafted v1", "PersonalDataDisclosed v1"]);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_one_list_shows_no_other_of_the_same_batch() {
    let bureau = bureau(true).await;
    let asked = look("pd-1", "batch", "june", "专项检查");
    assert_eq!(disclose(&bureau, REVIEWER, asked.clone()).await["userErrors"], json!([]));
    let header = "payment_id,programme,fund,person_no,person_name,household_no,amount,occurred_on,cause,kind";
    let row = format!("b-2,临时救助,fiscal,{PERSON},张三,ZL-3,500.00,2020-07-16,火灾,urgent");
    let draft = json!({"id": "d-2", "batch": "june", "title": "临时救助", "list": format!("{header}\n{row}")});
    let drafted = bureau.mutate_as(MAKER, "draftBatch", draft).await;
    assert_eq!(drafted["userErrors"], json!([]));
    let again = disclose(&bureau, REVIEWER, asked).await;
    let refused = json!([{"code": "ID_REUSED_WITH_OTHER_CONTENT", "field": ["batch"]}]);
    assert_eq!((&again["userErrors"], &again["batch"]), (&refused, &Value::Null));
    let anew = disclose(&bureau, REVIEWER, look("pd-2", "batch", "june", "再查")).await;
    assert_eq!(anew["batch"]["list"]["nodes"][0]["personName"], "张三");
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inspector_reads_why_somebody_looked_and_nobody_else_does() {
    let bureau = bureau(true).await;
    let shown = disclose(&bureau, REVIEWER, look("pd-1", "payment", "p-1", "信访件核查")).await;
    let at = json!({"ledger": LEDGER, "at": shown["receipt"]["position"]});
    let question =
        "query($ledger: ID!, $at: Position!) { entry(ledger: $ledger, position: $at) { reason } }";
    let read = bureau.query(question, at.clone()).await;
    assert_eq!(read["entry"]["reason"], "信访件核查");
    let acting = bureau.acting(REVIEWER).await;
    let refused = tests::bureau::answer_as(&bureau.books, acting, question, at).await;
    let (code, _) = tests::bureau::missing_right(&refused.errors[0]).unwrap();
    assert_eq!(code, "ROLE_MISSING");
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_looks_without_a_reason_or_at_what_was_never_recorded() {
    let bureau = bureau(true).await;
    let size = bureau.size().await;
    let mut both = look("pd-1", "payment", "p-1", "核查");
    both["batch"] = json!("june");
    let neither = json!({"ledger": LEDGER, "id": "pd-1", "reason": "核查"});
    for (input, code, field) in [
        (look("pd-1", "payment", "p-1", " "), "INVALID_TEXT", json!(["reason"])),
        (look("pd-1", "payment", "p-9", "核查"), "UNKNOWN_PAYMENT", json!(["payment"])),
        (look("pd-1", "batch", "may", "核查"), "UNKNOWN_BATCH", json!(["batch"])),
        (both, "INVALID_SUBJECT", Value::Null),
        (neither, "INVALID_SUBJECT", Value::Null),
    ] {
        let refused = disclose(&bureau, MAKER, input.clone()).await;
        let expected = json!({"payment": null, "batch": null, "receipt": null,
                              "userErrors": [{"code": code, "field": field}]});
        assert_eq!(refused, expected, "{input}");
    }
    assert_eq!(bureau.size().await, size);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_look_under_an_id_is_refused_and_shows_nobody() {
    let bureau = bureau(true).await;
    let first = look("pd-1", "payment", "p-1", "核查");
    assert_eq!(disclose(&bureau, MAKER, first.clone()).await["userErrors"], json!([]));
    for (officer, input, field) in [
        (REVIEWER, first, "officer"),
        (MAKER, look("pd-1", "batch", "june", "核查"), "batch"),
        (MAKER, look("pd-1", "payment", "p-1", "另一原因"), "reason"),
    ] {
        let refused = disclose(&bureau, officer, input).await;
        let error = json!([{"code": "ID_REUSED_WITH_OTHER_CONTENT", "field": [field]}]);
        assert_eq!(refused["userErrors"], error);
        assert_eq!((&refused["payment"], &refused["batch"]), (&Value::Null, &Value::Null));
    }
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn analysts_and_administrators_see_nobody_whatever_they_say() {
    let bureau = bureau(true).await;
    let size = bureau.size().await;
    for officer in ["analyst", "system", "audit", KEEPER] {
        let refused = bureau.mutate_as(
            officer,
            "disclosePersonalData",
            look("pd-1", "payment", "p-1", "核查"),
        );
        assert_eq!(refused.await["userErrors"][0]["code"], "ROLE_MISSING", "{officer}");
    }
    let stranger = look("pd-1", "payment", "p-1", "核查");
    let refused = bureau.mutate_as("w-404", "disclosePersonalData", stranger).await;
    assert_eq!(refused["userErrors"][0]["code"], "SIGN_IN_NEEDED");
    assert_eq!(bureau.size().await, size);
    let question = "query($ledger: ID!) { accessLog(ledger: $ledger, first: 50) { nodes { officer operation act } } }";
    let log = bureau.query_as("audit", question, json!({ "ledger": LEDGER })).await;
    let kept = log["accessLog"]["nodes"].as_array().unwrap().iter();
    let kept = kept.filter(|record| record["operation"] == "disclose_personal_data");
    let refused: Vec<&Value> = kept.map(|record| &record["officer"]).collect();
    assert_eq!(refused, [KEEPER, "audit", "system", "analyst"]);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_is_recorded_also_where_persons_are_shown_anyhow() {
    let bureau = bureau(false).await;
    let shown = disclose(&bureau, MAKER, look("pd-1", "payment", "p-1", "核查")).await;
    assert_eq!((&shown["userErrors"], &shown["payment"]), (&json!([]), &whole_recipient()));
    let types = trail(&bureau, json!({"payment": "p-1"})).await;
    assert_eq!(types, ["PaymentRecorded v1", "PersonalDataDisclosed v1"]);
    bureau.check_ledger().await;
}
