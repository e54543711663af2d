//! What a GraphQL request says, read from a URL or from a body.

use async_graphql::Variables;
use poem::error::ReadBodyError;
use poem::{Body, Request};
use serde_json::{Map, Value};

use super::accept::is_utf8;
use super::refusal::HttpRefusal;

/// The largest body that is read, in bytes. An import of a payment list does not come this way.
pub(super) const LARGEST_BODY: usize = 1 << 20;

/// A well-formed GraphQL request; its document has not been parsed.
pub(super) struct Parameters {
    /// The document.
    pub(super) query: String,
    /// Which of the document's operations to run.
    pub(super) operation_name: Option<String>,
    /// Values of the operation's variables.
    pub(super) variables: Variables,
}

impl Parameters {
    /// Reads the query string of a GET; `variables` and `extensions` are JSON there.
    pub(super) fn from_url(request: &Request) -> Result<Self, HttpRefusal> {
        let pairs: Vec<(String, String)> =
            request.params().map_err(|_| HttpRefusal::UrlMalformed)?;
        let mut parameters = Map::new();
        for (name, text) in pairs {
            let value = match name.as_str() {
                "variables" | "extensions" if text.is_empty() => Value::Null,
                "variables" | "extensions" => {
                    serde_json::from_str(&text).map_err(|_| HttpRefusal::NotJson)?
                }
                _ => Value::String(text),
            };
            if parameters.insert(name, value).is_some() {
                return Err(HttpRefusal::ParameterRepeated);
            }
        }
        Self::from_json(parameters)
    }

    /// Reads the body of a POST, which must say that it is JSON in UTF-8: a form or `text/plain`
    /// can be sent by a page of another origin without asking, JSON cannot.
    pub(super) async fn from_body(
        content_type: Option<&str>,
        body: Body,
    ) -> Result<Self, HttpRefusal> {
        if !content_type.is_some_and(is_json) {
            return Err(HttpRefusal::UnsupportedMediaType);
        }
        let bytes = body.into_bytes_limit(LARGEST_BODY).await.map_err(|error| match error {
            ReadBodyError::PayloadTooLarge => HttpRefusal::BodyTooLarge,
            _ => HttpRefusal::BodyIncomplete,
        })?;
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(parameters)) => Self::from_json(parameters),
            Ok(_) => Err(HttpRefusal::NotAnObject),
            Err(_) => Err(HttpRefusal::NotJson),
        }
    }

    /// Checks the types of the parameters that the specification defines; others are reserved by it
    /// and ignored, and so are `extensions`, of which we know none.
    fn from_json(mut parameters: Map<String, Value>) -> Result<Self, HttpRefusal> {
        let Some(Value::String(query)) = parameters.remove("query") else {
            return Err(HttpRefusal::QueryMissing);
        };
        let operation_name = match parameters.remove("operationName") {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(name).filter(|name| !name.is_empty()),
            Some(_) => return Err(wrong_type("operationName", "文本 / a string")),
        };
        let variables = object(&mut parameters, "variables")?;
        object(&mut parameters, "extensions")?;
        let variables = Variables::from_json(Value::Object(variables));
        Ok(Self { query, operation_name, variables })
    }
}

/// Takes a parameter that is an object, null or absent.
fn object(
    parameters: &mut Map<String, Value>,
    name: &'static str,
) -> Result<Map<String, Value>, HttpRefusal> {
    match parameters.remove(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err(wrong_type(name, "对象 / an object")),
    }
}

fn wrong_type(parameter: &'static str, expected: &'static str) -> HttpRefusal {
    HttpRefusal::WrongType { parameter, expected }
}

/// Whether a `Content-Type` is `application/json`, with no charset or UTF-8.
fn is_json(content_type: &str) -> bool {
    let lower = content_type.to_ascii_lowercase();
    let mut parts = lower.split(';').map(str::trim);
    parts.next() == Some("application/json")
        && parts.all(|parameter| match parameter.split_once('=') {
            Some(("charset", charset)) => is_utf8(charset),
            _ => true,
        })
}
