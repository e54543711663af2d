//! The product over HTTP: GraphQL at `/graphql`, what proves a ledger below `/ledgers`
//! (`proofs.rs`), signing in there too (`sign_in.rs`), and for those who keep it running `/livez`, `/readyz` and
//! `/metrics` (`upkeep.rs`).
//!
//! The stock endpoint of async-graphql-poem runs mutations sent by GET or as `text/plain`, accepts
//! batches and has no limit on a body. This one follows the GraphQL-over-HTTP specification to the
//! letter (npm `graphql-http`'s server audits, see `scripts/graphql-audits.mjs`) and takes nothing
//! that the specification does not ask for:
//!
//! | what arrives | answer |
//! |---|---|
//! | `Accept` that allows neither `application/graphql-response+json` nor `application/json` | 406 |
//! | a method other than GET and POST | 405 |
//! | GET of an operation that is not a query | 405 |
//! | POST that is not `application/json` in UTF-8 | 415 |
//! | a body over 1 MiB | 413 |
//! | a body that is no JSON object, a parameter of the wrong type | 400 |
//! | a document that cannot be parsed, validated or started | 400, or 200 to a client that asked for `application/json` |
//! | anything that was executed, also with errors in fields | 200 |
//! | a `Host` that is no name of this server | 421 |
//! | a session's cookie without the header `mingzhang-request` | 403 |
//! | a body that takes longer than half a minute to arrive | 408 |
//! | more at once than the server bears ([`Limits`]) | 503 with `Retry-After` |
//!
//! What belongs to the document and not to the transport (aliases, size, nesting) is limited by
//! [`DocumentLimits`], which the schema carries, so that it holds for every way in.

mod accept;
mod answer;
mod document_limits;
mod graphql;
mod limits;
mod measured;
mod nesting;
mod parameters;
mod proofs;
mod reach;
mod refusal;
mod sign_in;
mod upkeep;

use std::sync::Arc;

use async_graphql::Executor;
use poem::http::{HeaderValue, StatusCode, header};
use poem::middleware::CatchPanic;
use poem::{Endpoint, EndpointExt, Response, Route, get, put};

pub use document_limits::DocumentLimits;
pub use graphql::GraphqlOverHttp;
pub use limits::Limits;
pub use sign_in::Sessions;

use measured::{Counting, Measured};
use reach::OurNames;
pub use reach::Reach;

use crate::books::Books;

/// Every path that the program answers, with the headers that keep a browser from doing harm.
///
/// Only requests addressed to this server by a name of its own are served: a page elsewhere that rebinds
/// its own name to our address would otherwise be one of us. No answer carries text of an inner error; a
/// panic in a resolver is a 500 and ends nothing else.
pub fn routes<E: Executor>(
    executor: E,
    below_ledgers: impl Endpoint<Output = Response> + 'static,
    sessions: Sessions,
    reach: Reach,
    limits: Limits,
) -> impl Endpoint<Output = Response> {
    let (headers, encrypted) = (reach.headers(), Encrypted(reach.encrypted));
    let (door, measured) = (limits.door(), Arc::new(Measured::new()));
    let below_ledgers = below_ledgers.with(door.clone());
    let mut paths = Route::new()
        .at("/graphql", GraphqlOverHttp::new(executor, door, reach.closed))
        .at("/livez", get(upkeep::livez))
        .nest("/ledgers", below_ledgers);
    // Without a place: whoever looks after a server must see it when it is full.
    if let Some(books) = sessions.books() {
        paths = paths
            .at("/readyz", get(upkeep::readyz).data(books.clone()))
            .at("/metrics", get(upkeep::metrics).data(books).data(measured.clone()));
    }
    paths
        .map_to_response()
        .with(sessions)
        .data(encrypted)
        .with(OurNames(reach))
        .catch_all_error(|error| async move { bare(error.status()) })
        .with(CatchPanic::new().with_handler(|_| bare(StatusCode::INTERNAL_SERVER_ERROR)))
        .after(|answer| async move { answer.map(uncached) })
        .with(headers)
        .with(Counting(measured))
}

/// Whether answers go out encrypted; then a cookie must not go back in the clear.
#[derive(Clone, Copy)]
struct Encrypted(bool);

/// The paths below `/ledgers`.
pub fn below_ledgers(books: Books) -> impl Endpoint<Output = Response> {
    Route::new()
        .at("/:ledger/checkpoint", get(proofs::checkpoint))
        .at("/:ledger/tile/*path", get(proofs::tile))
        .at("/:ledger/session", get(sign_in::who).post(sign_in::sign_in).delete(sign_in::sign_out))
        .at("/:ledger/password", put(sign_in::change_password))
        .at(
            "/:ledger/one-time-password",
            poem::post(sign_in::begin_one_time).put(sign_in::confirm_one_time),
        )
        .data(books)
        .map_to_response()
}

/// Answers hold personal data: no cache may keep one that does not say that it may.
fn uncached(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    answer
}

/// The standard words of a status and nothing of its cause.
fn bare(status: StatusCode) -> Response {
    let words = status.canonical_reason().unwrap_or("error");
    Response::builder().status(status).content_type("text/plain; charset=utf-8").body(words)
}

#[cfg(test)]
mod tests;
