//! `withdrawProposal`.

use async_graphql::{Context, Object};
use domain::period::PeriodCommand;
use domain::rights::Operation;

use super::payload::{PeriodPayload, PeriodStepInput, take_step};
use crate::graphql::unanswered::Answer;

/// Withdraws proposals.
#[derive(Debug, Default)]
pub struct WithdrawProposal;

#[Object]
impl WithdrawProposal {
    /// Takes back what was proposed about a month of the books, by oneself or by another: the month stands as
    /// before.
    async fn withdraw_proposal(
        &self,
        ctx: &Context<'_>,
        input: PeriodStepInput,
    ) -> Answer<PeriodPayload> {
        take_step(ctx, Operation::WithdrawProposal, input, PeriodCommand::WithdrawProposal).await
    }
}
