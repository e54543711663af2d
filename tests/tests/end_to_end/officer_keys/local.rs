//! Local commands that sign with a key file, and the commands about officers' keys.

use std::path::Path;
use std::process::Output;

use tests::program::mingzhang;
use tests::scratch::ScratchDirectory;

use super::*;

fn text(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Runs the program on the bureau's data.
fn program(bureau: &Bureau, arguments: &[&str]) -> Output {
    let mut program = mingzhang(bureau.place.data_path());
    program.env("DATABASE_URL", bureau.place.url()).args(arguments);
    program.output().unwrap()
}

#[track_caller]
fn succeeds(output: Output) -> String {
    assert!(output.status.success(), "{}", text(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_a_local_command_records_can_be_signed() {
    let bureau = Bureau::new().await;
    let desk = Desk { bureau };
    desk.enrol(OFFICER, &key(17)).await;
    desk.require(true).await;
    let bureau = &desk.bureau;
    let documents: [(&str, &str, Value); 15] = [
        (
            "openFund",
            "OpenFund",
            json!({"id": "fiscal", "name": "区级财政资金", "source": "FISCAL",
            "programmes": ["temporary-assistance", "minimum-living-allowance"]}),
        ),
        (
            "receiveFunds",
            "ReceiveFunds",
            json!({"id": "a-1", "fund": "fiscal", "amount": "5000.00",
            "occurredOn": "2020-01-02", "document": "钟财社〔2020〕1号"}),
        ),
        (
            "setStandard",
            "SetStandard",
            json!({"id": "s-1", "programme": "低保", "unit": "PERSON_MONTH",
            "amount": "900", "effectiveFrom": "2020-01-01", "document": "常民〔2020〕1号"}),
        ),
        (
            "approveGrant",
            "ApproveGrant",
            json!({"id": "g-1", "programme": "低保", "householdNo": "ZL-1",
            "members": 1, "amount": "900.00", "fromMonth": "2020-01", "verification": "HD-1"}),
        ),
        (
            "recordTemporaryAid",
            "RecordTemporaryAid",
            json!({"id": "p-1", "fund": "fiscal",
            "kind": "URGENT", "cause": "火灾", "amount": "2000", "occurredOn": "2020-06-16",
            "recipient": {"householdNo": "ZL-2", "coveredPersons": 3}}),
        ),
        (
            "reversePayment",
            "ReversePayment",
            json!({"id": "r-1", "payment": "p-1", "reason": "重复",
            "occurredOn": "2020-06-17"}),
        ),
        (
            "recordTemporaryAid",
            "RecordTemporaryAid",
            json!({"id": "p-2", "fund": "fiscal",
            "kind": "URGENT", "cause": "火灾", "amount": "2000", "occurredOn": "2020-06-18",
            "recipient": {"householdNo": "ZL-2", "members": ["320404180001010028"],
                          "coveredPersons": 3}}),
        ),
        (
            "orderRecovery",
            "OrderRecovery",
            json!({"id": "ro-1", "payment": "p-2", "amount": "500.00",
            "reason": "收入超标", "document": "追回〔2020〕1号", "occurredOn": "2020-08-03"}),
        ),
        (
            "receiveRecovery",
            "ReceiveRecovery",
            json!({"id": "rr-1", "payment": "p-2", "amount": "300.00",
            "document": "收据-1", "occurredOn": "2020-08-10"}),
        ),
        (
            "waiveRecovery",
            "WaiveRecovery",
            json!({"id": "rw-1", "payment": "p-2", "amount": "200.00",
            "reason": "无力退还", "document": "豁免〔2020〕1号", "occurredOn": "2020-12-28"}),
        ),
        (
            "proposeClosing",
            "PeriodStep",
            json!({"id": "m-1", "month": "2020-06", "occurredOn": "2020-07-03"}),
        ),
        (
            "withdrawProposal",
            "PeriodStep",
            json!({"id": "m-2", "month": "2020-06", "occurredOn": "2020-07-04"}),
        ),
        (
            "disclosePersonalData",
            "DisclosePersonalData",
            json!({"id": "pd-1", "payment": "p-2", "reason": "信访核查"}),
        ),
        (
            "reportDeath",
            "ReportDeath",
            json!({"id": "dr-1", "personNo": "320404180001010028", "diedOn": "2020-05-20",
            "source": "民函〔2020〕88号", "occurredOn": "2020-06-02"}),
        ),
        (
            "withdrawDeathReport",
            "WithdrawDeathReport",
            json!({"id": "dr-2", "personNo": "320404180001010028",
            "report": "dr-1", "document": "核实〔2020〕3号", "occurredOn": "2020-06-09"}),
        ),
    ];
    for (name, input_type, mut input) in documents {
        input["ledger"] = json!(LEDGER);
        let document = format!(
            "mutation M($input: {input_type}Input!) {{ {name}(input: $input) {{ \
             receipt {{ position }} userErrors {{ code message }} }} }}"
        );
        let data = run_with(&desk, key(17), &document, json!({ "input": input })).await;
        assert_eq!(data[name]["userErrors"], json!([]), "{name}");
        let position = data[name]["receipt"]["position"].clone();
        let entry = "query($id: ID!, $at: Position!) { entry(ledger: $id, position: $at) { signedCommand } }";
        let shown = bureau.query(entry, json!({"id": LEDGER, "at": position})).await;
        assert!(shown["entry"]["signedCommand"].is_string(), "{name}");
    }
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_goes_the_whole_way_on_the_command_line() {
    let desk = Desk { bureau: Bureau::new().await };
    let bureau = &desk.bureau;
    bureau.fund("1000.00", &["minimum-living-allowance", "temporary-assistance"]).await;
    let place = ScratchDirectory::new();
    let (own, enrolment) = (place.join("w-017.key"), place.join("enrolment.json"));
    let make = ["make-officer-key", "--ledger", LEDGER, "--officer", OFFICER, "--out", path(&own)];
    let printed = succeeds(program(bureau, &make));
    assert_eq!(succeeds(program(bureau, &make)), printed, "a key that is there is not replaced");
    std::fs::write(&enrolment, &printed).unwrap();
    // As an officer types it: a file name alone.
    let mut here = mingzhang(&place.join("no-data-here"));
    here.current_dir(place.path()).args(&make[..5]).args(["--out", "w-018.key"]);
    let made = here.output().unwrap();
    assert!(made.status.success() && place.join("w-018.key").exists(), "{}", text(&made));
    let enrol = ["enrol-officer-key", "--ledger", LEDGER, path(&enrolment), "--json"];
    let told: Value = serde_json::from_str(&succeeds(program(bureau, &enrol))).unwrap();
    assert_eq!(told["event"], "OfficerKeyEnrolled v1");
    let again: Value = serde_json::from_str(&succeeds(program(bureau, &enrol))).unwrap();
    assert_eq!(again["position"], told["position"], "enrolled once");
    let require = ["require-signed-commands", "--ledger", LEDGER];
    succeeds(program(bureau, &require));
    assert!(succeeds(program(bureau, &require)).contains("nothing was recorded"));

    let list = place.join("list.csv");
    let rows = "payment_id,programme,fund,household_no,amount,entitlement_month,occurred_on\n\
                a,低保,fiscal,H-1,10.00,2020-06,2020-06-15\nb,低保,fiscal,H-2,20.00,2020-06,2020-06-15\n";
    std::fs::write(&list, rows).unwrap();
    let import = ["import", path(&list), "--ledger", LEDGER, "--officer", OFFICER];
    let refused = program(bureau, &import);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused).contains("SIGNED_COMMAND_REQUIRED"), "{}", text(&refused));
    let mut signed = import.to_vec();
    signed.extend(["--sign-with", path(&own)]);
    assert!(succeeds(program(bureau, &signed)).contains("recorded 2"));
    assert!(succeeds(program(bureau, &signed)).contains("recorded before"));
    // Without an officer a key is nobody's.
    let nobodys = ["import", path(&list), "--ledger", LEDGER, "--sign-with", path(&own)];
    assert_eq!(program(bureau, &nobodys).status.code(), Some(2));

    send_from_elsewhere(&desk, &place, &own).await;

    let fingerprint = serde_json::from_str::<Value>(&printed).unwrap()["key"]["public"].clone();
    let public = ledger::key::PublicKey::parse(fingerprint.as_str().unwrap()).unwrap();
    let fingerprint = public.id().fingerprint().to_string();
    let withdraw = ["withdraw-officer-key", "--ledger", LEDGER, "--officer", OFFICER, "--key"];
    let mut withdraw = withdraw.to_vec();
    withdraw.push(&fingerprint);
    succeeds(program(bureau, &withdraw));
    std::fs::write(
        &list,
        rows.replace("\na,", "\nc,").replace("\nb,", "\nd,").replace("-06,", "-07,"),
    )
    .unwrap();
    let refused = program(bureau, &signed);
    assert!(text(&refused).contains("SIGNED_COMMAND_REFUSED"), "{}", text(&refused));
    bureau.check_ledger().await;
}

/// Signs a command where there is no database, and sends it.
async fn send_from_elsewhere(desk: &Desk, place: &ScratchDirectory, own: &Path) {
    let fund = desk.own_id("FUND", "fiscal").await;
    let payment = desk.own_id("PAYMENT", "from-elsewhere").await;
    let household = desk.identify(json!({"households": ["H-3"]})).await["households"][0].clone();
    let (cause, commitment) = committed("cause", "火灾");
    let command = temporary_aid(payment, fund, &household, 500, &commitment);
    let (file, note, policy) =
        (place.join("command.json"), place.join("checkpoint"), place.join("policy"));
    std::fs::write(&file, command + "\n").unwrap();
    let book = desk.bureau.book().await;
    let latest = book.cosigned_note(book.checkpoint().await.unwrap()).await.unwrap();
    std::fs::write(&note, latest).unwrap();
    std::fs::copy(desk.bureau.place.data_path().join(format!("{LEDGER}.policy")), &policy).unwrap();
    let request = payment.to_string();
    let arguments = [
        "sign-command",
        "--key",
        path(own),
        "--ledger",
        LEDGER,
        "--officer",
        OFFICER,
        "--request",
        &request,
        "--checkpoint",
        path(&note),
        "--policy",
        path(&policy),
        path(&file),
    ];
    let elsewhere = mingzhang(&place.join("no-data-here")).args(arguments).output().unwrap();
    let envelope = succeeds(elsewhere);
    assert!(!place.join("no-data-here").exists(), "it made a data directory");
    let beside = json!([{"id": "from-elsewhere", "cause": cause}]);
    let payload = desk.send(envelope.trim_end().as_bytes(), beside).await;
    assert_eq!(payload["userErrors"], json!([]));
    // A checkpoint that the policy's log did not sign is not relied on.
    let forged = std::fs::read_to_string(&note).unwrap().replacen('\n', "\n1", 1);
    std::fs::write(&note, forged).unwrap();
    let refused = mingzhang(&place.join("no-data-here")).args(arguments).output().unwrap();
    assert_eq!(refused.status.code(), Some(1), "{}", text(&refused));
}
