//! Standards: what may be paid at most. `setStandard`.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::rights::Operation;

use super::command::{Outcome, carry_out};
use super::scalars::{Date, Money};
use super::shape::{Place, Shape};
use super::unanswered::Answer;
use super::vocabulary::StandardUnit;
use crate::requests::SetStandardRequest;

/// A ceiling to be put in force.
#[derive(Debug, InputObject)]
pub struct SetStandardInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of this version of the standard.
    pub id: ID,
    /// The programme: id, Chinese name or alias.
    pub programme: ID,
    /// What the amount is counted for.
    pub unit: StandardUnit,
    /// The ceiling for one unit, above zero.
    pub amount: Money,
    /// First day in force.
    pub effective_from: Date,
    /// The document that set it.
    pub document: String,
    /// Region code of where it is in force; everywhere in the ledger if absent.
    pub region: Option<String>,
    /// The class of recipients that it is for.
    pub class: Option<String>,
}

impl SetStandardInput {
    fn read(&self, shape: &mut Shape) -> Option<SetStandardRequest> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let programme = shape.programme(&Place::of("programme"), &self.programme);
        let amount = shape.amount(&Place::of("amount"), &self.amount);
        let effective_from = shape.day(&Place::of("effectiveFrom"), &self.effective_from);
        let document = shape.document(&Place::of("document"), &self.document);
        let region =
            shape.optional_text(&Place::of("region"), self.region.as_deref(), Shape::region);
        let class =
            shape.optional_text(&Place::of("class"), self.class.as_deref(), Shape::plain_name);
        Some(SetStandardRequest {
            id: id?,
            programme: programme?,
            unit: self.unit.into(),
            amount: amount?,
            effective_from: effective_from?,
            document: document?,
            region: region?,
            class: class?,
        })
    }
}

/// What became of it.
#[derive(SimpleObject)]
pub struct SetStandardPayload {
    #[graphql(flatten)]
    outcome: Outcome,
}

/// Sets standards.
#[derive(Debug, Default)]
pub struct SetStandard;

#[Object]
impl SetStandard {
    /// Puts a standard in force: the most that may be paid under a programme from a day on.
    async fn set_standard(
        &self,
        ctx: &Context<'_>,
        input: SetStandardInput,
    ) -> Answer<SetStandardPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done = carry_out(
            ctx,
            Operation::SetStandard,
            &input.ledger,
            read,
            |book, acting, request| async move { book.set_standard(&acting, request).await },
        )
        .await?;
        Ok(SetStandardPayload { outcome: done.outcome })
    }
}
