//! Checking what is recorded as it is recorded: entries, columns, signatures, chain and tree from a
//! head that is taken as given.

use std::sync::Arc;

use futures_util::TryStreamExt;
use sqlx::{PgConnection, PgPool};

use super::VerifyError;
use super::rows::StoredRow;
use crate::LedgerId;
use crate::effects::Rules;
use crate::opened::LEDGER_STREAM;
use crate::reader::{self, ReadError};
use crate::verify::chain::Chain;
use crate::verify::entries::{KeptEntry, check_entries};
use crate::verify::finding::{Finding, Findings};
use crate::verify::keys_in_force::KeysInForce;

/// Entries that are checked together.
const ROWS: i64 = 8_192;

/// Follows one ledger. What stood before it began is for [`super::ledger`] to verify.
pub struct Follower {
    ledger: LedgerId,
    rules: Arc<dyn Rules>,
    chain: Chain,
    keys: KeysInForce,
}

impl Follower {
    /// Begins at the present head.
    ///
    /// # Errors
    /// When the database fails, has no such ledger, or its head cannot be read.
    pub async fn begin(
        pool: &PgPool,
        ledger: &LedgerId,
        rules: Arc<dyn Rules>,
    ) -> Result<Self, VerifyError> {
        let mut connection = pool.acquire().await?;
        let head = match reader::head(&mut connection, ledger).await {
            Ok(head) => head.ok_or_else(|| VerifyError::NoLedger(ledger.clone()))?,
            Err(ReadError::Database(error)) => return Err(error.into()),
            Err(ReadError::Damaged(what)) => return Err(VerifyError::Damaged(what)),
        };
        let mut keys = KeysInForce::named_by_the_ledger(ledger.clone());
        let own = format!("stream_type = '{LEDGER_STREAM}' and position < $2");
        let size = i64::try_from(head.size).unwrap_or(i64::MAX);
        for row in rows(&mut connection, ledger, &own, size, i64::MAX).await? {
            keys.learn(&row);
        }
        let chain = Chain::continuing(ledger.clone(), head.leaf, head.recorded, head.frontier);
        Ok(Self { ledger: ledger.clone(), rules, chain, keys })
    }

    /// How many entries there were when it last looked.
    pub fn size(&self) -> u64 {
        self.chain.size()
    }

    /// Checks everything that was recorded since it last looked. What is wrong is found once: the
    /// next time goes on behind it.
    ///
    /// # Errors
    /// When the database fails. Then nothing was checked, and the next time begins where this did.
    pub async fn follow(&mut self, pool: &PgPool) -> Result<Vec<Finding>, VerifyError> {
        let mut findings = Findings::default();
        loop {
            let next = i64::try_from(self.chain.size()).unwrap_or(i64::MAX);
            let mut connection = pool.acquire().await?;
            let some = rows(&mut connection, &self.ledger, "position >= $2", next, ROWS).await?;
            drop(connection);
            if some.is_empty() {
                return Ok(findings.into_sorted().0);
            }
            for row in &some {
                if let Some((rule, expected, found)) = self.keys.learn(row) {
                    findings.add(Some(row.place()), rule, expected, found);
                }
            }
            let (rules, keys) = (self.rules.clone(), self.keys.clone());
            let work = move || check_entries(&some, &keys, &*rules);
            let checked = tokio::task::spawn_blocking(work).await;
            for entry in checked.map_err(|_| VerifyError::Interrupted)? {
                self.chain.take(&entry, &mut findings);
            }
        }
    }
}

async fn rows(
    connection: &mut PgConnection,
    ledger: &LedgerId,
    which: &str,
    bound: i64,
    most: i64,
) -> Result<Vec<StoredRow>, sqlx::Error> {
    let statement = format!(
        "select {} from entries where ledger_id = $1 and {which} order by position limit $3",
        StoredRow::COLUMNS
    );
    let rows = sqlx::query(&statement).bind(ledger.as_str()).bind(bound).bind(most);
    let mut rows = rows.fetch(connection);
    let mut some = Vec::new();
    while let Some(row) = rows.try_next().await? {
        some.push(StoredRow::read(&row)?);
    }
    Ok(some)
}
