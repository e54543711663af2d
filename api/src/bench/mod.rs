//! `bench`: what the README says about speed and size, measured in one run on one machine.
//!
//! Everything runs on a private PostgreSQL of its own with the product's settings, beside stock
//! postgres-es with the same aggregate and the same payments, so that ratios hold where absolute
//! figures do not.

mod batches;
mod decided;
mod machine;
mod proofs;
mod sessions;
mod stock;

use std::time::Instant;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use clap::Args;
use domain::ids::OfficerId;
use ledger::LedgerId;
use people::Randomness;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::books::{Acting, Book, Books, CommandError, OpenLedger};
use crate::clock::MachineClock;
use crate::database::{DataDirectory, Database, DatabaseSource};
use crate::demo::figures;
use crate::demo::plan::{BUREAU, LEDGER, Plan, REGION, Scale, Step};
use crate::requests::{AidRequest, ClientId, PaymentRequest};
use crate::verification;

/// Commands of stock postgres-es, and single submissions of ours, that are measured.
const SINGLE_COMMANDS: usize = 30_000;
/// Households that single submissions pay.
const KNOWN_PAYEES: usize = 200;
/// Clients that send single submissions at once.
const CLIENTS: usize = 64;

/// What `bench` takes.
#[derive(Debug, Args)]
pub struct BenchArguments {
    /// The demo's scale that is recorded in bulk: 1 is about 1.5 million payments.
    #[arg(long, default_value = "3", value_name = "N")]
    scale: u32,
}

/// Runs every benchmark in a scratch directory and prints the figures.
///
/// # Errors
/// When something that is measured fails.
pub async fn run(arguments: &BenchArguments) -> Result<(), String> {
    let scale = Scale::of_months(arguments.scale).ok_or("--scale: 1, 3, 6, 12, 60")?;
    let directory = std::env::temp_dir().join(format!("mingzhang-bench-{}", std::process::id()));
    let outcome = measure(&directory, scale).await;
    let removed = remove(&directory);
    outcome.and(removed)
}

fn remove(directory: &Path) -> Result<(), String> {
    // Root at home keeps the cluster elsewhere and a link here.
    let cluster = directory.join("pg");
    if let Ok(elsewhere) = std::fs::read_link(&cluster) {
        let _ = std::fs::remove_dir_all(elsewhere);
    }
    std::fs::remove_dir_all(directory).map_err(said)
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

async fn measure(directory: &Path, scale: Scale) -> Result<(), String> {
    let database =
        Database::connect(&DatabaseSource::Private(directory.to_owned())).await.map_err(said)?;
    println!("{}", machine::describe(&database).await.map_err(said)?);
    machine::calibrate(&database).await?;
    let data = DataDirectory::open(directory).map_err(said)?;
    let clock = Arc::new(MachineClock);
    let books =
        Books::open(database.clone(), data, clock, Randomness::system()).await.map_err(said)?;
    let stock = stock::commands_a_second(&database, SINGLE_COMMANDS).await?;
    tell("stock postgres-es 0.5, one command an event, 32 tasks", stock, "commands/s");
    let plan = Plan::new(scale).map_err(said)?;
    let bulk = bulk(&books, &plan).await?;
    settle(&database).await?;
    let single = singles(&books).await?;
    tell("single submissions, 64 clients", single, "events/s");
    if let Some(ratio) = single.saturating_mul(10).checked_div(stock) {
        println!("{:<58} {:>7}.{} times stock", "", ratio / 10, ratio % 10);
    }
    batches::measure(&books).await?;
    let book = book(&books, LEDGER).await?;
    let size = book.catch_up().await.map_err(said)?;
    let began = now();
    projections::rebuild::rebuild(books.pool(), book.id(), &projections::ReadModel::ALL)
        .await
        .map_err(said)?;
    tell("projector, rebuild with indexes built after", rate(size, began), "events/s");
    let began = now();
    let outcome = verification::verify(&books, book.id(), |_| {}).await.map_err(said)?;
    tell("verify: signatures, chain, tree, tables, read models", rate(size, began), "entries/s");
    if outcome.found() > 0 {
        return Err(format!("verification found {}", outcome.found()));
    }
    totals(&books).await?;
    proofs::measure(&books, &book, directory, (size, bulk.1)).await?;
    sizes(&books, size).await?;
    // Last, because rebuilding and measuring sizes count on tables of one ledger.
    decided::payments_a_second(&books).await?;
    sessions::measure(directory).await?;
    println!("{:<58} {:>9} MiB", "this program's memory at its most", machine::peak_memory_mib());
    drop(book);
    drop(books);
    println!("five years through batches held {} payments", bulk.0);
    database.close().await.map_err(said)
}

#[allow(clippy::disallowed_methods, reason = "durations are what a benchmark is about")]
fn now() -> Instant {
    Instant::now()
}

fn rate(count: u64, began: Instant) -> u64 {
    let micros = began.elapsed().as_micros().max(1);
    u64::try_from(
        u128::from(count).saturating_mul(1_000_000).checked_div(micros).unwrap_or_default(),
    )
    .unwrap_or(u64::MAX)
}

fn tell(what: &str, figure: u64, unit: &str) {
    println!("{what:<58} {figure:>9} {unit}");
}

async fn book(books: &Books, ledger: &str) -> Result<Arc<Book>, String> {
    match books.book(ledger).await {
        Ok(book) => Ok(book),
        Err(CommandError::Fault(fault)) => Err(fault.cause().to_owned()),
        Err(CommandError::Refused(_)) => {
            let open = OpenLedger {
                ledger: LedgerId::parse(ledger).map_err(said)?,
                bureau: domain::text::PlainName::parse(BUREAU).map_err(said)?,
                region: domain::region::Region::parse(REGION).map_err(said)?,
                origin: None,
                recovery_key: None,
                encrypt_key: false,
            };
            books.open_ledger(open).await.map_err(said)?;
            books.book(ledger).await.map_err(said)
        }
    }
}

/// Records the plan as the demo does; the projector runs beside it. Gives how many payments, and how
/// many events a second.
async fn bulk(books: &Books, plan: &Plan) -> Result<(usize, u64), String> {
    let book = book(books, LEDGER).await?;
    let officer = OfficerId::parse("bench").map_err(said)?.into();
    let (entries, payments) = (plan.entries().map_err(said)?, plan.payments());
    let began = now();
    crate::demo::recording::record(&book, &officer, plan.steps(), &|_| {}).await?;
    let entries = u64::try_from(entries).unwrap_or(u64::MAX);
    let recorded = rate(entries, began);
    tell("five years through batches, projector running beside it", recorded, "events/s");
    book.catch_up().await.map_err(said)?;
    tell("  until the read models hold it all", rate(entries, began), "events/s");
    Ok((payments, recorded))
}

/// Lets the server end what bulk recording left it to do, so that it does not count against what is
/// measured next.
async fn settle(database: &Database) -> Result<(), String> {
    let mut session = database.administrator().connect().await.map_err(said)?;
    for housekeeping in ["vacuum analyze", "checkpoint"] {
        sqlx::query(housekeeping).execute(&mut session).await.map_err(said)?;
    }
    session.close().await.map_err(said)
}

/// One payment a submission, from many clients at once.
async fn singles(books: &Books) -> Result<u64, String> {
    let book = book(books, LEDGER).await?;
    let officer = OfficerId::parse("bench").map_err(said)?.into();
    let template = template()?;
    // Payees are known people nearly always: each client's are registered before the clock starts.
    send(&book, &officer, &template, "known", KNOWN_PAYEES).await?;
    let began = now();
    let mut clients = Vec::new();
    for client in 0..CLIENTS {
        let (book, officer, template) = (book.clone(), officer.clone(), template.clone());
        let payments = SINGLE_COMMANDS.checked_div(CLIENTS).unwrap_or_default();
        clients.push(tokio::spawn(async move {
            send(&book, &officer, &template, &format!("single-{client}"), payments).await
        }));
    }
    for client in clients {
        client.await.map_err(said)??;
    }
    Ok(rate(u64::try_from(SINGLE_COMMANDS).unwrap_or_default(), began))
}

/// One after the other, to the same few households.
async fn send(
    book: &Book,
    officer: &Acting,
    template: &PaymentRequest,
    name: &str,
    payments: usize,
) -> Result<(), String> {
    for n in 0..payments {
        let mut request = template.clone();
        request.id = ClientId::parse(&format!("{name}-{n}")).ok_or("an id")?;
        let payee = n.checked_rem(KNOWN_PAYEES).unwrap_or_default();
        request.recipient.household_no = Some(format!("BENCH-{payee}"));
        book.record_payment(officer, request).await.map_err(said)?;
    }
    Ok(())
}

/// A small temporary aid out of a fund that the demo has filled.
fn template() -> Result<PaymentRequest, String> {
    let plan = Plan::new(Scale::default()).map_err(said)?;
    for step in plan.steps() {
        let Step::Disburse(disbursement) = step.map_err(said)? else { continue };
        let mut rows = disbursement.batch.draft.rows.into_iter();
        let found = rows.find(|row| matches!(row.aid, AidRequest::TemporaryAid { .. }));
        if let Some(mut row) = found {
            row.amount = domain::money::Money::from_fen(1).ok();
            return Ok(row);
        }
    }
    Err("the plan has no temporary aid".to_owned())
}

async fn totals(books: &Books) -> Result<(), String> {
    // The first question reads the columns into memory.
    figures::compare(books).await?;
    let mut slowest = BTreeMap::new();
    for _ in 0..5 {
        let began = now();
        let figures = figures::compare(books).await?.len();
        let each = began.elapsed().as_micros().checked_div(u128::try_from(figures).unwrap_or(1));
        slowest.insert(each.unwrap_or_default(), figures);
    }
    if let Some((micros, figures)) = slowest.pop_last() {
        println!(
            "{:<58} {:>6}.{:03} ms",
            format!("a total of the demo's table ({figures} asked, mean)"),
            micros / 1000,
            micros % 1000
        );
    }
    Ok(())
}

async fn sizes(books: &Books, entries: u64) -> Result<(), String> {
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(
        "select n.nspname || '.' || c.relname, pg_table_size(c.oid), pg_indexes_size(c.oid) \
         from pg_class c join pg_namespace n on n.oid = c.relnamespace \
         where c.relkind = 'r' and n.nspname in ('public', 'read_models') and pg_table_size(c.oid) > 1000000 \
         order by 2 desc",
    )
    .fetch_all(books.pool())
    .await
    .map_err(said)?;
    let each = |bytes: i64| bytes.unsigned_abs().checked_div(entries).unwrap_or_default();
    let mut all = 0u64;
    for (table, data, index) in rows.iter().filter(|(table, ..)| table != "public.events") {
        println!(
            "{:<58} {:>5} + {} bytes/event",
            format!("  {table} (table + indexes)"),
            each(*data),
            each(*index)
        );
        all = all.saturating_add(each(data.saturating_add(*index)));
    }
    println!("{:<58} {all:>9} bytes/event", "on disk in all");
    Ok(())
}
