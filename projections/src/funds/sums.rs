//! What events do to the sums of a fund.
//!
//! What a batch released is paid and on its way until a bank answers; what came back is paid no longer.
//! What was recorded by itself is paid and settled at once. What was asked back stays paid and settled,
//! whatever comes in of it.

use domain::ids::FundId;
use domain::money::Money;
use domain::payment::{PaymentEvent, PaymentRecorded};

use crate::error::{ProjectionError, Result};

/// What came into a fund and what went out, in fen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) opening: i64,
    pub(crate) received: i64,
    pub(crate) transferred_in: i64,
    pub(crate) transferred_out: i64,
    /// What was paid and did not come back.
    pub(crate) paid: i64,
    /// The part of it that is no longer on its way.
    pub(crate) settled: i64,
    pub(crate) returned: i64,
    pub(crate) remitted: i64,
    /// What was asked back of what was settled.
    pub(crate) recovery_ordered: i64,
    /// The part of it that came in, and the part that was given up.
    pub(crate) recovered: i64,
    pub(crate) recovery_waived: i64,
}

impl Sums {
    /// Each sum together with another.
    pub(crate) fn plus(self, other: Self) -> Result<Self> {
        let add = |left: i64, right: i64| {
            left.checked_add(right).ok_or_else(|| ProjectionError::out_of_range("sum of a fund"))
        };
        Ok(Self {
            opening: add(self.opening, other.opening)?,
            received: add(self.received, other.received)?,
            transferred_in: add(self.transferred_in, other.transferred_in)?,
            transferred_out: add(self.transferred_out, other.transferred_out)?,
            paid: add(self.paid, other.paid)?,
            settled: add(self.settled, other.settled)?,
            returned: add(self.returned, other.returned)?,
            remitted: add(self.remitted, other.remitted)?,
            recovery_ordered: add(self.recovery_ordered, other.recovery_ordered)?,
            recovered: add(self.recovered, other.recovered)?,
            recovery_waived: add(self.recovery_waived, other.recovery_waived)?,
        })
    }

    /// What an event of a payment does to the payment's fund; `None` for goods, which come out of none.
    pub(super) fn of_payment(event: &PaymentEvent) -> Option<(FundId, Self)> {
        let (fund, sums) = match event {
            PaymentEvent::PaymentRecorded(event) => {
                (event.fund(), Self::paid_out(event, event.amount_fen))
            }
            PaymentEvent::PaymentSettled(event) => {
                let settled = event.original.amount_fen.fen();
                (event.original.fund(), Self { settled, ..Self::default() })
            }
            PaymentEvent::PaymentReturned(event) => {
                let gone = event.returned_fen.negated().fen();
                // What was settled before was settled as a whole.
                let settled = if event.after_settlement { gone } else { event.settled_fen.fen() };
                let returned = event.returned_fen.fen();
                (event.original.fund(), Self { paid: gone, settled, returned, ..Self::default() })
            }
            PaymentEvent::PaymentReversed(event) => {
                let original = &event.original;
                let sums = match event.returned_fen {
                    None => Self::paid_out(original, original.amount_fen.negated()),
                    // The return took it out of what was paid.
                    Some(fen) => Self { returned: fen.negated().fen(), ..Self::default() },
                };
                (original.fund(), sums)
            }
            PaymentEvent::RecoveryOrdered(event) => {
                let recovery_ordered = event.amount_fen.fen();
                (event.original.fund(), Self { recovery_ordered, ..Self::default() })
            }
            PaymentEvent::RecoveryReceived(event) => {
                let recovered = event.amount_fen.fen();
                (event.original.fund(), Self { recovered, ..Self::default() })
            }
            PaymentEvent::RecoveryWaived(event) => {
                let recovery_waived = event.amount_fen.fen();
                (event.original.fund(), Self { recovery_waived, ..Self::default() })
            }
        };
        fund.map(|fund| (fund, sums))
    }

    /// An amount of a payment of which no bank has said anything.
    fn paid_out(payment: &PaymentRecorded, amount: Money) -> Self {
        let paid = amount.fen();
        let settled = if payment.batch.is_some() { 0 } else { paid };
        Self { paid, settled, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use domain::events::AnyEvent;

    use super::*;

    const RECORDED: (&str, &str) = (
        "PaymentRecorded v1",
        include_str!("../../../domain/tests/fixtures/events/PaymentRecorded.v1.json"),
    );
    const REVERSED: (&str, &str) = (
        "PaymentReversed v1",
        include_str!("../../../domain/tests/fixtures/events/PaymentReversed.v1.json"),
    );
    const GOODS: (&str, &str) = (
        "PaymentRecorded v1",
        include_str!("../../../domain/tests/fixtures/events/PaymentRecorded.v1.goods.json"),
    );
    /// Of 3,000 yuan, like the events below, which are about it.
    const INSTRUCTED: (&str, &str) = (
        "PaymentInstructed v1",
        include_str!("../../../domain/tests/fixtures/events/PaymentInstructed.v1.json"),
    );
    const SETTLED: (&str, &str) = (
        "PaymentSettled v1",
        include_str!("../../../domain/tests/fixtures/events/PaymentSettled.v1.json"),
    );
    const RETURNED: (&str, &str) = (
        "PaymentReturned v1",
        include_str!("../../../domain/tests/fixtures/events/PaymentReturned.v1.json"),
    );
    /// 1,000 yuan of it stayed.
    const PARTLY_PAID: (&str, &str) = (
        "PaymentReturned v1",
        include_str!("../../../domain/tests/fixtures/events/PaymentReturned.v1.partly_paid.json"),
    );
    const RETURNED_LATE: (&str, &str) = (
        "PaymentReturned v1",
        include_str!(
            "../../../domain/tests/fixtures/events/PaymentReturned.v1.after_settlement.json"
        ),
    );
    const REVERSED_AFTER: (&str, &str) = (
        "PaymentReversed v2",
        include_str!("../../../domain/tests/fixtures/events/PaymentReversed.v2.json"),
    );

    /// Of the payment that was recorded by itself 1,500 yuan is asked back; 500 comes in, 200 is given up.
    const RECOVERY: [(&str, &str); 3] = [
        (
            "RecoveryOrdered v1",
            include_str!("../../../domain/tests/fixtures/events/RecoveryOrdered.v1.json"),
        ),
        (
            "RecoveryReceived v1",
            include_str!("../../../domain/tests/fixtures/events/RecoveryReceived.v1.json"),
        ),
        (
            "RecoveryWaived v1",
            include_str!("../../../domain/tests/fixtures/events/RecoveryWaived.v1.json"),
        ),
    ];

    fn event((name, payload): (&str, &str)) -> PaymentEvent {
        let payload = payload.trim_end().as_bytes();
        let AnyEvent::Payment(event) = AnyEvent::parse("payment", name, payload).unwrap() else {
            panic!("{name} is no event of a payment");
        };
        event
    }

    /// Paid, settled and returned after these events, in yuan.
    fn after(events: &[(&str, &str)]) -> (i64, i64, i64) {
        let mut sums = Sums::default();
        for told in events {
            let (_, more) = Sums::of_payment(&event(*told)).unwrap();
            sums = sums.plus(more).unwrap();
        }
        (sums.paid / 100, sums.settled / 100, sums.returned / 100)
    }

    #[test]
    fn what_is_on_its_way_is_paid_and_not_settled_until_a_bank_answers() {
        assert_eq!(after(&[INSTRUCTED]), (3000, 0, 0));
        assert_eq!(after(&[INSTRUCTED, SETTLED]), (3000, 3000, 0));
        assert_eq!(after(&[INSTRUCTED, RETURNED]), (0, 0, 3000));
        assert_eq!(after(&[INSTRUCTED, PARTLY_PAID]), (1000, 1000, 2000));
        assert_eq!(after(&[INSTRUCTED, SETTLED, RETURNED_LATE]), (0, 0, 3000));
    }

    #[test]
    fn a_part_that_came_back_late_leaves_the_rest_settled() {
        let PaymentEvent::PaymentReturned(mut late) = event(PARTLY_PAID) else {
            panic!("not a return");
        };
        late.after_settlement = true;
        let late = PaymentEvent::PaymentReturned(late);
        let mut sums = Sums::default();
        for told in [event(INSTRUCTED), event(SETTLED), late] {
            sums = sums.plus(Sums::of_payment(&told).unwrap().1).unwrap();
        }
        assert_eq!((sums.paid, sums.settled, sums.returned), (100_000, 100_000, 200_000));
    }

    #[test]
    fn a_reversal_leaves_nothing_of_a_payment_whatever_became_of_it() {
        assert_eq!(after(&[INSTRUCTED, RETURNED, REVERSED_AFTER]), (0, 0, 0));
        assert_eq!(after(&[INSTRUCTED, SETTLED, RETURNED_LATE, REVERSED_AFTER]), (0, 0, 0));
        let PaymentEvent::PaymentReversed(mut unanswered) = event(REVERSED_AFTER) else {
            panic!("not a reversal");
        };
        unanswered.returned_fen = None;
        let (_, undone) = Sums::of_payment(&PaymentEvent::PaymentReversed(unanswered)).unwrap();
        let (_, paid) = Sums::of_payment(&event(INSTRUCTED)).unwrap();
        assert_eq!(paid.plus(undone).unwrap(), Sums::default());
    }

    #[test]
    fn what_is_asked_back_stays_paid_and_settled_whatever_comes_in_of_it() {
        let mut sums = Sums::of_payment(&event(RECORDED)).unwrap().1;
        let (paid, settled) = (sums.paid, sums.settled);
        let mut asked_back = Vec::new();
        for told in RECOVERY {
            sums = sums.plus(Sums::of_payment(&event(told)).unwrap().1).unwrap();
            assert_eq!((sums.paid, sums.settled, sums.returned), (paid, settled, 0));
            asked_back.push((sums.recovery_ordered, sums.recovered, sums.recovery_waived));
        }
        assert_eq!(asked_back, [(150_000, 0, 0), (150_000, 50_000, 0), (150_000, 50_000, 20_000)]);
    }

    #[test]
    fn what_is_recorded_by_itself_is_settled_at_once_and_goods_come_out_of_no_fund() {
        let (_, paid) = Sums::of_payment(&event(RECORDED)).unwrap();
        assert!(paid.paid > 0);
        assert_eq!((paid.settled, paid.returned), (paid.paid, 0));
        let reversed = event(REVERSED);
        let PaymentEvent::PaymentReversed(reversal) = &reversed else {
            panic!("not a reversal");
        };
        let original = PaymentEvent::PaymentRecorded(reversal.original.clone());
        let (_, paid) = Sums::of_payment(&original).unwrap();
        let (_, undone) = Sums::of_payment(&reversed).unwrap();
        assert_eq!(paid.plus(undone).unwrap(), Sums::default());
        assert_eq!(Sums::of_payment(&event(GOODS)), None);
    }
}
