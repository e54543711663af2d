//! Work on the read models that is dropped midway, because a client hung up or a program left: what
//! stands is right, the next one completes it, and nobody gets a session with something left in it.

use ledger::LedgerId;
use projections::check::check;
use projections::projector::catch_up;
use projections::rebuild::rebuild;
use projections::statements::{self, Recipient};
use projections::totals::{Dimension, Totals, TotalsFilter};
use projections::{ReadModel, stores};
use sqlx::{Connection, PgConnection, PgPool};
use tests::bureau::{Bureau, LEDGER};
use tests::cut_short::{Cuts, sessions_are_at_rest};
use tests::read_models::{contents, empty, indexes};

/// More entries than the projector takes in one transaction.
const MORE_THAN_A_BATCH: u32 = 10_500;

fn ledger() -> LedgerId {
    LedgerId::parse(LEDGER).unwrap()
}

async fn assert_right(pool: &PgPool, when: &str) {
    assert_eq!(check(pool, &ledger()).await.unwrap(), vec![], "{when}");
}

/// Cuts a catch-up from nothing short, again and again and later each time, until it gets through.
async fn catch_ups_cut_short(bureau: &Bureau, mut cuts: Cuts) {
    bureau.book().await.catch_up().await.unwrap();
    let last = Some(bureau.size().await - 1);
    let mut administrator = bureau.place.administrator_session().await;
    let before = contents(&mut administrator).await;
    // A program that does nothing else, so that whatever happens to its sessions was done here.
    let database = bureau.place.database().await;
    let pool = database.pool();
    while cuts.go_on() {
        empty(&mut administrator).await;
        let outcome = cuts.short(catch_up(pool, &ledger())).await;
        let when = format!("{outcome:?}, {cuts:?}");
        sessions_are_at_rest(pool, &mut administrator).await;
        assert_right(pool, &when).await;
        assert_eq!(catch_up(pool, &ledger()).await.unwrap(), last, "{when}");
        assert_eq!(contents(&mut administrator).await, before, "{when}");
        if let Some(reached) = outcome {
            assert_eq!(reached.unwrap(), last, "{when}");
        }
    }
    administrator.close().await.unwrap();
    database.close().await.unwrap();
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catch_up_cut_short_at_any_point_is_completed_by_the_next() {
    let bureau = Bureau::new().await;
    bureau.record_everything(LEDGER).await;
    catch_ups_cut_short(&bureau, Cuts::everywhere()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_catch_up_cut_short_is_completed_by_the_next() {
    let bureau = Bureau::new().await;
    bureau.record_everything(LEDGER).await;
    bureau.record_many(0..MORE_THAN_A_BATCH).await;
    catch_ups_cut_short(&bureau, Cuts::ever_further()).await;
}

/// Cuts a rebuild short, again and again and later each time, until it gets through.
async fn rebuilds_cut_short(bureau: &Bureau, mut cuts: Cuts) {
    bureau.book().await.catch_up().await.unwrap();
    let last = Some(bureau.size().await - 1);
    let mut administrator = bureau.place.administrator_session().await;
    let before = (contents(&mut administrator).await, indexes(&mut administrator).await);
    let database = bureau.place.database().await;
    let pool = database.pool();
    while cuts.go_on() {
        let outcome = cuts.short(rebuild(pool, &ledger(), &ReadModel::ALL)).await;
        let when = format!("{outcome:?}, {cuts:?}");
        sessions_are_at_rest(pool, &mut administrator).await;
        // All or nothing: whether it came to its commit or not, the same rows stand.
        let after = (contents(&mut administrator).await, indexes(&mut administrator).await);
        assert_eq!(after, before, "{when}");
        assert_eq!(catch_up(pool, &ledger()).await.unwrap(), last, "{when}");
        if let Some(reached) = outcome {
            assert_eq!(reached.unwrap(), last, "{when}");
        }
    }
    assert_right(pool, "rebuilt at last").await;
    administrator.close().await.unwrap();
    database.close().await.unwrap();
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_cut_short_at_any_point_leaves_everything_as_it_was() {
    let bureau = Bureau::new().await;
    bureau.record_everything(LEDGER).await;
    rebuilds_cut_short(&bureau, Cuts::everywhere()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_rebuild_cut_short_leaves_everything_as_it_was() {
    let bureau = Bureau::new().await;
    bureau.record_everything(LEDGER).await;
    bureau.record_many(0..MORE_THAN_A_BATCH).await;
    rebuilds_cut_short(&bureau, Cuts::ever_further()).await;
}

/// Cuts a question short at every point and gives the answers that came nevertheless; each time the
/// sessions must be fit for whoever comes next.
async fn question_cut_short<T>(
    pool: &PgPool,
    administrator: &mut PgConnection,
    question: impl AsyncFn() -> T,
) -> Vec<T> {
    let (mut cuts, mut answers) = (Cuts::everywhere(), Vec::new());
    while cuts.go_on() {
        answers.extend(cuts.short(question()).await);
        sessions_are_at_rest(pool, administrator).await;
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_nobody_waits_for_leaves_its_session_fit_for_others() {
    let bureau = Bureau::new().await;
    bureau.record_everything(LEDGER).await;
    bureau.book().await.catch_up().await.unwrap();
    let mut administrator = bureau.place.administrator_session().await;
    let database = bureau.place.database().await;
    let (pool, ledger) = (database.pool(), ledger());
    let ask = async || check(pool, &ledger).await.unwrap();
    for differences in question_cut_short(pool, &mut administrator, ask).await {
        assert_eq!(differences, vec![]);
    }
    let ask = async || stores::list(pool, &ledger).await.unwrap();
    for stores in question_cut_short(pool, &mut administrator, ask).await {
        assert_eq!(stores.len(), 1);
    }
    let payee = payee(&bureau).await;
    let ask = async || statements::of(pool, &ledger, payee, None, None).await.unwrap();
    for statement in question_cut_short(pool, &mut administrator, ask).await {
        assert_eq!(statement.payments.len(), 1);
    }
    administrator.close().await.unwrap();
    database.close().await.unwrap();
    bureau.check_ledger().await;
}

/// The household of the grant.
async fn payee(bureau: &Bureau) -> Recipient {
    let number = people::HouseholdNumber::parse("ZL-1").unwrap();
    let (book, households) = (bureau.book().await, bureau.books.people().households());
    let found = households.find(book.pool(), book.domain_id(), &[&number]).await.unwrap();
    Recipient::Household(found[0].as_ref().unwrap().subject().id)
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_that_nobody_waited_for_are_right_for_the_next_who_asks() {
    let bureau = Bureau::new().await;
    bureau.record_everything(LEDGER).await;
    bureau.record_many(0..3000).await;
    bureau.book().await.catch_up().await.unwrap();
    let mut administrator = bureau.place.administrator_session().await;
    let database = bureau.place.database().await;
    let pool = database.pool();
    let ask = async |totals: &Totals| {
        let filter = TotalsFilter { ledgers: vec![ledger()], ..TotalsFilter::default() };
        let groups = vec![Dimension::Programme, Dimension::Month];
        totals.answer(filter, groups).await.unwrap()
    };
    let expected = ask(&Totals::new(pool.clone())).await;
    assert_eq!(expected.total.payments, 3008);
    let mut cuts = Cuts::everywhere();
    while cuts.go_on() {
        let totals = Totals::new(pool.clone());
        let answer = cuts.short(ask(&totals)).await;
        sessions_are_at_rest(pool, &mut administrator).await;
        assert_eq!(ask(&totals).await, expected, "{cuts:?}");
        assert_eq!(answer.unwrap_or_else(|| expected.clone()), expected, "{cuts:?}");
    }
    administrator.close().await.unwrap();
    database.close().await.unwrap();
    bureau.check_ledger().await;
}
