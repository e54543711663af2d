//! Random histories of a ledger: payments, what banks answer, what is asked back, reversals and receipts.

mod became;

use domain::calendar::{Day, Month, MonthRange};
use domain::events::AnyEvent;
use domain::fund::{FundEvent, FundOpened, FundsReceived};
use domain::ids::{
    BatchId, FundId, HouseholdId, PaymentId, PersonId, ProgrammeId, ReceiptId, StoreId,
};
use domain::money::Money;
use domain::payment::{
    Aid, BatchLine, Payment, PaymentEvent, PaymentRecorded, PaymentReturned, Payout, Recipient,
    Reissued,
};
use domain::region::Region;
use domain::store::GoodsItem;
use domain::subject::Subject;
use domain::text::{Commitment, GoodsName, PlainName};
use domain::vocabulary::{AidForm, Channel, FundSource, Residency};
use ledger::LedgerId;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;

use crate::payments::RecoveryStepKind;
use crate::totals::naive::Recorded;
use became::{answer, happened, recovery, reversal, to_recover};

const FUND_SOURCES: [FundSource; 3] = [FundSource::Fiscal, FundSource::Charity, FundSource::Fiscal];
pub(super) const PROGRAMMES: [&str; 3] =
    ["minimum-living-allowance", "old-age-allowance", "charity-supermarket"];
pub(super) const INCOME: [&str; 2] = ["one-day-donation", "charity-fund-interest"];
const REGIONS: [&str; 3] = ["320404", "320404001", "320402"];

pub(super) fn fund(number: u128) -> FundId {
    FundId::from_uuid(Uuid::from_u128(0xF000 + number))
}

pub(super) fn programme(id: &str) -> ProgrammeId {
    ProgrammeId::parse(id).unwrap()
}

fn subject<Id>(id: Id) -> Subject<Id> {
    Subject::new(id, Commitment::from_bytes([7; 32]))
}

pub(super) fn a_day() -> impl Strategy<Value = Day> {
    (2016..=2018_i32, 1..=12_u32, 1..=28_u32)
        .prop_map(|(year, month, day)| Day::new(year, month, day).unwrap())
}

fn months() -> impl Strategy<Value = MonthRange> {
    (2015 * 12 + 10..2019 * 12_i32, 0..15_i32).prop_map(|(from, more)| {
        let month = |index| Month::from_index(index).unwrap();
        MonthRange::new(month(from), month(from + more)).unwrap()
    })
}

fn aid() -> impl Strategy<Value = Aid> {
    let periodic =
        (select(&PROGRAMMES[..2]), 0..3_u128, months()).prop_map(|(id, number, months)| {
            let fund = fund(number);
            Aid::GrantPayment { programme: programme(id), fund, months, standards: 0, grant: None }
        });
    let once = (0..3_u128).prop_map(|number| Aid::OneOff {
        programme: programme(PROGRAMMES[0]),
        fund: fund(number),
        standards: 0,
    });
    let name = |text| GoodsName::parse(text).unwrap();
    let item = GoodsItem::new(name("大米"), name("袋"), 2, Money::from_fen(4500).unwrap()).unwrap();
    let store = StoreId::from_uuid(Uuid::from_u128(0x5));
    prop_oneof![6 => periodic, 2 => once, 1 => Just(Aid::Goods { store, items: vec![item] })]
}

fn recipient() -> impl Strategy<Value = Recipient> {
    (
        option::weighted(0.8, 0..5_u128),
        option::weighted(0.8, 0..4_u128),
        1..6_u32,
        select(&REGIONS[..]),
        option::of(select(Residency::ALL)),
    )
        .prop_map(|(person, household, covered_persons, region, residency)| Recipient {
            person: person.map(|id| subject(PersonId::from_uuid(Uuid::from_u128(id)))),
            household: household.map(|id| subject(HouseholdId::from_uuid(Uuid::from_u128(id)))),
            members: Vec::new(),
            covered_persons,
            region: Region::parse(region).unwrap(),
            residency,
        })
}

/// What a bank says of a payment.
#[derive(Debug, Clone, Copy)]
pub(super) enum Said {
    Settled,
    Returned,
    /// How many fen stay, but for whole amounts.
    Partly(i64),
}

/// What happens next. An answer, a recovery or a reversal names one of the payments before it by a number;
/// where it cannot be, nothing happens.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// Recorded by itself.
    Pay(Aid, Money, AidForm, Day, Recipient),
    /// Released by a batch; perhaps it pays out again what came back of the payment of this number.
    Instruct(Aid, Money, AidForm, Day, Recipient, Option<usize>),
    Answer(usize, Said),
    /// At most so many fen; where fewer can be, these.
    Recover(usize, RecoveryStepKind, i64),
    Reverse(usize),
    Receive(u128, Money, Day, Option<&'static str>),
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let amount = (1..100_000_i64).prop_map(|fen| Money::from_fen(fen).unwrap());
    let payment = (aid(), amount.clone(), select(AidForm::ALL), a_day(), recipient());
    let by_batch = option::of(option::weighted(0.4, any::<usize>()));
    let pay = (payment, by_batch).prop_map(|((aid, amount, form, day, recipient), by_batch)| {
        match by_batch {
            // No batch carries goods.
            Some(again) if aid.fund().is_some() => {
                Step::Instruct(aid, amount, form, day, recipient, again)
            }
            _ => Step::Pay(aid, amount, form, day, recipient),
        }
    });
    let said = prop_oneof![
        2 => Just(Said::Settled),
        1 => Just(Said::Returned),
        1 => (1..100_000_i64).prop_map(Said::Partly),
    ];
    let answer = (any::<usize>(), said).prop_map(|(which, said)| Step::Answer(which, said));
    let kind = prop_oneof![
        2 => Just(RecoveryStepKind::Ordered),
        2 => Just(RecoveryStepKind::Received),
        1 => Just(RecoveryStepKind::Waived),
    ];
    let recover = (any::<usize>(), kind, 1..100_000_i64)
        .prop_map(|(which, kind, most)| Step::Recover(which, kind, most));
    let receive = (0..3_u128, amount, a_day(), option::of(select(&INCOME[..])))
        .prop_map(|(fund, amount, day, income)| Step::Receive(fund, amount, day, income));
    prop_oneof![
        8 => pay,
        8 => answer,
        5 => recover,
        3 => any::<usize>().prop_map(Step::Reverse),
        1 => receive,
    ]
}

/// A ledger's history: three funds are opened, then steps follow.
pub(super) fn history(ledger: &str, steps: Vec<Step>) -> Vec<Recorded> {
    let ledger = LedgerId::parse(ledger).unwrap();
    let mut events: Vec<AnyEvent> =
        (0..).zip(FUND_SOURCES).map(|(n, source)| opened(n, source)).collect();
    let mut payments: Vec<Payment> = Vec::new();
    for (number, step) in (0x1000..).zip(steps) {
        let id = Uuid::from_u128(number);
        match step {
            Step::Pay(aid, amount, form, day, recipient) => {
                let paid = recorded(id, aid, amount, form, day, recipient);
                let mut payment = Payment::Absent;
                events.push(happened(&mut payment, PaymentEvent::PaymentRecorded(paid)));
                payments.push(payment);
            }
            Step::Instruct(aid, amount, form, day, recipient, again) => {
                let again =
                    again.and_then(|which| one_of(&mut payments, which)?.returned().cloned());
                let mut paid = match again {
                    Some(returned) => paid_again(id, &returned, day),
                    None => recorded(id, aid, amount, form, day, recipient),
                };
                let batch = BatchId::from_uuid(id);
                paid.batch = Some(BatchLine { batch, line: 1, advance: false });
                let mut payment = Payment::Absent;
                events.push(happened(&mut payment, PaymentEvent::PaymentRecorded(paid)));
                payments.push(payment);
            }
            Step::Answer(which, said) => {
                if let Some(payment) = one_of(&mut payments, which) {
                    let event = answer(payment, said, id);
                    events.extend(event.map(|event| happened(payment, event)));
                }
            }
            Step::Recover(which, kind, most) => {
                if let Some(payment) = to_recover(&mut payments, which, kind) {
                    let event = recovery(payment, kind, most, id);
                    events.extend(event.map(|event| happened(payment, event)));
                }
            }
            Step::Reverse(which) => {
                if let Some(payment) = one_of(&mut payments, which) {
                    let event = reversal(payment, id);
                    events.extend(event.map(|event| happened(payment, event)));
                }
            }
            Step::Receive(number_of_fund, amount_fen, occurred_on, income) => {
                let received = FundsReceived {
                    fund: fund(number_of_fund),
                    receipt: ReceiptId::from_uuid(id),
                    source: FUND_SOURCES[usize::try_from(number_of_fund).unwrap()],
                    amount_fen,
                    occurred_on,
                    document: None,
                    income: income.map(programme),
                };
                events.push(AnyEvent::Fund(FundEvent::FundsReceived(received)));
            }
        }
    }
    let at = |(position, event)| Recorded { ledger: ledger.clone(), position, event };
    (1..).zip(events).map(at).collect()
}

fn one_of(payments: &mut [Payment], which: usize) -> Option<&mut Payment> {
    let place = which.checked_rem(payments.len())?;
    payments.get_mut(place)
}

fn recorded(
    id: Uuid,
    aid: Aid,
    amount_fen: Money,
    form: AidForm,
    occurred_on: Day,
    recipient: Recipient,
) -> Box<PaymentRecorded> {
    Box::new(PaymentRecorded {
        payment: PaymentId::from_uuid(id),
        aid,
        amount_fen,
        form,
        occurred_on,
        recipient,
        payout: Payout { channel: Channel::Bank, account: None, payee: None, document: None },
        batch: None,
        reissues: None,
    })
}

/// What came back, to the same recipient for the same; now and then twice, which makes no difference to totals.
fn paid_again(id: Uuid, returned: &PaymentReturned, day: Day) -> Box<PaymentRecorded> {
    let original = &*returned.original;
    let rest = original.reissues.is_some_and(|first| first.rest);
    let reissues =
        Reissued { payment: returned.payment, rest: rest || returned.settled_fen != Money::ZERO };
    Box::new(PaymentRecorded {
        payment: PaymentId::from_uuid(id),
        amount_fen: returned.returned_fen,
        occurred_on: day,
        reissues: Some(reissues),
        ..original.clone()
    })
}

fn opened(number: u128, source: FundSource) -> AnyEvent {
    let name = PlainName::parse(&format!("fund {number}")).unwrap();
    AnyEvent::Fund(FundEvent::FundOpened(FundOpened {
        fund: fund(number),
        code: name.clone(),
        name,
        source,
        level: None,
        budget_code: None,
        programmes: PROGRAMMES.map(programme).to_vec(),
    }))
}
