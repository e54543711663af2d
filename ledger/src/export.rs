//! A ledger's rows for an audit bundle, as they stood in one moment.

use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use sqlx::pool::PoolConnection;
use sqlx::{Executor, PgPool, Postgres, Row};

use crate::LedgerId;
use crate::hash::Hash;
use crate::key::SignatureBytes;
use crate::reader::{self, ReadError};

/// Command hashes that are asked for at once.
const COMMANDS: usize = 1_024;

/// Why a ledger cannot be exported as it stands.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database failed.
    #[error("数据库:{0} / database: {0}")]
    Database(#[from] sqlx::Error),
    /// A stored value is not what the schema promises.
    #[error("{0}")]
    Read(#[from] ReadError),
    /// There are fewer entries than the checkpoint stands over.
    #[error(
        "账本只有 {found} 条分录,检查点却有 {size} 条 / there are {found} entries, the checkpoint is over {size}"
    )]
    TooFew {
        /// What the checkpoint says.
        size: u64,
        /// What is there.
        found: u64,
    },
    /// No entry stands at this position.
    #[error("position {0}: 缺少分录 / there is no entry")]
    NoEntry(u64),
    /// A signature does not have 64 bytes.
    #[error("position {0}: 签名不是 64 字节 / the signature does not have 64 bytes")]
    Signature(u64),
    /// An entry names a command that is not there.
    #[error("缺少命令 {0} / there is no command {0}")]
    NoCommand(Hash),
}

/// What one transaction sees of one ledger, up to a size.
pub struct Snapshot {
    connection: PoolConnection<Postgres>,
    ledger: LedgerId,
    size: u64,
}

/// One checkpoint that is kept: a signed note and what witnesses signed under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptNote {
    /// How many entries it stands over.
    pub size: u64,
    /// The note, followed by the lines of its cosignatures.
    pub note: String,
}

impl Snapshot {
    /// Looks at a ledger as it is now, as far as a checkpoint that was signed before.
    ///
    /// # Errors
    /// When the database fails, or the ledger is smaller than that.
    pub async fn open(pool: &PgPool, ledger: &LedgerId, size: u64) -> Result<Self, ExportError> {
        let mut connection = pool.acquire().await?;
        // Dropped at any moment, the session goes with its transaction and its unread rows.
        connection.close_on_drop();
        connection.execute("begin isolation level repeatable read read only").await?;
        let found = reader::head(&mut connection, ledger).await?.map_or(0, |head| head.size);
        if found < size {
            return Err(ExportError::TooFew { size, found });
        }
        Ok(Self { connection, ledger: ledger.clone(), size })
    }

    /// The entries' bytes in position order, from 0 and without gaps.
    pub fn entries(&mut self) -> BoxStream<'_, Result<Vec<u8>, ExportError>> {
        self.rows(
            "select position, entry from entries \
                   where ledger_id = $1 and position < $2 order by position",
        )
        .map_ok(|(_, bytes)| bytes)
        .boxed()
    }

    /// The signatures in position order, from 0 and without gaps.
    pub fn signatures(&mut self) -> BoxStream<'_, Result<SignatureBytes, ExportError>> {
        self.rows(
            "select position, signature from entries \
                   where ledger_id = $1 and position < $2 order by position",
        )
        .and_then(|(position, bytes)| async move {
            let bytes = bytes.try_into().map_err(|_| ExportError::Signature(position))?;
            Ok(SignatureBytes(bytes))
        })
        .boxed()
    }

    fn rows(
        &mut self,
        query: &'static str,
    ) -> impl futures_util::Stream<Item = Result<(u64, Vec<u8>), ExportError>> + Send {
        let size = self.size;
        let rows = sqlx::query(query)
            .bind(self.ledger.as_str())
            .bind(i64::try_from(size).unwrap_or(i64::MAX))
            .fetch(&mut *self.connection)
            .map_err(ExportError::from)
            .map_ok(Some)
            // An end that comes too early must show, too.
            .chain(futures_util::stream::once(async { Ok(None) }));
        let mut next = 0u64;
        rows.try_filter_map(move |row| {
            let expected = next;
            next = next.saturating_add(1);
            async move {
                let Some(row) = row else {
                    let ended = expected >= size;
                    return if ended { Ok(None) } else { Err(ExportError::NoEntry(expected)) };
                };
                let position: i64 = row.try_get(0)?;
                if u64::try_from(position) != Ok(expected) {
                    return Err(ExportError::NoEntry(expected));
                }
                Ok(Some((expected, row.try_get(1)?)))
            }
        })
    }

    /// Gives each of these commands to `take`, in this order. Only one is in memory at a time, but
    /// a list of payments is a single one.
    ///
    /// # Errors
    /// When one is missing, the database fails, or `take` does.
    pub async fn commands<E: From<ExportError>>(
        &mut self,
        hashes: &[Hash],
        mut take: impl FnMut(Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        for some in hashes.chunks(COMMANDS) {
            let asked: Vec<Vec<u8>> = some.iter().map(|hash| hash.as_bytes().to_vec()).collect();
            let mut rows = sqlx::query(
                "select command from unnest($2::bytea[]) with ordinality as asked(hash, n) \
                 left join commands on commands.ledger_id = $1 and commands.hash = asked.hash \
                 order by asked.n",
            )
            .bind(self.ledger.as_str())
            .bind(asked)
            .fetch(&mut *self.connection);
            for hash in some {
                let row = rows.try_next().await.map_err(ExportError::from)?;
                let command: Option<Vec<u8>> = match row {
                    Some(row) => row.try_get(0).map_err(ExportError::from)?,
                    None => None,
                };
                take(command.ok_or(ExportError::NoCommand(*hash))?)?;
            }
        }
        Ok(())
    }

    /// The checkpoints that are kept over no more entries than the snapshot's size, by size.
    pub fn checkpoints(&mut self) -> BoxStream<'_, Result<KeptNote, ExportError>> {
        let size = i64::try_from(self.size).unwrap_or(i64::MAX);
        sqlx::query(
            "select size, note, \
                 (select coalesce(string_agg(line || chr(10), '' order by witness, key_hash), '') \
                  from cosignatures as c where c.ledger_id = k.ledger_id and c.size = k.size) \
             from kept_checkpoints as k where ledger_id = $1 and size <= $2 order by size",
        )
        .bind(self.ledger.as_str())
        .bind(size)
        .fetch(&mut *self.connection)
        .map_err(ExportError::from)
        .and_then(|row| async move {
            let (size, note, lines): (i64, String, String) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            Ok(KeptNote { size: size.unsigned_abs(), note: note + &lines })
        })
        .boxed()
    }

    /// The latest checkpoint as the database knows it, unless it stands over more entries than the
    /// snapshot's size.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn latest_checkpoint(&mut self) -> Result<Option<KeptNote>, ExportError> {
        let row = sqlx::query(
            "select size, note from latest_checkpoints where ledger_id = $1 and size <= $2",
        )
        .bind(self.ledger.as_str())
        .bind(i64::try_from(self.size).unwrap_or(i64::MAX))
        .fetch_optional(&mut *self.connection)
        .await?;
        row.map(|row| {
            let size: i64 = row.try_get(0)?;
            Ok(KeptNote { size: size.unsigned_abs(), note: row.try_get(1)? })
        })
        .transpose()
    }
}
