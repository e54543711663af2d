//! `bank-results`: what a bank answered for payments that were released.

use std::path::PathBuf;

use clap::Args;
use domain::rights::Operation;
use serde_json::{Value, json};

use super::wrong::{Wrong, refuse};
use super::{ActingArguments, Failure, Place, close, refused, sign_in};
use crate::bank_results_list;
use crate::books::{
    Acting, AnswerSum, AnswerSums, BankResultsOutcome, Books, LinesFared, UnmatchedLine,
};
use crate::requests::BankResultsRequest;

/// What `bank-results` takes.
#[derive(Debug, Args)]
pub(super) struct BankResultsArguments {
    /// The bank's file: CSV as UTF-8 or GB18030, with the columns payment_id 流水号, result 结果 (settled 成功 入账,
    /// returned 退回 失败, partly-paid 部分成功), amount 金额 (the part that was credited, for partly-paid), reason
    /// 原因 (for returned and partly-paid) and occurred_on 日期. The same file again changes nothing.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The bureau's books.
    #[arg(long, value_name = "ID")]
    ledger: String,
    #[command(flatten)]
    acting: ActingArguments,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(place: &Place, arguments: &BankResultsArguments) -> Result<(), Failure> {
    let acting = arguments.acting.acting()?;
    let file = std::fs::read(&arguments.file)
        .map_err(|error| Failure::Usage(format!("{}: {error}", arguments.file.display())))?;
    let list = match bank_results_list::read(&file) {
        Ok(list) => list,
        Err(bad) => {
            let wrong: Vec<Wrong> = bad.errors.iter().map(Wrong::from).collect();
            return Err(refuse(arguments.json, &wrong));
        }
    };
    let books = place.books().await?;
    let outcome = record(&books, arguments, acting, list.request).await;
    close(books).await?;
    let outcome = outcome?;
    if arguments.json {
        println!("{}", told_as_json(&outcome));
    } else {
        tell(&outcome);
    }
    Ok(())
}

async fn record(
    books: &Books,
    arguments: &BankResultsArguments,
    acting: Acting,
    request: BankResultsRequest,
) -> Result<BankResultsOutcome, Failure> {
    let acting = sign_in::resume(books, acting).await?;
    let book = books.book(&arguments.ledger).await.map_err(refused)?;
    // A signature proves who asks; the writer asks for the role.
    if acting.key.is_none() {
        book.permit(&acting, Operation::RecordBankResults).await.map_err(refused)?;
    }
    let outcome = book.record_bank_results(&acting, request).await.map_err(refused)?;
    book.catch_up().await?;
    Ok(outcome)
}

fn told_as_json(outcome: &BankResultsOutcome) -> Value {
    let sum = |sum: AnswerSum| {
        json!({"lines": sum.lines, "credited": sum.credited.to_string(),
               "returned": sum.returned.to_string()})
    };
    let unmatched = |line: &UnmatchedLine| {
        json!({"line": line.line, "row": line.row, "payment": line.payment.as_str(),
               "reason": line.reason.as_str()})
    };
    let lines = outcome.lines.as_ref().map(|LinesFared { sums, unmatched: others }| {
        json!({"settled": sum(sums.settled), "partlyPaid": sum(sums.partly_paid),
               "returned": sum(sums.returned),
               "unmatched": others.iter().map(unmatched).collect::<Vec<_>>()})
    });
    json!({"bankResults": outcome.event.results.to_string(), "answered": outcome.event.answered,
           "unmatched": outcome.event.unmatched, "position": outcome.receipt.position,
           "alreadyRecorded": outcome.receipt.already_recorded, "lines": lines})
}

fn tell(outcome: &BankResultsOutcome) {
    let (answered, unmatched) = (outcome.event.answered, outcome.event.unmatched);
    let Some(LinesFared { sums, unmatched: others }) = &outcome.lines else {
        println!(
            "此文件此前已记入,未重复记账:{answered} 行有效,{unmatched} 行未匹配 / this file was recorded before, nothing was recorded again: {answered} lines matched, {unmatched} did not"
        );
        println!("position: {}", outcome.receipt.position);
        return;
    };
    let AnswerSums { settled, partly_paid, returned } = sums;
    println!(
        "入账 {0} 笔,{1} 元 / settled: {0} payments, {1} yuan",
        settled.lines, settled.credited
    );
    println!(
        "退回 {0} 笔,{1} 元 / returned: {0} payments, {1} yuan",
        returned.lines, returned.returned
    );
    println!(
        "部分入账 {0} 笔,入账 {1} 元,退回 {2} 元 / partly paid: {0} payments, {1} yuan credited, {2} yuan returned",
        partly_paid.lines, partly_paid.credited, partly_paid.returned
    );
    println!(
        "未匹配 {unmatched} 行 / {unmatched} lines are about no payment on its way and changed nothing"
    );
    for UnmatchedLine { line, row, payment, reason } in others {
        println!(
            "第{row}行 / row {row} (line {line}), {}: {} / {}",
            payment.as_str(),
            reason.name_zh(),
            reason.as_str().replace('_', " ")
        );
    }
    println!("position: {}", outcome.receipt.position);
}
