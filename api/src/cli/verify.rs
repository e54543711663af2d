//! `verify`: everything that the database holds about a ledger.

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::{Failure, Place, close};
use crate::books::Books;
use crate::verification::{self, Outcome};

/// What `verify` takes.
#[derive(Debug, Args)]
pub(super) struct VerifyArguments {
    /// One ledger; default all.
    #[arg(long, value_name = "ID")]
    ledger: Option<String>,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(place: &Place, arguments: &VerifyArguments) -> Result<(), Failure> {
    let books = place.books().await?;
    let outcome = verify(&books, arguments).await;
    close(books).await?;
    outcome
}

async fn verify(books: &Books, arguments: &VerifyArguments) -> Result<(), Failure> {
    let mut connection = books.pool().acquire().await?;
    let ids = ledger::reader::ledgers(&mut connection).await;
    drop(connection);
    let mut ids = ids.map_err(|error| Failure::Usage(error.to_string()))?;
    if let Some(only) = &arguments.ledger {
        ids.retain(|id| id.as_str() == only);
        if ids.is_empty() {
            return Err(Failure::Refused(format!("没有账本 {only} / there is no ledger {only}")));
        }
    }
    let mut outcomes = Vec::new();
    for id in &ids {
        outcomes.push(with_progress(books, id).await?);
    }
    if arguments.json {
        let ledgers: Vec<_> = outcomes.iter().map(as_json).collect();
        println!("{}", json!({ "ledgers": ledgers }));
    } else {
        outcomes.iter().for_each(print);
    }
    let found: u64 = outcomes.iter().map(Outcome::found).fold(0, u64::saturating_add);
    if found == 0 {
        Ok(())
    } else {
        Err(Failure::Refused(format!(
            "核验不通过:{found} 处不符 / verification failed: {found} findings"
        )))
    }
}

/// Verifies one ledger, with a progress bar on standard error.
pub(super) async fn with_progress(
    books: &Books,
    id: &ledger::LedgerId,
) -> Result<Outcome, Failure> {
    let mut connection = books.pool().acquire().await?;
    let head = ledger::reader::head(&mut connection, id).await.ok().flatten();
    drop(connection);
    let bar = ProgressBar::new(head.map_or(0, |head| head.size));
    let style = "核验 / verifying {bar:40} {human_pos}/{human_len} {per_sec} {eta}";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    let told = bar.clone();
    let outcome = verification::verify(books, id, move |done| told.set_position(done)).await;
    bar.finish_and_clear();
    outcome.map_err(|error| Failure::Usage(error.to_string()))
}

pub(super) fn print(outcome: &Outcome) {
    for finding in outcome.lines() {
        println!("{finding}");
    }
    let report = &outcome.ledger;
    for suspect in report.keys.suspect() {
        let (first, last, key) = (suspect.first, suspect.last, suspect.key);
        println!(
            "分录 {first} 至 {last} 由一把后来被吊销的密钥签署({key}),请逐条核对 / \
             positions {first} to {last} were signed by a key that was revoked later ({key}): look at each"
        );
    }
    println!(
        "{}: {} entries, {} signatures, head {}, root {}: {}",
        report.ledger,
        report.entries,
        report.signatures,
        report.head,
        report.root,
        if outcome.found() == 0 { "OK" } else { "FAILED" }
    );
}

fn as_json(outcome: &Outcome) -> serde_json::Value {
    let findings: Vec<_> = outcome
        .ledger
        .findings
        .iter()
        .map(|f| json!({"position": f.position, "rule": f.rule, "expected": f.expected, "found": f.found}))
        .chain(outcome.beside.iter().map(|f| {
            json!({"position": f.position, "rule": f.rule, "expected": f.expected, "found": f.found})
        }))
        .collect();
    let suspect = outcome.ledger.keys.suspect();
    let suspect: Vec<_> = suspect
        .iter()
        .map(|s| json!({"first": s.first, "last": s.last, "key": s.key.to_string()}))
        .collect();
    json!({
        "ledger": outcome.ledger.ledger.to_string(),
        "entries": outcome.ledger.entries,
        "signatures": outcome.ledger.signatures,
        "head": outcome.ledger.head.to_string(),
        "root": outcome.ledger.root.to_string(),
        "suspect": suspect,
        "ok": outcome.found() == 0,
        "found": outcome.found(),
        "findings": findings,
    })
}
