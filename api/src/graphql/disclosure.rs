//! `disclosePersonalData`: who stands behind a payment or a batch, for whoever says why they look.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, SimpleObject};
use domain::disclosure::DisclosedSubject;
use domain::rights::Operation;

use super::batch::{self, Batch};
use super::command::{Outcome, carry_out};
use super::payment::{self, Payment};
use super::shape::{Place, Shape};
use super::unanswered::Answer;
use crate::books::Book;
use crate::requests::{DisclosePersonalDataRequest, DisclosureSubject};

/// Personal data that somebody needs to see. Exactly one of `payment` and `batch` is needed.
#[derive(Debug, InputObject)]
pub struct DisclosePersonalDataInput {
    /// The ledger.
    pub ledger: ID,
    /// The client's id of the look.
    pub id: ID,
    /// The payment, by the client's id of it or by that of its stream.
    pub payment: Option<ID>,
    /// The batch, by the client's id of it.
    pub batch: Option<ID>,
    /// Why; kept encrypted beside the chain.
    pub reason: String,
}

impl DisclosePersonalDataInput {
    fn read(&self, shape: &mut Shape) -> Option<DisclosePersonalDataRequest> {
        let id = shape.client_id(&Place::of("id"), &self.id);
        let subject = self.subject(shape);
        let reason = shape.free_text(&Place::of("reason"), &self.reason);
        Some(DisclosePersonalDataRequest { id: id?, subject: subject?, reason: reason? })
    }

    fn subject(&self, shape: &mut Shape) -> Option<DisclosureSubject> {
        match (&self.payment, &self.batch) {
            (Some(payment), None) => Some(DisclosureSubject::Payment(payment.to_string())),
            (None, Some(batch)) => Some(DisclosureSubject::Batch(batch.to_string())),
            _ => {
                let message =
                    "payment 与 batch 须恰好给出一个 / exactly one of payment and batch is needed";
                shape.refuse("INVALID_SUBJECT", &Place::default(), message);
                None
            }
        }
    }
}

/// What became of it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct DisclosePersonalDataPayload {
    /// What the entry says was looked at: nothing else is shown.
    #[graphql(skip)]
    disclosed: Option<(Arc<Book>, DisclosedSubject)>,
    #[graphql(flatten)]
    outcome: Outcome,
}

#[ComplexObject]
impl DisclosePersonalDataPayload {
    /// The payment, its person unmasked; null if that was refused, and where a batch was asked for. Payments
    /// that it reissues or is reissued by are masked.
    async fn payment(&self) -> Answer<Option<Payment>> {
        match &self.disclosed {
            Some((book, DisclosedSubject::Payment(id))) => payment::disclosed(book, *id).await,
            _ => Ok(None),
        }
    }

    /// The batch, the persons of its lines unmasked; null if that was refused, and where a payment was asked
    /// for. Of a list that was drafted since, they are masked: it takes another look.
    async fn batch(&self) -> Answer<Option<Batch>> {
        match &self.disclosed {
            Some((book, DisclosedSubject::Batch(list))) => batch::disclosed(book, *list).await,
            _ => Ok(None),
        }
    }
}

/// Shows personal data.
#[derive(Debug, Default)]
pub struct DisclosureMutations;

#[Object]
impl DisclosureMutations {
    /// Shows who stands behind a payment, or behind the lines of a batch, and records who looked, at what and
    /// why. Where officers are required, persons are masked in every other answer. The same look sent again
    /// by the same officer records nothing and shows them again, also where it was signed and sent by
    /// `submitSignedCommand` before.
    async fn disclose_personal_data(
        &self,
        ctx: &Context<'_>,
        input: DisclosePersonalDataInput,
    ) -> Answer<DisclosePersonalDataPayload> {
        let read = |shape: &mut Shape| input.read(shape);
        let done =
            carry_out(
                ctx,
                Operation::DisclosePersonalData,
                &input.ledger,
                read,
                |book, acting, request| async move {
                    book.disclose_personal_data(&acting, request).await
                },
            )
            .await?;
        let subject = match &done.book {
            Some(book) => book.disclosed(&input.id).await?,
            None => None,
        };
        let disclosed = done.book.zip(subject);
        Ok(DisclosePersonalDataPayload { disclosed, outcome: done.outcome })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn input(payment: Option<&str>, batch: Option<&str>) -> DisclosePersonalDataInput {
        DisclosePersonalDataInput {
            ledger: ID::from("cn-320404"),
            id: ID::from("d-1"),
            payment: payment.map(ID::from),
            batch: batch.map(ID::from),
            reason: " 核对投诉 ".to_owned(),
        }
    }

    #[test]
    fn exactly_one_thing_is_looked_at() {
        for (payment, batch) in [(None, None), (Some("p-1"), Some("b-1"))] {
            let mut shape = Shape::default();
            assert!(input(payment, batch).read(&mut shape).is_none());
            let refusals = shape.finish::<()>(None).unwrap_err();
            let told: Vec<_> = refusals.iter().map(|it| (it.code.as_str(), &it.field)).collect();
            assert_eq!(told, [("INVALID_SUBJECT", &None)]);
        }
        let mut shape = Shape::default();
        let request = input(None, Some("b-1")).read(&mut shape).unwrap();
        assert!(matches!(request.subject, DisclosureSubject::Batch(batch) if batch == "b-1"));
        assert_eq!((request.id.as_str(), request.reason.as_str()), ("d-1", "核对投诉"));
    }

    #[test]
    fn a_look_without_a_reason_is_refused() {
        let mut shape = Shape::default();
        let asked =
            DisclosePersonalDataInput { reason: " ".to_owned(), ..input(Some("p-1"), None) };
        assert!(asked.read(&mut shape).is_none());
        let refusals = shape.finish::<()>(None).unwrap_err();
        assert_eq!(refusals.first().unwrap().code, "INVALID_TEXT");
    }
}
