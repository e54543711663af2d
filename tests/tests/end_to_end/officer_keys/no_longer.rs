//! Envelopes of officers who may sign no more: nothing is done and nothing is remembered in their name.

use api::sign_in::{Act, access_log};

use super::*;

/// Opens a fund: what `w-017`, who makes no lists, may not do where officers are required.
fn open_fund(fund: Uuid, name: &str) -> String {
    format!(
        r#"{{"OpenFund":{{"fund":"{fund}","code":"signed-fund","name":"{name}","source":"fiscal","level":"county","budget_code":null,"programmes":["temporary-assistance"]}}}}"#
    )
}

async fn require_officers(desk: &Desk) {
    let required = json!({"id": "rg-9", "required": true, "document": "内控〔2020〕2号"});
    desk.bureau.recorded("requireOfficers", required).await;
}

/// Sends and gives code and message of the refusal.
async fn refusal_of(desk: &Desk, envelope: &[u8]) -> (String, String) {
    let size = desk.bureau.size().await;
    let payload = desk.send(envelope, json!([])).await;
    assert_eq!(payload["receipt"], Value::Null, "it was recorded");
    assert_eq!(desk.bureau.size().await, size, "a refused command records nothing");
    let error = &payload["userErrors"][0];
    let text = |field: &str| error[field].as_str().unwrap().to_owned();
    (text("code"), text("message"))
}

/// How often the access log says that `w-017` asked for what they may not do.
async fn remembered(desk: &Desk) -> usize {
    let book = desk.bureau.book().await;
    let (records, more) = access_log::page(&book, 1000, None).await.unwrap();
    assert!(!more);
    let refused = |act: Act, officer: &str| act == Act::NotPermitted && officer == OFFICER;
    records.iter().filter(|record| refused(record.act, &record.officer)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_envelope_that_is_not_good_now_leaves_no_line_in_the_officers_name() {
    let desk = Desk::new().await;
    let fund = desk.own_id("FUND", "signed-fund").await;
    require_officers(&desk).await;
    let command = open_fund(fund, "签署资金");
    let good = sign(desk.statement(fund, &command).await, &key(17));
    assert_eq!(refusal_of(&desk, &good).await.0, "ROLE_MISSING");
    assert_eq!(remembered(&desk).await, 1, "of whoever may sign it is remembered");
    let now = desk.bureau.clock.now();
    let signed = async |issued: i64, expires: i64| {
        let mut statement = desk.statement(fund, &command).await;
        (statement.issued, statement.expires) = (later(now, issued), later(now, expires));
        sign(statement, &key(17))
    };
    let refused = async |envelope: &[u8], because: &str| {
        let (code, message) = refusal_of(&desk, envelope).await;
        assert_eq!(code, "SIGNED_COMMAND_REFUSED", "{message}");
        assert!(message.contains(because), "{message}");
        assert_eq!(remembered(&desk).await, 1, "{message}");
    };
    refused(&signed(-7_200, -3_600).await, "expired at").await;
    refused(&signed(3_600, 7_200).await, "check the clock").await;
    desk.withdraw(OFFICER, &key(17)).await;
    refused(&good, "no key of officer w-017").await;
    refused(&signed(0, 900).await, "no key of officer w-017").await;
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_is_told_again_by_an_envelope_that_is_good_no_more() {
    let desk = Desk::new().await;
    let fund = desk.own_id("FUND", "signed-fund").await;
    let command = open_fund(fund, "签署资金");
    let envelope = sign(desk.statement(fund, &command).await, &key(17));
    let position = desk.send(&envelope, json!([])).await["receipt"]["position"].clone();
    assert!(position.is_u64(), "{position}");
    let standing = json!([{"position": position, "alreadyRecorded": true}]);
    let told = async |envelope: &[u8]| desk.send(envelope, json!([])).await["receipts"].clone();
    desk.bureau.clock.advance(20 * 60 * 1_000_000);
    assert_eq!(told(&envelope).await, standing, "it expired");
    desk.withdraw(OFFICER, &key(17)).await;
    assert_eq!(told(&envelope).await, standing, "its key was withdrawn");
    let anew = sign(desk.statement(fund, &command).await, &key(17));
    assert_eq!(told(&anew).await, standing, "the same command in another envelope");
    // The id of what stands is no way in for another command.
    let other = open_fund(fund, "另一资金");
    let other = sign(desk.statement(fund, &other).await, &key(17));
    assert_eq!(refusal_of(&desk, &other).await.0, "SIGNED_COMMAND_REFUSED");
    // Nor does who sends again what an officer once signed write into the log about them.
    require_officers(&desk).await;
    assert_eq!(refusal_of(&desk, &envelope).await.0, "ROLE_MISSING");
    assert_eq!(remembered(&desk).await, 0);
    desk.bureau.check_ledger().await;
}
