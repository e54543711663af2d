//! What the totals answer.

use std::cmp::Ordering;
use std::collections::HashMap;

use domain::calendar::Month;
use domain::ids::{FundId, ProgrammeId};
use domain::money::Money;
use domain::region::Region;
use domain::vocabulary::{AidForm, FundSource, Residency};
use ledger::LedgerId;

use super::{Dimension, TotalsError};

/// What the rows of a group have in common. A field is `None` where it was not asked to tell rows
/// apart by it, and where the payments of the group do not have it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Key {
    /// The bureau's books.
    pub ledger: Option<LedgerId>,
    /// The programme.
    pub programme: Option<ProgrammeId>,
    /// The fund.
    pub fund: Option<FundId>,
    /// The fund's source.
    pub fund_source: Option<FundSource>,
    /// The region.
    pub region: Option<Region>,
    /// The month.
    pub month: Option<Month>,
    /// The year.
    pub year: Option<i32>,
    /// The form of aid.
    pub form: Option<AidForm>,
    /// Urban or rural.
    pub residency: Option<Residency>,
}

impl Key {
    fn compare(&self, other: &Self, by: Dimension) -> Ordering {
        match by {
            Dimension::Ledger => self.ledger.cmp(&other.ledger),
            Dimension::Programme => self.programme.cmp(&other.programme),
            Dimension::Fund => self.fund.cmp(&other.fund),
            Dimension::FundSource => self.fund_source.cmp(&other.fund_source),
            Dimension::Region => self.region.cmp(&other.region),
            Dimension::Month => self.month.cmp(&other.month),
            Dimension::Year => self.year.cmp(&other.year),
            Dimension::Form => self.form.cmp(&other.form),
            Dimension::Residency => self.residency.cmp(&other.residency),
        }
    }
}

/// The figures of a group, or of all rows together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// The sum.
    pub amount: Money,
    /// How many payments (笔).
    pub payments: u64,
    /// How many different persons were named as recipients (人).
    pub persons: u64,
    /// How many different households were named as recipients (户).
    pub households: u64,
    /// Sum of covered persons (人次). What pays out the rest of a payment adds none: they are counted
    /// with that payment.
    pub person_times: u64,
    /// For how many of the payments no person was named, so that `persons` does not know them.
    pub unnamed_payments: u64,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Which group.
    pub key: Key,
    /// Its figures.
    pub figures: Figures,
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// One row for each group that has payments or receipts, in the order of the dimensions as they
    /// were asked for; a missing value comes first. Without dimensions there is one group.
    pub rows: Vec<Row>,
    /// The figures over all rows together: distinct counts are counted again, not summed.
    pub total: Figures,
    /// The last entry taken into account, for each ledger that has one.
    pub as_of: Vec<(LedgerId, u64)>,
}

/// Figures while they are summed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) amount: i128,
    pub(crate) payments: u64,
    pub(crate) persons: u64,
    pub(crate) households: u64,
    pub(crate) person_times: u64,
    pub(crate) unnamed_payments: u64,
}

impl Sums {
    /// Adds figures about other payments. Persons and households of another ledger are others.
    fn add(&mut self, other: &Self) {
        // Amounts are below 2^53 and counts those of rows in memory: nothing saturates.
        self.amount = self.amount.saturating_add(other.amount);
        self.payments = self.payments.saturating_add(other.payments);
        self.persons = self.persons.saturating_add(other.persons);
        self.households = self.households.saturating_add(other.households);
        self.person_times = self.person_times.saturating_add(other.person_times);
        self.unnamed_payments = self.unnamed_payments.saturating_add(other.unnamed_payments);
    }

    fn figures(&self) -> Result<Figures, TotalsError> {
        let fen = i64::try_from(self.amount).map_err(|_| TotalsError::SumTooLarge)?;
        Ok(Figures {
            amount: Money::from_fen(fen).map_err(|_| TotalsError::SumTooLarge)?,
            payments: self.payments,
            persons: self.persons,
            households: self.households,
            person_times: self.person_times,
            unnamed_payments: self.unnamed_payments,
        })
    }
}

/// The sums of one ledger.
#[derive(Debug, Default)]
pub(crate) struct Summed {
    pub(crate) groups: Vec<(Key, Sums)>,
    pub(crate) total: Sums,
}

/// Puts the sums of several ledgers together. They share no person and no household, because ids
/// are made for each ledger, so distinct counts may be added here and only here.
pub(crate) fn together(
    ledgers: impl IntoIterator<Item = Summed>,
    group_by: &[Dimension],
) -> Result<Answer, TotalsError> {
    let mut total = Sums::default();
    let mut groups: HashMap<Key, Sums> = HashMap::new();
    for summed in ledgers {
        total.add(&summed.total);
        for (key, sums) in summed.groups {
            groups.entry(key).or_default().add(&sums);
        }
    }
    let rows = groups.into_iter().map(|(key, sums)| Ok(Row { key, figures: sums.figures()? }));
    let mut rows: Vec<Row> = rows.collect::<Result<_, TotalsError>>()?;
    rows.sort_unstable_by(|left, right| {
        let orders = group_by.iter().map(|by| left.key.compare(&right.key, *by));
        orders.fold(Ordering::Equal, Ordering::then)
    });
    Ok(Answer { rows, total: total.figures()?, as_of: Vec::new() })
}
