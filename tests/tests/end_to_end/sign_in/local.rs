//! Signing in on the command line of the data directory.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Output, Stdio};

use serde_json::{Value, json};
use tests::bureau::{Bureau, LEDGER, PASSWORD};
use tests::program::mingzhang;

use super::bureau;

/// Runs the program with these lines at its standard input.
fn run(bureau: &Bureau, arguments: &[&str], lines: &str) -> Output {
    let mut program = mingzhang(bureau.place.data_path());
    program.env("DATABASE_URL", bureau.place.url()).args(arguments);
    program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = program.spawn().unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn about<'a>(command: &'a str, officer: &'a str) -> [&'a str; 5] {
    [command, "--ledger", LEDGER, "--officer", officer]
}

fn done(bureau: &Bureau, arguments: &[&str], lines: &str) -> String {
    let output = run(bureau, arguments, lines);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn query(bureau: &Bureau, officer: &str, document: &str) -> (Option<i32>, Value) {
    let output = run(bureau, &["query", "--officer", officer, "-"], document);
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_signs_in_on_the_command_line_and_out_again() {
    let bureau = bureau().await;
    let funds = format!("{{ funds(ledger: \"{LEDGER}\") {{ id }} }}");
    let (status, told) = query(&bureau, "w-021", &funds);
    assert_eq!(status, Some(1));
    assert_eq!(told["errors"][0]["extensions"]["code"], "SIGN_IN_NEEDED");
    let code = done(&bureau, &about("set-up-code", "w-021"), "");
    let lines = format!("{code}{PASSWORD}\n");
    done(&bureau, &about("set-password", "w-021"), &lines);
    let again = run(&bureau, &about("set-password", "w-021"), &lines);
    assert_eq!(again.status.code(), Some(1));
    let wrong = run(&bureau, &about("login", "w-021"), "Wrong-Password-1\n");
    assert_eq!(wrong.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("[SIGN_IN_REFUSED]"), "{wrong:?}");
    done(&bureau, &about("login", "w-021"), &format!("{PASSWORD}\n"));
    let kept = bureau.place.data_path().join("sessions").join(format!("{LEDGER}@w-021"));
    assert_eq!(std::fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    let (status, told) = query(&bureau, "w-021", &funds);
    assert_eq!((status, &told["data"]["funds"]), (Some(0), &json!([{"id": "fiscal"}])));
    // Another officer's session is nobody else's.
    let (_, told) = query(&bureau, "s-001", &funds);
    assert_eq!(told["errors"][0]["extensions"]["code"], "SIGN_IN_NEEDED");
    let list = bureau.place.data_path().join("list.csv");
    std::fs::write(&list, tests::bureau::batch_list(&[("p-1", "ZL-1", "10.00")])).unwrap();
    let list = list.to_str().unwrap();
    let direct = ["import", list, "--ledger", LEDGER, "--officer", "w-021"];
    let refused = run(&bureau, &direct, "");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("NOT_RECORDED_DIRECTLY"));
    let batch = [&direct[..], &["--batch", "june", "--title", "六月"]].concat();
    done(&bureau, &batch, "");
    let nobody = run(
        &bureau,
        &batch.iter().map(|it| if *it == "w-021" { "s-001" } else { it }).collect::<Vec<_>>(),
        "",
    );
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("[SIGN_IN_NEEDED]"), "{nobody:?}");
    done(&bureau, &about("logout", "w-021"), "");
    assert!(!kept.exists());
    let (_, told) = query(&bureau, "w-021", &funds);
    assert_eq!(told["errors"][0]["extensions"]["code"], "SIGN_IN_NEEDED");
    let ended = run(&bureau, &about("login", "w-021"), "");
    assert_eq!(ended.status.code(), Some(2), "{ended:?}");
    bureau.check_ledger().await;
}
