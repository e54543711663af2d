//! What every resolver may ask for: the books and who is asking.

use std::sync::Arc;

use async_graphql::Context;
use domain::rights::Operation;

use super::unanswered::{Answer, Unanswered};
use crate::books::{Acting, Book, Books};

/// In whose name a request acts. The schema holds the local operator; a request may bring another.
#[derive(Debug, Clone)]
pub struct Officer(pub Acting);

/// All books of this program.
pub(super) fn books<'a>(ctx: &Context<'a>) -> Answer<&'a Books> {
    ctx.data::<Books>().map_err(|error| Unanswered::damaged(&error.message))
}

/// The ledger that a question is about, for whoever may ask it there; `UNKNOWN_LEDGER` if it was never
/// opened.
pub(super) async fn book(
    ctx: &Context<'_>,
    operation: Operation,
    ledger: &str,
) -> Answer<Arc<Book>> {
    let book = open_book(ctx, ledger).await?;
    book.permit(&acting(ctx)?, operation).await?;
    Ok(book)
}

/// The ledger, for what anybody may know of it: size, head, checkpoint, keys, hashes. And for what belongs
/// to an answer that somebody was permitted.
pub(super) async fn open_book(ctx: &Context<'_>, ledger: &str) -> Answer<Arc<Book>> {
    Ok(books(ctx)?.book(ledger).await?)
}

/// Who is asking.
pub(super) fn acting(ctx: &Context<'_>) -> Answer<Acting> {
    let officer = ctx.data::<Officer>().map_err(|error| Unanswered::damaged(&error.message))?;
    Ok(officer.0.clone())
}
