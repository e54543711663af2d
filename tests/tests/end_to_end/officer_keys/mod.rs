//! Officers hold keys of their own and sign what they ask for.

mod deaths;
mod local;
mod no_longer;
mod periods;
mod refused;
mod sent;
mod verified;

use std::sync::Arc;

use api::books::{Acting, Book};
use api::graphql::{self, Officer};
use ledger::LedgerId;
use ledger::clock::{Clock, Moment};
use ledger::hash::Hash;
use ledger::key::LedgerKey;
use ledger::officer_keys::{
    OfficerEvent, OfficerKeyEnrolled, OfficerKeyWithdrawn, SignedCommandsRequired,
};
use ledger::signed_command::{SeenCheckpoint, SignedCommand, Statement};
use serde_json::{Value, json};
use tests::bureau::{Bureau, LEDGER};
use uuid::Uuid;

pub(crate) const OFFICER: &str = "w-017";

/// A test key, known to everybody.
pub(crate) fn key(seed: u8) -> LedgerKey {
    LedgerKey::from_seed([seed; 32]).unwrap()
}

fn id() -> LedgerId {
    LedgerId::parse(LEDGER).unwrap()
}

/// A bureau with an event of every type, and officer `w-017`, who holds key 17.
pub(crate) struct Desk {
    pub(crate) bureau: Bureau,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        let bureau = Bureau::new().await;
        bureau.record_everything(LEDGER).await;
        let desk = Self { bureau };
        desk.enrol(OFFICER, &key(17)).await;
        desk
    }

    async fn change(&self, event: &OfficerEvent) -> u64 {
        let changed = self.bureau.books.change_officer_keys(&id(), event).await.unwrap();
        changed.position.unwrap()
    }

    pub(crate) async fn enrol(&self, officer: &str, key: &LedgerKey) -> u64 {
        let enrolled = OfficerKeyEnrolled::prove(&id(), officer, key).unwrap();
        self.change(&OfficerEvent::Enrolled(enrolled)).await
    }

    pub(crate) async fn withdraw(&self, officer: &str, key: &LedgerKey) -> u64 {
        let fingerprint = key.public().id().fingerprint().to_string();
        let withdrawn = OfficerKeyWithdrawn { officer: officer.to_owned(), key: fingerprint };
        self.change(&OfficerEvent::Withdrawn(withdrawn)).await
    }

    pub(crate) async fn require(&self, required: bool) -> u64 {
        self.change(&OfficerEvent::Required(SignedCommandsRequired { required })).await
    }

    /// Exchanges a client's id.
    async fn own_id(&self, noun: &str, id: &str) -> Uuid {
        let payload = self.identify(json!({"ids": [{"noun": noun, "id": id}]})).await;
        payload["ids"][0].as_str().unwrap().parse().unwrap()
    }

    async fn identify(&self, mut input: Value) -> Value {
        input["ledger"] = json!(LEDGER);
        let document = "mutation M($input: IdentifyInput!) { identify(input: $input) { \
            persons { id commitment } households { id commitment } accounts { id commitment } ids \
            userErrors { code field message } } }";
        let data = self.bureau.query(document, json!({ "input": input })).await;
        assert_eq!(data["identify"]["userErrors"], json!([]));
        data["identify"].clone()
    }

    /// A statement of `w-017` that is good now.
    async fn statement(&self, request: Uuid, command: &str) -> Statement {
        let book = self.bureau.book().await;
        Statement {
            ledger: id(),
            officer: OFFICER.to_owned(),
            request,
            issued: self.bureau.clock.now(),
            expires: later(self.bureau.clock.now(), 15 * 60),
            nonce: [7; 16],
            checkpoint: seen(&book).await,
            command: command.as_bytes().to_vec(),
        }
    }

    /// Sends an envelope and gives the payload.
    async fn send(&self, envelope: &[u8], beside: Value) -> Value {
        let document = "mutation M($input: SubmitSignedCommandInput!) { \
            submitSignedCommand(input: $input) { receipt { position } \
            receipts { position alreadyRecorded } userErrors { code field message } } }";
        let envelope = std::str::from_utf8(envelope).unwrap();
        let input = json!({"ledger": LEDGER, "envelope": envelope, "beside": beside});
        let data = self.bureau.query(document, json!({ "input": input })).await;
        data["submitSignedCommand"].clone()
    }

    /// Signs by key 17 and sends; it must be recorded, and gives the receipts.
    async fn recorded(&self, request: Uuid, command: &str, beside: Value) -> Value {
        let envelope = sign(self.statement(request, command).await, &key(17));
        let payload = self.send(&envelope, beside).await;
        assert_eq!(payload["userErrors"], json!([]), "{command}");
        payload["receipts"].clone()
    }

    /// Temporary aid to a household, asked for by `w-017` with this key. Each number can be paid once.
    pub(crate) async fn signed_aid(&self, number: u64, key: &LedgerKey) {
        let fund = self.own_id("FUND", "fiscal").await;
        let household =
            self.identify(json!({"households": ["ZL-2"]})).await["households"][0].clone();
        let (cause, commitment) = committed("cause", "火灾");
        let id = format!("signed-{number}");
        let payment = self.own_id("PAYMENT", &id).await;
        let command = temporary_aid(payment, fund, &household, 100 + number, &commitment);
        let envelope = sign(self.statement(payment, &command).await, key);
        let payload = self.send(&envelope, json!([{ "id": id, "cause": cause }])).await;
        assert_eq!(payload["userErrors"], json!([]), "{command}");
    }
}

fn sign(statement: Statement, key: &LedgerKey) -> Vec<u8> {
    SignedCommand::sign(statement, key).unwrap().bytes()
}

fn later(moment: Moment, seconds: i64) -> Moment {
    Moment::from_micros(moment.micros() + seconds * 1_000_000).unwrap()
}

/// The latest checkpoint.
async fn seen(book: &Book) -> SeenCheckpoint {
    let latest = book.checkpoint().await.unwrap().checkpoint;
    SeenCheckpoint { origin: latest.origin, size: latest.size, root: latest.root }
}

/// Temporary aid out of the fund `fiscal`, as the domain prints it, to a household.
fn temporary_aid(payment: Uuid, fund: Uuid, household: &Value, fen: u64, cause: &Hash) -> String {
    format!(
        r#"{{"RecordPayment":{{"payment":"{payment}","aid":{{"kind":"temporary_aid","fund":"{fund}","urgency":"urgent","cause":"{cause}"}},"amount":{fen},"occurred_on":"2020-07-01","recipient":{{"household":{{"id":{},"commitment":{}}},"members":[],"covered_persons":3,"region":"320404"}},"payout":{{"channel":"cash"}}}}}}"#,
        household["id"], household["commitment"]
    )
}

/// What the officer's side commits with, and the commitment: HMAC-SHA-256 as the format says.
fn committed(kind: &str, text: &str) -> (Value, Hash) {
    let random = [5; 32];
    let commitment = people::commitment_of(&random, kind, text);
    let told = json!({"text": text, "random": hex::encode(random)});
    (told, Hash::from_bytes(*commitment.as_bytes()))
}

/// Runs a document as `w-017` with a key in this program's hands.
async fn run_with(desk: &Desk, key: LedgerKey, document: &str, variables: Value) -> Value {
    let officer = domain::ids::OfficerId::parse(OFFICER).unwrap();
    let officer = Officer(Acting::from(officer).with_key(Arc::new(key)));
    let schema = graphql::schema(desk.bureau.books.clone(), officer.clone());
    let variables = async_graphql::Variables::from_json(variables);
    let response = graphql::execute(&schema, officer, document, variables).await;
    assert_eq!(response.errors, vec![], "{document}");
    response.data.into_json().unwrap()
}
