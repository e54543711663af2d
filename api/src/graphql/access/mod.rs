//! Who signed in and who was refused; how an officer comes to a password, and a program to a key.

mod issue_set_up_code;
mod program_keys;

use async_graphql::connection::{
    Connection, ConnectionNameType, DefaultEdgeName, Edge, EmptyFields,
};
use async_graphql::{Context, Enum, ID, Object, OutputType, SimpleObject};
use domain::rights::Operation;

use super::context;
use super::paging::{Cursor, Page, complexity};
use super::scalars::DateTime;
use super::unanswered::Answer;
use super::user_error::UserError;
use crate::books::UserError as Refusal;
use crate::sign_in::{self, access_log};

pub use issue_set_up_code::{IssueSetUpCode, IssueSetUpCodeInput, IssueSetUpCodePayload};
pub use program_keys::{
    IssueProgramKeyInput, ProgramKey, ProgramKeyMutations, ProgramKeyPayload, ProgramKeyQueries,
    RevokeProgramKeyInput,
};

/// Refuses to make anybody known where nobody need be: it would last until somebody must.
async fn check_required(ctx: &Context<'_>, ledger: &str) -> Answer<Result<(), Vec<UserError>>> {
    // Asked before the right: from then on the right is asked of somebody who is signed in.
    if context::open_book(ctx, ledger).await?.officers_required().await? {
        return Ok(Ok(()));
    }
    let message = "账本尚未要求人员分工,不得在此发放;设置码请在数据目录上用 mingzhang set-up-code 发放 / the ledger does not require officers yet, so none is given out here: use mingzhang set-up-code on the data directory";
    let refusal = Refusal::new("OFFICERS_NOT_REQUIRED", &["ledger"], message.to_owned());
    Ok(Err(vec![refusal.into()]))
}

/// Something that somebody did or tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "sign_in::Act")]
pub enum AccessAct {
    /// Signed in.
    SignedIn,
    /// Signed out.
    SignedOut,
    /// Named an officer and gave no password of theirs.
    Refused,
    /// Tried while attempts were put off.
    LockedOut,
    /// Gave out a set-up code.
    CodeIssued,
    /// Showed a code that is none.
    CodeRefused,
    /// Set a password.
    PasswordSet,
    /// Asked for something that none of their roles allows, or that their key is not for.
    NotPermitted,
    /// Gave out a program's key.
    KeyIssued,
    /// Ended a program's key.
    KeyRevoked,
    /// Took a device into use that makes one-time passwords.
    OneTimePasswordSet,
    /// Gave the password and was asked for a one-time password.
    OneTimePasswordAsked,
}

/// A line of the access log.
#[derive(Debug, Clone, SimpleObject)]
pub struct AccessRecord {
    /// Counts from 1 in each ledger, without a gap.
    pub number: u64,
    /// When.
    pub at: DateTime,
    /// The id of whoever tried.
    pub officer: ID,
    /// What happened.
    pub act: AccessAct,
    /// What was refused; whom a code or a key was for.
    pub operation: Option<String>,
}

impl From<sign_in::AccessRecord> for AccessRecord {
    fn from(record: sign_in::AccessRecord) -> Self {
        Self {
            number: record.number,
            at: DateTime(record.at),
            officer: ID(record.officer),
            act: record.act.into(),
            operation: record.operation,
        }
    }
}

/// Names the connection after the question and not after its nodes.
pub struct AccessLogConnection;

impl ConnectionNameType for AccessLogConnection {
    fn type_name<T: OutputType>() -> String {
        "AccessLogConnection".to_owned()
    }
}

type Records = Connection<
    Cursor,
    AccessRecord,
    EmptyFields,
    EmptyFields,
    AccessLogConnection,
    DefaultEdgeName,
>;

/// Questions about access.
#[derive(Debug, Default)]
pub struct AccessQueries;

#[Object]
impl AccessQueries {
    /// Who signed in, who was refused and who gave out set-up codes, the latest first; 20 a page unless
    /// `first` says otherwise, at most 1,000. For the audit administrator and for inspectors.
    #[graphql(complexity = "complexity(first, child_complexity)")]
    async fn access_log(
        &self,
        ctx: &Context<'_>,
        ledger: ID,
        first: Option<i32>,
        after: Option<String>,
    ) -> Answer<Records> {
        let book = context::book(ctx, Operation::ReadAccessLog, &ledger).await?;
        let page = Page::read(first, after.as_deref())?;
        let (records, more) = access_log::page(&book, page.first, page.after).await?;
        let mut connection = Connection::new(page.after.is_some(), more);
        for record in records {
            connection.edges.push(Edge::new(Cursor(record.number), record.into()));
        }
        Ok(connection)
    }
}
