//! Whether the read models are what the entries give. For `mingzhang verify`.
//!
//! The entries are replayed with the code that fills the tables, and every row that comes out is
//! held against the row in the table, byte for byte: no digest stands in between, so a difference
//! is named by table, row and column. Tables that only grow are compared stride by stride in
//! bounded memory; funds and stock, of which there are few, at the end.

mod compare;

use std::collections::BTreeMap;
use std::fmt;

use domain::ids::FundId;
use ledger::LedgerId;
use sqlx::{Connection as _, PgConnection, PgPool};

use crate::batch::Batch;
use crate::copy::{Rows, copy_out};
use crate::deaths::DEATHS;
use crate::entries::each_after;
use crate::error::Result;
use crate::funds::{FUNDS, Opened, RECEIPTS, Sums};
use crate::grants::{GRANT_STOPS, GRANTS};
use crate::payments::{PAYMENTS, RECOVERIES, RETURNS, REVERSALS, SETTLEMENTS};
use crate::periods::{LATE_ENTRIES, PERIOD_STEPS};
use crate::read_model::{Cursors, ReadModel};
use crate::session::Session;
use crate::stores::{self, STOCK, STORES, StockKey};
use crate::table::Table;
use crate::trail::TRAIL;

/// How many entries are replayed before their rows are compared.
const STRIDE: i64 = 10_000;

/// How many differences are told for one table: the first ones say where to look.
const MOST_DIFFERENCES: usize = 10;

/// Something in a read model that the entries do not give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The table in the schema `read_models`.
    pub table: &'static str,
    /// Which row, for example `position=17`.
    pub key: String,
    /// How it differs.
    pub what: Discrepancy,
}

/// How a row differs from what the entries give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Discrepancy {
    /// The entries give such a row, the table does not hold it.
    Missing,
    /// The table holds a row that the entries do not give.
    Unexpected,
    /// One column, the first of perhaps several, holds another value.
    Changed {
        /// The column.
        column: &'static str,
        /// What the entries give.
        expected: String,
        /// What the table holds.
        found: String,
    },
    /// A cursor stands where no read model can stand.
    BadCursor {
        /// Where it stands.
        found: i64,
        /// Position of the last entry, -1 where there is none.
        last: i64,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "read_models.{} {}: ", self.table, self.key)?;
        match &self.what {
            Discrepancy::Missing => f.write_str("the entries give this row, the table lacks it"),
            Discrepancy::Unexpected => f.write_str("the table holds a row that no entry gives"),
            Discrepancy::Changed { column, expected, found } => {
                write!(f, "{column} is {found}, the entries give {expected}")
            }
            Discrepancy::BadCursor { found, last } => {
                write!(f, "it stands at {found}, the last entry is {last}")
            }
        }
    }
}

/// Compares every read model of a ledger with a replay of the entries up to its cursor. No
/// difference means that each table holds exactly the rows that the entries give, up to there.
///
/// Takes one connection and reads one moment of the database, whatever is written meanwhile.
///
/// # Errors
/// When the database fails or an entry cannot be read: then nothing can be said.
pub async fn check(pool: &PgPool, ledger: &LedgerId) -> Result<Vec<Difference>> {
    let mut session = Session::of(pool).await?;
    let mut tx = session.begin_with("begin isolation level repeatable read read only").await?;
    hold_still(&mut tx).await?;
    let cursors = Cursors::read(&mut tx, ledger).await?;
    let mut found = Findings::default();
    let last = bad_cursors(&mut tx, ledger, &mut found).await?;
    for stands_at in cursors.distinct() {
        let models = cursors.standing_at(stands_at);
        let up_to = stands_at.min(last);
        replay(&mut tx, ledger, &models, up_to, &mut found).await?;
    }
    tx.commit().await?;
    session.give_back();
    Ok(found.differences)
}

/// Keeps a rebuild from emptying the tables under this transaction: truncating is the one thing
/// that a snapshot does not protect from. Must come before the snapshot is taken.
async fn hold_still(db: &mut PgConnection) -> Result<()> {
    for table in ReadModel::ALL.iter().flat_map(|model| model.tables()) {
        let lock = format!("lock table read_models.{} in access share mode", table.name);
        sqlx::query(&lock).execute(&mut *db).await?;
    }
    Ok(())
}

/// What has been found, at most [`MOST_DIFFERENCES`] for each table.
#[derive(Debug, Default)]
struct Findings {
    differences: Vec<Difference>,
    count: BTreeMap<&'static str, usize>,
}

impl Findings {
    fn add(&mut self, difference: Difference) {
        let count = self.count.entry(difference.table).or_default();
        if *count < MOST_DIFFERENCES {
            *count = count.saturating_add(1);
            self.differences.push(difference);
        }
    }
}

/// Names cursors that are not those of a read model, or beyond the last entry; returns its position.
async fn bad_cursors(
    db: &mut PgConnection,
    ledger: &LedgerId,
    found: &mut Findings,
) -> Result<i64> {
    let last: Option<i64> = sqlx::query_scalar(
        "select position from entries where ledger_id = $1 order by position desc limit 1",
    )
    .bind(ledger.as_str())
    .fetch_optional(&mut *db)
    .await?;
    let last = last.unwrap_or(-1);
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "select read_model, position from read_models.cursors where ledger_id = $1 order by read_model",
    )
    .bind(ledger.as_str())
    .fetch_all(db)
    .await?;
    for (name, position) in rows {
        let known = ReadModel::ALL.iter().any(|model| model.as_str() == name);
        let what = if !known {
            Discrepancy::Unexpected
        } else if position < -1 || position > last {
            Discrepancy::BadCursor { found: position, last }
        } else {
            continue;
        };
        found.add(Difference { table: "cursors", key: format!("read_model={name}"), what });
    }
    Ok(last)
}

/// Replays the entries up to a position for read models whose cursors stand there.
async fn replay(
    db: &mut PgConnection,
    ledger: &LedgerId,
    models: &[ReadModel],
    up_to: i64,
    found: &mut Findings,
) -> Result<()> {
    let mut batch = Batch::of(ledger, models);
    let mut whole = Whole::default();
    let mut from = -1_i64;
    while from < up_to {
        let to = from.saturating_add(STRIDE).min(up_to);
        each_after(db, ledger, from, to, |entry| batch.apply(entry)).await?;
        let stride = format!("and position > {from} and position <= {to}");
        for (table, rows) in growing(&mut batch) {
            compare_with(db, ledger, table, rows, &stride, found).await?;
            rows.clear();
        }
        whole.absorb(&mut batch)?;
        from = to;
    }
    let outside = format!("and (position < 0 or position > {up_to})");
    for (table, rows) in growing(&mut batch) {
        compare_with(db, ledger, table, rows, &outside, found).await?;
    }
    whole.compare(db, ledger, models, found).await
}

/// The tables that only grow, with the rows that the batch gives for them.
fn growing<'b>(batch: &'b mut Batch<'_>) -> Vec<(&'static Table, &'b mut Rows)> {
    let mut tables: Vec<(&'static Table, &'b mut Rows)> = Vec::new();
    if let Some(changes) = &mut batch.payments {
        tables.push((&PAYMENTS, &mut changes.payments));
        tables.push((&SETTLEMENTS, &mut changes.settlements));
        tables.push((&RETURNS, &mut changes.returns));
        tables.push((&RECOVERIES, &mut changes.recoveries));
        tables.push((&REVERSALS, &mut changes.reversals));
    }
    if let Some(changes) = &mut batch.funds {
        tables.push((&RECEIPTS, &mut changes.receipts));
    }
    if let Some(changes) = &mut batch.grants {
        tables.push((&GRANTS, &mut changes.grants));
        tables.push((&GRANT_STOPS, &mut changes.stops));
        tables.push((&DEATHS, &mut changes.deaths));
    }
    if let Some(changes) = &mut batch.periods {
        tables.push((&PERIOD_STEPS, &mut changes.steps));
        tables.push((&LATE_ENTRIES, &mut changes.late));
    }
    if let Some(changes) = &mut batch.trail {
        tables.push((&TRAIL, &mut changes.links));
    }
    tables
}

async fn compare_with(
    db: &mut PgConnection,
    ledger: &LedgerId,
    table: &'static Table,
    expected: &Rows,
    condition: &str,
    found: &mut Findings,
) -> Result<()> {
    let mut actual = Rows::default();
    copy_out(db, &table.copy_out(ledger, condition), |row| {
        actual.add_raw(row);
        Ok(())
    })
    .await?;
    compare::compare(table, expected, &actual, |difference| found.add(difference))
}

/// What is summed up over all entries: funds and stock. There are few of them.
#[derive(Debug, Default)]
struct Whole {
    funds: BTreeMap<FundId, Opened>,
    sums: BTreeMap<FundId, Sums>,
    stores: Rows,
    stock: BTreeMap<StockKey, i64>,
}

impl Whole {
    fn absorb(&mut self, batch: &mut Batch<'_>) -> Result<()> {
        if let Some(changes) = &mut batch.funds {
            self.funds.append(&mut changes.opened);
            for (fund, sums) in std::mem::take(&mut changes.sums) {
                let line = self.sums.entry(fund).or_default();
                *line = line.plus(sums)?;
            }
        }
        if let Some(changes) = &mut batch.stores {
            for row in changes.opened.iter() {
                self.stores.add_raw(row);
            }
            changes.opened.clear();
            for (line, quantity) in std::mem::take(&mut changes.stock) {
                stores::add_to(&mut self.stock, line, quantity)?;
            }
        }
        Ok(())
    }

    async fn compare(
        &self,
        db: &mut PgConnection,
        ledger: &LedgerId,
        models: &[ReadModel],
        found: &mut Findings,
    ) -> Result<()> {
        if models.contains(&ReadModel::Funds) {
            let mut rows = Rows::default();
            for (fund, opened) in &self.funds {
                opened.write(ledger, self.sums.get(fund).copied().unwrap_or_default(), &mut rows);
            }
            compare_with(db, ledger, &FUNDS, &rows, "", found).await?;
        }
        if models.contains(&ReadModel::Stores) {
            compare_with(db, ledger, &STORES, &self.stores, "", found).await?;
            let mut rows = Rows::default();
            for (line, quantity) in &self.stock {
                line.write(ledger, *quantity, &mut rows);
            }
            compare_with(db, ledger, &STOCK, &rows, "", found).await?;
        }
        Ok(())
    }
}
