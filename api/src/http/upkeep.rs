//! What those ask who keep the server running: whether it answers, whether it is ready, what it does.

use std::sync::Arc;
use std::time::Duration;

use poem::http::uri::Authority;
use poem::http::{StatusCode, header};
use poem::web::Data;
use poem::{Request, Response, handler};

use super::bare;
use super::measured::Measured;
use super::reach::is_loopback;
use super::refusal::RETRY_AFTER;
use crate::books::Books;

/// A database that does not answer so long is away.
const PATIENCE: Duration = Duration::from_secs(2);
/// Before it is asked again.
const PAUSE: Duration = Duration::from_millis(20);

/// Says that the process answers; says nothing about the database behind it.
#[handler]
pub(super) fn livez() -> &'static str {
    "ok\n"
}

/// Says whether the database answers. A ledger whose check has failed is read all the same, so it is ready.
#[handler]
pub(super) async fn readyz(books: Data<&Books>) -> Response {
    let asked = async {
        // A session that the database ended meanwhile is found out by its use; the next one may be good.
        while sqlx::query("select 1").execute(books.pool()).await.is_err() {
            tokio::time::sleep(PAUSE).await;
        }
    };
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(()) => Response::builder().content_type("text/plain; charset=utf-8").body("ready\n"),
        Err(_) => {
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
    if !is_of_this_machine(request) {
        return bare(StatusCode::NOT_FOUND);
    }
    // While the database is away the figures of the ledgers are missing, and those of the server tell of it.
    let told = tokio::time::timeout(PATIENCE, measured.look_at(&books)).await;
    if !matches!(told, Ok(Ok(()))) {
        measured.forget_ledgers();
    }
    match measured.print() {
        Ok(text) => Response::builder()
            .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
            .body(text),
        Err(error) => {
            tracing::error!(%error, "the figures cannot be told");
            bare(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

/// Whether it comes from loopback, by a name of loopback, and no proxy says that it passes on another's.
fn is_of_this_machine(request: &Request) -> bool {
    let peer = request.remote_addr().as_socket_addr();
    let near = peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    let host = request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
    let host = host.and_then(|text| text.parse::<Authority>().ok());
    let named = host.is_some_and(|host| is_loopback(host.host()));
    let passed_on = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];
    near && named && !passed_on.into_iter().any(|name| request.headers().contains_key(name))
}
