//! `reopenPeriod`.

use async_graphql::{Context, Object};
use domain::period::PeriodCommand;
use domain::rights::Operation;

use super::payload::{PeriodPayload, PeriodStepInput, take_step};
use crate::graphql::unanswered::Answer;

/// Opens months again.
#[derive(Debug, Default)]
pub struct ReopenPeriod;

#[Object]
impl ReopenPeriod {
    /// Opens a month of the books again, as another officer proposed (`SAME_OFFICER`). What was recorded late
    /// stays late.
    async fn reopen_period(
        &self,
        ctx: &Context<'_>,
        input: PeriodStepInput,
    ) -> Answer<PeriodPayload> {
        take_step(ctx, Operation::ReopenPeriod, input, PeriodCommand::ReopenPeriod).await
    }
}
