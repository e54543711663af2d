//! Money that reached its recipient and should not have: asked back, received in parts, given up.

use domain::events::AnyEvent;
use domain::ids::{PaymentId, RecoveryId, RecoveryReceiptId, WaiverId};
use domain::payment::{OrderRecovery, Payment, PaymentCommand, ReceiveRecovery, WaiveRecovery};
use domain::text::Commitment;
use people::CommittedText;
use uuid::Uuid;

use super::command_ids::event_id;
use super::{Acting, Book, CommandError, Noun, Receipt, UserError};
use crate::requests::{ClientId, ReceiveRecoveryRequest, RecoveryDecisionRequest};

/// A step of a recovery on its way.
struct Step {
    noun: Noun,
    id: ClientId,
    /// The client's id of the payment.
    payment: ClientId,
    command: PaymentCommand,
    /// Of a decision; a receipt needs none.
    reason: Option<CommittedText>,
}

impl Book {
    /// Asks back what reached the recipient of a payment, or a part of it.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault.
    pub async fn order_recovery(
        &self,
        acting: &Acting,
        request: RecoveryDecisionRequest,
    ) -> Result<Receipt, CommandError> {
        let noun = Noun::Recovery;
        let payment = self.payment_id(request.payment.as_str());
        let recovery = self.uuid(noun.as_str(), request.id.as_str());
        let (told, reason) = self.recovery_reason(payment, recovery, &request.reason).await?;
        let command = PaymentCommand::OrderRecovery(OrderRecovery {
            payment,
            recovery: RecoveryId::from_uuid(recovery),
            amount: request.amount,
            reason,
            document: request.document,
            occurred_on: request.occurred_on,
        });
        let (id, payment, reason) = (request.id, request.payment, Some(told));
        self.step_recovery(acting, Step { noun, id, payment, command, reason }).await
    }

    /// Records that something of what was asked back came in.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault.
    pub async fn receive_recovery(
        &self,
        acting: &Acting,
        request: ReceiveRecoveryRequest,
    ) -> Result<Receipt, CommandError> {
        let noun = Noun::RecoveryReceipt;
        let receipt = self.uuid(noun.as_str(), request.id.as_str());
        let command = PaymentCommand::ReceiveRecovery(ReceiveRecovery {
            payment: self.payment_id(request.payment.as_str()),
            receipt: RecoveryReceiptId::from_uuid(receipt),
            amount: request.amount,
            occurred_on: request.occurred_on,
            document: request.document,
        });
        let (id, payment, reason) = (request.id, request.payment, None);
        self.step_recovery(acting, Step { noun, id, payment, command, reason }).await
    }

    /// Gives up something of what was asked back and has not come in.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault.
    pub async fn waive_recovery(
        &self,
        acting: &Acting,
        request: RecoveryDecisionRequest,
    ) -> Result<Receipt, CommandError> {
        let noun = Noun::Waiver;
        let payment = self.payment_id(request.payment.as_str());
        let waiver = self.uuid(noun.as_str(), request.id.as_str());
        let (told, reason) = self.recovery_reason(payment, waiver, &request.reason).await?;
        let command = PaymentCommand::WaiveRecovery(WaiveRecovery {
            payment,
            waiver: WaiverId::from_uuid(waiver),
            amount: request.amount,
            reason,
            document: request.document,
            occurred_on: request.occurred_on,
        });
        let (id, payment, reason) = (request.id, request.payment, Some(told));
        self.step_recovery(acting, Step { noun, id, payment, command, reason }).await
    }

    async fn step_recovery(&self, acting: &Acting, step: Step) -> Result<Receipt, CommandError> {
        let mut asked =
            self.asked::<Payment>(step.noun.as_str(), &step.id, step.command, "payment");
        asked.details.reason = step.reason;
        let request = asked.request;
        let is = move |event: &AnyEvent| event_id(event) == request;
        let done = self.carry_out(acting, asked, is).await;
        let unknown = UserError::unknown_payment(step.payment.as_str());
        done.map_err(|error| error.or_unknown(unknown))
    }

    async fn recovery_reason(
        &self,
        payment: PaymentId,
        step: Uuid,
        text: &str,
    ) -> Result<(CommittedText, Commitment), CommandError> {
        let is = move |event: &AnyEvent| event_id(event) == step;
        let needed = "追回或豁免须说明原因 / a recovery and a waiver need a reason";
        self.reason::<Payment>(&payment.to_string(), is, text, needed).await
    }
}
