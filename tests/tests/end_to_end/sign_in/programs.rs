//! Programs ask by keys of their own.

use api::sign_in::program_key::{self, KeyRequest};
use api::sign_in::{Act, ProgramKey, Proof, set_password, set_up_code};
use domain::rights::Operation;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::bureau::{Bureau, LEDGER, PASSWORD};
use tests::http::client;
use tests::program::{Serving, mingzhang};

use super::{MINUTE, acts, bureau, code, officer, typed};

/// A program that may make lists and look at payments, and one key for the totals alone.
async fn program(bureau: &Bureau) -> ProgramKey {
    bureau.sign_in("s-001").await;
    let enrolment = json!({"id": "p-001", "name": "业务系统", "roles": ["MAKER"]});
    let enrolled = bureau.mutate_as("s-001", "enrolOfficer", enrolment).await;
    assert_eq!(enrolled["userErrors"], json!([]));
    let document = "mutation($input: IssueProgramKeyInput!) { issueProgramKey(input: $input) { \
        secret programKey { prefix officer operations usedAt } userErrors { code } } }";
    let input =
        json!({"ledger": LEDGER, "officer": "p-001", "operations": ["READ_TOTALS"], "days": 30});
    let issued = bureau.query_as("s-001", document, json!({ "input": input })).await;
    let payload = &issued["issueProgramKey"];
    assert_eq!(payload["userErrors"], json!([]));
    assert_eq!(payload["programKey"]["operations"], json!(["READ_TOTALS"]));
    ProgramKey::parse(payload["secret"].as_str().unwrap()).unwrap()
}

/// The code of the first error that the server gives a program; `None` where it answers.
async fn ask(server: &Serving, key: &str, question: &str) -> (StatusCode, Option<String>) {
    let request = client().post(server.url()).bearer_auth(key).json(&json!({ "query": question }));
    let response = request.send().await.unwrap();
    let status = response.status();
    let body: Value = response.json().await.unwrap();
    (status, body["errors"][0]["extensions"]["code"].as_str().map(str::to_owned))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_asks_by_its_key_for_what_the_key_is_for() {
    let bureau = bureau().await;
    let key = program(&bureau).await;
    let mut command = mingzhang(bureau.place.data_path());
    command.env("DATABASE_URL", bureau.place.url());
    let server = Serving::start(command);
    let funds = format!("{{ funds(ledger: \"{LEDGER}\") {{ id }} }}");
    assert_eq!(ask(&server, key.as_str(), &funds).await, (StatusCode::OK, None));
    // Its role would allow it, its key does not.
    let payments = format!("{{ payments(ledger: \"{LEDGER}\") {{ nodes {{ id }} }} }}");
    let told = ask(&server, key.as_str(), &payments).await;
    assert_eq!(told, (StatusCode::OK, Some("OUT_OF_SCOPE".to_owned())));
    let refused = (StatusCode::UNAUTHORIZED, Some("NOT_AUTHORIZED".to_owned()));
    let mut forged = key.as_str().to_owned();
    let last = if forged.pop() == Some('A') { 'E' } else { 'A' };
    forged.push(last);
    for other in [forged.as_str(), "nonsense", ""] {
        assert_eq!(ask(&server, other, &funds).await, refused, "{other}");
    }
    let revoke = "mutation($input: RevokeProgramKeyInput!) { revokeProgramKey(input: $input) { \
        programKey { usedAt revokedAt } userErrors { code } } }";
    let prefix = key.as_str().rsplit('.').nth(1).unwrap();
    let input = json!({"ledger": LEDGER, "prefix": prefix});
    let revoked = bureau.query_as("s-001", revoke, json!({ "input": input })).await;
    let standing = &revoked["revokeProgramKey"]["programKey"];
    assert!(standing["usedAt"].is_string() && standing["revokedAt"].is_string(), "{revoked}");
    assert_eq!(ask(&server, key.as_str(), &funds).await, refused);
    server.stop();
    let acts: Vec<Act> =
        acts(&*bureau.book().await).await.into_iter().map(|(_, act)| act).collect();
    let expected = [Act::KeyIssued, Act::NotPermitted, Act::KeyRevoked];
    assert!(acts.ends_with(&expected), "{acts:?}");
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_ends_and_is_no_persons_and_a_program_has_no_password() {
    let bureau = bureau().await;
    let key = program(&bureau).await;
    let (book, keeper) = (bureau.book().await, officer("s-001"));
    let shown = async || program_key::show(&bureau.books, &key).await.unwrap();
    assert_eq!(shown().await.unwrap().officer, officer("p-001"));
    let issue = async |id: &str, operations: Vec<Operation>, days: u16| {
        let request = KeyRequest { officer: officer(id), operations, days };
        code(program_key::issue(&book, &keeper, request).await)
    };
    let totals = vec![Operation::ReadTotals];
    bureau.sign_in("w-021").await;
    assert_eq!(issue("w-021", totals.clone(), 1).await, Some("IS_A_PERSON"));
    assert_eq!(issue("w-404", totals.clone(), 1).await, Some("UNKNOWN_OFFICER"));
    assert_eq!(issue("p-001", Vec::new(), 1).await, Some("INVALID_SCOPE"));
    assert_eq!(issue("p-001", totals.clone(), 0).await, Some("INVALID_SCOPE"));
    assert_eq!(issue("p-001", totals, 367).await, Some("INVALID_SCOPE"));
    // No key makes anybody known, or gives out keys.
    for operation in [Operation::ManageProgramKeys, Operation::GiveRole, Operation::IssueSetUpCode]
    {
        assert_eq!(issue("p-001", vec![operation], 1).await, Some("INVALID_SCOPE"));
    }
    let unknown = program_key::revoke(&book, &keeper, "AAAAAAAA").await;
    assert_eq!(code(unknown), Some("UNKNOWN_KEY"));
    let proof = Proof::Code(set_up_code::issue(&book, "s-001", &officer("p-001")).await.unwrap());
    let set = set_password(&book, &officer("p-001"), proof, typed(PASSWORD)).await;
    assert_eq!(code(set), Some("IS_A_PROGRAM"));
    // Where officers are required no more, a key is for what it was for, and for no other ledger.
    let lifted = json!({"id": "rg-2", "required": false, "document": "内控〔2020〕2号"});
    assert_eq!(bureau.mutate_as("s-001", "requireOfficers", lifted).await["userErrors"], json!([]));
    let program = shown().await.unwrap();
    assert_eq!(code(book.permit(&program, Operation::ReadTotals).await), None);
    assert_eq!(code(book.permit(&program, Operation::ReadPayments).await), Some("OUT_OF_SCOPE"));
    bureau.open_ledger("cn-320402").await;
    let other = bureau.books.book("cn-320402").await.unwrap();
    assert_eq!(code(other.permit(&program, Operation::ReadTotals).await), Some("SIGN_IN_NEEDED"));
    bureau.clock.advance(30 * 24 * 60 * MINUTE);
    assert!(shown().await.is_none());
    let open = Bureau::new().await;
    open.recorded("enrolOfficer", json!({"id": "p-001", "name": "系", "roles": []})).await;
    let document = "mutation($input: IssueProgramKeyInput!) { issueProgramKey(input: $input) { \
        secret userErrors { code } } }";
    let input =
        json!({"ledger": LEDGER, "officer": "p-001", "operations": ["READ_TOTALS"], "days": 30});
    let refused = open.query(document, json!({ "input": input })).await;
    let codes = json!({"secret": null, "userErrors": [{"code": "OFFICERS_NOT_REQUIRED"}]});
    assert_eq!(refused["issueProgramKey"], codes);
    bureau.check_ledger().await;
}
