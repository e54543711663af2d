//! Commands whose sender hangs up before the answer, at every point where it waits: what was sent
//! stands once or not at all, and is told when it is sent again.

use api::books::{Book, ListOutcome, Receipt, Recording};
use api::requests::PaymentRequest;
use domain::ids::OfficerId;
use sqlx::Connection;
use tests::bureau::{Bureau, LEDGER, payments};
use tests::cut_short::{Cuts, sessions_are_at_rest};
use tests::shown::Shown;

fn list(name: &str, rows: usize) -> Vec<PaymentRequest> {
    payments((0..rows).map(|row| (format!("{name}-{row}"), format!("H-{name}-{row}"), 6)))
}

async fn record(book: &Book, list: &[PaymentRequest]) -> Vec<Receipt> {
    let officer = OfficerId::parse("w-017").unwrap();
    match book.record_list(&officer.clone().into(), list, Recording::Record).await.unwrap() {
        ListOutcome::Recorded(receipts) => receipts,
        refused @ ListOutcome::Refused(_) => panic!("{refused:?}"),
    }
}

async fn recorded_and_unanswered(rows: usize) {
    let bureau = Bureau::new().await;
    bureau.fund("90000000", &["minimum-living-allowance"]).await;
    let book = bureau.book().await;
    let mut shown = Shown::of(&book, bureau.place.data().checkpoint(&LEDGER));
    let mut administrator = bureau.place.administrator_session().await;
    let (mut cuts, mut tried) = (Cuts::everywhere(), 0);
    while cuts.go_on() {
        let list = list(&format!("n{tried}"), rows);
        let answered = cuts.short(record(&book, &list)).await;
        let again = record(&book, &list).await;
        for receipt in again.iter().chain(answered.iter().flatten()) {
            shown.acknowledged(receipt.position, receipt.leaf);
        }
        sessions_are_at_rest(book.pool(), &mut administrator).await;
        tried += 1;
        let expected = 3 + u64::try_from(tried * rows).unwrap();
        assert_eq!(book.size().await.unwrap(), expected, "each row once, {cuts:?}");
    }
    eprintln!("recording {rows} rows that nobody waits for: {tried} points tried");
    shown.given(&book.checkpoint().await.unwrap().note);
    shown.hold(&mut administrator).await;
    administrator.close().await.unwrap();
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_list_whose_sender_hangs_up_at_any_point_stands_once() {
    recorded_and_unanswered(3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_whose_sender_hangs_up_at_any_point_stands_once() {
    recorded_and_unanswered(520).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_that_nobody_waits_for_leaves_the_next_one_whole() {
    let bureau = Bureau::new().await;
    bureau.fund("90000000", &["minimum-living-allowance"]).await;
    let signing = bureau.another_program().await;
    let book = signing.book(LEDGER).await.unwrap();
    let mut shown = Shown::of(&book, bureau.place.data().checkpoint(&LEDGER));
    let mut administrator = bureau.place.administrator_session().await;
    let (mut cuts, mut tried) = (Cuts::everywhere(), 0);
    while cuts.go_on() {
        bureau.record_many(tried * 100..tried * 100 + 100).await;
        if let Some(signed) = cuts.short(book.checkpoint()).await {
            shown.given(&signed.unwrap().note);
        }
        sessions_are_at_rest(book.pool(), &mut administrator).await;
        let signed = book.checkpoint().await.unwrap();
        shown.given(&signed.note);
        assert_eq!(shown.hold(&mut administrator).await.size, signed.checkpoint.size);
        tried += 1;
    }
    eprintln!("a checkpoint that nobody waits for: {tried} points tried");
    administrator.close().await.unwrap();
    drop(book);
    signing.close().await;
    bureau.check_ledger().await;
}
