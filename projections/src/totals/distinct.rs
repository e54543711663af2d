//! How many different persons and households each group has.

use super::numbering::NOBODY;

/// The recipients of each group while payments are walked, kept in the way that suits their number.
#[derive(Debug)]
pub(super) enum Recipients {
    /// One bit for each group and recipient: the quickest, while that is not too much memory.
    Few { persons: Bits, households: Bits },
    /// All of them one after the other, to be counted at the end.
    Many { belongings: Vec<Belonging>, persons: usize, households: usize },
}

impl Recipients {
    /// For so many possible groups, given how many persons and households there are in all.
    pub(super) fn new(groups: usize, persons: usize, households: usize) -> Self {
        /// Sixteen megabytes.
        const MOST_BITS: usize = 1 << 27;
        Self::with_limit(groups, persons, households, MOST_BITS)
    }

    fn with_limit(groups: usize, persons: usize, households: usize, most_bits: usize) -> Self {
        let bits = groups.saturating_mul(persons.saturating_add(households));
        if bits <= most_bits {
            let (persons, households) = (Bits::new(groups, persons), Bits::new(groups, households));
            Self::Few { persons, households }
        } else {
            Self::Many { belongings: Vec::new(), persons, households }
        }
    }

    /// Notes who received a payment of the group.
    pub(super) fn add(&mut self, belonging: Belonging) {
        match self {
            Self::Few { persons, households } => {
                persons.insert(belonging.group, belonging.person);
                households.insert(belonging.group, belonging.household);
            }
            Self::Many { belongings, .. } => belongings.push(belonging),
        }
    }

    /// How many different persons and households each of so many groups has.
    pub(super) fn count(self, groups: usize) -> Vec<(u64, u64)> {
        match self {
            Self::Few { persons, households } => {
                persons.count(groups).zip(households.count(groups)).collect()
            }
            Self::Many { belongings, persons, households } => {
                count(&belongings, groups, persons, households)
            }
        }
    }
}

/// That a payment belongs to a group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Belonging {
    pub(super) group: u32,
    pub(super) person: u32,
    pub(super) household: u32,
}

/// A set of numbers below a known bound for each group.
#[derive(Debug)]
pub(super) struct Bits {
    bound: usize,
    words: usize,
    all: Vec<u64>,
}

impl Bits {
    fn new(groups: usize, bound: usize) -> Self {
        let words = bound.div_ceil(64);
        // Memory that is never touched is never taken.
        Self { bound, words, all: vec![0; groups.saturating_mul(words)] }
    }

    fn insert(&mut self, group: u32, number: u32) {
        let wide = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        if wide(number) >= self.bound {
            return;
        }
        let word = wide(group).saturating_mul(self.words).saturating_add(wide(number / 64));
        if let Some(word) = self.all.get_mut(word) {
            *word |= 1 << (number % 64);
        }
    }

    fn count(&self, groups: usize) -> impl Iterator<Item = u64> {
        let ones = |words: &[u64]| words.iter().map(|word| u64::from(word.count_ones())).sum();
        let counts = self.all.chunks(self.words.max(1)).map(ones);
        // Where there is no recipient at all there are no words either.
        counts.chain(std::iter::repeat(0)).take(groups)
    }
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
fn count(
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
        let Some(place) = next.get_mut(index(belonging.group)) else {
            continue;
        };
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
    fn each_group_counts_its_recipients_once_whether_few_or_many() {
        for most_bits in [0, 1000] {
            let mut recipients = Recipients::with_limit(3, 3, 2, most_bits);
            for (group, person, household) in
                [(0, 1, 0), (1, 1, 0), (0, 1, 1), (0, 2, 0), (1, NOBODY, NOBODY)]
            {
                recipients.add(Belonging { group, person, household });
            }
            assert_eq!(recipients.count(3), [(2, 2), (1, 1), (0, 0)]);
        }
    }

    #[test]
    fn groups_of_payments_to_nobody_have_no_recipients() {
        let mut recipients = Recipients::new(2, 0, 0);
        recipients.add(Belonging { group: 0, person: NOBODY, household: NOBODY });
        assert_eq!(recipients.count(2), [(0, 0), (0, 0)]);
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
