//! What a command to one stream rests on besides that stream.

use std::sync::Arc;

use cqrs_es::Aggregate;
use domain::batch::{Batch, BatchCommand, BatchFacts};
use domain::fund::{Fund, FundCommand, FundFacts};
use domain::grant::{Grant, GrantCommand};
use domain::officer::{Officer, OfficerCommand};
use domain::payment::{Payment, PaymentCommand, PaymentFacts};
use domain::regulation::{APPROVALS, Regulation, RegulationCommand};
use domain::standard::{StandardCommand, Standards};
use domain::store::{Store, StoreCommand};

use super::{Book, Fault};

/// An aggregate that is asked one command at a time.
pub(super) trait RestsOn: Aggregate {
    /// The id of the stream that decides the command.
    fn stream(command: &Self::Command) -> String;

    /// What other streams say now. Asked again each time the command is decided again.
    fn facts(
        book: &Book,
        command: &Self::Command,
    ) -> impl Future<Output = Result<Self::Services, Fault>> + Send;
}

macro_rules! rests_on_itself {
    ($($aggregate:ty: $command:ty),*) => {$(
        impl RestsOn for $aggregate {
            fn stream(command: &$command) -> String {
                command.stream_id()
            }

            async fn facts(_: &Book, _: &$command) -> Result<Self::Services, Fault> {
                Ok(Self::Services::default())
            }
        }
    )*};
}
rests_on_itself!(
    Standards: StandardCommand,
    Grant: GrantCommand,
    Store: StoreCommand,
    Officer: OfficerCommand,
    Regulation: RegulationCommand
);

impl RestsOn for Payment {
    fn stream(command: &PaymentCommand) -> String {
        command.stream_id()
    }

    /// Only reversals and recoveries come alone, and need nothing; payments are decided as lists.
    async fn facts(_: &Book, _: &PaymentCommand) -> Result<PaymentFacts, Fault> {
        Ok(PaymentFacts::default())
    }
}

impl RestsOn for Fund {
    fn stream(command: &FundCommand) -> String {
        command.stream_id()
    }

    /// What is read of another fund never changes.
    async fn facts(book: &Book, command: &FundCommand) -> Result<FundFacts, Fault> {
        match command {
            FundCommand::TransferFunds(transfer) => {
                Ok(FundFacts { to: book.load_fund(transfer.to).await? })
            }
            _ => Ok(FundFacts::default()),
        }
    }
}

impl RestsOn for Batch {
    fn stream(command: &BatchCommand) -> String {
        command.stream_id()
    }

    /// Of the steps that need no lines only a submission asks.
    async fn facts(book: &Book, command: &BatchCommand) -> Result<BatchFacts, Fault> {
        let BatchCommand::SubmitBatch(_) = command else { return Ok(BatchFacts::default()) };
        let loaded = book.store.load::<Regulation>(APPROVALS).await;
        let loaded = loaded.map_err(|error| Fault::database(&error))?;
        Ok(BatchFacts {
            digest: None,
            approvals: Arc::new(loaded.aggregate),
            approvals_sequence: loaded.sequence,
        })
    }
}
