//! The program over TLS.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;

use api::sign_in::{Password, Proof, set_password, set_up_code};
use domain::ids::OfficerId;
use reqwest::header::{COOKIE, HOST, SET_COOKIE, STRICT_TRANSPORT_SECURITY};
use reqwest::{Certificate, Client, StatusCode};
use serde_json::{Value, json};
use tests::bureau::{Bureau, LEDGER, PASSWORD};
use tests::program::{Serving, mingzhang};

fn program(bureau: &Bureau) -> Command {
    let mut program = mingzhang(bureau.place.data_path());
    program.env("DATABASE_URL", bureau.place.url());
    program
}

/// A client that trusts the certificate of the data directory and no other.
fn client(bureau: &Bureau) -> Client {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let pem = std::fs::read(bureau.place.data_path().join("tls/certificate.pem")).unwrap();
    let certificate = Certificate::from_pem(&pem).unwrap();
    let builder = Client::builder().no_proxy().tls_built_in_root_certs(false);
    builder.add_root_certificate(certificate).build().unwrap()
}

async fn ask(client: &Client, server: &Serving, cookie: Option<&str>, query: &str) -> Value {
    let mut request = client.post(server.url()).header("mingzhang-request", "1");
    if let Some(cookie) = cookie {
        request = request.header(COOKIE, cookie);
    }
    request.json(&json!({ "query": query })).send().await.unwrap().json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_an_officer_signs_in_and_a_stranger_is_nobody() {
    let bureau = Bureau::new().await;
    bureau.fund("100.00", &["temporary-assistance"]).await;
    bureau.recorded("enrolOfficer", json!({"id": "w-021", "name": "丁", "roles": ["MAKER"]})).await;
    let (book, maker) = (bureau.book().await, OfficerId::parse("w-021").unwrap());
    let issued = set_up_code::issue(&book, "test", &maker).await.unwrap();
    let password = Password::typed(PASSWORD.to_owned());
    set_password(&book, &maker, Proof::Code(issued), password).await.unwrap();
    let mut command = program(&bureau);
    let server = Serving::start_with(
        &mut command,
        &["--tls", "--sign-in-always", "--host", "ledger.example"],
    );
    assert!(server.url().starts_with("https://127.0.0.1:"), "{}", server.url());
    let client = client(&bureau);
    // This ledger requires no officers, and still nobody from elsewhere is somebody.
    let funds = format!("{{ funds(ledger: \"{LEDGER}\") {{ id }} }}");
    let told = ask(&client, &server, None, &funds).await;
    assert_eq!(told["errors"][0]["extensions"]["code"], "SIGN_IN_NEEDED");
    let size = format!("{{ ledger(id: \"{LEDGER}\") {{ size }} }}");
    assert!(ask(&client, &server, None, &size).await["data"]["ledger"]["size"].is_u64());
    let session = server.url().replace("/graphql", &format!("/ledgers/{LEDGER}/session"));
    let body = json!({"officer": "w-021", "password": PASSWORD});
    let request = client.post(&session).header("mingzhang-request", "1").json(&body);
    let signed = request.send().await.unwrap();
    assert_eq!(signed.status(), StatusCode::OK);
    assert_eq!(signed.headers()[STRICT_TRANSPORT_SECURITY], "max-age=15552000");
    let cookie = signed.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict; Secure"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    let told = ask(&client, &server, Some(cookie), &funds).await;
    assert_eq!(told["data"]["funds"], json!([{"id": "fiscal"}]));
    for (host, status) in
        [("ledger.example", StatusCode::OK), ("evil.example", StatusCode::MISDIRECTED_REQUEST)]
    {
        let body = json!({"query": "{ __typename }"});
        let request = client.post(server.url()).header(HOST, host).json(&body);
        assert_eq!(request.send().await.unwrap().status(), status, "{host}");
    }
    // In the clear nothing is answered there.
    let address = server.url().trim_start_matches("https://").trim_end_matches("/graphql");
    let mut plain = TcpStream::connect(address).unwrap();
    plain.write_all(b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!String::from_utf8_lossy(&answer).contains("ok"), "{answer:?}");
    server.stop();
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_our_own_stays_until_its_names_change_and_is_its_owners() {
    use std::os::unix::fs::PermissionsExt as _;
    let bureau = Bureau::new().await;
    let files = ["tls/certificate.pem", "tls/key.pem"].map(|it| bureau.place.data_path().join(it));
    let read = || files.each_ref().map(|file| std::fs::read_to_string(file).unwrap());
    let serve = |arguments: &[&str]| Serving::start_with(&mut program(&bureau), arguments).stop();
    serve(&["--tls"]);
    let first = read();
    for file in &files {
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    serve(&["--tls"]);
    assert_eq!(read(), first);
    serve(&["--tls", "--host", "ledger.example"]);
    let second = read();
    assert!(
        second != first && second[0].starts_with("# ledger.example localhost"),
        "{}",
        second[0]
    );
    // Files that are given are taken as they are.
    let [certificate, key] = files.each_ref().map(|file| file.to_str().unwrap());
    serve(&["--certificate", certificate, "--certificate-key", key]);
    assert_eq!(read(), second);
    // One of the two from before: of our own making they are made anew, and given they are refused.
    std::fs::write(&files[1], &first[1]).unwrap();
    let given = ["serve", "--certificate", certificate, "--certificate-key", key];
    let refused = program(&bureau).args(given).output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    serve(&["--tls", "--host", "ledger.example"]);
    let third = read();
    assert!(third[0] != second[0] && third[1] != first[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_address_needs_tls_and_a_name_and_files_that_are_there() {
    let bureau = Bureau::new().await;
    for (arguments, told) in [
        (vec!["--listen", "192.0.2.1:8443"], "--tls"),
        (vec!["--listen", "192.0.2.1:8443", "--tls"], "--host"),
        (vec!["--certificate", "/nowhere.pem"], "--certificate-key"),
        (
            vec!["--certificate", "/nowhere.pem", "--certificate-key", "/nowhere.key"],
            "/nowhere.pem",
        ),
    ] {
        let output = program(&bureau).arg("serve").args(&arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(told), "{arguments:?}: {said}");
    }
}
