//! Verifying what the database holds: every entry's bytes, place, chain and signature; the tree;
//! guards, claims, balances and requests derived again from the entries and compared with the
//! tables; commands against the hashes that name them.
//!
//! A finding names the position where it can, what was expected and what was found. Verification
//! goes on after a finding, so that one changed byte does not hide another.

mod chain;
mod replay;
mod scan;

use std::fmt;
use std::sync::Arc;

use sqlx::PgPool;

use crate::LedgerId;
use crate::effects::Rules;
use crate::hash::Hash;

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

/// The outcome of a verification.
#[derive(Debug, Clone)]
pub struct Report {
    /// The bureau's books.
    pub ledger: LedgerId,
    /// How many entries were read.
    pub entries: u64,
    /// How many signatures were checked.
    pub signatures: u64,
    /// Leaf hash of the last entry, derived from its bytes.
    pub head: Hash,
    /// Root of the tree, derived from the entries.
    pub root: Hash,
    /// Everything that was found, in order of position, at most [`MOST_FINDINGS`].
    pub findings: Vec<Finding>,
    /// How many there were in all.
    pub found: u64,
}

impl Report {
    /// Whether all of it was as it must be.
    pub fn is_clean(&self) -> bool {
        self.found == 0
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

    fn into_sorted(mut self) -> (Vec<Finding>, u64) {
        self.list.sort_by_key(|finding| finding.position.unwrap_or(u64::MAX));
        (self.list, self.count)
    }
}

/// Why a verification could not be carried out. It is never the same as a clean one.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// No such ledger.
    #[error("no ledger {0}")]
    NoLedger(LedgerId),
    /// A check ended without an answer.
    #[error("a check ended without an answer")]
    Interrupted,
}

/// Verifies one ledger as the database holds it, in one snapshot. `progress` is told how many
/// entries are done, now and then. Memory is bounded by the number of streams, requests and claims,
/// about 40 bytes each.
///
/// # Errors
/// When the database fails or has no such ledger; what is wrong with the ledger is in the report.
pub async fn ledger(
    pool: &PgPool,
    ledger: &LedgerId,
    rules: Arc<dyn Rules>,
    progress: impl Fn(u64) + Send,
) -> Result<Report, VerifyError> {
    scan::run(pool, ledger, rules, progress).await
}
