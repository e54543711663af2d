//! `import`: a payment list, all or nothing.

use std::path::PathBuf;

use clap::Args;
use domain::money::Money;
use serde_json::json;

use super::{ActingArguments, Failure, Place, close};
use crate::books::{Acting, CommandError, ListOutcome, Receipt, Recording};
use crate::payment_list::{self, Declared, PaymentList};
use crate::requests::PaymentRequest;

/// What `import` takes.
#[derive(Debug, Args)]
pub(super) struct ImportArguments {
    /// The list: CSV as UTF-8 or GB18030.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The bureau's books.
    #[arg(long, value_name = "ID")]
    ledger: String,
    #[command(flatten)]
    acting: ActingArguments,
    /// How many payments the file must hold.
    #[arg(long, value_name = "N")]
    expect_count: Option<u64>,
    /// Their sum in yuan.
    #[arg(long, value_name = "YUAN")]
    expect_total: Option<String>,
    /// Say what would happen and record nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

/// One line of what is wrong with a list.
struct Wrong {
    row: Option<u64>,
    column: Option<String>,
    value: Option<String>,
    code: String,
    message: String,
    text: String,
}

pub(super) async fn run(place: &Place, arguments: &ImportArguments) -> Result<(), Failure> {
    let acting = arguments.acting.acting()?;
    let total = arguments.expect_total.as_deref().map(Money::parse_yuan).transpose();
    let total = total.map_err(|error| Failure::Usage(format!("--expect-total: {error}")))?;
    let declared = Declared { count: arguments.expect_count, total };
    let file = std::fs::read(&arguments.file)
        .map_err(|error| Failure::Usage(format!("{}: {error}", arguments.file.display())))?;
    let list = match payment_list::read(&file, &declared) {
        Ok(list) => list,
        Err(bad) => {
            let wrong = bad.errors.iter().map(|error| Wrong {
                row: error.row,
                column: error.column.map(|column| column.to_string()),
                value: error.value.clone(),
                code: error.code().to_owned(),
                message: error.message(),
                text: error.to_string(),
            });
            return Err(refuse(arguments, &wrong.collect::<Vec<_>>()));
        }
    };
    let books = place.books().await?;
    let outcome = record(&books, arguments, &acting, &list).await;
    close(books).await?;
    match outcome? {
        ListOutcome::Recorded(receipts) => {
            tell(arguments, &list, &receipts);
            Ok(())
        }
        ListOutcome::Refused(refusals) => {
            let wrong = refusals.iter().map(|refusal| {
                let row = list.rows.get(refusal.index).map(|row| row.number);
                let column = refusal.error.field.join(".");
                let (code, message) =
                    (refusal.error.code.to_owned(), refusal.error.message.clone());
                let at = row.map_or_else(String::new, |row| format!("第{row}行 / row {row}"));
                let text = format!("{at}, {column}: {message} [{code}]");
                Wrong { row, column: Some(column), value: None, code, message, text }
            });
            Err(refuse(arguments, &wrong.collect::<Vec<_>>()))
        }
    }
}

async fn record(
    books: &crate::books::Books,
    arguments: &ImportArguments,
    acting: &Acting,
    list: &PaymentList,
) -> Result<ListOutcome, Failure> {
    let book = match books.book(&arguments.ledger).await {
        Ok(book) => book,
        Err(CommandError::Refused(error)) => {
            return Err(Failure::Refused(format!("{} [{}]", error.message, error.code)));
        }
        Err(CommandError::Fault(fault)) => return Err(fault.into()),
    };
    let rows: Vec<PaymentRequest> = list.rows.iter().map(|row| row.request.clone()).collect();
    let recording = if arguments.dry_run { Recording::Rehearse } else { Recording::Record };
    let outcome = book.record_list(acting, &rows, recording).await?;
    if matches!(outcome, ListOutcome::Recorded(_)) && !arguments.dry_run {
        book.catch_up().await?;
    }
    Ok(outcome)
}

fn refuse(arguments: &ImportArguments, wrong: &[Wrong]) -> Failure {
    if arguments.json {
        let errors: Vec<_> = wrong
            .iter()
            .map(|wrong| {
                json!({"row": wrong.row, "column": wrong.column, "value": wrong.value,
                       "code": wrong.code, "message": wrong.message})
            })
            .collect();
        println!("{}", json!({"recorded": 0, "errors": errors}));
    } else {
        for wrong in wrong {
            println!("{}", wrong.text);
        }
    }
    Failure::Refused(format!(
        "{0}处错误,未记入任何一笔 / {0} errors, nothing was recorded",
        wrong.len()
    ))
}

fn tell(arguments: &ImportArguments, list: &PaymentList, receipts: &[Receipt]) {
    let before = receipts.iter().filter(|receipt| receipt.already_recorded).count();
    let (rows, total) = (list.rows.len(), list.total);
    let new = rows.saturating_sub(before);
    let positions = || receipts.iter().filter(|r| !r.already_recorded).map(|r| r.position);
    let (first, last) = (positions().min(), positions().max());
    if arguments.json {
        println!(
            "{}",
            json!({"rows": rows, "total": total.to_string(), "encoding": list.encoding.to_string(),
                   "recorded": if arguments.dry_run { 0 } else { new }, "alreadyRecorded": before,
                   "dryRun": arguments.dry_run, "firstPosition": first, "lastPosition": last})
        );
        return;
    }
    let encoding = &list.encoding;
    println!(
        "{rows} 笔,合计 {total} 元,编码 {encoding} / {rows} payments, {total} yuan in all, read as {encoding}"
    );
    if arguments.dry_run {
        println!(
            "试运行:{new} 笔可以记入,{before} 笔此前已记 / dry run: {new} would be recorded, {before} are recorded already"
        );
    } else if new == 0 {
        println!(
            "此文件此前已全部记入,未重复记账 / this file was recorded before, nothing was recorded again"
        );
    } else {
        println!(
            "已记入 {new} 笔,{before} 笔此前已记 / recorded {new}, {before} were recorded before"
        );
        if let (Some(first), Some(last)) = (first, last) {
            println!("位置 {first}–{last} / positions {first} to {last}");
        }
    }
}
