//! What is not as it must be.

use std::fmt;

/// One thing that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// A report lists at most this many findings and counts the rest.
pub const MOST_FINDINGS: usize = 1_000;

/// Collects findings.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    list: Vec<Finding>,
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
        if self.list.len() < MOST_FINDINGS {
            let (expected, found) = (expected.to_string(), found.to_string());
            self.list.push(Finding { position, rule, expected, found });
        }
    }

    pub(super) fn into_sorted(mut self) -> (Vec<Finding>, u64) {
        self.list.sort_by_key(|finding| finding.position.unwrap_or(u64::MAX));
        (self.list, self.count)
    }
}
