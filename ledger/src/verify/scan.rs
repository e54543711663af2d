//! Reading a whole ledger in one snapshot, in order, while the rows before are being checked.

use std::sync::Arc;

use futures_util::TryStreamExt;
use sqlx::postgres::PgRow;
use sqlx::{Executor, PgConnection, PgPool, Row};
use tokio::sync::{mpsc, oneshot};

use super::chain::{Chain, Checked, check_rows};
use super::replay::Replay;
use super::{Findings, Report, VerifyError};
use crate::LedgerId;
use crate::effects::Rules;

/// Rows that are checked together: a batch of signatures is verified at once.
const ROWS: usize = 8_192;

/// One row of the entries table as it is, however damaged.
#[derive(Debug)]
pub(super) struct StoredRow {
    pub(super) position: i64,
    pub(super) stream_type: String,
    pub(super) stream_id: String,
    pub(super) sequence: i64,
    pub(super) event: String,
    pub(super) recorded_micros: i64,
    pub(super) request: uuid::Uuid,
    pub(super) payload_offset: i32,
    pub(super) entry: Vec<u8>,
    pub(super) leaf: Vec<u8>,
    pub(super) signature: Vec<u8>,
}

impl StoredRow {
    fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            position: row.try_get(0)?,
            stream_type: row.try_get(1)?,
            stream_id: row.try_get(2)?,
            sequence: row.try_get(3)?,
            event: row.try_get(4)?,
            recorded_micros: row.try_get(5)?,
            request: row.try_get(6)?,
            payload_offset: row.try_get(7)?,
            entry: row.try_get(8)?,
            leaf: row.try_get(9)?,
            signature: row.try_get(10)?,
        })
    }
}

pub(super) async fn run(
    pool: &PgPool,
    ledger: &LedgerId,
    rules: Arc<dyn Rules>,
    progress: impl Fn(u64) + Send,
) -> Result<Report, VerifyError> {
    let mut connection = pool.acquire().await?;
    // Whoever verifies may give up in the middle: the pool must not lend an open transaction again.
    connection.close_on_drop();
    // One snapshot for entries, head and everything beside them, while others go on writing.
    connection.execute("begin isolation level repeatable read read only").await?;
    let outcome = verify(&mut connection, ledger, rules, progress).await;
    connection.execute("rollback").await?;
    outcome
}

async fn verify(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    rules: Arc<dyn Rules>,
    progress: impl Fn(u64) + Send,
) -> Result<Report, VerifyError> {
    let known = sqlx::query("select 1 from heads where ledger_id = $1")
        .bind(ledger.as_str())
        .fetch_optional(&mut *connection)
        .await?;
    if known.is_none() {
        return Err(VerifyError::NoLedger(ledger.clone()));
    }
    let (rows_in, rows_out) = mpsc::channel::<Vec<StoredRow>>(2);
    let (checked_in, mut checked_out) = mpsc::channel(2);
    let checker = tokio::task::spawn_blocking({
        let ledger = ledger.clone();
        move || check_all(&ledger, &rules, rows_out, &checked_in)
    });
    let progress_told = async {
        let mut done = 0u64;
        while let Some(more) = checked_out.recv().await {
            done = done.saturating_add(more);
            progress(done);
        }
    };
    let (read, ()) = tokio::join!(feed(connection, ledger, rows_in), progress_told);
    read?;
    let (chain, mut replay, mut findings) = checker.await.map_err(|_| VerifyError::Interrupted)?;
    chain.compare_head(connection, ledger, &mut findings).await?;
    replay.compare_tables(connection, ledger, &mut findings).await?;
    let (list, found) = findings.into_sorted();
    Ok(Report {
        ledger: ledger.clone(),
        entries: chain.entries(),
        signatures: chain.signatures(),
        head: chain.head(),
        root: chain.root(),
        findings: list,
        found,
    })
}

async fn feed(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    rows: mpsc::Sender<Vec<StoredRow>>,
) -> Result<(), VerifyError> {
    let mut stream = sqlx::query(
        "select position, stream_type, stream_id, sequence, event_type, \
         (extract(epoch from recorded_at) * 1000000)::int8, request_id, payload_offset, entry, leaf, signature \
         from entries where ledger_id = $1 order by position",
    )
    .bind(ledger.as_str())
    .fetch(connection);
    let mut some = Vec::with_capacity(ROWS);
    while let Some(row) = stream.try_next().await? {
        some.push(StoredRow::read(&row)?);
        if some.len() == ROWS {
            let full = std::mem::replace(&mut some, Vec::with_capacity(ROWS));
            rows.send(full).await.map_err(|_| VerifyError::Interrupted)?;
        }
    }
    rows.send(some).await.map_err(|_| VerifyError::Interrupted)
}

fn check_all(
    ledger: &LedgerId,
    rules: &Arc<dyn Rules>,
    mut rows: mpsc::Receiver<Vec<StoredRow>>,
    done: &mpsc::Sender<u64>,
) -> (Chain, Replay, Findings) {
    let (mut chain, mut replay, mut findings) =
        (Chain::new(ledger.clone()), Replay::default(), Findings::default());
    let mut before: Option<oneshot::Receiver<Vec<Checked>>> = None;
    while let Some(some) = rows.blocking_recv() {
        chain.learn_key(&some);
        let key = chain.key().cloned();
        // The heavy part of these rows runs on all cores while the rows before are put in order.
        let (send, next) = oneshot::channel();
        let rules = rules.clone();
        rayon::spawn(move || {
            let _ = send.send(check_rows(&some, key.as_ref(), &*rules));
        });
        if let Some(ready) = before.replace(next) {
            take_in(ready, &mut chain, &mut replay, &mut findings, done);
        }
    }
    if let Some(ready) = before {
        take_in(ready, &mut chain, &mut replay, &mut findings, done);
    }
    (chain, replay, findings)
}

fn take_in(
    ready: oneshot::Receiver<Vec<Checked>>,
    chain: &mut Chain,
    replay: &mut Replay,
    findings: &mut Findings,
    done: &mpsc::Sender<u64>,
) {
    let Ok(rows) = ready.blocking_recv() else {
        findings.add(None, "verification", "an answer for every row", "a check that ended early");
        return;
    };
    let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    for row in &rows {
        chain.take(row, findings);
        replay.take(row, findings);
    }
    let _ = done.blocking_send(count);
}
