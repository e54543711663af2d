//! Commands that were signed elsewhere and are sent.

use super::*;

/// The fund and a household as commands name them.
async fn fund_and_household(desk: &Desk) -> (Uuid, Value) {
    let known = desk.identify(json!({"households": ["ZL-2"]})).await;
    (desk.own_id("FUND", "fiscal").await, known["households"][0].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_was_signed_is_recorded_once_and_shows_what_was_signed() {
    let desk = Desk::new().await;
    let (fund, household) = fund_and_household(&desk).await;
    let (cause, commitment) = committed("cause", "火灾");
    let payment = desk.own_id("PAYMENT", "signed-1").await;
    let command = temporary_aid(payment, fund, &household, 120_000, &commitment);
    let envelope = sign(desk.statement(payment, &command).await, &key(17));
    let beside = json!([{"id": "signed-1", "cause": &cause, "note": "上门核实"}]);
    let payload = desk.send(&envelope, beside.clone()).await;
    assert_eq!(payload["userErrors"], json!([]));
    let position = payload["receipt"]["position"].clone();
    assert_eq!(payload["receipts"], json!([{"position": position, "alreadyRecorded": false}]));
    let again = desk.send(&envelope, beside).await;
    assert_eq!(again["receipts"], json!([{"position": position, "alreadyRecorded": true}]));
    let other_note = json!([{"id": "signed-1", "cause": cause, "note": "另一备注"}]);
    let refused = desk.send(&envelope, other_note).await;
    assert_eq!(refused["userErrors"][0]["code"], "ID_REUSED_WITH_OTHER_CONTENT");
    let document = "query($ledger: ID!) { payment(ledger: $ledger, id: \"signed-1\") { \
        amount officer householdNo coveredPersons entries { signedCommand actor } } }";
    let data = desk.bureau.query(document, json!({"ledger": LEDGER})).await;
    let shown = &data["payment"];
    assert_eq!(shown["amount"], "1200.00");
    assert_eq!(shown["householdNo"], "ZL-2");
    assert_eq!(shown["entries"][0]["actor"], "officer/w-017");
    let kept = shown["entries"][0]["signedCommand"].as_str().unwrap();
    assert_eq!(kept.as_bytes(), envelope);
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_command_can_be_sent_signed() {
    let desk = Desk::new().await;
    let (donor, donor_committed) = committed("donor", "某公司");
    let (reason, reason_committed) = committed("reason", "重复发放");
    let fund = desk.own_id("FUND", "signed-fund").await;
    let open = format!(
        r#"{{"OpenFund":{{"fund":"{fund}","code":"signed-fund","name":"签署资金","source":"fiscal","level":"county","budget_code":null,"programmes":["temporary-assistance"]}}}}"#
    );
    desk.recorded(fund, &open, json!([])).await;
    let receipt = desk.own_id("RECEIPT", "signed-receipt").await;
    let receive = format!(
        r#"{{"ReceiveFunds":{{"fund":"{fund}","receipt":"{receipt}","amount":500000,"occurred_on":"2020-01-02","document":"钟财社〔2020〕9号","income":null}}}}"#
    );
    desk.recorded(receipt, &receive, json!([{"id": "signed-receipt"}])).await;
    let standard = desk.own_id("STANDARD", "signed-standard").await;
    let set = format!(
        r#"{{"SetStandard":{{"standard":"{standard}","programme":"temporary-assistance","unit":"once","amount":500000,"effective_from":"2020-01-01","document":"常民〔2020〕9号","region":null,"class":null}}}}"#
    );
    desk.recorded(standard, &set, json!([{"id": "signed-standard"}])).await;
    let known = desk
        .identify(json!({"households": ["SIGNED-1"],
            "persons": [{"number": "320404180001010028", "name": "张三"}]}))
        .await;
    let (household, person) = (&known["households"][0], &known["persons"][0]);
    let grant = desk.own_id("GRANT", "signed-grant").await;
    let approve = format!(
        r#"{{"ApproveGrant":{{"grant":"{grant}","programme":"minimum-living-allowance","household":{{"id":{},"commitment":{}}},"person":{{"id":{},"commitment":{}}},"members":1,"amount":80000,"months":{{"from":"2020-01","to":"2020-12"}},"verification":"HD-9"}}}}"#,
        household["id"], household["commitment"], person["id"], person["commitment"]
    );
    desk.recorded(grant, &approve, json!([{"id": "signed-grant", "personName": "张三"}])).await;
    let store = desk.own_id("STORE", "signed-store").await;
    let open = format!(
        r#"{{"OpenStore":{{"store":"{store}","code":"signed-store","name":"签署超市","region":null}}}}"#
    );
    desk.recorded(store, &open, json!([])).await;
    let goods = desk.own_id("GOODS_RECEIPT", "signed-goods").await;
    let receive = format!(
        r#"{{"ReceiveGoods":{{"store":"{store}","receipt":"{goods}","donor":"{donor_committed}","occurred_on":"2020-06-01","items":[{{"item":"大米","unit":"袋","quantity":3,"unit_value_fen":4500}}]}}}}"#
    );
    desk.recorded(goods, &receive, json!([{"id": "signed-goods", "donor": donor}])).await;
    let reversal = desk.own_id("REVERSAL", "signed-reversal").await;
    let payment = desk.own_id("PAYMENT", "p-2").await;
    let reverse = format!(
        r#"{{"ReversePayment":{{"payment":"{payment}","reversal":"{reversal}","reason":"{reason_committed}","occurred_on":"2020-07-02"}}}}"#
    );
    desk.recorded(reversal, &reverse, json!([{"id": "signed-reversal", "reason": reason}])).await;
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_step_of_a_recovery_can_be_sent_signed_and_its_reason_is_what_was_signed() {
    let desk = Desk::new().await;
    let (reason, committed) = committed("reason", "收入超过标准");
    let payment = desk.own_id("PAYMENT", "p-1").await;
    let order = desk.own_id("RECOVERY", "signed-order").await;
    let command = format!(
        r#"{{"OrderRecovery":{{"payment":"{payment}","recovery":"{order}","amount":150000,"reason":"{committed}","document":"钟民追〔2020〕3号","occurred_on":"2020-08-03"}}}}"#
    );
    let envelope = sign(desk.statement(order, &command).await, &key(17));
    let refused = desk.send(&envelope, json!([{"id": "signed-order"}])).await;
    assert_eq!(refused["userErrors"][0]["code"], "COMMITMENT_MISMATCH");
    let beside = json!([{"id": "signed-order", "reason": &reason}]);
    let first = desk.recorded(order, &command, beside.clone()).await;
    let again = desk.recorded(order, &command, beside).await;
    assert_eq!(again, json!([{"position": first[0]["position"], "alreadyRecorded": true}]));
    let receipt = desk.own_id("RECOVERY_RECEIPT", "signed-receipt").await;
    let command = format!(
        r#"{{"ReceiveRecovery":{{"payment":"{payment}","receipt":"{receipt}","amount":100000,"occurred_on":"2020-08-20","document":"收据-1"}}}}"#
    );
    desk.recorded(receipt, &command, json!([{"id": "signed-receipt"}])).await;
    let waiver = desk.own_id("WAIVER", "signed-waiver").await;
    let command = format!(
        r#"{{"WaiveRecovery":{{"payment":"{payment}","waiver":"{waiver}","amount":50000,"reason":"{committed}","document":"钟民免〔2020〕1号","occurred_on":"2020-12-28"}}}}"#
    );
    let beside = json!([{"id": "signed-waiver", "reason": reason}]);
    desk.recorded(waiver, &command, beside).await;
    let document = "query($ledger: ID!) { payment(ledger: $ledger, id: \"p-1\") { \
        recovery { ordered received waived outstanding } entries { signedCommand } } }";
    desk.bureau.book().await.catch_up().await.unwrap();
    let shown = desk.bureau.query(document, json!({"ledger": LEDGER})).await["payment"].clone();
    let sums = json!({"ordered": "1500.00", "received": "1000.00", "waived": "500.00", "outstanding": "0.00"});
    assert_eq!(shown["recovery"], sums);
    let entries = shown["entries"].as_array().unwrap();
    let signed: Vec<bool> =
        entries.iter().map(|entry| entry["signedCommand"].is_string()).collect();
    assert_eq!(signed, [false, true, true, true]);
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_signature_stands_for_a_whole_list() {
    let desk = Desk::new().await;
    let (fund, household) = fund_and_household(&desk).await;
    let (cause, commitment) = committed("cause", "水灾");
    let mut payments = Vec::new();
    let mut beside = Vec::new();
    for n in 0..20 {
        let client_id = format!("list-{n}");
        let payment = desk.own_id("PAYMENT", &client_id).await;
        let one = temporary_aid(payment, fund, &household, 10_000 + n, &commitment);
        let inner = one.strip_prefix("{\"RecordPayment\":").unwrap().strip_suffix('}').unwrap();
        payments.push(inner.to_owned());
        beside.push(json!({"id": client_id, "cause": cause}));
    }
    let list = |payments: &[String]| format!("{{\"RecordPayments\":[{}]}}", payments.join(","));
    let request = Uuid::from_u128(77);
    let envelope = sign(desk.statement(request, &list(&payments)).await, &key(17));
    let receipts = desk.send(&envelope, json!(beside)).await["receipts"].clone();
    let positions: Vec<u64> =
        receipts.as_array().unwrap().iter().map(|it| it["position"].as_u64().unwrap()).collect();
    assert_eq!(positions.len(), 20);
    assert!(positions.windows(2).all(|pair| pair[1] == pair[0] + 1), "{positions:?}");
    let again = desk.send(&envelope, json!(beside)).await["receipts"].clone();
    assert!(again.as_array().unwrap().iter().all(|it| it["alreadyRecorded"] == true));
    // Another list with one of them in it would record less than was signed.
    let payment = desk.own_id("PAYMENT", "list-new").await;
    let new = temporary_aid(payment, fund, &household, 500, &commitment);
    let new = new.strip_prefix("{\"RecordPayment\":").unwrap().strip_suffix('}').unwrap();
    let mixed = list(&[payments[0].clone(), new.to_owned()]);
    let envelope = sign(desk.statement(Uuid::from_u128(78), &mixed).await, &key(17));
    let told = json!([beside[0], {"id": "list-new", "cause": cause}]);
    let payload = desk.send(&envelope, told).await;
    assert_eq!(payload["userErrors"][0]["code"], "PARTLY_RECORDED");
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_that_their_signature_is_kept_where_it_is_not() {
    let desk = Desk::new().await;
    let (fund, household) = fund_and_household(&desk).await;
    // The same payment was recorded before, and nobody signed it.
    let unsigned = json!({"id": "plain-1", "fund": "fiscal", "kind": "URGENT", "cause": "火灾",
        "amount": "10.00", "occurredOn": "2020-07-01",
        "recipient": {"householdNo": "ZL-2", "coveredPersons": 3}, "payout": {"channel": "CASH"}});
    desk.bureau.recorded("recordTemporaryAid", unsigned).await;
    let document = "query($id: ID!) { payment(ledger: $id, id: \"plain-1\") { entries { text } } }";
    let shown = desk.bureau.query(document, json!({"id": LEDGER})).await;
    let text = shown["payment"]["entries"][0]["text"].as_str().unwrap().to_owned();
    let cause = text.split("\"cause\":\"").nth(1).unwrap().split('"').next().unwrap();
    let committed = Hash::parse(cause).unwrap();
    let payment = desk.own_id("PAYMENT", "plain-1").await;
    let command = temporary_aid(payment, fund, &household, 1_000, &committed);
    let envelope = sign(desk.statement(payment, &command).await, &key(17));
    let payload = desk.send(&envelope, json!([{"id": "plain-1"}])).await;
    // The text of the commitment is not known here, so this is refused already.
    assert_eq!(payload["userErrors"][0]["code"], "COMMITMENT_MISMATCH");
    let open = desk.own_id("FUND", "fiscal").await;
    let command = format!(
        r#"{{"OpenFund":{{"fund":"{open}","code":"fiscal","name":"区级财政资金","source":"fiscal","level":"county","budget_code":null,"programmes":["minimum-living-allowance","temporary-assistance","disability-living-allowance"]}}}}"#
    );
    let envelope = sign(desk.statement(open, &command).await, &key(17));
    let payload = desk.send(&envelope, json!([])).await;
    assert_eq!(payload["userErrors"][0]["code"], "RECORDED_OTHERWISE", "{payload}");
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_signed_again_after_a_lost_answer_stands_once() {
    let desk = Desk::new().await;
    let (fund, household) = fund_and_household(&desk).await;
    let (cause, commitment) = committed("cause", "火灾");
    let payment = desk.own_id("PAYMENT", "signed-1").await;
    let command = temporary_aid(payment, fund, &household, 1_000, &commitment);
    let beside = json!([{"id": "signed-1", "cause": cause}]);
    let first = desk.recorded(payment, &command, beside.clone()).await;
    let mut again = desk.statement(payment, &command).await;
    again.nonce = [8; 16];
    let payload = desk.send(&sign(again, &key(17)), beside.clone()).await;
    assert_eq!(payload["receipts"][0]["position"], first[0]["position"], "{payload}");
    assert_eq!(payload["receipts"][0]["alreadyRecorded"], true);
    // A bad signature learns nothing, also of what stands.
    let statement = desk.statement(payment, &command).await;
    let payload = desk.send(&sign(statement, &key(18)), beside).await;
    assert_eq!(payload["userErrors"][0]["code"], "SIGNED_COMMAND_REFUSED");
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_other_payments_under_a_request_that_stands_is_refused() {
    let desk = Desk::new().await;
    let (fund, household) = fund_and_household(&desk).await;
    let (cause, commitment) = committed("cause", "火灾");
    let mut outcomes = Vec::new();
    for client_id in ["list-a", "list-b"] {
        let payment = desk.own_id("PAYMENT", client_id).await;
        let one = temporary_aid(payment, fund, &household, 1_000, &commitment);
        let inner = one.strip_prefix("{\"RecordPayment\":").unwrap().strip_suffix('}').unwrap();
        let list = format!("{{\"RecordPayments\":[{inner}]}}");
        let envelope = sign(desk.statement(Uuid::from_u128(79), &list).await, &key(17));
        let beside = json!([{"id": client_id, "cause": cause}]);
        outcomes.push(desk.send(&envelope, beside).await["userErrors"].clone());
    }
    assert_eq!(outcomes[0], json!([]));
    assert_eq!(outcomes[1][0]["code"], "ID_REUSED_WITH_OTHER_CONTENT");
    desk.bureau.check_ledger().await;
}
