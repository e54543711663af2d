//! A death is reported with its day and its source, tells which payments came after it, and leaves them standing.

use serde_json::{Value, json};
use tests::bureau::{Bureau, LEDGER, OFFICER};

use crate::proposals::{granting_bureau, proposal};

const MAKER: &str = "w-021";
const REVIEWER: &str = "w-022";
const APPROVER: &str = "w-023";

const PERSON: &str = "320404180001010028";
const OTHER: &str = "32040418000101001X";
const STRANGER: &str = "321311180001010019";

const SOURCE: &str = "民函〔2020〕88号";
const DOCUMENT: &str = "核实〔2020〕3号";

fn report(id: &str, died_on: &str) -> Value {
    json!({"id": id, "personNo": PERSON, "diedOn": died_on, "source": SOURCE,
           "occurredOn": "2020-06-02"})
}

/// Of the report with the number before.
fn withdrawal(id: &str) -> Value {
    let number: u32 = id.trim_start_matches("dr-").parse().unwrap();
    json!({"id": id, "personNo": PERSON, "report": format!("dr-{}", number - 1), "document": DOCUMENT,
           "occurredOn": "2020-08-09"})
}

/// The same, but for one field.
fn with(mut input: Value, field: &str, value: &str) -> Value {
    input[field] = json!(value);
    input
}

/// Dibao of the person for these months.
fn dibao(id: &str, from: &str, to: &str, occurred_on: &str) -> Value {
    json!({"id": id, "programme": "低保", "fund": "fiscal", "amount": "900.00", "entitlementMonth": from,
           "entitlementTo": to, "occurredOn": occurred_on,
           "recipient": {"personNo": PERSON, "personName": "张三", "householdNo": "ZL-1"}})
}

/// Urgent aid of this day.
fn aid(id: &str, occurred_on: &str, recipient: Value) -> Value {
    json!({"id": id, "fund": "fiscal", "kind": "URGENT", "cause": "火灾", "amount": "500.00",
           "occurredOn": occurred_on, "recipient": recipient})
}

/// A bureau that paid the person for months and on days around 20 May 2020, and others in July.
async fn paying_bureau() -> Bureau {
    let bureau = Bureau::new().await;
    bureau.fund("10000.00", &["minimum-living-allowance", "temporary-assistance"]).await;
    let own = json!({"personNo": PERSON, "personName": "张三", "householdNo": "ZL-1"});
    let covered = json!({"personNo": OTHER, "personName": "李四", "householdNo": "ZL-1", "members": [PERSON],
                         "coveredPersons": 2});
    for (name, payment) in [
        ("recordGrantPayment", dibao("april", "2020-04", "2020-04", "2020-06-10")),
        ("recordGrantPayment", dibao("may-june", "2020-05", "2020-06", "2020-05-15")),
        ("recordGrantPayment", dibao("july", "2020-07", "2020-07", "2020-07-15")),
        ("recordTemporaryAid", aid("that-day", "2020-05-20", own.clone())),
        ("recordTemporaryAid", aid("next-day", "2020-05-21", own)),
        ("recordTemporaryAid", aid("covered", "2020-07-01", covered)),
        ("recordTemporaryAid", aid("household", "2020-07-01", json!({"householdNo": "ZL-2"}))),
    ] {
        bureau.recorded(name, payment).await;
    }
    bureau
}

/// Sends a report or its withdrawal, which must be recorded or stand. Gives the day that stands, and the receipt.
async fn told(bureau: &Bureau, officer: &str, name: &str, input: Value) -> (Value, Value) {
    let mut input_type = name.to_owned();
    input_type[..1].make_ascii_uppercase();
    let document = format!(
        "mutation($input: {input_type}Input!) {{ {name}(input: $input) {{ \
         diedOn receipt {{ position alreadyRecorded }} userErrors {{ code field message }} }} }}"
    );
    let input = with(input, "ledger", LEDGER);
    let data = bureau.query_as(officer, &document, json!({ "input": input })).await;
    let payload = &data[name];
    assert_eq!(payload["userErrors"], json!([]), "{name} by {officer}");
    (payload["diedOn"].clone(), payload["receipt"].clone())
}

/// Ids of the payments of which the filter says that they are, or are not, after a death; each says it itself.
async fn after_death(bureau: &Bureau, after: bool) -> Vec<String> {
    bureau.book().await.catch_up().await.unwrap();
    let question = "query($ledger: ID!, $after: Boolean) { \
        payments(ledger: $ledger, filter: {afterDeath: $after}, first: 50) { nodes { id status afterDeath } } }";
    let found = bureau.query(question, json!({"ledger": LEDGER, "after": after})).await;
    let nodes = found["payments"]["nodes"].as_array().unwrap().iter();
    nodes
        .map(|payment| {
            let stands = (&payment["status"], &payment["afterDeath"]);
            assert_eq!(stands, (&json!("RECORDED"), &json!(after)));
            payment["id"].as_str().unwrap().to_owned()
        })
        .collect()
}

/// Types of the entries that touch a subject.
async fn trail(bureau: &Bureau, subject: Value) -> Vec<String> {
    bureau.book().await.catch_up().await.unwrap();
    let question = "query($ledger: ID!, $subject: AuditSubject!) { \
        auditTrail(ledger: $ledger, subject: $subject, first: 50) { nodes { type } } }";
    let found = bureau.query(question, json!({"ledger": LEDGER, "subject": subject})).await;
    let nodes = found["auditTrail"]["nodes"].as_array().unwrap().iter();
    nodes.map(|node| node["type"].as_str().unwrap().to_owned()).collect()
}

async fn refuses(bureau: &Bureau, name: &str, input: Value, code: &str, field: &str) {
    let said = bureau.refused(name, input.clone()).await;
    assert_eq!(said, (code.to_owned(), field.to_owned()), "{name}: {input}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_death_tells_the_payments_after_it_until_its_report_is_withdrawn() {
    let bureau = paying_bureau().await;
    let everything = ["april", "may-june", "july", "that-day", "next-day", "covered", "household"];
    assert_eq!(after_death(&bureau, true).await, [""; 0]);
    assert_eq!(after_death(&bureau, false).await, everything);

    let (died_on, _) = told(&bureau, MAKER, "reportDeath", report("dr-1", "2020-05-20")).await;
    assert_eq!(died_on, "2020-05-20");
    // What pays for the month of the death, or was paid on that day, was due; who is merely covered did not receive.
    assert_eq!(after_death(&bureau, true).await, ["may-june", "july", "next-day"]);
    assert_eq!(after_death(&bureau, false).await, ["april", "that-day", "covered", "household"]);

    let (died_on, _) = told(&bureau, APPROVER, "withdrawDeathReport", withdrawal("dr-2")).await;
    assert_eq!(died_on, Value::Null);
    assert_eq!(after_death(&bureau, true).await, [""; 0]);

    let (died_on, _) = told(&bureau, REVIEWER, "reportDeath", report("dr-3", "2020-06-01")).await;
    assert_eq!(died_on, "2020-06-01");
    assert_eq!(after_death(&bureau, true).await, ["july"]);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_paid_after_a_death_stands_and_is_asked_back() {
    let bureau = paying_bureau().await;
    let question = "query($ledger: ID!) { funds(ledger: $ledger) { paid balance } \
        payment(ledger: $ledger, id: \"july\") { status amount recovery { outstanding } } }";
    let standing = async || {
        bureau.book().await.catch_up().await.unwrap();
        bureau.query(question, json!({ "ledger": LEDGER })).await
    };
    let before = standing().await;
    told(&bureau, MAKER, "reportDeath", report("dr-1", "2020-05-20")).await;
    assert_eq!(standing().await, before);
    let order = json!({"id": "ro-1", "payment": "july", "amount": "900.00", "reason": "领取人已死亡",
                       "document": "钟民追〔2020〕3号", "occurredOn": "2020-08-03"});
    bureau.recorded("orderRecovery", order).await;
    let after = standing().await;
    assert_eq!(after["funds"], before["funds"]);
    let asked_back =
        json!({"status": "RECORDED", "amount": "900.00", "recovery": {"outstanding": "900.00"}});
    assert_eq!(after["payment"], asked_back);
    assert_eq!(after_death(&bureau, true).await, ["may-june", "july", "next-day"]);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_said_of_a_death_is_refused_by_name() {
    let bureau = paying_bureau().await;
    let (reports, withdraws) = ("reportDeath", "withdrawDeathReport");
    let first = report("dr-1", "2020-05-20");
    for (name, input) in [(reports, &first), (withdraws, &withdrawal("dr-2"))] {
        let stranger = with(input.clone(), "personNo", STRANGER);
        refuses(&bureau, name, stranger, "UNKNOWN_PERSON", "personNo").await;
        let misspelt = with(input.clone(), "personNo", "320404180001010020");
        refuses(&bureau, name, misspelt, "INVALID_IDENTITY_NUMBER", "personNo").await;
    }
    let early = with(first.clone(), "occurredOn", "2020-05-19");
    refuses(&bureau, reports, early, "INVALID_DATE", "occurredOn").await;
    let no_day = with(first.clone(), "diedOn", "2020-05-32");
    refuses(&bureau, reports, no_day, "INVALID_DATE", "diedOn").await;
    refuses(&bureau, withdraws, withdrawal("dr-2"), "NOT_REPORTED", "report").await;
    bureau.recorded(reports, first).await;
    let twice = report("dr-3", "2020-05-20");
    refuses(&bureau, reports, twice, "ALREADY_REPORTED", "personNo").await;
    bureau.recorded(withdraws, withdrawal("dr-2")).await;
    refuses(&bureau, withdraws, withdrawal("dr-4"), "NOT_REPORTED", "report").await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_again_records_nothing_and_another_under_its_id_is_refused() {
    let bureau = paying_bureau().await;
    let (reports, withdraws) = ("reportDeath", "withdrawDeathReport");
    let (first, second) = (report("dr-1", "2020-05-20"), withdrawal("dr-2"));
    let reported = bureau.recorded(reports, first.clone()).await;
    let withdrawn = bureau.recorded(withdraws, second.clone()).await;
    // Each is answered by its own receipt, and by what is known now.
    for (name, input, receipt) in [(reports, &first, reported), (withdraws, &second, withdrawn)] {
        let (died_on, again) = told(&bureau, MAKER, name, input.clone()).await;
        let expected = json!({"position": receipt["position"], "alreadyRecorded": true});
        assert_eq!((died_on, again), (Value::Null, expected), "{name}");
    }
    let reused = "ID_REUSED_WITH_OTHER_CONTENT";
    for (field, value) in [
        ("personNo", OTHER),
        ("diedOn", "2020-05-21"),
        ("source", "别号"),
        ("occurredOn", "2020-06-03"),
    ] {
        refuses(&bureau, reports, with(first.clone(), field, value), reused, field).await;
    }
    for (field, value) in [("report", "dr-9"), ("document", "别号"), ("occurredOn", "2020-08-10")]
    {
        refuses(&bureau, withdraws, with(second.clone(), field, value), reused, field).await;
    }
    refuses(&bureau, reports, report("dr-2", "2020-05-20"), reused, "id").await;
    refuses(&bureau, withdraws, withdrawal("dr-1"), reused, "id").await;
    bureau.recorded(reports, with(report("dr-3", "2020-05-20"), "personNo", OTHER)).await;
    let of_the_other = with(with(second, "personNo", OTHER), "report", "dr-3");
    refuses(&bureau, withdraws, of_the_other, reused, "personNo").await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_leaves_out_who_died_before_the_month() {
    let bureau = granting_bureau().await;
    let due = proposal(&bureau).await;
    assert_eq!((&due["lines"], &due["total"]), (&json!(2), &json!("2300.00")));
    // Whoever lived on a day of June is due for it.
    told(&bureau, MAKER, "reportDeath", report("dr-1", "2020-06-01")).await;
    assert_eq!(proposal(&bureau).await, due);
    told(&bureau, APPROVER, "withdrawDeathReport", withdrawal("dr-2")).await;
    told(&bureau, MAKER, "reportDeath", report("dr-3", "2020-05-31")).await;
    let told_now = proposal(&bureau).await;
    assert_eq!((&told_now["lines"], &told_now["total"]), (&json!(1), &json!("800.00")));
    let mut left_out = due["leftOut"].as_array().unwrap().clone();
    left_out.insert(0, json!({"grant": "g-1", "householdNo": "ZL-1", "reason": "DECEASED"}));
    assert_eq!(told_now["leftOut"], json!(left_out));
    told(&bureau, APPROVER, "withdrawDeathReport", withdrawal("dr-4")).await;
    assert_eq!(proposal(&bureau).await, due);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_entries_are_found_by_person_officer_and_document_and_name_nobody() {
    let bureau = paying_bureau().await;
    let (reported, withdrawn) = ("DeathReported v1", "DeathReportWithdrawn v1");
    let first = told(&bureau, MAKER, "reportDeath", report("dr-1", "2020-05-20")).await;
    let second = told(&bureau, APPROVER, "withdrawDeathReport", withdrawal("dr-2")).await;
    let of_the_person = trail(&bureau, json!({"personNo": PERSON})).await;
    // Five payments to the person, one that covers them.
    assert_eq!(of_the_person[6..], [reported, withdrawn]);
    for (subject, expected) in [
        (json!({"document": SOURCE}), reported),
        (json!({"officer": MAKER}), reported),
        (json!({"document": DOCUMENT}), withdrawn),
        (json!({"officer": APPROVER}), withdrawn),
    ] {
        assert_eq!(trail(&bureau, subject.clone()).await, [expected], "{subject}");
    }
    let question =
        "query($ledger: ID!, $at: Position!) { entry(ledger: $ledger, position: $at) { text } }";
    for (_, receipt) in [first, second] {
        let variables = json!({"ledger": LEDGER, "at": receipt["position"]});
        let entry = bureau.query(question, variables).await["entry"].clone();
        let text = entry["text"].as_str().unwrap();
        assert!(!text.contains(PERSON) && !text.contains("张三"), "{text}");
    }
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_officers_are_required_a_maker_reports_and_an_approver_withdraws() {
    let bureau = paying_bureau().await;
    for (officer, role) in [
        ("s-001", "SECURITY_ADMINISTRATOR"),
        (MAKER, "MAKER"),
        (APPROVER, "APPROVER"),
        (OFFICER, "INSPECTOR"),
    ] {
        let enrolment = json!({"id": officer, "name": format!("姓名 {officer}"), "roles": [role]});
        bureau.recorded("enrolOfficer", enrolment).await;
        bureau.sign_in(officer).await;
    }
    let required = json!({"id": "rg-1", "required": true, "document": "内控〔2020〕1号"});
    bureau.recorded("requireOfficers", required).await;
    for (name, input, may, others) in [
        ("reportDeath", report("dr-1", "2020-05-20"), MAKER, [APPROVER, OFFICER]),
        ("withdrawDeathReport", withdrawal("dr-2"), APPROVER, [MAKER, OFFICER]),
    ] {
        for officer in others {
            let refused = bureau.mutate_as(officer, name, input.clone()).await;
            assert_eq!(refused["userErrors"][0]["code"], "ROLE_MISSING", "{name} by {officer}");
        }
        told(&bureau, may, name, input).await;
    }
    bureau.check_ledger().await;
}
