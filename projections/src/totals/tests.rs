//! The fast totals against the naive ones, for random histories and questions.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::large_enum_variant
)]

use domain::calendar::{Day, Month, MonthRange};
use domain::events::AnyEvent;
use domain::fund::{FundEvent, FundOpened, FundsReceived};
use domain::ids::{
    FundId, HouseholdId, PaymentId, PersonId, ProgrammeId, ReceiptId, ReversalId, StoreId,
};
use domain::money::Money;
use domain::payment::{Aid, PaymentEvent, PaymentRecorded, PaymentReversed, Payout, Recipient};
use domain::region::Region;
use domain::store::GoodsItem;
use domain::subject::Subject;
use domain::text::{Commitment, GoodsName, PlainName};
use domain::vocabulary::{AidForm, Channel, FundSource, Residency};
use ledger::LedgerId;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use uuid::Uuid;

use super::naive::Recorded;
use super::*;

const FUND_SOURCES: [FundSource; 3] = [FundSource::Fiscal, FundSource::Charity, FundSource::Fiscal];
const PROGRAMMES: [&str; 3] =
    ["minimum-living-allowance", "old-age-allowance", "charity-supermarket"];
const INCOME: [&str; 2] = ["one-day-donation", "charity-fund-interest"];
const REGIONS: [&str; 3] = ["320404", "320404001", "320402"];
const DIMENSIONS: [Dimension; 9] = [
    Dimension::Ledger,
    Dimension::Programme,
    Dimension::Fund,
    Dimension::FundSource,
    Dimension::Region,
    Dimension::Month,
    Dimension::Year,
    Dimension::Form,
    Dimension::Residency,
];

fn fund(number: u128) -> FundId {
    FundId::from_uuid(Uuid::from_u128(0xF000 + number))
}

fn programme(id: &str) -> ProgrammeId {
    ProgrammeId::parse(id).unwrap()
}

fn subject<Id>(id: Id) -> Subject<Id> {
    Subject::new(id, Commitment::from_bytes([7; 32]))
}

fn a_day() -> impl Strategy<Value = Day> {
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

/// What happens next; a reversal names one of the payments before it by a number.
#[derive(Debug, Clone)]
enum Step {
    Pay(Aid, Money, AidForm, Day, Recipient),
    Reverse(usize),
    Receive(u128, Money, Day, Option<&'static str>),
}

fn step() -> impl Strategy<Value = Step> {
    let amount = (1..100_000_i64).prop_map(|fen| Money::from_fen(fen).unwrap());
    let pay = (aid(), amount.clone(), select(AidForm::ALL), a_day(), recipient()).prop_map(
        |(aid, amount, form, day, recipient)| Step::Pay(aid, amount, form, day, recipient),
    );
    let receive = (0..3_u128, amount, a_day(), option::of(select(&INCOME[..])))
        .prop_map(|(fund, amount, day, income)| Step::Receive(fund, amount, day, income));
    prop_oneof![8 => pay, 2 => any::<usize>().prop_map(Step::Reverse), 1 => receive]
}

/// A ledger's history: three funds are opened, then steps follow.
fn history(ledger: &str, steps: Vec<Step>) -> Vec<Recorded> {
    let ledger = LedgerId::parse(ledger).unwrap();
    let mut events: Vec<AnyEvent> =
        (0..).zip(FUND_SOURCES).map(|(n, source)| opened(n, source)).collect();
    let mut standing: Vec<PaymentRecorded> = Vec::new();
    for (number, step) in (0x1000..).zip(steps) {
        match step {
            Step::Pay(aid, amount_fen, form, occurred_on, recipient) => {
                let payout =
                    Payout { channel: Channel::Bank, account: None, payee: None, document: None };
                let payment = PaymentId::from_uuid(Uuid::from_u128(number));
                let event = PaymentRecorded {
                    payment,
                    aid,
                    amount_fen,
                    form,
                    occurred_on,
                    recipient,
                    payout,
                    batch: None,
                };
                standing.push(event.clone());
                events.push(AnyEvent::Payment(PaymentEvent::PaymentRecorded(Box::new(event))));
            }
            Step::Reverse(which) if !standing.is_empty() => {
                let original = Box::new(standing.remove(which % standing.len()));
                let reversed = PaymentReversed {
                    payment: original.payment,
                    reversal: ReversalId::from_uuid(Uuid::from_u128(number)),
                    reason: Commitment::from_bytes([1; 32]),
                    occurred_on: original.occurred_on,
                    original,
                };
                events.push(AnyEvent::Payment(PaymentEvent::PaymentReversed(Box::new(reversed))));
            }
            Step::Reverse(_) => {}
            Step::Receive(number_of_fund, amount_fen, occurred_on, income) => {
                let received = FundsReceived {
                    fund: fund(number_of_fund),
                    receipt: ReceiptId::from_uuid(Uuid::from_u128(number)),
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

fn some_of<T: Clone + std::fmt::Debug + 'static>(
    all: Vec<T>,
) -> impl Strategy<Value = Option<Vec<T>>> {
    let most = all.len();
    option::weighted(0.3, subsequence(all, 0..=most))
}

fn filter() -> impl Strategy<Value = TotalsFilter> {
    let ledgers = subsequence(vec!["cn-1", "cn-2"], 1..=2);
    let programmes = [PROGRAMMES.to_vec(), INCOME.to_vec()].concat();
    let prefixes = ["3204", "320404", "320404001", "9"].map(str::to_owned).to_vec();
    let what = (
        some_of(programmes.into_iter().map(programme).collect()),
        some_of((0..3).map(fund).collect()),
        some_of(FundSource::ALL.to_vec()),
        some_of(prefixes),
        option::weighted(0.2, select(Residency::ALL)),
        some_of(AidForm::ALL.to_vec()),
    );
    let bases = [Basis::Occurred, Basis::Entitlement];
    let measures = [Measure::Net, Measure::Net, Measure::Gross, Measure::Received];
    let when = (
        option::of(a_day()),
        option::of(a_day()),
        select(bases.to_vec()),
        select(measures.to_vec()),
    );
    (ledgers, what, when, option::of(0..70_u64)).prop_map(|(ledgers, what, when, as_of)| {
        let (programmes, funds, fund_sources, regions, residency, forms) = what;
        let (from, to, basis, measure) = when;
        let as_of = as_of.filter(|_| ledgers.len() == 1);
        let ledgers = ledgers.into_iter().map(|id| LedgerId::parse(id).unwrap()).collect();
        TotalsFilter {
            ledgers,
            programmes,
            funds,
            fund_sources,
            regions,
            residency,
            forms,
            from,
            to,
            basis,
            measure,
            as_of,
        }
    })
}

fn columns_of(history: &[Recorded]) -> FromEvents {
    let mut built = FromEvents::new(history[0].ledger.clone());
    for entry in history {
        built.apply(entry.position, Some(&entry.event)).unwrap();
    }
    built
}

/// Rows in an order of their own, since the naive totals give them in none.
fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_by_key(|row| format!("{:?}", row.key));
    rows
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn totals_equal_a_naive_fold_for_any_filter_grouping_and_position(
        first in vec(step(), 60..80),
        second in vec(step(), 60..80),
        filter in filter(),
        group_by in subsequence(DIMENSIONS.to_vec(), 0..=4).prop_shuffle(),
    ) {
        let histories = [history("cn-1", first), history("cn-2", second)];
        let built = histories.each_ref().map(|history| columns_of(history));
        let asked = built.iter().map(|built| &built.columns);
        let asked: Vec<_> = asked.filter(|held| filter.ledgers.contains(held.ledger())).collect();
        // The history may be shorter than its steps: some reversals find nothing to reverse.
        let last = asked[0].reached().unwrap();
        let filter = TotalsFilter { as_of: filter.as_of.map(|at| at.min(last)), ..filter };

        let answer = reader::answer_from(asked.into_iter(), &filter, &group_by).unwrap();
        let (rows, total) = naive::totals(&histories.concat(), &filter, &group_by).unwrap();
        prop_assert_eq!(answer.total, total);
        prop_assert_eq!(sorted(answer.rows), sorted(rows));
    }
}

#[test]
fn rows_come_in_the_order_of_the_dimensions_as_they_were_asked_for() {
    let pay = |id: &str, day: &str| {
        let aid = Aid::OneOff { programme: programme(id), fund: fund(0), standards: 0 };
        let recipient = Recipient {
            person: None,
            household: None,
            members: Vec::new(),
            covered_persons: 1,
            region: Region::parse("320404").unwrap(),
            residency: None,
        };
        let amount = Money::from_fen(100).unwrap();
        Step::Pay(aid, amount, AidForm::Cash, Day::parse(day).unwrap(), recipient)
    };
    let steps = vec![
        pay(PROGRAMMES[1], "2016-01-05"),
        pay(PROGRAMMES[0], "2016-02-05"),
        pay(PROGRAMMES[0], "2016-01-05"),
    ];
    let built = columns_of(&history("cn-1", steps));
    let rows = |group_by: &[Dimension]| {
        let filter = TotalsFilter {
            ledgers: vec![built.columns.ledger().clone()],
            ..TotalsFilter::default()
        };
        let answer = built.answer(&filter, group_by).unwrap();
        let show = |row: Row| format!("{} {}", row.key.month.unwrap(), row.key.programme.unwrap());
        answer.rows.into_iter().map(show).collect::<Vec<_>>()
    };
    assert_eq!(
        rows(&[Dimension::Month, Dimension::Programme]),
        [
            "2016-01 minimum-living-allowance",
            "2016-01 old-age-allowance",
            "2016-02 minimum-living-allowance"
        ]
    );
    assert_eq!(
        rows(&[Dimension::Programme, Dimension::Month]),
        [
            "2016-01 minimum-living-allowance",
            "2016-02 minimum-living-allowance",
            "2016-01 old-age-allowance"
        ]
    );
}

#[test]
fn a_position_that_was_not_reached_is_refused() {
    let built = columns_of(&history("cn-1", Vec::new()));
    let filter = |as_of| TotalsFilter {
        ledgers: vec![built.columns.ledger().clone()],
        as_of: Some(as_of),
        ..TotalsFilter::default()
    };
    assert!(built.answer(&filter(3), &[]).is_ok());
    let refused = built.answer(&filter(4), &[]);
    assert!(matches!(refused, Err(TotalsError::AsOfNotReached { asked: 4, reached: Some(3) })));
}
