//! Signed commands that are not good, each for one reason; nothing of them is recorded.

use super::*;

struct Case {
    desk: Desk,
    command: String,
    request: Uuid,
    beside: Value,
}

impl Case {
    async fn new() -> Self {
        let desk = Desk::new().await;
        let known = desk.identify(json!({"households": ["ZL-2"]})).await;
        let fund = desk.own_id("FUND", "fiscal").await;
        let (cause, commitment) = committed("cause", "火灾");
        let request = desk.own_id("PAYMENT", "signed-1").await;
        let command = temporary_aid(request, fund, &known["households"][0], 1_000, &commitment);
        let beside = json!([{"id": "signed-1", "cause": cause}]);
        Self { desk, command, request, beside }
    }

    async fn good(&self) -> Statement {
        self.desk.statement(self.request, &self.command).await
    }

    /// Sends and gives code and message of the refusal.
    async fn code(&self, envelope: &[u8], beside: &Value) -> (String, String) {
        let size = self.desk.bureau.size().await;
        let payload = self.desk.send(envelope, beside.clone()).await;
        assert_eq!(payload["receipt"], Value::Null, "it was recorded");
        assert_eq!(self.desk.bureau.size().await, size, "a refused command records nothing");
        let error = &payload["userErrors"][0];
        let text = |field: &str| error[field].as_str().unwrap().to_owned();
        assert!(text("message").contains(" / "), "in Chinese and English: {error}");
        (text("code"), text("message"))
    }

    #[track_caller]
    fn refused(&self, (code, message): &(String, String), with: &str, because: &str) {
        assert_eq!(code, with, "{message}");
        assert!(message.contains(because), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_key_of_the_officer_that_is_in_force_signs() {
    let case = Case::new().await;
    let send = async |statement: Statement, by: u8| {
        case.code(&sign(statement, &key(by)), &case.beside).await
    };
    let refused = "SIGNED_COMMAND_REFUSED";
    case.refused(&send(case.good().await, 18).await, refused, "no key of officer w-017");
    case.desk.enrol("w-018", &key(18)).await;
    case.refused(&send(case.good().await, 18).await, refused, "no key of officer w-017");
    case.desk.withdraw(OFFICER, &key(17)).await;
    case.refused(&send(case.good().await, 17).await, refused, "no key of officer w-017");
    // Another key of the same officer goes on.
    case.desk.enrol(OFFICER, &key(19)).await;
    let envelope = sign(case.good().await, &key(19));
    assert_eq!(case.desk.send(&envelope, case.beside.clone()).await["userErrors"], json!([]));
    case.desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_part_of_the_statement_must_be_good() {
    let case = Case::new().await;
    let now = case.desk.bureau.clock.now();
    let size = case.desk.bureau.size().await;
    type Change<'a> = Box<dyn Fn(&mut Statement) + 'a>;
    let bad: Vec<(&str, Change<'_>)> = vec![
        ("signed for ledger", Box::new(|s| s.ledger = LedgerId::parse("cn-320402").unwrap())),
        ("signed for request", Box::new(|s| s.request = Uuid::from_u128(1))),
        (
            "expired at",
            Box::new(|s| {
                (s.issued, s.expires) = (later(now, -7_200), later(now, -3_600));
            }),
        ),
        (
            "check the clock",
            Box::new(|s| {
                (s.issued, s.expires) = (later(now, 3_600), later(now, 7_200));
            }),
        ),
        ("at most 24 hours", Box::new(|s| s.expires = later(now, 90_000))),
        ("the checkpoint is of", Box::new(|s| s.checkpoint.origin = "elsewhere/x".to_owned())),
        ("not on this ledger's history", Box::new(|s| s.checkpoint.root = Hash::ZERO)),
        ("the checkpoint's size", Box::new(|s| s.checkpoint.size = size + 1)),
        ("the checkpoint's size", Box::new(|s| s.checkpoint.size = 0)),
    ];
    for (because, change) in bad {
        let mut statement = case.good().await;
        change(&mut statement);
        let told = case.code(&sign(statement, &key(17)), &case.beside).await;
        case.refused(&told, "SIGNED_COMMAND_REFUSED", because);
    }
    // An earlier checkpoint that lies on the history is as good as the latest.
    let mut statement = case.good().await;
    let root = case.desk.bureau.book().await.root_at(3).await.unwrap().unwrap();
    (statement.checkpoint.size, statement.checkpoint.root) = (3, root);
    let payload = case.desk.send(&sign(statement, &key(17)), case.beside.clone()).await;
    assert_eq!(payload["userErrors"], json!([]));
    case.desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_envelope_is_held_to_its_bytes() {
    let case = Case::new().await;
    let good = sign(case.good().await, &key(17));
    let mut spaced = good.clone();
    spaced.push(b'\n');
    let text = String::from_utf8(good.clone()).unwrap();
    let sig = text.find("\"sig\":\"").unwrap() + 7;
    let mut other_signature = good.clone();
    other_signature[sig] = if good[sig] == b'A' { b'B' } else { b'A' };
    for bad in [spaced, other_signature, b"{}".to_vec(), b"{\"payloadType\":1}".to_vec()] {
        let told = case.code(&bad, &case.beside).await;
        assert_eq!(told.0, "SIGNED_COMMAND_REFUSED", "{told:?}");
    }
    let mut unknown = case.good().await;
    unknown.command = b"{\"PrintMoney\":{}}".to_vec();
    let told = case.code(&sign(unknown, &key(17)), &case.beside).await;
    case.refused(&told, "INVALID_COMMAND", "no command of this name");
    let mut respelled = case.good().await;
    respelled.command = case.command.replace("\"amount\":1000", "\"amount\": 1000").into_bytes();
    let told = case.code(&sign(respelled, &key(17)), &case.beside).await;
    case.refused(&told, "INVALID_COMMAND", "not spelled as it is printed");
    case.desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_beside_must_be_what_the_command_commits_to() {
    let case = Case::new().await;
    let envelope = sign(case.good().await, &key(17));
    let (other, _) = committed("cause", "水灾");
    let (reason, _) = committed("reason", "火灾");
    let cause = &case.beside[0]["cause"];
    for (beside, code) in [
        (json!([]), "COMMITMENT_MISMATCH"),
        (json!([{"cause": other}]), "COMMITMENT_MISMATCH"),
        (json!([{"cause": cause, "reason": reason}]), "COMMITMENT_MISMATCH"),
        (json!([{"cause": cause, "id": "another"}]), "ID_NOT_EXCHANGED"),
    ] {
        assert_eq!(case.code(&envelope, &beside).await.0, code, "{beside}");
    }
    // A household that the ledger does not know, and one with another commitment.
    let known = case.desk.identify(json!({"households": ["ZL-2"]})).await["households"][0].clone();
    for (from, to) in [
        (known["id"].as_str().unwrap(), Uuid::from_u128(5).to_string()),
        (known["commitment"].as_str().unwrap(), Hash::ZERO.to_string()),
    ] {
        let command = case.command.replace(from, &to);
        let statement = case.desk.statement(case.request, &command).await;
        let told = case.code(&sign(statement, &key(17)), &case.beside).await;
        case.refused(&told, "UNKNOWN_HOUSEHOLD", "knows no subject");
    }
    case.desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_has_nothing_beside_it_that_its_kind_has_no_place_for() {
    let case = Case::new().await;
    let store = case.desk.own_id("STORE", "s-9").await;
    let command = format!(
        r#"{{"OpenStore":{{"store":"{store}","code":"s-9","name":"超市","region":null}}}}"#
    );
    let envelope = sign(case.desk.statement(store, &command).await, &key(17));
    for beside in [
        json!([{"personName": "张三"}]),
        json!([{"note": "备注"}]),
        json!([{"accountNo": "6228480000000000018"}]),
    ] {
        assert_eq!(case.code(&envelope, &beside).await.0, "NOT_PART_OF_COMMAND", "{beside}");
    }
    // An account number beside a payment is that of the account in it.
    let envelope = sign(case.good().await, &key(17));
    let mut beside = case.beside.clone();
    beside[0]["accountNo"] = json!("6228480000000000018");
    assert_eq!(case.code(&envelope, &beside).await.0, "COMMITMENT_MISMATCH");
    case.desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolment_names_an_officer_and_a_key_that_did_not_end() {
    let desk = Desk::new().await;
    desk.withdraw(OFFICER, &key(17)).await;
    let size = desk.bureau.size().await;
    for (officer, seed, because) in
        [(OFFICER, 17, "was withdrawn at position"), ("320404180001010028", 30, " / ")]
    {
        let enrolled = OfficerKeyEnrolled::prove(&id(), officer, &key(seed)).unwrap();
        let event = OfficerEvent::Enrolled(enrolled);
        let refused = desk.bureau.books.change_officer_keys(&id(), &event).await.unwrap_err();
        assert!(refused.to_string().contains(because), "{refused}");
    }
    assert_eq!(desk.bureau.size().await, size);
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_says_what_recording_would_say() {
    let desk = Desk::new().await;
    desk.require(true).await;
    let rows = tests::bureau::payments(std::iter::once(("r-1".into(), "H-1".into(), 6)));
    let officer = domain::ids::OfficerId::parse(OFFICER).unwrap();
    let book = desk.bureau.book().await;
    let rehearsal = api::books::Recording::Rehearse;
    let outcome = book.record_list(&officer.into(), &rows, rehearsal).await.unwrap();
    match outcome {
        api::books::ListOutcome::Refused(refused) => {
            assert_eq!(refused[0].error.code, "SIGNED_COMMAND_REQUIRED");
        }
        api::books::ListOutcome::Recorded(receipts) => panic!("{receipts:?}"),
    }
    desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rules_of_the_books_hold_for_signed_commands_too() {
    let case = Case::new().await;
    let command = case.command.replace("\"amount\":1000", "\"amount\":900000000");
    let statement = case.desk.statement(case.request, &command).await;
    let told = case.code(&sign(statement, &key(17)), &case.beside).await;
    assert_eq!(told.0, "FUND_BALANCE_TOO_LOW", "{told:?}");
    case.desk.bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_signatures_are_required_nothing_is_recorded_without() {
    let case = Case::new().await;
    let desk = &case.desk;
    let other = desk.bureau.another_program().await;
    // The other program had the ledger open before the setting changed.
    tests::bureau::run(&other, "{ ledgers { id } }", json!({})).await;
    desk.require(true).await;
    let open = json!({"id": "f-9", "name": "另一资金", "source": "FISCAL", "programmes": []});
    let (code, _) = unsigned(desk, "openFund", open.clone()).await;
    assert_eq!(code, "SIGNED_COMMAND_REQUIRED");
    let mut input = open.clone();
    input["ledger"] = json!(LEDGER);
    let document = "mutation M($input: OpenFundInput!) { openFund(input: $input) { receipt { position } userErrors { code } } }";
    let answer = tests::bureau::run(&other, document, json!({ "input": input })).await;
    assert_eq!(answer["openFund"]["userErrors"][0]["code"], "SIGNED_COMMAND_REQUIRED");
    let envelope = sign(case.good().await, &key(17));
    assert_eq!(desk.send(&envelope, case.beside.clone()).await["userErrors"], json!([]));
    let data = desk
        .bureau
        .query("query($id: ID!) { ledger(id: $id) { signedCommandsRequired officerKeys { officer fingerprint until } } }",
               json!({"id": LEDGER}))
        .await;
    let fingerprint = key(17).public().id().fingerprint().to_string();
    assert_eq!(data["ledger"]["signedCommandsRequired"], true);
    assert_eq!(
        data["ledger"]["officerKeys"],
        json!([{"officer": OFFICER, "fingerprint": fingerprint, "until": null}])
    );
    desk.require(false).await;
    desk.bureau.recorded("openFund", open).await;
    desk.bureau.check_ledger().await;
}

async fn unsigned(desk: &Desk, name: &str, input: Value) -> (String, Value) {
    let payload = desk.bureau.mutate(name, input).await;
    assert_eq!(payload["receipt"], Value::Null);
    (payload["userErrors"][0]["code"].as_str().unwrap().to_owned(), payload)
}
