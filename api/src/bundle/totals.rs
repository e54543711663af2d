//! `totals.csv`: what was paid, by programme, fund, region and month. A pure function of the events,
//! which export and verification share.
//!
//! A payment counts in the month of the day it occurred on, net: one that was reversed is absent,
//! in its own cell. A reversal repeats what it reverses, so nothing but the cells is kept in memory.

use std::collections::BTreeMap;
use std::io;

use domain::calendar::Month;
use domain::events::AnyEvent;
use domain::ids::{FundId, ProgrammeId};
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

/// What one event adds to a cell; a reversal takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    amount_fen: i128,
    payments: i64,
    person_times: i64,
}

/// The cells so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Totals(BTreeMap<Cell, Sums>);

/// What an event changes; `None` for one that is about no payment.
pub fn change(event: &AnyEvent) -> Option<(Cell, Sums)> {
    match event {
        AnyEvent::Payment(PaymentEvent::PaymentRecorded(payment)) => Some(of(payment, 1)),
        AnyEvent::Payment(PaymentEvent::PaymentReversed(reversal)) => {
            Some(of(&reversal.original, -1))
        }
        AnyEvent::Fund(_)
        | AnyEvent::Standard(_)
        | AnyEvent::Grant(_)
        | AnyEvent::Store(_)
        | AnyEvent::Officer(_)
        | AnyEvent::Regulation(_)
        | AnyEvent::Batch(_) => None,
    }
}

fn of(payment: &PaymentRecorded, sign: i64) -> (Cell, Sums) {
    let cell = Cell {
        programme: payment.programme().clone(),
        fund: payment.fund(),
        region: payment.recipient.region.clone(),
        month: payment.occurred_on.month(),
    };
    let signed = |number: i64| number.saturating_mul(sign);
    let sums = Sums {
        amount_fen: i128::from(signed(payment.amount_fen.fen())),
        payments: sign,
        person_times: signed(i64::from(payment.recipient.covered_persons)),
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

    use super::*;

    const PAYMENT: &str =
        include_str!("../../../domain/tests/fixtures/events/PaymentRecorded.v1.json");
    const GOODS: &str =
        include_str!("../../../domain/tests/fixtures/events/PaymentRecorded.v1.goods.json");
    const REVERSAL: &str =
        include_str!("../../../domain/tests/fixtures/events/PaymentReversed.v1.json");
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
}
