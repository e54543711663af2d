//! A machine's clock that goes back and forward beside checkpoints: entries never go back in time,
//! every checkpoint extends those before, and the last checkpoint of each day is kept.

use std::sync::Arc;

use api::books::{Book, Books, ListOutcome, Receipt, Recording};
use chrono::{DateTime, FixedOffset, NaiveDate};
use domain::ids::OfficerId;
use ledger::checkpoints::SignedCheckpoint;
use ledger::clock::{Clock, Moment};
use sqlx::{Connection, PgConnection};
use tests::bureau::{Bureau, LEDGER, TestClock, open, payments};
use tests::shown::Shown;

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;
const DAY: i64 = 24 * HOUR;

/// The day of a moment in China.
fn day(moment: Moment) -> NaiveDate {
    let china = FixedOffset::east_opt(8 * 3600).unwrap();
    DateTime::from_timestamp_micros(moment.micros()).unwrap().with_timezone(&china).date_naive()
}

/// A ledger whose clock the test moves, and all that it has shown.
struct Moved {
    bureau: Bureau,
    shown: Shown,
    session: PgConnection,
    payments: u32,
    last: Moment,
}

impl Moved {
    /// Opens the ledger at this distance from the machine's time, in microseconds.
    async fn opened_at(distance: i64) -> Self {
        let bureau = Bureau::without_ledger().await;
        bureau.clock.advance(distance);
        bureau.open_ledger(LEDGER).await;
        bureau.fund("100000", &["minimum-living-allowance"]).await;
        let shown = Shown::of(&*bureau.book().await, bureau.place.data().checkpoint(&LEDGER));
        let session = bureau.place.administrator_session().await;
        Self { bureau, shown, session, payments: 0, last: Moment::EARLIEST }
    }

    async fn record(&mut self) -> Result<Moment, String> {
        let book = self.bureau.book().await;
        self.record_in(&book).await.map(|receipt| receipt.recorded)
    }

    /// Records through a program that is gone before it signs over it, and gives the position.
    async fn record_unsigned(&mut self) -> u64 {
        let program = open(&self.bureau.place, self.bureau.clock.clone()).await;
        let book = program.book(LEDGER).await.unwrap();
        self.record_in(&book).await.unwrap().position
    }

    async fn record_in(&mut self, book: &Book) -> Result<Receipt, String> {
        self.payments += 1;
        let n = self.payments;
        let list = payments(std::iter::once((format!("p-{n}"), format!("H-{n}"), 6)));
        let officer = OfficerId::parse("w-017").unwrap();
        match book.record_list(&officer.clone().into(), &list, Recording::Record).await {
            Ok(ListOutcome::Recorded(receipts)) => {
                let receipt = receipts[0];
                self.shown.acknowledged(receipt.position, receipt.leaf);
                assert!(receipt.recorded >= self.last, "{} after {}", receipt.recorded, self.last);
                self.last = receipt.recorded;
                Ok(receipt)
            }
            Ok(refused @ ListOutcome::Refused(_)) => panic!("{refused:?}"),
            Err(fault) => Err(fault.public().to_owned()),
        }
    }

    /// Signs, and holds everything that was shown against what stands.
    async fn sign(&mut self) -> SignedCheckpoint {
        let signed = self.bureau.book().await.checkpoint().await.unwrap();
        self.shown.given(&signed.note);
        self.shown.hold(&mut self.session).await;
        assert!(signed.signed_at >= self.last, "no earlier than what it stands over");
        signed
    }

    /// Sizes of those that are kept.
    async fn kept(&mut self) -> Vec<u64> {
        let standing = self.shown.hold(&mut self.session).await;
        standing.kept.iter().map(|kept| kept.signed.checkpoint.size).collect()
    }

    async fn end(self) {
        self.session.close().await.unwrap();
        self.bureau.check_ledger().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_about_turns_no_entry_and_no_checkpoint_back() {
    let mut moved = Moved::opened_at(0).await;
    let mut sizes = Vec::new();
    // None of them, and no sum of them, is a day away.
    for hours in [0, -1, 1, -1, -1, 3, -6, 9, -4] {
        moved.bureau.clock.advance(hours * HOUR);
        let now = moved.bureau.clock.now();
        let before = moved.last;
        let recorded = moved.record().await.unwrap();
        assert_eq!(recorded == before, before > now, "the clock's time, or the last entry's");
        sizes.push(moved.sign().await.checkpoint.size);
        moved.record().await.unwrap();
        sizes.push(moved.sign().await.checkpoint.size);
    }
    assert!(sizes.is_sorted_by(|one, next| one < next), "{sizes:?}");
    moved.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_more_than_a_day_away_records_nothing_and_takes_no_checkpoint_back() {
    let mut moved = Moved::opened_at(0).await;
    for away in [DAY + HOUR, -DAY - HOUR, 400 * DAY, -400 * DAY] {
        moved.record().await.unwrap();
        let signed = moved.sign().await;
        moved.bureau.clock.advance(away);
        let refused = moved.record().await.unwrap_err();
        assert!(refused.contains("相差超过一天"), "{refused}");
        assert_eq!(moved.sign().await, signed, "nothing is there to be signed anew");
        // A program that starts under such a clock reads, and records nothing either.
        let place = &moved.bureau.place;
        let clock = Arc::new(TestClock::default());
        clock.advance(away);
        let program: Books = open(place, clock).await;
        let book: Arc<Book> = program.book(LEDGER).await.unwrap();
        assert_eq!(book.checkpoint().await.unwrap(), signed);
        drop(book);
        program.close().await;
        moved.bureau.clock.advance(-away);
        moved.record().await.unwrap();
        assert_eq!(moved.sign().await.checkpoint.size, signed.checkpoint.size + 1);
    }
    moved.end().await;
}

/// How far the nearest midnight in China is from the machine's time: at most half a day, so that the
/// hours around it are within a day of the database server's clock.
fn to_midnight() -> i64 {
    let now = api::clock::MachineClock.now().micros();
    let since = (now + 8 * HOUR).rem_euclid(DAY);
    if since < DAY / 2 { -since } else { DAY - since }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_checkpoint_of_each_day_is_kept_once_also_where_the_clock_goes_back_over_midnight()
{
    let mut moved = Moved::opened_at(to_midnight() - 2 * HOUR).await;
    let mut evening = None;
    for _ in 0..3 {
        moved.bureau.clock.advance(HOUR / 2);
        moved.record().await.unwrap();
        evening = Some(moved.sign().await);
    }
    let evening = evening.unwrap();
    assert_eq!(moved.kept().await, [] as [u64; 0], "its day is not over");
    moved.bureau.clock.advance(HOUR);
    moved.record().await.unwrap();
    let morning = moved.sign().await;
    assert!(day(evening.signed_at) < day(morning.signed_at));
    let kept = [evening.checkpoint.size];
    assert_eq!(moved.kept().await, kept);
    // Back over midnight: the entries' time stays in the new day, and with it the checkpoints'.
    for hours in [-1, 1, -2, 3] {
        moved.bureau.clock.advance(hours * HOUR);
        moved.record().await.unwrap();
        assert_eq!(day(moved.sign().await.signed_at), day(morning.signed_at));
        assert_eq!(moved.kept().await, kept);
    }
    moved.end().await;
}

/// An entry before midnight and its checkpoint after it: then the clock's going back is also the
/// checkpoints'.
#[tokio::test]
async fn a_day_that_comes_a_second_time_keeps_its_last_checkpoint_again() {
    let mut moved = Moved::opened_at(to_midnight() - HOUR).await;
    moved.record().await.unwrap();
    let evening = moved.sign().await;
    // Recorded in the evening, by a program that is gone before it signs; signed in the morning.
    let unsigned = moved.record_unsigned().await;
    moved.bureau.clock.advance(2 * HOUR);
    let morning = moved.sign().await;
    assert_eq!(morning.checkpoint.size, unsigned + 1);
    assert!(day(evening.signed_at) < day(morning.signed_at));
    assert_eq!(moved.kept().await, [evening.checkpoint.size]);
    moved.bureau.clock.advance(-2 * HOUR);
    moved.record().await.unwrap();
    let evening_again = moved.sign().await;
    assert_eq!(day(evening_again.signed_at), day(evening.signed_at));
    moved.bureau.clock.advance(2 * HOUR);
    moved.record().await.unwrap();
    let morning_again = moved.sign().await;
    assert_eq!(day(morning_again.signed_at), day(morning.signed_at));
    let kept = moved.kept().await;
    assert_eq!(kept, [evening.checkpoint.size, evening_again.checkpoint.size]);
    moved.end().await;
}
