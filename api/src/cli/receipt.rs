//! `receipt`: the proof of one payment, in a file that is checked without the ledger.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::{Failure, Place, close};
use crate::books::{Books, CommandError};
use crate::receipt_file;

/// What `receipt` takes.
#[derive(Debug, Args)]
pub(super) struct ReceiptArguments {
    /// The bureau's books.
    #[arg(long, value_name = "ID")]
    ledger: String,
    /// The payment, by the id that it was recorded under.
    #[arg(long, value_name = "ID")]
    payment: String,
    /// The file to write; it must not exist. Default: standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) async fn run(place: &Place, arguments: &ReceiptArguments) -> Result<(), Failure> {
    let books = place.books().await?;
    let receipt = write(&books, arguments).await;
    close(books).await?;
    let receipt = receipt?;
    let Some(path) = &arguments.out else {
        print!("{receipt}");
        return Ok(());
    };
    let at = |error| Failure::Usage(format!("{}: {error}", path.display()));
    let mut file = std::fs::File::create_new(path).map_err(at)?;
    file.write_all(receipt.as_bytes()).and_then(|()| file.sync_all()).map_err(at)?;
    println!("{}", path.display());
    Ok(())
}

async fn write(books: &Books, arguments: &ReceiptArguments) -> Result<String, Failure> {
    let book = books.book(&arguments.ledger).await.map_err(|error| match error {
        CommandError::Refused(refusal) => Failure::Refused(refusal.message),
        CommandError::Fault(fault) => fault.into(),
    })?;
    let stored = book.payment_entry(&arguments.payment).await?.ok_or_else(|| {
        let id = &arguments.payment;
        Failure::Refused(format!("没有编号为“{id}”的付款 / there is no payment {id:?}"))
    })?;
    Ok(receipt_file::write(&book, &stored).await?)
}
