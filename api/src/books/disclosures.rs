//! Looking at personal data: that somebody looked, and at what, stands in the chain; why lies beside it.

use domain::batch::Batch;
use domain::disclosure::{
    DisclosePersonalData, DisclosedList, DisclosedSubject, Disclosure, DisclosureCommand,
};
use domain::events::AnyEvent;
use domain::ids::{BatchId, DisclosureId, PaymentId};
use domain::payment::Payment;
use domain::text::ListDigest;

use super::{Acting, Book, CommandError, Fault, Noun, Receipt, UserError};
use crate::requests::{DisclosePersonalDataRequest, DisclosureSubject};

/// Finds the event of a look: its stream holds no other.
fn is_disclosure(event: &AnyEvent) -> bool {
    matches!(event, AnyEvent::Disclosure(_))
}

impl Book {
    /// Records that somebody looks at who stands behind a payment or the lines of a batch.
    ///
    /// # Errors
    /// The first refusal in the documented order, or a fault.
    pub async fn disclose_personal_data(
        &self,
        acting: &Acting,
        request: DisclosePersonalDataRequest,
    ) -> Result<Receipt, CommandError> {
        let disclosure = self.disclosure_id(request.id.as_str());
        let (subject, unknown) = match &request.subject {
            DisclosureSubject::Payment(id) => {
                let payment = self.payment_named(id).await?;
                (DisclosedSubject::Payment(payment), UserError::unknown_payment(id))
            }
            DisclosureSubject::Batch(id) => {
                let (batch, unknown) = (self.batch_id(id), UserError::unknown_batch(id));
                match self.standing_list(batch).await? {
                    Some(digest) => {
                        (DisclosedSubject::Batch(DisclosedList { batch, digest }), unknown)
                    }
                    None => return Err(unknown.into()),
                }
            }
        };
        let (stream, needed) = (
            disclosure.to_string(),
            "查看个人信息须说明原因 / looking at personal data needs a reason",
        );
        let (told, reason) =
            self.reason::<Disclosure>(&stream, is_disclosure, &request.reason, needed).await?;
        let officer = acting.officer.clone();
        let command = DisclosePersonalData { disclosure, officer, subject, reason };
        let command = DisclosureCommand::DisclosePersonalData(command);
        let noun = Noun::Disclosure.as_str();
        let mut asked = self.asked::<Disclosure>(noun, &request.id, command, "id");
        asked.details.reason = Some(told);
        let done = self.carry_out(acting, asked, is_disclosure).await;
        done.map_err(|error| error.or_unknown(unknown))
    }

    /// The digest of the list that a batch has now; `None` where nothing was drafted.
    pub(super) async fn standing_list(&self, batch: BatchId) -> Result<Option<ListDigest>, Fault> {
        let loaded = self.store.load::<Batch>(&batch.to_string()).await;
        let batch = loaded.map_err(|error| Fault::database(&error))?.aggregate;
        Ok(batch.drafted().map(|drafted| drafted.list.digest))
    }

    /// What was looked at under a client's id, as the entries tell; `None` where nothing was.
    ///
    /// # Errors
    /// When the database fails or the entries cannot be read.
    pub async fn disclosed(&self, id: &str) -> Result<Option<DisclosedSubject>, Fault> {
        let disclosure = self.disclosure_id(id).to_string();
        let loaded = self.store.load::<Disclosure>(&disclosure).await;
        match loaded.map_err(|error| Fault::database(&error))?.aggregate {
            Disclosure::Absent => Ok(None),
            Disclosure::Recorded(disclosed) => Ok(Some(disclosed.subject)),
        }
    }

    /// The payment that a client names: by its own id, or by the id of the stream as entries show it. Asked of
    /// the streams, since a read model may not have come as far.
    async fn payment_named(&self, id: &str) -> Result<PaymentId, Fault> {
        let own = self.payment_id(id);
        let Ok(stream) = PaymentId::parse(id) else { return Ok(own) };
        // A client may well have made UUIDs of its own: those come first.
        let loaded = self.store.load::<Payment>(&own.to_string()).await;
        let loaded = loaded.map_err(|error| Fault::database(&error))?;
        Ok(if loaded.sequence > 0 { own } else { stream })
    }

    /// The look that a client's id stands for.
    fn disclosure_id(&self, client_id: &str) -> DisclosureId {
        DisclosureId::from_uuid(self.uuid(Noun::Disclosure.as_str(), client_id))
    }
}
