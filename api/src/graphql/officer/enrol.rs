//! `enrolOfficer`.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::rights::Operation;

use super::{Officer, changed};
use crate::graphql::command::{Outcome, carry_out};
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::graphql::vocabulary::Role;
use crate::requests::EnrolOfficerRequest;

/// An officer to be enrolled.
#[derive(Debug, InputObject)]
pub struct EnrolOfficerInput {
    /// The ledger.
    pub ledger: ID,
    /// The officer's id, an opaque one: it stands in every entry that they record.
    pub id: ID,
    /// Their name, which is kept beside the chain.
    pub name: String,
    /// The roles to begin with.
    pub roles: Vec<Role>,
}

impl EnrolOfficerInput {
    fn read(&self, shape: &mut Shape) -> Option<EnrolOfficerRequest> {
        let officer = shape.officer(&Place::of("id"), &self.id);
        let name = shape.free_text(&Place::of("name"), &self.name);
        let roles = self.roles.iter().copied().map(Into::into).collect();
        Some(EnrolOfficerRequest { officer: officer?, name: name?, roles })
    }
}

/// What became of it.
#[derive(SimpleObject)]
pub struct EnrolOfficerPayload {
    /// The officer; null if it was refused.
    pub officer: Option<Officer>,
    #[graphql(flatten)]
    outcome: Outcome,
}

/// Enrols officers.
#[derive(Debug, Default)]
pub struct EnrolOfficer;

#[Object]
impl EnrolOfficer {
    /// Enrols an officer with the roles to begin with, of which none may exclude another.
    async fn enrol_officer(
        &self,
        ctx: &Context<'_>,
        input: EnrolOfficerInput,
    ) -> Answer<EnrolOfficerPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done = carry_out(
            ctx,
            Operation::EnrolOfficer,
            &input.ledger,
            read,
            |book, acting, request| async move { book.enrol_officer(&acting, request).await },
        )
        .await?;
        Ok(EnrolOfficerPayload { officer: changed(&done, &input.id).await?, outcome: done.outcome })
    }
}
