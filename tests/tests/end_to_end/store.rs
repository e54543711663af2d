//! The ledger's face towards cqrs-es, with an aggregate of the domain and a writer on a database.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use api::verification;
use cqrs_es::{Aggregate, AggregateError, CqrsFramework, EventEnvelope, EventStore};
use domain::calendar::Day;
use domain::fund::{
    Fund, FundCommand, FundEvent, FundFacts, FundOpened, FundRefusal, FundsReceived, OpenFund,
    ReceiveFunds,
};
use domain::ids::{FundId, ProgrammeId, ReceiptId};
use domain::money::Money;
use domain::text::PlainName;
use domain::vocabulary::FundSource;
use ledger::store::{ACTOR, ExecuteError, LedgerStore, Loaded, Origin, POSITION, REQUEST};
use ledger::writer::{Recorded, SubmitError};
use ledger::{Actor, LedgerId, reader};
use sqlx::postgres::PgPoolOptions;
use tests::bureau::{Bureau, LEDGER};
use tokio::sync::Barrier;
use uuid::Uuid;

/// How many receipts each of two racing stores books.
const RECEIPTS: u32 = 25;

fn fund_id() -> FundId {
    FundId::from_uuid(Uuid::from_u128(0xF))
}

fn name(text: &str) -> PlainName {
    PlainName::parse(text).unwrap()
}

fn opening() -> FundCommand {
    FundCommand::OpenFund(OpenFund {
        fund: fund_id(),
        code: name("fiscal"),
        name: name("区级财政资金"),
        source: FundSource::Fiscal,
        level: None,
        budget_code: None,
        programmes: vec![ProgrammeId::parse("minimum-living-allowance").unwrap()],
    })
}

fn opened() -> FundEvent {
    FundEvent::FundOpened(FundOpened {
        fund: fund_id(),
        code: name("fiscal"),
        name: name("区级财政资金"),
        source: FundSource::Fiscal,
        level: None,
        budget_code: None,
        programmes: vec![ProgrammeId::parse("minimum-living-allowance").unwrap()],
    })
}

fn receiving(receipt: u32, fen: i64) -> FundCommand {
    FundCommand::ReceiveFunds(ReceiveFunds {
        fund: fund_id(),
        receipt: ReceiptId::from_uuid(Uuid::from_u128(receipt.into())),
        amount: Money::from_fen(fen).unwrap(),
        occurred_on: Day::new(2020, 1, 2).unwrap(),
        document: None,
        income: None,
    })
}

fn received(receipt: u32, fen: i64) -> FundEvent {
    FundEvent::FundsReceived(FundsReceived {
        fund: fund_id(),
        receipt: ReceiptId::from_uuid(Uuid::from_u128(receipt.into())),
        source: FundSource::Fiscal,
        amount_fen: Money::from_fen(fen).unwrap(),
        occurred_on: Day::new(2020, 1, 2).unwrap(),
        document: None,
        income: None,
    })
}

/// What a fund is after these events.
fn after(events: impl IntoIterator<Item = FundEvent>) -> Fund {
    let mut fund = Fund::default();
    for event in events {
        fund.apply(event);
    }
    fund
}

fn request(number: u32) -> Uuid {
    Uuid::from_u128(number.into())
}

/// A store as a program of its own would have it: with its own sessions and its own writer.
async fn store(bureau: &Bureau, reads: &str) -> LedgerStore {
    let sessions = bureau.place.database().await.sessions().clone();
    let sessions = sessions.options([("mingzhang.ledger", reads)]);
    let pool = PgPoolOptions::new().connect_with(sessions).await.unwrap();
    LedgerStore::new(pool, bureau.bare_writer().await)
}

async fn execute(
    store: &LedgerStore,
    number: u32,
    command: FundCommand,
) -> Result<Vec<Recorded>, ExecuteError<FundRefusal>> {
    let origin = Origin {
        actor: Actor::officer("w-017").unwrap(),
        request: request(number),
        command: Some(serde_json::to_vec(&command).unwrap()),
    };
    store
        .execute::<Fund>(&command.stream_id(), || command.clone(), &FundFacts::default(), &origin)
        .await
}

async fn load(store: &LedgerStore) -> Loaded<Fund> {
    store.load(&fund_id().to_string()).await.unwrap()
}

/// Verifies everything. A store of cqrs-es knows no private details, so these entries have none
/// beside them: that is found of each of them, and nothing else is.
async fn check_ledger(bureau: &Bureau, through_a_store: Range<u64>) {
    let book = bureau.book().await;
    assert_eq!(book.catch_up().await.unwrap(), through_a_store.end);
    let outcome = verification::verify(&bureau.books, book.id(), |_| {}).await.unwrap();
    let found: Vec<String> = outcome.lines().collect();
    assert!(outcome.ledger.is_clean(), "{found:#?}");
    let beside = outcome.beside.iter().map(|finding| (finding.position, finding.rule));
    let without_details = through_a_store.map(|position| (Some(position), "table attachments"));
    assert_eq!(beside.collect::<Vec<_>>(), without_details.collect::<Vec<_>>(), "{found:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_recorded_once_and_what_it_decided_is_loaded_again() {
    let bureau = Bureau::new().await;
    let one = store(&bureau, LEDGER).await;
    let mut recorded = execute(&one, 1, opening()).await.unwrap();
    recorded.extend(execute(&one, 2, receiving(1, 500)).await.unwrap());
    let places: Vec<_> = recorded.iter().map(|event| (event.position, event.sequence)).collect();
    assert_eq!(places, [(1, 1), (2, 2)]);
    let mut session = bureau.place.administrator_session().await;
    let ledger = LedgerId::parse(LEDGER).unwrap();
    for told in &recorded {
        let entry = reader::entry(&mut session, &ledger, told.position).await.unwrap().unwrap();
        assert_eq!((entry.leaf, entry.signature), (told.leaf, told.signature));
    }
    let another = store(&bureau, LEDGER).await;
    for store in [&one, &another] {
        let loaded = load(store).await;
        assert_eq!((loaded.aggregate, loaded.sequence), (after([opened(), received(1, 500)]), 2));
        // The same again, sent again or asked for anew.
        for (number, command) in [(1, opening()), (2, receiving(1, 500)), (3, opening())] {
            assert_eq!(execute(store, number, command).await.unwrap(), []);
        }
    }
    bureau.open_ledger("cn-320402").await;
    let elsewhere = load(&store(&bureau, "cn-320402").await).await;
    assert_eq!((elsewhere.aggregate, elsewhere.sequence), (Fund::Absent, 0));
    check_ledger(&bureau, 1..3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stores_that_race_for_one_fund_both_make_progress_and_leave_no_gap() {
    let bureau = Bureau::new().await;
    let stores = [store(&bureau, LEDGER).await, store(&bureau, LEDGER).await];
    execute(&stores[0], 0, opening()).await.unwrap();
    let start = Arc::new(Barrier::new(stores.len()));
    let racing: Vec<_> = stores
        .into_iter()
        .zip([1000, 2000])
        .map(|(store, first)| {
            let start = start.clone();
            tokio::spawn(async move {
                let mut sequences = Vec::new();
                start.wait().await;
                for number in first..first + RECEIPTS {
                    let told = execute(&store, number, receiving(number, 100)).await.unwrap();
                    sequences.extend(told.iter().map(|event| (event.sequence, number)));
                }
                sequences
            })
        })
        .collect();
    let mut told = Vec::new();
    for store in racing {
        let sequences = store.await.unwrap();
        assert_eq!(sequences.len(), RECEIPTS as usize, "each of its receipts is recorded once");
        told.extend(sequences);
    }
    told.sort_unstable();
    let sequences: Vec<u64> = told.iter().map(|(sequence, _)| *sequence).collect();
    assert_eq!(sequences, (2..2 + 2 * u64::from(RECEIPTS)).collect::<Vec<_>>());
    let in_order = told.iter().map(|(_, number)| received(*number, 100));
    let loaded = load(&store(&bureau, LEDGER).await).await;
    assert_eq!(loaded.aggregate, after([opened()].into_iter().chain(in_order)));
    check_ledger(&bureau, 1..2 + 2 * u64::from(RECEIPTS)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_aggregate_or_the_append_refuses_is_not_recorded() {
    let bureau = Bureau::new().await;
    let store = store(&bureau, LEDGER).await;
    let refused = execute(&store, 1, receiving(1, 500)).await.unwrap_err();
    let fund = fund_id();
    assert!(
        matches!(refused, ExecuteError::Refused(FundRefusal::UnknownFund { fund: f }) if f == fund),
        "{refused}"
    );
    execute(&store, 1, opening()).await.unwrap();
    let refused = execute(&store, 2, receiving(1, 0)).await.unwrap_err();
    let zero = ExecuteError::Refused(FundRefusal::AmountNotPositive { amount: Money::ZERO });
    assert_eq!(refused.to_string(), zero.to_string());
    // The request of the opening once more, with other content.
    let refused = execute(&store, 1, receiving(1, 500)).await.unwrap_err();
    let known = SubmitError::RequestKnown { position: 1 };
    assert_eq!(refused.to_string(), ExecuteError::<FundRefusal>::Append(known).to_string());
    let loaded = load(&store).await;
    assert_eq!((loaded.aggregate, loaded.sequence), (after([opened()]), 1));
    check_ledger(&bureau, 1..2).await;
}

fn metadata(number: u32) -> HashMap<String, String> {
    HashMap::from([
        (ACTOR.to_owned(), "officer/w-017".to_owned()),
        (REQUEST.to_owned(), request(number).to_string()),
    ])
}

async fn commit(
    store: &LedgerStore,
    events: Vec<FundEvent>,
    on: &Loaded<Fund>,
    metadata: HashMap<String, String>,
) -> Result<Vec<EventEnvelope<Fund>>, AggregateError<FundRefusal>> {
    EventStore::<Fund>::commit(store, events, on.clone(), metadata).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_on_a_version_that_has_passed_is_an_aggregate_conflict() {
    let bureau = Bureau::new().await;
    let stores = [store(&bureau, LEDGER).await, store(&bureau, LEDGER).await];
    let nothing = load(&stores[0]).await;
    let both = vec![opened(), received(1, 500)];
    let committed = commit(&stores[0], both, &nothing, metadata(1)).await.unwrap();
    let told: Vec<_> = committed
        .iter()
        .map(|event| {
            (event.aggregate_id.as_str(), event.sequence, event.metadata[POSITION].as_str())
        })
        .collect();
    let id = fund_id().to_string();
    assert_eq!(told, [(id.as_str(), 1, "1"), (id.as_str(), 2, "2")]);
    for (store, number) in stores.iter().zip(2..) {
        let late = commit(store, vec![received(2, 500)], &nothing, metadata(number)).await;
        assert!(matches!(late, Err(AggregateError::AggregateConflict)), "{late:?}");
    }
    let present = load(&stores[1]).await;
    assert_eq!((&present.aggregate, present.sequence), (&after([opened(), received(1, 500)]), 2));
    // One that was sent before is recorded already, and one that nobody answers for never is.
    let again = commit(&stores[1], vec![received(2, 500)], &present, metadata(1)).await;
    assert!(matches!(again, Err(AggregateError::AggregateConflict)), "{again:?}");
    for (absent, number) in [(ACTOR, 4), (REQUEST, 5)] {
        let mut metadata = metadata(number);
        metadata.remove(absent);
        let nobody = commit(&stores[1], vec![received(2, 500)], &present, metadata).await;
        let refused = nobody.unwrap_err().to_string();
        assert_eq!(refused, format!("metadata without {absent}"));
    }
    let on_time = commit(&stores[1], vec![received(2, 500)], &present, metadata(2)).await;
    assert_eq!(on_time.unwrap()[0].sequence, 3);
    check_ledger(&bureau, 1..4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_framework_of_cqrs_es_runs_on_a_ledger() {
    let bureau = Bureau::new().await;
    let store = store(&bureau, LEDGER).await;
    let framework = CqrsFramework::<Fund, _>::new(store.clone(), vec![], FundFacts::default());
    let id = fund_id().to_string();
    framework.execute_with_metadata(&id, opening(), metadata(1)).await.unwrap();
    // A command that decides nothing is committed too, as nothing, and leaves its request free.
    framework.execute_with_metadata(&id, opening(), metadata(2)).await.unwrap();
    assert_eq!(bureau.size().await, 2);
    framework.execute_with_metadata(&id, receiving(1, 500), metadata(2)).await.unwrap();
    let refused = framework.execute_with_metadata(&id, receiving(2, 0), metadata(3)).await;
    let refused = refused.unwrap_err();
    let zero = FundRefusal::AmountNotPositive { amount: Money::ZERO };
    assert!(matches!(&refused, AggregateError::UserError(e) if *e == zero), "{refused}");
    let events: Vec<EventEnvelope<Fund>> = store.load_events(&id).await.unwrap();
    let loaded: Vec<_> = events
        .into_iter()
        .map(|event| (event.sequence, event.payload, event.metadata[POSITION].clone()))
        .collect();
    let expected = [(1, opened(), "1".to_owned()), (2, received(1, 500), "2".to_owned())];
    assert_eq!(loaded, expected);
    check_ledger(&bureau, 1..3).await;
}
