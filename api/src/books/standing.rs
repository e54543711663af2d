//! What stands recorded under the ids that a client sends again.

use std::collections::BTreeMap;

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

impl Book {
    /// Those of the payments that are recorded already.
    pub(super) async fn standing_payments(
        &self,
        ids: &[PaymentId],
    ) -> Result<StandingPayments, Fault> {
        let streams: Result<Vec<StreamId>, _> =
            ids.iter().map(|id| StreamId::new(Payment::TYPE, &id.to_string())).collect();
        let streams = streams.map_err(|error| Fault::damaged(&error))?;
        let mut connection = self.pool.acquire().await?;
        let entries = reader::streams(&mut connection, &self.id, &streams).await?;
        drop(connection);
        let mut standing = StandingPayments::new();
        for entry in &entries {
            let event: PaymentEvent = event_as(&entry.bytes)?;
            let id = match &event {
                PaymentEvent::PaymentRecorded(payment) => payment.payment,
                PaymentEvent::PaymentReversed(reversal) => reversal.payment,
            };
            match standing.get_mut(&id) {
                Some(payment) => payment.state.apply(event),
                None => {
                    let mut state = Payment::default();
                    state.apply(event);
                    let receipt = Receipt::standing(entry)?;
                    standing.insert(id, StandingPayment { state, receipt, details: None });
                }
            }
        }
        let positions: Vec<u64> =
            standing.values().map(|payment| payment.receipt.position).collect();
        let mut details = self.private_details(&positions).await?;
        for payment in standing.values_mut() {
            payment.details = details.remove(&payment.receipt.position);
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
