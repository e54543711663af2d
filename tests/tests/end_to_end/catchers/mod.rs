//! Who notices what: one table with every way of tampering, and for each the five who may notice. All
//! five are really asked, each time on a fresh copy of a prepared ledger. One that must notice and
//! does not fails the test, and so does one that notices although the table says that it cannot.
//!
//! Each byte and each column by itself is for [`crate::tamper_matrix`], what is done to a bundle's own
//! members for [`crate::bundle`]. The table stands in `docs/what-is-noticed.md` as well.

mod asked;
mod beside;
mod deed;
mod entries;
mod histories;
mod history;
mod prepared;

use std::sync::Arc;

use tests::program::checkout;
use tests::throwaway::Throwaway;

use crate::tamper_matrix::UNPROVEN;
use tokio::sync::Semaphore;

use asked::ask;
use deed::Deed;
use prepared::{Prepared, Required};

/// What one of the five says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// Something is wrong.
    Notices,
    /// Of a bundle only: none can be exported, which nobody overlooks.
    NoBundle,
    /// Nothing is wrong.
    Silent,
}

impl From<bool> for Answer {
    fn from(notices: bool) -> Self {
        if notices { Self::Notices } else { Self::Silent }
    }
}

/// The five, in the order of their answers.
const CATCHERS: [&str; 5] =
    ["start", "verify, database", "verify, bundle", "older checkpoint", "witness"];

/// What each of the five says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Answers([Answer; 5]);

impl Answers {
    fn anybody(self) -> bool {
        self.0.iter().any(|answer| *answer != Answer::Silent)
    }

    fn cells(self) -> String {
        let cell = |answer: &Answer| match answer {
            Answer::Notices => "yes",
            Answer::NoBundle => "no bundle",
            Answer::Silent => "–",
        };
        self.0.iter().map(cell).collect::<Vec<_>>().join(" | ")
    }
}

/// One way of tampering.
struct Row {
    /// What was done, as the document says it.
    what: String,
    /// Who must notice it; the others cannot.
    noticed: Answers,
    deed: Deed,
    required: Required,
}

impl Row {
    /// The same, and the policy requires the witness.
    fn where_witnesses_are_required(self) -> Self {
        Self { required: Required::Witness, ..self }
    }
}

/// Short names, so that the tables can be read as tables.
mod cells {
    pub(super) use super::Answer::{NoBundle as GONE, Notices as YES, Silent as NO};
}

fn row(what: impl Into<String>, noticed: [Answer; 5], deed: Deed) -> Row {
    Row { what: what.into(), noticed: Answers(noticed), deed, required: Required::Nobody }
}

fn rows() -> Vec<Row> {
    let mut rows = entries::rows();
    rows.extend(histories::rows());
    rows.extend(beside::rows());
    rows
}

fn line(what: &str, answers: Answers) -> String {
    format!("| {what} | {} |", answers.cells())
}

/// Rows that are tried at the same time.
const AT_ONCE: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn everybody_notices_what_they_must_and_nothing_that_they_cannot() {
    let prepared = Arc::new(Prepared::new().await);
    every_table_is_in_a_row(&prepared.copy(prepared::State::Whole).await).await;
    for required in [Required::Nobody, Required::Witness] {
        let untouched = prepared.copy(prepared::State::Whole).await;
        let told = ask(&untouched, &prepared, required).await;
        assert!(!told.anybody(), "an untouched copy is clean: {}", told.cells());
    }
    let rows = Arc::new(rows());
    let told = ask_all(&prepared, &rows).await;
    print(&rows, &told);
    let wrong: Vec<String> = rows
        .iter()
        .zip(&told)
        .filter(|(row, told)| Some(row.noticed) != **told)
        .map(|(row, told)| {
            let told = told.map_or_else(|| "not answered".to_owned(), Answers::cells);
            format!("{}: must be {}, is {told}", row.what, row.noticed.cells())
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The answers to each row; none for one that could not be tried or asked.
async fn ask_all(prepared: &Arc<Prepared>, rows: &Arc<Vec<Row>>) -> Vec<Option<Answers>> {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let asking: Vec<_> = (0..rows.len())
        .map(|number| {
            let (prepared, rows, places) = (prepared.clone(), rows.clone(), places.clone());
            tokio::spawn(async move {
                let _place = places.acquire().await.unwrap();
                let row = &rows[number];
                let place = row.deed.done(&prepared).await;
                ask(&place, &prepared, row.required).await
            })
        })
        .collect();
    let mut told = Vec::new();
    for answers in asking {
        // One that panics has said so, and does not keep the others from being asked.
        told.push(answers.await.ok());
    }
    told
}

fn print(rows: &[Row], told: &[Option<Answers>]) {
    println!("| what was done | {} |", CATCHERS.join(" | "));
    for (row, answers) in rows.iter().zip(told) {
        if let Some(answers) = answers {
            println!("{}", line(&row.what, *answers));
        }
    }
    let answers = || told.iter().flatten();
    let caught = answers().filter(|answers| answers.anybody()).count();
    let nobody = rows.iter().filter(|row| !row.noticed.anybody()).count();
    println!(
        "who notices what: {} tried, {caught} caught, {nobody} that nobody can notice",
        rows.len()
    );
    for (place, catcher) in CATCHERS.iter().enumerate() {
        let by = answers().filter(|answers| answers.0[place] != Answer::Silent).count();
        println!("  {catcher}: {by}");
    }
}

/// Whoever adds a table adds a row.
async fn every_table_is_in_a_row(place: &Throwaway) {
    let mut session = place.administrator_session().await;
    let tables: Vec<(String, String)> = sqlx::query_as(
        "select table_schema::text, table_name::text from information_schema.columns \
         join information_schema.tables using (table_schema, table_name) \
         where table_schema in ('public', 'read_models') and column_name = 'ledger_id' \
         and table_type = 'BASE TABLE' order by 1, 2",
    )
    .fetch_all(&mut session)
    .await
    .unwrap();
    assert!(tables.len() >= 26, "{tables:?}");
    let rows = rows();
    let proven = |table: &str| !UNPROVEN.contains(&table);
    for (schema, table) in tables.into_iter().filter(|(_, table)| proven(table)) {
        let name = if schema == "public" { table } else { format!("{schema}.{table}") };
        let insert = format!("insert into {name} select");
        // Of these there is one row a ledger: no other can be put in.
        let insert = (!["heads", "latest_checkpoints"].contains(&&*name)).then_some(insert);
        let changes = [format!("update {name} set"), format!("delete from {name} where")];
        for change in changes.into_iter().chain(insert) {
            let tried = rows.iter().any(|row| row.deed.statement().contains(&change));
            assert!(tried, "no row says `{change}`");
        }
    }
}

#[test]
fn the_document_says_what_the_table_says() {
    let document = std::fs::read_to_string(checkout().join("docs/what-is-noticed.md")).unwrap();
    let header = format!("| what was done | {} |", CATCHERS.join(" | "));
    let table: Vec<&str> = document
        .lines()
        .skip_while(|line| *line != header)
        .skip(2)
        .take_while(|line| !line.is_empty())
        .collect();
    let expected: Vec<String> = rows().iter().map(|row| line(&row.what, row.noticed)).collect();
    assert_eq!(table, expected, "\n{}\n", expected.join("\n"));
}
