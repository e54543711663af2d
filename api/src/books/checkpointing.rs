//! Keeping the ledger's checkpoint near its head: one task for each ledger and program, woken by
//! every commit.

use std::sync::Arc;
use std::time::Duration;

use ledger::checkpoints::SignedCheckpoint;
use ledger::checkpoints::keeper::{Keeper, KeepingError};
use ledger::writer::Writer;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;

use super::Fault;

/// How long after a checkpoint the next one is signed at the earliest. Under load one stands for
/// thousands of entries; alone it follows its entry at once.
const APART: Duration = Duration::from_millis(500);

/// How long after a failure it is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// Signs checkpoints for as long as it lives.
pub(super) struct Checkpointing {
    keeper: Arc<Mutex<Keeper>>,
    latest: watch::Receiver<Option<SignedCheckpoint>>,
    tell: Arc<watch::Sender<Option<SignedCheckpoint>>>,
    task: JoinHandle<()>,
}

impl Drop for Checkpointing {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Checkpointing {
    /// Takes a keeper that has held the ledger against every known checkpoint. A ledger that turns
    /// out not to be the one that was shown stops recording.
    pub(super) fn start(keeper: Keeper, writer: Writer) -> Self {
        let (tell, latest) = watch::channel(keeper.latest().cloned());
        let (tell, keeper) = (Arc::new(tell), Arc::new(Mutex::new(keeper)));
        let (telling, kept) = (tell.clone(), keeper.clone());
        let task = tokio::spawn(async move {
            let mut committed = writer.committed();
            while committed.changed().await.is_ok() {
                while let Err(error) = sign(&kept, &telling).await {
                    if let KeepingError::Lost(lost) = &error {
                        writer.halt(lost.to_string());
                        return;
                    }
                    let ledger = writer.ledger();
                    tracing::warn!(%ledger, %error, "no checkpoint was signed; trying again");
                    tokio::time::sleep(AGAIN).await;
                }
                tokio::time::sleep(APART).await;
            }
        });
        Self { keeper, latest, tell, task }
    }

    /// Signs over everything that is committed by now and gives the latest checkpoint.
    pub(super) async fn sign(&self) -> Result<SignedCheckpoint, Fault> {
        sign(&self.keeper, &self.tell).await?;
        let latest = self.latest.borrow().clone();
        latest.ok_or_else(|| Fault::damaged(&"an open ledger has no checkpoint"))
    }

    /// The latest checkpoint that this program knows, as it changes.
    pub(super) fn latest(&self) -> watch::Receiver<Option<SignedCheckpoint>> {
        self.latest.clone()
    }

    /// Signs over the last entries, so that a program that ends leaves nothing behind without a
    /// checkpoint. Whatever fails now is found when the ledger is opened next.
    pub(super) async fn finish(&self) {
        self.task.abort();
        if let Err(error) = sign(&self.keeper, &self.tell).await {
            tracing::warn!(%error, "no checkpoint was signed over the last entries");
        }
    }
}

async fn sign(
    keeper: &Mutex<Keeper>,
    tell: &watch::Sender<Option<SignedCheckpoint>>,
) -> Result<(), KeepingError> {
    let mut keeper = keeper.lock().await;
    let latest = keeper.sign().await?.cloned();
    tell.send_if_modified(|told| {
        let news = *told != latest;
        *told = latest;
        news
    });
    Ok(())
}
