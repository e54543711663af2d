//! What is not as it must be.

use std::collections::BinaryHeap;
use std::fmt;

use serde::Serialize;

/// One thing that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The entry it is about, where it is about one.
    pub position: Option<u64>,
    /// The rule that is broken, or the table that differs.
    pub rule: &'static str,
    /// What must be there.
    pub expected: String,
    /// What is there.
    pub found: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(position) = self.position {
            write!(f, "position {position}: ")?;
        }
        write!(f, "{}: expected {}, found {}", self.rule, self.expected, self.found)
    }
}

/// A report lists at most this many findings about entries, those of the lowest positions, and as
/// many about everything else. The rest is counted.
pub const MOST_FINDINGS: usize = 1_000;

/// Collects findings. What it gives in the end does not depend on the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    about_entries: Kept,
    about_the_rest: Kept,
    count: u64,
}

impl Findings {
    pub(crate) fn add(
        &mut self,
        position: Option<u64>,
        rule: &'static str,
        expected: impl fmt::Display,
        found: impl fmt::Display,
    ) {
        self.count = self.count.saturating_add(1);
        let (expected, found) = (shortened(expected), shortened(found));
        self.keep(Finding { position, rule, expected, found });
    }

    /// Takes over what another one has collected.
    pub(super) fn append(&mut self, other: Self) {
        self.count = self.count.saturating_add(other.count);
        let kept = other.about_entries.0.into_iter().chain(other.about_the_rest.0);
        kept.for_each(|finding| self.keep(finding));
    }

    fn keep(&mut self, finding: Finding) {
        match finding.position {
            Some(_) => self.about_entries.push(finding),
            None => self.about_the_rest.push(finding),
        }
    }

    /// By position, those about no entry last; and how many there were in all.
    pub(super) fn into_sorted(self) -> (Vec<Finding>, u64) {
        let mut list = self.about_entries.into_lowest();
        list.append(&mut self.about_the_rest.into_lowest());
        (list, self.count)
    }
}

/// What a hostile entry makes a finding quote is cut off after so many bytes.
const LONGEST_QUOTE: usize = 1_000;

fn shortened(quoted: impl fmt::Display) -> String {
    let mut text = quoted.to_string();
    if text.len() > LONGEST_QUOTE {
        let begins = text.char_indices().map(|(at, _)| at);
        text.truncate(begins.take_while(|at| *at <= LONGEST_QUOTE).last().unwrap_or_default());
        text.push('…');
    }
    text
}

/// The lowest [`MOST_FINDINGS`].
#[derive(Debug, Default)]
struct Kept(BinaryHeap<Finding>);

impl Kept {
    fn push(&mut self, finding: Finding) {
        self.0.push(finding);
        if self.0.len() > MOST_FINDINGS {
            // The highest.
            self.0.pop();
        }
    }

    fn into_lowest(self) -> Vec<Finding> {
        self.0.into_sorted_vec()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn a_finding_about_an_entry_begins_with_its_position() {
        let mut findings = Findings::default();
        findings.add(Some(7), "guard", "a/b at 1", 2);
        findings.add(None, "table heads", 1, 2);
        let (list, count) = findings.into_sorted();
        assert_eq!(count, 2);
        assert_eq!(list[0].to_string(), "position 7: guard: expected a/b at 1, found 2");
        assert_eq!(list[1].to_string(), "table heads: expected 1, found 2");
    }

    #[test]
    fn a_hostile_entry_cannot_make_a_finding_long() {
        let mut findings = Findings::default();
        findings.add(Some(1), "event", "民".repeat(40_000), "x".repeat(1_000));
        let (list, _) = findings.into_sorted();
        assert_eq!(list[0].expected, format!("{}…", "民".repeat(333)));
        assert_eq!(list[0].found, "x".repeat(1_000));
    }

    #[test]
    fn the_lowest_positions_are_listed_in_whatever_order_they_came() {
        let collect = |positions: &mut dyn Iterator<Item = u64>| {
            let (mut one, mut other) = (Findings::default(), Findings::default());
            for (n, position) in positions.enumerate() {
                let into = if n % 3 == 0 { &mut one } else { &mut other };
                into.add(Some(position), "guard", "x", "y");
            }
            other.add(None, "tree", "x", "y");
            one.append(other);
            one.into_sorted()
        };
        let (forward, count) = collect(&mut (0..5_000));
        assert_eq!(count, 5_001);
        assert_eq!(collect(&mut (0..5_000).rev()), (forward.clone(), count));
        let positions: Vec<_> = forward.iter().map(|finding| finding.position).collect();
        let lowest: Vec<_> = (0..1_000).map(Some).chain([None]).collect();
        assert_eq!(positions, lowest);
    }
}
