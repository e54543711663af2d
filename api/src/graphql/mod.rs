//! The GraphQL of the books: one noun a file, one mutation a file.
//!
//! A resolver parses, calls the books or a read model, and maps; it decides nothing. How an answer
//! comes about:
//!
//! * A mutation reads its whole input first and tells everything that is wrong with its form at once
//!   ([`shape`]); then the books decide, and refuse one thing at a time ([`command`]). Both are data:
//!   `userErrors` in the payload.
//! * A query that cannot be asked so (an unknown ledger, programme, fund or store, a malformed
//!   number) is an error with a code. Persons, households, payments, grants, officers and documents
//!   that the ledger does not know are no error: nothing is found.
//! * A fault is an error with the code `INTERNAL` and a reference; the rest stands in the log
//!   ([`unanswered`]).
//!
//! # To add a query
//!
//! 1. Write its question as a read model's query in `projections`.
//! 2. Add a type and a `…Queries` object here, in the file of its noun; resolvers return
//!    [`unanswered::Answer`].
//! 3. Add it to [`schema::Query`], run `mingzhang schema > api/schema.graphql`, and read the difference.

pub mod access;
pub mod audit_trail;
pub mod bank_results;
pub mod batch;
pub mod check;
pub mod command;
mod context;
pub mod death;
pub mod disclosure;
pub mod entry;
pub mod fund;
pub mod goods;
pub mod grant;
pub mod identify;
pub mod ledger;
pub mod ledger_position;
pub mod officer;
pub mod officer_key;
pub mod paging;
pub mod payment;
pub mod period;
pub mod programme;
pub mod proof;
pub mod receipt;
pub mod regulation;
pub mod scalars;
pub mod schema;
pub mod shape;
mod shown;
pub mod signed_command;
pub mod standard;
pub mod statement;
pub mod store;
#[cfg(test)]
mod tests;
pub mod totals;
pub mod unanswered;
pub mod user_error;
pub mod vocabulary;

use async_graphql::{Request, Response, Variables};

pub use context::Officer;
pub use schema::{Schema, schema, sdl};

/// Executes a document in this process, in the name of an officer: what `mingzhang query` does.
/// Limits and answers are those of the schema over HTTP.
pub async fn execute(
    schema: &Schema,
    officer: Officer,
    document: &str,
    variables: Variables,
) -> Response {
    let request = Request::new(document).variables(variables).data(officer);
    schema.execute(request).await
}
