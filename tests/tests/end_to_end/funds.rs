//! What moves between funds, through GraphQL as a client would.

use std::sync::Arc;

use serde_json::{Value, json};
use tests::bureau::{Bureau, LEDGER};
use tokio::task::JoinSet;

const FIGURES: &str = "query($ledger: ID!) { funds(ledger: $ledger) { id opening received transferredIn \
    transferredOut paid remitted balance } }";

fn fund(id: &str, changes: Value) -> Value {
    let mut input = json!({"id": id, "name": format!("{id}专户"), "source": "FISCAL",
                           "programmes": ["minimum-living-allowance", "temporary-assistance"]});
    for (key, value) in changes.as_object().unwrap() {
        input[key] = value.clone();
    }
    input
}

fn opening(id: &str, fund: &str, amount: &str) -> Value {
    json!({"id": id, "fund": fund, "amount": amount, "occurredOn": "2016-01-01",
           "document": "移交〔2015〕12号"})
}

fn receipt(id: &str, fund: &str, amount: &str) -> Value {
    json!({"id": id, "fund": fund, "amount": amount, "occurredOn": "2020-01-02",
           "document": "财社〔2020〕1号"})
}

fn transfer(id: &str, to: &str, amount: &str) -> Value {
    json!({"id": id, "fund": "district", "to": to, "amount": amount, "occurredOn": "2020-03-02",
           "document": "调拨〔2020〕3号"})
}

fn surplus(id: &str, fund: &str, amount: &str) -> Value {
    json!({"id": id, "fund": fund, "amount": amount, "occurredOn": "2020-12-31",
           "document": "财社〔2020〕88号"})
}

/// A district's fund and a township's.
async fn two_funds() -> Bureau {
    let bureau = Bureau::new().await;
    bureau.recorded("openFund", fund("district", json!({}))).await;
    let programmes = json!({"programmes": ["temporary-assistance"]});
    bureau.recorded("openFund", fund("township", programmes)).await;
    bureau
}

async fn refuses(bureau: &Bureau, name: &str, input: Value, code: &str, field: &str) {
    let said = bureau.refused(name, input).await;
    assert_eq!(said, (code.to_owned(), field.to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fund_says_what_came_and_what_went() {
    let bureau = two_funds().await;
    bureau.recorded("recordOpeningBalance", opening("ob-1", "district", "120.50")).await;
    bureau.recorded("receiveFunds", receipt("in-1", "district", "1000.00")).await;
    let moved = bureau.recorded("transferFunds", transfer("t-1", "township专户", "400.00")).await;
    let aid = json!({"id": "p-1", "fund": "township", "kind": "URGENT", "cause": "火灾", "amount": "100",
        "occurredOn": "2020-06-16", "recipient": {"householdNo": "ZL-2", "coveredPersons": 3}});
    bureau.recorded("recordTemporaryAid", aid).await;
    bureau.recorded("remitSurplus", surplus("rm-1", "township", "0.25")).await;

    let again = bureau.recorded("transferFunds", transfer("t-1", "township", "400.00")).await;
    assert_eq!((&again["position"], &again["alreadyRecorded"]), (&moved["position"], &json!(true)));
    let again =
        bureau.recorded("recordOpeningBalance", opening("ob-1", "district", "120.50")).await;
    assert_eq!(again["alreadyRecorded"], true);
    let again = bureau.recorded("remitSurplus", surplus("rm-1", "township", "0.25")).await;
    assert_eq!(again["alreadyRecorded"], true);

    let found = bureau.query(FIGURES, json!({ "ledger": LEDGER })).await;
    let district = json!({"id": "district", "opening": "120.50", "received": "1000.00",
        "transferredIn": "0.00", "transferredOut": "400.00", "paid": "0.00", "remitted": "0.00",
        "balance": "720.50"});
    let township = json!({"id": "township", "opening": "0.00", "received": "0.00",
        "transferredIn": "400.00", "transferredOut": "0.00", "paid": "100.00", "remitted": "0.25",
        "balance": "299.75"});
    assert_eq!(found["funds"], json!([district, township]));

    let received = "query($ledger: ID!) { totals(filter: {ledgers: [$ledger], measure: RECEIVED}) \
                    { total { amount } } }";
    let received = bureau.query(received, json!({ "ledger": LEDGER })).await;
    assert_eq!(received["totals"]["total"]["amount"], "1000.00", "a transfer is no income");
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_stands_in_the_trail_of_both_funds_and_of_its_document() {
    let bureau = two_funds().await;
    bureau.recorded("receiveFunds", receipt("in-1", "district", "1000.00")).await;
    let moved = bureau.recorded("transferFunds", transfer("t-1", "township", "400.00")).await;
    for subject in [
        json!({"fund": "district"}),
        json!({"fund": "township"}),
        json!({"document": "调拨〔2020〕3号"}),
    ] {
        let question = "query($ledger: ID!, $subject: AuditSubject!) { \
            auditTrail(ledger: $ledger, subject: $subject) { nodes { position type } } }";
        let variables = json!({"ledger": LEDGER, "subject": subject});
        let trail = bureau.query(question, variables).await;
        let last = trail["auditTrail"]["nodes"].as_array().unwrap().last().unwrap().clone();
        let expected = json!({"position": moved["position"], "type": "FundsTransferred v1"});
        assert_eq!(last, expected, "{subject}");
    }
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_that_may_not_move_stays() {
    let bureau = two_funds().await;
    bureau.recorded("openFund", fund("gifts", json!({"source": "CHARITY"}))).await;
    let wider = json!({"programmes": ["temporary-assistance", "old-age-allowance"]});
    bureau.recorded("openFund", fund("wider", wider)).await;
    bureau.recorded("receiveFunds", receipt("in-1", "district", "100.00")).await;

    let transferred = async |id, to, amount, code, field| {
        refuses(&bureau, "transferFunds", transfer(id, to, amount), code, field).await;
    };
    transferred("t-1", "district", "1", "SAME_FUND", "to").await;
    transferred("t-1", "none", "1", "UNKNOWN_FUND", "to").await;
    transferred("t-1", "gifts", "1", "OTHER_SOURCE", "to").await;
    transferred("t-1", "wider", "1", "OUTSIDE_EARMARK", "to").await;
    transferred("t-1", "township", "100.01", "FUND_BALANCE_TOO_LOW", "amount").await;
    transferred("t-1", "township", "0", "INVALID_AMOUNT", "amount").await;
    bureau.recorded("transferFunds", transfer("t-1", "township", "40.00")).await;
    transferred("t-1", "township", "41", "ID_REUSED_WITH_OTHER_CONTENT", "amount").await;

    let too_much = surplus("rm-1", "township", "40.01");
    refuses(&bureau, "remitSurplus", too_much, "FUND_BALANCE_TOO_LOW", "amount").await;
    let unknown = surplus("rm-1", "none", "1");
    refuses(&bureau, "remitSurplus", unknown, "UNKNOWN_FUND", "fund").await;

    let late = opening("ob-1", "district", "1");
    refuses(&bureau, "recordOpeningBalance", late, "FUND_IN_USE", "fund").await;
    bureau.recorded("recordOpeningBalance", opening("ob-1", "wider", "7.00")).await;
    let second = opening("ob-2", "wider", "7.00");
    refuses(&bureau, "recordOpeningBalance", second, "OPENING_BALANCE_STANDS", "id").await;
    let personal = json!({"id": "t-2", "fund": "district", "to": "township", "amount": "1",
                          "occurredOn": "2020-03-02", "document": "凭证320404180001010028"});
    refuses(&bureau, "transferFunds", personal, "PERSONAL_DATA_IN_FIELD", "document").await;
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_fund_passes_on_exactly_what_it_holds_to_many_clients_at_once() {
    let bureau = Arc::new(two_funds().await);
    bureau.recorded("receiveFunds", receipt("in-1", "district", "50.00")).await;
    let mut clients = JoinSet::new();
    for client in 0..32 {
        let bureau = bureau.clone();
        clients.spawn(async move {
            // Half of them hand surplus back from the fund that the others move money out of.
            let id = format!("c-{client}");
            let (name, input) = match client % 2 {
                0 => ("transferFunds", transfer(&id, "township", "4.00")),
                _ => ("remitSurplus", surplus(&id, "district", "4.00")),
            };
            let payload = bureau.mutate(name, input).await;
            payload["userErrors"].as_array().unwrap().is_empty()
        });
    }
    let moved = clients.join_all().await.into_iter().filter(|moved| *moved).count();
    assert_eq!(moved, 12, "twelve times four yuan of fifty");
    let found = bureau.query(FIGURES, json!({ "ledger": LEDGER })).await;
    assert_eq!(found["funds"][0]["balance"], "2.00");
    bureau.check_ledger().await;
}
