//! A bureau's books in a throwaway database, with a fund or two, and the check that ends a test.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use api::books::{Book, Books, DomainRules, OpenLedger};
use api::graphql::{self, Officer};
use api::verification;
use domain::ids::OfficerId;
use domain::region::Region;
use domain::text::PlainName;
use ledger::LedgerId;
use ledger::clock::{Clock, Moment};
use ledger::key::LedgerKey;
use ledger::writer::{Writer, WriterParts};
use people::Randomness;
use serde_json::{Value, json};
use sqlx::postgres::PgPoolOptions;

use crate::throwaway::{Throwaway, throwaway};

/// The ledger that tests use unless they need two.
pub const LEDGER: &str = "cn-320404";

/// A clock that tests set; it begins at the machine's time, because the writer refuses to record a
/// day away from the database server's.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// Moves it, also backwards.
    pub fn advance(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self(AtomicI64::new(api::clock::MachineClock.now().micros()))
    }
}

impl Clock for TestClock {
    fn now(&self) -> Moment {
        Moment::from_micros(self.0.fetch_add(1, Ordering::SeqCst)).unwrap()
    }
}

/// A bureau with an open ledger.
pub struct Bureau {
    /// Its database and data directory.
    pub place: Throwaway,
    /// Its books.
    pub books: Books,
    /// Its clock.
    pub clock: Arc<TestClock>,
}

impl Bureau {
    /// Opens the ledger [`LEDGER`] in a new database.
    pub async fn new() -> Self {
        let place = throwaway().await;
        let clock = Arc::new(TestClock::default());
        let books = open(&place, clock.clone()).await;
        let bureau = Self { place, books, clock };
        bureau.open_ledger(LEDGER).await;
        bureau
    }

    /// Opens one more ledger.
    pub async fn open_ledger(&self, ledger: &str) {
        let open = OpenLedger {
            ledger: LedgerId::parse(ledger).unwrap(),
            bureau: PlainName::parse("常州市钟楼区民政局").unwrap(),
            region: Region::parse("320404").unwrap(),
            origin: None,
            recovery_key: None,
        };
        self.books.open_ledger(open).await.unwrap();
    }

    /// Another program on the same data.
    pub async fn another_program(&self) -> Books {
        open(&self.place, Arc::new(TestClock::default())).await
    }

    /// A writer beside the program, for what no command of the program can ask.
    pub async fn bare_writer(&self) -> Writer {
        let key = self.place.data().keys().join(format!("{LEDGER}.key"));
        let seed = hex::decode(std::fs::read_to_string(key).unwrap().trim()).unwrap();
        let pool = PgPoolOptions::new().connect_with(self.place.administrator()).await.unwrap();
        Writer::start(WriterParts {
            ledger: LedgerId::parse(LEDGER).unwrap(),
            key: Arc::new(LedgerKey::from_seed(seed.try_into().unwrap()).unwrap()),
            pool,
            rules: Arc::new(DomainRules),
            clock: self.clock.clone(),
        })
    }

    /// The ledger's books.
    pub async fn book(&self) -> Arc<Book> {
        self.books.book(LEDGER).await.unwrap()
    }

    /// Runs a document as officer `w-017` and gives its data; errors fail the test.
    pub async fn query(&self, document: &str, variables: Value) -> Value {
        run(&self.books, document, variables).await
    }

    /// Runs one mutation `name(input: …)` and gives its payload with `receipt` and `userErrors`.
    pub async fn mutate(&self, name: &str, mut input: Value) -> Value {
        if input.get("ledger").is_none() {
            input["ledger"] = json!(LEDGER);
        }
        let mut input_type = name.to_owned();
        input_type[..1].make_ascii_uppercase();
        let document = format!(
            "mutation M($input: {input_type}Input!) {{ {name}(input: $input) {{ \
             receipt {{ position leafHash signature recordedAt alreadyRecorded }} \
             userErrors {{ code field message }} }} }}"
        );
        self.query(&document, json!({ "input": input })).await[name].clone()
    }

    /// Like [`Bureau::mutate`], and it must be recorded.
    pub async fn recorded(&self, name: &str, input: Value) -> Value {
        let payload = self.mutate(name, input).await;
        assert_eq!(payload["userErrors"], json!([]), "{name}");
        payload["receipt"].clone()
    }

    /// Like [`Bureau::mutate`], and it must be refused; gives the first code and its field.
    pub async fn refused(&self, name: &str, input: Value) -> (String, String) {
        let size = self.size().await;
        let payload = self.mutate(name, input).await;
        assert_eq!(payload["receipt"], Value::Null, "{name} was recorded: {payload}");
        assert_eq!(self.size().await, size, "a refused command records nothing");
        let error = &payload["userErrors"][0];
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(" / "), "in Chinese and English: {message}");
        let field: Vec<&str> =
            error["field"].as_array().unwrap().iter().map(|part| part.as_str().unwrap()).collect();
        (error["code"].as_str().unwrap().to_owned(), field.join("."))
    }

    /// How many entries there are.
    pub async fn size(&self) -> u64 {
        let data =
            self.query("query($id: ID!) { ledger(id: $id) { size } }", json!({"id": LEDGER})).await;
        data["ledger"]["size"].as_u64().unwrap()
    }

    /// A fund `fiscal` with this much money, free for the programmes given.
    pub async fn fund(&self, yuan: &str, programmes: &[&str]) {
        let input = json!({"id": "fiscal", "name": "区级财政资金", "source": "FISCAL", "level": "COUNTY",
                           "programmes": programmes});
        self.recorded("openFund", input).await;
        let input = json!({"id": "allotment-1", "fund": "fiscal", "amount": yuan,
                           "occurredOn": "2020-01-02", "document": "钟财社〔2020〕1号"});
        self.recorded("receiveFunds", input).await;
    }

    /// Verifies everything: chain, tree, signatures, balances, claims, read models, what lies
    /// beside the chain. Every end-to-end test ends with it.
    pub async fn check_ledger(&self) {
        for book in self.books.ledgers().await.unwrap() {
            book.catch_up().await.unwrap();
            let findings = findings(&self.books, book.id()).await;
            assert_eq!(findings, Vec::<String>::new());
        }
    }
}

/// What verification finds, as the lines that the program prints.
pub async fn findings(books: &Books, id: &LedgerId) -> Vec<String> {
    let outcome = verification::verify(books, id, |_| {}).await.unwrap();
    outcome.lines().collect()
}

/// Opens books on a throwaway place.
pub async fn open(place: &Throwaway, clock: Arc<dyn Clock>) -> Books {
    let database = place.database().await;
    Books::open(database, place.data().clone(), clock, Randomness::system()).await.unwrap()
}

/// Runs a document in these books.
pub async fn run(books: &Books, document: &str, variables: Value) -> Value {
    let officer = Officer(OfficerId::parse("w-017").unwrap());
    let schema = graphql::schema(books.clone(), officer.clone());
    let variables = async_graphql::Variables::from_json(variables);
    let response = graphql::execute(&schema, officer, document, variables).await;
    assert_eq!(response.errors, vec![], "{document}");
    response.data.into_json().unwrap()
}
