//! What recording costs once everybody is identified: the aggregate decides, the writer checks
//! guards, claims and balances, chains, signs and commits, and the projector follows. Nobody is
//! looked up and nothing is sealed beside the chain.

use std::sync::Arc;

use cqrs_es::Aggregate;
use domain::calendar::{Day, Month, MonthRange};
use domain::decision::Decide;
use domain::events::RecordedEvent;
use domain::ids::{FundId, HouseholdId, OfficerId, PaymentId, ProgrammeId};
use domain::money::Money;
use domain::payment::{
    Payment, PaymentCommand, PaymentFacts, Payout, Recipient, RecordPayment, RequestedAid,
};
use domain::region::Region;
use domain::subject::Subject;
use domain::text::{Commitment, DocumentNumber, PlainName};
use domain::vocabulary::{Channel, FundSource};
use ledger::writer::{ProposedEvent, Submission};
use ledger::{Actor, EventName, StreamId};
use rayon::prelude::*;
use uuid::Uuid;

use super::{now, rate, said, tell};
use crate::books::{Book, Books, DomainRules};
use crate::requests::{ClientId, OpenFundRequest, ReceiveFundsRequest};

/// A ledger of its own: what is recorded here has nothing beside the chain.
const LEDGER: &str = "bench-decided";
const PROGRAMME: &str = "minimum-living-allowance";
/// Payments in one submission.
const LIST: u32 = 5_000;
const LISTS: u32 = 60;
/// Months that each household is paid for.
const MONTHS: u32 = 60;
/// Submissions that are decided while others are being committed.
const UNDER_WAY: usize = 3;

/// Payments a second, in lists, one claim each.
pub(super) async fn payments_a_second(books: &Books) -> Result<(), String> {
    let book = super::book(books, LEDGER).await?;
    let facts = Arc::new(facts(&book).await?);
    let began = now();
    let mut under_way = tokio::task::JoinSet::new();
    for list in 0..LISTS {
        while under_way.len() >= UNDER_WAY {
            finish_one(&mut under_way).await?;
        }
        let (book, facts) = (book.clone(), facts.clone());
        under_way.spawn(async move {
            let decide = move || decide(list, &facts);
            let submission = tokio::task::spawn_blocking(decide).await.map_err(said)??;
            let _large = book.large_list();
            book.writer().submit(submission).await.map_err(said)?;
            Ok::<(), String>(())
        });
    }
    while !under_way.is_empty() {
        finish_one(&mut under_way).await?;
    }
    let recorded = u64::from(LIST.saturating_mul(LISTS));
    tell(
        "lists recorded, everybody identified and nothing to seal",
        rate(recorded, began),
        "events/s",
    );
    book.catch_up().await.map_err(said)?;
    let report =
        ledger::verify::ledger(books.pool(), book.id(), Arc::new(DomainRules), &[], |_| {});
    let report = report.await.map_err(said)?;
    if report.is_clean() { Ok(()) } else { Err(format!("verification found {}", report.found)) }
}

async fn finish_one(
    under_way: &mut tokio::task::JoinSet<Result<(), String>>,
) -> Result<(), String> {
    match under_way.join_next().await {
        Some(outcome) => outcome.map_err(said)?,
        None => Ok(()),
    }
}

async fn facts(book: &Book) -> Result<PaymentFacts, String> {
    let officer = OfficerId::parse("bench").map_err(said)?.into();
    let day = Day::parse("2020-01-01").map_err(said)?;
    let open = OpenFundRequest {
        id: ClientId::parse("fund").ok_or("an id")?,
        name: PlainName::parse("财政资金").map_err(said)?,
        source: FundSource::Fiscal,
        level: None,
        budget_code: None,
        programmes: vec![ProgrammeId::parse(PROGRAMME).map_err(said)?],
    };
    book.open_fund(&officer, open).await.map_err(said)?;
    let receive = ReceiveFundsRequest {
        id: ClientId::parse("receipt").ok_or("an id")?,
        fund: "fund".to_owned(),
        amount: Money::from_fen(100_000_000_000).map_err(said)?,
        occurred_on: day,
        document: Some(DocumentNumber::parse("1").map_err(said)?),
        income: None,
    };
    book.receive_funds(&officer, receive).await.map_err(said)?;
    book.facts_of(&aid(book.fund_id("fund"), 0)?).await.map_err(|fault| fault.cause().to_owned())
}

/// A month of dibao; the months of a household follow each other.
fn aid(fund: FundId, number: u32) -> Result<RequestedAid, String> {
    let first = Month::parse("2016-01").map_err(said)?.index();
    let offset = i32::try_from(number.checked_rem(MONTHS).unwrap_or_default()).map_err(said)?;
    let month = Month::from_index(first.saturating_add(offset)).ok_or("a month")?;
    let months = MonthRange::new(month, month).map_err(said)?;
    let programme = ProgrammeId::parse(PROGRAMME).map_err(said)?;
    Ok(RequestedAid::GrantPayment { programme, fund, months, grant: None })
}

fn command(fund: FundId, number: u32) -> Result<RecordPayment, String> {
    let household = number.checked_div(MONTHS).unwrap_or_default();
    let household = HouseholdId::from_uuid(Uuid::from_u128(u128::from(household)));
    Ok(RecordPayment {
        // Ids are as scattered as those that the books make.
        payment: PaymentId::from_uuid(Uuid::new_v8(scattered(number))),
        aid: aid(fund, number)?,
        amount: Money::from_fen(100).ok(),
        occurred_on: Day::parse("2021-01-15").map_err(said)?,
        recipient: Recipient {
            person: None,
            household: Some(Subject::new(household, Commitment::from_bytes([7; 32]))),
            members: Vec::new(),
            covered_persons: 2,
            region: Region::parse("320404").map_err(said)?,
            residency: None,
        },
        payout: Payout { channel: Channel::Bank, account: None, payee: None, document: None },
        reissues: None,
    })
}

fn scattered(number: u32) -> [u8; 16] {
    let mut bytes = [0; 16];
    let hash = ledger::hash::plain(&number.to_be_bytes());
    for (to, from) in bytes.iter_mut().zip(hash.as_bytes()) {
        *to = *from;
    }
    bytes
}

fn decide(list: u32, facts: &PaymentFacts) -> Result<Submission, String> {
    let fund = facts.fund.as_ref().and_then(|fund| fund.opened()).ok_or("a fund")?.fund;
    let first = list.saturating_mul(LIST);
    let rows = first..first.saturating_add(LIST);
    let events: Result<Vec<ProposedEvent>, String> = rows
        .into_par_iter()
        .map(|number| {
            let command = PaymentCommand::RecordPayment(Box::new(command(fund, number)?));
            let event = Payment::default().decide(command, facts).map_err(said)?;
            let event = event.ok_or("an event")?;
            Ok(ProposedEvent {
                stream: StreamId::new(Payment::TYPE, &event.stream_id()).map_err(said)?,
                after: 0,
                event: EventName::parse(event.name()).map_err(said)?,
                payload: event.payload(),
                attachment: None,
            })
        })
        .collect();
    let request = Uuid::from_u128(u128::from(list));
    let actor = Actor::officer("bench").map_err(said)?;
    Ok(Submission { request, actor, signed_in: false, command: None, events: events? })
}
