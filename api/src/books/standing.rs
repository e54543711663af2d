//! What stands recorded under the ids that a client sends again.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use cqrs_es::Aggregate;
use domain::events::AnyEvent;
use domain::ids::PaymentId;
use domain::payment::{Payment, PaymentEvent};
use ledger::reader::{self, StoredEntry};
use ledger::{StreamId, reader::ReadError};
use people::PrivateDetails;

use super::directory::event_as;
use super::{Book, Fault, Receipt};

/// A payment that stands, with its first entry and what lies beside it.
pub(super) struct StandingPayment {
    pub(super) state: Payment,
    pub(super) receipt: Receipt,
    pub(super) details: Option<PrivateDetails>,
}

pub(super) type StandingPayments = BTreeMap<PaymentId, StandingPayment>;

/// A payment as its stream stands, without what lies beside it.
pub(super) struct PaymentStream {
    pub(super) state: Payment,
    /// How many entries the stream has.
    pub(super) sequence: u64,
    /// That of its first entry.
    pub(super) receipt: Receipt,
}

pub(super) type PaymentStreams = BTreeMap<PaymentId, PaymentStream>;

/// Streams whose entries are in memory at the same time: of a large list only the states stay.
const STREAMS_AT_ONCE: usize = 10_000;

impl Book {
    /// Those of the payments that are recorded already.
    pub(super) async fn standing_payments(
        &self,
        ids: &[PaymentId],
    ) -> Result<StandingPayments, Fault> {
        let streams = self.payment_streams(ids).await?;
        let positions: Vec<u64> = streams.values().map(|stream| stream.receipt.position).collect();
        let mut details = self.private_details(&positions).await?;
        let standing = streams.into_iter().map(|(id, stream)| {
            let PaymentStream { state, receipt, .. } = stream;
            let details = details.remove(&receipt.position);
            (id, StandingPayment { state, receipt, details })
        });
        Ok(standing.collect())
    }

    /// The same without what lies beside them: opening that takes far longer than reading. An id may be
    /// given more than once.
    pub(super) async fn payment_streams(&self, ids: &[PaymentId]) -> Result<PaymentStreams, Fault> {
        // A stream that is asked for twice would be read and applied twice.
        let ids: BTreeSet<PaymentId> = ids.iter().copied().collect();
        let streams: Result<Vec<StreamId>, _> =
            ids.iter().map(|id| StreamId::new(Payment::TYPE, &id.to_string())).collect();
        let streams = streams.map_err(|error| Fault::damaged(&error))?;
        let mut connection = self.pool.acquire().await?;
        let mut standing = PaymentStreams::new();
        for some in streams.chunks(STREAMS_AT_ONCE) {
            for entry in reader::streams(&mut connection, &self.id, some).await? {
                let event: PaymentEvent = event_as(&entry.bytes)?;
                let id = match &event {
                    PaymentEvent::PaymentRecorded(payment) => payment.payment,
                    PaymentEvent::PaymentSettled(settled) => settled.payment,
                    PaymentEvent::PaymentReturned(returned) => returned.payment,
                    PaymentEvent::PaymentReversed(reversal) => reversal.payment,
                    PaymentEvent::RecoveryOrdered(ordered) => ordered.payment,
                    PaymentEvent::RecoveryReceived(received) => received.payment,
                    PaymentEvent::RecoveryWaived(waived) => waived.payment,
                };
                let stream = match standing.entry(id) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(new) => {
                        let (state, receipt) = (Payment::default(), Receipt::standing(&entry)?);
                        new.insert(PaymentStream { state, sequence: 0, receipt })
                    }
                };
                stream.state.apply(event);
                stream.sequence = stream.sequence.saturating_add(1);
            }
        }
        Ok(standing)
    }

    /// The entry of a stream whose event is the one asked for, with what lies beside it.
    pub(super) async fn standing_event(
        &self,
        stream_type: &str,
        stream_id: &str,
        is: impl Fn(&AnyEvent) -> bool,
    ) -> Result<Option<(StoredEntry, Option<PrivateDetails>)>, Fault> {
        let stream =
            StreamId::new(stream_type, stream_id).map_err(|_| ReadError::Damaged("a stream id"))?;
        let mut connection = self.pool.acquire().await?;
        let entries = reader::stream(&mut connection, &self.id, &stream).await?;
        drop(connection);
        for entry in entries {
            if is(&super::directory::event_of(&entry.bytes)?) {
                let mut details = self.private_details(&[entry.position]).await?;
                let own = details.remove(&entry.position);
                return Ok(Some((entry, own)));
            }
        }
        Ok(None)
    }

    /// The entry that recorded a payment, found by the id that it was recorded under or by ours;
    /// `None` when there is no such payment.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn payment_entry(&self, id: &str) -> Result<Option<StoredEntry>, Fault> {
        let mut connection = self.pool.acquire().await?;
        // A client may well have made UUIDs of its own: those come first.
        for id in [Some(self.payment_id(id)), PaymentId::parse(id).ok()].into_iter().flatten() {
            let stream = StreamId::new(Payment::TYPE, &id.to_string());
            let stream = stream.map_err(|_| ReadError::Damaged("a stream id"))?;
            let entries = reader::stream(&mut connection, &self.id, &stream).await?;
            if let Some(first) = entries.into_iter().next() {
                return Ok(Some(first));
            }
        }
        Ok(None)
    }
}
