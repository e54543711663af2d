//! `export`: the audit bundle of one ledger.

use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::{Failure, Place, close};
use crate::books::{Books, CommandError};
use crate::bundle::export::{self, ExportFailure, Exported};

/// What `export` takes.
#[derive(Debug, Args)]
pub(super) struct ExportArguments {
    /// The bureau's books, for example cn-320404.
    #[arg(long, value_name = "ID")]
    ledger: String,
    /// The bundle to write; it must not exist.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(place: &Place, arguments: &ExportArguments) -> Result<(), Failure> {
    let books = place.books().await?;
    let exported = export(&books, arguments).await;
    close(books).await?;
    let exported = exported?;
    if arguments.json {
        println!("{}", as_json(&exported, arguments));
    } else {
        println!("{}", arguments.out.display());
        println!(
            "{}: {} entries, root {}, {} bytes",
            exported.manifest.ledger, exported.manifest.size, exported.root, exported.bytes
        );
    }
    Ok(())
}

async fn export(books: &Books, arguments: &ExportArguments) -> Result<Exported, Failure> {
    let book = books.book(&arguments.ledger).await.map_err(|error| match error {
        CommandError::Refused(refusal) => Failure::Refused(refusal.message),
        CommandError::Fault(fault) => fault.into(),
    })?;
    let size = book.size().await?;
    let bar = ProgressBar::new(size);
    let style = "导出 / exporting {bar:40} {human_pos}/{human_len} {per_sec} {eta}";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    let told = bar.clone();
    let progress = move |done| told.set_position(done);
    let exported = Box::pin(export::export(&book, &arguments.out, progress)).await;
    bar.finish_and_clear();
    exported.map_err(|failure| match failure {
        ExportFailure::Fault(fault) => fault.into(),
        ExportFailure::Damaged(_) => Failure::Refused(failure.to_string()),
        ExportFailure::Exists | ExportFailure::File(_) => {
            Failure::Usage(format!("{}: {failure}", arguments.out.display()))
        }
    })
}

fn as_json(exported: &Exported, arguments: &ExportArguments) -> serde_json::Value {
    json!({
        "ledger": exported.manifest.ledger.to_string(),
        "origin": exported.manifest.origin,
        "size": exported.manifest.size,
        "root": exported.root.to_string(),
        "file": arguments.out.display().to_string(),
        "bytes": exported.bytes,
    })
}
