//! How many different persons and households each group has.

use super::numbering::NOBODY;

/// That a payment belongs to a group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Belonging {
    pub(super) group: u32,
    pub(super) person: u32,
    pub(super) household: u32,
}

/// A set of numbers below a bound that is known.
#[derive(Debug)]
pub(super) struct BitSet(Vec<u64>);

impl BitSet {
    pub(super) fn below(bound: usize) -> Self {
        Self(vec![0; bound.div_ceil(64)])
    }

    /// Puts a number in; one that is not below the bound, such as nobody's, is left out.
    pub(super) fn insert(&mut self, number: u32) {
        let word = usize::try_from(number / 64).unwrap_or(usize::MAX);
        if let Some(word) = self.0.get_mut(word) {
            *word |= 1 << (number % 64);
        }
    }

    pub(super) fn len(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }
}

/// Counts the different persons and households of each of so many groups, given how many there are
/// in all.
///
/// Belongings are put in order of their groups by counting, which takes no comparison; then each
/// group stamps its recipients with its own number and counts those that did not bear it. So the
/// effort is the number of belongings, however many groups there are, and a few bytes for each.
pub(super) fn count(
    belongings: &[Belonging],
    groups: usize,
    persons: usize,
    households: usize,
) -> Vec<(u64, u64)> {
    let by_group = in_order(belongings, groups);
    let (mut persons, mut households) = (Stamps::new(persons), Stamps::new(households));
    let mut counts = Vec::with_capacity(groups);
    for (group, recipients) in (0..).zip(by_group.each()) {
        let mut count = (0_u64, 0_u64);
        for (person, household) in recipients {
            count.0 = count.0.saturating_add(u64::from(persons.is_new(*person, group)));
            count.1 = count.1.saturating_add(u64::from(households.is_new(*household, group)));
        }
        counts.push(count);
    }
    counts
}

/// Recipients of one group after the other.
struct ByGroup {
    recipients: Vec<(u32, u32)>,
    /// Where each group ends.
    ends: Vec<usize>,
}

impl ByGroup {
    fn each(&self) -> impl Iterator<Item = &[(u32, u32)]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let each = starts.zip(&self.ends);
        each.map(|(start, end)| self.recipients.get(start..*end).unwrap_or_default())
    }
}

fn in_order(belongings: &[Belonging], groups: usize) -> ByGroup {
    let index = |group: u32| usize::try_from(group).unwrap_or(usize::MAX);
    let mut sizes = vec![0_usize; groups];
    for belonging in belongings {
        if let Some(size) = sizes.get_mut(index(belonging.group)) {
            *size = size.saturating_add(1);
        }
    }
    // Where the next recipient of each group goes: at first where the groups before it end.
    let mut next = Vec::with_capacity(groups);
    let mut before = 0_usize;
    for size in sizes {
        next.push(before);
        before = before.saturating_add(size);
    }
    let mut recipients = vec![(NOBODY, NOBODY); before];
    for belonging in belongings {
        let Some(place) = next.get_mut(index(belonging.group)) else { continue };
        if let Some(recipient) = recipients.get_mut(*place) {
            *recipient = (belonging.person, belonging.household);
        }
        *place = place.saturating_add(1);
    }
    // Every group is full now, so the next place of each is its end.
    ByGroup { recipients, ends: next }
}

/// Which group met each recipient last.
struct Stamps(Vec<u32>);

impl Stamps {
    fn new(recipients: usize) -> Self {
        Self(vec![u32::MAX; recipients])
    }

    /// Whether the group meets this recipient for the first time; nobody is never met.
    fn is_new(&mut self, recipient: u32, group: u32) -> bool {
        let stamp = usize::try_from(recipient).ok().and_then(|number| self.0.get_mut(number));
        stamp.is_some_and(|stamp| std::mem::replace(stamp, group) != group)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_group_counts_its_recipients_once() {
        let belongings: Vec<_> = [(0, 1, 0), (1, 1, 0), (0, 1, 1), (0, 2, 0), (1, NOBODY, NOBODY)]
            .map(|(group, person, household)| Belonging { group, person, household })
            .into();
        assert_eq!(count(&belongings, 3, 3, 2), [(2, 2), (1, 1), (0, 0)]);
    }

    #[test]
    fn nobody_is_in_no_set() {
        let mut set = BitSet::below(65);
        for number in [0, 64, 64, NOBODY] {
            set.insert(number);
        }
        assert_eq!(set.len(), 2);
    }
}
