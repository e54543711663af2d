//! A full disk below PostgreSQL: what cannot be written is refused, nothing that was acknowledged is
//! lost, and once there is room it goes on.
//!
//! The server's files may not grow beyond a limit (RLIMIT_FSIZE), which needs no rights and no mount.
//! PostgreSQL takes that for a full disk, and on purpose: it ignores SIGXFSZ "so that ulimit violations
//! work like disk full". The tables are brought to the limit by rows that are rolled back. The limit is
//! above the 16 MiB that a segment of its log has: a log that cannot grow stops the server, which is
//! what [`crate::killed`] does. The checkpoint file on a full disk is in [`crate::failing_files`].

use api::books::{Book, ListOutcome, Recording};
use api::requests::PaymentRequest;
use domain::ids::OfficerId;
use sqlx::{ConnectOptions, Connection, Executor, PgConnection};
use tests::bureau::{check_ledgers, payments};
use tests::private::{PartWithLedger, close};
use tests::processes::Part;
use tests::scratch::ScratchDirectory;
use tests::shown::Shown;

const PART: &str = "disk_full::a_part_whose_database_can_grow_no_more";

/// Little more than a segment of PostgreSQL's log.
const KILOBYTES: u32 = 17 << 10;

/// Rows of a ledger that does not exist, shorter than those of one that does: what they leave free of a
/// page is too little for those.
const ENTRY: &str = "'x', n, 'x', n::text, 1, 'x', now(), gen_random_uuid(), 0, \
                     sha256(''), sha256(''), decode(repeat(md5(''), 4), 'hex')";
const ATTACHMENT: &str = "'x', n, sha256('')";
const TILE: &str = "'x', 0, n, decode(repeat(md5(n::text), 512), 'hex'), sha256('')";

#[tokio::test]
async fn a_full_disk_refuses_what_it_cannot_take_and_loses_nothing() {
    let place = ScratchDirectory::new();
    let data = place.join("data");
    Part::start_with_small_files(PART, data.to_str().unwrap(), KILOBYTES).finish();
}

/// Brings a table to the limit with rows that never stood.
async fn fill(administrator: &mut PgConnection, table: &str, row: &str) {
    // Nobody but this test makes room again.
    let keep = format!(
        "alter table {table} set (autovacuum_enabled = off, toast.autovacuum_enabled = off)"
    );
    administrator.execute(keep.as_str()).await.unwrap();
    let insert = format!("insert into {table} select {row} from generate_series(1, 1000000) as n");
    let error = administrator.execute(insert.as_str()).await.unwrap_err().to_string();
    assert!(error.contains("could not extend file"), "{error}");
}

async fn make_room(administrator: &mut PgConnection, table: &str) {
    administrator.execute(format!("vacuum {table}").as_str()).await.unwrap();
}

fn rows(name: &str, count: usize) -> Vec<PaymentRequest> {
    payments((0..count).map(|row| (format!("{name}-{row}"), format!("H-{name}-{row}"), 6)))
}

/// Whether a list was recorded. What is not must be refused for the database's sake.
async fn record(book: &Book, shown: &mut Shown, list: &[PaymentRequest]) -> bool {
    let officer = OfficerId::parse("w-017").unwrap();
    match book.record_list(&officer.clone().into(), list, Recording::Record).await {
        Ok(ListOutcome::Recorded(receipts)) => {
            receipts.iter().for_each(|r| shown.acknowledged(r.position, r.leaf));
            true
        }
        Ok(refused @ ListOutcome::Refused(_)) => panic!("{refused:?}"),
        Err(fault) => {
            assert!(fault.public().contains("数据库暂不可用"), "{}", fault.public());
            assert!(fault.cause().contains("could not extend file"), "{}", fault.cause());
            false
        }
    }
}

/// Records until the disk is full, one payment at a time and in lists, and goes on when there is room.
async fn recording(
    book: &Book,
    shown: &mut Shown,
    administrator: &mut PgConnection,
    (table, row): (&str, &str),
) {
    fill(administrator, table, row).await;
    // The last page may have room for some.
    let mut taken = 0;
    while record(book, shown, &rows(&format!("{table}-{taken}"), 1)).await {
        taken += 1;
        assert!(taken < 100, "{table} is not full");
    }
    let (refused, long) =
        (rows(&format!("{table}-{taken}"), 1), rows(&format!("{table}-long"), 600));
    for list in [&refused, &long] {
        let size = book.size().await.unwrap();
        assert!(!record(book, shown, list).await);
        assert_eq!(book.size().await.unwrap(), size, "nothing of it is recorded");
        // What is recorded can be read, and signed.
        shown.given(&book.checkpoint().await.unwrap().note);
        assert_eq!(shown.hold(administrator).await.size, size);
    }
    make_room(administrator, table).await;
    for list in [&refused, &long] {
        assert!(record(book, shown, list).await);
    }
    shown.given(&book.checkpoint().await.unwrap().note);
    shown.hold(administrator).await;
}

/// Without room for tiles there is no checkpoint, but entries are recorded.
async fn tiles(book: &Book, shown: &mut Shown, administrator: &mut PgConnection) {
    fill(administrator, "tiles", TILE).await;
    for n in 0..3 {
        assert!(record(book, shown, &rows(&format!("tiles-{n}"), 300)).await);
        let fault = book.checkpoint().await.expect_err("no tile can be written");
        assert!(!fault.is_refusal() && fault.cause().contains("could not extend file"), "{fault}");
    }
    assert!(book.halted().is_none());
    make_room(administrator, "tiles").await;
    let signed = book.checkpoint().await.unwrap();
    shown.given(&signed.note);
    assert_eq!(shown.hold(administrator).await.size, signed.checkpoint.size);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a part of other tests"]
async fn a_part_whose_database_can_grow_no_more() {
    let Some(PartWithLedger { books, book, mut shown, .. }) = PartWithLedger::begin().await else {
        return;
    };
    let mut administrator = books.database().administrator().connect().await.unwrap();
    assert!(record(&book, &mut shown, &rows("before", 10)).await);
    recording(&book, &mut shown, &mut administrator, ("entries", ENTRY)).await;
    recording(&book, &mut shown, &mut administrator, ("attachments", ATTACHMENT)).await;
    tiles(&book, &mut shown, &mut administrator).await;
    administrator.close().await.unwrap();
    drop(book);
    check_ledgers(&books).await;
    close(books).await;
}
