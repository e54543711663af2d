//! Steps of a month of the books, and looks at personal data, that were signed elsewhere and are sent.

use super::*;

/// A step of June 2020 by another officer, who signs nothing.
async fn step(desk: &Desk, name: &str, id: &str) {
    let mut step = json!({"id": id, "month": "2020-06", "occurredOn": "2020-09-01"});
    if name == "proposeReopening" {
        step["document"] = json!("钟民财〔2020〕10号");
        step["reason"] = json!("漏记一笔");
    }
    let payload = desk.bureau.mutate_as("w-023", name, step).await;
    assert_eq!(payload["userErrors"], json!([]), "{name}");
}

/// The step of a kind that says no more than who takes it, and when, as the domain prints it.
fn command(name: &str, step: Uuid) -> String {
    format!(
        r#"{{"{name}":{{"month":"2020-06","step":"{step}","officer":"w-017","occurred_on":"2020-09-01"}}}}"#
    )
}

/// Records what was signed and gives its position.
async fn signed(desk: &Desk, name: &str, id: &str) -> u64 {
    let own = desk.own_id("PERIOD_STEP", id).await;
    let receipts = desk.recorded(own, &command(name, own), json!([{ "id": id }])).await;
    receipts[0]["position"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_step_of_a_month_can_be_sent_signed() {
    let desk = Desk::new().await;
    let mut positions = vec![
        signed(&desk, "ProposeClosing", "s-1").await,
        signed(&desk, "WithdrawProposal", "s-2").await,
    ];
    step(&desk, "proposeClosing", "s-3").await;
    positions.push(signed(&desk, "ClosePeriod", "s-4").await);

    let (reason, committed) = committed("reason", "漏记一笔");
    let own = desk.own_id("PERIOD_STEP", "s-5").await;
    let reopening = format!(
        r#"{{"ProposeReopening":{{"month":"2020-06","step":"{own}","officer":"w-017","occurred_on":"2020-09-01","document":"钟民财〔2020〕9号","reason":"{committed}"}}}}"#
    );
    let envelope = sign(desk.statement(own, &reopening).await, &key(17));
    let refused = desk.send(&envelope, json!([{"id": "s-5"}])).await;
    assert_eq!(refused["userErrors"][0]["code"], "COMMITMENT_MISMATCH");
    let beside = json!([{"id": "s-5", "reason": reason}]);
    let proposed = desk.recorded(own, &reopening, beside).await;
    positions.push(proposed[0]["position"].as_u64().unwrap());
    step(&desk, "withdrawProposal", "s-6").await;
    step(&desk, "proposeReopening", "s-7").await;
    positions.push(signed(&desk, "ReopenPeriod", "s-8").await);

    let entry =
        "query($id: ID!, $at: Position!) { entry(ledger: $id, position: $at) { signedCommand } }";
    for position in positions {
        let shown = desk.bureau.query(entry, json!({"id": LEDGER, "at": position})).await;
        assert!(shown["entry"]["signedCommand"].is_string(), "{position}");
    }
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_personal_data_can_be_sent_signed_and_is_shown_to_whoever_asks_again() {
    let desk = Desk::new().await;
    let (reason, committed) = committed("reason", "信访核查");
    let own = desk.own_id("DISCLOSURE", "s-1").await;
    let payment = desk.own_id("PAYMENT", "p-1").await;
    let command = format!(
        r#"{{"DisclosePersonalData":{{"disclosure":"{own}","officer":"w-017","subject":{{"payment":"{payment}"}},"reason":"{committed}"}}}}"#
    );
    let beside = json!([{"id": "s-1", "reason": reason}]);
    let sent = desk.recorded(own, &command, beside).await;
    let document = "mutation M($input: DisclosePersonalDataInput!) { disclosePersonalData(input: $input) { \
        payment { personName personNo } receipt { position alreadyRecorded } userErrors { code } } }";
    let input = json!({"ledger": LEDGER, "id": "s-1", "payment": "p-1", "reason": "信访核查"});
    let shown = desk.bureau.query(document, json!({ "input": input })).await;
    let expected = json!({"payment": {"personName": "张三", "personNo": "320404180001010028"},
        "receipt": {"position": sent[0]["position"], "alreadyRecorded": true}, "userErrors": []});
    assert_eq!(shown["disclosePersonalData"], expected);
    desk.bureau.check_ledger().await;
}
