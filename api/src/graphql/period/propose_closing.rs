//! `proposeClosing`.

use async_graphql::{Context, Object};
use domain::period::PeriodCommand;
use domain::rights::Operation;

use super::payload::{PeriodPayload, PeriodStepInput, take_step};
use crate::graphql::unanswered::Answer;

/// Proposes closings.
#[derive(Debug, Default)]
pub struct ProposeClosing;

#[Object]
impl ProposeClosing {
    /// Asks to close a month of the books (结账), once it is over (`PERIOD_NOT_OVER`). Nothing changes before
    /// another officer closes it.
    async fn propose_closing(
        &self,
        ctx: &Context<'_>,
        input: PeriodStepInput,
    ) -> Answer<PeriodPayload> {
        take_step(ctx, Operation::ProposeClosing, input, PeriodCommand::ProposeClosing).await
    }
}
