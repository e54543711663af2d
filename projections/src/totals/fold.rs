//! The one walk over the payments of a ledger.

use super::answer::{Summed, Sums};
use super::cells::Cells;
use super::columns::{Columns, Line};
use super::distinct::{Belonging, BitSet, Recipients};
use super::numbering::NOBODY;
use super::plan::{Plan, Time};
use super::recoveries::{Step, fen_by};
use super::{Basis, Dimension, Measure};
use crate::payments::RecoveryStepKind;

/// Sums up the payments that the plan admits.
pub(super) fn fold(columns: &Columns, plan: &Plan, group_by: &[Dimension]) -> Summed {
    let mut walk = Walk::new(columns, plan, !group_by.is_empty());
    let month_of_day = match plan.time {
        Time::Whole => Vec::new(),
        Time::Years | Time::Months => columns.month_of_each_day(),
    };
    let first_day = columns.days().map_or(0, |days| *days.start());
    let mut recoveries = columns.recoveries.beside_lines();
    for line in &columns.lines {
        if line.position > plan.as_of {
            break;
        }
        let Some(amount) = counted(columns, plan, line, recoveries.of(line.position)) else {
            continue;
        };
        let combination = usize::try_from(line.combination).unwrap_or(usize::MAX);
        let Some(Some(part)) = plan.part_of.get(combination) else {
            continue;
        };
        match plan.basis {
            Basis::Occurred => {
                if line.occurred_on >= plan.days.0 && line.occurred_on <= plan.days.1 {
                    let day = usize::try_from(line.occurred_on.wrapping_sub(first_day));
                    let month = day.ok().and_then(|day| month_of_day.get(day)).copied();
                    walk.whole(line, amount, *part, month.unwrap_or(0));
                }
            }
            Basis::Entitlement => walk.spread(line, amount, *part),
        }
    }
    walk.finish(group_by)
}

/// How much of a payment counts at the plan's position; `None` where it counts as no payment.
#[inline]
fn counted(columns: &Columns, plan: &Plan, line: &Line, recovery: &[Step]) -> Option<i64> {
    let undone = line.undone_at <= plan.as_of;
    let returned = line.returned_at <= plan.as_of;
    // Hardly a payment comes back, so the look-up beside the lines costs nothing.
    let stayed = || Some(columns.stayed(line)).filter(|fen| *fen != 0);
    let recovered = || fen_by(plan.as_of, RecoveryStepKind::Received, recovery);
    let waived = || fen_by(plan.as_of, RecoveryStepKind::Waived, recovery);
    match plan.measure {
        Measure::Gross => Some(line.amount),
        _ if undone => None,
        // No more is recovered than arrived. Where that is all of it, the payment still is one.
        Measure::Net if returned => stayed().map(|fen| fen.saturating_sub(recovered())),
        Measure::Net => Some(line.amount.saturating_sub(recovered())),
        Measure::Instructed => Some(line.amount),
        Measure::Settled if returned => stayed(),
        Measure::Settled => (line.settled_at <= plan.as_of).then_some(line.amount),
        // What stayed is a part of the amount.
        Measure::Returned => returned.then(|| line.amount.saturating_sub(columns.stayed(line))),
        Measure::Recovered => Some(recovered()).filter(|fen| *fen != 0),
        Measure::Waived => Some(waived()).filter(|fen| *fen != 0),
        // These are no measures of payments.
        Measure::Received | Measure::Allotted => None,
    }
}

/// What is gathered on the way.
struct Walk<'p> {
    plan: &'p Plan,
    /// Whether groups are asked for, or the total only.
    grouped: bool,
    cells: Cells,
    groups: Vec<Sums>,
    recipients: Recipients,
    total: Sums,
    persons: BitSet,
    households: BitSet,
}

impl<'p> Walk<'p> {
    fn new(columns: &Columns, plan: &'p Plan, grouped: bool) -> Self {
        let (parts, slots) = if grouped { (plan.parts.len(), plan.slots) } else { (0, 0) };
        Self {
            plan,
            grouped,
            cells: Cells::new(parts, slots),
            groups: Vec::new(),
            recipients: Recipients::new(
                parts.saturating_mul(slots),
                columns.persons.len(),
                columns.households.len(),
            ),
            total: Sums::default(),
            persons: BitSet::below(columns.persons.len()),
            households: BitSet::below(columns.households.len()),
        }
    }

    /// Counts a payment as a whole in one month.
    fn whole(&mut self, line: &Line, amount: i64, part: u32, month: u16) {
        self.add(line, part, month, amount);
        self.add_to_total(line, amount);
    }

    /// Counts a payment in each month that it pays for, as far as these were asked for.
    fn spread(&mut self, line: &Line, whole: i64, part: u32) {
        let first = line.month_from.max(self.plan.months.0);
        let last = line.month_to.min(self.plan.months.1);
        if first > last {
            return;
        }
        let on = |from, to| spread_amount(line, whole, from, to);
        let amount = on(first, last);
        match self.plan.time {
            Time::Whole => self.add(line, part, first, amount),
            Time::Months => {
                for month in first..=last {
                    self.add(line, part, month, on(month, month));
                }
            }
            Time::Years => {
                for year in first / 12..=last / 12 {
                    // The year's months, of which those from first to last count.
                    let from = year.saturating_mul(12).max(first);
                    let to = year.saturating_mul(12).saturating_add(11).min(last);
                    self.add(line, part, from, on(from, to));
                }
            }
        }
        self.add_to_total(line, amount);
    }

    fn add(&mut self, line: &Line, part: u32, month: u16, amount: i64) {
        if !self.grouped {
            return;
        }
        let slot = match self.plan.time {
            Time::Whole => 0,
            time => u32::from(time.slot(month).saturating_sub(self.plan.first_slot)),
        };
        let group = self.cells.group(part, slot);
        let index = usize::try_from(group).unwrap_or(usize::MAX);
        if index == self.groups.len() {
            self.groups.push(Sums::default());
        }
        if let Some(sums) = self.groups.get_mut(index) {
            sums.count(line, amount);
        }
        let Line { person, household, .. } = *line;
        self.recipients.add(Belonging { group, person, household });
    }

    fn add_to_total(&mut self, line: &Line, amount: i64) {
        self.total.count(line, amount);
        self.persons.insert(line.person);
        self.households.insert(line.household);
    }

    fn finish(mut self, group_by: &[Dimension]) -> Summed {
        self.total.persons = self.persons.len();
        self.total.households = self.households.len();
        if !self.grouped {
            let groups = if self.total.payments == 0 { Vec::new() } else { vec![self.total] };
            let groups = groups.into_iter().map(|sums| (super::Key::default(), sums)).collect();
            return Summed { groups, total: self.total };
        }
        let counts = self.recipients.count(self.groups.len());
        let keys =
            self.cells.groups().iter().map(|(part, slot)| self.plan.key(*part, *slot, group_by));
        let groups =
            keys.zip(self.groups).zip(counts).map(|((key, sums), (persons, households))| {
                (key, Sums { persons, households, ..sums })
            });
        Summed { groups: groups.collect(), total: self.total }
    }
}

impl Sums {
    /// Counts a payment, of whose amount perhaps only a part.
    fn count(&mut self, line: &Line, amount: i64) {
        // Amounts are below 2^53 and there are fewer than 2^32 payments: nothing saturates.
        self.amount = self.amount.saturating_add(i128::from(amount));
        self.payments = self.payments.saturating_add(1);
        self.person_times = self.person_times.saturating_add(u64::from(line.person_times));
        let unnamed = u64::from(line.person == NOBODY);
        self.unnamed_payments = self.unnamed_payments.saturating_add(unnamed);
    }
}

/// How much of what counts of a payment falls on the months from one to another, which lie in its range: as
/// many whole fen on each, and what is left over on the last month of its range.
fn spread_amount(line: &Line, whole: i64, first: u16, last: u16) -> i64 {
    let count = |from: u16, to: u16| i64::from(to.saturating_sub(from)).saturating_add(1);
    let months = count(line.month_from, line.month_to);
    // At least one month, so neither division fails; shares together are at most the amount.
    let share = whole.checked_div(months).unwrap_or(0);
    let remainder = whole.checked_rem(months).unwrap_or(0);
    let even = share.saturating_mul(count(first, last));
    if last == line.month_to { even.saturating_add(remainder) } else { even }
}
