//! How the continuous check of a ledger stands.

use async_graphql::SimpleObject;

use super::scalars::{DateTime, Position};
use crate::books::Book;

/// What a serving program has checked of a ledger, and whether it still records.
#[derive(Debug, Clone, SimpleObject)]
pub struct LedgerCheck {
    /// Bytes, signature, chain and columns of each new entry have been checked up to this size; null
    /// where no check runs, as in `mingzhang query`.
    pub newest_size: Option<Position>,
    /// When that was.
    pub newest_at: Option<DateTime>,
    /// Everything, read models and private details included, has been verified up to this size.
    pub whole_size: Option<Position>,
    /// When that verification ended.
    pub whole_at: Option<DateTime>,
    /// What the check that failed found, at most twenty; `mingzhang verify` lists all.
    pub findings: Vec<String>,
    /// Whether this program still records. One that has found something does not.
    pub recording: bool,
}

impl LedgerCheck {
    pub(super) fn of(book: &Book) -> Self {
        let checked = book.checked().borrow().clone();
        Self {
            newest_size: checked.newest.map(|newest| Position(newest.size)),
            newest_at: checked.newest.map(|newest| DateTime(newest.at)),
            whole_size: checked.whole.map(|whole| Position(whole.size)),
            whole_at: checked.whole.map(|whole| DateTime(whole.at)),
            findings: checked.findings,
            recording: book.halted().is_none(),
        }
    }
}
