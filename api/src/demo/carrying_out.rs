//! One step, through the same commands as anything else, each in the name of the officer whose task it is.

use domain::text::ListDigest;

use super::plan::{Disbursement, PaidBatch, Recovery, Step};
use super::staff::Staff;
use crate::books::{
    BankResultsOutcome, BatchOutcome, BatchStep, Book, CommandError, ListOutcome, Recording,
    RowRefusal,
};
use crate::requests::{BatchStepRequest, ClientId};

/// Carries out a step. What stands already changes nothing.
///
/// # Errors
/// The first refusal or fault, as text.
pub(super) async fn carry_out(book: &Book, staff: &Staff, step: Step) -> Result<(), String> {
    let Staff { security_administrator, maker, approver, by_hand, .. } = staff;
    let recorded = match step {
        Step::EnrolOfficer(request) => book.enrol_officer(security_administrator, request).await,
        Step::OpenFund(request) => book.open_fund(maker, request).await,
        Step::ReceiveFunds(request) => book.receive_funds(maker, request).await,
        Step::SetStandard(request) => book.set_standard(approver, request).await,
        Step::OpenStore(request) => book.open_store(approver, request).await,
        Step::ReceiveGoods(request) => book.receive_goods(by_hand, request).await,
        Step::ApproveGrants(requests) => {
            let refusals = book.approve_grants(approver, &requests).await;
            return none_of(&refusals.map_err(|fault| fault.cause().to_owned())?);
        }
        Step::Payments(rows) => {
            let outcome = book.record_list(by_hand, &rows, Recording::Record).await;
            return match outcome.map_err(|fault| fault.cause().to_owned())? {
                ListOutcome::Recorded(_) => Ok(()),
                ListOutcome::Refused(refusals) => none_of(&refusals),
            };
        }
        Step::Disburse(disbursement) => {
            return Box::pin(disburse(book, staff, *disbursement)).await;
        }
    };
    told(recorded)?;
    Ok(())
}

/// The bank's answer must stand before anything can follow from it, so all of this goes one after the other.
async fn disburse(book: &Book, staff: &Staff, disbursement: Disbursement) -> Result<(), String> {
    let Disbursement { batch, given_up, again, recoveries } = disbursement;
    Box::pin(pay_out(book, staff, batch)).await?;
    for reversal in given_up {
        told(book.reverse_payment(&staff.approver, reversal).await)?;
    }
    if let Some(again) = again {
        Box::pin(pay_out(book, staff, again)).await?;
    }
    for recovery in recoveries {
        recover(book, staff, recovery).await?;
    }
    Ok(())
}

/// Passes a batch through four hands, records what the bank says of it, and closes it.
async fn pay_out(book: &Book, staff: &Staff, batch: PaidBatch) -> Result<(), String> {
    let PaidBatch { draft, taken_back, results } = batch;
    let id = draft.batch.as_str().to_owned();
    all_of(told(book.draft_batch(&staff.maker, draft).await)?)?;
    let digest = digest_of(book, &id).await?;
    for (officer, word, step) in [
        (&staff.maker, "submitted", BatchStep::Submit(digest)),
        (&staff.reviewer, "reviewed", BatchStep::Review(digest)),
        (&staff.approver, "approved", BatchStep::Approve(digest)),
    ] {
        told(book.step_batch(officer, step_of(&id, word)?, step).await)?;
    }
    let release = step_of(&id, "released")?;
    all_of(told(book.release_batch(&staff.cashier, release, digest).await)?)?;
    for reversal in taken_back {
        told(book.reverse_payment(&staff.approver, reversal).await)?;
    }
    match told(book.record_bank_results(&staff.maker, results).await)? {
        BankResultsOutcome::Stands(results) if results.unmatched.is_empty() => {}
        _ => return Err(format!("not every line of the bank's file about {id} matched")),
    }
    let closed = step_of(&id, "closed")?;
    told(book.step_batch(&staff.reviewer, closed, BatchStep::Close(digest)).await)?;
    Ok(())
}

async fn recover(book: &Book, staff: &Staff, recovery: Recovery) -> Result<(), String> {
    let Recovery { order, receipts, waiver } = recovery;
    told(book.order_recovery(&staff.approver, order).await)?;
    for receipt in receipts {
        told(book.receive_recovery(&staff.maker, receipt).await)?;
    }
    if let Some(waiver) = waiver {
        told(book.waive_recovery(&staff.approver, waiver).await)?;
    }
    Ok(())
}

/// What those who pass the batch on confirm.
async fn digest_of(book: &Book, batch: &str) -> Result<ListDigest, String> {
    let found = book.batch(book.batch_id(batch)).await.map_err(|fault| fault.cause().to_owned())?;
    let drafted = found.as_ref().and_then(|batch| batch.state.drafted());
    drafted.map(|drafted| drafted.list.digest).ok_or_else(|| format!("{batch} was not drafted"))
}

fn step_of(batch: &str, word: &str) -> Result<BatchStepRequest, String> {
    let id = ClientId::parse(&format!("{batch}-{word}"));
    let id = id.ok_or_else(|| format!("{batch} gives no client's id"))?;
    Ok(BatchStepRequest { id, batch: batch.to_owned() })
}

fn told<T>(outcome: Result<T, CommandError>) -> Result<T, String> {
    outcome.map_err(|error| match error {
        CommandError::Refused(error) => format!("{} [{}]", error.message, error.code),
        CommandError::Fault(fault) => fault.cause().to_owned(),
    })
}

fn all_of(outcome: BatchOutcome) -> Result<(), String> {
    match outcome {
        BatchOutcome::Recorded(_) => Ok(()),
        BatchOutcome::Refused(refusals) => none_of(&refusals),
    }
}

/// No row may be refused.
fn none_of(refusals: &[RowRefusal]) -> Result<(), String> {
    refusals.first().map_or(Ok(()), |first| {
        Err(format!("{} [{}] ×{}", first.error.message, first.error.code, refusals.len()))
    })
}
