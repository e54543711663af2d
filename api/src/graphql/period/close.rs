//! `closePeriod`.

use async_graphql::{Context, Object};
use domain::period::PeriodCommand;
use domain::rights::Operation;

use super::payload::{PeriodPayload, PeriodStepInput, take_step};
use crate::graphql::unanswered::Answer;

/// Closes months.
#[derive(Debug, Default)]
pub struct ClosePeriod;

#[Object]
impl ClosePeriod {
    /// Closes a month of the books, as another officer proposed (`SAME_OFFICER`). It stays writable: what is
    /// recorded for its days from then on is late, and shown as such.
    async fn close_period(
        &self,
        ctx: &Context<'_>,
        input: PeriodStepInput,
    ) -> Answer<PeriodPayload> {
        take_step(ctx, Operation::ClosePeriod, input, PeriodCommand::ClosePeriod).await
    }
}
