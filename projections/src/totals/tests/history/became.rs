//! What becomes of the payments of a random history, as the domain decides it.

use domain::bank_results::{BankAnswer, BankOutcome};
use domain::calendar::Day;
use domain::decision::Decide;
use domain::events::AnyEvent;
use domain::ids::{BankResultsId, RecoveryId, RecoveryReceiptId, ReversalId, WaiverId};
use domain::money::Money;
use domain::payment::{
    OrderRecovery, Payment, PaymentCommand, PaymentEvent, PaymentFacts, PaymentReversed,
    ReceiveRecovery, WaiveRecovery,
};
use domain::text::{Commitment, DocumentNumber};
use domain::vocabulary::ReturnReason;
use uuid::Uuid;

use super::Said;
use crate::payments::RecoveryStepKind;

/// The event to record, once the payment is as it is after it.
pub(super) fn happened(payment: &mut Payment, event: PaymentEvent) -> AnyEvent {
    apply(payment, event.clone());
    AnyEvent::Payment(event)
}

/// Every aggregate that decides can be brought forward by what it decided.
fn apply<A: Decide>(aggregate: &mut A, event: A::Event) {
    aggregate.apply(event);
}

/// What the domain makes of an answer; `None` where the bank has nothing to say of the payment any more.
pub(super) fn answer(payment: &Payment, said: Said, results: Uuid) -> Option<PaymentEvent> {
    let original = payment.recorded()?;
    let reason = ReturnReason::AccountClosed;
    let outcome = match said {
        Said::Settled => BankOutcome::Settled { amount_fen: None },
        Said::Returned => BankOutcome::Returned { amount_fen: None, reason },
        Said::Partly(fen) => {
            let settled_fen = Money::from_fen(fen % original.amount_fen.fen()).unwrap();
            BankOutcome::PartlyPaid { settled_fen, reason }
        }
    };
    let (payment_id, occurred_on) = (original.payment, original.occurred_on);
    let said = BankAnswer { payment: payment_id, occurred_on, outcome };
    payment.answer(&said, BankResultsId::from_uuid(results), 1).ok()
}

/// Anything may be asked back; what comes in or is given up is of a payment that was.
pub(super) fn to_recover(
    payments: &mut [Payment],
    which: usize,
    kind: RecoveryStepKind,
) -> Option<&mut Payment> {
    let mut fitting: Vec<&mut Payment> = payments
        .iter_mut()
        .filter(|payment| {
            kind == RecoveryStepKind::Ordered || matches!(payment, Payment::Recovering(_))
        })
        .collect();
    let place = which.checked_rem(fitting.len())?;
    Some(fitting.swap_remove(place))
}

/// The step of a recovery with so many fen, or with as many as can be; `None` where none can.
pub(super) fn recovery(
    payment: &Payment,
    kind: RecoveryStepKind,
    most: i64,
    step: Uuid,
) -> Option<PaymentEvent> {
    let original = payment.recorded()?;
    let can_be = match payment {
        Payment::Recovering(recovering) if kind == RecoveryStepKind::Ordered => {
            recovering.sums.not_ordered()?
        }
        Payment::Recovering(recovering) => recovering.sums.outstanding()?,
        Payment::Returned(returned) => returned.settled_fen,
        _ => original.amount_fen,
    };
    let amount = can_be.min(Money::from_fen(most).unwrap());
    // After the last day of any payment: what is recovered belongs to the payment's own period.
    let (payment_id, occurred_on) = (original.payment, Day::parse("2019-03-01").unwrap());
    let (reason, document) =
        (Commitment::from_bytes([2; 32]), DocumentNumber::parse("追1号").unwrap());
    let command = match kind {
        RecoveryStepKind::Ordered => PaymentCommand::OrderRecovery(OrderRecovery {
            payment: payment_id,
            recovery: RecoveryId::from_uuid(step),
            amount,
            reason,
            document,
            occurred_on,
        }),
        RecoveryStepKind::Received => PaymentCommand::ReceiveRecovery(ReceiveRecovery {
            payment: payment_id,
            receipt: RecoveryReceiptId::from_uuid(step),
            amount,
            occurred_on,
            document,
        }),
        RecoveryStepKind::Waived => PaymentCommand::WaiveRecovery(WaiveRecovery {
            payment: payment_id,
            waiver: WaiverId::from_uuid(step),
            amount,
            reason,
            document,
            occurred_on,
        }),
    };
    payment.decide(command, &PaymentFacts::default()).ok().flatten()
}

/// As the domain allows it: of a payment that stands unanswered or came back as a whole.
pub(super) fn reversal(payment: &Payment, id: Uuid) -> Option<PaymentEvent> {
    let (original, returned_fen) = match payment {
        Payment::Recorded(original) => (original.clone(), None),
        Payment::Returned(returned) if returned.settled_fen == Money::ZERO => {
            (returned.original.clone(), Some(returned.returned_fen))
        }
        _ => return None,
    };
    Some(PaymentEvent::PaymentReversed(Box::new(PaymentReversed {
        payment: original.payment,
        reversal: ReversalId::from_uuid(id),
        reason: Commitment::from_bytes([1; 32]),
        occurred_on: original.occurred_on,
        original,
        returned_fen,
    })))
}
