//! What the two mutations about a death tell.

use std::sync::Arc;

use async_graphql::{ComplexObject, SimpleObject};
use domain::identity::IdentityNumber;
use projections::deaths;

use crate::books::Book;
use crate::graphql::command::{Done, Outcome};
use crate::graphql::payment;
use crate::graphql::scalars::Date;
use crate::graphql::unanswered::Answer;

/// What became of it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ReportDeathPayload {
    #[graphql(skip)]
    recorded: Option<(Arc<Book>, IdentityNumber)>,
    #[graphql(flatten)]
    outcome: Outcome,
}

impl ReportDeathPayload {
    /// `number` is the one that the input names.
    pub(super) fn of(done: Done, number: &str) -> Self {
        // Of a report that stands the number was read before.
        let recorded = done.book.zip(IdentityNumber::parse(number).ok());
        Self { recorded, outcome: done.outcome }
    }
}

#[ComplexObject]
impl ReportDeathPayload {
    /// The day on which the person died, as the reports stand now; null where none stands, and if this was
    /// refused.
    async fn died_on(&self) -> Answer<Option<Date>> {
        let Some((book, number)) = &self.recorded else { return Ok(None) };
        let Some(person) = payment::person(book, number).await? else { return Ok(None) };
        book.catch_up().await?;
        let stands = deaths::died_on(book.pool(), book.id(), &[person]).await?;
        Ok(stands.get(&person).copied().map(Into::into))
    }
}
