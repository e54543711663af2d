//! `setApprovalBands`.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::regulation::ApprovalBand;
use domain::rights::Operation;

use crate::graphql::command::{Outcome, carry_out};
use crate::graphql::scalars::Money;
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::requests::SetApprovalBandsRequest;

/// From a sum on, so many officers must approve a batch.
#[derive(Debug, InputObject)]
pub struct ApprovalBandInput {
    /// The smallest sum that it counts for.
    pub from: Money,
    /// How many officers.
    pub approvals: i32,
}

/// How many officers must approve a batch of which sum.
#[derive(Debug, InputObject)]
pub struct SetApprovalBandsInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of it.
    pub id: ID,
    /// In ascending order of their amounts; a sum below the first needs one approval.
    pub bands: Vec<ApprovalBandInput>,
    /// The document that says so.
    pub document: String,
}

impl SetApprovalBandsInput {
    fn read(&self, shape: &mut Shape) -> Option<SetApprovalBandsRequest> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let bands = shape.each(&Place::of("bands"), &self.bands, |shape, at, band| {
            let from_fen = shape.amount(&at.field("from"), &band.from);
            let code = "INVALID_BANDS";
            let approvals = shape.count(code, &at.field("approvals"), band.approvals);
            Some(ApprovalBand { from_fen: from_fen?, approvals: approvals? })
        });
        let document = shape.document(&Place::of("document"), &self.document);
        Some(SetApprovalBandsRequest { id: id?, bands: bands?, document: document? })
    }
}

/// What became of it.
#[derive(SimpleObject)]
pub struct SetApprovalBandsPayload {
    #[graphql(flatten)]
    outcome: Outcome,
}

/// Sets approval bands.
#[derive(Debug, Default)]
pub struct SetApprovalBands;

#[Object]
impl SetApprovalBands {
    /// Says how many officers must approve a batch of which sum, in place of what was said before. Batches
    /// that were submitted already keep what they needed then.
    async fn set_approval_bands(
        &self,
        ctx: &Context<'_>,
        input: SetApprovalBandsInput,
    ) -> Answer<SetApprovalBandsPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done = carry_out(
            ctx,
            Operation::SetApprovalBands,
            &input.ledger,
            read,
            |book, acting, request| async move { book.set_approval_bands(&acting, request).await },
        )
        .await?;
        Ok(SetApprovalBandsPayload { outcome: done.outcome })
    }
}
