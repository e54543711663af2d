//! Months of the books: closed by two officers, and reopened by two.

use domain::events::AnyEvent;
use domain::ids::StepId;
use domain::period::{Period, PeriodCommand, PeriodStep, ProposeReopening};
use people::CommittedText;

use super::{Acting, Book, CommandError, Noun, Receipt};
use crate::requests::{ClientId, PeriodStepRequest, ProposeReopeningRequest};

/// Finds the event of a step.
fn is_step(step: StepId) -> impl Fn(&AnyEvent) -> bool {
    move |event| matches!(event, AnyEvent::Period(found) if found.step() == step)
}

impl Book {
    /// Takes a step that says no more than who takes it, and when: any but to propose a reopening.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault.
    pub async fn step_period(
        &self,
        acting: &Acting,
        request: PeriodStepRequest,
        step: fn(PeriodStep) -> PeriodCommand,
    ) -> Result<Receipt, CommandError> {
        let PeriodStepRequest { id, month, occurred_on } = request;
        let officer = acting.officer.clone();
        let taken = PeriodStep { month, step: self.period_step_id(&id), officer, occurred_on };
        self.carry_period(acting, &id, step(taken), None).await
    }

    /// Asks to open a closed month again.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault.
    pub async fn propose_reopening(
        &self,
        acting: &Acting,
        request: ProposeReopeningRequest,
    ) -> Result<Receipt, CommandError> {
        let ProposeReopeningRequest { id, month, occurred_on, document, reason } = request;
        let (step, officer) = (self.period_step_id(&id), acting.officer.clone());
        let needed = "反结账须说明原因 / a reopening needs a reason";
        let (told, reason) =
            self.reason::<Period>(&month.to_string(), is_step(step), &reason, needed).await?;
        let proposed = ProposeReopening { month, step, officer, occurred_on, document, reason };
        let command = PeriodCommand::ProposeReopening(proposed);
        self.carry_period(acting, &id, command, Some(told)).await
    }

    async fn carry_period(
        &self,
        acting: &Acting,
        id: &ClientId,
        command: PeriodCommand,
        reason: Option<CommittedText>,
    ) -> Result<Receipt, CommandError> {
        let step = command.step();
        let mut asked = self.asked::<Period>(Noun::PeriodStep.as_str(), id, command, "month");
        asked.details.reason = reason;
        self.carry_out(acting, asked, is_step(step)).await
    }

    /// The step that a client's id stands for.
    fn period_step_id(&self, id: &ClientId) -> StepId {
        StepId::from_uuid(self.uuid(Noun::PeriodStep.as_str(), id.as_str()))
    }
}
