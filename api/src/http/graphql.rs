//! GraphQL over HTTP as a poem endpoint.

use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{Executor, Response as GraphqlResponse};
use poem::http::{HeaderMap, Method, header};
use poem::{Endpoint, Request, Response};

use super::accept::{MediaType, negotiate};
use super::limits::Door;
use super::parameters::Parameters;
use super::refusal::HttpRefusal;
use super::{answer, nesting};
use crate::graphql::Officer;

/// Answers GraphQL requests by GET (queries only) and POST, one operation a request.
///
/// Guarantees: a mutation runs only when it was sent as `application/json` by POST; no more than
/// 1 MiB of a body is read; every answer is JSON in UTF-8 of a type that the client accepts, and
/// carries no text of an inner error unless its author gave it a code.
pub struct GraphqlOverHttp<E> {
    executor: E,
    door: Door,
    /// Whether nobody learns the schema who is not signed in.
    closed: bool,
}

impl<E: Executor> GraphqlOverHttp<E> {
    /// Serves this schema. Limits on the document are the schema's own, see [`super::DocumentLimits`].
    pub(super) fn new(executor: E, door: Door, closed: bool) -> Self {
        Self { executor, door, closed }
    }

    async fn respond(&self, request: Request) -> Result<GraphqlResponse, HttpRefusal> {
        let method = request.method().clone();
        let officer = request.extensions().get::<Officer>().cloned();
        let parameters = match method {
            Method::GET => Parameters::from_url(&request)?,
            Method::POST => {
                let (parts, body) = request.into_parts();
                let content_type =
                    parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
                let read = Parameters::from_body(content_type, body);
                let read = tokio::time::timeout(self.door.body_within, read).await;
                read.map_err(|_| HttpRefusal::TooSlow)??
            }
            _ => return Err(HttpRefusal::MethodNotAllowed),
        };
        let _place = self.door.enter()?;
        if !nesting::is_bearable(&parameters.query) {
            return Err(HttpRefusal::NestedTooDeeply);
        }
        let wanted = parameters.operation_name.clone();
        let mut request =
            async_graphql::Request::new(parameters.query).variables(parameters.variables);
        if let Some(name) = parameters.operation_name {
            request = request.operation_name(name);
        }
        if method == Method::GET
            && let Ok(document) = request.parsed_query()
            && !only_reads(document, wanted.as_deref())
        {
            return Err(HttpRefusal::OnlyQueriesByGet);
        }
        match officer {
            Some(officer) => request = request.data(officer),
            None if self.closed => request = request.disable_introspection(),
            None => {}
        }
        Ok(self.executor.execute(request).await)
    }
}

impl<E: Executor> Endpoint for GraphqlOverHttp<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let Some(media_type) = negotiate(accept(request.headers()).as_deref()) else {
            return Ok(answer::refused(MediaType::Json, HttpRefusal::NotAcceptable));
        };
        Ok(match self.respond(request).await {
            Ok(response) => answer::executed(media_type, response),
            Err(refusal) => answer::refused(media_type, refusal),
        })
    }
}

/// All `Accept` headers as one list; a value that is not ASCII asks for nothing we have.
fn accept(headers: &HeaderMap) -> Option<String> {
    let values: Vec<&str> = headers
        .get_all(header::ACCEPT)
        .iter()
        .map(|value| value.to_str().unwrap_or("unreadable"))
        .collect();
    (!values.is_empty()).then(|| values.join(","))
}

/// Whether every operation that the request may mean is a query.
fn only_reads(document: &ExecutableDocument, wanted: Option<&str>) -> bool {
    document
        .operations
        .iter()
        .filter(|(name, _)| wanted.is_none() || name.map(|name| name.as_str()) == wanted)
        .all(|(_, operation)| operation.node.ty == OperationType::Query)
}
