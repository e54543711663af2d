//! The projector: brings the read models up to the entries.

use std::time::Duration;

use ledger::LedgerId;
use sqlx::{Connection as _, PgConnection, PgPool, PgTransaction};

use crate::batch::Batch;
use crate::entries::each_after;
use crate::error::{ProjectionError, Result};
use crate::read_model::{Cursors, ReadModel, move_cursors};
use crate::rebuild::rebuild_from;
use crate::session::Session;

/// How many entries one transaction applies at most.
pub(crate) const BATCH: i64 = 10_000;

/// Behind by more than this, and by more than what is applied already, read models are rebuilt:
/// indexes that are built over full tables cost a fraction of those that grow row by row.
const WORTH_A_REBUILD: i64 = 50_000;

/// Applies every entry that stands in the database and has not been applied yet. Returns the
/// position up to which all read models of the ledger stand then, or `None` for a ledger without
/// entries.
///
/// Several programs may call this at once: for each batch one of them holds the cursors, and the
/// others find them moved and go on from there. What is interrupted stands where the last
/// committed batch left it.
///
/// # Errors
/// When the database fails, or an entry is damaged or written by a newer program. Read models then
/// stand before that entry.
pub async fn catch_up(pool: &PgPool, ledger: &LedgerId) -> Result<Option<u64>> {
    catch_up_or_rebuild(pool, ledger, WORTH_A_REBUILD).await
}

/// Does what [`catch_up`] does, and rebuilds where more than this many entries are missing: for tests, whose
/// ledgers are short.
///
/// # Errors
/// As [`catch_up`].
pub async fn catch_up_or_rebuild(
    pool: &PgPool,
    ledger: &LedgerId,
    worth_a_rebuild: i64,
) -> Result<Option<u64>> {
    let mut db = Session::of(pool).await?;
    let (mut reached, last) = lag(&mut db, ledger).await?;
    // Each turn fills those that are furthest behind; the next ones may be far behind as well.
    while is_far(reached, last, worth_a_rebuild) {
        // Waiting for a session while holding one could keep callers waiting for each other.
        db.give_back();
        let stood_at = reached;
        rebuild_from(pool, ledger, stood_at).await?;
        db = Session::of(pool).await?;
        reached = Cursors::read(&mut db, ledger).await?.lowest();
        if reached <= stood_at {
            break;
        }
    }
    let far_behind = last.saturating_sub(reached) > BATCH;
    let mut reader = if far_behind { second_connection(pool).await } else { None };
    let mut ahead = None;
    while reached < last {
        let batch = next_batch(db.begin().await?, reader.as_deref_mut(), ledger, ahead).await?;
        if batch.reached <= reached {
            // Entries that stood at the end a moment ago are gone. `verify` tells that story.
            break;
        }
        (reached, ahead) = (batch.reached, batch.ahead);
    }
    db.give_back();
    reader.into_iter().for_each(Session::give_back);
    Ok(u64::try_from(reached).ok())
}

/// Where the read model stands that is furthest behind, and the last entry. Locks nothing, so that
/// asking often costs little.
async fn lag(db: &mut PgConnection, ledger: &LedgerId) -> Result<(i64, i64)> {
    let last: Option<i64> = sqlx::query_scalar(
        "select position from entries where ledger_id = $1 order by position desc limit 1",
    )
    .bind(ledger.as_str())
    .fetch_optional(&mut *db)
    .await?;
    Ok((Cursors::read(db, ledger).await?.lowest(), last.unwrap_or(-1)))
}

/// Whether filling what stands here from the first entry costs less than going on to the last.
fn is_far(reached: i64, last: i64, worth_a_rebuild: i64) -> bool {
    let behind = last.saturating_sub(reached);
    behind > worth_a_rebuild && behind > reached
}

/// A connection to read ahead with, if there is one to be had: waiting for it while holding another
/// could keep two callers waiting for each other.
pub(crate) async fn second_connection(pool: &PgPool) -> Option<Session> {
    const PATIENCE: Duration = Duration::from_millis(200);
    tokio::time::timeout(PATIENCE, Session::of(pool)).await.ok()?.ok()
}

/// Entries that have been read and decoded, and not written.
pub(crate) struct Ahead<'l> {
    models: Vec<ReadModel>,
    after: i64,
    entries: i64,
    batch: Batch<'l>,
}

impl<'l> Ahead<'l> {
    /// Reads the entries after one position up to another for these read models.
    pub(crate) async fn read(
        db: &mut PgConnection,
        ledger: &'l LedgerId,
        models: Vec<ReadModel>,
        after: i64,
        up_to: i64,
    ) -> Result<Self> {
        let mut batch = Batch::after(db, ledger, &models, after).await?;
        let entries = each_after(db, ledger, after, up_to, |entry| batch.apply(entry)).await?;
        Ok(Self { models, after, entries, batch })
    }

    /// Position of the last entry read.
    pub(crate) fn reached(&self) -> i64 {
        self.after.saturating_add(self.entries)
    }

    /// Writes the changes in the transaction of the caller. Moves no cursor.
    pub(crate) async fn write(&mut self, db: &mut PgConnection) -> Result<()> {
        self.batch.flush(db).await
    }
}

/// Reads ahead where there is a connection for it; entries never change, so what was read stays true.
pub(crate) async fn read_ahead<'l>(
    db: Option<&mut PgConnection>,
    ledger: &'l LedgerId,
    models: &[ReadModel],
    after: i64,
) -> Result<Option<Ahead<'l>>> {
    match db {
        Some(db) => {
            let up_to = after.saturating_add(BATCH);
            Ahead::read(db, ledger, models.to_vec(), after, up_to).await.map(Some)
        }
        None => Ok(None),
    }
}

/// What became of a batch.
struct Applied<'l> {
    /// Where the read model stands that is furthest behind now.
    reached: i64,
    ahead: Option<Ahead<'l>>,
}

/// Applies the next entries to the read models that are furthest behind, and moves their cursors in
/// the same transaction; meanwhile reads the batch after it.
async fn next_batch<'l>(
    mut tx: PgTransaction<'_>,
    reader: Option<&mut PgConnection>,
    ledger: &'l LedgerId,
    ahead: Option<Ahead<'l>>,
) -> Result<Applied<'l>> {
    // What a crash loses here is done again from the entries: no need to wait for the disk.
    sqlx::query("set local synchronous_commit to off").execute(&mut *tx).await?;
    let cursors = Cursors::lock(&mut tx, ledger).await?;
    let after = cursors.lowest();
    let models = cursors.standing_at(after);
    let others_stand_at = cursors.next_above_lowest().unwrap_or(i64::MAX);
    let fits = |ahead: &Ahead<'_>| {
        // Another program may have gone on while this one read.
        ahead.after == after && ahead.models == models && ahead.reached() <= others_stand_at
    };
    let mut batch = match ahead.filter(fits) {
        Some(ahead) => ahead,
        None => {
            let up_to = after.saturating_add(BATCH).min(others_stand_at);
            Ahead::read(&mut tx, ledger, models, after, up_to).await?
        }
    };
    let reached = batch.reached();
    let models = batch.models.clone();
    let write = async {
        batch.write(&mut tx).await?;
        move_cursors(&mut tx, ledger, &models, reached).await?;
        // The commit point. Before it nothing of the batch is seen and the cursors stand where they
        // stood; after it both have moved.
        Ok::<_, ProjectionError>(tx.commit().await?)
    };
    let (written, ahead) = tokio::join!(write, read_ahead(reader, ledger, &models, reached));
    written?;
    Ok(Applied { reached, ahead: ahead? })
}
