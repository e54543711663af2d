//! What came in again of payments, and what was given up, beside the lines: of few payments anything is asked
//! back.

use std::collections::{BTreeMap, btree_map};
use std::iter::Peekable;

use crate::payments::RecoveryStepKind;

/// A step of the recovery of a payment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) position: u32,
    pub(super) kind: RecoveryStepKind,
    pub(super) fen: i64,
}

/// The steps of one ledger's recoveries, by the position of the payment.
#[derive(Debug, Default)]
pub(super) struct Recoveries(BTreeMap<u32, Vec<Step>>);

impl Recoveries {
    /// Takes in a step of the payment recorded at a position, of which there must be a line.
    pub(super) fn push(&mut self, payment: u32, step: Step) {
        self.0.entry(payment).or_default().push(step);
    }

    /// Begins before the first line.
    pub(super) fn beside_lines(&self) -> BesideLines<'_> {
        BesideLines(self.0.iter().peekable())
    }
}

/// Goes along with the lines, which are in order of position as these payments are.
pub(super) struct BesideLines<'r>(Peekable<btree_map::Iter<'r, u32, Vec<Step>>>);

impl<'r> BesideLines<'r> {
    /// The steps of the payment recorded at a position. The lines must be asked for one after another, none
    /// left out: then the next payment with steps is this one or comes later, and one comparison tells.
    #[inline]
    pub(super) fn of(&mut self, position: u32) -> &'r [Step] {
        match self.0.next_if(|(payment, _)| **payment == position) {
            Some((_, steps)) => steps,
            None => &[],
        }
    }
}

/// How much there was of one kind of step by a position.
pub(super) fn fen_by(as_of: u32, kind: RecoveryStepKind, steps: &[Step]) -> i64 {
    let counted = steps.iter().filter(|step| step.kind == kind && step.position <= as_of);
    // Never more than arrived, which is below 2^53: nothing saturates.
    counted.fold(0_i64, |sum, step| sum.saturating_add(step.fen))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(position: u32, kind: RecoveryStepKind, fen: i64) -> Step {
        Step { position, kind, fen }
    }

    #[test]
    fn each_line_finds_its_own_steps_in_whatever_order_they_came() {
        let mut recoveries = Recoveries::default();
        for (payment, fen) in [(9, 1), (4, 2), (9, 3)] {
            recoveries.push(payment, step(20, RecoveryStepKind::Received, fen));
        }
        let mut beside = recoveries.beside_lines();
        let found = [3, 4, 5, 9, 10].map(|line| {
            let steps = beside.of(line);
            (steps.len(), fen_by(20, RecoveryStepKind::Received, steps))
        });
        assert_eq!(found, [(0, 0), (1, 2), (0, 0), (2, 4), (0, 0)]);
    }

    #[test]
    fn a_step_counts_from_its_own_position_on_and_with_its_kind_only() {
        let steps = [
            step(5, RecoveryStepKind::Received, 30),
            step(6, RecoveryStepKind::Waived, 20),
            step(7, RecoveryStepKind::Received, 10),
        ];
        let by = |as_of| {
            let fen = |kind| fen_by(as_of, kind, &steps);
            (fen(RecoveryStepKind::Received), fen(RecoveryStepKind::Waived))
        };
        assert_eq!([4, 5, 6, 7].map(by), [(0, 0), (30, 0), (30, 20), (40, 20)]);
    }
}
