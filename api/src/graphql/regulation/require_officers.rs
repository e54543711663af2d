//! `requireOfficers`.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::rights::Operation;

use crate::graphql::command::{Outcome, carry_out};
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::requests::RequireOfficersRequest;

/// Whether officers are required.
#[derive(Debug, InputObject)]
pub struct RequireOfficersInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of it.
    pub id: ID,
    /// Whether they are.
    pub required: bool,
    /// The document that says so.
    pub document: String,
}

impl RequireOfficersInput {
    fn read(&self, shape: &mut Shape) -> Option<RequireOfficersRequest> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let document = shape.document(&Place::of("document"), &self.document);
        let required = self.required;
        Some(RequireOfficersRequest { id: id?, required, document: document? })
    }
}

/// What became of it.
#[derive(SimpleObject)]
pub struct RequireOfficersPayload {
    #[graphql(flatten)]
    outcome: Outcome,
}

/// Requires officers.
#[derive(Debug, Default)]
pub struct RequireOfficers;

#[Object]
impl RequireOfficers {
    /// Requires from the next entry on that whoever records is an enrolled officer who holds a role for
    /// it, or requires it no longer. There must be a security administrator, so that roles can still be
    /// given; payments of money are then no longer recorded directly.
    async fn require_officers(
        &self,
        ctx: &Context<'_>,
        input: RequireOfficersInput,
    ) -> Answer<RequireOfficersPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done = carry_out(
            ctx,
            Operation::RequireOfficers,
            &input.ledger,
            read,
            |book, acting, request| async move { book.require_officers(&acting, request).await },
        )
        .await?;
        Ok(RequireOfficersPayload { outcome: done.outcome })
    }
}
