//! How many payments and entries the plan comes to, counted without making any of them.

#![allow(clippy::arithmetic_side_effects, reason = "counts stay below ten million")]

use super::Plan;
use super::disbursement::entries_of_batch;
use super::once::SIX_AIDS_LISTS;
use super::returns::batches_of;
use super::slips::Slip;
use crate::demo::DemoError;
use crate::demo::values::MONTHS;

/// What the payments of a plan come to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    /// Payments: those that come back or are reversed, and those that pay out again.
    pub(super) payments: usize,
    /// Their entries, with those of their batches and of all that follows.
    pub(super) entries: usize,
}

impl Tally {
    /// Counts what the plan pays.
    pub(super) fn of(plan: &Plan) -> Result<Self, DemoError> {
        let mut tally = Self::default();
        for month in 0..MONTHS {
            if let Some((from, to)) = plan.block_paid_in(month) {
                for roll in &plan.rolls {
                    let paid = roll.iter().filter(|one| one.span.within(from, to).is_some());
                    let word = roll.first().map_or("", |one| one.benefit.word());
                    tally.add_list(word, month, paid.count())?;
                }
            }
            let six_aids = plan.six_aids.iter().filter(|relief| relief.month == month);
            tally.add_list(SIX_AIDS_LISTS, month, six_aids.count())?;
            tally.add_temporary_aid(plan, month);
        }
        let by_hand = plan.goods.hand_outs.len();
        tally.payments += by_hand;
        tally.entries += by_hand;
        Ok(tally)
    }

    /// A list, of which some comes back and is paid out again by a batch of its own.
    fn add_list(&mut self, word: &str, month: usize, lines: usize) -> Result<(), DemoError> {
        for (lines, again) in batches_of(word, month, lines)? {
            self.add_batch(lines);
            self.add_batch(again);
        }
        Ok(())
    }

    /// A batch of which every line is answered, or taken back.
    fn add_batch(&mut self, lines: usize) {
        if lines > 0 {
            self.payments += lines;
            self.entries += entries_of_batch(lines, lines);
        }
    }

    /// What is urgent is paid by hand; the rest is one list, with what goes wrong in it.
    fn add_temporary_aid(&mut self, plan: &Plan, month: usize) {
        let (mut by_hand, mut lines, mut after) = (0, 0, 0);
        for relief in plan.temporary.iter().filter(|relief| relief.month == month) {
            if relief.urgent {
                by_hand += 1;
                continue;
            }
            let slip = plan.slips.get(&relief.number).copied();
            lines += 1 + usize::from(slip.is_some_and(Slip::is_twice));
            after += slip.map_or(0, Slip::entries_after);
        }
        self.payments += by_hand;
        self.entries += by_hand + after;
        self.add_batch(lines);
    }
}
