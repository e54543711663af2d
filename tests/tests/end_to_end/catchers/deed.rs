//! Doing a row's deed on a copy of the prepared ledger.

use std::sync::Arc;

use ledger::LedgerId;
use ledger::officer_keys::{OfficerEvent, SignedCommandsRequired};
use serde_json::json;
use sqlx::{Connection, Executor};
use tests::bureau::{LEDGER, TestClock, open, run};
use tests::throwaway::Throwaway;

use super::history::{Fitting, History};
use super::prepared::{Prepared, State};

/// What somebody does.
pub(super) enum Deed {
    /// A statement of the database's administrator, for whom no constraint between tables counts.
    /// `{ours}` stands for the ledger's rows.
    Sql(&'static str),
    /// A table, and what such a statement sets in one of its rows.
    Value(&'static str, &'static str),
    /// A table of which such a statement deletes a row.
    Deleted(&'static str),
    /// A table into which such a statement puts a copy of a row, and what the copy says otherwise.
    Inserted(&'static str, &'static str),
    /// Entries changed by whoever holds the ledger's key, with so much else made to fit.
    Signed(fn(&mut History), Fitting),
    /// Another state in the place of the ledger: its database, and the checkpoint file as well, or the
    /// file left as it was.
    Replaced(State, File),
    /// Entries more, recorded by the program with the ledger's key.
    Recorded,
}

/// What becomes of the checkpoint file.
#[derive(Clone, Copy)]
pub(super) enum File {
    Left,
    Replaced,
}

impl Deed {
    /// The statement, where it is one.
    pub(super) fn statement(&self) -> String {
        let one = |table: &str| match table {
            // The start opens the first of each to see whether the keys fit.
            "persons" | "households" | "accounts" => format!(
                "where {{ours}} and id = (select id from {table} where {{ours}} order by id desc limit 1)"
            ),
            _ => {
                format!("where {{ours}} and ctid = (select min(ctid) from {table} where {{ours}})")
            }
        };
        match self {
            Self::Sql(statement) => (*statement).to_owned(),
            Self::Value(table, change) => format!("update {table} set {change} {}", one(table)),
            Self::Deleted(table) => format!("delete from {table} {}", one(table)),
            Self::Inserted(table, other) => format!(
                "insert into {table} select (jsonb_populate_record(one, '{other}')).* \
                 from {table} as one {}",
                one(table)
            ),
            Self::Signed(..) | Self::Replaced(..) | Self::Recorded => String::new(),
        }
    }

    pub(super) async fn done(&self, prepared: &Prepared) -> Throwaway {
        if let Self::Replaced(state, file) = self {
            let place = prepared.copy(*state).await;
            if let File::Left = file {
                prepared.leave_checkpoint_file(&place);
            }
            return place;
        }
        let place = prepared.copy(State::Whole).await;
        match self {
            Self::Sql(_) | Self::Value(..) | Self::Deleted(_) | Self::Inserted(..) => {
                execute(&place, &self.statement()).await;
            }
            Self::Signed(change, fitting) => {
                let mut history = History::read(&place, &prepared.kept.checkpoint.origin).await;
                change(&mut history);
                history.write(&place, *fitting).await;
            }
            Self::Recorded => record(&place).await,
            Self::Replaced(..) => {}
        }
        place
    }
}

async fn execute(place: &Throwaway, statement: &str) {
    let mut session = place.administrator_session().await;
    session.execute("set session_replication_role = replica").await.unwrap();
    let statement = statement.replace("{ours}", &format!("ledger_id = '{LEDGER}'"));
    let done = session.execute(statement.as_str()).await.unwrap();
    assert!(done.rows_affected() > 0, "{statement} changed nothing");
    session.close().await.unwrap();
}

/// What whoever may change the ledger's settings and act in an officer's name has recorded: an entry
/// that officers need not sign any more, and aid that nobody asked for.
async fn record(place: &Throwaway) {
    let books = open(place, Arc::new(TestClock::default())).await;
    let id = LedgerId::parse(LEDGER).unwrap();
    let unsigned = OfficerEvent::Required(SignedCommandsRequired { required: false });
    books.change_officer_keys(&id, &unsigned).await.unwrap();
    let document = "mutation M($input: RecordTemporaryAidInput!) { recordTemporaryAid(input: $input) { \
        receipt { position } userErrors { code message } } }";
    let aid = json!({"ledger": LEDGER, "id": "never-was", "fund": "fiscal", "kind": "URGENT", "cause": "火灾",
        "amount": "2000", "occurredOn": "2020-07-01",
        "recipient": {"householdNo": "ZL-2", "coveredPersons": 3}});
    let payload =
        run(&books, document, json!({ "input": aid })).await["recordTemporaryAid"].clone();
    assert_eq!(payload["userErrors"], json!([]));
    books.book(LEDGER).await.unwrap().catch_up().await.unwrap();
    books.close().await;
}
