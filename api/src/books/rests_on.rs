//! What a command to one stream rests on besides that stream.

use std::fmt::Display;
use std::sync::Arc;

use cqrs_es::Aggregate;
use domain::batch::{Batch, BatchCommand, BatchFacts};
use domain::disclosure::{DisclosedSubject, Disclosure, DisclosureCommand, DisclosureFacts};
use domain::fund::{Fund, FundCommand, FundFacts};
use domain::grant::{Grant, GrantCommand};
use domain::officer::{Officer, OfficerCommand};
use domain::payment::{Payment, PaymentCommand, PaymentFacts};
use domain::period::{Period, PeriodCommand};
use domain::person::{Person, PersonCommand};
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
    Regulation: RegulationCommand,
    Period: PeriodCommand,
    Person: PersonCommand
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

    /// Of the steps that need no lines a submission asks how many must approve, and a closing for how many of
    /// its payments no bank has answered.
    async fn facts(book: &Book, command: &BatchCommand) -> Result<BatchFacts, Fault> {
        match command {
            BatchCommand::SubmitBatch(_) => {
                let loaded = book.store.load::<Regulation>(APPROVALS).await;
                let loaded = loaded.map_err(|error| Fault::database(&error))?;
                Ok(BatchFacts {
                    approvals: Arc::new(loaded.aggregate),
                    approvals_sequence: loaded.sequence,
                    ..BatchFacts::default()
                })
            }
            BatchCommand::CloseBatch(command) => {
                let unanswered = book.unanswered_lines(command.batch).await?;
                Ok(BatchFacts { unanswered, ..BatchFacts::default() })
            }
            _ => Ok(BatchFacts::default()),
        }
    }
}

impl RestsOn for Disclosure {
    fn stream(command: &DisclosureCommand) -> String {
        command.stream_id()
    }

    /// A payment that was recorded once stays; of a batch it is the list that stands now.
    async fn facts(book: &Book, command: &DisclosureCommand) -> Result<DisclosureFacts, Fault> {
        let DisclosureCommand::DisclosePersonalData(command) = command;
        let exists = match command.subject {
            DisclosedSubject::Payment(payment) => sequence::<Payment>(book, payment).await? > 0,
            DisclosedSubject::Batch(list) => {
                book.standing_list(list.batch).await? == Some(list.digest)
            }
        };
        Ok(DisclosureFacts { exists })
    }
}

/// How many entries a stream has; 0 where nothing was recorded under the id.
async fn sequence<A: Aggregate>(book: &Book, id: impl Display) -> Result<u64, Fault> {
    let loaded = book.store.load::<A>(&id.to_string()).await;
    Ok(loaded.map_err(|error| Fault::database(&error))?.sequence)
}
