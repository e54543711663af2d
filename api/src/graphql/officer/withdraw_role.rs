//! `withdrawRole`.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::rights::Operation;

use super::{Officer, changed};
use crate::graphql::command::{Outcome, carry_out};
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::graphql::vocabulary::Role;
use crate::requests::ChangeRoleRequest;

/// A role that an officer is to hold no longer.
#[derive(Debug, InputObject)]
pub struct WithdrawRoleInput {
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

impl WithdrawRoleInput {
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
pub struct WithdrawRolePayload {
    /// The officer; null if it was refused.
    pub officer: Option<Officer>,
    #[graphql(flatten)]
    outcome: Outcome,
}

/// Takes roles away from officers.
#[derive(Debug, Default)]
pub struct WithdrawRole;

#[Object]
impl WithdrawRole {
    /// Takes a role away from an officer, from the next entry on. What they recorded stands.
    async fn withdraw_role(
        &self,
        ctx: &Context<'_>,
        input: WithdrawRoleInput,
    ) -> Answer<WithdrawRolePayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done = carry_out(
            ctx,
            Operation::WithdrawRole,
            &input.ledger,
            read,
            |book, acting, request| async move { book.change_role(&acting, false, request).await },
        )
        .await?;
        let officer = changed(&done, &input.officer).await?;
        Ok(WithdrawRolePayload { officer, outcome: done.outcome })
    }
}
