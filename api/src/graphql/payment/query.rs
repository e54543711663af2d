//! `payment` and `payments`.

use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, ID, Object};
use domain::identity::IdentityNumber;
use domain::ids::{HouseholdId, PersonId};
use domain::rights::Operation;
use people::HouseholdNumber;
use projections::payments;

use super::{Payment, PaymentFilter, id_of, load};
use crate::books::Book;
use crate::graphql::context;
use crate::graphql::paging::{Cursor, Page, complexity};
use crate::graphql::unanswered::Answer;

/// The person with this number; none if the ledger does not know them.
pub(in crate::graphql) async fn person(
    book: &Book,
    number: &IdentityNumber,
) -> Answer<Option<PersonId>> {
    let persons = book.people().persons();
    let found = persons.find(book.pool(), book.domain_id(), &[number]).await?;
    Ok(found.into_iter().flatten().next().map(|known| known.subject().id))
}

/// The household with this number; none if the ledger does not know it.
pub(in crate::graphql) async fn household(
    book: &Book,
    number: &HouseholdNumber,
) -> Answer<Option<HouseholdId>> {
    let households = book.people().households();
    let found = households.find(book.pool(), book.domain_id(), &[number]).await?;
    Ok(found.into_iter().flatten().next().map(|known| known.subject().id))
}

/// Questions about payments.
#[derive(Debug, Default)]
pub struct PaymentQueries;

#[Object]
impl PaymentQueries {
    /// One payment, by the id that its sender gave it or by that of its stream; null if there is none.
    async fn payment(&self, ctx: &Context<'_>, ledger: ID, id: ID) -> Answer<Option<Payment>> {
        let book = context::book(ctx, Operation::ReadPayments, &ledger).await?;
        let id = id_of(&book, &id).await?;
        let row = payments::find(book.pool(), book.id(), id).await?;
        Ok(load(&book, row.into_iter().collect()).await?.pop())
    }

    /// The payments that a filter admits, in the order in which they were recorded; 20 a page unless
    /// `first` says otherwise, at most 1,000. All of a filter's conditions must be met.
    #[graphql(complexity = "complexity(first, child_complexity)")]
    async fn payments(
        &self,
        ctx: &Context<'_>,
        ledger: ID,
        filter: Option<PaymentFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Answer<Connection<Cursor, Payment>> {
        let book = context::book(ctx, Operation::ReadPayments, &ledger).await?;
        let page = Page::read(first, after.as_deref())?;
        let mut connection = Connection::new(page.after.is_some(), false);
        let Some(filter) = filter.unwrap_or_default().resolve(&book).await? else {
            // It names a person or household that the ledger has never heard of.
            return Ok(connection);
        };
        let found = payments::list(book.pool(), book.id(), &filter, page.first, page.after).await?;
        connection.has_next_page = found.more;
        let nodes = load(&book, found.rows).await?;
        let edges = nodes.into_iter().map(|node| Edge::new(Cursor(node.position()), node));
        connection.edges.extend(edges);
        Ok(connection)
    }
}
