//! `recordBankResults`.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::rights::Operation;

use super::{BankResults, UnmatchedLine};
use crate::bank_results_list;
use crate::books::{BankResultsOutcome, CommandError, UserError};
use crate::graphql::command::{Outcome, carry_out};
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::requests::BankResultsRequest;

/// What a bank answered. It has no id of the client's: the same file is the same command.
#[derive(Debug, InputObject)]
pub struct RecordBankResultsInput {
    /// The ledger.
    pub ledger: ID,
    /// The file as CSV. Columns, in English or Chinese: `payment_id` 流水号, `result` 结果 (`settled` 成功 入账,
    /// `returned` 退回 失败, `partly-paid` 部分成功), `amount` 金额 (the part that was credited, for `partly-paid`;
    /// else the whole amount, and not needed), `reason` 原因 (for `returned` and `partly-paid`),
    /// `occurred_on` 日期.
    pub file: String,
}

impl RecordBankResultsInput {
    fn read(&self, shape: &mut Shape) -> Option<BankResultsRequest> {
        let list = bank_results_list::read(self.file.as_bytes());
        let list = list.map_err(|bad| shape.refuse_rows(&Place::of("file"), &bad.errors));
        Some(list.ok()?.request)
    }
}

/// What became of it.
#[derive(Debug, SimpleObject)]
pub struct RecordBankResultsPayload {
    /// The file as it stands; null if it was refused.
    pub bank_results: Option<BankResults>,
    /// The lines that are about no payment on its way; where the file was recorded before, with what is in their
    /// way now. Where there is no other line, nothing is recorded (`NOTHING_MATCHED`).
    pub unmatched: Vec<UnmatchedLine>,
    #[graphql(flatten)]
    outcome: Outcome,
}

/// Records what banks answer.
#[derive(Debug, Default)]
pub struct RecordBankResults;

#[Object]
impl RecordBankResults {
    /// Records what a bank's file says of payments that were released: what was credited is settled, what came
    /// back is in its fund again. Nothing is recorded unless every row can be read; what is wrong is told by its
    /// row and column. A line about no payment on its way stops nothing. The same file again changes nothing.
    async fn record_bank_results(
        &self,
        ctx: &Context<'_>,
        input: RecordBankResultsInput,
    ) -> Answer<RecordBankResultsPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let (mut recorded, mut unmatched) = (None, Vec::new());
        let (stands, others) = (&mut recorded, &mut unmatched);
        let done = carry_out(
            ctx,
            Operation::RecordBankResults,
            &input.ledger,
            read,
            move |book, acting, request| async move {
                match book.record_bank_results(&acting, request).await? {
                    BankResultsOutcome::Stands(told) => {
                        *stands = Some((told.event, told.receipt));
                        *others = told.unmatched;
                        Ok(told.receipt)
                    }
                    BankResultsOutcome::NothingMatched(lines) => {
                        *others = lines;
                        Err(CommandError::from(UserError::nothing_matched()))
                    }
                }
            },
        )
        .await?;
        let bank_results = recorded.map(|(event, receipt)| BankResults::of(&event, receipt.into()));
        let unmatched = unmatched.into_iter().map(Into::into).collect();
        Ok(RecordBankResultsPayload { bank_results, unmatched, outcome: done.outcome })
    }
}
