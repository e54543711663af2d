//! Up to where an answer takes a ledger into account.

use async_graphql::{ID, SimpleObject};
use ledger::reader::StoredEntry;

use super::entry;
use super::scalars::{DateTime, Hash, Position};
use super::unanswered::{Answer, Unanswered};
use crate::books::Book;

/// The last entry of a ledger that an answer takes into account. Asked again with this position as
/// `asOf`, the answer is the same for ever.
#[derive(Debug, Clone, SimpleObject)]
pub struct LedgerPosition {
    /// The ledger.
    pub ledger: ID,
    /// The entry's place in it.
    pub position: Position,
    /// The entry's leaf hash.
    pub leaf_hash: Hash,
    /// When it was recorded, by the ledger's clock.
    pub recorded_at: DateTime,
}

/// The entry at a position that a read model has reached.
pub(super) async fn at(book: &Book, position: u64) -> Answer<LedgerPosition> {
    let stored = entry::at(book, &[position]).await?;
    let stored = stored.first().ok_or_else(|| {
        Unanswered::damaged(&format!("read models stand at position {position}, where no entry is"))
    })?;
    of(book, stored)
}

/// The same of an entry that was read already.
pub(super) fn of(book: &Book, stored: &StoredEntry) -> Answer<LedgerPosition> {
    let recorded = entry::receipt(stored, false)?;
    Ok(LedgerPosition {
        ledger: ID(book.id().to_string()),
        position: recorded.position,
        leaf_hash: recorded.leaf_hash,
        recorded_at: recorded.recorded_at,
    })
}
