//! Officers: who was enrolled, and which roles they hold.

mod enrol;
mod give_role;
mod withdraw_role;

use std::sync::Arc;

use async_graphql::{Context, ID, MergedObject, Object, SimpleObject};
use domain::rights::Operation;

use super::command::Done;
use super::context;
use super::scalars::Position;
use super::unanswered::Answer;
use super::vocabulary::Role;
use crate::books::{Book, StandingOfficer};

pub use enrol::{EnrolOfficer, EnrolOfficerInput, EnrolOfficerPayload};
pub use give_role::{GiveRole, GiveRoleInput, GiveRolePayload};
pub use withdraw_role::{WithdrawRole, WithdrawRoleInput, WithdrawRolePayload};

/// An officer of the bureau.
#[derive(Debug, Clone, SimpleObject)]
pub struct Officer {
    /// The id that entries name them by.
    pub id: ID,
    /// Their name.
    pub name: Option<String>,
    /// The roles that they hold.
    pub roles: Vec<Role>,
    /// Where the enrolment stands.
    pub enrolled_at: Position,
}

impl From<StandingOfficer> for Officer {
    fn from(officer: StandingOfficer) -> Self {
        Self {
            id: ID(officer.id.to_string()),
            name: officer.name,
            roles: officer.roles.into_iter().map(Into::into).collect(),
            enrolled_at: Position(officer.position),
        }
    }
}

async fn all(book: &Arc<Book>) -> Answer<Vec<Officer>> {
    Ok(book.officers().await?.into_iter().map(Officer::from).collect())
}

/// The officer of a mutation, with that mutation taken into account; nobody where it was refused.
async fn changed(done: &Done, id: &ID) -> Answer<Option<Officer>> {
    let Some(book) = &done.book else { return Ok(None) };
    Ok(all(book).await?.into_iter().find(|officer| officer.id == *id))
}

/// Questions about officers.
#[derive(Debug, Default)]
pub struct OfficerQueries;

#[Object]
impl OfficerQueries {
    /// Every officer of a ledger, in the order in which they were enrolled.
    async fn officers(&self, ctx: &Context<'_>, ledger: ID) -> Answer<Vec<Officer>> {
        all(&context::book(ctx, Operation::ReadOfficers, &ledger).await?).await
    }
}

/// Every command about officers.
#[derive(Default, MergedObject)]
pub struct OfficerMutations(EnrolOfficer, GiveRole, WithdrawRole);
