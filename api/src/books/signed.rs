//! Commands that arrive signed: what the officer signed is carried out, and nothing is made of it
//! here. The rest of this file holds what was signed against what lies beside the chain.

use std::collections::HashSet;

use domain::commands::AnyCommand;
use domain::decision::Decide;
use domain::events::{AnyEvent, RecordedEvent};
use domain::fund::{Fund, FundCommand};
use domain::grant::{Grant, GrantCommand};
use domain::payment::{Payment, PaymentCommand, PaymentFacts};
use domain::refusal::Refusal;
use domain::standard::{StandardCommand, Standards};
use domain::store::{Store, StoreCommand};
use ledger::Actor;
use ledger::hash::{self, Hash};
use ledger::reader;
use ledger::signed_command::{CommandRefusal, SignedCommand, Statement};
use people::PrivateDetails;
use uuid::Uuid;

use super::command_ids::{command_id, event_id, noun};
use super::commands::Asked;
use super::identify::Owner;
use super::openings::check_openings;
use super::{Book, CommandError, Fault, Receipt, UserError};

/// A signed command on its way, with what it leaves out.
#[derive(Debug, Clone)]
pub struct SignedRequest {
    /// The envelope, to the byte.
    pub envelope: Vec<u8>,
    /// What must not stand in the chain, for each command of a list in its order. What is missing at
    /// the end counts as nothing.
    pub beside: Vec<PrivateDetails>,
}

/// A command whose envelope was read.
pub(super) struct Signed {
    pub(super) actor: Actor,
    pub(super) request: Uuid,
    /// The envelope, which is kept.
    pub(super) kept: Vec<u8>,
}

impl Book {
    /// Carries out what an officer signed. The answers stand in the order of the commands; sent again,
    /// they are those of the first time.
    ///
    /// # Errors
    /// `SIGNED_COMMAND_REFUSED` where the signature, its key, its times, its checkpoint or its request
    /// are not good; otherwise as for the same command unsigned: the first refusal, or a fault.
    pub async fn submit_signed(
        &self,
        request: SignedRequest,
    ) -> Result<Vec<Receipt>, CommandError> {
        let signed = SignedCommand::read(&request.envelope);
        let signed = signed.map_err(|refusal| UserError::of_signed(&refusal))?;
        // Nothing is looked up or decided for whoever cannot sign.
        let by_officer = signed.check_signer(&*self.keys().await?);
        by_officer.map_err(|refusal| UserError::of_signed(&refusal))?;
        let statement = signed.statement();
        self.check_seen(statement).await?;
        let command = AnyCommand::parse(&statement.command)
            .map_err(|error| UserError::new("INVALID_COMMAND", &["envelope"], error.to_string()))?;
        let mut details = request.beside;
        if let Some(own) = command_id(&command) {
            if own != statement.request {
                let (expected, found) = (own, statement.request);
                let refusal = CommandRefusal::OtherRequest { expected, found };
                return Err(UserError::of_signed(&refusal).into());
            }
            details.truncate(1);
        }
        let actor = Actor::officer(&statement.officer).map_err(|error| Fault::damaged(&error))?;
        let kept = request.envelope;
        let envelope = hash::plain(&kept);
        let carried = Signed { actor, request: statement.request, kept };
        let receipts = match command {
            AnyCommand::Payment(PaymentCommand::RecordPayment(payment)) => {
                self.record_signed(carried, vec![*payment], details, false).await?
            }
            AnyCommand::Payments(list) => {
                self.record_signed(carried, list.into_payments(), details, true).await?
            }
            other => {
                let details = details.pop().unwrap_or_default();
                vec![self.carry_signed(carried, other, details).await?]
            }
        };
        self.check_standing(statement, envelope, &receipts).await?;
        Ok(receipts)
    }

    /// What stood already must have been recorded for this signed command, or for the same one that
    /// the same officer signed at another time: nobody is told that their word is kept where it is not.
    async fn check_standing(
        &self,
        statement: &Statement,
        envelope: Hash,
        receipts: &[Receipt],
    ) -> Result<(), CommandError> {
        let standing = receipts.iter().filter(|receipt| receipt.already_recorded);
        let standing: Vec<u64> = standing.map(|receipt| receipt.position).collect();
        if standing.is_empty() {
            return Ok(());
        }
        let mut connection = self.pool.acquire().await?;
        let mut good = HashSet::from([envelope]);
        for entry in reader::entries(&mut connection, &self.id, &standing).await? {
            let view =
                ledger::entry::parse(&entry.bytes).map_err(|error| Fault::damaged(&error))?;
            let Some(command) = view.command.filter(|command| !good.contains(command)) else {
                if view.command.is_some() {
                    continue;
                }
                return Err(otherwise(entry.position).into());
            };
            let kept = reader::command(&mut connection, &self.id, &command).await?;
            let kept = kept.and_then(|kept| SignedCommand::read(&kept).ok());
            let same = kept.is_some_and(|kept| {
                let kept = kept.statement();
                kept.officer == statement.officer && kept.command == statement.command
            });
            if !same {
                return Err(otherwise(entry.position).into());
            }
            good.insert(command);
        }
        Ok(())
    }

    /// The checkpoint that the officer's side verified must lie on this history: where it does not,
    /// somebody was shown another one.
    async fn check_seen(&self, statement: &Statement) -> Result<(), CommandError> {
        let seen = &statement.checkpoint;
        let refusal = if statement.ledger != self.id {
            let (expected, found) = (self.id.to_string(), statement.ledger.to_string());
            CommandRefusal::OtherLedger { expected, found }
        } else if seen.origin != self.opened().origin {
            let (expected, found) = (self.opened().origin.clone(), seen.origin.clone());
            CommandRefusal::OtherOrigin { expected, found }
        } else {
            match self.root_at(seen.size).await? {
                Some(root) if root == seen.root => return Ok(()),
                Some(_) => CommandRefusal::OtherHistory { size: seen.size },
                None => CommandRefusal::CheckpointAhead {
                    size: seen.size,
                    position: self.size().await?,
                },
            }
        };
        Err(UserError::of_signed(&refusal).into())
    }

    async fn carry_signed(
        &self,
        signed: Signed,
        command: AnyCommand,
        details: PrivateDetails,
    ) -> Result<Receipt, CommandError> {
        check_openings(&command, &details)?;
        self.check_client_id(&command, details.client_id.as_deref())?;
        match command {
            AnyCommand::Fund(command) => {
                let home = match &command {
                    FundCommand::OpenFund(_) => "id",
                    FundCommand::ReceiveFunds(_) => "fund",
                };
                let stream = command.stream_id();
                self.carry::<Fund>(signed, command, stream, (), details, Owner::Ledger, home).await
            }
            AnyCommand::Standard(command) => {
                let StandardCommand::SetStandard(_) = &command;
                let (stream, owner) = (command.stream_id(), Owner::Ledger);
                self.carry::<Standards>(signed, command, stream, (), details, owner, "programme")
                    .await
            }
            AnyCommand::Grant(command) => {
                let GrantCommand::ApproveGrant(grant) = &command;
                let household = self.known_households(&[grant.household]).await?;
                let person = self.known_persons(grant.person.as_slice()).await?;
                let owner = household.into_iter().next().map_or(Owner::Ledger, Owner::Household);
                let owner = person.into_iter().next().map_or(owner, Owner::Person);
                let stream = command.stream_id();
                self.carry::<Grant>(signed, command, stream, (), details, owner, "id").await
            }
            AnyCommand::Store(command) => {
                let home = match &command {
                    StoreCommand::OpenStore(_) => "id",
                    StoreCommand::ReceiveGoods(_) => "store",
                };
                let stream = command.stream_id();
                self.carry::<Store>(signed, command, stream, (), details, Owner::Ledger, home).await
            }
            AnyCommand::Payment(command) => {
                let (stream, facts) = (command.stream_id(), PaymentFacts::default());
                let owner = Owner::Ledger;
                self.carry::<Payment>(signed, command, stream, facts, details, owner, "payment")
                    .await
            }
            AnyCommand::Payments(_) => Err(Fault::damaged(&"a list where one command was").into()),
        }
    }

    #[allow(clippy::too_many_arguments, reason = "each is one thing that the aggregates differ in")]
    async fn carry<A>(
        &self,
        signed: Signed,
        command: A::Command,
        stream_id: String,
        facts: A::Services,
        details: PrivateDetails,
        owner: Owner,
        home: &'static str,
    ) -> Result<Receipt, CommandError>
    where
        A: Decide,
        A::Command: Clone,
        A::Event: RecordedEvent + Into<AnyEvent> + Clone,
        A::Error: Refusal,
    {
        let Signed { actor, request, kept } = signed;
        let asked = Asked::<A> { request, stream_id, command, facts, details, owner, home };
        self.carry_kept(actor, kept, asked, |event| event_id(event) == request).await
    }

    /// The client's own id must be said, or stand in the command as a code, and the command's id must be
    /// the one that stands for it, so that the same thing is not recorded under two ids.
    pub(super) fn check_client_id(
        &self,
        command: &AnyCommand,
        said: Option<&str>,
    ) -> Result<(), UserError> {
        let code = match command {
            AnyCommand::Fund(FundCommand::OpenFund(fund)) => Some(fund.code.as_str()),
            AnyCommand::Store(StoreCommand::OpenStore(store)) => Some(store.code.as_str()),
            _ => None,
        };
        let own = command_id(command);
        if said.or(code).is_none() {
            let message = "须同时给出编号 beside.id / beside.id is needed".to_owned();
            return Err(UserError::new("ID_NOT_EXCHANGED", &["beside", "id"], message));
        }
        for client_id in [said, code].into_iter().flatten() {
            if own != Some(self.uuid(noun(command), client_id)) {
                let message = format!(
                    "指令中的编号不是“{client_id}”换得的编号 / the id in the command is not the one that stands for {client_id:?}"
                );
                return Err(UserError::new("ID_NOT_EXCHANGED", &["beside", "id"], message));
            }
        }
        Ok(())
    }
}

fn otherwise(position: u64) -> UserError {
    let message = format!(
        "已记入位置 {position},但并非据此签名指令 / recorded at position {position} already, but not by this signed command"
    );
    UserError::new("RECORDED_OTHERWISE", &["envelope"], message)
}
