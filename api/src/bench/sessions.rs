//! What single payments cost as officers record them: over HTTPS, each client with a session of its own, every
//! request held to the table of rights, by the program as it is served.
//!
//! The same is asked of a ledger that requires no officers by clients that are not signed in: what lies between
//! the two is what signing in and rights cost. Clients and server share the machine, so both lie below what a
//! server alone would do.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::OfficerId;
use ledger::LedgerId;
use people::Randomness;
use reqwest::{Certificate, Client};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use super::{CLIENTS, now, said, tell};
use crate::books::{Acting, Books, OpenLedger};
use crate::clock::MachineClock;
use crate::database::{DataDirectory, Database, DatabaseSource};
use crate::graphql::{self, Officer};
use crate::sign_in::{Password, Proof, session, set_password, set_up_code};

/// A ledger that requires officers, and one that does not.
const SIGNED_IN: &str = "bench-signed-in";
const OPEN: &str = "bench-open";
/// Payments in one round of one client.
const EACH: usize = 150;
/// Rounds of each of the two, by turns, so that neither has the warmer machine.
const ROUNDS: usize = 3;
/// Households that are paid.
const KNOWN: usize = 200;
const KEEPER: &str = "keeper";
const STOREKEEPER: &str = "storekeeper";

/// Measures on a data directory of its own, whose server is ended afterwards.
pub(super) async fn measure(directory: &std::path::Path) -> Result<(), String> {
    let directory = directory.join("served");
    let tokens = prepare(&directory).await?;
    let mut server = Server::start(&directory).await?;
    let measured = compare(&server, tokens).await;
    server.stop().await?;
    measured
}

/// Opens both ledgers, fills their stores, and signs every client in. Gives the tokens.
async fn prepare(directory: &std::path::Path) -> Result<Vec<String>, String> {
    let database =
        Database::connect(&DatabaseSource::Private(directory.to_owned())).await.map_err(said)?;
    let data = DataDirectory::open(directory).map_err(said)?;
    let books = Books::open(database.clone(), data, Arc::new(MachineClock), Randomness::system())
        .await
        .map_err(said)?;
    for ledger in [OPEN, SIGNED_IN] {
        open(&books, ledger).await?;
    }
    ask(&books, KEEPER, OFFICERS).await?;
    let tokens = sign_in(&books).await?;
    drop(books);
    database.close().await.map_err(said)?;
    Ok(tokens)
}

async fn open(books: &Books, ledger: &str) -> Result<(), String> {
    let open = OpenLedger {
        ledger: LedgerId::parse(ledger).map_err(said)?,
        bureau: domain::text::PlainName::parse(super::BUREAU).map_err(said)?,
        region: domain::region::Region::parse(super::REGION).map_err(said)?,
        origin: None,
        recovery_key: None,
        encrypt_key: false,
    };
    books.open_ledger(open).await.map_err(said)?;
    ask(books, KEEPER, &STORE.replace("LEDGER", ledger)).await
}

const STORE: &str = r#"mutation {
  openStore(input: { ledger: "LEDGER", id: "s", name: "慈善超市" }) { userErrors { code } }
  receiveGoods(input: { ledger: "LEDGER", id: "g", store: "s", donor: "捐赠人", occurredOn: "2020-01-02",
    items: [{ item: "大米", unit: "袋", quantity: 1000000, unitValue: "1.00" }] }) { userErrors { code } }
}"#;

const OFFICERS: &str = r#"mutation {
  a: enrolOfficer(input: { ledger: "bench-signed-in", id: "keeper", name: "甲",
    roles: [SECURITY_ADMINISTRATOR] }) { userErrors { code } }
  b: enrolOfficer(input: { ledger: "bench-signed-in", id: "storekeeper", name: "乙",
    roles: [STOREKEEPER] }) { userErrors { code } }
  requireOfficers(input: { ledger: "bench-signed-in", id: "r", required: true,
    document: "文" }) { userErrors { code } }
}"#;

/// Asks in this process, as a local officer.
async fn ask(books: &Books, officer: &str, document: &str) -> Result<(), String> {
    let officer: Acting = OfficerId::parse(officer).map_err(said)?.into();
    let schema = graphql::schema(books.clone(), Officer(officer));
    let answer = serde_json::to_value(schema.execute(document).await).map_err(said)?;
    refused(&answer).map_or(Ok(()), Err)
}

/// One session a client: whoever works at a desk has one of their own.
async fn sign_in(books: &Books) -> Result<Vec<String>, String> {
    let book = books.book(SIGNED_IN).await.map_err(said)?;
    let officer = OfficerId::parse(STOREKEEPER).map_err(said)?;
    let password = || Password::typed("only for measuring, long enough".to_owned());
    let code = set_up_code::issue(&book, KEEPER, &officer).await.map_err(said)?;
    set_password(&book, &officer, Proof::Code(code), password()).await.map_err(said)?;
    let mut tokens = Vec::new();
    for _ in 0..CLIENTS {
        let token = session::open(&book, &officer, password(), None).await.map_err(said)?;
        tokens.push(token.as_str().to_owned());
    }
    Ok(tokens)
}

/// The program, serving.
struct Server {
    child: Child,
    address: String,
    certificate: Certificate,
}

impl Server {
    async fn start(directory: &std::path::Path) -> Result<Self, String> {
        let program = std::env::current_exe().map_err(said)?;
        let mut child = Command::new(program)
            .arg("--data")
            .arg(directory)
            .args(["serve", "--tls", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(said)?;
        let told = child.stdout.take().ok_or("the server tells nothing")?;
        let first = BufReader::new(told).lines().next_line().await.map_err(said)?;
        let address = first.ok_or("the server ended")?;
        let made = std::fs::read(directory.join("tls/certificate.pem")).map_err(said)?;
        let certificate = Certificate::from_pem(&made).map_err(said)?;
        Ok(Self { child, address, certificate })
    }

    /// A connection of its own, kept open.
    fn client(&self, token: Option<String>) -> Result<Desk, String> {
        let http = Client::builder()
            .add_root_certificate(self.certificate.clone())
            .pool_max_idle_per_host(1)
            .build()
            .map_err(said)?;
        Ok(Desk { http, address: self.address.clone(), token })
    }

    async fn stop(&mut self) -> Result<(), String> {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok()).ok_or("no server")?;
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(id), nix::sys::signal::Signal::SIGTERM)
            .map_err(said)?;
        let ended = self.child.wait().await.map_err(said)?;
        if ended.success() { Ok(()) } else { Err(format!("the server ended with {ended}")) }
    }
}

/// Somebody who records payments one after the other.
struct Desk {
    http: Client,
    address: String,
    token: Option<String>,
}

const PAY: &str = "mutation Pay($input: DisburseGoodsInput!) {
  disburseGoods(input: $input) { receipt { position } userErrors { code message } } }";

impl Desk {
    /// Records so many payments; gives how long each took.
    async fn pay(&self, name: &str, payments: usize) -> Result<Vec<Duration>, String> {
        let ledger = if self.token.is_some() { SIGNED_IN } else { OPEN };
        let mut took = Vec::with_capacity(payments);
        for n in 0..payments {
            let household = n.checked_rem(KNOWN).unwrap_or_default();
            let input = json!({
                "ledger": ledger, "id": format!("{name}-{n}"), "store": "s", "occurredOn": "2020-01-03",
                "items": [{ "item": "大米", "unit": "袋", "quantity": 1, "unitValue": "1.00" }],
                "recipient": { "householdNo": format!("B-{household}") },
            });
            let mut request = self
                .http
                .post(&self.address)
                .header("accept", "application/graphql-response+json")
                .json(&json!({ "query": PAY, "variables": { "input": input } }));
            if let Some(token) = &self.token {
                request = request
                    .header("cookie", format!("mingzhang-session={token}"))
                    .header("mingzhang-request", "1");
            }
            let began = now();
            let answer: Value = request.send().await.map_err(said)?.json().await.map_err(said)?;
            took.push(began.elapsed());
            if let Some(refused) = refused(&answer) {
                return Err(refused);
            }
        }
        Ok(took)
    }
}

/// What an answer of GraphQL refuses, if it refuses anything.
fn refused(answer: &Value) -> Option<String> {
    let none = |errors: Option<&Value>| errors.and_then(Value::as_array).is_none_or(Vec::is_empty);
    let payloads = answer.get("data").and_then(Value::as_object);
    let carried_out = payloads.is_some_and(|payloads| {
        payloads.values().all(|payload| payload.is_object() && none(payload.get("userErrors")))
    });
    let fine = carried_out && none(answer.get("errors"));
    (!fine).then(|| answer.to_string())
}

/// What one kind of client has done.
#[derive(Default)]
struct Done {
    payments: usize,
    spent: Duration,
    took: Vec<Duration>,
}

impl Done {
    fn a_second(&self) -> u64 {
        let micros = self.spent.as_micros().max(1);
        let payments = u128::try_from(self.payments).unwrap_or_default();
        let a_second = payments.saturating_mul(1_000_000).checked_div(micros).unwrap_or_default();
        u64::try_from(a_second).unwrap_or(u64::MAX)
    }

    /// Within how long so many of a hundred were answered.
    fn within(&mut self, percent: usize) -> Duration {
        self.took.sort_unstable();
        let place = self.took.len().saturating_mul(percent).checked_div(100).unwrap_or_default();
        self.took.get(place).or(self.took.last()).copied().unwrap_or_default()
    }
}

async fn compare(server: &Server, tokens: Vec<String>) -> Result<(), String> {
    let signed_in: Result<Vec<Desk>, String> =
        tokens.into_iter().map(|token| server.client(Some(token))).collect();
    let open: Result<Vec<Desk>, String> = (0..CLIENTS).map(|_| server.client(None)).collect();
    let (signed_in, open) = (share(signed_in?), share(open?));
    // Payees are known nearly always, and connections stand.
    for desks in [&signed_in, &open] {
        round(desks, "known", KNOWN.checked_div(4).unwrap_or_default()).await?;
        for desk in desks.iter().take(1) {
            desk.pay("all", KNOWN).await?;
        }
    }
    let (mut with, mut without) = (Done::default(), Done::default());
    for number in 0..ROUNDS {
        for (desks, done) in [(&open, &mut without), (&signed_in, &mut with)] {
            let began = now();
            done.took.extend(round(desks, &format!("r{number}"), EACH).await?);
            done.spent = done.spent.saturating_add(began.elapsed());
            done.payments = done.took.len();
        }
    }
    let what = format!("single payments over HTTPS, {CLIENTS} sessions, officers required");
    tell(&what, with.a_second(), "payments/s");
    let (half, most) = (with.within(50), with.within(99));
    println!(
        "{:<58} {:>9} ms, 99 of 100 in {} ms",
        "  half of them within",
        half.as_millis(),
        most.as_millis()
    );
    tell("  nobody signed in, officers not required", without.a_second(), "payments/s");
    let hundredths = with.a_second().saturating_mul(100).checked_div(without.a_second().max(1));
    let hundredths = hundredths.unwrap_or_default();
    println!("{:<58} {:>9} %", "  signed in, of that", hundredths);
    Ok(())
}

fn share(desks: Vec<Desk>) -> Vec<Arc<Desk>> {
    desks.into_iter().map(Arc::new).collect()
}

/// All clients at once.
async fn round(desks: &[Arc<Desk>], name: &str, payments: usize) -> Result<Vec<Duration>, String> {
    let mut under_way = tokio::task::JoinSet::new();
    for (number, desk) in desks.iter().enumerate() {
        let (desk, name) = (desk.clone(), format!("{name}-{number}"));
        under_way.spawn(async move { desk.pay(&name, payments).await });
    }
    let mut took = Vec::new();
    while let Some(done) = under_way.join_next().await {
        took.extend(done.map_err(said)??);
    }
    Ok(took)
}
