//! The same totals, written down as plainly as possible: loops over events, and sets.
//!
//! Slow, and obviously right. Tests and `verify` hold the fast totals against these.

mod fen;

use std::collections::{BTreeMap, HashSet};

use domain::calendar::Month;
use domain::events::AnyEvent;
use domain::fund::{FundEvent, FundsReceived};
use domain::ids::{FundId, HouseholdId, PersonId};
use domain::money::Money;
use domain::payment::{PaymentEvent, PaymentRecorded};
use domain::vocabulary::FundSource;
use ledger::LedgerId;

use super::{Basis, Dimension, Figures, Key, Measure, Row, TotalsFilter};
use fen::fen_that_count;

/// An event and where it was recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The bureau's books.
    pub ledger: LedgerId,
    /// Place in the ledger.
    pub position: u64,
    /// What happened.
    pub event: AnyEvent,
}

/// What is gathered for one group.
#[derive(Debug, Default)]
struct Group {
    fen: i128,
    payments: u64,
    persons: HashSet<(LedgerId, PersonId)>,
    households: HashSet<(LedgerId, HouseholdId)>,
    person_times: u64,
    unnamed_payments: u64,
}

/// Totals over a history, in any order of rows. `None` where a sum is out of range.
///
/// The history is that of all ledgers, each in order of position, from the first entry on. `as_of`
/// of the filter holds for every ledger of the filter.
pub fn totals(
    history: &[Recorded],
    filter: &TotalsFilter,
    group_by: &[Dimension],
) -> Option<(Vec<Row>, Figures)> {
    let mut groups: Vec<(Key, Group)> = Vec::new();
    let mut total = Group::default();
    for part in parts(history, filter) {
        let mut touched: Vec<Key> = Vec::new();
        for (month, fen) in &part.months {
            let key = key(&part, *month, group_by);
            let at = match groups.iter().position(|(known, _)| *known == key) {
                Some(at) => at,
                None => {
                    groups.push((key.clone(), Group::default()));
                    groups.len().checked_sub(1)?
                }
            };
            let (_, group) = groups.get_mut(at)?;
            group.fen = group.fen.checked_add(i128::from(*fen))?;
            total.fen = total.fen.checked_add(i128::from(*fen))?;
            // Several months of one payment in one group are one payment.
            if !touched.contains(&key) {
                group.count(&part)?;
                touched.push(key);
            }
        }
        total.count(&part)?;
    }
    let rows = groups.into_iter().map(|(key, group)| Some(Row { key, figures: group.figures()? }));
    Some((rows.collect::<Option<_>>()?, total.figures()?))
}

/// What a payment or receipt gives to the totals.
struct Part<'h> {
    ledger: &'h LedgerId,
    source: Option<FundSource>,
    /// The fen that fall on each month.
    months: BTreeMap<Month, i64>,
    what: What<'h>,
}

enum What<'h> {
    Payment(&'h PaymentRecorded),
    Receipt(&'h FundsReceived),
}

impl Group {
    fn count(&mut self, part: &Part<'_>) -> Option<()> {
        let What::Payment(payment) = part.what else {
            return Some(());
        };
        let recipient = &payment.recipient;
        self.payments = self.payments.checked_add(1)?;
        self.person_times = self.person_times.checked_add(u64::from(payment.person_times()))?;
        match recipient.person_id() {
            Some(person) => drop(self.persons.insert((part.ledger.clone(), person))),
            None => self.unnamed_payments = self.unnamed_payments.checked_add(1)?,
        }
        if let Some(household) = recipient.household_id() {
            self.households.insert((part.ledger.clone(), household));
        }
        Some(())
    }

    fn figures(&self) -> Option<Figures> {
        Some(Figures {
            amount: Money::from_fen(i64::try_from(self.fen).ok()?).ok()?,
            payments: self.payments,
            persons: u64::try_from(self.persons.len()).ok()?,
            households: u64::try_from(self.households.len()).ok()?,
            person_times: self.person_times,
            unnamed_payments: self.unnamed_payments,
        })
    }
}

/// Every payment or receipt that the filter admits, with what falls into the period.
fn parts<'h>(history: &'h [Recorded], filter: &TotalsFilter) -> Vec<Part<'h>> {
    let counted = |entry: &&Recorded| {
        filter.ledgers.contains(&entry.ledger)
            && filter.as_of.is_none_or(|as_of| entry.position <= as_of)
    };
    let history: Vec<&Recorded> = history.iter().filter(counted).collect();
    let source_of = |ledger: &LedgerId, fund: FundId| {
        history.iter().find_map(|entry| match &entry.event {
            AnyEvent::Fund(FundEvent::FundOpened(event))
                if entry.ledger == *ledger && event.fund == fund =>
            {
                Some(event.source)
            }
            _ => None,
        })
    };
    let mut parts = Vec::new();
    for entry in &history {
        let (what, months, source) = match (&entry.event, filter.measure) {
            (AnyEvent::Fund(FundEvent::FundsReceived(event)), measure)
                if receipt_counts(event, measure) =>
            {
                let month = BTreeMap::from([(event.occurred_on.month(), event.amount_fen.fen())]);
                (What::Receipt(event), month, Some(event.source))
            }
            (_, Measure::Received | Measure::Allotted) => continue,
            (AnyEvent::Payment(PaymentEvent::PaymentRecorded(event)), measure) => {
                let Some(fen) = fen_that_count(&history, &entry.ledger, event, measure) else {
                    continue;
                };
                let source = event.fund().and_then(|fund| source_of(&entry.ledger, fund));
                (What::Payment(event), spread(event, fen, filter), source)
            }
            _ => continue,
        };
        let mut part = Part { ledger: &entry.ledger, source, months, what };
        keep_period(&mut part, filter);
        if !part.months.is_empty() && admits(&part, filter) {
            parts.push(part);
        }
    }
    parts
}

fn receipt_counts(receipt: &FundsReceived, measure: Measure) -> bool {
    match measure {
        Measure::Received => true,
        Measure::Allotted => receipt.income.is_none(),
        _ => false,
    }
}

/// The fen that fall on each month, of those of a payment that count.
fn spread(payment: &PaymentRecorded, fen: i64, filter: &TotalsFilter) -> BTreeMap<Month, i64> {
    let months: Vec<Month> = match (filter.basis, payment.months()) {
        (Basis::Entitlement, Some(months)) => months.months().collect(),
        _ => vec![payment.occurred_on.month()],
    };
    let count = i64::try_from(months.len()).unwrap_or(i64::MAX);
    let share = fen.checked_div(count).unwrap_or(0);
    let mut spread: BTreeMap<Month, i64> = months.iter().map(|month| (*month, share)).collect();
    if let Some(mut last) = spread.last_entry() {
        let others = share.saturating_mul(count.saturating_sub(1));
        *last.get_mut() = fen.saturating_sub(others);
    }
    spread
}

/// Takes out what does not fall into the period.
fn keep_period(part: &mut Part<'_>, filter: &TotalsFilter) {
    let occurred_on = match part.what {
        What::Payment(payment) => payment.occurred_on,
        What::Receipt(receipt) => receipt.occurred_on,
    };
    part.months.retain(|month, _| match filter.basis {
        Basis::Occurred => {
            filter.from.is_none_or(|from| occurred_on >= from)
                && filter.to.is_none_or(|to| occurred_on <= to)
        }
        Basis::Entitlement => {
            filter.from.is_none_or(|from| *month >= from.month())
                && filter.to.is_none_or(|to| *month <= to.month())
        }
    });
}

fn admits(part: &Part<'_>, filter: &TotalsFilter) -> bool {
    let key = key(
        part,
        None,
        &[
            Dimension::Programme,
            Dimension::Fund,
            Dimension::FundSource,
            Dimension::Region,
            Dimension::Form,
            Dimension::Residency,
        ],
    );
    fn among<T: PartialEq>(asked: Option<&Vec<T>>, value: Option<&T>) -> bool {
        match (asked, value) {
            (None, _) => true,
            (Some(asked), Some(value)) => asked.contains(value),
            (Some(_), None) => false,
        }
    }
    let begins = |prefix: &String| {
        key.region.as_ref().is_some_and(|region| region.as_str().starts_with(prefix.as_str()))
    };
    among(filter.programmes.as_ref(), key.programme.as_ref())
        && among(filter.funds.as_ref(), key.fund.as_ref())
        && among(filter.fund_sources.as_ref(), key.fund_source.as_ref())
        && among(filter.forms.as_ref(), key.form.as_ref())
        && filter.regions.as_ref().is_none_or(|prefixes| prefixes.iter().any(begins))
        && (filter.residency.is_none() || filter.residency == key.residency)
}

fn key(part: &Part<'_>, month: impl Into<Option<Month>>, group_by: &[Dimension]) -> Key {
    let month = month.into();
    let mut whole = Key {
        ledger: Some(part.ledger.clone()),
        month,
        year: month.map(Month::year),
        fund_source: part.source,
        ..Key::default()
    };
    match part.what {
        What::Payment(payment) => {
            whole.programme = Some(payment.programme().clone());
            whole.fund = payment.fund();
            whole.region = Some(payment.recipient.region.clone());
            whole.form = Some(payment.form);
            whole.residency = payment.recipient.residency;
        }
        What::Receipt(receipt) => {
            whole.programme.clone_from(&receipt.income);
            whole.fund = Some(receipt.fund);
        }
    }
    let mut key = Key::default();
    for by in group_by {
        match by {
            Dimension::Ledger => key.ledger.clone_from(&whole.ledger),
            Dimension::Programme => key.programme.clone_from(&whole.programme),
            Dimension::Fund => key.fund = whole.fund,
            Dimension::FundSource => key.fund_source = whole.fund_source,
            Dimension::Region => key.region.clone_from(&whole.region),
            Dimension::Month => key.month = whole.month,
            Dimension::Year => key.year = whole.year,
            Dimension::Form => key.form = whole.form,
            Dimension::Residency => key.residency = whole.residency,
        }
    }
    key
}
