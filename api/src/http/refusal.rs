//! Why a request never reached the schema.

use poem::http::{HeaderValue, StatusCode};

/// In seconds: places become free within milliseconds, and a database comes back within seconds.
pub(super) const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");

/// A fault of the HTTP request itself; the status follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum HttpRefusal {
    /// The client accepts no media type that we can write.
    #[error(
        "可接受的回复格式是 application/graphql-response+json 与 application/json / acceptable answers are application/graphql-response+json and application/json"
    )]
    NotAcceptable,
    /// Neither GET nor POST.
    #[error("只接受 GET 与 POST / only GET and POST are taken")]
    MethodNotAllowed,
    /// GET of a mutation: a link must never change the books.
    #[error("GET 只可查询，变更请用 POST / GET is for queries only, send mutations by POST")]
    OnlyQueriesByGet,
    /// The body is declared as something else than JSON in UTF-8.
    #[error("请求体须为 application/json（UTF-8）/ the body must be application/json in UTF-8")]
    UnsupportedMediaType,
    /// The body is over the limit.
    #[error("请求体超过 1 MiB / the body is over 1 MiB")]
    BodyTooLarge,
    /// The connection broke within the body.
    #[error("请求体不完整 / the body is incomplete")]
    BodyIncomplete,
    /// The body, or a parameter of the URL that must be JSON, is not.
    #[error("不是合法的 JSON / not well-formed JSON")]
    NotJson,
    /// JSON, but not an object: batches are not taken.
    #[error(
        "请求体须为一个 JSON 对象，不接受批量 / the body must be one JSON object, batches are not taken"
    )]
    NotAnObject,
    /// No `query`, or one that is not text.
    #[error("query 须为文本 / query must be a string")]
    QueryMissing,
    /// A parameter has the wrong type.
    #[error("{parameter} 的类型不对，须为 {expected} / {parameter} must be {expected}")]
    WrongType {
        /// Its name in the request.
        parameter: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A parameter of the URL stands there twice.
    #[error("网址参数重复 / a parameter is repeated in the URL")]
    ParameterRepeated,
    /// The query string cannot be decoded.
    #[error("网址参数无法解码 / the query string cannot be decoded")]
    UrlMalformed,
    /// Brackets nest so deeply that the parser must not see the document.
    #[error("查询的括号嵌套过深 / the document's brackets nest too deeply")]
    NestedTooDeeply,
    /// A request with a session's cookie, or for one, that a page elsewhere could have sent.
    #[error(
        "缺少请求头 mingzhang-request,可能来自其他网站 / the header mingzhang-request is missing: the request may come from a page elsewhere"
    )]
    CrossSite,
    /// A key that is none, or two ways at once to say who asks.
    #[error(
        "Authorization 无效:须为一个有效的程序密钥(Bearer),且不得同时携带登录 cookie / Authorization must be one program key that is in force (Bearer), without a session's cookie"
    )]
    NotAuthorized,
    /// As many requests are being carried out as the server bears.
    #[error("服务器正忙,请稍后再试 / the server is busy, try again in a moment")]
    Overloaded,
    /// The request did not arrive in time, or took too long.
    #[error("请求未能及时完成 / the request was not complete in time")]
    TooSlow,
    /// `Host` names another server.
    #[error(
        "只接受以本服务器名称发来的请求（本机 localhost，或 serve --host 所列）/ only requests addressed to this server are served: localhost, or what serve --host names"
    )]
    OtherHost,
}

impl HttpRefusal {
    /// The status of the answer.
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::MethodNotAllowed | Self::OnlyQueriesByGet => StatusCode::METHOD_NOT_ALLOWED,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::OtherHost => StatusCode::MISDIRECTED_REQUEST,
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::NotAuthorized => StatusCode::UNAUTHORIZED,
            Self::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::BodyIncomplete
            | Self::NotJson
            | Self::NotAnObject
            | Self::QueryMissing
            | Self::WrongType { .. }
            | Self::ParameterRepeated
            | Self::UrlMalformed
            | Self::NestedTooDeeply => StatusCode::BAD_REQUEST,
        }
    }

    /// The stable name in `errors[].extensions.code`.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::NotAcceptable => "NOT_ACCEPTABLE",
            Self::MethodNotAllowed | Self::OnlyQueriesByGet => "METHOD_NOT_ALLOWED",
            Self::UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
            Self::BodyTooLarge => "BODY_TOO_LARGE",
            Self::OtherHost => "OTHER_HOST",
            Self::CrossSite => "CROSS_SITE",
            Self::NotAuthorized => "NOT_AUTHORIZED",
            Self::Overloaded => "OVERLOADED",
            Self::TooSlow => "REQUEST_TIMEOUT",
            Self::NestedTooDeeply => "DOCUMENT_TOO_DEEP",
            Self::BodyIncomplete
            | Self::NotJson
            | Self::NotAnObject
            | Self::QueryMissing
            | Self::WrongType { .. }
            | Self::ParameterRepeated
            | Self::UrlMalformed => "BAD_REQUEST",
        }
    }

    /// When to come again.
    pub(super) fn retry_after(self) -> Option<HeaderValue> {
        (self == Self::Overloaded).then_some(RETRY_AFTER)
    }

    /// What a 405 must say in its `Allow` header.
    pub(super) fn allowed_methods(self) -> Option<&'static str> {
        match self {
            Self::MethodNotAllowed => Some("GET, POST"),
            Self::OnlyQueriesByGet => Some("POST"),
            _ => None,
        }
    }
}
