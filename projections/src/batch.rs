//! What some entries in a row do to the read models, gathered before it is written.

use ledger::LedgerId;
use sqlx::PgConnection;

use crate::entries::Recorded;
use crate::error::Result;
use crate::read_model::ReadModel;
use crate::{funds, grants, payments, periods, stores, trail};

/// Changes to those read models that are being filled.
#[derive(Debug)]
pub(crate) struct Batch<'l> {
    ledger: &'l LedgerId,
    pub(crate) payments: Option<payments::Changes>,
    pub(crate) funds: Option<funds::Changes>,
    pub(crate) stores: Option<stores::Changes>,
    pub(crate) grants: Option<grants::Changes>,
    pub(crate) periods: Option<periods::Changes>,
    pub(crate) trail: Option<trail::Changes>,
}

impl<'l> Batch<'l> {
    /// An empty batch for these read models, before the first entry.
    pub(crate) fn of(ledger: &'l LedgerId, models: &[ReadModel]) -> Self {
        let filled = |model| models.contains(&model);
        Self {
            ledger,
            payments: filled(ReadModel::Payments).then(payments::Changes::default),
            funds: filled(ReadModel::Funds).then(funds::Changes::default),
            stores: filled(ReadModel::Stores).then(stores::Changes::default),
            grants: filled(ReadModel::Grants).then(grants::Changes::default),
            periods: filled(ReadModel::Periods).then(periods::Changes::default),
            trail: filled(ReadModel::Trail).then(trail::Changes::default),
        }
    }

    /// An empty batch for these read models that goes on after a position.
    pub(crate) async fn after(
        db: &mut PgConnection,
        ledger: &'l LedgerId,
        models: &[ReadModel],
        position: i64,
    ) -> Result<Self> {
        let mut batch = Self::of(ledger, models);
        if let Some(changes) = &mut batch.periods {
            // What earlier entries did to months decides about later ones.
            *changes = periods::Changes::after(db, ledger, position).await?;
        }
        Ok(batch)
    }

    /// Takes in the next entry.
    pub(crate) fn apply(&mut self, entry: &Recorded<'_>) -> Result<()> {
        let ledger = self.ledger;
        if let Some(changes) = &mut self.payments {
            changes.apply(ledger, entry);
        }
        if let Some(changes) = &mut self.funds {
            changes.apply(ledger, entry)?;
        }
        if let Some(changes) = &mut self.stores {
            changes.apply(ledger, entry)?;
        }
        if let Some(changes) = &mut self.grants {
            changes.apply(ledger, entry);
        }
        if let Some(changes) = &mut self.periods {
            changes.apply(ledger, entry);
        }
        if let Some(changes) = &mut self.trail {
            changes.apply(ledger, entry);
        }
        Ok(())
    }

    /// Writes everything gathered into the tables, in the transaction of the caller, and holds no row
    /// then. Tables are touched in the order of [`ReadModel::ALL`].
    pub(crate) async fn flush(&mut self, db: &mut PgConnection) -> Result<()> {
        if let Some(changes) = &mut self.payments {
            changes.flush(db).await?;
        }
        if let Some(changes) = &mut self.funds {
            changes.flush(db, self.ledger).await?;
        }
        if let Some(changes) = &mut self.stores {
            changes.flush(db, self.ledger).await?;
        }
        if let Some(changes) = &mut self.grants {
            changes.flush(db).await?;
        }
        if let Some(changes) = &mut self.periods {
            changes.flush(db).await?;
        }
        if let Some(changes) = &mut self.trail {
            changes.flush(db).await?;
        }
        Ok(())
    }
}
