//! `giveRole`.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::rights::Operation;

use super::{Officer, changed};
use crate::graphql::command::{Outcome, carry_out};
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::graphql::vocabulary::Role;
use crate::requests::ChangeRoleRequest;

/// A role that an officer is to hold.
#[derive(Debug, InputObject)]
pub struct GiveRoleInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the change.
    pub id: ID,
    /// The officer.
    pub officer: ID,
    /// The role.
    pub role: Role,
    /// The decision that it follows.
    pub document: String,
}

impl GiveRoleInput {
    fn read(&self, shape: &mut Shape) -> Option<ChangeRoleRequest> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let officer = shape.officer(&Place::of("officer"), &self.officer);
        let document = shape.document(&Place::of("document"), &self.document);
        let role = self.role.into();
        Some(ChangeRoleRequest { id: id?, officer: officer?, role, document: document? })
    }
}

/// What became of it.
#[derive(SimpleObject)]
pub struct GiveRolePayload {
    /// The officer; null if it was refused.
    pub officer: Option<Officer>,
    #[graphql(flatten)]
    outcome: Outcome,
}

/// Gives roles to officers.
#[derive(Debug, Default)]
pub struct GiveRole;

#[Object]
impl GiveRole {
    /// Gives a role to an officer, from the next entry on.
    async fn give_role(&self, ctx: &Context<'_>, input: GiveRoleInput) -> Answer<GiveRolePayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done = carry_out(
            ctx,
            Operation::GiveRole,
            &input.ledger,
            read,
            |book, acting, request| async move { book.change_role(&acting, true, request).await },
        )
        .await?;
        let officer = changed(&done, &input.officer).await?;
        Ok(GiveRolePayload { officer, outcome: done.outcome })
    }
}
