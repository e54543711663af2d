//! What the GraphQL-over-HTTP specification asks of a server, asked of ours while it runs.

use std::io::ErrorKind;
use std::process::{Command, Output};

use tests::bureau::Bureau;
use tests::not_run;
use tests::program::{Serving, build_directory, checkout, mingzhang};

/// Exit status of the script where this machine lacks what it needs.
const CANNOT_ASK: i32 = 2;

/// Asks all audits of the server at `url`; tells why where this machine cannot.
fn ask(url: &str) -> Result<Output, String> {
    let asked = Command::new("node")
        .arg(checkout().join("scripts/graphql-audits.mjs"))
        .arg(url)
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
    match ask(server.url()) {
        Ok(answered) => {
            let said = String::from_utf8_lossy(&answered.stdout);
            assert!(answered.status.success(), "{said}{answered:?}");
            assert!(said.contains("61 of 61 audits passed"), "{said}");
        }
        Err(why) => not_run::report("the audits of GraphQL over HTTP", &why),
    }
    server.stop();
    bureau.check_ledger().await;
}
