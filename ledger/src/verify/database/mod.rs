//! Verifying what the database holds: the entries by themselves, and every table beside them
//! against what the entries say.

mod cosignatures;
mod follow;
mod head;
mod rows;
mod scan;
mod seen;
mod signed;
mod tables;
mod tree;

use std::sync::Arc;

pub use cosignatures::{Cosignatures, cosignatures};
pub use follow::Follower;
use sqlx::PgPool;

use super::Finding;
use crate::LedgerId;
use crate::effects::Rules;
use crate::hash::Hash;
use crate::keys::KeyHistory;

/// The outcome of a verification.
#[derive(Debug, Clone)]
pub struct Report {
    /// The bureau's books.
    pub ledger: LedgerId,
    /// How many entries were read.
    pub entries: u64,
    /// How many signatures were checked.
    pub signatures: u64,
    /// How many signed commands were checked: signature, officer, request, times, checkpoint, and
    /// that exactly what was signed is recorded.
    pub signed_commands: u64,
    /// Leaf hash of the last entry, derived from its bytes.
    pub head: Hash,
    /// Root of the tree, derived from the entries.
    pub root: Hash,
    /// The ledger's keys as its entries tell them, suspect entries included.
    pub keys: KeyHistory,
    /// What was found, in order of position, those about no entry last; at most
    /// [`super::MOST_FINDINGS`] of each.
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

/// A checkpoint that somebody holds and that must lie on the ledger's history.
#[derive(Debug, Clone)]
pub struct HeldNote {
    /// Who holds it, for the findings.
    pub holder: String,
    /// The signed note.
    pub note: String,
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
    /// What says where the ledger ends cannot be read.
    #[error("{0} is damaged")]
    Damaged(&'static str),
    /// A check ended without an answer.
    #[error("a check ended without an answer")]
    Interrupted,
}

/// Verifies one ledger as the database holds it, in one snapshot, and that every checkpoint of the
/// database and of `elsewhere` lies on its history. `progress` is told how many
/// entries are done, now and then. Memory is bounded by the number of streams, requests and claims,
/// about 40 bytes each, of streams 80; and of commands, about 100
/// bytes where they are signed.
///
/// # Errors
/// When the database fails or has no such ledger; what is wrong with the ledger is in the report.
pub async fn ledger(
    pool: &PgPool,
    ledger: &LedgerId,
    rules: Arc<dyn Rules>,
    elsewhere: &[HeldNote],
    progress: impl Fn(u64) + Send,
) -> Result<Report, VerifyError> {
    scan::run(pool, ledger, rules, elsewhere, progress).await
}
