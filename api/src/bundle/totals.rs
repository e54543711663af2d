//! `totals.csv`: what was paid, by programme, fund, region and month. A pure function of the events,
//! which export and verification share.
//!
//! A payment counts in the month of the day it occurred on, net: what a bank returned, what was reversed
//! and what was recovered is absent, in the payment's own cell, and what is on its way counts. A payment that
//! was recovered, even as a whole, counts still, and so do its persons: a recovery undoes nothing. Each of
//! these events repeats the payment that it is about, so nothing but the cells is kept in memory.

use std::collections::BTreeMap;
use std::io;

use domain::calendar::Month;
use domain::events::AnyEvent;
use domain::ids::{FundId, ProgrammeId};
use domain::money::Money;
use domain::payment::{PaymentEvent, PaymentRecorded};
use domain::region::Region;

/// The header line.
pub const HEADER: [&str; 7] =
    ["programme", "fund", "region", "month", "amount_fen", "payments", "person_times"];

/// What the payments of one line have in common. Its order is that of the texts, so the lines are
/// sorted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    programme: ProgrammeId,
    /// Goods come out of no fund.
    fund: Option<FundId>,
    region: Region,
    month: Month,
}

/// What one event adds to a cell; a return, a reversal and a recovery take away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    amount_fen: i128,
    payments: i64,
    person_times: i64,
}

/// The cells so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Totals(BTreeMap<Cell, Sums>);

/// What an event changes; `None` for one that changes no total.
pub fn change(event: &AnyEvent) -> Option<(Cell, Sums)> {
    match event {
        AnyEvent::Payment(event) => change_by_payment(event),
        AnyEvent::Fund(_)
        | AnyEvent::Standard(_)
        | AnyEvent::Grant(_)
        | AnyEvent::Store(_)
        | AnyEvent::Officer(_)
        | AnyEvent::Regulation(_)
        | AnyEvent::Batch(_)
        | AnyEvent::BankResults(_)
        | AnyEvent::Period(_)
        | AnyEvent::Disclosure(_)
        | AnyEvent::Person(_) => None,
    }
}

fn change_by_payment(event: &PaymentEvent) -> Option<(Cell, Sums)> {
    match event {
        PaymentEvent::PaymentRecorded(payment) => Some(of(payment, payment.amount_fen, 1)),
        // It counted while it was on its way.
        PaymentEvent::PaymentSettled(_) => None,
        PaymentEvent::PaymentReturned(event) => {
            // Of what came back in part the rest is a payment still.
            let payments = if event.settled_fen == Money::ZERO { -1 } else { 0 };
            Some(of(&event.original, event.returned_fen.negated(), payments))
        }
        PaymentEvent::PaymentReversed(event) => match event.returned_fen {
            None => Some(of(&event.original, event.original.amount_fen.negated(), -1)),
            // The return has taken away all of it.
            Some(_) => None,
        },
        PaymentEvent::RecoveryReceived(event) => {
            Some(of(&event.original, event.amount_fen.negated(), 0))
        }
        // No money moves by either.
        PaymentEvent::RecoveryOrdered(_) | PaymentEvent::RecoveryWaived(_) => None,
    }
}

/// An amount in the cell of a payment, and so many payments with as many times its persons.
fn of(payment: &PaymentRecorded, amount: Money, payments: i64) -> (Cell, Sums) {
    let cell = Cell {
        programme: payment.programme().clone(),
        fund: payment.fund(),
        region: payment.recipient.region.clone(),
        month: payment.occurred_on.month(),
    };
    let covered = i64::from(payment.person_times());
    let sums = Sums {
        amount_fen: i128::from(amount.fen()),
        payments,
        // Below 2^32, and taken once or not at all.
        person_times: covered.saturating_mul(payments),
    };
    (cell, sums)
}

impl Totals {
    /// Takes in what an event changes.
    pub fn add(&mut self, (cell, more): (Cell, Sums)) {
        let sums = self.0.entry(cell).or_default();
        // Amounts are below 2^53 and there are fewer than 2^53 events: nothing saturates.
        sums.amount_fen = sums.amount_fen.saturating_add(more.amount_fen);
        sums.payments = sums.payments.saturating_add(more.payments);
        sums.person_times = sums.person_times.saturating_add(more.person_times);
    }

    /// The table's bytes: UTF-8, RFC 4180 with LF, sorted. A cell in which nothing is left is absent.
    ///
    /// # Errors
    /// Never in practice: it writes to memory.
    pub fn print(&self) -> io::Result<Vec<u8>> {
        let mut table = csv::Writer::from_writer(Vec::new());
        table.write_record(HEADER)?;
        for (cell, sums) in self.0.iter().filter(|(_, sums)| **sums != Sums::default()) {
            table.write_record([
                cell.programme.as_str(),
                &cell.fund.map(|fund| fund.to_string()).unwrap_or_default(),
                cell.region.as_str(),
                &cell.month.to_string(),
                &sums.amount_fen.to_string(),
                &sums.payments.to_string(),
                &sums.person_times.to_string(),
            ])?;
        }
        table.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use domain::payment::Reissued;

    use super::*;

    const PAYMENT: &str =
        include_str!("../../../domain/tests/fixtures/events/PaymentRecorded.v1.json");
    const GOODS: &str =
        include_str!("../../../domain/tests/fixtures/events/PaymentRecorded.v1.goods.json");
    const REVERSAL: &str =
        include_str!("../../../domain/tests/fixtures/events/PaymentReversed.v1.json");
    /// A payment of a batch, of 3,000 yuan for two persons; those that follow are about it.
    const INSTRUCTED: &str =
        include_str!("../../../domain/tests/fixtures/events/PaymentInstructed.v1.json");
    const SETTLED: &str =
        include_str!("../../../domain/tests/fixtures/events/PaymentSettled.v1.json");
    const RETURNED: &str =
        include_str!("../../../domain/tests/fixtures/events/PaymentReturned.v1.json");
    /// 1,000 yuan of it stayed.
    const PARTLY_PAID: &str =
        include_str!("../../../domain/tests/fixtures/events/PaymentReturned.v1.partly_paid.json");
    const RETURNED_LATE: &str = include_str!(
        "../../../domain/tests/fixtures/events/PaymentReturned.v1.after_settlement.json"
    );
    const REVERSED_AFTER: &str =
        include_str!("../../../domain/tests/fixtures/events/PaymentReversed.v2.json");
    /// Another one, which pays out again as much.
    const REISSUED: &str =
        include_str!("../../../domain/tests/fixtures/events/PaymentReissued.v1.json");
    /// Of [`PAYMENT`] 1,500 yuan were asked back; 500 of them came in, 200 were given up.
    const ORDERED: &str =
        include_str!("../../../domain/tests/fixtures/events/RecoveryOrdered.v1.json");
    const RECEIVED: &str =
        include_str!("../../../domain/tests/fixtures/events/RecoveryReceived.v1.json");
    const WAIVED: &str =
        include_str!("../../../domain/tests/fixtures/events/RecoveryWaived.v1.json");
    const RESULTS: &str =
        include_str!("../../../domain/tests/fixtures/events/BankResultsRecorded.v1.json");
    const FUND: &str = include_str!("../../../domain/tests/fixtures/events/FundOpened.v1.json");

    fn event(stream: &str, name: &str, payload: &str) -> AnyEvent {
        AnyEvent::parse(stream, name, payload.trim_end().as_bytes()).unwrap()
    }

    fn printed(events: &[AnyEvent]) -> String {
        let mut totals = Totals::default();
        events.iter().filter_map(change).for_each(|more| totals.add(more));
        String::from_utf8(totals.print().unwrap()).unwrap()
    }

    #[test]
    fn payments_are_summed_by_programme_fund_region_and_month() {
        let payment = event("payment", "PaymentRecorded v1", PAYMENT);
        let goods = event("payment", "PaymentRecorded v1", GOODS);
        let fund = event("fund", "FundOpened v1", FUND);
        let AnyEvent::Payment(PaymentEvent::PaymentRecorded(paid)) = &payment else { panic!() };
        let lines = printed(&[fund, payment.clone(), goods, payment.clone()]);
        let lines: Vec<_> = lines.lines().collect();
        assert_eq!(lines.first(), Some(&HEADER.join(",").as_str()));
        assert_eq!(lines.len(), 3, "{lines:?}");
        let line = format!(
            "{},{},{},{},{},2,{}",
            paid.programme(),
            paid.fund().unwrap(),
            paid.recipient.region,
            paid.occurred_on.month(),
            paid.amount_fen.fen() * 2,
            paid.recipient.covered_persons * 2
        );
        assert!(lines.contains(&line.as_str()), "{line} in {lines:?}");
        assert!(lines.iter().any(|line| line.contains(",,")), "goods have no fund: {lines:?}");
    }

    #[test]
    fn a_reversed_payment_leaves_its_own_cell_and_an_empty_cell_is_absent() {
        let reversal = event("payment", "PaymentReversed v1", REVERSAL);
        let AnyEvent::Payment(PaymentEvent::PaymentReversed(reversed)) = &reversal else {
            panic!()
        };
        let original = AnyEvent::Payment(PaymentEvent::PaymentRecorded(reversed.original.clone()));
        let once = printed(std::slice::from_ref(&original));
        assert_eq!(once.lines().count(), 2);
        let both = [original.clone(), original.clone(), reversal.clone()];
        assert_eq!(printed(&both), once);
        assert_eq!(printed(&[original, reversal]), format!("{}\n", HEADER.join(",")));
    }

    /// The last three columns of the one line that there is; none where there is no line.
    fn counts(events: &[AnyEvent]) -> Option<String> {
        let printed = printed(events);
        let mut lines = printed.lines().skip(1);
        let line = lines.next()?;
        assert_eq!(lines.next(), None, "{printed}");
        let columns: Vec<_> = line.split(',').skip(4).collect();
        Some(columns.join(" "))
    }

    #[test]
    fn what_a_bank_returns_leaves_the_payment_s_own_cell() {
        let instructed = event("payment", "PaymentInstructed v1", INSTRUCTED);
        let settled = event("payment", "PaymentSettled v1", SETTLED);
        let returned = event("payment", "PaymentReturned v1", RETURNED);
        let partly_paid = event("payment", "PaymentReturned v1", PARTLY_PAID);
        let returned_late = event("payment", "PaymentReturned v1", RETURNED_LATE);
        let reversed = event("payment", "PaymentReversed v2", REVERSED_AFTER);
        let results = event("bank-results", "BankResultsRecorded v1", RESULTS);
        let after = |events: &[&AnyEvent]| {
            let events: Vec<_> = events.iter().map(|event| (*event).clone()).collect();
            counts(&events)
        };
        let whole = Some("300000 1 2".to_owned());
        assert_eq!(after(&[&instructed]), whole);
        assert_eq!(after(&[&instructed, &results, &settled]), whole);
        assert_eq!(after(&[&instructed, &results, &returned]), None);
        let rest = Some("100000 1 2".to_owned());
        assert_eq!(after(&[&instructed, &results, &partly_paid]), rest);
        assert_eq!(after(&[&instructed, &settled, &results, &returned_late]), None);
        assert_eq!(after(&[&instructed, &results, &returned, &reversed]), None);
        assert_eq!(change(&reversed), None, "nothing is taken away twice");
    }

    #[test]
    fn what_is_recovered_leaves_the_payment_s_own_cell_and_the_payment_counts_still() {
        let payment = event("payment", "PaymentRecorded v1", PAYMENT);
        let ordered = event("payment", "RecoveryOrdered v1", ORDERED);
        let received = event("payment", "RecoveryReceived v1", RECEIVED);
        let waived = event("payment", "RecoveryWaived v1", WAIVED);
        let whole = Some("300000 1 2".to_owned());
        assert_eq!(counts(&[payment.clone(), ordered.clone()]), whole);
        let some = Some("250000 1 2".to_owned());
        assert_eq!(counts(&[payment.clone(), ordered, received.clone(), waived]), some);
        let AnyEvent::Payment(PaymentEvent::RecoveryReceived(mut all)) = received else { panic!() };
        all.before.ordered_fen = all.before.arrived_fen;
        all.amount_fen = all.before.arrived_fen;
        let all = AnyEvent::Payment(PaymentEvent::RecoveryReceived(all));
        assert_eq!(counts(&[payment, all]), Some("0 1 2".to_owned()));
    }

    #[test]
    fn persons_are_counted_once_where_only_the_rest_is_paid_out_again() {
        let again = event("payment", "PaymentReissued v1", REISSUED);
        assert_eq!(counts(std::slice::from_ref(&again)), Some("300000 1 2".to_owned()));
        let AnyEvent::Payment(PaymentEvent::PaymentRecorded(mut payment)) = again else { panic!() };
        payment.reissues = payment.reissues.map(|reissued| Reissued { rest: true, ..reissued });
        let rest = AnyEvent::Payment(PaymentEvent::PaymentRecorded(payment));
        assert_eq!(counts(&[rest]), Some("300000 1 0".to_owned()));
    }
}
