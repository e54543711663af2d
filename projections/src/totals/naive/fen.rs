//! What counts of a payment, told by the events that follow it.

use domain::events::AnyEvent;
use domain::ids::PaymentId;
use domain::payment::{PaymentEvent, PaymentRecorded};
use ledger::LedgerId;

use super::{Measure, Recorded};

/// What became of a payment.
#[derive(Default)]
struct Fate {
    settled: bool,
    /// What stayed and what came back, where a bank gave back some of it.
    returned: Option<(i64, i64)>,
    recovered: i64,
    waived: i64,
    reversed: bool,
}

/// The fen of a payment that count at the end of a history; `None` where it counts as no payment.
pub(super) fn fen_that_count(
    history: &[&Recorded],
    ledger: &LedgerId,
    payment: &PaymentRecorded,
    measure: Measure,
) -> Option<i64> {
    let fate = Fate::of(history, ledger, payment.payment);
    let whole = payment.amount_fen.fen();
    let above_zero = |fen: i64| (fen > 0).then_some(fen);
    let stayed = fate.returned.map_or(whole, |(stayed, _)| stayed);
    let arrived = payment.batch.is_none() || fate.settled || fate.returned.is_some();
    match measure {
        Measure::Gross => Some(whole),
        _ if fate.reversed => None,
        // What was recovered as a whole is a payment all the same.
        Measure::Net => above_zero(stayed)?.checked_sub(fate.recovered),
        Measure::Instructed => Some(whole),
        Measure::Settled => above_zero(stayed).filter(|_| arrived),
        Measure::Returned => fate.returned.map(|(_, came_back)| came_back),
        Measure::Recovered => above_zero(fate.recovered),
        Measure::Waived => above_zero(fate.waived),
        Measure::Received | Measure::Allotted => None,
    }
}

impl Fate {
    fn of(history: &[&Recorded], ledger: &LedgerId, payment: PaymentId) -> Self {
        let mut fate = Self::default();
        for entry in history.iter().filter(|entry| entry.ledger == *ledger) {
            let AnyEvent::Payment(event) = &entry.event else { continue };
            match event {
                PaymentEvent::PaymentSettled(event) if event.payment == payment => {
                    fate.settled = true;
                }
                PaymentEvent::PaymentReturned(event) if event.payment == payment => {
                    fate.returned = Some((event.settled_fen.fen(), event.returned_fen.fen()));
                }
                PaymentEvent::RecoveryReceived(event) if event.payment == payment => {
                    fate.recovered = fate.recovered.saturating_add(event.amount_fen.fen());
                }
                PaymentEvent::RecoveryWaived(event) if event.payment == payment => {
                    fate.waived = fate.waived.saturating_add(event.amount_fen.fen());
                }
                PaymentEvent::PaymentReversed(event) if event.payment == payment => {
                    fate.reversed = true;
                }
                _ => {}
            }
        }
        fate
    }
}
