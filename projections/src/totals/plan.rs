//! A question made ready for one ledger: decided once for each combination, not for each payment.

use std::collections::HashMap;

use domain::calendar::{Day, Month};

use super::columns::Columns;
use super::combination::Combination;
use super::{Basis, Dimension, Key, Measure, TotalsFilter};
use crate::copy::days_since_2000;

/// How groups are told apart by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Time {
    Whole,
    Years,
    Months,
}

impl Time {
    pub(super) fn of(group_by: &[Dimension]) -> Self {
        if group_by.contains(&Dimension::Month) {
            Self::Months
        } else if group_by.contains(&Dimension::Year) {
            Self::Years
        } else {
            Self::Whole
        }
    }

    /// The slot of a month, by its index.
    pub(super) const fn slot(self, month: u16) -> u16 {
        match self {
            Self::Whole => 0,
            Self::Years => month / 12,
            Self::Months => month,
        }
    }
}

/// What one ledger's columns are walked with.
#[derive(Debug)]
pub(super) struct Plan {
    /// The last position that counts.
    pub(super) as_of: u32,
    /// What of each payment counts.
    pub(super) measure: Measure,
    pub(super) basis: Basis,
    /// First and last day, since 2000-01-01.
    pub(super) days: (i32, i32),
    /// First and last month, by index.
    pub(super) months: (u16, u16),
    pub(super) time: Time,
    /// The slot from which the slots of this ledger are counted, and how many there are.
    pub(super) first_slot: u16,
    pub(super) slots: usize,
    /// For each combination the part of the key that it gives; `None` where the filter leaves it out.
    pub(super) part_of: Vec<Option<u32>>,
    /// The key of each part, without time.
    pub(super) parts: Vec<Key>,
}

impl Plan {
    /// Makes a question about payments ready; `as_of` has been checked.
    pub(super) fn new(
        columns: &Columns,
        filter: &TotalsFilter,
        group_by: &[Dimension],
        as_of: u32,
    ) -> Self {
        let mut parts = Vec::new();
        let mut numbers: HashMap<Key, u32> = HashMap::new();
        let mut part = |combination: &Combination| {
            admits(columns, filter, combination).then(|| {
                let key = key(columns, group_by, combination);
                *numbers.entry(key).or_insert_with_key(|key| {
                    parts.push(key.clone());
                    // Fewer parts than combinations, which are numbered by u32.
                    u32::try_from(parts.len().saturating_sub(1)).unwrap_or(u32::MAX)
                })
            })
        };
        let part_of = columns.combinations.all().iter().map(&mut part).collect();
        let time = Time::of(group_by);
        let months = months(filter);
        // On either basis what is asked for lies in the months of the filter's ends.
        let (first, last) = match columns.months() {
            Some(held) => ((*held.start()).max(months.0), (*held.end()).min(months.1)),
            None => (0, 0),
        };
        let (first, last) = (time.slot(first), time.slot(last));
        Self {
            as_of,
            measure: filter.measure,
            basis: filter.basis,
            days: days(filter),
            months,
            time,
            first_slot: first,
            slots: usize::from(last.saturating_sub(first)).saturating_add(1),
            part_of,
            parts,
        }
    }

    /// The key of a group.
    pub(super) fn key(&self, part: u32, slot: u32, group_by: &[Dimension]) -> Key {
        let part = usize::try_from(part).ok().and_then(|part| self.parts.get(part));
        let mut key = part.cloned().unwrap_or_default();
        let slot = i32::try_from(slot).unwrap_or(0).saturating_add(i32::from(self.first_slot));
        let year = match self.time {
            Time::Whole => return key,
            Time::Years => slot,
            Time::Months => {
                key.month = Month::from_index(slot);
                slot.div_euclid(12)
            }
        };
        key.year = group_by.contains(&Dimension::Year).then_some(year);
        key
    }
}

/// The days of the filter, as the columns count them.
pub(super) fn days(filter: &TotalsFilter) -> (i32, i32) {
    (filter.from.map_or(i32::MIN, days_since_2000), filter.to.map_or(i32::MAX, days_since_2000))
}

/// The months of the filter's ends, by index.
pub(super) fn months(filter: &TotalsFilter) -> (u16, u16) {
    // The index of a month up to the year 2999 has two bytes.
    let index = |day: Day| u16::try_from(day.month().index()).unwrap_or(u16::MAX);
    (filter.from.map_or(0, index), filter.to.map_or(u16::MAX, index))
}

fn admits(columns: &Columns, filter: &TotalsFilter, combination: &Combination) -> bool {
    let fund = combination.fund;
    let source = fund.and_then(|fund| columns.fund_sources.get(&fund));
    filter.programmes.as_ref().is_none_or(|asked| asked.contains(&combination.programme))
        && filter.funds.as_ref().is_none_or(|asked| fund.is_some_and(|fund| asked.contains(&fund)))
        && filter
            .fund_sources
            .as_ref()
            .is_none_or(|asked| source.is_some_and(|source| asked.contains(source)))
        && filter
            .regions
            .as_ref()
            .is_none_or(|asked| asked.iter().any(|prefix| combination.region.starts_with(prefix)))
        && filter.residency.is_none_or(|asked| combination.residency == Some(asked))
        && filter.forms.as_ref().is_none_or(|asked| asked.contains(&combination.form))
}

fn key(columns: &Columns, group_by: &[Dimension], combination: &Combination) -> Key {
    let mut key = Key::default();
    for by in group_by {
        match by {
            Dimension::Ledger => key.ledger = Some(columns.ledger.clone()),
            Dimension::Programme => key.programme = Some(combination.programme.clone()),
            Dimension::Fund => key.fund = combination.fund,
            Dimension::FundSource => {
                key.fund_source =
                    combination.fund.and_then(|fund| columns.fund_sources.get(&fund)).copied();
            }
            Dimension::Region => key.region = Some(combination.region.clone()),
            Dimension::Form => key.form = Some(combination.form),
            Dimension::Residency => key.residency = combination.residency,
            Dimension::Month | Dimension::Year => {}
        }
    }
    key
}
