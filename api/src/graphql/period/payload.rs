//! What the mutations about a month of the books are told, and what they tell.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, InputObject, SimpleObject};
use domain::calendar::Month;
use domain::period::{self, PeriodCommand};
use domain::rights::Operation;

use super::{Period, find};
use crate::books::Book;
use crate::graphql::command::{Done, Outcome, carry_out};
use crate::graphql::scalars::{Date, YearMonth};
use crate::graphql::shape::{Place, Shape};
use crate::graphql::unanswered::Answer;
use crate::requests::PeriodStepRequest;

/// A step about a month of the books.
#[derive(Debug, InputObject)]
pub struct PeriodStepInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the step.
    pub id: ID,
    /// The month.
    pub month: YearMonth,
    /// The day of the step.
    pub occurred_on: Date,
}

impl PeriodStepInput {
    fn read(&self, shape: &mut Shape) -> Option<PeriodStepRequest> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let month = shape.month(&Place::of("month"), &self.month);
        let occurred_on = shape.day(&Place::of("occurredOn"), &self.occurred_on);
        Some(PeriodStepRequest { id: id?, month: month?, occurred_on: occurred_on? })
    }
}

/// What became of it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct PeriodPayload {
    #[graphql(skip)]
    recorded: Option<(Arc<Book>, Month)>,
    #[graphql(flatten)]
    outcome: Outcome,
}

impl PeriodPayload {
    /// `month` is the one that the input names.
    pub(super) fn of(done: Done, month: &YearMonth) -> Self {
        // Of a step that stands the month was read before.
        let recorded = done.book.zip(Month::parse(month.as_str()).ok());
        Self { recorded, outcome: done.outcome }
    }
}

#[ComplexObject]
impl PeriodPayload {
    /// The month with this step; null if that was refused.
    async fn period(&self) -> Answer<Option<Period>> {
        let Some((book, month)) = &self.recorded else { return Ok(None) };
        book.catch_up().await?;
        find(book, *month).await.map(Some)
    }
}

/// Reads an input and has the step taken that it asks for.
pub(super) async fn take_step(
    ctx: &Context<'_>,
    operation: Operation,
    input: PeriodStepInput,
    step: fn(period::PeriodStep) -> PeriodCommand,
) -> Answer<PeriodPayload> {
    let read = |shape: &mut Shape| input.read(shape);
    let done = carry_out(ctx, operation, &input.ledger, read, |book, acting, request| async move {
        book.step_period(&acting, request, step).await
    })
    .await?;
    Ok(PeriodPayload::of(done, &input.month))
}
