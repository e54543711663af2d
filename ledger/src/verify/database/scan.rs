//! Reading a whole ledger in one snapshot, in order, while the rows before are being checked.

use std::sync::Arc;

use futures_util::TryStreamExt;
use sqlx::{Executor, PgConnection, PgPool};
use tokio::sync::{mpsc, oneshot};

use super::rows::StoredRow;
use super::tree::{DerivedTree, KnownCheckpoints};
use super::{HeldNote, Report, VerifyError, head, seen, tables};
use crate::LedgerId;
use crate::effects::Rules;
use crate::verify::chain::Chain;
use crate::verify::entries::{Checked, KeptEntry, check_entries};
use crate::verify::finding::Findings;
use crate::verify::keys_in_force::KeysInForce;
use crate::verify::replay::{Keyed, Replay};
use crate::verify::signed_commands::{must_be_signed, unsigned};

/// Rows that are checked together: a batch of signatures is verified at once.
const ROWS: usize = 8_192;

pub(super) async fn run(
    pool: &PgPool,
    ledger: &LedgerId,
    rules: Arc<dyn Rules>,
    elsewhere: &[HeldNote],
    progress: impl Fn(u64) + Send,
) -> Result<Report, VerifyError> {
    let mut connection = pool.acquire().await?;
    // Whoever verifies may give up in the middle: the pool must not lend an open transaction again.
    connection.close_on_drop();
    // One snapshot for entries, head and everything beside them, while others go on writing.
    connection.execute("begin isolation level repeatable read read only").await?;
    let outcome = verify(&mut connection, ledger, rules, elsewhere, progress).await;
    connection.execute("rollback").await?;
    outcome
}

async fn verify(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    rules: Arc<dyn Rules>,
    elsewhere: &[HeldNote],
    progress: impl Fn(u64) + Send,
) -> Result<Report, VerifyError> {
    let known = sqlx::query("select 1 from heads where ledger_id = $1")
        .bind(ledger.as_str())
        .fetch_optional(&mut *connection)
        .await?;
    if known.is_none() {
        return Err(VerifyError::NoLedger(ledger.clone()));
    }
    let checkpoints = KnownCheckpoints::read(connection, ledger, elsewhere).await?;
    let tree = DerivedTree::new(checkpoints.sizes());
    let (rows_in, rows_out) = mpsc::channel::<Vec<StoredRow>>(2);
    let (checked_in, mut checked_out) = mpsc::channel(2);
    let checker = tokio::task::spawn_blocking({
        let ledger = ledger.clone();
        let rules = rules.clone();
        move || check_all(&ledger, &rules, tree, rows_out, &checked_in)
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
    let Derived { chain, replay, keyed, tree, keys, mut findings } =
        checker.await.map_err(|_| VerifyError::Interrupted)?;
    head::compare(&chain, connection, ledger, &mut findings).await?;
    tree.compare(&checkpoints, &keys, connection, ledger, &mut findings).await?;
    let signed = tables::compare(keyed, replay.balances, connection, ledger, &mut findings).await?;
    let signed = signed.check(connection, ledger, keys.history(), &rules).await?;
    findings.append(signed.findings);
    seen::compare_all(signed.checkpoints, connection, ledger, &mut findings).await?;
    let (list, found) = findings.into_sorted();
    Ok(Report {
        ledger: ledger.clone(),
        entries: chain.entries(),
        signatures: chain.signatures(),
        signed_commands: signed.count,
        head: chain.head(),
        root: chain.frontier().root(),
        keys: keys.into_history(),
        findings: list,
        found,
    })
}

async fn feed(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    rows: mpsc::Sender<Vec<StoredRow>>,
) -> Result<(), VerifyError> {
    let query = format!(
        "select {} from entries where ledger_id = $1 order by position",
        StoredRow::COLUMNS
    );
    let mut stream = sqlx::query(&query).bind(ledger.as_str()).fetch(connection);
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

/// What the entries give.
struct Derived {
    chain: Chain,
    replay: Replay,
    keyed: Keyed,
    tree: DerivedTree,
    keys: KeysInForce,
    findings: Findings,
}

impl Derived {
    fn learn(&mut self, row: &StoredRow) {
        if let Some((rule, expected, found)) = self.keys.learn(row) {
            self.findings.add(Some(row.place()), rule, expected, found);
        }
    }

    fn take(&mut self, checked: &Checked) {
        let Self { chain, replay, keyed, tree, keys, findings } = self;
        chain.take(checked, findings);
        tree.take(checked.leaf);
        if let Some(said) = &checked.said {
            let place = checked.place;
            replay.take(place, said, findings, |step, findings| keyed.take(place, step, findings));
            if must_be_signed(said, place, keys.history()) {
                match said.command {
                    Some(command) => keyed.must_be_signed(command),
                    None => unsigned(place, findings),
                }
            }
        }
    }

    fn take_in(&mut self, ready: oneshot::Receiver<Vec<Checked>>, done: &mpsc::Sender<u64>) {
        let Ok(rows) = ready.blocking_recv() else {
            let expected = "an answer for every row";
            self.findings.add(None, "verification", expected, "a check that ended early");
            return;
        };
        rows.iter().for_each(|checked| self.take(checked));
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        // Whoever asked may have stopped listening to the progress.
        let _ = done.blocking_send(count);
    }
}

fn check_all(
    ledger: &LedgerId,
    rules: &Arc<dyn Rules>,
    tree: DerivedTree,
    mut rows: mpsc::Receiver<Vec<StoredRow>>,
    done: &mpsc::Sender<u64>,
) -> Derived {
    let mut derived = Derived {
        chain: Chain::new(ledger.clone()),
        replay: Replay::default(),
        keyed: Keyed::default(),
        tree,
        keys: KeysInForce::named_by_the_ledger(ledger.clone()),
        findings: Findings::default(),
    };
    let mut before: Option<oneshot::Receiver<Vec<Checked>>> = None;
    while let Some(some) = rows.blocking_recv() {
        some.iter().for_each(|row| derived.learn(row));
        if let Some(first) = some.first().filter(|row| row.place() == 0) {
            derived.tree.opened(first.bytes());
        }
        // The heavy part of these rows runs on all cores while the rows before are put in order.
        let (send, next) = oneshot::channel();
        let (rules, keys) = (rules.clone(), derived.keys.clone());
        rayon::spawn(move || {
            let _ = send.send(check_entries(&some, &keys, &*rules));
        });
        if let Some(ready) = before.replace(next) {
            derived.take_in(ready, done);
        }
    }
    if let Some(ready) = before {
        derived.take_in(ready, done);
    }
    derived.replay.finish(&mut derived.findings);
    derived
}
