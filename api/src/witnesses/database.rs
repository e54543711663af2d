//! The ledger as its database holds it: proofs out of the tiles, cosignatures beside the
//! checkpoints.

use std::sync::Arc;

use ledger::LedgerId;
use ledger::checkpoints::{SignedCheckpoint, store as checkpoints};
use ledger::clock::Clock;
use ledger::hash::Hash;
use ledger::note::SignatureLine;
use ledger::tile::store as tiles;
use ledger::tree::consistency_plan;
use sqlx::PgPool;

use super::{ConsistencyProofs, Cosignatures, LedgerUnavailable};

/// One ledger of a database. Checkpoints that it is asked about have been signed, so the tiles
/// below them are written.
pub struct WitnessedLedger {
    /// The bureau's books.
    pub id: LedgerId,
    /// Origin of its checkpoints.
    pub origin: String,
    /// Its database.
    pub pool: PgPool,
    /// When cosignatures are received.
    pub clock: Arc<dyn Clock>,
}

fn unavailable(error: &dyn std::fmt::Display) -> LedgerUnavailable {
    LedgerUnavailable(error.to_string())
}

impl WitnessedLedger {
    async fn connection(
        &self,
    ) -> Result<sqlx::pool::PoolConnection<sqlx::Postgres>, LedgerUnavailable> {
        self.pool.acquire().await.map_err(|error| unavailable(&error))
    }
}

impl ConsistencyProofs for WitnessedLedger {
    async fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, LedgerUnavailable> {
        let plan = consistency_plan(old, new).ok_or_else(|| unavailable(&"no such sizes"))?;
        let mut connection = self.connection().await?;
        let proof = tiles::prove(&mut connection, &self.id, &plan).await;
        proof.map_err(|error| unavailable(&error))
    }
}

impl Cosignatures for WitnessedLedger {
    async fn largest_signed(&self) -> Result<u64, LedgerUnavailable> {
        let mut connection = self.connection().await?;
        let latest = checkpoints::latest(&mut connection, &self.id, &self.origin).await;
        let latest = latest.map_err(|error| unavailable(&error))?;
        Ok(latest.map_or(0, |latest| latest.checkpoint.size))
    }

    async fn keep(
        &self,
        checkpoint: &SignedCheckpoint,
        line: &SignatureLine,
    ) -> Result<(), LedgerUnavailable> {
        let cosignature = (line.name().to_owned(), line.key_id(), line.to_string());
        let mut connection = self.connection().await?;
        let (id, now) = (&self.id, self.clock.now());
        checkpoints::keep_cosigned(&mut connection, id, checkpoint, &[cosignature], now)
            .await
            .map_err(|error| unavailable(&error))
    }
}
