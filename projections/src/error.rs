//! Why a read model could not be filled or asked.

use domain::events::EventError;
use domain::ids::FundId;

/// Why a read model could not be filled or asked. None of these is a clerk's mistake: the database
/// failed, or what it holds is not what the ledger wrote.
#[derive(Debug, thiserror::Error)]
pub enum ProjectionError {
    /// The database refused or was not there.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// Bytes where an entry should be.
    #[error("position {position}: not an entry; run `mingzhang verify`")]
    Entry {
        /// Where.
        position: i64,
    },
    /// An entry stands where another should be, or one is missing before it.
    #[error("position {expected}: the entry found there says position {found} of ledger {ledger}")]
    Misplaced {
        /// The position that was read.
        expected: i64,
        /// The position that the entry names.
        found: String,
        /// The ledger that the entry names.
        ledger: String,
    },
    /// An event that this program does not know: it was written by a newer one.
    #[error("position {position}: {source}")]
    Event {
        /// Where.
        position: i64,
        /// What is wrong with it.
        source: EventError,
    },
    /// An event moves money of a fund that no earlier event opened.
    #[error("fund {fund} was never opened")]
    FundNeverOpened {
        /// The fund.
        fund: FundId,
    },
    /// A sum or a count does not fit; the data are absurd.
    #[error("{what} is out of range")]
    OutOfRange {
        /// Which one.
        what: &'static str,
    },
    /// A row of a read model does not hold what its column should; `verify` names it.
    #[error("read_models.{table}: {column} does not hold a valid value; run `mingzhang verify`")]
    Malformed {
        /// The table.
        table: &'static str,
        /// The column, or the part of the row.
        column: &'static str,
    },
}

impl ProjectionError {
    pub(crate) fn out_of_range(what: &'static str) -> Self {
        Self::OutOfRange { what }
    }
}

/// Shorthand of this crate.
pub(crate) type Result<T, E = ProjectionError> = std::result::Result<T, E>;
