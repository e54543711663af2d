//! What a batch costs on its way: the list made, passed on, approved, its payments made, and what the bank
//! answers.

use domain::bank_results::BankOutcome;
use domain::ids::OfficerId;
use domain::text::{ListDigest, PlainName};
use domain::vocabulary::ReturnReason;
use ledger::hash;

use super::{KNOWN_PAYEES, LEDGER, book, now, said, template};
use crate::books::{Acting, BankResultsOutcome, BatchOutcome, BatchStep, Book, Books};
use crate::requests::{
    BankAnswerRequest, BankResultsRequest, BatchStepRequest, ClientId, DraftBatchRequest,
    PaymentRequest,
};

/// Lines of the batch.
const LINES: usize = 10_000;

/// Measures one batch whose payees are known people.
pub(super) async fn measure(books: &Books) -> Result<(), String> {
    let book = book(books, LEDGER).await?;
    let (maker, cashier) = (officer("maker")?, officer("cashier")?);
    let rows = rows()?;
    let began = now();
    let request = DraftBatchRequest {
        id: id("bench")?,
        batch: id("bench")?,
        title: PlainName::parse("bench").map_err(said)?,
        rows,
    };
    whole(book.draft_batch(&maker, request).await.map_err(said)?)?;
    let drafted = began.elapsed();
    let digest = digest(&book).await?;
    for (by, name, taken) in [
        ("maker", "submit", BatchStep::Submit(digest)),
        ("reviewer", "review", BatchStep::Review(digest)),
        ("approver", "approve", BatchStep::Approve(digest)),
    ] {
        book.step_batch(&officer(by)?, step(name)?, taken).await.map_err(said)?;
    }
    let approved = began.elapsed();
    whole(book.release_batch(&cashier, step("release")?, digest).await.map_err(said)?)?;
    let released = began.elapsed();
    let what = format!("a batch of {LINES} lines, drafted to released");
    println!("{what:<58} {:>9} ms", released.as_millis());
    let release = released.saturating_sub(approved);
    println!(
        "{:<58} {:>4} + {:>4} ms",
        "  drafting alone, releasing alone",
        drafted.as_millis(),
        release.as_millis()
    );
    let began = now();
    let answers = answers()?;
    match book.record_bank_results(&maker, answers).await.map_err(said)? {
        BankResultsOutcome::Stands(told) if told.unmatched.is_empty() => {}
        other => return Err(format!("not every line matched: {other:?}")),
    }
    let what = format!("what a bank answers for {LINES} lines");
    println!("{what:<58} {:>9} ms", began.elapsed().as_millis());
    book.catch_up().await.map_err(said)?;
    Ok(())
}

/// Of a hundred payments one comes back.
fn answers() -> Result<BankResultsRequest, String> {
    let occurred_on = template()?.occurred_on;
    let mut lines = Vec::with_capacity(LINES);
    for n in 0..LINES {
        let reason = ReturnReason::AccountClosed;
        let outcome = match n.checked_rem(100) {
            Some(0) => BankOutcome::Returned { amount_fen: None, reason },
            _ => BankOutcome::Settled { amount_fen: None },
        };
        let payment = id(&format!("batch-{n}"))?;
        let row = u64::try_from(n).map_err(said)?.saturating_add(2);
        lines.push(BankAnswerRequest { row, payment, occurred_on, outcome });
    }
    Ok(BankResultsRequest { file: hash::plain(b"bench"), lines })
}

fn rows() -> Result<Vec<PaymentRequest>, String> {
    let template = template()?;
    let mut rows = Vec::with_capacity(LINES);
    for n in 0..LINES {
        let mut row = template.clone();
        row.id = id(&format!("batch-{n}"))?;
        let payee = n.checked_rem(KNOWN_PAYEES).unwrap_or_default();
        row.recipient.household_no = Some(format!("BENCH-{payee}"));
        rows.push(row);
    }
    Ok(rows)
}

async fn digest(book: &Book) -> Result<ListDigest, String> {
    let batch = book.batch(book.batch_id("bench")).await.map_err(said)?;
    let drafted = batch.as_ref().and_then(|batch| batch.state.drafted());
    Ok(drafted.ok_or("the batch was not drafted")?.list.digest)
}

fn whole(outcome: BatchOutcome) -> Result<(), String> {
    match outcome {
        BatchOutcome::Recorded(_) => Ok(()),
        BatchOutcome::Refused(refused) => Err(format!("{} lines were refused", refused.len())),
    }
}

fn officer(name: &str) -> Result<Acting, String> {
    Ok(OfficerId::parse(&format!("bench-{name}")).map_err(said)?.into())
}

fn id(text: &str) -> Result<ClientId, String> {
    ClientId::parse(text).ok_or_else(|| "an id".to_owned())
}

fn step(name: &str) -> Result<BatchStepRequest, String> {
    Ok(BatchStepRequest { id: id(&format!("bench-{name}"))?, batch: "bench".to_owned() })
}
