//! `import`: a payment list, all or nothing.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use domain::money::Money;
use domain::rights::Operation;
use domain::text::PlainName;
use serde_json::json;

use super::wrong::{Wrong, refuse};
use super::{ActingArguments, Failure, Place, close, refused, sign_in};
use crate::books::{Acting, BatchOutcome, Book, Books, ListOutcome, Receipt, Recording};
use crate::payment_list::{self, Declared, PaymentList};
use crate::requests::{AidRequest, ClientId, DraftBatchRequest, PaymentRequest};

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
    /// Make the list of this batch of it, which others review, approve and release; nothing is paid yet.
    #[arg(long, value_name = "ID", conflicts_with = "dry_run", requires = "title")]
    batch: Option<String>,
    /// What the batch is for.
    #[arg(long, value_name = "TEXT", requires = "batch")]
    title: Option<String>,
    /// The client's id of this draft, by default that of the batch. Another list in its place needs another.
    #[arg(long, value_name = "ID", requires = "batch")]
    draft: Option<String>,
    /// Say what would happen and record nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
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
            let wrong: Vec<Wrong> = bad.errors.iter().map(Wrong::from).collect();
            return Err(refuse(arguments.json, &wrong));
        }
    };
    let batch = arguments.draft_of(&list)?;
    let books = place.books().await?;
    let outcome = carry_out(&books, arguments, acting, batch, &list).await;
    close(books).await?;
    match outcome? {
        Done::Drafted(batch) => {
            tell_batch(arguments, &list, &batch);
            Ok(())
        }
        Done::Recorded(ListOutcome::Recorded(receipts)) => {
            tell(arguments, &list, &receipts);
            Ok(())
        }
        Done::Recorded(ListOutcome::Refused(refusals)) => {
            let wrong = refusals.iter().map(|refusal| {
                let row = list.rows.get(refusal.index).map(|row| row.number);
                let column = refusal.error.field.join(".");
                let (code, message) =
                    (refusal.error.code.to_owned(), refusal.error.message.clone());
                let at = row.map_or_else(String::new, |row| format!("第{row}行 / row {row}"));
                let text = format!("{at}, {column}: {message} [{code}]");
                Wrong { row, column: Some(column), value: None, code, message, text }
            });
            Err(refuse(arguments.json, &wrong.collect::<Vec<_>>()))
        }
    }
}

/// What became of a file.
enum Done {
    Recorded(ListOutcome),
    /// It is the list of a batch.
    Drafted(Drafted),
}

/// A list as its batch has it.
struct Drafted {
    receipt: Receipt,
    digest: String,
}

impl ImportArguments {
    /// The draft of a batch that the file is to be; `None` where it is to be recorded.
    fn draft_of(&self, list: &PaymentList) -> Result<Option<DraftBatchRequest>, Failure> {
        let Some(batch) = &self.batch else { return Ok(None) };
        let id = |option: &str, text: &str| {
            let read = ClientId::parse(text);
            read.ok_or_else(|| Failure::Usage(format!("{option}: 编号无效 / not an id")))
        };
        let title = PlainName::parse(self.title.as_deref().unwrap_or_default());
        Ok(Some(DraftBatchRequest {
            id: id("--draft", self.draft.as_deref().unwrap_or(batch))?,
            batch: id("--batch", batch)?,
            title: title.map_err(|error| Failure::Usage(format!("--title: {error}")))?,
            rows: list.rows.iter().map(|row| row.request.clone()).collect(),
        }))
    }
}

async fn book_of(books: &Books, id: &str) -> Result<Arc<Book>, Failure> {
    books.book(id).await.map_err(refused)
}

async fn carry_out(
    books: &Books,
    arguments: &ImportArguments,
    acting: Acting,
    batch: Option<DraftBatchRequest>,
    list: &PaymentList,
) -> Result<Done, Failure> {
    let acting = sign_in::resume(books, acting).await?;
    let is_goods = |request: &PaymentRequest| matches!(request.aid, AidRequest::Goods { .. });
    let operation = match &batch {
        Some(_) => Operation::DraftBatch,
        None if list.rows.iter().all(|row| is_goods(&row.request)) => Operation::DisburseGoods,
        None => Operation::RecordPaymentDirectly,
    };
    let book = book_of(books, &arguments.ledger).await?;
    // A signature proves who asks; the writer asks for the role.
    if acting.key.is_none() {
        book.permit(&acting, operation).await.map_err(refused)?;
    }
    match batch {
        Some(batch) => draft(books, arguments, &acting, batch).await,
        None => record(books, arguments, &acting, list).await.map(Done::Recorded),
    }
}

async fn draft(
    books: &Books,
    arguments: &ImportArguments,
    acting: &Acting,
    request: DraftBatchRequest,
) -> Result<Done, Failure> {
    let book = book_of(books, &arguments.ledger).await?;
    let batch = book.batch_id(request.batch.as_str());
    match book.draft_batch(acting, request).await.map_err(refused)? {
        BatchOutcome::Refused(refusals) => Ok(Done::Recorded(ListOutcome::Refused(refusals))),
        BatchOutcome::Recorded(receipt) => {
            // That of this draft, also where another one has taken its place since.
            let standing = book.batch(batch).await?;
            let steps = standing.iter().flat_map(|batch| &batch.steps);
            let own = steps.filter(|(position, _)| *position == receipt.position);
            let digest = own.map(|(_, event)| event.digest().to_string()).next();
            Ok(Done::Drafted(Drafted { receipt, digest: digest.unwrap_or_default() }))
        }
    }
}

fn tell_batch(arguments: &ImportArguments, list: &PaymentList, drafted: &Drafted) {
    let (rows, total, digest) = (list.rows.len(), list.total, &drafted.digest);
    let (position, again) = (drafted.receipt.position, drafted.receipt.already_recorded);
    if arguments.json {
        println!(
            "{}",
            json!({"batch": arguments.batch, "rows": rows, "total": total.to_string(),
                   "encoding": list.encoding.to_string(), "digest": digest, "position": position,
                   "alreadyRecorded": again})
        );
        return;
    }
    println!(
        "批次制单:{rows} 笔,合计 {total} 元,尚未发放 / drafted: {rows} payments, {total} yuan in all, nothing is paid yet"
    );
    println!("digest: {digest}");
    println!("position: {position}");
}

async fn record(
    books: &Books,
    arguments: &ImportArguments,
    acting: &Acting,
    list: &PaymentList,
) -> Result<ListOutcome, Failure> {
    let book = book_of(books, &arguments.ledger).await?;
    let rows: Vec<PaymentRequest> = list.rows.iter().map(|row| row.request.clone()).collect();
    let recording = if arguments.dry_run { Recording::Rehearse } else { Recording::Record };
    let outcome = book.record_list(acting, &rows, recording).await?;
    if matches!(outcome, ListOutcome::Recorded(_)) && !arguments.dry_run {
        book.catch_up().await?;
    }
    Ok(outcome)
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
