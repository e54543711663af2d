//! Batches: a list that four people pass on before its money leaves.

mod lines;

use serde_json::{Value, json};
use tests::bureau::{Bureau, LEDGER, OFFICER, batch_list, run};

const MAKER: &str = "w-021";
const REVIEWER: &str = "w-022";
const APPROVER: &str = "w-023";
const CASHIER: &str = "w-024";

const TWO: [(&str, &str, &str); 2] = [("b-1", "ZL-1", "900.00"), ("b-2", "ZL-2", "600.00")];

async fn bureau() -> Bureau {
    let bureau = Bureau::new().await;
    bureau.fund("10000.00", &["minimum-living-allowance", "temporary-assistance"]).await;
    bureau
}

fn draft(id: &str, rows: &[(&str, &str, &str)]) -> Value {
    json!({"id": id, "batch": "june", "title": "2020年6月临时救助", "list": batch_list(rows)})
}

/// A step that confirms the list that stands drafted now.
async fn step(bureau: &Bureau, id: &str) -> Value {
    json!({"id": id, "batch": "june", "digest": batch(bureau).await["digest"]})
}

async fn batch(bureau: &Bureau) -> Value {
    let question = "query($ledger: ID!) { batch(ledger: $ledger, id: \"june\") { \
        id title stage lines total digest maker approvals approvalsNeeded steps { step officer } } }";
    bureau.query(question, json!({ "ledger": LEDGER })).await["batch"].clone()
}

async fn recorded(bureau: &Bureau, officer: &str, name: &str, input: Value) -> Value {
    let payload = bureau.mutate_as(officer, name, input).await;
    assert_eq!(payload["userErrors"], json!([]), "{name} by {officer}");
    payload["receipt"].clone()
}

/// Code and field of the first thing that is wrong.
async fn refused(bureau: &Bureau, officer: &str, name: &str, input: Value) -> (String, String) {
    let size = bureau.size().await;
    let payload = bureau.mutate_as(officer, name, input).await;
    assert_eq!(bureau.size().await, size, "a refused step records nothing");
    let error = &payload["userErrors"][0];
    let message = error["message"].as_str().unwrap_or_else(|| panic!("{name} was recorded"));
    assert!(message.contains(" / "), "in Chinese and English: {message}");
    let field = error["field"].as_array().cloned().unwrap_or_default();
    let field: Vec<&str> = field.iter().map(|part| part.as_str().unwrap()).collect();
    (error["code"].as_str().unwrap().to_owned(), field.join("."))
}

async fn refuses(bureau: &Bureau, officer: &str, name: &str, input: Value, code: &str) {
    let (told, _) = refused(bureau, officer, name, input).await;
    assert_eq!(told, code, "{name} by {officer}");
}

/// Drafted, submitted, reviewed and approved.
async fn approved(bureau: &Bureau, rows: &[(&str, &str, &str)]) {
    recorded(bureau, MAKER, "draftBatch", draft("d-1", rows)).await;
    recorded(bureau, MAKER, "submitBatch", step(bureau, "s-1").await).await;
    recorded(bureau, REVIEWER, "reviewBatch", step(bureau, "r-1").await).await;
    recorded(bureau, APPROVER, "approveBatch", step(bureau, "a-1").await).await;
}

async fn balance(bureau: &Bureau) -> Value {
    let question = "query($ledger: ID!) { funds(ledger: $ledger) { balance paid } }";
    bureau.query(question, json!({ "ledger": LEDGER })).await["funds"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_leaves_after_four_people_have_passed_it_on() {
    let bureau = bureau().await;
    approved(&bureau, &TWO).await;
    assert_eq!(balance(&bureau).await, json!({"balance": "10000.00", "paid": "0.00"}));
    let receipt = recorded(&bureau, CASHIER, "releaseBatch", step(&bureau, "x-1").await).await;
    let released = batch(&bureau).await;
    let digest = released["digest"].clone();
    let steps = json!([
        {"step": "BatchDrafted", "officer": MAKER},
        {"step": "BatchSubmitted", "officer": MAKER},
        {"step": "BatchReviewed", "officer": REVIEWER},
        {"step": "BatchApproved", "officer": APPROVER},
        {"step": "BatchReleased", "officer": CASHIER},
    ]);
    let expected = json!({"id": "june", "title": "2020年6月临时救助", "stage": "RELEASED", "lines": 2,
        "total": "1500.00", "digest": digest, "maker": MAKER, "approvals": 0, "approvalsNeeded": null,
        "steps": steps});
    assert_eq!(released, expected);
    assert_eq!(balance(&bureau).await, json!({"balance": "8500.00", "paid": "1500.00"}));
    let question = "query($ledger: ID!) { payment(ledger: $ledger, id: \"b-2\") { \
        amount householdNo status officer occurredOn entries { type } } }";
    let paid = bureau.query(question, json!({ "ledger": LEDGER })).await;
    let expected = json!({"amount": "600.00", "householdNo": "ZL-2", "status": "RECORDED",
        "officer": CASHIER, "occurredOn": "2020-07-15", "entries": [{"type": "PaymentInstructed v1"}]});
    assert_eq!(paid["payment"], expected);
    let again = recorded(&bureau, CASHIER, "releaseBatch", step(&bureau, "x-1").await).await;
    assert_eq!(
        (&again["position"], &again["alreadyRecorded"]),
        (&receipt["position"], &json!(true))
    );
    refuses(&bureau, CASHIER, "releaseBatch", step(&bureau, "x-2").await, "WRONG_STAGE").await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_two_steps_are_taken_by_one_person() {
    let bureau = bureau().await;
    recorded(&bureau, MAKER, "draftBatch", draft("d-1", &TWO)).await;
    refuses(&bureau, REVIEWER, "submitBatch", step(&bureau, "s-0").await, "NOT_THE_MAKER").await;
    recorded(&bureau, MAKER, "submitBatch", step(&bureau, "s-1").await).await;
    refuses(&bureau, MAKER, "reviewBatch", step(&bureau, "r-0").await, "SAME_OFFICER").await;
    recorded(&bureau, REVIEWER, "reviewBatch", step(&bureau, "r-1").await).await;
    for officer in [MAKER, REVIEWER] {
        let approval = step(&bureau, "a-0").await;
        refuses(&bureau, officer, "approveBatch", approval, "SAME_OFFICER").await;
    }
    recorded(&bureau, APPROVER, "approveBatch", step(&bureau, "a-1").await).await;
    for officer in [MAKER, REVIEWER, APPROVER] {
        refuses(&bureau, officer, "releaseBatch", step(&bureau, "x-0").await, "SAME_OFFICER").await;
    }
    recorded(&bureau, CASHIER, "releaseBatch", step(&bureau, "x-1").await).await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_come_in_their_order_and_an_unknown_batch_is_named() {
    let bureau = bureau().await;
    let unknown = json!({"id": "s-1", "batch": "june", "digest": "0".repeat(64)});
    let told = refused(&bureau, MAKER, "submitBatch", unknown.clone()).await;
    assert_eq!(told, ("UNKNOWN_BATCH".to_owned(), "batch".to_owned()));
    refuses(&bureau, CASHIER, "releaseBatch", unknown, "UNKNOWN_BATCH").await;
    recorded(&bureau, MAKER, "draftBatch", draft("d-1", &TWO)).await;
    refuses(&bureau, REVIEWER, "reviewBatch", step(&bureau, "r-1").await, "WRONG_STAGE").await;
    let early = step(&bureau, "a-1").await;
    refuses(&bureau, APPROVER, "approveBatch", early, "WRONG_STAGE").await;
    refuses(&bureau, CASHIER, "releaseBatch", step(&bureau, "x-1").await, "WRONG_STAGE").await;
    recorded(&bureau, MAKER, "submitBatch", step(&bureau, "s-1").await).await;
    refuses(&bureau, MAKER, "draftBatch", draft("d-2", &TWO), "WRONG_STAGE").await;
    let blank = json!({"id": "c-1", "batch": "june", "reason": " "});
    refuses(&bureau, MAKER, "cancelBatch", blank, "INVALID_TEXT").await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_draft_again_is_recognised_and_another_one_is_not() {
    let bureau = bureau().await;
    let header = "payment_id,programme,fund,person_no,person_name,household_no,amount,occurred_on,cause,payee_name,account_no,note";
    let row = "b-1,临时救助,fiscal,320404180001010028,张三,ZL-1,900.00,2020-07-15,火灾,张三,6228480000000000018,急";
    let mut named = draft("d-1", &TWO);
    named["list"] = json!(format!("{header}\n{row}"));
    let first = recorded(&bureau, MAKER, "draftBatch", named.clone()).await;
    let again = recorded(&bureau, MAKER, "draftBatch", named.clone()).await;
    assert_eq!((&again["position"], &again["alreadyRecorded"]), (&first["position"], &json!(true)));
    let told = refused(&bureau, MAKER, "draftBatch", draft("d-1", &TWO)).await;
    assert_eq!(told, ("ID_REUSED_WITH_OTHER_CONTENT".to_owned(), "lines".to_owned()));
    let mut other_note = named.clone();
    other_note["list"] = json!(format!("{header}\n{row}件"));
    let told = refused(&bureau, MAKER, "draftBatch", other_note).await;
    assert_eq!(told, ("ID_REUSED_WITH_OTHER_CONTENT".to_owned(), "lines.0.payout.note".to_owned()));
    recorded(&bureau, MAKER, "draftBatch", draft("d-2", &TWO)).await;
    assert_eq!(batch(&bureau).await["lines"], json!(2));
    named["id"] = json!("d-3");
    recorded(&bureau, MAKER, "draftBatch", named).await;
    recorded(&bureau, MAKER, "submitBatch", step(&bureau, "s-1").await).await;
    recorded(&bureau, REVIEWER, "reviewBatch", step(&bureau, "r-1").await).await;
    recorded(&bureau, APPROVER, "approveBatch", step(&bureau, "a-1").await).await;
    recorded(&bureau, CASHIER, "releaseBatch", step(&bureau, "x-1").await).await;
    let question =
        "query($ledger: ID!) { payments(ledger: $ledger, first: 5) { nodes { id personName } } }";
    let paid = bureau.query(question, json!({ "ledger": LEDGER })).await;
    assert_eq!(paid["payments"]["nodes"], json!([{"id": "b-1", "personName": "张三"}]));
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_was_changed_after_it_was_approved_is_not_released() {
    let bureau = bureau().await;
    approved(&bureau, &TWO).await;
    let mut administrator = bureau.place.administrator_session().await;
    let change = async |session: &mut sqlx::PgConnection, from: &str, to: &str| {
        let changed = sqlx::query(
            "update commands set command = convert_to(replace(convert_from(command, 'UTF8'), $1, $2), 'UTF8') \
             where command like '%DraftBatch%'::bytea",
        )
        .bind(from)
        .bind(to)
        .execute(session)
        .await;
        assert_eq!(changed.unwrap().rows_affected(), 1);
    };
    change(&mut administrator, "\"amount\":60000", "\"amount\":60001").await;
    let told = refused(&bureau, CASHIER, "releaseBatch", step(&bureau, "x-1").await).await;
    assert_eq!(told, ("LIST_DIFFERS".to_owned(), "digest".to_owned()));
    change(&mut administrator, "\"amount\":60001", "\"amount\":60000").await;
    recorded(&bureau, CASHIER, "releaseBatch", step(&bureau, "x-1").await).await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_approved_is_the_digest_that_was_looked_at() {
    let bureau = bureau().await;
    recorded(&bureau, MAKER, "draftBatch", draft("d-1", &TWO)).await;
    let looked_at = batch(&bureau).await["digest"].clone();
    let other = [TWO[0], ("b-2", "ZL-2", "600.01")];
    recorded(&bureau, MAKER, "draftBatch", draft("d-2", &other)).await;
    recorded(&bureau, MAKER, "submitBatch", step(&bureau, "s-1").await).await;
    recorded(&bureau, REVIEWER, "reviewBatch", step(&bureau, "r-1").await).await;
    let old = json!({"id": "a-1", "batch": "june", "digest": looked_at});
    let told = refused(&bureau, APPROVER, "approveBatch", old.clone()).await;
    assert_eq!(told, ("LIST_DIFFERS".to_owned(), "digest".to_owned()));
    let back = json!({"id": "k-1", "batch": "june", "reason": "重看"});
    recorded(&bureau, APPROVER, "sendBackBatch", back).await;
    refuses(&bureau, MAKER, "submitBatch", old.clone(), "LIST_DIFFERS").await;
    recorded(&bureau, MAKER, "submitBatch", step(&bureau, "s-2").await).await;
    refuses(&bureau, REVIEWER, "reviewBatch", old, "LIST_DIFFERS").await;
    recorded(&bureau, REVIEWER, "reviewBatch", step(&bureau, "r-2").await).await;
    recorded(&bureau, APPROVER, "approveBatch", step(&bureau, "a-2").await).await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_sum_needs_as_many_approvals_as_its_band_says() {
    let bureau = bureau().await;
    let bands = json!({"id": "rg-1", "document": "三重一大〔2020〕1号",
        "bands": [{"from": "1500.00", "approvals": 2}, {"from": "5000.00", "approvals": 3}]});
    bureau.recorded("setApprovalBands", bands).await;
    approved(&bureau, &TWO).await;
    let waiting = batch(&bureau).await;
    assert_eq!((&waiting["approvals"], &waiting["approvalsNeeded"]), (&json!(1), &json!(2)));
    refuses(&bureau, CASHIER, "releaseBatch", step(&bureau, "x-0").await, "APPROVALS_MISSING")
        .await;
    let second = step(&bureau, "a-2").await;
    refuses(&bureau, APPROVER, "approveBatch", second.clone(), "SAME_OFFICER").await;
    recorded(&bureau, "w-025", "approveBatch", second).await;
    let third = step(&bureau, "a-3").await;
    refuses(&bureau, "w-026", "approveBatch", third, "WRONG_STAGE").await;
    refuses(&bureau, "w-025", "releaseBatch", step(&bureau, "x-0").await, "SAME_OFFICER").await;
    recorded(&bureau, CASHIER, "releaseBatch", step(&bureau, "x-1").await).await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_sent_back_made_again_and_given_up() {
    let bureau = bureau().await;
    approved(&bureau, &TWO).await;
    let back = json!({"id": "k-1", "batch": "june", "reason": "账号有误"});
    let first = recorded(&bureau, CASHIER, "sendBackBatch", back.clone()).await;
    let again = recorded(&bureau, CASHIER, "sendBackBatch", back).await;
    assert_eq!((&again["position"], &again["alreadyRecorded"]), (&first["position"], &json!(true)));
    assert_eq!(batch(&bureau).await["stage"], "DRAFTED");
    recorded(&bureau, "w-030", "draftBatch", draft("d-2", &TWO[..1])).await;
    recorded(&bureau, "w-030", "submitBatch", step(&bureau, "s-2").await).await;
    // In another round everybody may be somebody else.
    recorded(&bureau, MAKER, "reviewBatch", step(&bureau, "r-2").await).await;
    let gone = json!({"id": "c-1", "batch": "june", "reason": "重复"});
    recorded(&bureau, APPROVER, "cancelBatch", gone).await;
    assert_eq!(batch(&bureau).await["stage"], "CANCELLED");
    refuses(&bureau, "w-030", "draftBatch", draft("d-3", &TWO), "WRONG_STAGE").await;
    assert_eq!(balance(&bureau).await["paid"], "0.00");
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_cannot_be_paid_are_named_and_nothing_leaves() {
    let bureau = bureau().await;
    let unknown = [("b-1", "ZL-1", "1.00")];
    let mut list = draft("d-1", &unknown);
    list["list"] = json!(batch_list(&unknown).replace("fiscal", "none"));
    let told = refused(&bureau, MAKER, "draftBatch", list).await;
    assert_eq!(told, ("UNKNOWN_FUND".to_owned(), "lines.0.fund".to_owned()));
    let mut list = draft("d-1", &TWO);
    list["list"] = json!(batch_list(&TWO).replace("600.00", "6oo"));
    let told = refused(&bureau, MAKER, "draftBatch", list).await;
    assert_eq!(told, ("INVALID_AMOUNT".to_owned(), "list.3.amount".to_owned()));
    let paid = json!({"id": "b-9", "fund": "fiscal", "kind": "URGENT", "cause": "火灾", "amount": "1",
        "occurredOn": "2020-06-16", "recipient": {"householdNo": "ZL-9"}});
    bureau.recorded("recordTemporaryAid", paid).await;
    let again = draft("d-0", &[("b-9", "ZL-9", "1.00")]);
    let told = refused(&bureau, MAKER, "draftBatch", again).await;
    assert_eq!(told, ("PAYMENT_ALREADY_MADE".to_owned(), "lines.0.id".to_owned()));

    let dear = [("b-1", "ZL-1", "9000.00"), ("b-2", "ZL-2", "999.01")];
    approved(&bureau, &dear).await;
    let told = refused(&bureau, CASHIER, "releaseBatch", step(&bureau, "x-1").await).await;
    assert_eq!(told, ("FUND_BALANCE_TOO_LOW".to_owned(), "lines.1.amount".to_owned()));
    assert_eq!(batch(&bureau).await["stage"], "APPROVED");
    let more = json!({"id": "allotment-2", "fund": "fiscal", "amount": "0.01",
                      "occurredOn": "2020-07-01", "document": "钟财社〔2020〕2号"});
    bureau.recorded("receiveFunds", more).await;
    recorded(&bureau, CASHIER, "releaseBatch", step(&bureau, "x-1").await).await;
    assert_eq!(balance(&bureau).await["balance"], "0.00");
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_that_was_paid_meanwhile_is_not_paid_again() {
    let bureau = bureau().await;
    let header = "payment_id,programme,fund,household_no,amount,entitlement_month,occurred_on";
    let rows = "b-1,低保,fiscal,ZL-1,900.00,2020-06,2020-06-15\nb-2,低保,fiscal,ZL-2,900.00,2020-06,2020-06-15";
    let mut list = draft("d-1", &TWO);
    list["list"] = json!(format!("{header}\n{rows}"));
    recorded(&bureau, MAKER, "draftBatch", list).await;
    recorded(&bureau, MAKER, "submitBatch", step(&bureau, "s-1").await).await;
    recorded(&bureau, REVIEWER, "reviewBatch", step(&bureau, "r-1").await).await;
    recorded(&bureau, APPROVER, "approveBatch", step(&bureau, "a-1").await).await;
    let meanwhile = json!({"id": "p-1", "programme": "低保", "fund": "fiscal", "amount": "900.00",
        "entitlementMonth": "2020-06", "occurredOn": "2020-06-14", "recipient": {"householdNo": "ZL-2"}});
    bureau.recorded("recordGrantPayment", meanwhile).await;
    let told = refused(&bureau, CASHIER, "releaseBatch", step(&bureau, "x-1").await).await;
    assert_eq!(told, ("ALREADY_PAID_FOR_MONTH".to_owned(), "lines.1.entitlementMonth".to_owned()));
    let reversal =
        json!({"id": "rv-1", "payment": "p-1", "reason": "重复", "occurredOn": "2020-06-16"});
    bureau.recorded("reversePayment", reversal).await;
    recorded(&bureau, CASHIER, "releaseBatch", step(&bureau, "x-1").await).await;
    let reversal =
        json!({"id": "rv-2", "payment": "b-1", "reason": "重复", "occurredOn": "2020-06-16"});
    bureau.recorded("reversePayment", reversal).await;
    assert_eq!(balance(&bureau).await, json!({"balance": "9100.00", "paid": "900.00"}));
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_release_at_once_one_does_and_each_line_is_paid_once() {
    let bureau = bureau().await;
    let rows: Vec<(String, String)> =
        (0..40).map(|n| (format!("b-{n}"), format!("ZL-{n}"))).collect();
    let rows: Vec<(&str, &str, &str)> =
        rows.iter().map(|(id, household)| (id.as_str(), household.as_str(), "10.00")).collect();
    approved(&bureau, &rows).await;
    let another = bureau.another_program().await;
    let document = "mutation($input: ReleaseBatchInput!) { releaseBatch(input: $input) { \
                    receipt { alreadyRecorded } userErrors { code } } }";
    let mut asking = tokio::task::JoinSet::new();
    for n in 0..8 {
        let books = if n % 2 == 0 { bureau.books.clone() } else { another.clone() };
        let mut input = step(&bureau, &format!("x-{n}")).await;
        input["ledger"] = json!(LEDGER);
        asking.spawn(async move { run(&books, document, json!({ "input": input })).await });
    }
    let released = asking.join_all().await;
    let receipts =
        released.iter().filter(|told| !told["releaseBatch"]["receipt"].is_null()).count();
    assert_eq!(receipts, 1, "{released:?}");
    assert_eq!(balance(&bureau).await, json!({"balance": "9600.00", "paid": "400.00"}));
    another.close().await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_officers_are_required_money_leaves_by_the_hands_of_four_roles() {
    let bureau = bureau().await;
    for (officer, role) in [
        ("s-001", "SECURITY_ADMINISTRATOR"),
        (MAKER, "MAKER"),
        (REVIEWER, "REVIEWER"),
        (APPROVER, "APPROVER"),
        (CASHIER, "CASHIER"),
        (OFFICER, "INSPECTOR"),
    ] {
        let enrolment = json!({"id": officer, "name": format!("姓名 {officer}"), "roles": [role]});
        bureau.recorded("enrolOfficer", enrolment).await;
        bureau.sign_in(officer).await;
    }
    let required = json!({"id": "rg-1", "required": true, "document": "内控〔2020〕1号"});
    bureau.recorded("requireOfficers", required).await;
    refuses(&bureau, REVIEWER, "draftBatch", draft("d-1", &TWO), "ROLE_MISSING").await;
    approved(&bureau, &TWO).await;
    refuses(&bureau, "w-404", "releaseBatch", step(&bureau, "x-0").await, "SIGN_IN_NEEDED").await;
    recorded(&bureau, CASHIER, "releaseBatch", step(&bureau, "x-1").await).await;
    assert_eq!(balance(&bureau).await["paid"], "1500.00");
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trail_of_a_batch_holds_its_steps_its_payments_and_their_reversals() {
    let bureau = bureau().await;
    approved(&bureau, &TWO).await;
    recorded(&bureau, CASHIER, "releaseBatch", step(&bureau, "x-1").await).await;
    let reversal =
        json!({"id": "rv-1", "payment": "b-1", "reason": "重复", "occurredOn": "2020-07-16"});
    bureau.recorded("reversePayment", reversal).await;
    let question = "query($ledger: ID!) { \
        auditTrail(ledger: $ledger, subject: {batch: \"june\"}) { nodes { type } } \
        batches(ledger: $ledger) { id stage } }";
    let found = bureau.query(question, json!({ "ledger": LEDGER })).await;
    let nodes = found["auditTrail"]["nodes"].as_array().unwrap().iter();
    let types: Vec<&str> = nodes.map(|node| node["type"].as_str().unwrap()).collect();
    let expected = [
        "BatchDrafted v1",
        "BatchSubmitted v1",
        "BatchReviewed v1",
        "BatchApproved v1",
        "BatchReleased v1",
        "PaymentInstructed v1",
        "PaymentInstructed v1",
        "PaymentReversed v1",
    ];
    assert_eq!(types, expected);
    assert_eq!(found["batches"], json!([{"id": "june", "stage": "RELEASED"}]));
    bureau.check_ledger().await;
}
