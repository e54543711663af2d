//! Which group a payment belongs to, found by number.

use std::collections::HashMap;

/// Above this many possible groups a table is kept of those that occur only.
const MOST_DENSE: usize = 1 << 22;

const UNUSED: u32 = u32::MAX;

/// Numbers the cells that occur from 0 as they come. A cell is a part (what a combination gives to
/// the key) and a slot (its month or year).
#[derive(Debug)]
pub(super) struct Cells {
    slots: usize,
    known: Known,
    /// Part and slot of each group.
    groups: Vec<(u32, u32)>,
}

#[derive(Debug)]
enum Known {
    Dense(Vec<u32>),
    Sparse(HashMap<usize, u32>),
}

impl Cells {
    /// No group yet, of so many possible parts and slots.
    pub(super) fn new(parts: usize, slots: usize) -> Self {
        Self::with_limit(parts, slots, MOST_DENSE)
    }

    fn with_limit(parts: usize, slots: usize, most_dense: usize) -> Self {
        let cells = parts.checked_mul(slots).filter(|cells| *cells <= most_dense);
        let known = match cells {
            Some(cells) => Known::Dense(vec![UNUSED; cells]),
            None => Known::Sparse(HashMap::new()),
        };
        Self { slots, known, groups: Vec::new() }
    }

    /// The group of a cell. Part and slot must be below the numbers given at the beginning.
    pub(super) fn group(&mut self, part: u32, slot: u32) -> u32 {
        let wide = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let cell = wide(part).saturating_mul(self.slots).saturating_add(wide(slot));
        // There are fewer groups than payments in memory.
        let next = u32::try_from(self.groups.len()).unwrap_or(UNUSED);
        let group = match &mut self.known {
            Known::Dense(cells) => match cells.get_mut(cell) {
                Some(group) => group,
                None => return next,
            },
            Known::Sparse(cells) => cells.entry(cell).or_insert(UNUSED),
        };
        if *group == UNUSED {
            *group = next;
            self.groups.push((part, slot));
        }
        *group
    }

    /// Part and slot of each group, in the order of their numbers.
    pub(super) fn groups(&self) -> &[(u32, u32)] {
        &self.groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_numbered_as_they_come_whether_few_or_many_are_possible() {
        for most_dense in [0, 1000] {
            let mut cells = Cells::with_limit(10, 60, most_dense);
            let asked = [(3, 59), (0, 0), (3, 59), (9, 1), (0, 0)];
            let groups: Vec<_> =
                asked.iter().map(|(part, slot)| cells.group(*part, *slot)).collect();
            assert_eq!(groups, [0, 1, 0, 2, 1]);
            assert_eq!(cells.groups(), [(3, 59), (0, 0), (9, 1)]);
        }
    }
}
