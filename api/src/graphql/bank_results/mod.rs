//! What banks answered for payments that were released.

mod record;

use async_graphql::{Context, ID, Object, SimpleObject};
use domain::bank_results::BankResultsRecorded;
use domain::rights::Operation;

use super::receipt::Receipt;
use super::unanswered::Answer;
use super::vocabulary::UnmatchedReason;
use super::{context, entry};
use crate::books;

pub use record::{RecordBankResults, RecordBankResultsInput, RecordBankResultsPayload};

/// A bank's file of results. What it says of a payment stands in that payment.
#[derive(Debug, Clone, SimpleObject)]
pub struct BankResults {
    /// The id of its stream, as entries show it.
    pub id: ID,
    /// How many of its lines settled or returned a payment.
    pub answered: u32,
    /// How many were about no payment on its way.
    pub unmatched: u32,
    /// The proof that it was recorded. `alreadyRecorded` is about the mutation that gave it; false where it is
    /// merely read.
    pub receipt: Receipt,
}

impl BankResults {
    fn of(event: &BankResultsRecorded, receipt: Receipt) -> Self {
        Self {
            id: ID(event.results.to_string()),
            answered: event.answered,
            unmatched: event.unmatched,
            receipt,
        }
    }
}

/// A line that is about no payment on its way. It changed nothing, and kept no other from being recorded.
#[derive(Debug, Clone, SimpleObject)]
pub struct UnmatchedLine {
    /// Which line, from 1, the header and rows without any value not counted.
    pub line: u32,
    /// The row as a spreadsheet numbers it, the header being 1.
    pub row: u64,
    /// The payment that it names.
    pub payment: ID,
    /// Why it changed nothing.
    pub reason: UnmatchedReason,
}

impl From<books::UnmatchedLine> for UnmatchedLine {
    fn from(line: books::UnmatchedLine) -> Self {
        Self {
            line: line.line,
            row: line.row,
            payment: ID(line.payment.as_str().to_owned()),
            reason: line.reason.into(),
        }
    }
}

/// Questions about what banks answered.
#[derive(Debug, Default)]
pub struct BankResultsQueries;

#[Object]
impl BankResultsQueries {
    /// Every file of results of a ledger, in the order in which they were recorded.
    async fn bank_results(&self, ctx: &Context<'_>, ledger: ID) -> Answer<Vec<BankResults>> {
        let book = context::book(ctx, Operation::ReadPayments, &ledger).await?;
        let standing = book.bank_results().await?;
        let told = standing.iter().map(|standing| {
            let receipt = entry::receipt(&standing.entry, false);
            receipt.map(|receipt| BankResults::of(&standing.event, receipt))
        });
        told.collect()
    }
}
