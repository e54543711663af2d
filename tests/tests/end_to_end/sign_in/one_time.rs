//! One-time passwords beside the password.

use api::sign_in::one_time::{self, Enrolment};
use api::sign_in::{Act, OneTimePassword, Proof, session, set_password, set_up_code};
use ledger::clock::Clock as _;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tests::bureau::{Bureau, LEDGER, PASSWORD};
use tests::http::client;
use tests::program::{Serving, mingzhang};
use totp_rs::Totp;

use super::{MINUTE, acts, bureau, code, officer, typed};

/// Half a minute: the next password.
const STEP: i64 = MINUTE / 2;

/// What the officer's device shows now, or so many steps later.
fn shown(device: &Totp, bureau: &Bureau, later: i64) -> String {
    let micros = bureau.clock.now().micros() + later * STEP;
    device.generate(u64::try_from(micros / 1_000_000).unwrap()).to_string()
}

fn device_of(enrolment: &Enrolment) -> Totp {
    Totp::from_url(enrolment.uri.as_str()).unwrap()
}

/// A maker with a device.
async fn with_device(bureau: &Bureau) -> Totp {
    bureau.sign_in("w-021").await;
    let (book, maker) = (bureau.book().await, officer("w-021"));
    let proof = || Proof::Password(typed(PASSWORD), None);
    let begun = one_time::begin(&book, &maker, proof()).await.unwrap();
    assert!(begun.uri.contains("w-021") && begun.uri.contains(LEDGER), "{}", begun.uri.as_str());
    let confirm = async |text: &str| {
        code(one_time::confirm(&book, &maker, &OneTimePassword::typed(text)).await)
    };
    let right = shown(&device_of(&begun), bureau, 0);
    let wrong = if right == "000000" { "000001" } else { "000000" };
    assert_eq!(confirm(wrong).await, Some("SIGN_IN_REFUSED"));
    assert_eq!(confirm(&right).await, Some("SIGN_IN_REFUSED"), "nobody guesses twice");
    let device = device_of(&one_time::begin(&book, &maker, proof()).await.unwrap());
    let right = shown(&device, bureau, 0);
    // Until it is confirmed, nobody is asked for one.
    assert!(session::open(&book, &maker, typed(PASSWORD), None).await.is_ok());
    assert_eq!(confirm(&right).await, None);
    assert_eq!(confirm(&right).await, Some("SIGN_IN_REFUSED"), "there is none to confirm");
    device
}

#[tokio::test(flavor = "multi_thread")]
async fn a_one_time_password_is_asked_for_and_taken_once() {
    let bureau = bureau().await;
    let device = with_device(&bureau).await;
    let (book, maker) = (bureau.book().await, officer("w-021"));
    let open = async |one_time: Option<String>| {
        let one_time = one_time.as_deref().map(OneTimePassword::typed);
        code(session::open(&book, &maker, typed(PASSWORD), one_time).await)
    };
    // A client may ask in two steps as often as it likes; sessions from before are none any more.
    for _ in 0..8 {
        assert_eq!(open(None).await, Some("ONE_TIME_PASSWORD_NEEDED"));
    }
    assert!(!bureau.acting("w-021").await.is_signed_in_to(book.id()));
    // The one that confirmed the device was given already.
    assert_eq!(open(Some(shown(&device, &bureau, 0))).await, Some("SIGN_IN_REFUSED"));
    bureau.clock.advance(2 * STEP);
    let now = shown(&device, &bureau, 0);
    let spaced = format!("{} {}", &now[..3], &now[3..]);
    assert_eq!(open(Some(spaced)).await, None);
    assert_eq!(open(Some(now)).await, Some("SIGN_IN_REFUSED"));
    // A device may be a little fast; then an earlier one is taken no more.
    assert_eq!(open(Some(shown(&device, &bureau, 1))).await, None);
    assert_eq!(open(Some(shown(&device, &bureau, 0))).await, Some("SIGN_IN_REFUSED"));
    bureau.clock.advance(4 * STEP);
    assert_eq!(open(Some(shown(&device, &bureau, 2))).await, Some("SIGN_IN_REFUSED"));
    assert_eq!(open(Some(shown(&device, &bureau, 0))).await, None);
    // It is a second thing beside the password, not instead of it, and each miss is counted.
    for later in 3..8 {
        bureau.clock.advance(STEP);
        let now = OneTimePassword::typed(&shown(&device, &bureau, 0));
        let wrong = typed("Wrong-Password-1");
        let told = code(session::open(&book, &maker, wrong, Some(now)).await);
        assert_eq!(told, Some("SIGN_IN_REFUSED"), "{later}");
    }
    assert_eq!(open(Some(shown(&device, &bureau, 0))).await, Some("LOCKED_OUT"));
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_give_one_one_time_password_at_once_one_is_signed_in() {
    let bureau = bureau().await;
    let device = with_device(&bureau).await;
    let book = bureau.book().await;
    bureau.clock.advance(2 * STEP);
    let now = OneTimePassword::typed(&shown(&device, &bureau, 0));
    let tries: Vec<_> = (0..4)
        .map(|_| {
            let (book, now) = (book.clone(), now.clone());
            tokio::spawn(async move {
                let maker = officer("w-021");
                code(session::open(&book, &maker, typed(PASSWORD), Some(now)).await)
            })
        })
        .collect();
    let mut signed_in = 0;
    for tried in tries {
        signed_in += usize::from(tried.await.unwrap().is_none());
    }
    assert_eq!(signed_in, 1);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_lost_the_device_comes_back_by_a_set_up_code() {
    let bureau = bureau().await;
    let device = with_device(&bureau).await;
    let (book, maker) = (bureau.book().await, officer("w-021"));
    bureau.clock.advance(2 * STEP);
    // Another password by the present one keeps the device.
    let now = OneTimePassword::typed(&shown(&device, &bureau, 0));
    let proof = Proof::Password(typed(PASSWORD), Some(now));
    set_password(&book, &maker, proof, typed("Another-Password-2")).await.unwrap();
    let told = code(session::open(&book, &maker, typed("Another-Password-2"), None).await);
    assert_eq!(told, Some("ONE_TIME_PASSWORD_NEEDED"));
    let issued = set_up_code::issue(&book, "s-001", &maker).await.unwrap();
    set_password(&book, &maker, Proof::Code(issued), typed(PASSWORD)).await.unwrap();
    assert_eq!(code(session::open(&book, &maker, typed(PASSWORD), None).await), None);
    let set = acts(&book).await.into_iter().filter(|(_, act)| *act == Act::OneTimePasswordSet);
    assert_eq!(set.count(), 1);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_taken_into_use_over_http() {
    let bureau = bureau().await;
    bureau.sign_in("w-021").await;
    let mut program = mingzhang(bureau.place.data_path());
    program.env("DATABASE_URL", bureau.place.url());
    let server = Serving::start(program);
    let send = async |method: Method, path: &str, body: Value| {
        let origin = server.url().trim_end_matches("/graphql");
        let request = client().request(method, format!("{origin}/ledgers/{LEDGER}/{path}"));
        request.header("mingzhang-request", "1").json(&body).send().await.unwrap()
    };
    let own = json!({"officer": "w-021", "password": PASSWORD});
    let begun = send(Method::POST, "one-time-password", own.clone()).await;
    assert_eq!(begun.status(), StatusCode::OK);
    let begun: Value = begun.json().await.unwrap();
    let device = Totp::from_url(begun["uri"].as_str().unwrap()).unwrap();
    let now = || {
        let seconds = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
        (seconds, device.generate(seconds).to_string())
    };
    let body = |one_time: String| json!({"officer": "w-021", "oneTimePassword": one_time});
    let confirmed = send(Method::PUT, "one-time-password", body(now().1)).await;
    assert_eq!(confirmed.status(), StatusCode::NO_CONTENT);
    let alone = send(Method::POST, "session", own.clone()).await;
    assert_eq!(alone.status(), StatusCode::UNAUTHORIZED);
    let told: Value = alone.json().await.unwrap();
    assert_eq!(told["errors"][0]["extensions"]["code"], "ONE_TIME_PASSWORD_NEEDED");
    // The next one of the device, which may be a step fast.
    let mut both = own;
    both["oneTimePassword"] = json!(device.generate(now().0 + 30).to_string());
    let signed_in = send(Method::POST, "session", both).await;
    assert_eq!(signed_in.status(), StatusCode::OK);
    server.stop();
    bureau.check_ledger().await;
}
