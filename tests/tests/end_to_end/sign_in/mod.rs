//! Officers prove who they are.

mod local;
mod one_time;
mod over_http;
mod programs;

use api::books::{Book, CommandError};
use api::sign_in::{
    AccessRecord, Act, Password, Proof, SessionToken, access_log, session, set_password,
    set_up_code,
};
use domain::ids::OfficerId;
use serde_json::json;
use tests::bureau::{Bureau, LEDGER, PASSWORD};

const MINUTE: i64 = 60_000_000;

fn officer(id: &str) -> OfficerId {
    OfficerId::parse(id).unwrap()
}

fn typed(text: &str) -> Password {
    Password::typed(text.to_owned())
}

/// A bureau that requires officers, with a security administrator and a maker; nobody has a password yet.
async fn bureau() -> Bureau {
    let bureau = Bureau::new().await;
    bureau.fund("1000.00", &["temporary-assistance"]).await;
    for (id, role) in [("s-001", "SECURITY_ADMINISTRATOR"), ("w-021", "MAKER")] {
        bureau.recorded("enrolOfficer", json!({"id": id, "name": id, "roles": [role]})).await;
    }
    let required = json!({"id": "rg-1", "required": true, "document": "内控〔2020〕1号"});
    bureau.recorded("requireOfficers", required).await;
    bureau
}

/// The code of a refusal; `None` where it was done.
fn code<T>(outcome: Result<T, CommandError>) -> Option<&'static str> {
    match outcome {
        Ok(_) => None,
        Err(CommandError::Refused(refused)) => {
            assert!(refused.message.contains(" / "), "in Chinese and English: {}", refused.message);
            Some(refused.code)
        }
        Err(CommandError::Fault(fault)) => panic!("{}", fault.cause()),
    }
}

async fn try_password(book: &Book, text: &str) -> Option<&'static str> {
    code(session::open(book, &officer("w-021"), typed(text), None).await)
}

async fn is_signed_in(bureau: &Bureau, token: &SessionToken) -> bool {
    session::resume(&bureau.books, token).await.unwrap().is_some()
}

async fn acts(book: &Book) -> Vec<(String, Act)> {
    let (mut records, more) = access_log::page(book, 1000, None).await.unwrap();
    assert!(!more);
    records.reverse();
    records.into_iter().map(|AccessRecord { officer, act, .. }| (officer, act)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_set_up_code_sets_one_password_once() {
    let bureau = bureau().await;
    let (book, maker) = (bureau.book().await, officer("w-021"));
    let issued = set_up_code::issue(&book, "s-001", &maker).await.unwrap();
    let set = async |code: &str, password: &str| {
        let proof = Proof::Code(api::sign_in::SetUpCode::typed(code));
        set_password(&book, &maker, proof, typed(password)).await
    };
    assert_eq!(code(set(issued.as_str(), "short").await), Some("WEAK_PASSWORD"));
    assert_eq!(code(set("AAAAA-AAAAA-AAAAA-AAAAA", PASSWORD).await), Some("SIGN_IN_REFUSED"));
    // A later code takes the place of the one before.
    let later = set_up_code::issue(&book, "s-001", &maker).await.unwrap();
    assert_eq!(code(set(issued.as_str(), PASSWORD).await), Some("SIGN_IN_REFUSED"));
    assert_eq!(code(set(&later.as_str().to_lowercase(), PASSWORD).await), None);
    assert_eq!(code(set(later.as_str(), "Another-Password-2").await), Some("SIGN_IN_REFUSED"));
    assert_eq!(try_password(&book, PASSWORD).await, None);
    let nobody = set_up_code::issue(&book, "s-001", &officer("w-404")).await;
    assert_eq!(code(nobody), Some("UNKNOWN_OFFICER"));
    // Whoever shows the code of another officer is not that officer.
    let keepers = set_up_code::issue(&book, "s-001", &officer("s-001")).await.unwrap();
    assert_eq!(code(set(keepers.as_str(), PASSWORD).await), Some("SIGN_IN_REFUSED"));
    let stale = set_up_code::issue(&book, "s-001", &maker).await.unwrap();
    bureau.clock.advance(7 * 24 * 60 * MINUTE);
    assert_eq!(code(set(stale.as_str(), PASSWORD).await), Some("SIGN_IN_REFUSED"));
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_show_one_code_at_once_one_sets_the_password() {
    let bureau = bureau().await;
    let (book, maker) = (bureau.book().await, officer("w-021"));
    let issued = set_up_code::issue(&book, "s-001", &maker).await.unwrap();
    let tries = (0..6).map(|n| {
        let (book, maker, proof) = (book.clone(), maker.clone(), Proof::Code(issued.clone()));
        tokio::spawn(async move {
            let new = typed(&format!("Password-Number-{n}"));
            code(set_password(&book, &maker, proof, new).await)
        })
    });
    let mut set = 0;
    for tried in tries.collect::<Vec<_>>() {
        match tried.await.unwrap() {
            None => set += 1,
            refused => assert_eq!(refused, Some("SIGN_IN_REFUSED")),
        }
    }
    assert_eq!(set, 1);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_put_the_next_attempt_off_longer_each_time() {
    let bureau = bureau().await;
    bureau.sign_in("w-021").await;
    let book = bureau.book().await;
    for _ in 0..5 {
        assert_eq!(try_password(&book, "Wrong-Password-1").await, Some("SIGN_IN_REFUSED"));
    }
    // Not even the right one is looked at now.
    assert_eq!(try_password(&book, PASSWORD).await, Some("LOCKED_OUT"));
    bureau.clock.advance(MINUTE);
    assert_eq!(try_password(&book, "Wrong-Password-1").await, Some("SIGN_IN_REFUSED"));
    bureau.clock.advance(MINUTE);
    assert_eq!(try_password(&book, PASSWORD).await, Some("LOCKED_OUT"), "two minutes now");
    bureau.clock.advance(MINUTE);
    assert_eq!(try_password(&book, PASSWORD).await, None);
    // The count begins anew.
    for _ in 0..4 {
        assert_eq!(try_password(&book, "Wrong-Password-1").await, Some("SIGN_IN_REFUSED"));
    }
    assert_eq!(try_password(&book, PASSWORD).await, None);
    // A session that stands is not ended by somebody else's wrong passwords.
    assert!(bureau.acting("w-021").await.is_signed_in_to(book.id()));
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_attempts_are_checked_when_many_are_made_at_once() {
    let bureau = bureau().await;
    bureau.sign_in("w-021").await;
    let book = bureau.book().await;
    let tries: Vec<_> = (0..20)
        .map(|_| {
            let book = book.clone();
            tokio::spawn(async move { try_password(&book, "Wrong-Password-1").await })
        })
        .collect();
    let (mut checked, mut put_off) = (0, 0);
    for tried in tries {
        match tried.await.unwrap() {
            Some("SIGN_IN_REFUSED") => checked += 1,
            Some("LOCKED_OUT") => put_off += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((checked, put_off), (5, 15));
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_after_half_an_hour_without_a_question_and_after_a_working_day() {
    let bureau = bureau().await;
    bureau.sign_in("w-021").await;
    let (book, maker) = (bureau.book().await, officer("w-021"));
    let open = async || session::open(&book, &maker, typed(PASSWORD), None).await.unwrap();
    let token = open().await;
    for _ in 0..3 {
        bureau.clock.advance(29 * MINUTE);
        assert!(is_signed_in(&bureau, &token).await);
    }
    bureau.clock.advance(30 * MINUTE);
    assert!(!is_signed_in(&bureau, &token).await);
    let token = open().await;
    for _ in 0..28 {
        bureau.clock.advance(25 * MINUTE);
        assert!(is_signed_in(&bureau, &token).await);
    }
    bureau.clock.advance(20 * MINUTE);
    assert!(!is_signed_in(&bureau, &token).await, "twelve hours have passed");
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_password_ends_every_session_and_a_closed_one_stays_closed() {
    let bureau = bureau().await;
    bureau.sign_in("w-021").await;
    let (book, maker) = (bureau.book().await, officer("w-021"));
    let open = async || session::open(&book, &maker, typed(PASSWORD), None).await.unwrap();
    let (one, other) = (open().await, open().await);
    assert_ne!(one.as_str(), other.as_str());
    session::close(&book, &one).await.unwrap();
    assert!(!is_signed_in(&bureau, &one).await && is_signed_in(&bureau, &other).await);
    let proof = Proof::Password(typed("Wrong-Password-1"), None);
    let new = || typed("Another-Password-2");
    assert_eq!(code(set_password(&book, &maker, proof, new()).await), Some("SIGN_IN_REFUSED"));
    assert!(is_signed_in(&bureau, &other).await);
    let proof = Proof::Password(typed(PASSWORD), None);
    assert_eq!(code(set_password(&book, &maker, proof, new()).await), None);
    assert!(!is_signed_in(&bureau, &other).await);
    assert_eq!(try_password(&book, PASSWORD).await, Some("SIGN_IN_REFUSED"));
    assert_eq!(try_password(&book, "Another-Password-2").await, None);
    // Nobody's token is anybody's.
    let forged = SessionToken::parse(&format!("{LEDGER}.{}", "A".repeat(43))).unwrap();
    assert!(!is_signed_in(&bureau, &forged).await);
    bureau.check_ledger().await;
}

/// Whoever still knows the old password asks at the same moment as the officer changes it: whichever comes
/// first, nothing that rests on the old one is left.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_was_changed_meanwhile_opens_nothing_and_sets_nothing() {
    let bureau = bureau().await;
    let (book, maker) = (bureau.book().await, officer("w-021"));
    for round in 0..8 {
        let issued = set_up_code::issue(&book, "s-001", &maker).await.unwrap();
        set_password(&book, &maker, Proof::Code(issued), typed(PASSWORD)).await.unwrap();
        let fresh = set_up_code::issue(&book, "s-001", &maker).await.unwrap();
        let (own, old) =
            (format!("Owner-Password-{round}"), Proof::Password(typed(PASSWORD), None));
        let (changed, opened, taken) = tokio::join!(
            set_password(&book, &maker, Proof::Code(fresh), typed(&own)),
            session::open(&book, &maker, typed(PASSWORD), None),
            set_password(&book, &maker, old, typed("Thief-Password-1")),
        );
        let owner_was_first = code(taken).is_some();
        if code(changed).is_none() {
            if let Ok(token) = opened {
                assert!(!is_signed_in(&bureau, &token).await, "round {round}");
            }
            assert_eq!(try_password(&book, &own).await, None, "round {round}");
        } else {
            // Another change of the password ended the code: the officer asks for one more.
            assert!(!owner_was_first, "round {round}");
        }
    }
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_tried_is_remembered_and_nobody_can_make_it_forgotten() {
    let bureau = bureau().await;
    let book = bureau.book().await;
    bureau.sign_in("w-021").await;
    assert_eq!(try_password(&book, "Wrong-Password-1").await, Some("SIGN_IN_REFUSED"));
    let unknown = session::open(&book, &officer("w-404"), typed(PASSWORD), None).await;
    assert_eq!(code(unknown), Some("SIGN_IN_REFUSED"));
    let set = json!({"id": "x", "programme": "低保", "unit": "PERSON_MONTH", "amount": "900",
                     "effectiveFrom": "2020-01-01", "document": "文"});
    let refused = bureau.mutate_as("w-021", "setStandard", set).await;
    assert_eq!(refused["userErrors"][0]["code"], "ROLE_MISSING");
    let (maker, test) = ("w-021".to_owned(), "test".to_owned());
    let expected = vec![
        (test, Act::CodeIssued),
        (maker.clone(), Act::PasswordSet),
        (maker.clone(), Act::SignedIn),
        (maker.clone(), Act::Refused),
        ("w-404".to_owned(), Act::Refused),
        (maker, Act::NotPermitted),
    ];
    assert_eq!(acts(&book).await, expected);
    for statement in ["update access_log set officer = 'x'", "delete from access_log"] {
        let done = sqlx::query(statement).execute(bureau.books.pool()).await;
        assert!(done.unwrap_err().to_string().contains("permission denied"), "{statement}");
    }
    // The latest first, page by page, for whoever watches.
    bureau.sign_in("s-001").await;
    let watcher = json!({"id": "a-001", "name": "审", "roles": ["AUDIT_ADMINISTRATOR"]});
    let enrolled = bureau.mutate_as("s-001", "enrolOfficer", watcher).await;
    assert_eq!(enrolled["userErrors"], json!([]));
    bureau.sign_in("a-001").await;
    let question = "query($ledger: ID!, $after: String) { accessLog(ledger: $ledger, first: 5, after: $after) { \
        nodes { number officer act operation } pageInfo { hasNextPage endCursor } } }";
    let variables = json!({ "ledger": LEDGER });
    let first = bureau.query_as("a-001", question, variables).await["accessLog"].clone();
    let latest = json!({"number": 12, "officer": "a-001", "act": "SIGNED_IN", "operation": null});
    assert_eq!(first["nodes"][0], latest);
    assert_eq!(first["pageInfo"]["hasNextPage"], json!(true));
    let variables = json!({"ledger": LEDGER, "after": first["pageInfo"]["endCursor"]});
    let second = bureau.query_as("a-001", question, variables).await["accessLog"].clone();
    let not_permitted = json!({"number": 6, "officer": "w-021", "act": "NOT_PERMITTED", "operation": "set_standard"});
    assert_eq!(second["nodes"][1], not_permitted);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_security_administrator_is_given_a_code_until_somebody_can_sign_in() {
    let bureau = bureau().await;
    let book = bureau.book().await;
    let first = set_up_code::first_codes(&book).await.unwrap();
    let [(keeper, code_of_keeper)] = first.as_slice() else { panic!("{first:?}") };
    assert_eq!(keeper, &officer("s-001"));
    // It stays good while it was not used; no other is made meanwhile.
    assert!(set_up_code::first_codes(&book).await.unwrap().is_empty());
    let proof = Proof::Code(code_of_keeper.clone());
    assert_eq!(code(set_password(&book, keeper, proof, typed(PASSWORD)).await), None);
    assert!(set_up_code::first_codes(&book).await.unwrap().is_empty());
    let open = Bureau::new().await;
    assert!(set_up_code::first_codes(&*open.book().await).await.unwrap().is_empty());
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_who_is_signed_in_to_one_ledger_is_a_stranger_to_another() {
    let bureau = bureau().await;
    bureau.open_ledger("cn-320402").await;
    let enrol = json!({"ledger": "cn-320402", "id": "w-021", "name": "另", "roles": ["SECURITY_ADMINISTRATOR"]});
    bureau.recorded("enrolOfficer", enrol).await;
    let required = json!({"ledger": "cn-320402", "id": "rg-1", "required": true, "document": "文"});
    bureau.recorded("requireOfficers", required).await;
    bureau.sign_in("w-021").await;
    let question = "query($ledger: ID!) { officers(ledger: $ledger) { id } }";
    let answer = bureau.answer_as("w-021", question, json!({"ledger": "cn-320402"})).await;
    let (told, _) = tests::bureau::missing_right(&answer.errors[0]).unwrap();
    assert_eq!(told, "SIGN_IN_NEEDED");
    bureau.check_ledger().await;
}
