//! A bureau's books on a private server of their own, for tests that kill it, fill it or take its
//! directory away.

use std::path::Path;
use std::sync::Arc;

use api::books::{Book, Books};
use api::clock::MachineClock;
use api::database::{DataDirectory, Database, DatabaseSource};
use people::Randomness;
use serde_json::json;

use crate::bureau::{LEDGER, open_ledger, run};
use crate::processes;
use crate::shown::Shown;

/// What a part of another test works with: a ledger with a fund in the data directory that the test
/// has named, on a server that this process has started.
pub struct PartWithLedger {
    /// The directory.
    pub data: DataDirectory,
    /// Its books.
    pub books: Books,
    /// Those of [`LEDGER`].
    pub book: Arc<Book>,
    /// What has been shown of it.
    pub shown: Shown,
}

impl PartWithLedger {
    /// Begins; `None` where this process is no part of another test.
    pub async fn begin() -> Option<Self> {
        let data = DataDirectory::open(Path::new(&processes::argument()?)).unwrap();
        let books = open(&data).await;
        open_funded_ledger(&books).await;
        let book = books.book(LEDGER).await.unwrap();
        let shown = Shown::of(&book, data.checkpoint(&LEDGER));
        Some(Self { data, books, book, shown })
    }
}

/// Opens the books, and starts the server where none runs.
pub async fn open(data: &DataDirectory) -> Books {
    let source = DatabaseSource::Private(data.path().to_owned());
    let database = Database::connect(&source).await.unwrap();
    let clock = Arc::new(MachineClock);
    Books::open(database, data.clone(), clock, Randomness::system()).await.unwrap()
}

/// Closes the books and leaves the server, which stops where nobody else uses it.
pub async fn close(books: Books) {
    let database = books.database().clone();
    books.close().await;
    database.close().await.unwrap();
}

/// Opens the ledger [`LEDGER`] with a fund `fiscal` for dibao that no test empties.
pub async fn open_funded_ledger(books: &Books) {
    open_ledger(books, LEDGER).await;
    let fund = json!({"ledger": LEDGER, "id": "fiscal", "name": "区级财政资金", "source": "FISCAL",
                      "level": "COUNTY", "programmes": ["minimum-living-allowance"]});
    let allotment = json!({"ledger": LEDGER, "id": "allotment-1", "fund": "fiscal",
                           "amount": "900000000", "occurredOn": "2020-01-02",
                           "document": "钟财社〔2020〕1号"});
    for (name, kind, input) in
        [("openFund", "OpenFund", fund), ("receiveFunds", "ReceiveFunds", allotment)]
    {
        let document = format!(
            "mutation($input: {kind}Input!) {{ {name}(input: $input) {{ userErrors {{ code }} }} }}"
        );
        let payload = run(books, &document, json!({ "input": input })).await;
        assert_eq!(payload[name]["userErrors"], json!([]));
    }
}
