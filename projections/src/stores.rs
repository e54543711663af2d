//! Charity supermarkets and what they hold.

mod list;

pub use list::{StockLine, Store, list};

use std::collections::BTreeMap;

use domain::events::AnyEvent;
use domain::ids::StoreId;
use domain::payment::{Aid, PaymentEvent};
use domain::store::{GoodsItem, StoreEvent, StoreOpened};
use ledger::LedgerId;
use sqlx::PgConnection;

use crate::copy::Rows;
use crate::entries::Recorded;
use crate::error::{ProjectionError, Result};
use crate::table::{Kind, Table};

pub(crate) const STORES: Table = Table {
    name: "stores",
    columns: &[
        ("ledger_id", Kind::Text),
        ("store", Kind::Uuid),
        ("position", Kind::Int8),
        ("code", Kind::Text),
        ("name", Kind::Text),
        ("region", Kind::Text),
    ],
    key: 2,
};

pub(crate) const STOCK: Table = Table {
    name: "stock",
    columns: &[
        ("ledger_id", Kind::Text),
        ("store", Kind::Uuid),
        ("item", Kind::Text),
        ("unit", Kind::Text),
        ("unit_value_fen", Kind::Int8),
        ("quantity", Kind::Int8),
    ],
    key: 5,
};

/// Goods of one name, unit and value in one store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StockKey {
    store: StoreId,
    item: String,
    unit: String,
    unit_value_fen: i64,
}

impl StockKey {
    /// Writes the line's row with the quantity.
    pub(crate) fn write(&self, ledger: &LedgerId, quantity: i64, rows: &mut Rows) {
        rows.add(STOCK.columns.len(), |row| {
            row.text(ledger.as_str())
                .uuid(self.store.as_uuid())
                .text(&self.item)
                .text(&self.unit)
                .int8(self.unit_value_fen)
                .int8(quantity);
        });
    }
}

/// Adds to a line of stock.
pub(crate) fn add_to(
    stock: &mut BTreeMap<StockKey, i64>,
    key: StockKey,
    quantity: i64,
) -> Result<()> {
    let line = stock.entry(key).or_default();
    *line = line.checked_add(quantity).ok_or_else(|| ProjectionError::out_of_range("stock"))?;
    Ok(())
}

/// What a batch of entries does to the stores.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) opened: Rows,
    pub(crate) stock: BTreeMap<StockKey, i64>,
}

impl Changes {
    pub(crate) fn apply(&mut self, ledger: &LedgerId, entry: &Recorded<'_>) -> Result<()> {
        match &entry.event {
            Some(AnyEvent::Store(StoreEvent::StoreOpened(event))) => {
                self.open(ledger, entry.position, event);
                Ok(())
            }
            Some(AnyEvent::Store(StoreEvent::GoodsReceived(event))) => {
                self.take_in(event.store, &event.items, 1)
            }
            Some(AnyEvent::Payment(event)) => match event {
                PaymentEvent::PaymentRecorded(event) => self.disburse(&event.aid, -1),
                PaymentEvent::PaymentReversed(event) => self.disburse(&event.original.aid, 1),
                // No bank carries goods, and what is asked back is money.
                PaymentEvent::PaymentSettled(_)
                | PaymentEvent::PaymentReturned(_)
                | PaymentEvent::RecoveryOrdered(_)
                | PaymentEvent::RecoveryReceived(_)
                | PaymentEvent::RecoveryWaived(_) => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn open(&mut self, ledger: &LedgerId, position: i64, event: &StoreOpened) {
        self.opened.add(STORES.columns.len(), |row| {
            row.text(ledger.as_str())
                .uuid(event.store.as_uuid())
                .int8(position)
                .text(event.code.as_str())
                .text(event.name.as_str())
                .text_or_null(event.region.as_ref().map(|region| region.as_str()));
        });
    }

    fn disburse(&mut self, aid: &Aid, sign: i64) -> Result<()> {
        match aid {
            Aid::Goods { store, items } => self.take_in(*store, items, sign),
            _ => Ok(()),
        }
    }

    fn take_in(&mut self, store: StoreId, items: &[GoodsItem], sign: i64) -> Result<()> {
        for line in items {
            let key = StockKey {
                store,
                item: line.item().as_str().to_owned(),
                unit: line.unit().as_str().to_owned(),
                unit_value_fen: line.unit_value().fen(),
            };
            // Below 2^32 and times one or minus one.
            add_to(&mut self.stock, key, i64::from(line.quantity()).saturating_mul(sign))?;
        }
        Ok(())
    }

    pub(crate) async fn flush(&mut self, db: &mut PgConnection, ledger: &LedgerId) -> Result<()> {
        self.opened.copy_in(db, &STORES.copy_in()).await?;
        let stock = std::mem::take(&mut self.stock);
        if stock.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "insert into read_models.stock (ledger_id, store, item, unit, unit_value_fen, quantity)
             select $1, * from unnest($2::uuid[], $3::text[], $4::text[], $5::int8[], $6::int8[])
             on conflict (ledger_id, store, item, unit, unit_value_fen)
             do update set quantity = stock.quantity + excluded.quantity",
        )
        .bind(ledger.as_str())
        .bind(stock.keys().map(|line| line.store.as_uuid()).collect::<Vec<_>>())
        .bind(stock.keys().map(|line| line.item.as_str()).collect::<Vec<_>>())
        .bind(stock.keys().map(|line| line.unit.as_str()).collect::<Vec<_>>())
        .bind(stock.keys().map(|line| line.unit_value_fen).collect::<Vec<_>>())
        .bind(stock.values().copied().collect::<Vec<_>>())
        .execute(db)
        .await?;
        Ok(())
    }
}
