//! For how many payments of a batch no bank has answered.

use domain::batch::Batch;
use domain::ids::{BatchId, PaymentId};

use crate::books::{Book, Fault};

/// Payments whose streams are in memory at the same time: of a large batch only the number stays.
const PAYMENTS_AT_ONCE: usize = 2_000;

impl Book {
    /// How many payments of the list that a batch has now still wait for a bank; `None` where nothing was drafted.
    /// Asked of the payments' own streams, because a read model may lag. An answer is never taken back, so what is
    /// recorded meanwhile makes the number no larger.
    pub(in crate::books) async fn unanswered_lines(
        &self,
        batch: BatchId,
    ) -> Result<Option<u32>, Fault> {
        let loaded = self.store.load::<Batch>(&batch.to_string()).await;
        let loaded = loaded.map_err(|error| Fault::database(&error))?;
        let Some(drafted) = loaded.aggregate.drafted() else { return Ok(None) };
        let list = self.drafted_list(batch, drafted.step).await?;
        let list = list.ok_or_else(|| Fault::damaged(&"a batch without its list"))?;
        let payments: Vec<PaymentId> = list.lines.iter().map(|line| line.payment).collect();
        drop(list);
        let mut unanswered: u32 = 0;
        for some in payments.chunks(PAYMENTS_AT_ONCE) {
            let streams = self.payment_streams(some).await?;
            // Of a payment that does not stand no bank can have answered.
            let awaits = |id: &&PaymentId| {
                streams.get(*id).is_none_or(|stream| stream.state.awaits_answer())
            };
            let waiting = u32::try_from(some.iter().filter(awaits).count()).unwrap_or(u32::MAX);
            unanswered = unanswered.saturating_add(waiting);
        }
        Ok(Some(unanswered))
    }
}
