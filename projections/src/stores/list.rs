//! The stores of a ledger with their stock.

use std::collections::HashMap;

use domain::ids::StoreId;
use domain::money::Money;
use domain::region::Region;
use ledger::LedgerId;
use sqlx::{Connection as _, PgPool};
use uuid::Uuid;

use crate::error::{ProjectionError, Result};
use crate::session::Session;

/// A charity supermarket with what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    /// The store.
    pub id: StoreId,
    /// Position of the entry that opened it.
    pub position: u64,
    /// The bureau's own id of it.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub region: Option<Region>,
    /// What it holds, by item, unit and unit value in that order; lines that fell to nothing are left out.
    pub stock: Vec<StockLine>,
}

/// Goods of one name, unit and value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockLine {
    /// What it is.
    pub item: String,
    /// What it is counted in.
    pub unit: String,
    /// Declared value of one.
    pub unit_value: Money,
    /// How many there are.
    pub quantity: i64,
    /// Declared value of all.
    pub value: Money,
}

type StoreRow = (Uuid, i64, String, String, Option<String>);
type StockRow = (Uuid, String, String, i64, i64);

/// Every store of the ledger, in the order in which they were opened.
///
/// # Errors
/// When the database fails or holds a malformed row.
pub async fn list(pool: &PgPool, ledger: &LedgerId) -> Result<Vec<Store>> {
    // One statement each, in one transaction: stock and stores of the same moment.
    let mut session = Session::of(pool).await?;
    let mut tx = session.begin_with("begin isolation level repeatable read read only").await?;
    let stores: Vec<StoreRow> = sqlx::query_as(
        "select store, position, code, name, region
         from read_models.stores where ledger_id = $1 order by position",
    )
    .bind(ledger.as_str())
    .fetch_all(&mut *tx)
    .await?;
    let lines: Vec<StockRow> = sqlx::query_as(
        r#"select store, item, unit, unit_value_fen, quantity from read_models.stock
         where ledger_id = $1 and quantity <> 0
         order by store, item collate "C", unit collate "C", unit_value_fen"#,
    )
    .bind(ledger.as_str())
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    session.give_back();
    let mut stock: HashMap<Uuid, Vec<StockLine>> = HashMap::new();
    for line in lines {
        stock.entry(line.0).or_default().push(stock_line(line)?);
    }
    stores.into_iter().map(|row| store(row, &mut stock)).collect()
}

fn store(row: StoreRow, stock: &mut HashMap<Uuid, Vec<StockLine>>) -> Result<Store> {
    let (id, position, code, name, region) = row;
    let wrong = |column| ProjectionError::Malformed { table: "stores", column };
    Ok(Store {
        id: StoreId::from_uuid(id),
        position: u64::try_from(position).map_err(|_| wrong("position"))?,
        code,
        name,
        region: region.map(|code| Region::parse(&code)).transpose().map_err(|_| wrong("region"))?,
        stock: stock.remove(&id).unwrap_or_default(),
    })
}

fn stock_line((_, item, unit, unit_value_fen, quantity): StockRow) -> Result<StockLine> {
    let wrong = |column| ProjectionError::Malformed { table: "stock", column };
    let unit_value = Money::from_fen(unit_value_fen).map_err(|_| wrong("unit_value_fen"))?;
    let value = unit_value.checked_mul(quantity).ok_or_else(|| wrong("quantity"))?;
    Ok(StockLine { item, unit, unit_value, quantity, value })
}
