//! Emptying read models and filling them again from the first entry.

use ledger::LedgerId;
use sqlx::{Connection as _, PgConnection, PgPool};

use crate::error::Result;
use crate::projector::{Ahead, BATCH, read_ahead, second_connection};
use crate::read_model::{Cursors, ReadModel, move_cursors};
use crate::session::Session;
use crate::table::Table;

/// Empties these read models and fills them again with the code that always fills them. Returns the
/// position up to which they stand then, or `None` for a ledger without entries.
///
/// All of it is one transaction: whoever asks meanwhile gets the old answer or waits, and an
/// interrupted rebuild leaves everything as it was. Where no other ledger has rows in a table, its
/// secondary indexes are dropped first and built at the end.
///
/// # Errors
/// When the database fails, or an entry is damaged or written by a newer program.
pub async fn rebuild(pool: &PgPool, ledger: &LedgerId, which: &[ReadModel]) -> Result<Option<u64>> {
    let reached = refill(pool, ledger, |_| which.to_vec()).await?;
    Ok(u64::try_from(reached).ok())
}

/// Rebuilds the read models that are furthest behind and leaves the others as they are, which after an
/// upgrade are the large ones. Nothing is done where the lowest has moved meanwhile from where it was seen to
/// stand: then another program has done it.
pub(crate) async fn rebuild_from(pool: &PgPool, ledger: &LedgerId, stood_at: i64) -> Result<()> {
    let behind = |cursors: &Cursors| {
        if cursors.lowest() == stood_at { cursors.standing_at(stood_at) } else { Vec::new() }
    };
    refill(pool, ledger, behind).await?;
    Ok(())
}

/// Empties and fills the read models that are chosen by where all of them stand. Returns where those stand then,
/// or the lowest of all where none is chosen.
async fn refill(
    pool: &PgPool,
    ledger: &LedgerId,
    choose: impl FnOnce(&Cursors) -> Vec<ReadModel>,
) -> Result<i64> {
    let mut db = Session::of(pool).await?;
    let mut tx = db.begin().await?;
    // First of all the cursors: the projector of another program waits for them.
    let cursors = Cursors::lock(&mut tx, ledger).await?;
    let which = choose(&cursors);
    if which.is_empty() {
        tx.commit().await?;
        db.give_back();
        return Ok(cursors.lowest());
    }
    // In the one order, so that two rebuilds never wait for each other.
    let models: Vec<_> = ReadModel::ALL.into_iter().filter(|model| which.contains(model)).collect();
    let mut indexes = Vec::new();
    for table in models.iter().flat_map(|model| model.tables()) {
        indexes.extend(empty(&mut tx, ledger, table).await?);
    }
    let mut reader = second_connection(pool).await;
    let reached = fill(&mut tx, reader.as_deref_mut(), ledger, &models).await?;
    reader.into_iter().for_each(Session::give_back);
    for index in indexes {
        sqlx::query(&index.definition).execute(&mut *tx).await?;
    }
    for table in models.iter().flat_map(|model| model.tables()) {
        sqlx::query(&format!("analyze read_models.{}", table.name)).execute(&mut *tx).await?;
    }
    move_cursors(&mut tx, ledger, &models, reached).await?;
    tx.commit().await?;
    db.give_back();
    Ok(reached)
}

async fn fill(
    db: &mut PgConnection,
    mut reader: Option<&mut PgConnection>,
    ledger: &LedgerId,
    models: &[ReadModel],
) -> Result<i64> {
    let mut next = Ahead::read(db, ledger, models.to_vec(), -1, BATCH).await?;
    loop {
        let reached = next.reached();
        let ahead = read_ahead(reader.as_deref_mut(), ledger, models, reached);
        let (written, ahead) = tokio::join!(next.write(db), ahead);
        written?;
        next = match ahead? {
            Some(ahead) => ahead,
            None => {
                let up_to = reached.saturating_add(BATCH);
                Ahead::read(db, ledger, models.to_vec(), reached, up_to).await?
            }
        };
        if next.reached() == reached {
            return Ok(reached);
        }
    }
}

/// An index that is not there while its table is filled.
#[derive(sqlx::FromRow)]
struct Index {
    name: String,
    definition: String,
}

/// Removes the ledger's rows; returns the indexes that were dropped.
async fn empty(
    db: &mut PgConnection,
    ledger: &LedgerId,
    table: &'static Table,
) -> Result<Vec<Index>> {
    if table.is_of_one_ledger(db, ledger).await? {
        let lock = format!("lock table read_models.{} in access exclusive mode", table.name);
        sqlx::query(&lock).execute(&mut *db).await?;
        // Another ledger's first row may have come in just before the lock.
        if table.is_of_one_ledger(db, ledger).await? {
            sqlx::query(&format!("truncate read_models.{}", table.name)).execute(&mut *db).await?;
            return drop_secondary_indexes(db, table).await;
        }
    }
    let delete = format!("delete from read_models.{} where ledger_id = $1", table.name);
    sqlx::query(&delete).bind(ledger.as_str()).execute(db).await?;
    Ok(Vec::new())
}

async fn drop_secondary_indexes(
    db: &mut PgConnection,
    table: &'static Table,
) -> Result<Vec<Index>> {
    let indexes: Vec<Index> = sqlx::query_as(
        "select index.indexrelid::regclass::text as name, pg_get_indexdef(index.indexrelid) as definition
         from pg_index index
         where index.indrelid = format('read_models.%I', $1::text)::regclass and not index.indisprimary",
    )
    .bind(table.name)
    .fetch_all(&mut *db)
    .await?;
    for index in &indexes {
        sqlx::query(&format!("drop index {}", index.name)).execute(&mut *db).await?;
    }
    Ok(indexes)
}
