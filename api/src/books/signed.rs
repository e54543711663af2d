//! Commands that arrive signed: what the officer signed is carried out, and nothing is made of it
//! here. The rest of this file holds what was signed against what lies beside the chain.

use std::collections::HashSet;

use domain::bank_results::BankResultsCommand;
use domain::batch::{Batch, BatchCommand};
use domain::commands::AnyCommand;
use domain::disclosure::Disclosure;
use domain::events::AnyEvent;
use domain::fund::{Fund, FundCommand};
use domain::grant::{Grant, GrantCommand};
use domain::ids::OfficerId;
use domain::officer::{Officer, OfficerCommand};
use domain::payment::{Payment, PaymentCommand};
use domain::period::Period;
use domain::person::Person;
use domain::regulation::Regulation;
use domain::rights::Operation;
use domain::standard::Standards;
use domain::store::{Store, StoreCommand};
use ledger::Actor;
use ledger::hash::{self, Hash};
use ledger::reader::{self, StoredEntry};
use ledger::signed_command::{CommandRefusal, NamedBy, SignedCommand, Statement};
use people::PrivateDetails;
use sqlx::PgConnection;
use uuid::Uuid;

use super::command_ids::{command_id, event_id, noun};
use super::commands::Asked;
use super::identify::Owner;
use super::openings::check_openings;
use super::{Author, Book, CommandError, Fault, Receipt, UserError};

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
    /// they are those of the first time, also after its key was withdrawn or its time has passed.
    ///
    /// # Errors
    /// `SIGNED_COMMAND_REFUSED` where the signature, its key, its times, its checkpoint or its request
    /// are not good; `RECORDED_OTHERWISE` where it stands already and this officer did not sign it;
    /// refusals of what lies beside it; otherwise as for the same command unsigned.
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
            if !matches!(command, AnyCommand::Batch(BatchCommand::DraftBatch(_))) {
                details.truncate(1);
            }
        }
        let officer =
            OfficerId::parse(&statement.officer).map_err(|error| Fault::damaged(&error))?;
        let actor = Actor::officer(&statement.officer).map_err(|error| Fault::damaged(&error))?;
        let kept = request.envelope;
        let envelope = hash::plain(&kept);
        // An envelope that is not good now may come from anybody who has it or its key. They are told what
        // stands by it; nothing else is decided for them, and nothing is remembered in the officer's name.
        let refusal = self.refused_now(&signed, &actor).await?;
        if let Some(refusal) = &refusal
            && !self.stands_as_signed(statement, envelope).await?
        {
            return Err(UserError::of_signed(refusal).into());
        }
        let (operation, may_sign) = (Operation::asked_by(&command), refusal.is_none());
        self.permit_signed(&officer, operation, may_sign).await?;
        let carried = Signed { actor, request: statement.request, kept };
        let receipts = match command {
            AnyCommand::Payment(PaymentCommand::RecordPayment(payment)) => {
                self.record_signed(carried, vec![*payment], details, false).await?
            }
            AnyCommand::Payments(list) => {
                self.record_signed(carried, list.into_payments(), details, true).await?
            }
            AnyCommand::Batch(BatchCommand::DraftBatch(draft)) => {
                let own = if details.is_empty() { None } else { Some(details.remove(0)) };
                let own = own.unwrap_or_default();
                vec![self.draft_signed(carried, *draft, own, details).await?]
            }
            AnyCommand::Batch(
                command @ (BatchCommand::ReleaseBatch(_) | BatchCommand::AdvanceBatch(_)),
            ) => {
                let own = details.pop().unwrap_or_default();
                vec![self.release_signed(carried, command, own).await?]
            }
            AnyCommand::BankResults(BankResultsCommand::RecordBankResults(results)) => {
                let own = details.pop().unwrap_or_default();
                vec![self.record_bank_results_signed(carried, results, own).await?]
            }
            other => {
                let details = details.pop().unwrap_or_default();
                vec![self.carry_signed(carried, other, details).await?]
            }
        };
        self.check_standing(statement, envelope, &receipts).await?;
        Ok(receipts)
    }

    /// Why no entry could name this command if it were recorded next; `None` where one could. The writer
    /// asks the same, once more, at the position that the entry gets.
    async fn refused_now(
        &self,
        signed: &SignedCommand,
        actor: &Actor,
    ) -> Result<Option<CommandRefusal>, Fault> {
        let mut connection = self.pool.acquire().await?;
        let head = reader::head(&mut connection, &self.id).await?;
        drop(connection);
        let head = head.ok_or_else(|| Fault::damaged(&"a ledger without a head"))?;
        // After the head, so that they tell of every change of keys before it.
        let keys = self.keys().await?;
        // The ledger's time does not go back with the machine's clock.
        let recorded = self.now().max(head.recorded);
        let (position, request) = (head.size, signed.statement().request);
        Ok(signed.check(&keys, &NamedBy { position, actor, request, recorded }).err())
    }

    /// Whether the request stands, and was recorded for this signed command or for the same one that the
    /// same officer signed at another time.
    async fn stands_as_signed(&self, statement: &Statement, envelope: Hash) -> Result<bool, Fault> {
        let mut connection = self.pool.acquire().await?;
        let position = reader::request(&mut connection, &self.id, statement.request).await?;
        let Some(position) = position else { return Ok(false) };
        let entry = reader::entry(&mut connection, &self.id, position).await?;
        let entry = entry.ok_or_else(|| Fault::damaged(&"a recorded request without an entry"))?;
        let mut good = HashSet::from([envelope]);
        self.recorded_for(&mut connection, &entry, statement, &mut good).await
    }

    /// Whether an entry was recorded for one of the good envelopes, or for the same command that the same
    /// officer signed at another time: then that envelope is good, too.
    async fn recorded_for(
        &self,
        connection: &mut PgConnection,
        entry: &StoredEntry,
        statement: &Statement,
        good: &mut HashSet<Hash>,
    ) -> Result<bool, Fault> {
        let view = ledger::entry::parse(&entry.bytes).map_err(|error| Fault::damaged(&error))?;
        let Some(command) = view.command else { return Ok(false) };
        if good.contains(&command) {
            return Ok(true);
        }
        let kept = reader::command(connection, &self.id, &command).await?;
        let kept = kept.and_then(|kept| SignedCommand::read(&kept).ok());
        let same = kept.is_some_and(|kept| {
            let kept = kept.statement();
            kept.officer == statement.officer && kept.command == statement.command
        });
        if same {
            good.insert(command);
        }
        Ok(same)
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
            if !self.recorded_for(&mut connection, &entry, statement, &mut good).await? {
                return Err(otherwise(entry.position).into());
            }
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
        let Signed { actor, request, kept } = signed;
        let author = Author::of_signature(actor);
        let is = |event: &AnyEvent| event_id(event) == request;
        let owner = self.owner_of(&command).await?;
        match command {
            AnyCommand::Fund(command) => {
                let home = match &command {
                    FundCommand::OpenFund(_) => "id",
                    _ => "fund",
                };
                let stream_id = command.stream_id();
                let asked = Asked { request, stream_id, command, details, owner, home };
                self.carry_kept::<Fund>(author, kept, asked, is).await
            }
            AnyCommand::Standard(command) => {
                let (stream_id, home) = (command.stream_id(), "programme");
                let asked = Asked { request, stream_id, command, details, owner, home };
                self.carry_kept::<Standards>(author, kept, asked, is).await
            }
            AnyCommand::Grant(command) => {
                let home = match &command {
                    GrantCommand::ApproveGrant(_) => "id",
                    GrantCommand::StopGrant(_) => "grant",
                };
                let stream_id = command.stream_id();
                let asked = Asked { request, stream_id, command, details, owner, home };
                self.carry_kept::<Grant>(author, kept, asked, is).await
            }
            AnyCommand::Store(command) => {
                let home = match &command {
                    StoreCommand::OpenStore(_) => "id",
                    StoreCommand::ReceiveGoods(_) => "store",
                };
                let stream_id = command.stream_id();
                let asked = Asked { request, stream_id, command, details, owner, home };
                self.carry_kept::<Store>(author, kept, asked, is).await
            }
            AnyCommand::Payment(command) => {
                let (stream_id, home) = (command.stream_id(), "payment");
                let asked = Asked { request, stream_id, command, details, owner, home };
                self.carry_kept::<Payment>(author, kept, asked, is).await
            }
            AnyCommand::Officer(command) => {
                let home = match &command {
                    OfficerCommand::EnrolOfficer(_) => "id",
                    OfficerCommand::GiveRole(_) | OfficerCommand::WithdrawRole(_) => "officer",
                };
                let stream_id = command.stream_id();
                let asked = Asked { request, stream_id, command, details, owner, home };
                self.carry_kept::<Officer>(author, kept, asked, is).await
            }
            AnyCommand::Regulation(command) => {
                let (stream_id, home) = (command.stream_id(), "id");
                let asked = Asked { request, stream_id, command, details, owner, home };
                self.carry_kept::<Regulation>(author, kept, asked, is).await
            }
            AnyCommand::Batch(command) => {
                let (stream_id, home) = (command.stream_id(), "batch");
                let asked = Asked { request, stream_id, command, details, owner, home };
                self.carry_kept::<Batch>(author, kept, asked, is).await
            }
            AnyCommand::Period(command) => {
                let (stream_id, home) = (command.stream_id(), "month");
                let asked = Asked { request, stream_id, command, details, owner, home };
                self.carry_kept::<Period>(author, kept, asked, is).await
            }
            AnyCommand::Disclosure(command) => {
                let (stream_id, home) = (command.stream_id(), "id");
                let asked = Asked { request, stream_id, command, details, owner, home };
                self.carry_kept::<Disclosure>(author, kept, asked, is).await
            }
            AnyCommand::Person(command) => {
                let (stream_id, home) = (command.stream_id(), "personNo");
                let asked = Asked { request, stream_id, command, details, owner, home };
                self.carry_kept::<Person>(author, kept, asked, is).await
            }
            AnyCommand::Payments(_) | AnyCommand::BankResults(_) => {
                Err(Fault::damaged(&"a list where one command was").into())
            }
        }
    }

    /// Whose key seals what lies beside a single command that records no payment.
    async fn owner_of(&self, command: &AnyCommand) -> Result<Owner, CommandError> {
        match command {
            AnyCommand::Grant(GrantCommand::ApproveGrant(grant)) => {
                let household = self.known_households(&[grant.household]).await?;
                let person = self.known_persons(grant.person.as_slice()).await?;
                let owner = household.into_iter().next().map_or(Owner::Ledger, Owner::Household);
                Ok(person.into_iter().next().map_or(owner, Owner::Person))
            }
            AnyCommand::Person(command) => self.owner_of_report(command.person()).await,
            _ => Ok(Owner::Ledger),
        }
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
            AnyCommand::Officer(OfficerCommand::EnrolOfficer(officer)) => {
                Some(officer.officer.as_str())
            }
            _ => None,
        };
        let own = command_id(command);
        if said.or(code).is_none() {
            let message = "须同时给出编号 beside.id / beside.id is needed".to_owned();
            return Err(UserError::new("ID_NOT_EXCHANGED", &["beside", "id"], message));
        }
        for client_id in [said, code].into_iter().flatten() {
            if own != Some(self.uuid(noun(command).as_str(), client_id)) {
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
