//! What a bank answered: a file of results for payments that were released, and what it says of each.
//!
//! The file is one stream with one entry, named by its content, so the same file again changes nothing. What
//! it says of a payment stands in that payment's own stream ([`crate::payment::PaymentSettled`],
//! [`crate::payment::PaymentReturned`]), in entries of the same request that follow in the order of its lines.
//! A line that is about no payment on its way is counted and told, and stops no other.

mod command;
mod event;
#[cfg(test)]
mod tests;

use std::convert::Infallible;

use cqrs_es::Aggregate;
use serde::{Deserialize, Serialize};

use crate::decision::{Decide, handle_by_deciding};

pub use command::{BankAnswer, BankOutcome, BankResultsCommand, RecordBankResults};
pub use event::{BankResultsEvent, BankResultsRecorded};

/// One file of results.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum BankResults {
    /// The file was not seen before.
    #[default]
    Absent,
    /// It was recorded.
    Recorded(BankResultsRecorded),
}

/// How the lines of a file fared, each held against its payment ([`crate::payment::Payment::answer`]).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BankResultsFacts {
    /// Lines that settle or return a payment.
    pub answered: u32,
    /// Lines that are about no payment on its way.
    pub unmatched: u32,
}

/// A file of results is never refused: what stands recorded is the same file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct NeverRefused(#[from] Infallible);

impl crate::refusal::Refusal for NeverRefused {
    fn code(&self) -> &'static str {
        match self.0 {}
    }

    fn field(&self) -> Option<crate::refusal::FieldPath> {
        match self.0 {}
    }
}

impl Decide for BankResults {
    fn decide(
        &self,
        command: BankResultsCommand,
        facts: &BankResultsFacts,
    ) -> Result<Option<BankResultsEvent>, NeverRefused> {
        let BankResultsCommand::RecordBankResults(command) = command;
        Ok(match self {
            Self::Recorded(_) => None,
            Self::Absent => Some(BankResultsEvent::BankResultsRecorded(BankResultsRecorded {
                results: command.results,
                file: command.file,
                answered: facts.answered,
                unmatched: facts.unmatched,
            })),
        })
    }
}

impl Aggregate for BankResults {
    const TYPE: &'static str = "bank-results";
    type Command = BankResultsCommand;
    type Event = BankResultsEvent;
    type Error = NeverRefused;
    type Services = BankResultsFacts;

    handle_by_deciding!();

    fn apply(&mut self, event: Self::Event) {
        let BankResultsEvent::BankResultsRecorded(recorded) = event;
        *self = Self::Recorded(recorded);
    }
}
