//! The money there is: one row a fund with its sums, one a receipt.

mod list;
mod sums;

pub use list::{Fund, list};

use std::collections::BTreeMap;

use domain::events::AnyEvent;
use domain::fund::{FundEvent, FundOpened, FundsReceived};
use domain::ids::FundId;
use ledger::LedgerId;
use sqlx::PgConnection;

use crate::copy::Rows;
use crate::entries::Recorded;
use crate::error::{ProjectionError, Result};
use crate::table::{Kind, Table};

pub(crate) use sums::Sums;

pub(crate) const FUNDS: Table = Table {
    name: "funds",
    columns: &[
        ("ledger_id", Kind::Text),
        ("fund", Kind::Uuid),
        ("position", Kind::Int8),
        ("code", Kind::Text),
        ("name", Kind::Text),
        ("source", Kind::Text),
        ("level", Kind::Text),
        ("budget_code", Kind::Text),
        ("programmes", Kind::Texts),
        ("received_fen", Kind::Int8),
        ("paid_fen", Kind::Int8),
        ("opening_fen", Kind::Int8),
        ("transferred_in_fen", Kind::Int8),
        ("transferred_out_fen", Kind::Int8),
        ("remitted_fen", Kind::Int8),
        ("settled_fen", Kind::Int8),
        ("returned_fen", Kind::Int8),
        ("recovery_ordered_fen", Kind::Int8),
        ("recovered_fen", Kind::Int8),
        ("recovery_waived_fen", Kind::Int8),
    ],
    key: 2,
};

pub(crate) const RECEIPTS: Table = Table {
    name: "receipts",
    columns: &[
        ("ledger_id", Kind::Text),
        ("position", Kind::Int8),
        ("receipt", Kind::Uuid),
        ("fund", Kind::Uuid),
        ("source", Kind::Text),
        ("amount_fen", Kind::Int8),
        ("occurred_on", Kind::Day),
        ("income", Kind::Text),
        ("document", Kind::Text),
        ("officer", Kind::Text),
    ],
    key: 2,
};

/// A fund that was opened, and where.
#[derive(Debug)]
pub(crate) struct Opened {
    position: i64,
    event: FundOpened,
}

impl Opened {
    /// Writes the fund's row with its sums.
    pub(crate) fn write(&self, ledger: &LedgerId, sums: Sums, rows: &mut Rows) {
        let fund = &self.event;
        rows.add(FUNDS.columns.len(), |row| {
            row.text(ledger.as_str())
                .uuid(fund.fund.as_uuid())
                .int8(self.position)
                .text(fund.code.as_str())
                .text(fund.name.as_str())
                .text(fund.source.as_str())
                .text_or_null(fund.level.map(|level| level.as_str()))
                .text_or_null(fund.budget_code.as_ref().map(|code| code.as_str()))
                .texts(fund.programmes.iter().map(|programme| programme.as_str()))
                .int8(sums.received)
                .int8(sums.paid)
                .int8(sums.opening)
                .int8(sums.transferred_in)
                .int8(sums.transferred_out)
                .int8(sums.remitted)
                .int8(sums.settled)
                .int8(sums.returned)
                .int8(sums.recovery_ordered)
                .int8(sums.recovered)
                .int8(sums.recovery_waived);
        });
    }
}

/// What a batch of entries does to the funds.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) opened: BTreeMap<FundId, Opened>,
    pub(crate) sums: BTreeMap<FundId, Sums>,
    pub(crate) receipts: Rows,
}

impl Changes {
    pub(crate) fn apply(&mut self, ledger: &LedgerId, entry: &Recorded<'_>) -> Result<()> {
        match &entry.event {
            Some(AnyEvent::Fund(event)) => self.moved(ledger, entry, event),
            Some(AnyEvent::Payment(event)) => match Sums::of_payment(event) {
                Some((fund, sums)) => self.add(fund, sums),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn moved(&mut self, ledger: &LedgerId, entry: &Recorded<'_>, event: &FundEvent) -> Result<()> {
        match event {
            FundEvent::FundOpened(event) => {
                let opened = Opened { position: entry.position, event: event.clone() };
                self.opened.insert(event.fund, opened);
                Ok(())
            }
            FundEvent::OpeningBalanceRecorded(event) => {
                let opening = event.amount_fen.fen();
                self.add(event.fund, Sums { opening, ..Sums::default() })
            }
            FundEvent::FundsReceived(event) => {
                self.received(ledger, entry, event);
                let received = event.amount_fen.fen();
                self.add(event.fund, Sums { received, ..Sums::default() })
            }
            FundEvent::FundsTransferred(event) => {
                let fen = event.amount_fen.fen();
                self.add(event.fund, Sums { transferred_out: fen, ..Sums::default() })?;
                self.add(event.to, Sums { transferred_in: fen, ..Sums::default() })
            }
            FundEvent::SurplusRemitted(event) => {
                let remitted = event.amount_fen.fen();
                self.add(event.fund, Sums { remitted, ..Sums::default() })
            }
        }
    }

    fn add(&mut self, fund: FundId, more: Sums) -> Result<()> {
        let sums = self.sums.entry(fund).or_default();
        *sums = sums.plus(more)?;
        Ok(())
    }

    fn received(&mut self, ledger: &LedgerId, entry: &Recorded<'_>, event: &FundsReceived) {
        self.receipts.add(RECEIPTS.columns.len(), |row| {
            row.text(ledger.as_str())
                .int8(entry.position)
                .uuid(event.receipt.as_uuid())
                .uuid(event.fund.as_uuid())
                .text(event.source.as_str())
                .int8(event.amount_fen.fen())
                .day(event.occurred_on)
                .text_or_null(event.income.as_ref().map(|programme| programme.as_str()))
                .text_or_null(event.document.as_ref().map(|document| document.as_str()))
                .text(entry.officer);
        });
    }

    pub(crate) async fn flush(&mut self, db: &mut PgConnection, ledger: &LedgerId) -> Result<()> {
        let mut rows = Rows::default();
        for opened in std::mem::take(&mut self.opened).values() {
            opened.write(ledger, Sums::default(), &mut rows);
        }
        rows.copy_in(db, &FUNDS.copy_in()).await?;
        self.receipts.copy_in(db, &RECEIPTS.copy_in()).await?;
        self.book(db, ledger).await
    }

    async fn book(&mut self, db: &mut PgConnection, ledger: &LedgerId) -> Result<()> {
        let sums = std::mem::take(&mut self.sums);
        if sums.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = sums.keys().map(|fund| fund.as_uuid()).collect();
        let column = |of: fn(&Sums) -> i64| sums.values().map(of).collect::<Vec<_>>();
        let booked: Vec<uuid::Uuid> = sqlx::query_scalar(
            "update read_models.funds as f
             set received_fen = f.received_fen + s.received, paid_fen = f.paid_fen + s.paid,
                 opening_fen = f.opening_fen + s.opening, remitted_fen = f.remitted_fen + s.remitted,
                 transferred_in_fen = f.transferred_in_fen + s.transferred_in,
                 transferred_out_fen = f.transferred_out_fen + s.transferred_out,
                 settled_fen = f.settled_fen + s.settled, returned_fen = f.returned_fen + s.returned,
                 recovery_ordered_fen = f.recovery_ordered_fen + s.recovery_ordered,
                 recovered_fen = f.recovered_fen + s.recovered,
                 recovery_waived_fen = f.recovery_waived_fen + s.recovery_waived
             from unnest($2::uuid[], $3::int8[], $4::int8[], $5::int8[], $6::int8[], $7::int8[], $8::int8[],
                         $9::int8[], $10::int8[], $11::int8[], $12::int8[], $13::int8[])
                  as s (fund, received, paid, opening, transferred_in, transferred_out, remitted,
                        settled, returned, recovery_ordered, recovered, recovery_waived)
             where f.ledger_id = $1 and f.fund = s.fund
             returning f.fund",
        )
        .bind(ledger.as_str())
        .bind(ids)
        .bind(column(|sums| sums.received))
        .bind(column(|sums| sums.paid))
        .bind(column(|sums| sums.opening))
        .bind(column(|sums| sums.transferred_in))
        .bind(column(|sums| sums.transferred_out))
        .bind(column(|sums| sums.remitted))
        .bind(column(|sums| sums.settled))
        .bind(column(|sums| sums.returned))
        .bind(column(|sums| sums.recovery_ordered))
        .bind(column(|sums| sums.recovered))
        .bind(column(|sums| sums.recovery_waived))
        .fetch_all(db)
        .await?;
        match sums.keys().find(|fund| !booked.contains(&fund.as_uuid())) {
            Some(fund) => Err(ProjectionError::FundNeverOpened { fund: *fund }),
            None => Ok(()),
        }
    }
}
