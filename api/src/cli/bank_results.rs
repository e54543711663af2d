//! `bank-results`: what a bank answered for payments that were released.

use std::path::PathBuf;

use clap::Args;
use domain::personal_data;
use domain::rights::Operation;
use serde_json::{Value, json};

use super::wrong::{Wrong, refuse};
use super::{ActingArguments, Failure, Place, close, refused, sign_in};
use crate::bank_results_list;
use crate::books::{
    Acting, AnswerSum, AnswerSums, BankResultsOutcome, Books, ToldResults, UnmatchedLine, UserError,
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
    match outcome? {
        BankResultsOutcome::Stands(told) if arguments.json => {
            println!("{}", told_as_json(&told));
            Ok(())
        }
        BankResultsOutcome::Stands(told) => {
            tell(&told);
            Ok(())
        }
        BankResultsOutcome::NothingMatched(lines) => {
            if arguments.json {
                println!("{}", json!({"answered": 0, "unmatched": lines_as_json(&lines)}));
            } else {
                tell_unmatched(&lines);
            }
            Err(Failure::Refused(UserError::nothing_matched().message))
        }
    }
}

async fn record(
    books: &Books,
    arguments: &BankResultsArguments,
    acting: Acting,
    request: BankResultsRequest,
) -> Result<BankResultsOutcome, Failure> {
    let acting = sign_in::resume(books, acting).await?;
    let book = books.book(&arguments.ledger).await.map_err(refused)?;
    // A signature proves who asks, and what did not match is told before the writer could ask for the role.
    if acting.key.is_none() {
        book.permit(&acting, Operation::RecordBankResults).await.map_err(refused)?;
    } else {
        book.permit_signed(&acting.officer, Operation::RecordBankResults, true)
            .await
            .map_err(refused)?;
    }
    book.record_bank_results(&acting, request).await.map_err(refused)
}

/// The id as it may be shown: whoever mixed up two columns of the file may have put a number there.
fn shown(line: &UnmatchedLine) -> &str {
    let payment = line.payment.as_str();
    if personal_data::find(payment).is_some() { "***" } else { payment }
}

fn lines_as_json(lines: &[UnmatchedLine]) -> Value {
    let line = |line: &UnmatchedLine| {
        json!({"line": line.line, "row": line.row, "payment": shown(line),
               "reason": line.reason.as_str().to_uppercase()})
    };
    lines.iter().map(line).collect()
}

fn told_as_json(told: &ToldResults) -> Value {
    let sum = |sum: AnswerSum| {
        json!({"lines": sum.lines, "credited": sum.credited.to_string(),
               "returned": sum.returned.to_string()})
    };
    let sums = told.sums.map(|sums| {
        json!({"settled": sum(sums.settled), "partlyPaid": sum(sums.partly_paid),
               "returned": sum(sums.returned)})
    });
    json!({"bankResults": told.event.results.to_string(), "answered": told.event.answered,
           "position": told.receipt.position, "alreadyRecorded": told.receipt.already_recorded,
           "sums": sums, "unmatched": lines_as_json(&told.unmatched)})
}

fn tell(told: &ToldResults) {
    match told.sums {
        None => {
            let answered = told.event.answered;
            println!(
                "此文件此前已记入,未重复记账:{answered} 行有效 / this file was recorded before, nothing was recorded again: {answered} lines matched"
            );
        }
        Some(AnswerSums { settled, partly_paid, returned }) => {
            println!(
                "入账 {0} 行,{1} 元 / settled: {0} lines, {1} yuan",
                settled.lines, settled.credited
            );
            println!(
                "退回 {0} 行,{1} 元 / returned: {0} lines, {1} yuan",
                returned.lines, returned.returned
            );
            println!(
                "部分入账 {0} 行,入账 {1} 元,退回 {2} 元 / partly paid: {0} lines, {1} yuan credited, {2} yuan returned",
                partly_paid.lines, partly_paid.credited, partly_paid.returned
            );
        }
    }
    tell_unmatched(&told.unmatched);
    println!("position: {}", told.receipt.position);
}

fn tell_unmatched(lines: &[UnmatchedLine]) {
    let unmatched = lines.len();
    println!(
        "未匹配 {unmatched} 行 / {unmatched} lines are about no payment on its way and changed nothing"
    );
    for line in lines {
        let UnmatchedLine { line: number, row, reason, .. } = line;
        println!(
            "第{row}行 / row {row} (line {number}), {}: {} / {}",
            shown(line),
            reason.name_zh(),
            reason.as_str().replace('_', " ")
        );
    }
}
