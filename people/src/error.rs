//! What may go wrong beside the chain.

use crate::randomness::NoRandomness;
use crate::subjects::Finding;

/// A registry could not do what it was asked. None of these is the client's fault.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// The database refused or was not reached. What was being registered may have been stored;
    /// asking again finds it.
    #[error("数据库错误 / database: {0}")]
    Database(#[from] sqlx::Error),
    /// No random bytes.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// A stored row does not hold what it should. If every row says so, the keys of this data
    /// directory are not those that the database was written with.
    #[error(
        "{0}。如果所有记录都如此,说明数据目录的密钥与数据库不符 / {0}. If every row says so, the keys of this data directory do not belong to this database"
    )]
    Damaged(Finding),
    /// A row was found, then gone, then found again, several times over: something else is
    /// registering and forgetting the same subject without end.
    #[error("登记反复被其他程序打断 / registering was undone by another program again and again")]
    Unsettled,
}
