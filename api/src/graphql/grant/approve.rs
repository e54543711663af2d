//! `approveGrant`.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::rights::Operation;

use crate::graphql::command::{Outcome, carry_out};
use crate::graphql::scalars::{Money, YearMonth};
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::requests::ApproveGrantRequest;

/// A grant to be recorded as approved.
#[derive(Debug, InputObject)]
pub struct ApproveGrantInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the grant.
    pub id: ID,
    /// The programme: id, Chinese name or alias.
    pub programme: ID,
    /// The bureau's own number of the household.
    pub household_no: String,
    /// Identity number of the person it is for, where one is named.
    pub person_no: Option<String>,
    /// Name of that person.
    pub person_name: Option<String>,
    /// How many members of the household it covers, at least one.
    pub members: i32,
    /// The amount for one month, above zero.
    pub amount: Money,
    /// The first month.
    pub from_month: YearMonth,
    /// The last month, included; by default the first.
    pub to_month: Option<YearMonth>,
    /// Reference of the means verification; every admission needs one.
    pub verification: String,
}

impl ApproveGrantInput {
    fn read(&self, shape: &mut Shape) -> Option<ApproveGrantRequest> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let programme = shape.programme(&Place::of("programme"), &self.programme);
        let household_no = shape.household_no(&Place::of("householdNo"), &self.household_no);
        let person_no = shape.optional_text(
            &Place::of("personNo"),
            self.person_no.as_deref(),
            Shape::identity_number,
        );
        let person_name = shape.optional_text(
            &Place::of("personName"),
            self.person_name.as_deref(),
            Shape::free_text,
        );
        let members = shape.count("INVALID_MEMBERS", &Place::of("members"), self.members);
        let amount = shape.amount(&Place::of("amount"), &self.amount);
        let months =
            shape.months(("fromMonth", &self.from_month), ("toMonth", self.to_month.as_ref()));
        let verification = shape.document(&Place::of("verification"), &self.verification);
        Some(ApproveGrantRequest {
            id: id?,
            programme: programme?,
            household_no: household_no?.as_str().to_owned(),
            person_no: person_no?,
            person_name: person_name?,
            members: members?,
            amount: amount?,
            months: months?,
            verification: verification?,
        })
    }
}

/// What became of it.
#[derive(SimpleObject)]
pub struct ApproveGrantPayload {
    #[graphql(flatten)]
    outcome: Outcome,
}

/// Approves grants.
#[derive(Debug, Default)]
pub struct ApproveGrant;

#[Object]
impl ApproveGrant {
    /// Records that a grant was approved.
    async fn approve_grant(
        &self,
        ctx: &Context<'_>,
        input: ApproveGrantInput,
    ) -> Answer<ApproveGrantPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done = carry_out(
            ctx,
            Operation::ApproveGrant,
            &input.ledger,
            read,
            |book, acting, request| async move { book.approve_grant(&acting, request).await },
        )
        .await?;
        Ok(ApproveGrantPayload { outcome: done.outcome })
    }
}
