//! What the GraphQL-over-HTTP specification asks of a server, asked of ours while it runs.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::process::{Command, Output};

use api::sign_in::program_key::{self, KeyRequest};
use domain::ids::OfficerId;
use domain::rights::Operation;
use serde_json::json;
use tests::bureau::Bureau;
use tests::not_run;
use tests::program::{Serving, build_directory, checkout, mingzhang};

/// Exit status of the script where this machine lacks what it needs.
const CANNOT_ASK: i32 = 2;

/// Asks all audits of the server at `url`, with these variables; tells why where this machine cannot.
fn ask(url: &str, variables: &[(&str, &OsStr)]) -> Result<Output, String> {
    let asked = Command::new("node")
        .arg(checkout().join("scripts/graphql-audits.mjs"))
        .arg(url)
        .envs(variables.iter().copied())
        .env("CARGO_TARGET_DIR", build_directory().parent().unwrap())
        .output();
    match asked {
        Err(error) if error.kind() == ErrorKind::NotFound => Err("there is no node".to_owned()),
        asked => {
            let asked = asked.unwrap();
            if asked.status.code() == Some(CANNOT_ASK) {
                let said = String::from_utf8_lossy(&asked.stderr);
                return Err(said.lines().last().unwrap_or("it does not say why").to_owned());
            }
            Ok(asked)
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_passes_every_audit_of_graphql_over_http() {
    let bureau = Bureau::new().await;
    let mut program = mingzhang(bureau.place.data_path());
    program.env("DATABASE_URL", bureau.place.url());
    let server = Serving::start(program);
    passes(ask(server.url(), &[]), "the audits of GraphQL over HTTP");
    server.stop();
    bureau.check_ledger().await;
}

fn passes(asked: Result<Output, String>, what: &str) {
    match asked {
        Ok(answered) => {
            let said = String::from_utf8_lossy(&answered.stdout);
            assert!(answered.status.success(), "{said}{answered:?}");
            assert!(said.contains("61 of 61 audits passed"), "{said}");
        }
        Err(why) => not_run::report(what, &why),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn so_does_one_behind_tls_that_serves_nobody_who_is_not_signed_in() {
    let bureau = Bureau::new().await;
    bureau
        .recorded("enrolOfficer", json!({"id": "p-001", "name": "系统", "roles": ["ANALYST"]}))
        .await;
    let officer = OfficerId::parse("p-001").unwrap();
    let request = KeyRequest { officer, operations: vec![Operation::ReadTotals], days: 1 };
    let by = OfficerId::parse("s-001").unwrap();
    let (_, key) = program_key::issue(&*bureau.book().await, &by, request).await.unwrap();
    let mut program = mingzhang(bureau.place.data_path());
    program.env("DATABASE_URL", bureau.place.url());
    let server = Serving::start_with(&mut program, &["--tls", "--sign-in-always"]);
    let certificate = bureau.place.data_path().join("tls/certificate.pem");
    let variables = [
        ("MINGZHANG_PROGRAM_KEY", OsStr::new(key.as_str())),
        ("NODE_EXTRA_CA_CERTS", certificate.as_os_str()),
    ];
    passes(ask(server.url(), &variables), "the audits of GraphQL over HTTPS");
    server.stop();
    bureau.check_ledger().await;
}
