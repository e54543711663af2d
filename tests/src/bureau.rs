//! A bureau's books in a throwaway database, with a fund or two, and the check that ends a test.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use api::books::{Acting, Book, Books, DomainRules, ListOutcome, OpenLedger, Recording};
use api::graphql::{self, Officer};
use api::payment_list::{self, Declared};
use api::requests::PaymentRequest;
use api::sign_in::{Password, Proof, SessionToken, session, set_password, set_up_code};
use api::verification;
use domain::ids::OfficerId;
use domain::region::Region;
use domain::text::PlainName;
use ledger::LedgerId;
use ledger::clock::{Clock, Moment};
use ledger::key::LedgerKey;
use ledger::signer::TheseSigners;
use ledger::writer::{Writer, WriterParts};
use people::Randomness;
use serde_json::{Value, json};
use sqlx::postgres::PgPoolOptions;

use crate::throwaway::{Throwaway, throwaway};

/// The ledger that tests use unless they need two.
pub const LEDGER: &str = "cn-320404";

/// In whose name tests act that name nobody.
pub const OFFICER: &str = "w-017";

/// The password of every officer in tests, known to everybody.
pub const PASSWORD: &str = "Test-Only-Password-1";

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
    /// Officers who are signed in, by ledger and id.
    sessions: Mutex<BTreeMap<(String, String), SessionToken>>,
}

impl Bureau {
    /// Opens the ledger [`LEDGER`] in a new database.
    pub async fn new() -> Self {
        let bureau = Self::without_ledger().await;
        bureau.open_ledger(LEDGER).await;
        bureau
    }

    /// A new database in which no ledger is open yet.
    pub async fn without_ledger() -> Self {
        let place = throwaway().await;
        let clock = Arc::new(TestClock::default());
        let books = open(&place, clock.clone()).await;
        Self::of(place, books, clock)
    }

    /// Books that are open already. Nobody is signed in.
    pub fn of(place: Throwaway, books: Books, clock: Arc<TestClock>) -> Self {
        Self { place, books, clock, sessions: Mutex::default() }
    }

    /// Opens one more ledger.
    pub async fn open_ledger(&self, ledger: &str) {
        open_ledger(&self.books, ledger).await;
    }

    /// Another program on the same data.
    pub async fn another_program(&self) -> Books {
        open(&self.place, Arc::new(TestClock::default())).await
    }

    /// A writer beside the program, for what no command of the program can ask.
    pub async fn bare_writer(&self) -> Writer {
        let key = self.place.data().keys().join(format!("{LEDGER}.key"));
        let seed = hex::decode(std::fs::read_to_string(key).unwrap().trim()).unwrap();
        let key = LedgerKey::from_seed(seed.try_into().unwrap()).unwrap();
        let pool = PgPoolOptions::new().connect_with(self.place.administrator()).await.unwrap();
        Writer::start(WriterParts {
            ledger: LedgerId::parse(LEDGER).unwrap(),
            signers: Arc::new(TheseSigners::only(Arc::new(key))),
            pool,
            rules: Arc::new(DomainRules),
            clock: self.clock.clone(),
        })
    }

    /// The ledger's books.
    pub async fn book(&self) -> Arc<Book> {
        self.books.book(LEDGER).await.unwrap()
    }

    /// Signs an enrolled officer in to [`LEDGER`], the way that officers do.
    pub async fn sign_in(&self, officer: &str) {
        self.sign_in_to(LEDGER, officer).await;
    }

    pub(crate) async fn sign_in_to(&self, ledger: &str, officer: &str) {
        let book = self.books.book(ledger).await.unwrap();
        let id = OfficerId::parse(officer).unwrap();
        let code = set_up_code::issue(&book, "test", &id).await.unwrap();
        let password = || Password::typed(PASSWORD.to_owned());
        set_password(&book, &id, Proof::Code(code), password()).await.unwrap();
        let token = session::open(&book, &id, password(), None).await.unwrap();
        self.sessions.lock().unwrap().insert((ledger.to_owned(), officer.to_owned()), token);
    }

    /// An officer, signed in where [`Bureau::sign_in`] did that.
    pub async fn acting(&self, officer: &str) -> Acting {
        let sessions = self.sessions.lock().unwrap().clone();
        let mut acting: Acting = OfficerId::parse(officer).unwrap().into();
        for ((_, of), token) in sessions {
            if of == officer
                && let Some(session) = session::resume(&self.books, &token).await.unwrap()
            {
                acting = acting.signed_in_as(&session.acting);
            }
        }
        acting
    }

    /// Runs a document as officer `w-017` and gives its data; errors fail the test.
    pub async fn query(&self, document: &str, variables: Value) -> Value {
        self.query_as(OFFICER, document, variables).await
    }

    /// Like [`Bureau::query`], as another officer.
    pub async fn query_as(&self, officer: &str, document: &str, variables: Value) -> Value {
        data_of(self.answer_as(officer, document, variables).await, document)
    }

    /// Like [`Bureau::query`], and gives the whole answer, errors included.
    pub async fn answer(&self, document: &str, variables: Value) -> async_graphql::Response {
        self.answer_as(OFFICER, document, variables).await
    }

    /// Like [`Bureau::answer`], as another officer.
    pub async fn answer_as(
        &self,
        officer: &str,
        document: &str,
        variables: Value,
    ) -> async_graphql::Response {
        answer_as(&self.books, self.acting(officer).await, document, variables).await
    }

    /// Runs one mutation `name(input: …)` as officer `w-017` and gives its payload with `receipt` and
    /// `userErrors`.
    pub async fn mutate(&self, name: &str, input: Value) -> Value {
        self.mutate_as(OFFICER, name, input).await
    }

    /// Like [`Bureau::mutate`], as another officer. A missing right, which is an error of the whole answer,
    /// is given like a refusal.
    pub async fn mutate_as(&self, officer: &str, name: &str, mut input: Value) -> Value {
        if input.get("ledger").is_none() {
            input["ledger"] = json!(LEDGER);
        }
        let input_type = input_type(name);
        let document = format!(
            "mutation M($input: {input_type}!) {{ {name}(input: $input) {{ \
             receipt {{ position leafHash signature recordedAt alreadyRecorded }} \
             userErrors {{ code field message }} }} }}"
        );
        let variables = json!({ "input": input });
        let answer = self.answer_as(officer, &document, variables).await;
        if let Some((code, message)) = answer.errors.first().and_then(missing_right) {
            let refusal = json!({"code": code, "field": [], "message": message});
            return json!({"receipt": null, "userErrors": [refusal]});
        }
        data_of(answer, &document)[name].clone()
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

    /// Names a witness of [`LEDGER`] in the policy of the data directory, by its line without the
    /// address: what it signed can be checked then, and nobody asks it.
    pub fn name_witness(&self, line: &str) {
        let path = self.place.data().policy(&LEDGER);
        let policy = std::fs::read_to_string(&path).unwrap();
        let known: Vec<&str> = line.split_whitespace().take(3).collect();
        let named = policy.replacen("quorum ", &format!("{}\nquorum ", known.join(" ")), 1);
        std::fs::write(&path, named).unwrap();
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

    /// Records payments of 1 yuan from the fund `fiscal` of [`LEDGER`] as one submission and gives
    /// their positions. Numbers below 12,000 can be paid, each once, as `row-<number>`.
    pub async fn record_many(&self, numbers: Range<u32>) -> Vec<u64> {
        let requests = payments(numbers.map(|n| {
            let (household, month) = (n % 1000, 1 + n / 1000);
            (format!("row-{n}"), format!("MANY-{household}"), month)
        }));
        let officer = OfficerId::parse("w-017").unwrap();
        let book = self.book().await;
        match book.record_list(&officer.clone().into(), &requests, Recording::Record).await.unwrap()
        {
            ListOutcome::Recorded(receipts) => {
                receipts.iter().map(|receipt| receipt.position).collect()
            }
            refused @ ListOutcome::Refused(_) => panic!("{refused:?}"),
        }
    }

    /// Verifies everything: chain, tree, signatures, balances, claims, read models, what lies
    /// beside the chain. Every end-to-end test ends with it.
    pub async fn check_ledger(&self) {
        check_ledgers(&self.books).await;
    }
}

/// A list of urgent temporary aid from the fund `fiscal`, as a maker writes it: id, household, amount.
pub fn batch_list(rows: &[(&str, &str, &str)]) -> String {
    let header = "payment_id,programme,fund,household_no,amount,occurred_on,cause,kind";
    let row = |(id, household, amount): &(&str, &str, &str)| {
        format!("\n{id},临时救助,fiscal,{household},{amount},2020-07-15,火灾,urgent")
    };
    std::iter::once(header.to_owned()).chain(rows.iter().map(row)).collect()
}

/// Opens a ledger in these books.
pub async fn open_ledger(books: &Books, ledger: &str) {
    let open = OpenLedger {
        ledger: LedgerId::parse(ledger).unwrap(),
        bureau: PlainName::parse("常州市钟楼区民政局").unwrap(),
        region: Region::parse("320404").unwrap(),
        origin: None,
        recovery_key: None,
        encrypt_key: false,
    };
    books.open_ledger(open).await.unwrap();
}

/// Payments of 1 yuan of dibao from the fund `fiscal`, each with its id, its household and a month
/// of 2020. A household is paid once a month.
pub fn payments(rows: impl Iterator<Item = (String, String, u32)>) -> Vec<PaymentRequest> {
    let header = "payment_id,programme,fund,household_no,amount,entitlement_month,occurred_on";
    let row = |(id, household, month): (String, String, u32)| {
        format!("\n{id},低保,fiscal,{household},1.00,2020-{month:02},2020-12-15")
    };
    let file: String = std::iter::once(header.to_owned()).chain(rows.map(row)).collect();
    let list = payment_list::read(file.as_bytes(), &Declared::default()).unwrap();
    list.rows.into_iter().map(|row| row.request).collect()
}

/// Verifies every ledger of these books, as [`Bureau::check_ledger`] does.
pub async fn check_ledgers(books: &Books) {
    for book in books.ledgers().await.unwrap() {
        book.catch_up().await.unwrap();
        let findings = findings(books, book.id()).await;
        assert_eq!(findings, Vec::<String>::new());
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
    data_of(answer(books, document, variables).await, document)
}

/// The type of a mutation's input: called like the mutation, but for steps that are told alike.
fn input_type(mutation: &str) -> String {
    let steps = ["proposeClosing", "closePeriod", "reopenPeriod", "withdrawProposal"];
    let kind = if steps.contains(&mutation) { "periodStep" } else { mutation };
    let mut name = kind.to_owned();
    name[..1].make_ascii_uppercase();
    format!("{name}Input")
}

fn data_of(response: async_graphql::Response, document: &str) -> Value {
    assert_eq!(response.errors, vec![], "{document}");
    response.data.into_json().unwrap()
}

async fn answer(books: &Books, document: &str, variables: Value) -> async_graphql::Response {
    let nobody_signed_in = OfficerId::parse(OFFICER).unwrap();
    answer_as(books, nobody_signed_in.into(), document, variables).await
}

/// The code and the message of an error that says that somebody may not do what they asked.
pub fn missing_right(error: &async_graphql::ServerError) -> Option<(String, String)> {
    let codes = ["SIGN_IN_NEEDED", "OFFICER_NOT_ENROLLED", "ROLE_MISSING", "NOT_RECORDED_DIRECTLY"];
    let code = error.extensions.as_ref()?.get("code")?.clone().into_json().ok()?;
    let code = code.as_str().filter(|code| codes.contains(code))?.to_owned();
    Some((code, error.message.clone()))
}

/// Runs a document as whoever acts and gives the whole answer.
pub async fn answer_as(
    books: &Books,
    acting: Acting,
    document: &str,
    variables: Value,
) -> async_graphql::Response {
    let officer = Officer(acting);
    let schema = graphql::schema(books.clone(), officer.clone());
    let variables = async_graphql::Variables::from_json(variables);
    // Of its own on the heap: a test that asks many times would hold as many of these on its stack.
    Box::pin(graphql::execute(&schema, officer, document, variables)).await
}
