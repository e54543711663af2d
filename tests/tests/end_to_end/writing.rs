//! The writer under several programs, lost connections and refusals.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;

use api::books::{Books, ListOutcome, Receipt, Recording};
use api::requests::PaymentRequest;
use domain::batch::{BatchApproved, BatchEvent};
use domain::calendar::Day;
use domain::events::RecordedEvent;
use domain::ids::{BatchId, FundId, OfficerId, PaymentId, StepId};
use domain::money::Money;
use domain::payment::{Aid, PaymentEvent, PaymentRecorded, Payout, Recipient};
use domain::region::Region;
use domain::text::ListDigest;
use domain::vocabulary::{AidForm, Channel, TemporaryAidKind};
use ledger::writer::{ProposedEvent, RefusalReason, Submission, SubmitError};
use ledger::{Actor, EventName, StreamId};
use people::Randomness;
use serde_json::json;
use tests::bureau::{Bureau, LEDGER, TestClock, run};
use tests::flaky::{Flaky, Moment};
use uuid::Uuid;

fn payment(id: &str, household: u32, month: &str) -> serde_json::Value {
    json!({"ledger": LEDGER, "id": id, "programme": "低保", "fund": "fiscal", "amount": "10.00",
           "entitlementMonth": month, "occurredOn": "2020-06-15",
           "recipient": {"householdNo": format!("ZL-{household}")}})
}

const RECORD: &str = "mutation M($input: RecordGrantPaymentInput!) { recordGrantPayment(input: $input) { \
     receipt { position alreadyRecorded } userErrors { code message } } }";

async fn record(books: &Books, input: serde_json::Value) -> Result<u64, String> {
    let data = run(books, RECORD, json!({ "input": input })).await;
    let payload = &data["recordGrantPayment"];
    payload["receipt"]["position"]
        .as_u64()
        .ok_or_else(|| payload["userErrors"][0]["code"].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_programs_on_one_ledger_never_fork_and_both_make_progress() {
    let bureau = Bureau::new().await;
    bureau.fund("100000.00", &["minimum-living-allowance"]).await;
    let programs = [bureau.another_program().await, bureau.another_program().await];
    let mut tasks = Vec::new();
    for (program, books) in programs.iter().enumerate() {
        for client in 0..4 {
            let books = books.clone();
            tasks.push(tokio::spawn(async move {
                let mut positions = Vec::new();
                for n in 0..25u32 {
                    let household = u32::try_from(program * 1000 + client * 100).unwrap() + n;
                    let id = format!("p-{program}-{client}-{n}");
                    positions
                        .push(record(&books, payment(&id, household, "2020-06")).await.unwrap());
                }
                (program, positions)
            }));
        }
    }
    let mut acknowledged = BTreeSet::new();
    let mut by_program = [0usize; 2];
    for task in tasks {
        let (program, positions) = task.await.unwrap();
        by_program[program] += positions.len();
        for position in positions {
            assert!(acknowledged.insert(position), "position {position} was given twice");
        }
    }
    assert_eq!(by_program, [100, 100]);
    // Ledger, fund, receipt, then every acknowledged payment at its own position and nothing else.
    assert_eq!(acknowledged, (3..203).collect());
    assert_eq!(bureau.size().await, 203);
    bureau.check_ledger().await;
}

/// Rows of a list that pays one month of dibao, one household a row.
fn monthly_list(name: &str, households: std::ops::Range<u32>) -> Vec<PaymentRequest> {
    let header = "payment_id,programme,fund,household_no,amount,entitlement_month,occurred_on\n";
    let rows: String = households
        .map(|n| format!("{name}-{n},低保,fiscal,ZL-{n},10.00,2020-06,2020-06-15\n"))
        .collect();
    let text = format!("{header}{rows}");
    let list = api::payment_list::read(text.as_bytes(), &api::payment_list::Declared::default());
    list.unwrap().rows.into_iter().map(|row| row.request).collect()
}

fn recorded(outcome: ListOutcome) -> Vec<Receipt> {
    match outcome {
        ListOutcome::Recorded(receipts) => receipts,
        ListOutcome::Refused(refusals) => panic!("{refusals:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_which_some_rows_stand_is_recorded_around_them() {
    let bureau = Bureau::new().await;
    bureau.fund("1000000.00", &["minimum-living-allowance"]).await;
    let (book, officer) = (bureau.book().await, OfficerId::parse("w-017").unwrap());
    let list = monthly_list("row", 0..700);
    let middle = &list[300..310];
    let before = recorded(
        book.record_list(&officer.clone().into(), middle, Recording::Record).await.unwrap(),
    );
    let receipts = recorded(
        book.record_list(&officer.clone().into(), &list, Recording::Record).await.unwrap(),
    );
    let stood: Vec<_> = receipts.iter().filter(|receipt| receipt.already_recorded).collect();
    assert_eq!(stood.len(), 10, "neither the first nor the last row told of them");
    assert!(before.iter().zip(&receipts[300..]).all(|(one, other)| one.position == other.position));
    let again = recorded(
        book.record_list(&officer.clone().into(), &list, Recording::Record).await.unwrap(),
    );
    assert!(again.iter().all(|receipt| receipt.already_recorded));
    assert_eq!(bureau.size().await, 3 + 700);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_payments_rest_on_stays_known_while_other_commands_change_it() {
    let bureau = Bureau::new().await;
    bureau.fund("1000000.00", &["minimum-living-allowance"]).await;
    let (book, officer) = (bureau.book().await, OfficerId::parse("w-017").unwrap());
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let (stopped, books) = (stop.clone(), bureau.books.clone());
    let receipts = tokio::spawn(async move {
        let document = "mutation M($input: ReceiveFundsInput!) { receiveFunds(input: $input) { \
             userErrors { code } } }";
        let mut n = 0u32;
        while !stopped.load(std::sync::atomic::Ordering::SeqCst) {
            let input = json!({"ledger": LEDGER, "id": format!("more-{n}"), "fund": "fiscal",
                "amount": "1.00", "occurredOn": "2020-06-01", "document": "预〔2020〕2号"});
            run(&books, document, json!({ "input": input })).await;
            n += 1;
        }
        n
    });
    // Each receipt makes the program forget the fund that these lists are paid from.
    for from in 0..40 {
        let list = monthly_list("row", from * 10..from * 10 + 10);
        recorded(
            book.record_list(&officer.clone().into(), &list, Recording::Record).await.unwrap(),
        );
    }
    stop.store(true, std::sync::atomic::Ordering::SeqCst);
    assert!(receipts.await.unwrap() > 0);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_list_is_not_starved_by_another_programs_single_payments() {
    let bureau = Bureau::new().await;
    bureau.fund("1000000.00", &["minimum-living-allowance"]).await;
    let busy = bureau.another_program().await;
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let stopped = stop.clone();
    let singles = tokio::spawn(async move {
        let mut n = 0u32;
        while !stopped.load(std::sync::atomic::Ordering::SeqCst) {
            record(&busy, payment(&format!("single-{n}"), 50_000 + n, "2020-06")).await.unwrap();
            n += 1;
        }
        n
    });
    let requests = monthly_list("row", 0..3000);
    let officer = OfficerId::parse("w-017").unwrap();
    let book = bureau.book().await;
    let receipts = recorded(
        book.record_list(&officer.clone().into(), &requests, Recording::Record).await.unwrap(),
    );
    assert_eq!(receipts.len(), 3000);
    // One submission: its entries stand together.
    let first = receipts[0].position;
    assert!(receipts.iter().zip(first..).all(|(receipt, position)| receipt.position == position));
    stop.store(true, std::sync::atomic::Ordering::SeqCst);
    assert!(singles.await.unwrap() > 0);
    bureau.check_ledger().await;
}

/// Books whose every connection goes through a server that can lose it.
async fn flaky_books(bureau: &Bureau) -> (Books, Flaky) {
    let options = bureau.place.administrator();
    let behind = options.get_socket().unwrap().clone();
    let flaky = Flaky::start(bureau.place.data_path().join("s"), behind).await;
    let url = bureau.place.url();
    let (front, _) = url.split_once("?host=").unwrap();
    let directory = flaky.directory().to_str().unwrap().replace('/', "%2F");
    let url = format!("{front}?host={directory}&sslmode=disable");
    let source = api::database::DatabaseSource::Url(url);
    let database = api::database::Database::connect(&source).await.unwrap();
    let clock = Arc::new(TestClock::default());
    let data = bureau.place.data().clone();
    let books = Books::open(database, data, clock, Randomness::system()).await.unwrap();
    (books, flaky)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_lost_during_commit_is_answered_by_what_stands() {
    let bureau = Bureau::new().await;
    bureau.fund("100000.00", &["minimum-living-allowance"]).await;
    let (books, flaky) = flaky_books(&bureau).await;
    record(&books, payment("p-0", 0, "2020-01")).await.unwrap();
    let mut lost = 0;
    for (n, moment) in (1..).zip([Moment::BeforeCommit, Moment::AfterCommit].repeat(3)) {
        flaky.lose_next_commit(moment);
        let position = record(&books, payment(&format!("p-{n}"), n, "2020-01")).await.unwrap();
        lost += 1;
        assert_eq!(flaky.lost(), lost, "the connection was lost");
        assert_eq!(position, 3 + u64::from(n), "recorded once, {moment:?}");
    }
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_fund_pays_out_exactly_what_it_holds_to_many_clients_at_once() {
    let bureau = Bureau::new().await;
    bureau.fund("100.00", &["minimum-living-allowance"]).await;
    let books = bureau.another_program().await;
    let tasks: Vec<_> = (0..32u32)
        .map(|n| {
            let books = books.clone();
            tokio::spawn(
                async move { record(&books, payment(&format!("p-{n}"), n, "2020-06")).await },
            )
        })
        .collect();
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 10);
    let too_low = Err("FUND_BALANCE_TOO_LOW".to_owned());
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == too_low).count(), 22);
    bureau.check_ledger().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_command_from_many_clients_at_once_is_recorded_once() {
    let bureau = Bureau::new().await;
    bureau.fund("100.00", &["minimum-living-allowance"]).await;
    let books = bureau.another_program().await;
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let books = books.clone();
            tokio::spawn(async move { record(&books, payment("p-1", 1, "2020-06")).await.unwrap() })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), 3);
    }
    assert_eq!(bureau.size().await, 4);
    bureau.check_ledger().await;
}

/// A payment of 100 yuan out of a fund, as its aggregate would give it.
fn temporary_aid(fund: FundId, payment: u128) -> Submission {
    let payment = PaymentId::from_uuid(Uuid::from_u128(payment));
    let event = PaymentEvent::PaymentRecorded(Box::new(PaymentRecorded {
        payment,
        aid: Aid::TemporaryAid {
            fund,
            urgency: TemporaryAidKind::Urgent,
            cause: None,
            standards: 0,
        },
        amount_fen: Money::from_fen(10_000).unwrap(),
        form: AidForm::Cash,
        occurred_on: Day::parse("2020-06-15").unwrap(),
        recipient: Recipient {
            person: None,
            household: None,
            members: vec![],
            covered_persons: 1,
            region: Region::parse("320404").unwrap(),
            residency: None,
        },
        payout: Payout { channel: Channel::Cash, account: None, payee: None, document: None },
        batch: None,
        reissues: None,
    }));
    Submission {
        request: payment.as_uuid(),
        actor: Actor::officer("w-017").unwrap(),
        signed_in: false,
        command: None,
        events: vec![ProposedEvent {
            stream: StreamId::new("payment", &event.stream_id()).unwrap(),
            after: 0,
            event: EventName::parse(event.name()).unwrap(),
            payload: event.payload(),
            attachment: None,
        }],
    }
}

/// Both submissions wait when the writer looks: on one thread it does so after both were sent.
#[tokio::test]
async fn a_request_that_stands_is_known_also_where_its_neighbour_is_recorded_and_money_has_run_out()
{
    let bureau = Bureau::new().await;
    bureau.fund("100.00", &["temporary-assistance"]).await;
    let fund = bureau.book().await.fund_id("fiscal");
    let writer = bureau.bare_writer().await;
    writer.submit(temporary_aid(fund, 1)).await.unwrap();
    let (again, neighbour) = tokio::join!(
        writer.submit(temporary_aid(fund, 1)),
        writer.submit(opening_of_a_fund("b", 0))
    );
    neighbour.unwrap();
    assert!(matches!(again, Err(SubmitError::Moved { sequence: 1, .. })), "{again:?}");
    let (other, neighbour) = tokio::join!(
        writer.submit(temporary_aid(fund, 2)),
        writer.submit(opening_of_a_fund("c", 0))
    );
    neighbour.unwrap();
    assert!(matches!(other, Err(SubmitError::Refused(_))), "{other:?}");
    assert_eq!(bureau.size().await, 3 + 3);
}

fn opening_of_a_fund(code: &str, after: u64) -> Submission {
    let fund = Uuid::new_v8(*Uuid::from_u128(u128::from(code.as_bytes()[0])).as_bytes());
    let payload = format!(
        "{{\"fund\":\"{fund}\",\"code\":\"{code}\",\"name\":\"{code}\",\"source\":\"fiscal\",\"programmes\":[]}}"
    );
    Submission {
        request: fund,
        actor: Actor::officer("w-017").unwrap(),
        signed_in: false,
        command: None,
        events: vec![ProposedEvent {
            stream: StreamId::new("fund", &fund.to_string()).unwrap(),
            after,
            event: EventName::parse("FundOpened v1").unwrap(),
            payload: payload.into_bytes(),
            attachment: None,
        }],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_writer_checks_stream_heads_and_requests_in_order() {
    let bureau = Bureau::new().await;
    let writer = bureau.bare_writer().await;
    let moved = writer.submit(opening_of_a_fund("a", 1)).await.unwrap_err();
    assert!(matches!(moved, SubmitError::Moved { sequence: 0, .. }), "{moved}");
    let recorded = writer.submit(opening_of_a_fund("a", 0)).await.unwrap();
    assert_eq!((recorded[0].position, recorded[0].sequence), (1, 1));
    let moved = writer.submit(opening_of_a_fund("a", 0)).await.unwrap_err();
    assert!(matches!(moved, SubmitError::Moved { sequence: 1, .. }), "{moved}");
    let mut same_request = opening_of_a_fund("b", 0);
    same_request.request = opening_of_a_fund("a", 0).request;
    let known = writer.submit(same_request).await.unwrap_err();
    assert!(matches!(known, SubmitError::RequestKnown { position: 1 }), "{known}");
    let mut unknown = opening_of_a_fund("c", 0);
    unknown.events[0].event = EventName::parse("FundClosed v1").unwrap();
    assert!(matches!(writer.submit(unknown).await.unwrap_err(), SubmitError::Unknown(_)));
    writer.rehearse(opening_of_a_fund("d", 0)).await.unwrap();
    assert_eq!(bureau.size().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_goes_back_records_at_the_last_time_and_one_a_day_off_records_nothing() {
    let bureau = Bureau::new().await;
    let writer = bureau.bare_writer().await;
    let first = writer.submit(opening_of_a_fund("a", 0)).await.unwrap()[0].recorded;
    bureau.clock.advance(-3_600_000_000);
    let second = writer.submit(opening_of_a_fund("b", 0)).await.unwrap()[0].recorded;
    assert_eq!(second, first);
    bureau.clock.advance(-2 * 86_400_000_000);
    let refused = writer.submit(opening_of_a_fund("c", 0)).await.unwrap_err();
    assert!(matches!(refused, SubmitError::ClockAway { .. }), "{refused}");
    assert_eq!(bureau.size().await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_holds_cannot_be_given_back() {
    let bureau = Bureau::new().await;
    let writer = bureau.bare_writer().await;
    let (batch, officer) =
        (BatchId::from_uuid(Uuid::from_u128(1)), OfficerId::parse("w-017").unwrap());
    // As if it had been submitted and reviewed; nothing of that is recorded.
    let approved = BatchEvent::BatchApproved(BatchApproved {
        batch,
        step: StepId::from_uuid(Uuid::from_u128(2)),
        round: 1,
        officer,
        approval: NonZeroU32::MIN,
        approvals: NonZeroU32::MIN,
        digest: ListDigest::from_bytes([1; 32]),
    });
    let submission = |event: &BatchEvent| Submission {
        request: event.step().as_uuid(),
        actor: Actor::officer("w-017").unwrap(),
        signed_in: false,
        command: None,
        events: vec![ProposedEvent {
            stream: StreamId::new("batch", &event.stream_id()).unwrap(),
            after: 0,
            event: EventName::parse(event.name()).unwrap(),
            payload: event.payload(),
            attachment: None,
        }],
    };
    let refused = writer.submit(submission(&approved)).await.unwrap_err();
    let SubmitError::Refused(refusals) = refused else { panic!("{refused}") };
    let expected = approved.effects().releases.first().unwrap().to_string();
    let reasons: Vec<_> = refusals.into_iter().map(|refusal| refusal.reason).collect();
    assert_eq!(reasons, [RefusalReason::ClaimNotHeld { claim: expected }]);
    assert_eq!(bureau.size().await, 1);
    bureau.check_ledger().await;
}
