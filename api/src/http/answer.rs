//! What goes back to a client: statuses, media types, and never more of a fault than its name.

use async_graphql::{PathSegment, Response as GraphqlResponse, ServerError, Value};
use poem::Response;
use poem::http::{StatusCode, header};
use serde::Serialize;

use super::accept::MediaType;
use super::refusal::HttpRefusal;

/// A GraphQL response as the specification writes it: without `data` where nothing was executed.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
}

/// Writes what the schema answered. Only the newer media type may tell by its status that an
/// operation did not run: to an old client anything but 200 is a broken connection.
pub(super) fn executed(media_type: MediaType, mut response: GraphqlResponse) -> Response {
    let did_not_run = never_ran(&response);
    for error in &mut response.errors {
        hide_fault(error);
    }
    let status = match media_type {
        MediaType::GraphqlResponse if did_not_run => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    };
    let data = (!did_not_run).then_some(&response.data);
    write(status, media_type, &Body { errors: &response.errors, data })
}

/// Writes why the request did not reach the schema.
pub(super) fn refused(media_type: MediaType, refusal: HttpRefusal) -> Response {
    let error = coded(ServerError::new(refusal.to_string(), None), refusal.code());
    let body = Body { errors: &[error], data: None };
    let mut response = write(refusal.status(), media_type, &body);
    if let Some(methods) = refusal.allowed_methods() {
        let value = poem::http::HeaderValue::from_static(methods);
        response.headers_mut().insert(header::ALLOW, value);
    }
    if let Some(seconds) = refusal.retry_after() {
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

/// Whether the errors are about the request (grammar, validation, limits), not about a field.
fn never_ran(response: &GraphqlResponse) -> bool {
    response.data == Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|error| error.path.is_empty())
}

/// An error that was made from another error (SQL, files, keys) and that nobody gave a code was not
/// written for clients: they are told that there was a fault, the operator's log is told which.
fn hide_fault(error: &mut ServerError) {
    let has_code = error.extensions.as_ref().is_some_and(|values| values.get("code").is_some());
    if error.source.is_none() || has_code {
        return;
    }
    tracing::error!(path = %dotted(&error.path), fault = %error.message, "a resolver failed");
    error.source = None;
    error.message =
        "内部错误，已记入运行日志 / internal fault, noted in the program's log".to_owned();
    *error = coded(std::mem::replace(error, ServerError::new("", None)), "INTERNAL_FAULT");
}

/// The place of an error in the response, for the log.
fn dotted(path: &[PathSegment]) -> String {
    let segments: Vec<String> = path
        .iter()
        .map(|segment| match segment {
            PathSegment::Field(name) => name.clone(),
            PathSegment::Index(index) => index.to_string(),
        })
        .collect();
    segments.join(".")
}

/// Gives an error its stable name.
pub(super) fn coded(mut error: ServerError, code: &str) -> ServerError {
    error.extensions.get_or_insert_default().set("code", code);
    error
}

fn write(status: StatusCode, media_type: MediaType, body: &Body<'_>) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => {
            Response::builder().status(status).content_type(media_type.content_type()).body(bytes)
        }
        // Values of GraphQL always have a JSON form; were one ever without, nothing half-written goes out.
        Err(_) => Response::builder().status(StatusCode::INTERNAL_SERVER_ERROR).finish(),
    }
}
