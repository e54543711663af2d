//! The witness over HTTP. Nothing is served but `add-checkpoint` and a sign of life.
//!
//! | what arrives | answer |
//! |---|---|
//! | a checkpoint that extends the latest cosigned one | 200, the signature line |
//! | malformed, or the old size is beyond the checkpoint's | 400 |
//! | not signed by a key of the log | 403 |
//! | a log that is not followed, another path | 404 |
//! | another old size than that of the latest cosigned checkpoint | 409 `text/x.tlog.size`, that size |
//! | the same size with another root | 409 |
//! | a body over 256 KiB | 413 |
//! | a consistency proof that does not verify | 422 |
//! | the disk failed | 500, nothing signed |

use std::sync::Arc;

use poem::error::ReadBodyError;
use poem::http::StatusCode;
use poem::middleware::CatchPanic;
use poem::web::Data;
use poem::{Body, Endpoint, EndpointExt, Response, Route, get, handler, post};

use super::{Refusal, Witness};

/// Room for a proof of 63 hashes and a checkpoint with dozens of signatures.
const LARGEST_BODY: usize = 256 << 10;

/// The paths of the witness.
pub fn routes(witness: Arc<Witness>) -> impl Endpoint<Output = Response> {
    Route::new()
        .at("/add-checkpoint", post(add_checkpoint))
        .at("/livez", get(livez))
        .data(witness)
        .catch_all_error(|error| async move { bare(error.status()) })
        .with(CatchPanic::new().with_handler(|_| bare(StatusCode::INTERNAL_SERVER_ERROR)))
}

#[handler]
fn livez() -> &'static str {
    "ok\n"
}

#[handler]
async fn add_checkpoint(body: Body, Data(witness): Data<&Arc<Witness>>) -> Response {
    let body = match body.into_bytes_limit(LARGEST_BODY).await {
        Ok(body) => body,
        Err(ReadBodyError::PayloadTooLarge) => return bare(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => return bare(StatusCode::BAD_REQUEST),
    };
    let witness = witness.clone();
    // On a thread of its own it runs to its end also where the client goes away: a write that is
    // given up half-way could come after the next one.
    let added = tokio::task::spawn_blocking(move || witness.add_checkpoint(&body)).await;
    match added.unwrap_or(Err(Refusal::Fault)) {
        Ok(line) => plain(StatusCode::OK, format!("{line}\n")),
        Err(refusal) => refused(&refusal),
    }
}

fn refused(refusal: &Refusal) -> Response {
    let status = match refusal {
        Refusal::Malformed(_) => StatusCode::BAD_REQUEST,
        Refusal::UnknownLog => StatusCode::NOT_FOUND,
        Refusal::NotSigned => StatusCode::FORBIDDEN,
        Refusal::OtherSize { known } => {
            return Response::builder()
                .status(StatusCode::CONFLICT)
                .content_type("text/x.tlog.size")
                .body(format!("{known}\n"));
        }
        Refusal::Fork => StatusCode::CONFLICT,
        Refusal::NotConsistent => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::NotKept(_) | Refusal::Fault => {
            tracing::error!("{refusal}");
            return bare(StatusCode::INTERNAL_SERVER_ERROR);
        }
    };
    plain(status, format!("{refusal}\n"))
}

fn plain(status: StatusCode, text: String) -> Response {
    Response::builder().status(status).content_type("text/plain; charset=utf-8").body(text)
}

/// The standard words of a status and nothing of its cause.
fn bare(status: StatusCode) -> Response {
    plain(status, format!("{}\n", status.canonical_reason().unwrap_or("error")))
}
