//! Checking a table beside the chain row by row.

use std::fmt;

use domain::ids::LedgerId;
use futures_util::TryStreamExt;
use sqlx::PgPool;
use uuid::Uuid;

use super::rows;
use super::{Kind, Known, Registry};
use crate::error::PeopleError;

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The wrapped key is not one that the master key wrapped for this ledger, table and id.
    KeyDoesNotUnwrap,
    /// The sealed record is not one that this row's key sealed for this ledger, table and id.
    RecordDoesNotOpen,
    /// The record opened and is no record: a program of another version wrote it.
    RecordUnreadable,
    /// The keyed hash is not that of the number inside: the row would not be found, or be found
    /// for somebody else.
    LookupDiffers,
    /// Some of key, record and keyed hash are gone and others are not.
    HalfForgotten,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KeyDoesNotUnwrap => "密钥无法解开 / the wrapped key does not open",
            Self::RecordDoesNotOpen => "加密记录无法解开 / the sealed record does not open",
            Self::RecordUnreadable => "记录内容无法读取 / the record inside is not readable",
            Self::LookupDiffers => {
                "查找值与号码不符 / the look-up hash is not that of the number inside"
            }
            Self::HalfForgotten => "只删除了一部分 / only a part of the row was forgotten",
        })
    }
}

/// A row that does not hold what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// The table.
    pub table: &'static str,
    /// The row's id in it.
    pub id: Uuid,
    /// What is wrong with it.
    pub what: Fault,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.table, self.id, self.what)
    }
}

/// One row, checked against itself.
pub enum Checked<K: Kind> {
    /// Key, record and keyed hash fit together. Whether its commitment equals those in the entries
    /// is for the caller to compare.
    Sound(Known<K>),
    /// Forgotten, wholly.
    Forgotten(K::Id),
    /// Not what it should be.
    Damaged(Finding),
}

impl<K: Kind> Registry<K> {
    /// Hands over every row of a ledger, in the order of ids, each checked against itself. Rows are
    /// read as they come, so memory does not grow with the table.
    pub async fn check(
        &self,
        pool: &PgPool,
        ledger: &LedgerId,
        each: &mut (dyn FnMut(Checked<K>) + Send),
    ) -> Result<(), PeopleError> {
        let clerk = self.clerk(ledger);
        let sql = rows::select_all::<K>();
        let mut stored = rows::all(pool, ledger, &sql);
        while let Some(row) = stored.try_next().await? {
            let id = K::id(row.id);
            each(match self.open_live(&clerk, row) {
                Ok(Some((_, known))) => Checked::Sound(known),
                Ok(None) => Checked::Forgotten(id),
                Err(finding) => Checked::Damaged(finding),
            });
        }
        Ok(())
    }

    /// Proves with one row, if there is any, that the keys at hand are those that the ledger's rows
    /// were written with. Costs one round trip. To be asked before anything is registered: under
    /// another `lookup.key` nobody would be found and everybody registered a second time.
    pub async fn prove_keys(&self, pool: &PgPool, ledger: &LedgerId) -> Result<(), PeopleError> {
        match rows::first::<K>(pool, ledger).await? {
            Some(row) => {
                self.open_live(&self.clerk(ledger), row).map(drop).map_err(PeopleError::Damaged)
            }
            None => Ok(()),
        }
    }
}
