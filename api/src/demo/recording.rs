//! Recording a plan's steps through the same commands as anything else.

use std::collections::VecDeque;
use std::sync::Arc;

use domain::ids::OfficerId;
use tokio::task::JoinHandle;

use super::DemoError;
use super::plan::Step;
use crate::books::{Book, CommandError, Fault, ListOutcome, Receipt, Recording, RowRefusal};

/// Lists that are decided while others are being committed.
const LISTS_UNDER_WAY: usize = 2;

type UnderWay = VecDeque<(u64, JoinHandle<Result<ListOutcome, Fault>>)>;

/// Records every step in order; consecutive lists overlap, one is decided while another commits.
/// `progress` is told how many entries were added. Steps that stand already change nothing.
///
/// # Errors
/// The first refusal or fault, as text: none is expected.
pub async fn record(
    book: &Arc<Book>,
    officer: &OfficerId,
    steps: impl Iterator<Item = Result<Step, DemoError>>,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<(), String> {
    let mut under_way = UnderWay::new();
    for step in steps {
        let step = step.map_err(|error| error.to_string())?;
        let entries = u64::try_from(step.entries()).unwrap_or_default();
        match step {
            Step::Payments(rows) => {
                while under_way.len() >= LISTS_UNDER_WAY {
                    finish_first(&mut under_way, progress).await?;
                }
                let (book, officer) = (book.clone(), officer.clone());
                let list = tokio::spawn(async move {
                    book.record_list(&officer, &rows, Recording::Record).await
                });
                under_way.push_back((entries, list));
            }
            other => {
                while !under_way.is_empty() {
                    finish_first(&mut under_way, progress).await?;
                }
                carry_out(book, officer, other).await?;
                progress(entries);
            }
        }
    }
    while !under_way.is_empty() {
        finish_first(&mut under_way, progress).await?;
    }
    Ok(())
}

async fn finish_first(
    under_way: &mut UnderWay,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<(), String> {
    let Some((entries, list)) = under_way.pop_front() else {
        return Ok(());
    };
    let outcome = list.await.map_err(|error| error.to_string())?;
    let outcome = outcome.map_err(|fault| fault.cause().to_owned())?;
    progress(entries);
    match outcome {
        ListOutcome::Recorded(_) => Ok(()),
        ListOutcome::Refused(refusals) => refused(&refusals),
    }
}

fn refused(refusals: &[RowRefusal]) -> Result<(), String> {
    refusals.first().map_or(Ok(()), |first| {
        Err(format!("{} [{}] ×{}", first.error.message, first.error.code, refusals.len()))
    })
}

async fn carry_out(book: &Book, officer: &OfficerId, step: Step) -> Result<(), String> {
    let recorded: Result<Receipt, CommandError> = match step {
        Step::OpenFund(request) => book.open_fund(officer, request).await,
        Step::SetStandard(request) => book.set_standard(officer, request).await,
        Step::OpenStore(request) => book.open_store(officer, request).await,
        Step::ReceiveFunds(request) => book.receive_funds(officer, request).await,
        Step::ReceiveGoods(request) => book.receive_goods(officer, request).await,
        Step::ReversePayment(request) => book.reverse_payment(officer, request).await,
        Step::ApproveGrants(requests) => {
            let refusals = book.approve_grants(officer, &requests).await;
            return refused(&refusals.map_err(|fault| fault.cause().to_owned())?);
        }
        Step::Payments(rows) => {
            let outcome = book.record_list(officer, &rows, Recording::Record).await;
            return match outcome.map_err(|fault| fault.cause().to_owned())? {
                ListOutcome::Recorded(_) => Ok(()),
                ListOutcome::Refused(refusals) => refused(&refusals),
            };
        }
    };
    match recorded {
        Ok(_) => Ok(()),
        Err(CommandError::Refused(error)) => Err(format!("{} [{}]", error.message, error.code)),
        Err(CommandError::Fault(fault)) => Err(fault.cause().to_owned()),
    }
}
