//! The tamper matrix over the database: whatever is changed by SQL, somebody must catch it. Each row
//! says who; the test prints how many were tried and caught.
//!
//! Bundles have a matrix of their own in [`crate::bundle`], and what needs a checkpoint from elsewhere
//! is in [`crate::checkpoints`] and [`crate::witness`].

use std::collections::BTreeSet;
use std::sync::Arc;

use api::books::DomainRules;
use api::verification;
use ledger::LedgerId;
use sqlx::{Connection, Executor, PgConnection};
use tests::bureau::{Bureau, LEDGER};

/// Who must catch a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Catcher {
    /// `mingzhang verify` on the database.
    DatabaseVerify,
    /// Opening the ledger for recording.
    Start,
    /// A constraint of the schema, before the change is made.
    Schema,
}

#[derive(Debug, Default)]
struct Matrix {
    tried: Vec<(String, BTreeSet<Catcher>)>,
}

impl Matrix {
    fn row(&mut self, change: &str, caught_by: impl IntoIterator<Item = Catcher>) {
        self.tried.push((change.to_owned(), caught_by.into_iter().collect()));
    }

    /// Prints how many were tried and caught, and fails if one was not.
    fn end(self, what: &str) {
        let missed: Vec<_> = self.tried.iter().filter(|(_, by)| by.is_empty()).collect();
        let (tried, caught) = (self.tried.len(), self.tried.len() - missed.len());
        println!("tamper matrix, {what}: {tried} tried, {caught} caught");
        for catcher in [Catcher::DatabaseVerify, Catcher::Start, Catcher::Schema] {
            let by = self.tried.iter().filter(|(_, by)| by.contains(&catcher)).count();
            println!("  {catcher:?}: {by}");
        }
        assert!(missed.is_empty(), "nobody caught {missed:#?}");
    }
}

/// A ledger with an event of every type, full tiles and a checkpoint of yesterday.
async fn busy_bureau() -> Bureau {
    let bureau = Bureau::new().await;
    bureau.record_everything(LEDGER).await;
    bureau.check_ledger().await;
    bureau
}

/// A session for which constraints between tables do not count, with a copy of every table.
async fn attacker(bureau: &Bureau, tables: &[String]) -> PgConnection {
    let mut session = bureau.place.administrator_session().await;
    session.execute("set session_replication_role = replica").await.unwrap();
    session.execute("create schema saved").await.unwrap();
    for table in tables {
        let copy = format!("create table saved.{table} as table public.{table}");
        session.execute(copy.as_str()).await.unwrap();
    }
    session
}

async fn restore(session: &mut PgConnection, table: &str) {
    let restore = format!(
        "begin; delete from public.{table}; insert into public.{table} select * from saved.{table}; commit"
    );
    session.execute(restore.as_str()).await.unwrap();
}

/// Tables of the ledger with a row in them, but the read models, which have a test of their own.
async fn tables(bureau: &Bureau) -> Vec<String> {
    let mut session = bureau.place.administrator_session().await;
    let names: Vec<String> = sqlx::query_scalar(
        "select table_name::text from information_schema.columns join information_schema.tables \
         using (table_schema, table_name) where table_schema = 'public' and column_name = 'ledger_id' \
         and table_type = 'BASE TABLE' order by 1",
    )
    .fetch_all(&mut session)
    .await
    .unwrap();
    let mut filled = Vec::new();
    for name in names.into_iter().filter(|name| !UNPROVEN.contains(&name.as_str())) {
        let count = format!("select count(*) from public.{name}");
        if sqlx::query_scalar::<_, i64>(&count).fetch_one(&mut session).await.unwrap() > 0 {
            filled.push(name);
        }
    }
    session.close().await.unwrap();
    filled
}

async fn caught_by(bureau: &Bureau) -> BTreeSet<Catcher> {
    let id = LedgerId::parse(LEDGER).unwrap();
    let mut by = BTreeSet::new();
    // One that cannot be carried out is no clean one: the program ends with status 1 or 2.
    let outcome = verification::verify(&bureau.books, &id, |_| {}).await;
    if outcome.is_err() || outcome.is_ok_and(|outcome| outcome.found() > 0) {
        by.insert(Catcher::DatabaseVerify);
    }
    let another = bureau.another_program().await;
    if another.book(LEDGER).await.is_err() {
        by.insert(Catcher::Start);
    }
    another.close().await;
    by
}

/// Applies a change, asks who catches it, and puts the table back.
async fn try_change(
    bureau: &Bureau,
    session: &mut PgConnection,
    table: &str,
    change: &str,
    matrix: &mut Matrix,
) {
    match session.execute(change).await {
        Ok(done) if done.rows_affected() == 0 => {}
        Ok(_) => matrix.row(change, caught_by(bureau).await),
        Err(_) => matrix.row(change, [Catcher::Schema]),
    }
    restore(session, table).await;
    if table == "latest_checkpoints" {
        restore(session, "tiles").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_byte_of_an_entry_of_each_event_type_and_of_its_signature_is_caught() {
    let bureau = busy_bureau().await;
    let id = LedgerId::parse(LEDGER).unwrap();
    let mut session = attacker(&bureau, &["entries".to_owned()]).await;
    let mut matrix = Matrix::default();
    for column in ["entry", "signature", "leaf"] {
        let longest = format!("select max(length({column})) from entries");
        let longest: i32 = sqlx::query_scalar(&longest).fetch_one(&mut session).await.unwrap();
        for at in 0..longest {
            // The same byte of all of them at once: each must be named.
            let long_enough = format!("select position from entries where length({column}) > {at}");
            let changed: Vec<i64> =
                sqlx::query_scalar(&long_enough).fetch_all(&mut session).await.unwrap();
            let flip = format!(
                "update entries set {column} = set_byte({column}, {at}, get_byte({column}, {at}) # 1) \
                 where length({column}) > {at}"
            );
            session.execute(flip.as_str()).await.unwrap();
            let rules = Arc::new(DomainRules);
            let pool = bureau.books.pool();
            let report = ledger::verify::ledger(pool, &id, rules, &[], |_| {}).await.unwrap();
            session.execute(flip.as_str()).await.unwrap();
            let named: BTreeSet<Option<u64>> =
                report.findings.iter().map(|finding| finding.position).collect();
            for position in changed {
                let caught = named.contains(&u64::try_from(position).ok());
                let by = caught.then_some(Catcher::DatabaseVerify);
                matrix.row(&format!("{column} byte {at} of position {position}"), by);
            }
        }
    }
    assert!(matrix.tried.len() > 10_000, "{}", matrix.tried.len());
    matrix.end("bytes of entries");
    session.close().await.unwrap();
    bureau.check_ledger().await;
}

/// Columns that say nothing which anybody relies on, each with the reason.
const FREE: [(&str, &str, &str); 1] = [(
    "latest_checkpoints",
    "signed_at",
    "a checkpoint bears no time; it decides only which one of a day is kept for ever",
)];

/// Tables that no verification looks at: they let officers in, and prove nothing of what was recorded.
/// Whoever can write them can be anybody in the program anyhow (`docs/sign-in.md`).
pub(crate) const UNPROVEN: [&str; 5] =
    ["access_log", "credentials", "program_keys", "sessions", "set_up_codes"];

#[tokio::test(flavor = "multi_thread")]
async fn every_column_of_every_table_beside_the_entries_is_caught() {
    let bureau = busy_bureau().await;
    bureau.record_many(0..300).await;
    bureau.book().await.checkpoint().await.unwrap();
    let tables = tables(&bureau).await;
    assert!(tables.len() >= 12, "{tables:?}");
    let mut session = attacker(&bureau, &tables).await;
    let columns: Vec<(String, String, String)> = sqlx::query_as(
        "select table_name::text, column_name::text, data_type::text from information_schema.columns \
         where table_schema = 'public' and table_name::text = any($1) order by 1, 2",
    )
    .bind(&tables)
    .fetch_all(&mut session)
    .await
    .unwrap();
    let mut matrix = Matrix::default();
    for (table, column, kind) in columns {
        if FREE.iter().any(|(t, c, _)| (*t, *c) == (&*table, &*column)) {
            continue;
        }
        let other = match kind.as_str() {
            "bigint" | "integer" | "smallint" => format!("{column} + 1"),
            "text" => format!("{column} || 'x'"),
            "uuid" => "'00000000-0000-8000-8000-000000000001'::uuid".to_owned(),
            "timestamp with time zone" => format!("{column} + interval '1 day'"),
            "bytea" => format!(
                "set_byte({column}, length({column}) / 2, get_byte({column}, length({column}) / 2) # 1)"
            ),
            "boolean" => format!("not {column}"),
            other => panic!("a column of type {other} in {table}"),
        };
        let change = format!(
            "update public.{table} set {column} = {other} where ctid = (select ctid from public.{table} \
             where {column} is not null order by 1 limit 1)"
        );
        try_change(&bureau, &mut session, &table, &change, &mut matrix).await;
    }
    for table in &tables {
        let change = format!(
            "delete from public.{table} where ctid = (select min(ctid) from public.{table})"
        );
        try_change(&bureau, &mut session, table, &change, &mut matrix).await;
    }
    assert!(matrix.tried.len() > 60, "{}", matrix.tried.len());
    matrix.end("columns and rows");
    session.close().await.unwrap();
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_removed_inserted_swapped_doubled_moved_or_cut_off_are_caught() {
    let bureau = busy_bureau().await;
    bureau.book().await.checkpoint().await.unwrap();
    let size = bureau.size().await;
    let mut session = attacker(&bureau, &["entries".to_owned(), "heads".to_owned()]).await;
    let mut matrix = Matrix::default();
    let copy_as = |position: &str, sequence: &str| {
        format!(
            "insert into entries select ledger_id, {position}, stream_type, stream_id, {sequence}, event_type, \
             recorded_at, request_id, payload_offset, entry, leaf, signature from entries where position = 5"
        )
    };
    let mut changes = vec![
        copy_as(&size.to_string(), "99"),
        "update entries set stream_id = stream_id || '-other' where position = 5".to_owned(),
        "update entries set stream_type = 'store' where position = 5".to_owned(),
        "update entries set ledger_id = 'cn-320402' where position = 5".to_owned(),
    ];
    for position in 0..size {
        changes.push(format!("delete from entries where position = {position}"));
        if position + 1 < size {
            let (a, b) = (position, position + 1);
            // By way of places where nothing is, because the key holds at each step.
            changes.push(format!(
                "update entries set position = position + 1000 where position in ({a}, {b}); \
                 update entries set position = 1000 + {a} + {b} - position where position >= 1000"
            ));
        }
        changes.push(format!("delete from entries where position >= {position}"));
        // As the one who cuts would: the head is put back, too, as well as SQL can.
        if position > 0 {
            changes.push(format!(
                "with cut as (delete from entries where position >= {position}) update heads set \
                 position = {position} - 1, leaf = (select leaf from entries where position = {position} - 1)"
            ));
        }
    }
    for change in changes {
        session.execute(change.as_str()).await.unwrap_or_else(|error| panic!("{change}: {error}"));
        matrix.row(&change, caught_by(&bureau).await);
        restore(&mut session, "entries").await;
        restore(&mut session, "heads").await;
    }
    matrix.end("order and number of entries");
    session.close().await.unwrap();
    bureau.check_ledger().await;
}
