//! `stopGrant`.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::rights::Operation;

use crate::graphql::command::{Outcome, carry_out};
use crate::graphql::scalars::YearMonth;
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::graphql::vocabulary::StopReason;
use crate::requests::StopGrantRequest;

/// A grant that ends before its last month.
#[derive(Debug, InputObject)]
pub struct StopGrantInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the stop.
    pub id: ID,
    /// The client's id of the grant.
    pub grant: ID,
    /// The first month that is not paid for any more. What was paid for it or later stands.
    pub from_month: YearMonth,
    /// Why it ends.
    pub reason: StopReason,
    /// Number of the decision that ends it.
    pub document: String,
}

impl StopGrantInput {
    fn read(&self, shape: &mut Shape) -> Option<StopGrantRequest> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let from_month = shape.month(&Place::of("fromMonth"), &self.from_month);
        let document = shape.document(&Place::of("document"), &self.document);
        Some(StopGrantRequest {
            id: id?,
            grant: self.grant.to_string(),
            from_month: from_month?,
            reason: self.reason.into(),
            document: document?,
        })
    }
}

/// What became of it.
#[derive(SimpleObject)]
pub struct StopGrantPayload {
    #[graphql(flatten)]
    outcome: Outcome,
}

/// Stops grants.
#[derive(Debug, Default)]
pub struct StopGrant;

#[Object]
impl StopGrant {
    /// Ends a grant from a month on: payments under it for that month and later ones are refused. It can
    /// be stopped again only from an earlier month.
    async fn stop_grant(
        &self,
        ctx: &Context<'_>,
        input: StopGrantInput,
    ) -> Answer<StopGrantPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done = carry_out(
            ctx,
            Operation::StopGrant,
            &input.ledger,
            read,
            |book, acting, request| async move { book.stop_grant(&acting, request).await },
        )
        .await?;
        Ok(StopGrantPayload { outcome: done.outcome })
    }
}
