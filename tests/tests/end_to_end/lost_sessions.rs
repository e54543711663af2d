//! A database session that is lost before and after each message, while a checkpoint is signed, a
//! ledger opened, a payment or a list recorded: whoever asks is answered or told that it is not known,
//! nothing that was acknowledged is lost, and the next try comes to the end.

use std::sync::Arc;

use api::books::{Book, Books, CommandError, ListOutcome, Receipt, Recording};
use api::requests::PaymentRequest;
use domain::ids::OfficerId;
use sqlx::{Connection, PgConnection};
use tests::bureau::{Bureau, LEDGER, payments};
use tests::gate::{Disturbance, Gate};
use tests::shown::Shown;

/// As many as fill a tile, so that one is written each time.
const TILE: usize = 256;
/// As many as fill one now and then.
const FEW: usize = 20;
/// So many rows are written by COPY, in a transaction of several statements.
const LONG_LIST: usize = 520;
/// So few are written by one statement.
const SHORT_LIST: usize = 3;

fn officer() -> OfficerId {
    OfficerId::parse("w-017").unwrap()
}

fn list(name: &str, rows: usize) -> Vec<PaymentRequest> {
    payments((0..rows).map(|row| (format!("{name}-{row}"), format!("H-{name}-{row}"), 6)))
}

async fn record(book: &Book, list: &[PaymentRequest]) -> Result<Vec<Receipt>, String> {
    match book.record_list(&officer().into(), list, Recording::Record).await {
        Ok(ListOutcome::Recorded(receipts)) => Ok(receipts),
        Ok(refused @ ListOutcome::Refused(_)) => panic!("{refused:?}"),
        Err(fault) if fault.is_refusal() => panic!("{}", fault.public()),
        Err(fault) => Err(fault.cause().to_owned()),
    }
}

/// A bureau with money, a gate before its database, and all that it has shown.
struct Place {
    bureau: Bureau,
    gate: Gate,
    shown: Shown,
    session: PgConnection,
}

impl Place {
    async fn new() -> Self {
        let bureau = Bureau::new().await;
        bureau.fund("90000000", &["minimum-living-allowance"]).await;
        let gate = Gate::start(&bureau).await;
        let file = bureau.place.data().checkpoint(&LEDGER);
        let shown = Shown::of(&*bureau.book().await, file);
        let session = bureau.place.administrator_session().await;
        Self { bureau, gate, shown, session }
    }

    /// Records through a program that is gone before it signs over it.
    async fn record_unsigned(&mut self, name: &str, rows: usize) {
        let program = self.bureau.another_program().await;
        let book = program.book(LEDGER).await.unwrap();
        for receipt in record(&book, &list(name, rows)).await.unwrap() {
            self.shown.acknowledged(receipt.position, receipt.leaf);
        }
    }

    /// Signs and holds everything that was seen against what stands.
    async fn hold(&mut self, book: &Book) {
        let signed = book.checkpoint().await.unwrap();
        self.shown.given(&signed.note);
        let standing = self.shown.hold(&mut self.session).await;
        assert_eq!(signed.checkpoint.size, standing.size);
        assert_eq!(standing.file, Some(signed.checkpoint));
        assert!(book.halted().is_none());
    }

    async fn end(self, what: &str, tried: u32, least: u32) {
        eprintln!("{what}: {tried} points tried");
        assert!(tried >= least, "{what}: only {tried} points were reached");
        self.session.close().await.unwrap();
        self.bureau.check_ledger().await;
    }
}

async fn signing(disturbance: Disturbance) {
    let mut place = Place::new().await;
    let books = place.gate.books(&place.bureau).await.unwrap();
    let book = books.book(LEDGER).await.unwrap();
    for tried in 0.. {
        place.record_unsigned(&format!("n{tried}"), TILE).await;
        place.gate.arm(disturbance, tried);
        let outcome = book.checkpoint().await;
        let struck = place.gate.disarm();
        match outcome {
            Ok(signed) => place.shown.given(&signed.note),
            Err(fault) => assert!(struck && !fault.is_refusal(), "{tried}: {}", fault.cause()),
        }
        place.hold(&book).await;
        if !struck {
            drop(book);
            drop(books);
            return place.end(&format!("signing, {disturbance:?}"), tried, 7).await;
        }
    }
}

#[tokio::test]
async fn a_checkpoint_that_is_cut_off_before_any_message_is_signed_the_next_time() {
    signing(Disturbance::LostBefore).await;
}

#[tokio::test]
async fn a_checkpoint_that_is_cut_off_after_any_message_is_signed_the_next_time() {
    signing(Disturbance::LostAfter).await;
}

async fn opened(place: &Place) -> Result<(Books, Arc<Book>), String> {
    let books = place.gate.books(&place.bureau).await?;
    match books.book(LEDGER).await {
        Ok(book) => Ok((books, book)),
        Err(CommandError::Fault(fault)) if !fault.is_refusal() => Err(fault.cause().to_owned()),
        Err(error) => panic!("{error:?}"),
    }
}

async fn opening(disturbance: Disturbance) {
    let mut place = Place::new().await;
    for tried in 0.. {
        place.record_unsigned(&format!("n{tried}"), FEW).await;
        place.gate.arm(disturbance, tried);
        let outcome = opened(&place).await;
        let struck = place.gate.disarm();
        let book = match outcome {
            Ok((_, book)) => book,
            Err(why) => {
                assert!(struck, "{tried}: {why}");
                opened(&place).await.unwrap().1
            }
        };
        place.hold(&book).await;
        if !struck {
            drop(book);
            return place.end(&format!("opening, {disturbance:?}"), tried, 20).await;
        }
    }
}

#[tokio::test]
async fn a_ledger_whose_opening_is_cut_off_before_any_message_opens_the_next_time() {
    opening(Disturbance::LostBefore).await;
}

#[tokio::test]
async fn a_ledger_whose_opening_is_cut_off_after_any_message_opens_the_next_time() {
    opening(Disturbance::LostAfter).await;
}

/// Lists of so many rows, each cut off later than the one before; then each is sent again.
async fn recording(disturbance: Disturbance, rows: usize) {
    let mut place = Place::new().await;
    let books = place.gate.books(&place.bureau).await.unwrap();
    let book = books.book(LEDGER).await.unwrap();
    for tried in 0.. {
        let list = list(&format!("n{tried}"), rows);
        place.gate.arm(disturbance, tried);
        let outcome = record(&book, &list).await;
        let struck = place.gate.disarm();
        match outcome {
            Ok(receipts) => {
                receipts.iter().for_each(|r| place.shown.acknowledged(r.position, r.leaf));
            }
            Err(why) => assert!(struck, "{tried}: {why}"),
        }
        let again = record(&book, &list).await.unwrap();
        again.iter().for_each(|r| place.shown.acknowledged(r.position, r.leaf));
        let first = again[0].position;
        assert!((first..).zip(&again).all(|(at, receipt)| receipt.position == at), "all or none");
        place.hold(&book).await;
        let size = u64::try_from(rows).unwrap() * u64::from(tried + 1);
        assert_eq!(book.size().await.unwrap(), 3 + size, "each row once");
        if !struck {
            drop(book);
            drop(books);
            let what = format!("recording {rows} rows, {disturbance:?}");
            return place.end(&what, tried, 4).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_list_that_is_cut_off_before_any_message_stands_once_or_not_at_all() {
    recording(Disturbance::LostBefore, SHORT_LIST).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_list_that_is_cut_off_after_any_message_stands_once_or_not_at_all() {
    recording(Disturbance::LostAfter, SHORT_LIST).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_that_is_cut_off_before_any_message_stands_once_or_not_at_all() {
    recording(Disturbance::LostBefore, LONG_LIST).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_that_is_cut_off_after_any_message_stands_once_or_not_at_all() {
    recording(Disturbance::LostAfter, LONG_LIST).await;
}
