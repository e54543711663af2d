//! `verify`: everything that the database holds about a ledger. With `--bundle` no database is opened.

use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use ledger::verify::VerifyError;
use serde_json::json;

use super::verify_bundle::{self, BundleArguments};
use super::verify_receipt::{self, ReceiptToVerify};
use super::{Failure, Place, close};
use crate::books::Books;
use crate::verification::{self, Outcome, VerificationError};

/// What `verify` takes.
#[derive(Debug, Args)]
pub(super) struct VerifyArguments {
    /// One ledger; default all.
    #[arg(long, value_name = "ID")]
    ledger: Option<String>,
    /// An audit bundle instead: no database, no server, no network, no data directory.
    #[arg(long, value_name = "FILE", requires = "policy", conflicts_with = "ledger")]
    bundle: Option<PathBuf>,
    /// The receipt of one payment instead: likewise.
    #[arg(long, value_name = "FILE", requires = "policy", conflicts_with_all = ["ledger", "bundle"])]
    receipt: Option<PathBuf>,
    /// Whom you trust (C2SP tlog-policy): the ledger's first key and the witnesses, given to you by hand.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// A checkpoint that you kept; it must lie on the bundle's history. May be given several times.
    #[arg(long = "checkpoint", value_name = "FILE", requires = "bundle")]
    checkpoints: Vec<PathBuf>,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(place: &Place, arguments: VerifyArguments) -> Result<(), Failure> {
    let VerifyArguments { ledger, bundle, receipt, policy, checkpoints, json } = arguments;
    match (bundle, receipt, policy) {
        (Some(bundle), _, Some(policy)) => {
            let arguments = BundleArguments { bundle, policy, checkpoints, json };
            return verify_bundle::run(arguments).await;
        }
        (None, Some(receipt), Some(policy)) => {
            return verify_receipt::run(&ReceiptToVerify { receipt, policy, json });
        }
        (None, None, Some(_)) => {
            let usage = "--policy 须与 --bundle 或 --receipt 同用 / --policy goes with --bundle or --receipt";
            return Err(Failure::Usage(usage.to_owned()));
        }
        // Without a policy there is neither a bundle nor a receipt: the options require one.
        (_, _, None) => {}
    }
    let books = place.books().await?;
    let outcome = verify(&books, ledger.as_deref(), json).await;
    close(books).await?;
    outcome
}

async fn verify(books: &Books, ledger: Option<&str>, print_json: bool) -> Result<(), Failure> {
    let mut connection = books.pool().acquire().await?;
    let ids = ledger::reader::mentioned(&mut connection).await;
    drop(connection);
    let mut ids = ids.map_err(|error| Failure::Usage(error.to_string()))?;
    if let Some(only) = ledger {
        ids.retain(|id| id.as_str() == only);
        if ids.is_empty() {
            return Err(Failure::Refused(format!("没有账本 {only} / there is no ledger {only}")));
        }
    }
    let mut outcomes = Vec::new();
    for id in &ids {
        outcomes.push(with_progress(books, id).await?);
    }
    if print_json {
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
    outcome.map_err(|error| match error {
        // Entries or a checkpoint speak of it, so it was there.
        VerificationError::Ledger(VerifyError::NoLedger(id)) => Failure::Refused(format!(
            "账本 {id} 的账本头已不存在 / the head of ledger {id} is gone"
        )),
        other => Failure::Usage(other.to_string()),
    })
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
    if let Some(size) = outcome.cosignatures.witnessed {
        println!(
            "策略所列见证方的联署覆盖至第 {size} 条 / witnesses of the policy have signed over {size} entries"
        );
    }
    println!(
        "{}: {} entries, {} signatures, {} signed commands, head {}, root {}: {}",
        report.ledger,
        report.entries,
        report.signatures,
        report.signed_commands,
        report.head,
        report.root,
        if outcome.found() == 0 { "OK" } else { "FAILED" }
    );
}

fn as_json(outcome: &Outcome) -> serde_json::Value {
    let findings: Vec<_> = outcome
        .findings()
        .map(|f| json!({"position": f.position, "rule": f.rule, "expected": f.expected, "found": f.found}))
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
        "signedCommands": outcome.ledger.signed_commands,
        "head": outcome.ledger.head.to_string(),
        "root": outcome.ledger.root.to_string(),
        "suspect": suspect,
        "witnessed": outcome.cosignatures.witnessed,
        "ok": outcome.found() == 0,
        "found": outcome.found(),
        "findings": findings,
    })
}
