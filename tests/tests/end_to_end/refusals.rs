//! Every refusal code of the interface, asked for through GraphQL as a client would. Each test
//! helper asserts that a refused command records nothing and speaks Chinese and English.

use serde_json::{Value, json};
use tests::bureau::Bureau;

const PERSON: &str = "320404180001010028";

fn grant_payment(id: &str, changes: Value) -> Value {
    let mut input = json!({"id": id, "programme": "minimum-living-allowance", "fund": "fiscal",
        "amount": "900.00", "entitlementMonth": "2020-06", "occurredOn": "2020-06-15",
        "recipient": {"personNo": PERSON, "personName": "张三", "householdNo": "ZL-1"}});
    for (key, value) in changes.as_object().unwrap() {
        input[key] = value.clone();
    }
    input
}

/// A bureau with one payment `p-1` for June 2020 under the grant `g-1`.
async fn paying_bureau() -> Bureau {
    let bureau = Bureau::new().await;
    bureau.fund("10000.00", &["minimum-living-allowance", "temporary-assistance"]).await;
    let standard = json!({"id": "s-1", "programme": "低保", "unit": "PERSON_MONTH", "amount": "1000",
                          "effectiveFrom": "2020-01-01", "document": "常民〔2020〕1号"});
    bureau.recorded("setStandard", standard).await;
    let grant = json!({"id": "g-1", "programme": "低保", "householdNo": "ZL-1", "members": 1,
                       "amount": "900.00", "fromMonth": "2020-01", "toMonth": "2020-12",
                       "verification": "HD-2020-1"});
    bureau.recorded("approveGrant", grant).await;
    bureau.recorded("recordGrantPayment", grant_payment("p-1", json!({"grant": "g-1"}))).await;
    bureau
}

async fn refuses(bureau: &Bureau, name: &str, input: Value, code: &str, field: &str) {
    let said = bureau.refused(name, input).await;
    assert_eq!(said, (code.to_owned(), field.to_owned()));
}

async fn refuses_payment(bureau: &Bureau, changes: Value, code: &str, field: &str) {
    refuses(bureau, "recordGrantPayment", grant_payment("p-2", changes), code, field).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_things_are_refused_by_name() {
    let bureau = paying_bureau().await;
    let elsewhere = grant_payment("p-2", json!({"ledger": "cn-000000"}));
    let payload = bureau.mutate("recordGrantPayment", elsewhere).await;
    assert_eq!(payload["userErrors"][0]["code"], "UNKNOWN_LEDGER");
    let unknown = json!({"programme": "没有的项目"});
    refuses_payment(&bureau, unknown, "UNKNOWN_PROGRAMME", "programme").await;
    refuses_payment(&bureau, json!({"fund": "none"}), "UNKNOWN_FUND", "fund").await;
    refuses_payment(&bureau, json!({"grant": "none"}), "UNKNOWN_GRANT", "grant").await;
    let recipient = json!({"recipient": {"personId": "00000000-0000-8000-8000-000000000001"}});
    refuses_payment(&bureau, recipient, "UNKNOWN_PERSON", "recipient.personId").await;
    let reversal =
        json!({"id": "r-1", "payment": "none", "reason": "错", "occurredOn": "2020-06-15"});
    refuses(&bureau, "reversePayment", reversal, "UNKNOWN_PAYMENT", "payment").await;
    let goods = json!({"id": "gr-1", "store": "none", "donor": "某公司", "occurredOn": "2020-06-01",
        "items": [{"item": "大米", "unit": "袋", "quantity": 1, "unitValue": "45.00"}]});
    refuses(&bureau, "receiveGoods", goods, "UNKNOWN_STORE", "store").await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_inputs_are_refused_all_at_once() {
    let bureau = paying_bureau().await;
    for amount in ["0", "-5.00", "1.234", "1e3", "９００", "1,000", ""] {
        refuses_payment(&bureau, json!({"amount": amount}), "INVALID_AMOUNT", "amount").await;
    }
    let recipient = json!({"recipient": {"personNo": "320404180001010029"}});
    refuses_payment(&bureau, recipient, "INVALID_IDENTITY_NUMBER", "recipient.personNo").await;
    let document = json!({"payout": {"document": format!("凭证{PERSON}")}});
    refuses_payment(&bureau, document, "PERSONAL_DATA_IN_FIELD", "payout.document").await;
    let both = json!({"amount": "-1", "recipient": {"personNo": "1"}});
    let payload = bureau.mutate("recordGrantPayment", grant_payment("p-2", both)).await;
    let codes: Vec<&str> = payload["userErrors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes.len(), 2, "{codes:?}");
    assert!(codes.contains(&"INVALID_AMOUNT") && codes.contains(&"INVALID_IDENTITY_NUMBER"));
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_paid_so_is_refused() {
    let bureau = paying_bureau().await;
    let temporary = json!({"programme": "temporary-assistance"});
    refuses_payment(&bureau, temporary, "NOT_PAYABLE", "programme").await;
    let income = json!({"programme": "charity-one-day-donation"});
    refuses_payment(&bureau, income, "NOT_PAYABLE", "programme").await;
    let orphans =
        json!({"programme": "orphan-basic-living-allowance", "entitlementMonth": "2020-07"});
    let said = bureau.refused("recordGrantPayment", grant_payment("p-2", orphans)).await;
    assert_eq!(said.0, "OUTSIDE_EARMARK");
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_stays_inside_its_grant_and_its_standard() {
    let bureau = paying_bureau().await;
    let july = |changes: Value| {
        let mut all = json!({"entitlementMonth": "2020-07", "grant": "g-1"});
        for (key, value) in changes.as_object().unwrap() {
            all[key] = value.clone();
        }
        grant_payment("p-2", all)
    };
    let other = july(json!({"recipient": {"householdNo": "ZL-2"}}));
    assert_eq!(bureau.refused("recordGrantPayment", other).await.0, "OUTSIDE_GRANT");
    let late = july(json!({"entitlementMonth": "2021-01"}));
    assert_eq!(bureau.refused("recordGrantPayment", late).await.0, "GRANT_NOT_LIVE");
    let much = july(json!({"amount": "900.01"}));
    assert_eq!(bureau.refused("recordGrantPayment", much).await.0, "ABOVE_GRANT");
    let above = grant_payment("p-2", json!({"entitlementMonth": "2020-07", "amount": "1000.01"}));
    assert_eq!(bureau.refused("recordGrantPayment", above).await.0, "ABOVE_STANDARD");
    bureau.recorded("recordGrantPayment", july(json!({}))).await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_month_is_paid_once_until_it_is_reversed() {
    let bureau = paying_bureau().await;
    let said = bureau.refused("recordGrantPayment", grant_payment("p-2", json!({}))).await;
    assert_eq!(said, ("ALREADY_PAID_FOR_MONTH".to_owned(), "entitlementMonth".to_owned()));
    let reversal =
        json!({"id": "r-1", "payment": "p-1", "reason": "金额有误", "occurredOn": "2020-06-16"});
    let first = bureau.recorded("reversePayment", reversal.clone()).await;
    let again = bureau.recorded("reversePayment", reversal).await;
    assert_eq!(again["alreadyRecorded"], true);
    assert_eq!(again["leafHash"], first["leafHash"]);
    let other = json!({"id": "r-2", "payment": "p-1", "reason": "又", "occurredOn": "2020-06-16"});
    assert_eq!(bureau.refused("reversePayment", other).await.0, "ALREADY_REVERSED");
    bureau.recorded("recordGrantPayment", grant_payment("p-2", json!({"grant": "g-1"}))).await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_and_goods_that_are_not_there_are_not_given() {
    let bureau = paying_bureau().await;
    let aid = json!({"id": "t-1", "fund": "fiscal", "kind": "URGENT", "cause": "火灾",
        "amount": "9100.01", "occurredOn": "2020-06-16", "recipient": {"householdNo": "ZL-9"}});
    let said = bureau.refused("recordTemporaryAid", aid).await;
    assert_eq!(said, ("FUND_BALANCE_TOO_LOW".to_owned(), "amount".to_owned()));
    bureau.recorded("openStore", json!({"id": "st-1", "name": "邹区慈善超市"})).await;
    let rice = |quantity| json!([{"item": "大米", "unit": "袋", "quantity": quantity, "unitValue": "45.00"}]);
    let goods = json!({"id": "gr-1", "store": "st-1", "donor": "某公司", "occurredOn": "2020-06-01", "items": rice(3)});
    bureau.recorded("receiveGoods", goods).await;
    let out = |id: &str, quantity| {
        json!({"id": id, "store": "st-1", "occurredOn": "2020-06-20", "items": rice(quantity),
               "recipient": {"householdNo": "ZL-9"}})
    };
    let said = bureau.refused("disburseGoods", out("d-1", 4)).await;
    assert_eq!(said, ("STOCK_TOO_LOW".to_owned(), "items".to_owned()));
    bureau.recorded("disburseGoods", out("d-2", 3)).await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_command_answers_as_before_and_other_content_names_the_field() {
    let bureau = paying_bureau().await;
    let again =
        bureau.recorded("recordGrantPayment", grant_payment("p-1", json!({"grant": "g-1"}))).await;
    assert_eq!(again["alreadyRecorded"], true);
    for (changes, field) in [
        (json!({"grant": "g-1", "amount": "899.00"}), "amount"),
        (json!({"grant": "g-1", "occurredOn": "2020-06-14"}), "occurredOn"),
        (json!({"grant": "g-1", "payout": {"note": "备注"}}), "payout.note"),
        (
            json!({"grant": "g-1", "recipient": {"personNo": PERSON, "personName": "李四", "householdNo": "ZL-1"}}),
            "recipient.personName",
        ),
    ] {
        let input = grant_payment("p-1", changes);
        refuses(&bureau, "recordGrantPayment", input, "ID_REUSED_WITH_OTHER_CONTENT", field).await;
    }
    let receipt = |fund: &str, amount: &str| {
        json!({"id": "allotment-1", "fund": fund, "amount": amount, "occurredOn": "2020-01-02",
               "document": "钟财社〔2020〕1号"})
    };
    let again = bureau.recorded("receiveFunds", receipt("fiscal", "10000.00")).await;
    assert_eq!(again["alreadyRecorded"], true);
    let other = receipt("fiscal", "1.00");
    refuses(&bureau, "receiveFunds", other, "ID_REUSED_WITH_OTHER_CONTENT", "amount").await;
    let fund = json!({"id": "second", "name": "第二资金", "source": "CHARITY", "programmes": ["临时救助"]});
    bureau.recorded("openFund", fund).await;
    let elsewhere = receipt("second", "10000.00");
    refuses(&bureau, "receiveFunds", elsewhere, "ID_REUSED_WITH_OTHER_CONTENT", "fund").await;
    bureau.check_ledger().await;
}
