//! `issueProgramKey`, `revokeProgramKey`, `programKeys`.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use domain::rights;

use super::check_required;
use crate::books::CommandError;
use crate::graphql::command::read_input;
use crate::graphql::context;
use crate::graphql::scalars::DateTime;
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::graphql::user_error::UserError;
use crate::sign_in::StandingKey;
use crate::sign_in::program_key::{self, KeyRequest};

/// A key by which a program asks.
#[derive(Debug, Clone, SimpleObject)]
pub struct ProgramKey {
    /// The part by which people tell keys apart.
    pub prefix: ID,
    /// In whose name it asks.
    pub officer: ID,
    /// What may be done with it, as far as the officer's roles allow it too.
    pub operations: Vec<Operation>,
    /// When it was given out.
    pub issued_at: DateTime,
    /// From then on it is good for nothing.
    pub expires_at: DateTime,
    /// When it was used last, to the minute.
    pub used_at: Option<DateTime>,
    /// When it was ended before its time.
    pub revoked_at: Option<DateTime>,
}

impl From<StandingKey> for ProgramKey {
    fn from(key: StandingKey) -> Self {
        Self {
            prefix: ID(key.prefix),
            officer: ID(key.officer.to_string()),
            operations: key.operations.into_iter().map(Into::into).collect(),
            issued_at: DateTime(key.issued),
            expires_at: DateTime(key.expires),
            used_at: key.used.map(DateTime),
            revoked_at: key.revoked.map(DateTime),
        }
    }
}

/// A program that is to ask by a key.
#[derive(Debug, InputObject)]
pub struct IssueProgramKeyInput {
    /// The ledger.
    pub ledger: ID,
    /// The officer that the program was enrolled as; no person's.
    pub officer: ID,
    /// For what; at least one.
    pub operations: Vec<Operation>,
    /// For how many days, at most 366.
    pub days: u16,
}

/// A key that is to end.
#[derive(Debug, InputObject)]
pub struct RevokeProgramKeyInput {
    /// The ledger.
    pub ledger: ID,
    /// The key's prefix.
    pub prefix: ID,
}

/// What became of it.
#[derive(Debug, Default, SimpleObject)]
pub struct ProgramKeyPayload {
    /// What stands of the key; null if it was refused.
    pub program_key: Option<ProgramKey>,
    /// The key itself, which is shown this once, when it is given out.
    pub secret: Option<String>,
    /// Why it was refused.
    pub user_errors: Vec<UserError>,
}

impl ProgramKeyPayload {
    fn refused(user_errors: Vec<UserError>) -> Self {
        Self { user_errors, ..Self::default() }
    }

    fn of(done: Result<(StandingKey, Option<String>), CommandError>) -> Answer<Self> {
        match done {
            Ok((key, secret)) => {
                Ok(Self { program_key: Some(key.into()), secret, user_errors: Vec::new() })
            }
            Err(CommandError::Refused(refusal)) => Ok(Self::refused(vec![refusal.into()])),
            Err(CommandError::Fault(fault)) => Err(fault.into()),
        }
    }
}

/// Commands about programs' keys.
#[derive(Debug, Default)]
pub struct ProgramKeyMutations;

#[Object]
impl ProgramKeyMutations {
    /// Gives out a key by which a program asks in the name of an officer who is no person.
    async fn issue_program_key(
        &self,
        ctx: &Context<'_>,
        input: IssueProgramKeyInput,
    ) -> Answer<ProgramKeyPayload> {
        if let Err(refusals) = check_required(ctx, &input.ledger).await? {
            return Ok(ProgramKeyPayload::refused(refusals));
        }
        let read = |shape: &mut Shape| shape.officer(&Place::of("officer"), &input.officer);
        let operation = Some(rights::Operation::ManageProgramKeys);
        let (book, officer) = match read_input(ctx, operation, &input.ledger, read).await? {
            Ok(ready) => ready,
            Err(refusals) => return Ok(ProgramKeyPayload::refused(refusals)),
        };
        let operations = input.operations.into_iter().map(Into::into).collect();
        let request = KeyRequest { officer, operations, days: input.days };
        let by = context::acting(ctx)?.officer;
        let issued = program_key::issue(&book, &by, request).await;
        ProgramKeyPayload::of(issued.map(|(key, secret)| (key, Some(secret.as_str().to_owned()))))
    }

    /// Ends a program's key at once.
    async fn revoke_program_key(
        &self,
        ctx: &Context<'_>,
        input: RevokeProgramKeyInput,
    ) -> Answer<ProgramKeyPayload> {
        let operation = Some(rights::Operation::ManageProgramKeys);
        let (book, ()) = match read_input(ctx, operation, &input.ledger, |_| Some(())).await? {
            Ok(ready) => ready,
            Err(refusals) => return Ok(ProgramKeyPayload::refused(refusals)),
        };
        let by = context::acting(ctx)?.officer;
        let revoked = program_key::revoke(&book, &by, &input.prefix).await;
        ProgramKeyPayload::of(revoked.map(|key| (key, None)))
    }
}

/// Questions about programs' keys.
#[derive(Debug, Default)]
pub struct ProgramKeyQueries;

#[Object]
impl ProgramKeyQueries {
    /// Every key that was ever given out to a program, the oldest first.
    async fn program_keys(&self, ctx: &Context<'_>, ledger: ID) -> Answer<Vec<ProgramKey>> {
        let book = context::book(ctx, rights::Operation::ReadOfficers, &ledger).await?;
        Ok(program_key::all(&book).await?.into_iter().map(Into::into).collect())
    }
}

/// Something that only some officers may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "rights::Operation")]
pub enum Operation {
    /// Open a fund.
    OpenFund,
    /// Record what a fund held when its books began.
    RecordOpeningBalance,
    /// Record money that came in.
    ReceiveFunds,
    /// Move money from one fund to another.
    TransferFunds,
    /// Hand surplus back.
    RemitSurplus,
    /// Put a standard in force.
    SetStandard,
    /// Approve a grant.
    ApproveGrant,
    /// Stop a grant.
    StopGrant,
    /// Make the list of a batch.
    DraftBatch,
    /// Hand a batch over for review.
    SubmitBatch,
    /// Check facts and amounts of a batch.
    ReviewBatch,
    /// Approve a batch.
    ApproveBatch,
    /// Let the money of a batch go.
    ReleaseBatch,
    /// Give a batch back to its maker.
    SendBackBatch,
    /// Give a batch up.
    CancelBatch,
    /// In an emergency, let the money of a batch go before its papers are complete.
    AdvanceBatch,
    /// Check the papers of an advance.
    ReviewPapers,
    /// Confirm an advance whose papers were checked.
    CompletePapers,
    /// Close a batch for which a bank has answered.
    CloseBatch,
    /// Record what a bank answered for payments that were released.
    RecordBankResults,
    /// Say how many officers must approve which sum.
    SetApprovalBands,
    /// Record a payment of money by itself, outside a batch.
    RecordPaymentDirectly,
    /// Reverse a payment.
    ReversePayment,
    /// Ask back what should not have been paid.
    OrderRecovery,
    /// Record what came in of it.
    ReceiveRecovery,
    /// Give up what does not come in.
    WaiveRecovery,
    /// Report that a recipient died.
    ReportDeath,
    /// Withdraw the report of a death.
    WithdrawDeathReport,
    /// Ask to close a month of the books.
    ProposeClosing,
    /// Close a month, as another officer proposed.
    ClosePeriod,
    /// Ask to open a closed month again.
    ProposeReopening,
    /// Open a month again, as another officer proposed.
    ReopenPeriod,
    /// Take back what was proposed about a month.
    WithdrawProposal,
    /// Open a charity supermarket.
    OpenStore,
    /// Book goods into a charity supermarket.
    ReceiveGoods,
    /// Hand goods out.
    DisburseGoods,
    /// Enrol an officer.
    EnrolOfficer,
    /// Give a role to an officer.
    GiveRole,
    /// Withdraw a role from an officer.
    WithdrawRole,
    /// Set whether officers are required.
    RequireOfficers,
    /// Give an officer the code with which they set their password.
    IssueSetUpCode,
    /// Give out the keys by which programs ask, and end them.
    ManageProgramKeys,
    /// Register persons, households and accounts to name them in a command.
    IdentifyPersons,
    /// Learn the ids by which a command that is to be signed names steps, payments and the like.
    ExchangeIds,
    /// Ask for totals, funds, stores and their goods. Nobody is named there.
    ReadTotals,
    /// Look at payments and batches, and whom they are for.
    ReadPayments,
    /// See who stands behind a payment or a batch, unmasked: a look that is recorded.
    DisclosePersonalData,
    /// Look at entries, and at everything that touches a payment, a fund or an officer.
    ReadEntries,
    /// Read the reasons that lie beside entries: of a reversal, a recovery, a look at personal data.
    ReadReasons,
    /// See who is enrolled, with which roles.
    ReadOfficers,
    /// See who signed in and who was refused.
    ReadAccessLog,
}
