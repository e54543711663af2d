//! Officers, their roles, and a ledger that requires both.

mod commands;
mod every_operation;

use std::collections::BTreeSet;

use api::books::{CommandError, DomainRules, ListOutcome, Recording};
use api::requests::{ClientId, ReceiveFundsRequest};
use domain::calendar::Day;
use domain::money::Money;
use domain::rights::Operation;
use ledger::effects::Rules;
use serde_json::{Value, json};
use tests::bureau::{Bureau, LEDGER, OFFICER, payments};

use commands::command_for;

const GATEKEEPER: &str = "s-001";

fn enrolment(id: &str, roles: &[&str]) -> Value {
    json!({"id": id, "name": format!("姓名 {id}"), "roles": roles})
}

fn change(id: &str, officer: &str, role: &str) -> Value {
    json!({"id": id, "officer": officer, "role": role, "document": "任职〔2020〕3号"})
}

fn requiring(id: &str, required: bool) -> Value {
    json!({"id": id, "required": required, "document": "内控〔2020〕1号"})
}

async fn officers(bureau: &Bureau) -> Value {
    let question = "query($ledger: ID!) { officers(ledger: $ledger) { id name roles enrolledAt } \
        ledger(id: $ledger) { officersRequired } }";
    bureau.query_as(GATEKEEPER, question, json!({ "ledger": LEDGER })).await
}

async fn enrolled(bureau: &Bureau, officer: &str, roles: &[&str]) {
    bureau.recorded("enrolOfficer", enrolment(officer, roles)).await;
    bureau.sign_in(officer).await;
}

/// A bureau with money, a security administrator, an inspector, and officers required from the last entry
/// on. Both are signed in.
async fn strict_bureau() -> Bureau {
    let bureau = Bureau::new().await;
    let earmark = ["minimum-living-allowance", "temporary-assistance"];
    bureau.fund("10000.00", &earmark).await;
    enrolled(&bureau, GATEKEEPER, &["SECURITY_ADMINISTRATOR"]).await;
    enrolled(&bureau, OFFICER, &["INSPECTOR"]).await;
    bureau.recorded("requireOfficers", requiring("rg-1", true)).await;
    bureau
}

/// Enrols an officer where officers are required, and signs them in.
async fn taken_in(bureau: &Bureau, officer: &str, roles: &[&str]) {
    recorded_by(bureau, GATEKEEPER, "enrolOfficer", enrolment(officer, roles)).await;
    bureau.sign_in(officer).await;
}

/// The code and the message of the refusal; `None` where it was recorded.
async fn refusal(
    bureau: &Bureau,
    officer: &str,
    name: &str,
    input: Value,
) -> Option<(String, String)> {
    let size = bureau.size().await;
    let payload = bureau.mutate_as(officer, name, input).await;
    let error = payload["userErrors"].get(0)?.clone();
    assert_eq!(bureau.size().await, size, "a refused command records nothing");
    let text = |field: &str| error[field].as_str().unwrap().to_owned();
    Some((text("code"), text("message")))
}

async fn recorded_by(bureau: &Bureau, officer: &str, name: &str, input: Value) {
    assert_eq!(refusal(bureau, officer, name, input).await, None, "{name} by {officer}");
}

async fn refused_by(
    bureau: &Bureau,
    officer: &str,
    name: &str,
    input: Value,
    code: &str,
) -> String {
    let (told, message) = refusal(bureau, officer, name, input).await.unwrap();
    assert_eq!(told, code, "{name} by {officer}: {message}");
    assert!(message.contains(" / "), "in Chinese and English: {message}");
    message
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_are_given_and_withdrawn_by_entries() {
    let bureau = Bureau::new().await;
    let enrolled =
        bureau.recorded("enrolOfficer", enrolment("w-001", &["REVIEWER", "MAKER"])).await;
    let again = bureau.recorded("enrolOfficer", enrolment("w-001", &["MAKER", "REVIEWER"])).await;
    assert_eq!(
        (&again["position"], &again["alreadyRecorded"]),
        (&enrolled["position"], &json!(true))
    );
    bureau.recorded("giveRole", change("rc-1", "w-001", "APPROVER")).await;
    bureau.recorded("withdrawRole", change("rc-2", "w-001", "MAKER")).await;
    bureau.recorded("giveRole", change("rc-1", "w-001", "APPROVER")).await;
    let told = officers(&bureau).await;
    let expected = json!([{"id": "w-001", "name": "姓名 w-001", "roles": ["REVIEWER", "APPROVER"],
                           "enrolledAt": enrolled["position"]}]);
    assert_eq!(told["officers"], expected);
    assert_eq!(told["ledger"]["officersRequired"], json!(false));
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_said_of_an_officer_is_refused_by_name() {
    let bureau = Bureau::new().await;
    bureau.recorded("enrolOfficer", enrolment("w-001", &["MAKER"])).await;
    let refuses = async |name: &str, input: Value, code: &str, field: &str| {
        assert_eq!(bureau.refused(name, input).await, (code.to_owned(), field.to_owned()));
    };
    let other_name = json!({"id": "w-001", "name": "别人", "roles": ["MAKER"]});
    refuses("enrolOfficer", other_name, "ID_REUSED_WITH_OTHER_CONTENT", "name").await;
    let blank = json!({"id": "w-002", "name": " ", "roles": []});
    refuses("enrolOfficer", blank, "INVALID_TEXT", "name").await;
    let number = enrolment("320404180001010028", &[]);
    refuses("enrolOfficer", number, "PERSONAL_DATA_IN_FIELD", "id").await;
    refuses("enrolOfficer", enrolment("张三", &[]), "INVALID_TEXT", "id").await;
    refuses("giveRole", change("rc-1", "w-009", "MAKER"), "UNKNOWN_OFFICER", "officer").await;
    refuses("giveRole", change("rc-1", "w-001", "MAKER"), "ROLE_HELD", "role").await;
    refuses("withdrawRole", change("rc-1", "w-001", "CASHIER"), "ROLE_NOT_HELD", "role").await;
    refuses("requireOfficers", requiring("rg-1", false), "STANDS_ALREADY", "required").await;
    let both = bureau.mutate("giveRole", change("rc-1", "w-001", "CASHIER")).await;
    assert_eq!(both["userErrors"][0]["code"], "ROLES_EXCLUDE_EACH_OTHER");
    let both = bureau.mutate("enrolOfficer", enrolment("w-003", &["INSPECTOR", "APPROVER"])).await;
    assert_eq!(both["userErrors"][0]["code"], "ROLES_EXCLUDE_EACH_OTHER");
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_names_the_roles_in_both_languages() {
    let bureau = strict_bureau().await;
    let fund = json!({"id": "other", "name": "另", "source": "CHARITY", "programmes": []});
    let message = refused_by(&bureau, GATEKEEPER, "openFund", fund, "ROLE_MISSING").await;
    assert_eq!(
        message,
        "人员 s-001 无权办理此事:须具有 经办 之一,现有 安全管理员 / the officer s-001 may not do this: it \
         needs one of maker, held are security_administrator"
    );
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn officers_are_required_only_where_somebody_can_give_roles() {
    let bureau = Bureau::new().await;
    let code = "SECURITY_ADMINISTRATOR_MISSING";
    refused_by(&bureau, OFFICER, "requireOfficers", requiring("rg-1", true), code).await;
    bureau.recorded("enrolOfficer", enrolment("w-001", &["MAKER"])).await;
    refused_by(&bureau, OFFICER, "requireOfficers", requiring("rg-1", true), code).await;
    enrolled(&bureau, GATEKEEPER, &["SECURITY_ADMINISTRATOR"]).await;
    bureau.recorded("requireOfficers", requiring("rg-1", true)).await;
    assert_eq!(officers(&bureau).await["ledger"]["officersRequired"], json!(true));
    let last = change("rc-1", GATEKEEPER, "SECURITY_ADMINISTRATOR");
    refused_by(&bureau, GATEKEEPER, "withdrawRole", last.clone(), code).await;
    taken_in(&bureau, "s-002", &["SECURITY_ADMINISTRATOR"]).await;
    recorded_by(&bureau, "s-002", "withdrawRole", last).await;
    refused_by(&bureau, GATEKEEPER, "enrolOfficer", enrolment("w-9", &[]), "ROLE_MISSING").await;
    recorded_by(&bureau, "s-002", "requireOfficers", requiring("rg-2", false)).await;
    assert_eq!(officers(&bureau).await["ledger"]["officersRequired"], json!(false));
    recorded_by(&bureau, "anybody", "openStore", json!({"id": "st-2", "name": "超市"})).await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_leaves_no_more_by_a_payment_that_is_recorded_directly() {
    let bureau = strict_bureau().await;
    taken_in(&bureau, "w-001", &["MAKER", "APPROVER"]).await;
    let (name, aid) = command_for(Operation::RecordPaymentDirectly, 1, &Value::Null).unwrap();
    refused_by(&bureau, "w-001", name, aid, "NOT_RECORDED_DIRECTLY").await;
    let list = payments((0..3).map(|n| (format!("row-{n}"), format!("H-{n}"), 1)));
    let officer = bureau.acting("w-001").await;
    let size = bureau.size().await;
    let book = bureau.book().await;
    let outcome = book.record_list(&officer, &list, Recording::Record).await.unwrap();
    let ListOutcome::Refused(refused) = outcome else { panic!("{outcome:?}") };
    let codes: Vec<&str> = refused.iter().map(|row| row.error.code).collect();
    assert_eq!(codes, ["NOT_RECORDED_DIRECTLY"]);
    assert_eq!(bureau.size().await, size);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_knew_other_roles_is_held_to_the_present_ones() {
    let bureau = strict_bureau().await;
    taken_in(&bureau, "w-001", &["MAKER"]).await;
    let another = bureau.another_program().await;
    let (book, maker) = (another.book(LEDGER).await.unwrap(), bureau.acting("w-001").await);
    let receive = async |id: &str| {
        let request = ReceiveFundsRequest {
            id: ClientId::parse(id).unwrap(),
            fund: "fiscal".to_owned(),
            amount: Money::from_fen(100).unwrap(),
            occurred_on: Day::parse("2020-06-15").unwrap(),
            document: None,
            income: None,
        };
        match book.receive_funds(&maker, request).await {
            Ok(_) => None,
            Err(CommandError::Refused(refused)) => Some(refused.code),
            Err(fault) => panic!("{fault}"),
        }
    };
    assert_eq!(receive("r-1").await, None);
    recorded_by(&bureau, GATEKEEPER, "withdrawRole", change("rc-1", "w-001", "MAKER")).await;
    // The other program's writer learns of it when it appends.
    assert_eq!(receive("r-2").await, Some("ROLE_MISSING"));
    another.close().await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trail_of_an_officer_holds_what_was_done_about_them_and_by_them() {
    let bureau = strict_bureau().await;
    taken_in(&bureau, "w-001", &["MAKER"]).await;
    recorded_by(&bureau, GATEKEEPER, "giveRole", change("rc-1", "w-001", "APPROVER")).await;
    recorded_by(
        &bureau,
        "w-001",
        "setStandard",
        command_for(Operation::SetStandard, 0, &Value::Null).unwrap().1,
    )
    .await;
    let question = "query($ledger: ID!, $subject: AuditSubject!) { \
        auditTrail(ledger: $ledger, subject: $subject) { nodes { type } } }";
    let types = async |subject: Value| {
        let found = bureau.query(question, json!({"ledger": LEDGER, "subject": subject})).await;
        let nodes = found["auditTrail"]["nodes"].as_array().unwrap().clone();
        nodes.iter().map(|node| node["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let own = ["OfficerEnrolled v1", "RoleGiven v1", "StandardSet v1"];
    assert_eq!(types(json!({"officer": "w-001"})).await, own);
    assert_eq!(types(json!({"document": "任职〔2020〕3号"})).await, ["RoleGiven v1"]);
    assert_eq!(types(json!({"document": "内控〔2020〕1号"})).await, ["OfficersRequired v1"]);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_streams_that_are_read_first_change_who_may_record() {
    let bureau = Bureau::new().await;
    bureau.record_everything(LEDGER).await;
    let mut connection = bureau.books.pool().acquire().await.unwrap();
    let (mut changing, mut types) = (0, BTreeSet::new());
    for position in 1..bureau.size().await {
        let id = bureau.book().await.id().clone();
        let entry = ledger::reader::entry(&mut connection, &id, position).await.unwrap().unwrap();
        let view = ledger::entry::parse(&entry.bytes).unwrap();
        let effects = DomainRules.effects(&view.stream, &view.event, view.payload).unwrap();
        let read_first = DomainRules.access_streams().contains(&view.stream.kind());
        assert!(effects.access.is_empty() || read_first, "{}", view.event);
        changing += usize::from(!effects.access.is_empty());
        types.insert(view.event.to_string());
    }
    drop(connection);
    assert_eq!(changing, 6);
    assert_eq!(types.len(), 46, "every type of event: {types:?}");
    bureau.check_ledger().await;
}
