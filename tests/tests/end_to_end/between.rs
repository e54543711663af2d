//! Another program that records and signs between any two messages of one that signs, or that opens
//! the ledger: neither takes the other's newer state for a history that was lost.

use tests::bureau::{Bureau, LEDGER};
use tests::gate::{Disturbance, Gate};
use tests::shown::Shown;

/// Records and signs through another program of the ledger.
async fn another_signs(bureau: &Bureau, number: u32) -> u64 {
    bureau.record_many(number..number + 1).await;
    bureau.book().await.checkpoint().await.unwrap().checkpoint.size
}

async fn bureau_with_gate() -> (Bureau, Gate) {
    let bureau = Bureau::new().await;
    bureau.fund("90000000", &["minimum-living-allowance"]).await;
    let gate = Gate::start(&bureau).await;
    (bureau, gate)
}

/// Lets everything through from now on, also what came only after all was done.
fn free(gate: &Gate, let_go: bool) {
    if gate.disarm() && !let_go {
        gate.let_go();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_signs_is_not_misled_by_another_that_signs_at_any_moment() {
    let (bureau, gate) = bureau_with_gate().await;
    let books = gate.books(&bureau).await.unwrap();
    let book = books.book(LEDGER).await.unwrap();
    let mut shown = Shown::of(&book, bureau.place.data().checkpoint(&LEDGER));
    let mut session = bureau.place.administrator_session().await;
    for tried in 0.. {
        another_signs(&bureau, 2 * tried).await;
        gate.arm(Disturbance::Held, tried);
        let mut signing = Box::pin(book.checkpoint());
        let (signed, struck) = tokio::select! {
            signed = &mut signing => (signed, false),
            () = gate.struck() => {
                another_signs(&bureau, 2 * tried + 1).await;
                gate.let_go();
                (signing.await, true)
            }
        };
        free(&gate, struck);
        let signed = signed.unwrap_or_else(|fault| panic!("{tried}: {}", fault.public()));
        assert!(book.halted().is_none(), "{tried}: recording has stopped");
        shown.given(&signed.note);
        shown.hold(&mut session).await;
        if !struck {
            eprintln!("another signs while one signs: {tried} points tried");
            assert!(tried >= 4, "only {tried} points were reached");
            break;
        }
    }
    drop((book, books));
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_opens_a_ledger_is_not_misled_by_another_that_signs_at_any_moment() {
    let (bureau, gate) = bureau_with_gate().await;
    let file = bureau.place.data().checkpoint(&LEDGER);
    let mut shown = Shown::of(&*bureau.book().await, file);
    let mut session = bureau.place.administrator_session().await;
    for tried in 0.. {
        gate.arm(Disturbance::Held, tried);
        let mut opening = Box::pin(async {
            let books = gate.books(&bureau).await.unwrap();
            books.book(LEDGER).await.map(|book| (books, book))
        });
        let (opened, struck) = tokio::select! {
            opened = &mut opening => (opened, false),
            () = gate.struck() => {
                another_signs(&bureau, tried).await;
                gate.let_go();
                (opening.await, true)
            }
        };
        free(&gate, struck);
        let (_books, book) = opened.unwrap_or_else(|error| panic!("{tried}: {error:?}"));
        shown.given(&book.checkpoint().await.unwrap().note);
        shown.hold(&mut session).await;
        if !struck {
            eprintln!("another signs while one opens the ledger: {tried} points tried");
            assert!(tried >= 20, "only {tried} points were reached");
            break;
        }
    }
    bureau.check_ledger().await;
}
