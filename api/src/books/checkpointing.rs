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
    signing: Arc<Signing>,
    latest: watch::Receiver<Option<SignedCheckpoint>>,
    task: JoinHandle<()>,
}

impl Drop for Checkpointing {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Checkpointing {
    /// Takes a keeper that has held the ledger against every known checkpoint. A ledger that turns
    /// out not to be the one that was shown stops recording, whoever asked for the checkpoint.
    pub(super) fn start(keeper: Keeper, writer: Writer) -> Self {
        let (tell, latest) = watch::channel(keeper.latest().cloned());
        let signing = Arc::new(Signing { keeper: Mutex::new(keeper), tell, writer });
        let task = tokio::spawn(follow(signing.clone()));
        Self { signing, latest, task }
    }

    /// Signs over everything that is committed by now and gives the latest checkpoint.
    pub(super) async fn sign(&self) -> Result<SignedCheckpoint, Fault> {
        let latest = self.signing.sign().await?;
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
        if let Err(error) = self.signing.sign().await {
            tracing::warn!(%error, "no checkpoint was signed over the last entries");
        }
    }
}

/// Signs after each commit, until the ledger is closed or is not the one that was shown.
async fn follow(signing: Arc<Signing>) {
    let mut committed = signing.writer.committed();
    while committed.changed().await.is_ok() {
        while let Err(error) = signing.sign().await {
            if matches!(error, KeepingError::Lost(_)) {
                return;
            }
            let ledger = signing.writer.ledger();
            tracing::warn!(%ledger, %error, "no checkpoint was signed; trying again");
            tokio::time::sleep(AGAIN).await;
        }
        tokio::time::sleep(APART).await;
    }
}

/// What signing needs, for the task and for whoever asks.
struct Signing {
    keeper: Mutex<Keeper>,
    tell: watch::Sender<Option<SignedCheckpoint>>,
    writer: Writer,
}

impl Signing {
    async fn sign(&self) -> Result<Option<SignedCheckpoint>, KeepingError> {
        let mut keeper = self.keeper.lock().await;
        let signed = keeper.sign().await.map(Option::<&_>::cloned);
        if let Err(KeepingError::Lost(lost)) = &signed {
            self.writer.halt(lost.to_string());
        }
        let latest = signed?;
        self.tell.send_if_modified(|told| {
            let news = *told != latest;
            told.clone_from(&latest);
            news
        });
        Ok(latest)
    }
}
