//! What those are told who keep a server running.

use reqwest::StatusCode;
use reqwest::header::RETRY_AFTER;
use tests::bureau::{Bureau, LEDGER};
use tests::http::client;
use tests::program::{Serving, mingzhang};

#[tokio::test(flavor = "multi_thread")]
async fn a_monitor_learns_whether_the_server_is_ready_and_what_it_does() {
    let bureau = Bureau::new().await;
    bureau.fund("100.00", &["temporary-assistance"]).await;
    let mut program = mingzhang(bureau.place.data_path());
    program.env("DATABASE_URL", bureau.place.url());
    let server = Serving::start(program);
    let client = client();
    let get = async |path: &str| {
        let answer = client.get(server.url().replace("/graphql", path)).send().await.unwrap();
        (answer.status(), answer.headers().clone(), answer.text().await.unwrap())
    };
    let (status, _, text) = get("/readyz").await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, "ready\n"));
    get("/nowhere").await;

    let (status, headers, text) = get("/metrics").await;
    assert_eq!(status, StatusCode::OK);
    assert!(headers["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
    let size = bureau.size().await;
    for line in [
        format!("mingzhang_entries{{ledger=\"{LEDGER}\"}} {size}"),
        format!("mingzhang_recording{{ledger=\"{LEDGER}\"}} 1"),
        "mingzhang_http_answers_total{status=\"200\"} 1".to_owned(),
        "mingzhang_http_answers_total{status=\"404\"} 1".to_owned(),
        "mingzhang_http_requests_in_progress 1".to_owned(),
        "mingzhang_http_requests_seconds_count 2".to_owned(),
    ] {
        assert!(text.lines().any(|told| told == line), "{line} in {text}");
    }

    // A proxy on this machine passes on what others ask.
    for name in ["x-forwarded-for", "forwarded"] {
        let request = client.get(server.url().replace("/graphql", "/metrics"));
        let answer = request.header(name, "192.0.2.7").send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{name}");
    }

    // The database is away, and comes back.
    bureau.place.let_nobody_in(true).await;
    let (status, _, text) = get("/metrics").await;
    assert_eq!(status, StatusCode::OK);
    assert!(text.contains("mingzhang_http_answers_total") && !text.contains("mingzhang_entries{"));
    let (status, headers, _) = get("/readyz").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(headers[RETRY_AFTER], "1");
    assert_eq!(get("/livez").await.0, StatusCode::OK);
    bureau.place.let_nobody_in(false).await;
    assert_eq!(get("/readyz").await.0, StatusCode::OK);
    server.stop();
    // Those of the test itself, too.
    for _ in 0..bureau.books.pool().size() {
        let _ = sqlx::query("select 1").execute(bureau.books.pool()).await;
    }
    bureau.check_ledger().await;
}
