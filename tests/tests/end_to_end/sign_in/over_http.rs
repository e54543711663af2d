//! Signing in over HTTP, and what a page elsewhere or a thief of a link could try.

use std::io::Write as _;
use std::net::TcpStream;

use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tests::bureau::{Bureau, LEDGER, PASSWORD};
use tests::http::client;
use tests::program::{Serving, mingzhang};

use super::bureau;

/// A browser at a running server, which keeps no cookie by itself.
struct Browser {
    client: Client,
    /// `http://127.0.0.1:…`
    origin: String,
}

impl Browser {
    fn at(server: &Serving) -> Self {
        let origin = server.url().trim_end_matches("/graphql").to_owned();
        Self { client: client(), origin }
    }

    fn request(&self, method: Method, path: &str, cookie: Option<&str>) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.origin));
        match cookie {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        }
    }

    /// Sent by our own page.
    fn own(&self, method: Method, path: &str, cookie: Option<&str>) -> RequestBuilder {
        self.request(method, path, cookie).header("mingzhang-request", "1")
    }

    async fn sign_in(&self, officer: &str, password: &str, cookie: Option<&str>) -> Response {
        let body = json!({"officer": officer, "password": password});
        self.own(Method::POST, &session(), cookie).json(&body).send().await.unwrap()
    }

    async fn who(&self, cookie: Option<&str>) -> Response {
        self.own(Method::GET, &session(), cookie).send().await.unwrap()
    }

    /// The code of the first error of a question; `None` where it was answered.
    async fn ask(&self, cookie: Option<&str>) -> Option<String> {
        let body = json!({"query": format!("{{ funds(ledger: \"{LEDGER}\") {{ id }} }}")});
        let request = self.own(Method::POST, "/graphql", cookie).json(&body);
        code_in(request.send().await.unwrap()).await
    }
}

fn session() -> String {
    format!("/ledgers/{LEDGER}/session")
}

async fn code_in(response: Response) -> Option<String> {
    let body: Value = response.json().await.unwrap();
    body["errors"][0]["extensions"]["code"].as_str().map(str::to_owned)
}

/// The cookie as a browser sends it back.
fn cookie_of(response: &Response) -> String {
    let set = response.headers().get(SET_COOKIE).unwrap().to_str().unwrap();
    let (pair, attributes) = set.split_once(';').unwrap();
    assert_eq!(attributes.trim(), "Path=/; HttpOnly; SameSite=Strict");
    pair.to_owned()
}

async fn served() -> (Bureau, Serving) {
    let bureau = bureau().await;
    bureau.sign_in("w-021").await;
    let mut program = mingzhang(bureau.place.data_path());
    program.env("DATABASE_URL", bureau.place.url());
    let server = Serving::start(program);
    (bureau, server)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_signs_in_asks_and_signs_out_over_http() {
    let (bureau, server) = served().await;
    let browser = Browser::at(&server);
    assert_eq!(browser.ask(None).await.as_deref(), Some("SIGN_IN_NEEDED"));
    assert_eq!(browser.who(None).await.status(), StatusCode::UNAUTHORIZED);
    let wrong = browser.sign_in("w-021", "Wrong-Password-1", None).await;
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    assert!(wrong.headers().get(SET_COOKIE).is_none());
    let signed = browser.sign_in("w-021", PASSWORD, None).await;
    assert_eq!(signed.status(), StatusCode::OK);
    let cookie = cookie_of(&signed);
    let told: Value = signed.json().await.unwrap();
    assert_eq!((&told["officer"], &told["roles"]), (&json!("w-021"), &json!(["maker"])));
    assert_eq!(browser.ask(Some(&cookie)).await, None);
    let who: Value = browser.who(Some(&cookie)).await.json().await.unwrap();
    assert_eq!(who, told);
    let out = browser.own(Method::DELETE, &session(), Some(&cookie)).send().await.unwrap();
    assert_eq!(out.status(), StatusCode::NO_CONTENT);
    assert!(out.headers()[SET_COOKIE].to_str().unwrap().ends_with("Max-Age=0"));
    // The cookie that was signed out opens nothing when it is replayed.
    assert_eq!(browser.ask(Some(&cookie)).await.as_deref(), Some("SIGN_IN_NEEDED"));
    assert_eq!(browser.who(Some(&cookie)).await.status(), StatusCode::UNAUTHORIZED);
    server.stop();
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_elsewhere_can_use_no_cookie_and_plant_none() {
    let (bureau, server) = served().await;
    let browser = Browser::at(&server);
    let cookie = cookie_of(&browser.sign_in("w-021", PASSWORD, None).await);
    // A form or an image of a page elsewhere sends the cookie at most, never the header.
    let body = json!({"query": "{ __typename }"});
    let forged = browser.request(Method::POST, "/graphql", Some(&cookie)).json(&body);
    let forged = forged.send().await.unwrap();
    assert_eq!(forged.status(), StatusCode::FORBIDDEN);
    assert_eq!(code_in(forged).await.as_deref(), Some("CROSS_SITE"));
    for (method, path) in [(Method::DELETE, session()), (Method::GET, session())] {
        let sent = browser.request(method, &path, Some(&cookie)).send().await.unwrap();
        assert_eq!(sent.status(), StatusCode::FORBIDDEN);
    }
    let body = json!({"officer": "w-021", "password": PASSWORD});
    let planted = browser.request(Method::POST, &session(), None).json(&body).send().await.unwrap();
    assert_eq!(planted.status(), StatusCode::FORBIDDEN);
    // Signing in gives another token than the one that was brought, and ends that one.
    let fresh = cookie_of(&browser.sign_in("w-021", PASSWORD, Some(&cookie)).await);
    assert_ne!(fresh, cookie);
    assert_eq!(browser.ask(Some(&cookie)).await.as_deref(), Some("SIGN_IN_NEEDED"));
    assert_eq!(browser.ask(Some(&fresh)).await, None);
    // A token that somebody made up is not taken over, and of two cookies none counts.
    let chosen = format!("mingzhang-session={LEDGER}.{}", "A".repeat(43));
    let signed = browser.sign_in("w-021", PASSWORD, Some(&chosen)).await;
    assert_ne!(cookie_of(&signed), chosen);
    let both = format!("{fresh}; {chosen}");
    assert_eq!(browser.ask(Some(&both)).await.as_deref(), Some("SIGN_IN_NEEDED"));
    server.stop();
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_sign_in_is_refused_with_its_status() {
    let (bureau, server) = served().await;
    let browser = Browser::at(&server);
    let post = async |path: &str, body: String| {
        let request =
            browser.own(Method::POST, path, None).header("content-type", "application/json");
        request.body(body).send().await.unwrap().status()
    };
    let good = json!({"officer": "w-021", "password": PASSWORD}).to_string();
    assert_eq!(post(&session(), "{".to_owned()).await, StatusCode::BAD_REQUEST);
    assert_eq!(
        post(&session(), "{\"officer\":\"张三\",\"password\":\"x\"}".to_owned()).await,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(post("/ledgers/cn-1/session", good.clone()).await, StatusCode::NOT_FOUND);
    let large = format!("{good}{}", " ".repeat(5000));
    assert_eq!(post(&session(), large).await, StatusCode::PAYLOAD_TOO_LARGE);
    let form = browser.own(Method::POST, &session(), None).body(good).send().await.unwrap();
    assert_eq!(form.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    for _ in 0..5 {
        let wrong = browser.sign_in("w-021", "Wrong-Password-1", None).await;
        assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    }
    let put_off = browser.sign_in("w-021", PASSWORD, None).await;
    assert_eq!(put_off.status(), StatusCode::TOO_MANY_REQUESTS);
    let path = format!("/ledgers/{LEDGER}/password");
    let weak = json!({"officer": "w-021", "newPassword": "weak", "code": "AAAAA"});
    let weak = browser.own(Method::PUT, &path, None).json(&weak).send().await.unwrap();
    assert_eq!(weak.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(code_in(weak).await.as_deref(), Some("WEAK_PASSWORD"));
    server.stop();
    bureau.check_ledger().await;
}

/// Whoever sends slowly holds a connection, and nothing that an officer needs.
#[tokio::test(flavor = "multi_thread")]
async fn slow_strangers_with_cookies_of_other_pages_keep_no_officer_waiting() {
    let (bureau, server) = served().await;
    let browser = Browser::at(&server);
    let signed = browser.sign_in("w-021", PASSWORD, None).await;
    let cookie = cookie_of(&signed);
    let host = browser.origin.trim_start_matches("http://");
    let slow = |_| {
        let mut stranger = TcpStream::connect(host).unwrap();
        let begun = format!(
            "POST /graphql HTTP/1.1\r\nHost: {host}\r\nCookie: theme=dark\r\n\
             Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"
        );
        stranger.write_all(begun.as_bytes()).unwrap();
        stranger
    };
    let strangers: Vec<TcpStream> = (0..70).map(slow).collect();
    let under_way = async || {
        let told = browser.request(Method::GET, "/metrics", None).send().await.unwrap();
        let told = told.text().await.unwrap();
        told.contains("mingzhang_http_requests_in_progress 71\n")
            || told.contains("mingzhang_http_answers_total{status=\"503\"}")
    };
    while !under_way().await {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(browser.ask(Some(&cookie)).await, None);
    drop(strangers);
    server.stop();
    bureau.check_ledger().await;
}
