//! Programs killed (SIGKILL) at random moments under load, some of them together with the private
//! PostgreSQL: nothing that was acknowledged is lost, no checkpoint stands over entries that are not
//! there, and nothing forks. `make soak` does many more rounds of it.
//!
//! A kill takes what a process had in its memory, never what the system had taken from it to write;
//! only a power cut would. So this is about order, and the settings of [`crate::private_server`]
//! about durability.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use api::books::{Book, Books, ListOutcome, Receipt, Recording};
use api::database::{DataDirectory, Database, DatabaseSource};
use api::requests::PaymentRequest;
use domain::ids::OfficerId;
use ledger::hash::Hash;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::Connection;
use tests::bureau::{LEDGER, check_ledgers, payments};
use tests::chance::Chance;
use tests::private::{close, open, open_funded_ledger};
use tests::processes::{self, Listening, Part};
use tests::scratch::ScratchDirectory;
use tests::shown::Shown;

const PART: &str = "killed::a_part_that_records_and_signs_until_it_is_killed";

/// How many rounds `make soak` asks for.
const ROUNDS: &str = "MINGZHANG_SOAK_ROUNDS";

/// Who records single payments at the same time.
const CLERKS: u64 = 4;

fn officer() -> OfficerId {
    OfficerId::parse("w-017").unwrap()
}

/// One payment, which is the same whenever it is sent again.
fn payment(id: &str) -> PaymentRequest {
    payments(std::iter::once((id.to_owned(), format!("H-{id}"), 6))).remove(0)
}

/// A ledger with a fund that no load empties.
async fn make_ledger(data: &DataDirectory) -> Shown {
    let books = open(data).await;
    open_funded_ledger(&books).await;
    let shown = Shown::of(&books.book(LEDGER).await.unwrap(), data.checkpoint(&LEDGER));
    close(books).await;
    shown
}

/// What a part said, and what of it was never acknowledged.
#[derive(Default)]
struct Said {
    sent: BTreeSet<String>,
    recorded: BTreeSet<String>,
}

impl Said {
    fn take(&mut self, line: &str, shown: &mut Shown) {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["sends", id] => {
                self.sent.insert((*id).to_owned());
            }
            ["recorded", id, position, leaf] => {
                self.recorded.insert((*id).to_owned());
                shown.acknowledged(position.parse().unwrap(), Hash::parse(leaf).unwrap());
            }
            ["signed", note] => {
                let note = String::from_utf8(hex::decode(note).unwrap()).unwrap();
                shown.given(&note);
            }
            other => panic!("{other:?}"),
        }
    }
}

fn kill_server(data: &DataDirectory) {
    let lock = data.path().join("pg/cluster/postmaster.pid");
    let process = std::fs::read_to_string(lock).ok();
    let process = process.and_then(|text| text.lines().next()?.trim().parse().ok());
    // At the beginning of a round there may be none yet.
    if let Some(process) = process {
        let _ = kill(Pid::from_raw(process), Signal::SIGKILL);
    }
}

/// Kills the part and, once in three times, the server before or after it.
async fn kill_at_a_random_moment(
    part: Listening,
    data: &DataDirectory,
    chance: &mut Chance,
) -> Vec<String> {
    let server = chance.below(6);
    if server == 0 {
        kill_server(data);
        tokio::time::sleep(chance.time(60)).await;
    }
    let said = part.kill();
    if server == 1 {
        kill_server(data);
    }
    said
}

/// Loads the ledger until everything is killed, and takes in what was said until then. Whoever used the
/// server before leaves it when the part is there, or before, so that the part has to start it.
async fn round(
    number: u64,
    (data, before): (&DataDirectory, Option<Books>),
    chance: &mut Chance,
    shown: &mut Shown,
) -> Said {
    let mut said = Said::default();
    let start = || Part::start(PART, &format!("{number} {}", data.path().display())).listen();
    let part = if chance.one_in(4) {
        if let Some(books) = before {
            close(books).await;
        }
        let part = start();
        // While it starts, opens the ledger and signs over what the one before it left.
        tokio::time::sleep(chance.time(1_000)).await;
        part
    } else {
        let part = start();
        while said.recorded.is_empty() {
            said.take(&part.hear().expect("it records before it is killed"), shown);
        }
        if let Some(books) = before {
            close(books).await;
        }
        tokio::time::sleep(chance.time(700)).await;
        part
    };
    for line in kill_at_a_random_moment(part, data, chance).await {
        said.take(&line, shown);
    }
    said
}

/// Sends again what was sent: what was acknowledged stands, the rest stands or is recorded now, once.
async fn send_again(book: &Book, said: &Said, size: u64, shown: &mut Shown) {
    for id in said.sent.difference(&said.recorded).chain(said.recorded.first()) {
        let receipt = book.record_payment(&officer().into(), payment(id)).await.unwrap();
        assert!(receipt.already_recorded || receipt.position >= size, "{id}");
        assert!(receipt.already_recorded || !said.recorded.contains(id), "{id}");
        shown.acknowledged(receipt.position, receipt.leaf);
    }
}

/// Opens the ledger, signs and records on, and tells how many entries there are then.
async fn goes_on(books: &Books, said: &Said, size: u64, shown: &mut Shown) -> u64 {
    let book = books.book(LEDGER).await.unwrap();
    shown.given(&book.latest_checkpoint().borrow().as_ref().unwrap().note);
    send_again(&book, said, size, shown).await;
    let signed = book.checkpoint().await.unwrap();
    shown.given(&signed.note);
    assert_eq!(signed.checkpoint.size, book.size().await.unwrap());
    signed.checkpoint.size
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_killed_at_any_moment_loses_nothing_that_it_told_and_signs_nothing_that_it_lost()
{
    let rounds: u64 = std::env::var(ROUNDS).map_or(20, |rounds| rounds.parse().unwrap());
    let mut chance = Chance::printed();
    let scratch = ScratchDirectory::new();
    let data = DataDirectory::open(&scratch.join("data")).unwrap();
    let mut shown = make_ledger(&data).await;
    let mut books = None;
    for number in 0..rounds {
        let said = round(number, (&data, books.take()), &mut chance, &mut shown).await;
        // As the dead left it, before anybody signs anew.
        let source = DatabaseSource::Private(data.path().to_owned());
        let database = Database::connect(&source).await.unwrap();
        let mut session = database.session().await.unwrap();
        let size = shown.hold(&mut session).await.size;
        session.close().await.unwrap();
        let opened = open(&data).await;
        database.close().await.unwrap();
        let size = goes_on(&opened, &said, size, &mut shown).await;
        let (sent, recorded) = (said.sent.len(), said.recorded.len());
        eprintln!("round {number}: {sent} sent, {recorded} acknowledged, {size} entries");
        books = Some(opened);
    }
    let books = books.expect("there was a round");
    let mut session = books.database().session().await.unwrap();
    shown.hold(&mut session).await;
    session.close().await.unwrap();
    check_ledgers(&books).await;
    close(books).await;
    let (acknowledged, checkpoints) = shown.count();
    eprintln!("{rounds} rounds: {acknowledged} acknowledged, {checkpoints} checkpoints seen");
    assert!(acknowledged > 100 && checkpoints > 20, "there was load");
}

fn say_recorded(id: &str, receipt: &Receipt) {
    processes::say(&format!("recorded {id} {} {}", receipt.position, receipt.leaf));
}

/// Sends one payment after the other. A server that was killed first answers with faults.
async fn clerk(book: Arc<Book>, name: String) {
    for n in 0u32.. {
        let id = format!("{name}-{n}");
        processes::say(&format!("sends {id}"));
        match book.record_payment(&officer().into(), payment(&id)).await {
            Ok(receipt) => say_recorded(&id, &receipt),
            Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    }
}

/// Imports a small list now and then. Its rows are sent again one by one where nothing was heard of it.
async fn importer(book: Arc<Book>, name: String) {
    for n in 0u32.. {
        let ids: Vec<String> = (0..20).map(|row| format!("{name}-{n}-{row}")).collect();
        let rows: Vec<_> = ids.iter().map(|id| payment(id)).collect();
        ids.iter().for_each(|id| processes::say(&format!("sends {id}")));
        if let Ok(ListOutcome::Recorded(receipts)) =
            book.record_list(&officer().into(), &rows, Recording::Record).await
        {
            ids.iter().zip(&receipts).for_each(|(id, receipt)| say_recorded(id, receipt));
        }
        tokio::time::sleep(Duration::from_millis(90)).await;
    }
}

/// Says every checkpoint that it is given, those that nobody asked for and those that it asks for.
async fn inspector(book: Arc<Book>) {
    let say = |note: &str| processes::say(&format!("signed {}", hex::encode(note)));
    let mut latest = book.latest_checkpoint();
    loop {
        tokio::select! {
            changed = latest.changed() => changed.unwrap(),
            () = tokio::time::sleep(Duration::from_millis(12)) => {
                if let Ok(signed) = book.checkpoint().await {
                    say(&signed.note);
                }
            }
        }
        let known = latest.borrow_and_update().clone();
        say(&known.unwrap().note);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a part of other tests"]
async fn a_part_that_records_and_signs_until_it_is_killed() {
    let Some(argument) = processes::argument() else {
        return;
    };
    std::thread::spawn(|| {
        processes::wait_for_the_test();
        // The test has ended without killing this part.
        std::process::exit(1);
    });
    let (round, data) = argument.split_once(' ').unwrap();
    let books = open(&DataDirectory::open(Path::new(data)).unwrap()).await;
    let book = books.book(LEDGER).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..CLERKS {
        tasks.spawn(clerk(book.clone(), format!("r{round}-c{number}")));
    }
    tasks.spawn(importer(book.clone(), format!("r{round}-list")));
    tasks.spawn(inspector(book));
    tasks.join_all().await;
}
