//! Read models hold what the entries give, whoever fills them, in whatever order and however often.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ledger::LedgerId;
use projections::check::check;
use projections::payments::{self, PaymentFilter, Status};
use projections::projector::{catch_up, catch_up_or_rebuild};
use projections::rebuild::rebuild;
use projections::totals::{Answer, Basis, Dimension, Measure, Totals, TotalsFilter};
use projections::trail::{self, Subject};
use projections::{ProjectionError, ReadModel};
use serde_json::json;
use sqlx::{Connection, Executor, PgConnection, PgPool};
use tests::bureau::{Bureau, LEDGER};
use tests::read_models::{contents, empty};

/// A second ledger in the same database.
const NEIGHBOUR: &str = "cn-320411";

fn ledger() -> LedgerId {
    LedgerId::parse(LEDGER).unwrap()
}

/// A ledger with an event of every type in it.
async fn busy_bureau() -> Bureau {
    let bureau = Bureau::new().await;
    bureau.record_everything(LEDGER).await;
    bureau
}

/// Position of the last entry.
async fn last(bureau: &Bureau) -> u64 {
    bureau.size().await - 1
}

/// The tables of a read model; `record_everything` gives each of them a row.
fn tables_of(model: ReadModel) -> &'static [&'static str] {
    match model {
        ReadModel::Payments => &["payments", "settlements", "returns", "recoveries", "reversals"],
        ReadModel::Funds => &["funds", "receipts"],
        ReadModel::Stores => &["stores", "stock"],
        ReadModel::Grants => &["grants", "grant_stops", "deaths"],
        ReadModel::Periods => &["period_steps", "late_entries"],
        ReadModel::Trail => &["trail"],
    }
}

async fn assert_right(pool: &PgPool, when: &str) {
    assert_eq!(check(pool, &ledger()).await.unwrap(), vec![], "{when}");
}

#[tokio::test(flavor = "multi_thread")]
async fn projectors_at_once_apply_each_entry_once() {
    let bureau = busy_bureau().await;
    let programs = [bureau.another_program().await, bureau.another_program().await];
    let recorded = Arc::new(AtomicBool::new(false));
    let mut projectors = Vec::new();
    for program in programs.iter().cycle().take(6) {
        let (pool, recorded) = (program.pool().clone(), recorded.clone());
        projectors.push(tokio::spawn(async move {
            let mut reached = None;
            while !recorded.load(Ordering::SeqCst) {
                let now = catch_up(&pool, &ledger()).await.unwrap();
                assert!(now >= reached, "the read models went back from {reached:?} to {now:?}");
                reached = now;
            }
        }));
    }
    for n in 0..40 {
        bureau.record_many(n * 25..(n + 1) * 25).await;
        let reversal = json!({"id": format!("undo-{n}"), "payment": format!("row-{}", n * 25),
                              "reason": "错", "occurredOn": "2020-12-20"});
        bureau.recorded("reversePayment", reversal).await;
    }
    recorded.store(true, Ordering::SeqCst);
    for projector in projectors {
        projector.await.unwrap();
    }
    let (pool, last) = (programs[0].pool(), last(&bureau).await);
    assert_eq!(catch_up(pool, &ledger()).await.unwrap(), Some(last));
    assert_right(pool, "after six projectors").await;
    // An entry applied twice would be summed twice, one left out not at all.
    let (payments, reversals, paid): (i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from read_models.payments where programme = 'minimum-living-allowance'),
             (select count(*) from read_models.reversals), (select paid_fen from read_models.funds where code = 'fiscal')",
    )
    .fetch_one(pool)
    .await
    .unwrap();
    // Beside the many: 1,500 yuan by the grant, 2,000 for the fire, 300, twice 200 and in advance 600 by batches,
    // 250 late, and what was reversed: a subsidy, and what came back and was given up.
    let aid = 1500 + 2000 + 300 + 400 + 600 + 250;
    assert_eq!((payments, reversals, paid), (1001, 42, (960 + aid) * 100));
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_model_behind_the_others_is_caught_up() {
    let bureau = busy_bureau().await;
    bureau.record_many(0..20).await;
    bureau.book().await.catch_up().await.unwrap();
    let (pool, last) = (bureau.books.pool(), last(&bureau).await);
    let mut administrator = bureau.place.administrator_session().await;
    let before = contents(&mut administrator).await;
    for model in ReadModel::ALL {
        // All are empty but one.
        empty(&mut administrator).await;
        assert_eq!(rebuild(pool, &ledger(), &[model]).await.unwrap(), Some(last));
        assert_right(pool, &format!("{model} alone")).await;
        let alone = contents(&mut administrator).await;
        for table in tables_of(model) {
            assert_eq!(alone[*table], before[*table], "{table}");
        }
        assert_eq!(catch_up(pool, &ledger()).await.unwrap(), Some(last));
        assert_eq!(contents(&mut administrator).await, before, "after {model} alone");
    }
    // One is empty, the others are not.
    for model in ReadModel::ALL {
        lose(&mut administrator, model).await;
        assert_right(pool, &format!("without {model}")).await;
        assert_eq!(catch_up(pool, &ledger()).await.unwrap(), Some(last));
        assert_eq!(contents(&mut administrator).await, before, "after {model} was lost");
    }
    administrator.close().await.unwrap();
    bureau.check_ledger().await;
}

/// Empties a read model, each of whose tables must hold something.
async fn lose(administrator: &mut PgConnection, model: ReadModel) {
    for table in tables_of(model) {
        let delete = format!("delete from read_models.{table}");
        let done = administrator.execute(delete.as_str()).await.unwrap();
        assert!(done.rows_affected() > 0, "{table} was empty before");
    }
    let lower =
        format!("update read_models.cursors set position = -1 where read_model = '{model}'");
    administrator.execute(lower.as_str()).await.unwrap();
}

/// The files that the tables of a read model lie in: emptying a table as a whole gives it another.
async fn files_of(administrator: &mut PgConnection, model: ReadModel) -> Vec<i64> {
    let mut files = Vec::new();
    for table in tables_of(model) {
        let file = format!("select pg_relation_filenode('read_models.{table}')::bigint");
        files.push(sqlx::query_scalar(&file).fetch_one(&mut *administrator).await.unwrap());
    }
    files
}

/// Every row of a read model and its cursor, with where it lies and which transaction wrote it.
async fn rows_of(administrator: &mut PgConnection, model: ReadModel) -> Vec<String> {
    let tables = tables_of(model).iter().map(|table| format!("read_models.{table} as t"));
    let cursor = format!("read_models.cursors as t where read_model = '{model}'");
    let mut rows = Vec::new();
    for from in tables.chain([cursor]) {
        let of_one = format!("select concat_ws(' ', t.ctid, t.xmin, t) from {from} order by 1");
        let of_one: Vec<String> =
            sqlx::query_scalar(&of_one).fetch_all(&mut *administrator).await.unwrap();
        rows.extend(of_one);
    }
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_far_behind_is_rebuilt_and_nothing_else_is_touched() {
    const FAR: i64 = 10;
    let bureau = busy_bureau().await;
    bureau.book().await.catch_up().await.unwrap();
    let (pool, last) = (bureau.books.pool(), last(&bureau).await);
    let mut administrator = bureau.place.administrator_session().await;
    let before = contents(&mut administrator).await;
    for model in ReadModel::ALL {
        lose(&mut administrator, model).await;
        let its_files = files_of(&mut administrator, model).await;
        let mut others = Vec::new();
        for other in ReadModel::ALL.into_iter().filter(|other| *other != model) {
            let files = files_of(&mut administrator, other).await;
            others.push((other, files, rows_of(&mut administrator, other).await));
        }
        assert_eq!(catch_up_or_rebuild(pool, &ledger(), FAR).await.unwrap(), Some(last));
        assert_eq!(contents(&mut administrator).await, before, "after {model} was lost");
        for (old, new) in its_files.iter().zip(files_of(&mut administrator, model).await) {
            assert_ne!(*old, new, "{model} was not rebuilt");
        }
        for (other, files, rows) in others {
            assert_eq!(files_of(&mut administrator, other).await, files, "{other} with {model}");
            assert_eq!(rows_of(&mut administrator, other).await, rows, "{other} with {model}");
        }
    }
    // Two are far behind, at two places.
    lose(&mut administrator, ReadModel::Grants).await;
    let cut = "delete from read_models.trail where position > 5;
         update read_models.cursors set position = 5 where read_model = 'trail'";
    administrator.execute(cut).await.unwrap();
    assert_eq!(catch_up_or_rebuild(pool, &ledger(), FAR).await.unwrap(), Some(last));
    assert_eq!(contents(&mut administrator).await, before, "after two were lost");
    administrator.close().await.unwrap();
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn read_models_that_stand_at_three_places_meet_at_the_last_entry() {
    let bureau = busy_bureau().await;
    bureau.record_many(0..20).await;
    bureau.book().await.catch_up().await.unwrap();
    let (pool, last) = (bureau.books.pool(), i64::try_from(last(&bureau).await).unwrap());
    let mut administrator = bureau.place.administrator_session().await;
    let before = contents(&mut administrator).await;
    // In the middle of the list, in the middle of the entries before it, and before the first. The month of what is
    // late was closed by steps that stand already, by some that stand and some that come, and by such that come.
    for (payments, trail, grants, periods) in
        [(last - 5, 8, -1, 68), (5, last - 1, -1, 66), (9, 9, 3, -1)]
    {
        let cut = format!(
            "delete from read_models.payments where position > {payments};
             delete from read_models.settlements where position > {payments};
             delete from read_models.returns where position > {payments};
             delete from read_models.recoveries where position > {payments};
             delete from read_models.reversals where position > {payments};
             delete from read_models.trail where position > {trail};
             delete from read_models.grants where position > {grants};
             delete from read_models.grant_stops where position > {grants};
             delete from read_models.deaths where position > {grants};
             delete from read_models.period_steps where position > {periods};
             delete from read_models.late_entries where position > {periods};
             update read_models.cursors set position = case read_model
                 when 'payments' then {payments} when 'trail' then {trail}
                 when 'periods' then {periods} else {grants} end
             where read_model in ('payments', 'trail', 'grants', 'periods')"
        );
        administrator.execute(cut.as_str()).await.unwrap();
        let places = format!(
            "payments at {payments}, trail at {trail}, grants at {grants}, periods at {periods}"
        );
        assert_right(pool, &places).await;
        assert_ne!(contents(&mut administrator).await, before);
        assert_eq!(catch_up(pool, &ledger()).await.unwrap(), u64::try_from(last).ok());
        assert_eq!(contents(&mut administrator).await, before, "{places}");
    }
    administrator.close().await.unwrap();
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn catching_up_and_rebuilding_give_identical_tables() {
    let bureau = busy_bureau().await;
    let neighbour = LedgerId::parse(NEIGHBOUR).unwrap();
    let mut administrator = bureau.place.administrator_session().await;
    // First with tables of one ledger, which are emptied as a whole, then with two ledgers in them.
    for ledgers in [vec![ledger()], vec![ledger(), neighbour]] {
        if ledgers.len() == 2 {
            bureau.open_ledger(NEIGHBOUR).await;
            bureau.record_everything(NEIGHBOUR).await;
        }
        for book in bureau.books.ledgers().await.unwrap() {
            book.catch_up().await.unwrap();
        }
        let pool = bureau.books.pool();
        let before = contents(&mut administrator).await;
        for ledger in &ledgers {
            let stands_at = rebuild(pool, ledger, &ReadModel::ALL).await.unwrap();
            assert_eq!(stands_at, Some(74));
            assert_eq!(contents(&mut administrator).await, before, "{ledger} rebuilt");
            for model in ReadModel::ALL {
                rebuild(pool, ledger, &[model]).await.unwrap();
            }
            assert_eq!(contents(&mut administrator).await, before, "{ledger} rebuilt in parts");
        }
        // All at once from nothing, with one batch and no other projector.
        empty(&mut administrator).await;
        for ledger in &ledgers {
            assert_eq!(catch_up(pool, ledger).await.unwrap(), Some(74));
        }
        assert_eq!(contents(&mut administrator).await, before, "caught up from nothing");
    }
    administrator.close().await.unwrap();
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_without_entries_has_nothing_to_catch_up() {
    let bureau = Bureau::new().await;
    let (pool, nobody) = (bureau.books.pool(), LedgerId::parse("cn-000000").unwrap());
    assert_eq!(catch_up(pool, &nobody).await.unwrap(), None);
    assert_eq!(rebuild(pool, &nobody, &ReadModel::ALL).await.unwrap(), None);
    assert_eq!(check(pool, &nobody).await.unwrap(), vec![]);
    bureau.check_ledger().await;
}

async fn totals_of(totals: &Totals) -> Vec<Answer> {
    let mut answers = Vec::new();
    for measure in [
        Measure::Net,
        Measure::Gross,
        Measure::Instructed,
        Measure::Settled,
        Measure::Returned,
        Measure::Recovered,
        Measure::Waived,
        Measure::Received,
        Measure::Allotted,
    ] {
        for basis in [Basis::Occurred, Basis::Entitlement] {
            let ledgers = vec![ledger()];
            let filter = TotalsFilter { ledgers, measure, basis, ..TotalsFilter::default() };
            let groups = vec![Dimension::Programme, Dimension::FundSource, Dimension::Month];
            answers.push(totals.answer(filter, groups).await.unwrap());
        }
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_are_the_same_after_a_rebuild_and_see_what_it_mends() {
    let bureau = busy_bureau().await;
    bureau.record_many(0..50).await;
    bureau.book().await.catch_up().await.unwrap();
    let (pool, totals) = (bureau.books.pool(), bureau.books.totals());
    let before = totals_of(totals).await;
    rebuild(pool, &ledger(), &ReadModel::ALL).await.unwrap();
    assert_eq!(totals_of(totals).await, before);
    // Somebody changes a payment, what came in of one, and a receipt; a program that starts now takes them into
    // memory.
    let mut administrator = bureau.place.administrator_session().await;
    for (table, model) in [
        ("payments", ReadModel::Payments),
        ("recoveries", ReadModel::Payments),
        ("receipts", ReadModel::Funds),
    ] {
        let change = format!(
            "update read_models.{table} set amount_fen = amount_fen + 1
             where position = (select max(position) from read_models.{table})"
        );
        administrator.execute(change.as_str()).await.unwrap();
        let misled = Totals::new(pool.clone());
        assert_ne!(totals_of(&misled).await, before, "{table} changed");
        // The same read models stand at the same position again, only right: memory must notice.
        rebuild(pool, &ledger(), &[model]).await.unwrap();
        assert_eq!(totals_of(&misled).await, before, "{table} rebuilt");
    }
    administrator.close().await.unwrap();
    bureau.check_ledger().await;
}

/// All pages one after another, each held to its size, and `more` to whether more came.
async fn all_pages<T>(
    first: u32,
    mut page: impl AsyncFnMut(Option<u64>) -> Result<(Vec<T>, bool), ProjectionError>,
    position: impl Fn(&T) -> u64,
) -> Vec<T> {
    let mut all: Vec<T> = Vec::new();
    loop {
        let (rows, more) = page(all.last().map(&position)).await.unwrap();
        if more {
            assert_eq!(rows.len(), usize::try_from(first).unwrap(), "a page is full or the last");
        } else {
            assert!(all.is_empty() || !rows.is_empty(), "more was promised and did not come");
        }
        all.extend(rows);
        if !more {
            return all;
        }
    }
}

/// Sixty payments with a dozen reversals between them: positions of the payments, and each payment
/// that was reversed with the place of its reversal.
async fn much_reversed(bureau: &Bureau) -> (Vec<u64>, Vec<(u64, u64)>) {
    let (mut paid, mut undone) = (Vec::new(), Vec::new());
    for n in 0..6 {
        paid.extend(bureau.record_many(n * 10..n * 10 + 10).await);
        for row in [n * 10, n * 5 + 3] {
            let reversal = json!({"id": format!("undo-{row}"), "payment": format!("row-{row}"),
                                  "reason": "错", "occurredOn": "2020-12-20"});
            let receipt = bureau.recorded("reversePayment", reversal).await;
            let payment = paid[usize::try_from(row).unwrap()];
            undone.push((payment, receipt["position"].as_u64().unwrap()));
        }
    }
    bureau.book().await.catch_up().await.unwrap();
    (paid, undone)
}

/// Where `record_everything` has its payments; the third is reversed, the fourth is goods of no fund, the last is
/// late, batches made the others.
const EARLIER: [u64; 11] = [5, 6, 7, 11, 29, 39, 40, 41, 53, 62, 69];

/// What it reverses: the third, and what came back and was given up.
const UNDONE: [(u64, u64); 2] = [(7, 8), (41, 54)];

/// Where it has what other officers than `w-017` recorded.
const BY_OTHERS: [RangeInclusive<u64>; 3] = [23..=53, 58..=68, 70..=74];

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_payments_give_each_once_in_the_order_of_recording() {
    let bureau = busy_bureau().await;
    let (paid, mut undone) = much_reversed(&bureau).await;
    undone.extend(UNDONE);
    undone.sort_unstable();
    let (pool, ledger, book) = (bureau.books.pool(), ledger(), bureau.book().await);
    let everything = [&EARLIER[..], &paid].concat();
    let of_the_fund = [&EARLIER[..3], &EARLIER[4..], &paid].concat();
    let (reversed, standing): (Vec<u64>, Vec<u64>) =
        everything.iter().partition(|at| undone.iter().any(|(payment, _)| payment == *at));
    let every = PaymentFilter::default;
    let with = |status| PaymentFilter { status: Some(status), ..every() };
    for (filter, expected) in [
        (every(), everything),
        (PaymentFilter { funds: Some(vec![book.fund_id("fiscal")]), ..every() }, of_the_fund),
        (with(Status::Reversed), reversed),
        (with(Status::Recorded), standing),
        (PaymentFilter { officer: Some("nobody".to_owned()), ..every() }, vec![]),
    ] {
        let mut expected_undone = undone.clone();
        expected_undone.retain(|(payment, _)| expected.contains(payment));
        for first in [1, 2, 7, 64, payments::LONGEST_PAGE] {
            let page = async |after| {
                let page = payments::list(pool, &ledger, &filter, first, after).await?;
                Ok((page.rows, page.more))
            };
            let listed = all_pages(first, page, |payment| payment.position).await;
            let positions: Vec<_> = listed.iter().map(|payment| payment.position).collect();
            assert_eq!(positions, expected, "{first} a page, {filter:?}");
            let undone: Vec<_> = listed
                .iter()
                .filter_map(|payment| Some((payment.position, payment.reversed.as_ref()?.position)))
                .collect();
            assert_eq!(undone, expected_undone, "{first} a page, {filter:?}");
        }
    }
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_trail_give_each_entry_once_in_order() {
    let bureau = busy_bureau().await;
    let (paid, undone) = much_reversed(&bureau).await;
    let (pool, ledger, book) = (bureau.books.pool(), ledger(), bureau.book().await);
    // Some of it comes from the table of links and some from the payments' own columns.
    let mut of_the_fund =
        vec![1, 2, 5, 6, 7, 8, 14, 29, 39, 40, 41, 43, 44, 45, 47, 53, 54, 55, 56, 57, 62, 69];
    of_the_fund.extend(&paid);
    of_the_fund.extend(undone.iter().map(|(_, reversal)| *reversal));
    of_the_fund.sort_unstable();
    let size = bureau.size().await;
    for (subject, expected) in [
        (
            Subject::Officer("w-017".to_owned()),
            (1..size).filter(|at| !BY_OTHERS.iter().any(|range| range.contains(at))).collect(),
        ),
        (Subject::Batch(book.batch_id("b-1")), (24..=29).collect()),
        // Its steps, its payments, what the bank answered in two files, what was given up, what was asked back, its
        // end.
        (
            Subject::Batch(book.batch_id("b-3")),
            (34..=41).chain(43..=45).chain([47]).chain(54..=58).collect(),
        ),
        // Its steps, its payment, and who looked at it.
        (Subject::Batch(book.batch_id("b-5")), (59..=64).chain([72]).collect()),
        (Subject::Payment(book.payment_id("b-3-1")), vec![39, 43, 55, 56, 57]),
        // What came back was paid out again.
        (Subject::Payment(book.payment_id("b-3-2")), vec![40, 44, 53]),
        (Subject::Payment(book.payment_id("b-3-3")), vec![41, 45, 47, 54]),
        (Subject::Fund(book.fund_id("fiscal")), of_the_fund),
        (Subject::Payment(book.payment_id("row-0")), vec![undone[0].0, undone[0].1]),
        (Subject::Fund(book.fund_id("township")), vec![12, 13, 14, 15]),
        (Subject::Grant(book.grant_id("g-1")), vec![4, 5, 16]),
        (Subject::Store(book.store_id("st-1")), vec![9, 10, 11]),
        (Subject::Document("PZ-1".to_owned()), vec![5]),
        (Subject::Document("追回〔2020〕1号".to_owned()), vec![55]),
        (Subject::Document("临救补〔2020〕1号".to_owned()), vec![63]),
        (Subject::Document("反结账〔2020〕1号".to_owned()), vec![70]),
        (Subject::Document("民函〔2020〕88号".to_owned()), vec![73]),
        (Subject::Document("核实〔2020〕3号".to_owned()), vec![74]),
        (Subject::Officer("w-023".to_owned()), vec![27, 37, 51, 61, 62, 68, 71, 74]),
        (Subject::Document("PZ-0".to_owned()), vec![]),
    ] {
        for first in [1, 2, 7, 64, trail::LONGEST_PAGE] {
            let page = async |after| {
                let trail = trail::of(pool, &ledger, &subject, first, after).await?;
                Ok((trail.positions, trail.more))
            };
            let positions = all_pages(first, page, |position| *position).await;
            assert_eq!(positions, expected, "{first} a page, {subject:?}");
        }
    }
    bureau.check_ledger().await;
}
