//! Reports of deaths that were signed elsewhere and are sent.

use super::*;

const PERSON: &str = "320404180001010028";

/// Signs a command about the person, sends it, and gives the entry.
async fn signed(desk: &Desk, id: &str, command: impl Fn(&str, Uuid) -> String) -> Value {
    let known = desk.identify(json!({"persons": [{"number": PERSON}]})).await;
    let own = desk.own_id("DEATH_REPORT", id).await;
    let command = command(known["persons"][0]["id"].as_str().unwrap(), own);
    let receipts = desk.recorded(own, &command, json!([{ "id": id }])).await;
    let question = "query($id: ID!, $at: Position!) { \
        entry(ledger: $id, position: $at) { type signedCommand } }";
    let variables = json!({"id": LEDGER, "at": receipts[0]["position"]});
    desk.bureau.query(question, variables).await["entry"].clone()
}

fn reported(person: &str, own: Uuid) -> String {
    format!(
        r#"{{"ReportDeath":{{"person":"{person}","report":"{own}","died_on":"2020-09-28","source":"民函〔2020〕99号","occurred_on":"2020-10-12"}}}}"#
    )
}

fn withdrawn(person: &str, own: Uuid, report: Uuid) -> String {
    format!(
        r#"{{"WithdrawDeathReport":{{"person":"{person}","withdrawal":"{own}","report":"{report}","document":"核实〔2020〕9号","occurred_on":"2020-10-15"}}}}"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_death_can_be_reported_and_a_report_withdrawn_by_what_was_signed() {
    let desk = Desk::new().await;
    let report = desk.own_id("DEATH_REPORT", "s-1").await;
    let withdrawn = |person: &str, own| withdrawn(person, own, report);
    for (id, event, entry) in [
        ("s-1", "DeathReported v1", signed(&desk, "s-1", reported).await),
        ("s-2", "DeathReportWithdrawn v1", signed(&desk, "s-2", withdrawn).await),
    ] {
        assert_eq!(entry["type"], event, "{id}");
        assert!(entry["signedCommand"].is_string(), "{id}");
    }
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_report_of_a_death_is_about_a_person_whom_the_ledger_knows() {
    let desk = Desk::new().await;
    let own = desk.own_id("DEATH_REPORT", "s-1").await;
    let command = reported(&Uuid::from_u128(1).to_string(), own);
    let envelope = sign(desk.statement(own, &command).await, &key(17));
    let size = desk.bureau.size().await;
    let refused = desk.send(&envelope, json!([{"id": "s-1"}])).await;
    assert_eq!(refused["userErrors"][0]["code"], "UNKNOWN_PERSON");
    assert_eq!(desk.bureau.size().await, size);
    desk.bureau.check_ledger().await;
}
