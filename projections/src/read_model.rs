//! The read models by name, and how far each has been filled.

use std::fmt;

use ledger::LedgerId;
use sqlx::PgConnection;

use crate::error::Result;
use crate::table::Table;
use crate::{deaths, funds, grants, payments, periods, stores, trail};

/// A group of tables that is filled, and filled again, as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReadModel {
    /// Payments, and what became of each: settlements, returns, recoveries, reversals.
    Payments,
    /// Funds with their sums, and receipts.
    Funds,
    /// Stores and their stock.
    Stores,
    /// Approved grants, their stops, and reports of deaths.
    Grants,
    /// Steps of months of the books, and what was recorded late for them.
    Periods,
    /// Links from subjects to entries.
    Trail,
}

impl ReadModel {
    /// Every read model, in the order in which their tables are locked.
    pub const ALL: [Self; 6] =
        [Self::Payments, Self::Funds, Self::Stores, Self::Grants, Self::Periods, Self::Trail];

    /// The name that `mingzhang rebuild --read-model` takes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Payments => "payments",
            Self::Funds => "funds",
            Self::Stores => "stores",
            Self::Grants => "grants",
            Self::Periods => "periods",
            Self::Trail => "trail",
        }
    }

    /// The read models whose tables answer a question: each by its own name, and `totals` and
    /// `statements`, which have no table of their own. `None` for any other name.
    pub fn behind(question: &str) -> Option<&'static [Self]> {
        match question {
            "payments" | "statements" => Some(&[Self::Payments]),
            "totals" => Some(&[Self::Payments, Self::Funds]),
            "funds" => Some(&[Self::Funds]),
            "stores" => Some(&[Self::Stores]),
            "grants" => Some(&[Self::Grants]),
            "periods" => Some(&[Self::Periods]),
            "trail" => Some(&[Self::Trail]),
            _ => None,
        }
    }

    pub(crate) const fn tables(self) -> &'static [&'static Table] {
        match self {
            Self::Payments => &[
                &payments::PAYMENTS,
                &payments::SETTLEMENTS,
                &payments::RETURNS,
                &payments::RECOVERIES,
                &payments::REVERSALS,
            ],
            Self::Funds => &[&funds::FUNDS, &funds::RECEIPTS],
            Self::Stores => &[&stores::STORES, &stores::STOCK],
            Self::Grants => &[&grants::GRANTS, &grants::GRANT_STOPS, &deaths::DEATHS],
            Self::Periods => &[&periods::PERIOD_STEPS, &periods::LATE_ENTRIES],
            Self::Trail => &[&trail::TRAIL],
        }
    }
}

impl fmt::Display for ReadModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where each read model stands: the last position applied, -1 before the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursors(Vec<(ReadModel, i64)>);

impl Cursors {
    /// Reads the cursors and holds them until the transaction ends, so that one program at a time
    /// fills a ledger's read models and the next sees where it stopped.
    pub(crate) async fn lock(db: &mut PgConnection, ledger: &LedgerId) -> Result<Self> {
        let names: Vec<_> = ReadModel::ALL.iter().map(|model| model.as_str()).collect();
        sqlx::query(
            "insert into read_models.cursors (ledger_id, read_model, position)
             select $1, name, -1 from unnest($2::text[]) as name
             on conflict do nothing",
        )
        .bind(ledger.as_str())
        .bind(names)
        .execute(&mut *db)
        .await?;
        Self::select(
            db,
            ledger,
            "select read_model, position from read_models.cursors
             where ledger_id = $1 order by read_model for update",
        )
        .await
    }

    /// Reads the cursors; a read model that has none stands before the first entry.
    pub(crate) async fn read(db: &mut PgConnection, ledger: &LedgerId) -> Result<Self> {
        let statement = "select read_model, position from read_models.cursors where ledger_id = $1";
        Self::select(db, ledger, statement).await
    }

    async fn select(db: &mut PgConnection, ledger: &LedgerId, statement: &str) -> Result<Self> {
        let rows: Vec<(String, i64)> =
            sqlx::query_as(statement).bind(ledger.as_str()).fetch_all(db).await?;
        let position = |model: ReadModel| {
            let row = rows.iter().find(|(name, _)| name == model.as_str());
            row.map_or(-1, |(_, position)| *position)
        };
        Ok(Self(ReadModel::ALL.iter().map(|model| (*model, position(*model))).collect()))
    }

    pub(crate) fn position(&self, model: ReadModel) -> i64 {
        self.0.iter().find(|(known, _)| *known == model).map_or(-1, |(_, position)| *position)
    }

    /// Where the read model stands that is furthest behind.
    pub(crate) fn lowest(&self) -> i64 {
        self.0.iter().map(|(_, position)| *position).min().unwrap_or(-1)
    }

    /// The lowest position at which some read model stands that is further than the lowest.
    pub(crate) fn next_above_lowest(&self) -> Option<i64> {
        let lowest = self.lowest();
        self.0.iter().map(|(_, position)| *position).filter(|position| *position > lowest).min()
    }

    /// The read models that stand at this position.
    pub(crate) fn standing_at(&self, position: i64) -> Vec<ReadModel> {
        let there = self.0.iter().filter(|(_, stands)| *stands == position);
        there.map(|(model, _)| *model).collect()
    }

    /// The positions at which read models stand, each once.
    pub(crate) fn distinct(&self) -> Vec<i64> {
        let mut positions: Vec<_> = self.0.iter().map(|(_, position)| *position).collect();
        positions.sort_unstable();
        positions.dedup();
        positions
    }
}

/// Moves the cursors of these read models.
pub(crate) async fn move_cursors(
    db: &mut PgConnection,
    ledger: &LedgerId,
    models: &[ReadModel],
    position: i64,
) -> Result<()> {
    let names: Vec<_> = models.iter().map(|model| model.as_str()).collect();
    sqlx::query(
        "update read_models.cursors set position = $3
         where ledger_id = $1 and read_model = any($2)",
    )
    .bind(ledger.as_str())
    .bind(names)
    .bind(position)
    .execute(db)
    .await?;
    Ok(())
}
