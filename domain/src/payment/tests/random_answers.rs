//! Random payments, answers and reversals: whatever is decided and booked, both equations of a special account
//! hold at every step, from the postings alone:
//!
//! * instructed = settled + returned + in transit;
//! * balance = opening − instructed + returned + recovered (money that comes in is tested with the fund).
//!
//! And never more is asked back and not given up than arrived, nor does more come in or is given up than was asked
//! back.
#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::recovering::{order, receive, waive};
use super::*;
use crate::bank_results::{BankAnswer, BankOutcome};
use crate::effects::{Account, Claim};
use crate::events::RecordedEvent;
use crate::ids::{BankResultsId, BatchId, PaymentId, ReversalId};
use crate::vocabulary::ReturnReason;

const OPENING: i64 = 700_000;
const PAYMENTS: usize = 4;

fn id_of(number: usize) -> PaymentId {
    PaymentId::from_uuid(uuid(0xb00 + u128::try_from(number).unwrap()))
}

/// The payments with the books as the append keeps them.
struct Books {
    payments: Vec<Payment>,
    balances: BTreeMap<Account, i64>,
    claims: BTreeSet<Claim>,
    recorded: BTreeSet<&'static str>,
}

/// What the states of the payments say, which no posting was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Terms {
    instructed: i64,
    settled: i64,
    returned: i64,
    in_transit: i64,
    recovered: i64,
}

impl Books {
    fn new() -> Self {
        let balances = BTreeMap::from([(Account::Fund(fund_id()), OPENING)]);
        let payments = vec![Payment::Absent; PAYMENTS];
        Self { payments, balances, claims: BTreeSet::new(), recorded: BTreeSet::new() }
    }

    fn event(&self, kind: u8, number: usize, fen: i64) -> Option<PaymentEvent> {
        let (payment, id) = (&self.payments[number], id_of(number));
        let part = Money::from_fen(fen).unwrap();
        let reason = ReturnReason::WrongBank;
        let answer = |outcome| {
            let answer = BankAnswer { payment: id, occurred_on: day("2020-06-17"), outcome };
            payment.answer(&answer, BankResultsId::from_uuid(uuid(1)), 1).ok()
        };
        match kind {
            // All of them for the same months and person: only one can stand at a time.
            0 | 1 => {
                let months = RecordPayment { payment: id, ..grant_payment() };
                let free = RecordPayment { payment: id, ..temporary_aid() };
                let line =
                    BatchLine { batch: BatchId::from_uuid(uuid(2)), line: 1, advance: false };
                let asked = if kind == 0 { months } else { free };
                let made = payment.instruct(asked, line, &facts()).ok();
                made.map(|made| PaymentEvent::PaymentRecorded(Box::new(made)))
            }
            // What came back of another payment, paid out again.
            2 => {
                let of = usize::try_from(fen).unwrap() % PAYMENTS;
                let returned = self.payments[of].returned()?;
                let original = &returned.original;
                let asked = RecordPayment {
                    payment: id,
                    aid: original.aid.requested(),
                    amount: Some(returned.returned_fen),
                    recipient: original.recipient.clone(),
                    reissues: Some(id_of(of)),
                    ..grant_payment()
                };
                let reissued = Some(Arc::new(self.payments[of].clone()));
                let line =
                    BatchLine { batch: BatchId::from_uuid(uuid(2)), line: 2, advance: false };
                let made = payment.instruct(asked, line, &PaymentFacts { reissued, ..facts() });
                made.ok().map(|made| PaymentEvent::PaymentRecorded(Box::new(made)))
            }
            3 => answer(BankOutcome::Settled { amount_fen: None }),
            4 => answer(BankOutcome::Returned { amount_fen: None, reason }),
            5 => answer(BankOutcome::PartlyPaid { settled_fen: part, reason }),
            7..=9 => {
                let step = [order, receive, waive][usize::from(kind - 7)];
                let mut step = step(u128::try_from(fen).unwrap(), fen);
                match &mut step {
                    PaymentCommand::OrderRecovery(step) => step.payment = id,
                    PaymentCommand::ReceiveRecovery(step) => step.payment = id,
                    PaymentCommand::WaiveRecovery(step) => step.payment = id,
                    _ => {}
                }
                payment.decide(step, &PaymentFacts::default()).ok().flatten()
            }
            _ => {
                let command = PaymentCommand::ReversePayment(ReversePayment {
                    payment: id,
                    reversal: ReversalId::from_uuid(uuid(3)),
                    reason: commitment(5),
                    occurred_on: day("2020-07-01"),
                });
                payment.decide(command, &PaymentFacts::default()).ok().flatten()
            }
        }
    }

    /// Decides as the aggregate does, refuses as the append does, books, applies.
    fn take(&mut self, kind: u8, number: usize, fen: i64) {
        let Some(event) = self.event(kind, number, fen) else { return };
        let effects = event.effects();
        assert!(effects.is_balanced());
        let (mut balances, mut claims) = (self.balances.clone(), self.claims.clone());
        for claim in effects.releases {
            // Only what came back can have been taken by another payment: which one, no stream knows.
            if !claims.remove(&claim) {
                assert!(matches!(claim, Claim::Returned { .. }), "nobody holds {claim}");
                return;
            }
        }
        for claim in effects.claims {
            if !claims.insert(claim) {
                return;
            }
        }
        for posting in effects.postings {
            let balance = balances.entry(posting.account.clone()).or_default();
            *balance += posting.amount;
            if posting.account.may_not_fall_below_zero() && *balance < 0 {
                return;
            }
        }
        (self.balances, self.claims) = (balances, claims);
        self.recorded.insert(event.name());
        self.payments[number].apply(event);
    }

    fn terms(&self) -> Terms {
        self.payments.iter().map(Terms::of).fold(Terms::default(), |sum, more| Terms {
            instructed: sum.instructed + more.instructed,
            settled: sum.settled + more.settled,
            returned: sum.returned + more.returned,
            in_transit: sum.in_transit + more.in_transit,
            recovered: sum.recovered + more.recovered,
        })
    }

    fn check(&self) {
        let on = |account| self.balances.get(&account).copied().unwrap_or_default();
        let terms = self.terms();
        assert_eq!(terms.instructed, terms.settled + terms.returned + terms.in_transit);
        assert_eq!(on(Account::Transit(fund_id())), terms.in_transit);
        let paid = [DIBAO, "temporary-assistance"].map(|id| on(Account::Programme(programme(id))));
        assert_eq!(paid.iter().sum::<i64>(), terms.settled);
        assert_eq!(-on(Account::Recovered(fund_id())), terms.recovered);
        let balance = OPENING - terms.instructed + terms.returned + terms.recovered;
        assert_eq!(on(Account::Fund(fund_id())), balance);
        assert!(balance >= 0);
        // What reached the same person for the same months, or is on its way there, is never paid twice.
        let for_months =
            |payment: &&Payment| payment.recorded().is_some_and(|p| p.months().is_some());
        let live = self.payments.iter().filter(for_months).map(Terms::of);
        assert!(live.map(|terms| terms.settled + terms.in_transit).sum::<i64>() <= 300_000);
        // Nor is anybody counted twice for them, however often what came back was paid out again.
        let counts = self.payments.iter().filter(for_months).filter(|payment| {
            let Terms { settled, in_transit, .. } = Terms::of(payment);
            settled + in_transit > 0
        });
        let counted = counts.filter_map(Payment::recorded).map(|paid| paid.person_times());
        assert!(counted.sum::<u32>() <= 2);
    }
}

impl Terms {
    fn of(payment: &Payment) -> Self {
        let amount = payment.recorded().map_or(0, |paid| paid.amount_fen.fen());
        let mut recovered = 0;
        let (settled, returned) = match payment {
            Payment::Settled(_) => (amount, 0),
            Payment::Returned(part) => (part.settled_fen.fen(), part.returned_fen.fen()),
            Payment::Reversed(_) => return Self::default(),
            Payment::Absent | Payment::Recorded(_) => (0, 0),
            Payment::Recovering(recovering) => {
                let RecoverySums { arrived_fen, ordered_fen, received_fen, waived_fen } =
                    recovering.sums;
                assert!(ordered_fen.fen() - waived_fen.fen() <= arrived_fen.fen());
                assert!(received_fen.fen() + waived_fen.fen() <= ordered_fen.fen());
                recovered = received_fen.fen();
                (
                    arrived_fen.fen(),
                    recovering.returned.as_ref().map_or(0, |r| r.returned_fen.fen()),
                )
            }
        };
        let in_transit = amount - settled - returned;
        Self { instructed: amount, settled, returned, in_transit, recovered }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn both_equations_of_an_account_hold_at_every_step(
        asked in prop::collection::vec((0..10u8, 0..PAYMENTS, 0..310_000i64), 0..40),
    ) {
        let mut books = Books::new();
        for (kind, number, fen) in asked {
            books.take(kind, number, fen);
            books.check();
        }
    }
}

#[test]
fn the_random_steps_record_every_kind_of_event() {
    let mut books = Books::new();
    // Settled, returned late, given up; partly paid, the rest paid out again, which comes back too.
    let first = [(0, 0, 1), (3, 0, 1), (4, 0, 1), (6, 0, 1)];
    let second = [(1, 1, 1), (5, 1, 100), (2, 2, 1), (4, 2, 1), (0, 3, 1), (6, 3, 1)];
    // Settled, asked back in part, received, given up.
    let third = [(6, 1, 1), (7, 1, 1), (7, 1, 30), (8, 1, 20), (9, 1, 3)];
    for (kind, number, fen) in first.into_iter().chain(second).chain(third) {
        books.take(kind, number, fen);
        books.check();
    }
    let all = [
        "PaymentInstructed v1",
        "PaymentReissued v1",
        "PaymentReturned v1",
        "PaymentReversed v1",
        "PaymentReversed v2",
        "PaymentSettled v1",
        "RecoveryOrdered v1",
        "RecoveryReceived v1",
        "RecoveryWaived v1",
    ];
    assert_eq!(books.recorded, BTreeSet::from(all));
}
