//! What counts of a payment, told by the events that follow it.

use domain::events::AnyEvent;
use domain::payment::{PaymentEvent, PaymentRecorded};
use ledger::LedgerId;

use super::{Measure, Recorded};

/// The fen of a payment that count at the end of a history; 0 where it counts as no payment.
pub(super) fn fen_that_count(
    history: &[&Recorded],
    ledger: &LedgerId,
    payment: &PaymentRecorded,
    measure: Measure,
) -> i64 {
    let (mut settled, mut returned, mut reversed) = (payment.batch.is_none(), None, false);
    for entry in history.iter().filter(|entry| entry.ledger == *ledger) {
        match &entry.event {
            AnyEvent::Payment(PaymentEvent::PaymentSettled(event))
                if event.payment == payment.payment =>
            {
                settled = true;
            }
            AnyEvent::Payment(PaymentEvent::PaymentReturned(event))
                if event.payment == payment.payment =>
            {
                returned = Some((event.settled_fen.fen(), event.returned_fen.fen()));
            }
            AnyEvent::Payment(PaymentEvent::PaymentReversed(event))
                if event.payment == payment.payment =>
            {
                reversed = true;
            }
            _ => {}
        }
    }
    let whole = payment.amount_fen.fen();
    match (measure, returned) {
        (Measure::Gross, _) => whole,
        _ if reversed => 0,
        (Measure::Instructed, _) => whole,
        (Measure::Net | Measure::Settled, Some((stayed, _))) => stayed,
        (Measure::Net, None) => whole,
        (Measure::Settled, None) => {
            if settled {
                whole
            } else {
                0
            }
        }
        (Measure::Returned, Some((_, came_back))) => came_back,
        (Measure::Returned, None) | (Measure::Received, _) => 0,
    }
}
