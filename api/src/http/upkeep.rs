//! What those ask who keep the server running: whether it answers, whether it is ready, what it does.

use std::sync::Arc;
use std::time::Duration;

use poem::http::{StatusCode, header};
use poem::web::Data;
use poem::{Request, Response, handler};

use super::bare;
use super::measured::Measured;
use super::refusal::RETRY_AFTER;
use crate::books::Books;

/// A database that does not answer so long is away.
const PATIENCE: Duration = Duration::from_secs(2);

/// Says that the process answers; says nothing about the database behind it.
#[handler]
pub(super) fn livez() -> &'static str {
    "ok\n"
}

/// Says whether the database answers. A ledger whose check has failed is read all the same, so it is ready.
#[handler]
pub(super) async fn readyz(books: Data<&Books>) -> Response {
    let asked = sqlx::query_scalar::<_, i32>("select 1").fetch_one(books.pool());
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(_)) => Response::builder().content_type("text/plain; charset=utf-8").body("ready\n"),
        _ => {
            let mut answer = bare(StatusCode::SERVICE_UNAVAILABLE);
            answer.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
            answer
        }
    }
}

/// Figures for a monitor on the same machine; for anybody else there is no such page.
#[handler]
pub(super) async fn metrics(
    request: &Request,
    books: Data<&Books>,
    measured: Data<&Arc<Measured>>,
) -> Response {
    let peer = request.remote_addr().as_socket_addr();
    if !peer.is_some_and(|peer| peer.ip().is_loopback()) {
        return bare(StatusCode::NOT_FOUND);
    }
    match measured.print(&books).await {
        Ok(text) => Response::builder()
            .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
            .body(text),
        Err(fault) => {
            tracing::error!(cause = fault.cause(), "the figures cannot be told");
            bare(StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}
