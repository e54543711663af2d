//! The walk over what came in.

use std::collections::HashMap;

use super::answer::{Summed, Sums};
use super::columns::{Columns, Receipt};
use super::plan::{days, months};
use super::{Basis, Dimension, Key, Measure, TotalsFilter};

/// Sums up the receipts that the filter admits, up to a position.
pub(super) fn received(
    columns: &Columns,
    filter: &TotalsFilter,
    group_by: &[Dimension],
    as_of: u32,
) -> Summed {
    let mut groups: HashMap<Key, Sums> = HashMap::new();
    let mut total = Sums::default();
    let counted = columns.receipts.iter().take_while(|receipt| receipt.position <= as_of);
    for receipt in counted.filter(|receipt| admits(filter, receipt)) {
        let amount = i128::from(receipt.amount);
        let sums = groups.entry(key(columns, group_by, receipt)).or_default();
        sums.amount = sums.amount.saturating_add(amount);
        total.amount = total.amount.saturating_add(amount);
    }
    Summed { groups: groups.into_iter().collect(), total }
}

fn admits(filter: &TotalsFilter, receipt: &Receipt) -> bool {
    let income = receipt.income.as_ref();
    let says_where =
        filter.regions.is_some() || filter.residency.is_some() || filter.forms.is_some();
    let in_period = match filter.basis {
        Basis::Occurred => {
            let (first, last) = days(filter);
            (first..=last).contains(&receipt.occurred_on)
        }
        Basis::Entitlement => {
            let (first, last) = months(filter);
            (i32::from(first)..=i32::from(last)).contains(&receipt.month.index())
        }
    };
    let measured = filter.measure != Measure::Allotted || income.is_none();
    in_period
        && measured
        && !says_where
        && filter
            .programmes
            .as_ref()
            .is_none_or(|asked| income.is_some_and(|income| asked.contains(income)))
        && filter.funds.as_ref().is_none_or(|asked| asked.contains(&receipt.fund))
        && filter.fund_sources.as_ref().is_none_or(|asked| asked.contains(&receipt.source))
}

fn key(columns: &Columns, group_by: &[Dimension], receipt: &Receipt) -> Key {
    let mut key = Key::default();
    for by in group_by {
        match by {
            Dimension::Ledger => key.ledger = Some(columns.ledger.clone()),
            Dimension::Programme => key.programme.clone_from(&receipt.income),
            Dimension::Fund => key.fund = Some(receipt.fund),
            Dimension::FundSource => key.fund_source = Some(receipt.source),
            Dimension::Month => key.month = Some(receipt.month),
            Dimension::Year => key.year = Some(receipt.month.year()),
            Dimension::Region | Dimension::Form | Dimension::Residency => {}
        }
    }
    key
}
