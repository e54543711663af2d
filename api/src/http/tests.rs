//! The handler over a tiny schema of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_graphql::{EmptySubscription, Error, ErrorExtensions, Object, Result, Schema};
use poem::http::StatusCode;
use poem::test::{TestClient, TestRequestBuilder, TestResponse};
use poem::{Endpoint, EndpointExt, Response};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::{DocumentLimits, Limits, Reach, Sessions, routes};

const NEWER: &str = "application/graphql-response+json";

static WAITING: Notify = Notify::const_new();
static LET_GO: Notify = Notify::const_new();

struct Query;

#[Object]
impl Query {
    async fn greeting(&self, name: Option<String>) -> String {
        format!("你好 {}", name.unwrap_or_default())
    }

    async fn itself(&self) -> Query {
        Query
    }

    async fn leak(&self) -> Result<i32> {
        Err(Error::new_with_source(std::io::Error::other("select * from persons at /var/lib/x")))
    }

    async fn not_allowed(&self) -> Result<i32> {
        Err(Error::new("无权 / no right").extend_with(|_, values| values.set("code", "NO_RIGHT")))
    }

    /// Answers when it is let.
    async fn waits(&self) -> bool {
        WAITING.notify_one();
        LET_GO.notified().await;
        true
    }

    async fn breaks(&self) -> i32 {
        std::hint::black_box(None).expect("secret")
    }
}

struct Mutation(Arc<AtomicU32>);

#[Object]
impl Mutation {
    async fn pay(&self) -> u32 {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }
}

fn schema(paid: &Arc<AtomicU32>) -> Schema<Query, Mutation, EmptySubscription> {
    Schema::build(Query, Mutation(paid.clone()), EmptySubscription)
        .extension(DocumentLimits::STANDARD)
        .finish()
}

fn server() -> TestServer<impl Endpoint<Output = Response>> {
    server_with(Reach::this_machine(), Limits::STANDARD)
}

fn server_with(reach: Reach, limits: Limits) -> TestServer<impl Endpoint<Output = Response>> {
    let paid = Arc::new(AtomicU32::new(0));
    TestServer {
        client: TestClient::new(routes(
            schema(&paid),
            poem::Route::new().map_to_response(),
            Sessions::none(),
            reach,
            limits,
        )),
        paid,
    }
}

struct TestServer<E> {
    client: TestClient<E>,
    paid: Arc<AtomicU32>,
}

impl<E: Endpoint<Output = Response>> TestServer<E> {
    fn post(&self, body: impl Into<String>) -> TestRequestBuilder<'_, E> {
        self.client.post("/graphql").content_type("application/json").body(body.into())
    }

    fn query(&self, document: &str) -> TestRequestBuilder<'_, E> {
        self.post(json!({ "query": document }).to_string()).header("accept", NEWER)
    }

    fn get(&self, document: &str) -> TestRequestBuilder<'_, E> {
        self.client.get("/graphql").query("query", &document)
    }

    fn times_paid(&self) -> u32 {
        self.paid.load(Ordering::SeqCst)
    }
}

async fn body(response: TestResponse) -> Value {
    let text = response.0.into_body().into_string().await.unwrap();
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"))
}

async fn code(response: TestResponse) -> String {
    body(response).await["errors"][0]["extensions"]["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_query_by_post_is_answered_in_the_type_that_was_asked_for() {
    let server = server();
    let response = server.query("{ greeting }").send().await;
    response.assert_status_is_ok();
    response.assert_content_type("application/graphql-response+json; charset=utf-8");
    assert_eq!(body(response).await, json!({ "data": { "greeting": "你好 " } }));
    let response = server.post(r#"{"query":"{greeting}"}"#).send().await;
    response.assert_content_type("application/json; charset=utf-8");
}

#[tokio::test]
async fn a_query_by_get_takes_variables_and_the_operation_name() {
    let server = server();
    let document = "query A($n: String) { greeting(name: $n) } query B { itself { greeting } }";
    let response = server
        .get(document)
        .query("variables", &r#"{"n":"户"}"#)
        .query("operationName", &"A")
        .send()
        .await;
    assert_eq!(body(response).await, json!({ "data": { "greeting": "你好 户" } }));
}

#[tokio::test]
async fn a_mutation_runs_by_post_only() {
    let server = server();
    let response = server.get("mutation { pay }").send().await;
    response.assert_status(StatusCode::METHOD_NOT_ALLOWED);
    response.assert_header("allow", "POST");
    let both = "query A { greeting } mutation B { pay }";
    server
        .get(both)
        .query("operationName", &"B")
        .send()
        .await
        .assert_status(StatusCode::METHOD_NOT_ALLOWED);
    server.get(both).query("operationName", &"A").send().await.assert_status_is_ok();
    assert_eq!(server.times_paid(), 0);
    server.query("mutation { pay }").send().await.assert_status_is_ok();
    assert_eq!(server.times_paid(), 1);
}

#[tokio::test]
async fn only_json_in_utf8_is_taken_by_post() {
    let server = server();
    let document = r#"{"query":"mutation{pay}"}"#;
    for content_type in
        ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk", ""]
    {
        let response = server
            .client
            .post("/graphql")
            .header("content-type", content_type)
            .body(document)
            .send()
            .await;
        response.assert_status(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let without = server.client.post("/graphql").body(document).send().await;
    without.assert_status(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(server.times_paid(), 0);
    let declared = server
        .client
        .post("/graphql")
        .header("content-type", "Application/JSON; charset=\"UTF-8\"")
        .body(document)
        .send()
        .await;
    declared.assert_status_is_ok();
}

#[tokio::test]
async fn other_methods_are_refused_and_told_what_is_allowed() {
    let server = server();
    for response in [
        server.client.put("/graphql").send().await,
        server.client.delete("/graphql").send().await,
        server.client.options("/graphql").send().await,
        server.client.head("/graphql").send().await,
    ] {
        response.assert_status(StatusCode::METHOD_NOT_ALLOWED);
        response.assert_header("allow", "GET, POST");
    }
}

#[tokio::test]
async fn a_client_that_accepts_no_json_gets_406() {
    let server = server();
    let response = server.get("{ greeting }").header("accept", "text/html").send().await;
    response.assert_status(StatusCode::NOT_ACCEPTABLE);
    let response = server.query("mutation { pay }").header("accept", "image/png").send().await;
    response.assert_status_is_ok();
    assert_eq!(server.times_paid(), 1, "two Accept headers are one list");
}

#[tokio::test]
async fn a_browser_that_opens_the_address_gets_a_plain_400() {
    let server = server();
    let accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    let response = server.client.get("/graphql").header("accept", accept).send().await;
    response.assert_status(StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn malformed_requests_are_400() {
    let server = server();
    for malformed in [
        "",
        "{",
        "[]",
        "null",
        r#""{greeting}""#,
        r#"[{"query":"mutation{pay}"}]"#,
        r#"["mutation{pay}", null, null, null]"#,
        "{}",
        r#"{"query":1}"#,
        r#"{"query":null}"#,
        r#"{"query":"{greeting}","operationName":1}"#,
        r#"{"query":"{greeting}","variables":"x"}"#,
        r#"{"query":"{greeting}","variables":[1]}"#,
        r#"{"query":"{greeting}","extensions":7}"#,
    ] {
        let response = server.post(malformed).send().await;
        assert_eq!(response.0.status(), StatusCode::BAD_REQUEST, "{malformed}");
        let answer = body(response).await;
        assert!(answer["errors"][0]["message"].is_string() && answer.get("data").is_none());
    }
    assert_eq!(server.times_paid(), 0);
    for url in [
        "/graphql?query={greeting}&variables={",
        "/graphql?query={greeting}&query={greeting}",
        "/graphql?query={greeting}&variables=[]",
    ] {
        let response = server.client.get(url.replace('{', "%7B").replace('}', "%7D")).send().await;
        assert_eq!(response.0.status(), StatusCode::BAD_REQUEST, "{url}");
    }
}

#[tokio::test]
async fn nulls_and_unknown_parameters_are_as_good_as_absent() {
    let server = server();
    let request = r#"{"query":"{greeting}","operationName":null,"variables":null,
        "extensions":null,"futureParameter":[1]}"#;
    server.post(request).send().await.assert_status_is_ok();
}

#[tokio::test]
async fn a_body_over_one_mebibyte_is_413_and_one_below_is_read() {
    let server = server();
    let padded = |length: usize| format!("{{\"query\":\"{{greeting}}\"{}}}", " ".repeat(length));
    let fits = padded((1 << 20) - padded(0).len());
    assert_eq!(fits.len(), 1 << 20);
    server.post(fits).send().await.assert_status_is_ok();
    let response = server.post(padded(1 << 20)).send().await;
    response.assert_status(StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_document_that_cannot_run_is_400_for_the_new_type_and_200_for_the_old() {
    let server = server();
    for document in ["{", "{ unknown }", "query A { greeting } query B { greeting }"] {
        let response = server.query(document).send().await;
        assert_eq!(response.0.status(), StatusCode::BAD_REQUEST, "{document}");
        assert!(body(response).await.get("data").is_none());
        let response = server.post(json!({ "query": document }).to_string()).send().await;
        assert_eq!(response.0.status(), StatusCode::OK, "{document}");
    }
}

#[tokio::test]
async fn an_inner_error_is_told_as_a_fault_without_its_text() {
    let server = server();
    let response = server.query("{ leak }").send().await;
    response.assert_status_is_ok();
    let answer = body(response).await;
    assert_eq!(answer["data"], Value::Null);
    assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL_FAULT");
    assert_eq!(answer["errors"][0]["path"], json!(["leak"]));
    assert!(!answer.to_string().contains("select") && !answer.to_string().contains("/var"));
}

#[tokio::test]
async fn an_error_that_its_author_coded_is_told_as_it_is() {
    let server = server();
    let answer = body(server.query("{ notAllowed }").send().await).await;
    assert_eq!(answer["data"], Value::Null);
    assert_eq!(answer["errors"][0]["message"], "无权 / no right");
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NO_RIGHT");
}

#[tokio::test]
async fn a_panic_is_a_500_without_its_text() {
    let server = server();
    let response = server.query("{ breaks }").send().await;
    response.assert_status(StatusCode::INTERNAL_SERVER_ERROR);
    response.assert_header("x-content-type-options", "nosniff");
    assert_eq!(response.0.into_body().into_string().await.unwrap(), "Internal Server Error");
}

fn aliases(count: usize) -> String {
    let fields: Vec<String> = (0..count).map(|number| format!("a{number}: greeting")).collect();
    fields.join(" ")
}

#[tokio::test]
async fn a_hundred_aliases_pass_and_one_more_does_not() {
    let server = server();
    server.query(&format!("{{ {} }}", aliases(100))).send().await.assert_status_is_ok();
    let response = server.query(&format!("{{ {} }}", aliases(101))).send().await;
    response.assert_status(StatusCode::BAD_REQUEST);
    assert_eq!(code(response).await, "TOO_MANY_ALIASES");
}

#[tokio::test]
async fn aliases_in_fragments_count_once_for_each_spread() {
    let server = server();
    let fragment = format!("fragment F on Query {{ {} }}", aliases(40));
    let twice = format!("{{ ...F itself {{ ...F }} }} {fragment}");
    assert_eq!(code(server.query(&twice).send().await).await, "TOO_MANY_ALIASES");
    let once = format!("{{ itself {{ ...F }} }} {fragment}");
    server.query(&once).send().await.assert_status_is_ok();
}

#[tokio::test]
async fn fragments_that_double_are_refused_without_walking_them() {
    let server = server();
    let mut document = "{ ...F0 }".to_owned();
    for number in 0..30 {
        let next = number + 1;
        document += &format!(" fragment F{number} on Query {{ ...F{next} ...F{next} }}");
    }
    document += " fragment F30 on Query { greeting }";
    let response = server.query(&document).send().await;
    response.assert_status(StatusCode::BAD_REQUEST);
    assert_eq!(code(response).await, "DOCUMENT_TOO_LARGE");
}

#[tokio::test]
async fn fragments_that_contain_themselves_are_refused() {
    let server = server();
    let document = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }";
    server.query(document).send().await.assert_status(StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_hundred_thousand_brackets_end_nothing() {
    let server = server();
    for bracket in ["{itself", "[", "("] {
        let document = format!("{{ greeting(name: {}", bracket.repeat(100_000));
        let response = server.query(&document).send().await;
        response.assert_status(StatusCode::BAD_REQUEST);
        assert_eq!(code(response).await, "DOCUMENT_TOO_DEEP");
    }
    let in_process = schema(&server.paid).execute("{itself".repeat(100_000)).await;
    assert_eq!(in_process.errors.len(), 1);
    server.query("{ greeting }").send().await.assert_status_is_ok();
}

#[tokio::test]
async fn a_long_chain_of_fragments_is_refused() {
    let server = server();
    let mut document = "{ ...F0 }".to_owned();
    for number in 0..20_000 {
        document += &format!(" fragment F{number} on Query {{ ...F{} }}", number + 1);
    }
    document += " fragment F20000 on Query { greeting }";
    assert_eq!(code(server.query(&document).send().await).await, "DOCUMENT_TOO_DEEP");
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_protect_a_reader() {
    let server = server();
    for response in [
        server.query("{ greeting }").send().await,
        server.client.get("/livez").send().await,
        server.client.get("/no/such/page").send().await,
        server.client.get("/livez").header("host", "evil.example").send().await,
    ] {
        response.assert_header("cache-control", "no-store");
        response.assert_header("x-content-type-options", "nosniff");
        response.assert_header("x-frame-options", "DENY");
        response
            .assert_header("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
    }
}

#[tokio::test]
async fn livez_says_ok_and_unknown_paths_are_404() {
    let server = server();
    let response = server.client.get("/livez").send().await;
    response.assert_status_is_ok();
    response.assert_text("ok\n").await;
    server.client.get("/").send().await.assert_status(StatusCode::NOT_FOUND);
    let post = server.client.post("/livez").send().await;
    post.assert_status(StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn requests_for_another_host_are_not_served() {
    let server = server();
    for host in ["evil.example", "evil.example:8080", "10.0.0.7", "not a host"] {
        let response = server.query("mutation { pay }").header("host", host).send().await;
        response.assert_status(StatusCode::MISDIRECTED_REQUEST);
    }
    assert_eq!(server.times_paid(), 0);
    for host in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "localhost"] {
        server.query("{ greeting }").header("host", host).send().await.assert_status_is_ok();
    }
}

#[tokio::test]
async fn whoever_comes_beyond_what_is_borne_is_told_to_come_again_and_others_get_their_answers() {
    let limits = Limits { at_once: 1, ..Limits::STANDARD };
    let server = server_with(Reach::this_machine(), limits);
    let (inside, ()) = tokio::join!(server.query("{ waits }").send(), async {
        WAITING.notified().await;
        let refused = server.query("mutation { pay }").send().await;
        refused.assert_status(StatusCode::SERVICE_UNAVAILABLE);
        refused.assert_header("retry-after", "1");
        assert_eq!(code(refused).await, "OVERLOADED");
        server.client.get("/livez").send().await.assert_status_is_ok();
        LET_GO.notify_one();
    });
    inside.assert_status_is_ok();
    assert_eq!(server.times_paid(), 0);
    server.query("mutation { pay }").send().await.assert_status_is_ok();
    assert_eq!(server.times_paid(), 1);
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_not_waited_for() {
    let limits = Limits { at_once: 1, body_within: Duration::from_millis(20) };
    let server = server_with(Reach::this_machine(), limits);
    let never = futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>();
    let request = server.client.post("/graphql").content_type("application/json");
    let answer = request.body(poem::Body::from_bytes_stream(never)).send().await;
    answer.assert_status(StatusCode::REQUEST_TIMEOUT);
    assert_eq!(code(answer).await, "REQUEST_TIMEOUT");
    // Below the ledgers too, where nobody is kept from a place by it.
    let never = futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>();
    let request = server.client.post("/ledgers/x/session").content_type("application/json");
    let answer = request.body(poem::Body::from_bytes_stream(never)).send();
    let (answer, other) = tokio::join!(answer, server.query("{ greeting }").send());
    other.assert_status_is_ok();
    answer.assert_status(StatusCode::REQUEST_TIMEOUT);
    server.query("{ greeting }").send().await.assert_status_is_ok();
}

#[tokio::test]
async fn nobody_learns_the_schema_of_a_closed_server_who_is_not_signed_in() {
    const QUESTION: &str = "{ __schema { queryType { name } } }";
    let types = async |reach: Reach| {
        let answer = server_with(reach, Limits::STANDARD).query(QUESTION).send().await;
        answer.json().await.value().deserialize::<Value>()["data"]["__schema"].clone()
    };
    assert_eq!(types(Reach::this_machine()).await["queryType"]["name"], "Query");
    assert_eq!(types(Reach::this_machine().closed(true)).await, Value::Null);
}
