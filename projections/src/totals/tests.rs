//! The fast totals against the naive ones, for random histories and questions.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::large_enum_variant
)]

mod history;

use domain::calendar::Day;
use domain::money::Money;
use domain::payment::{Aid, Recipient};
use domain::region::Region;
use domain::vocabulary::{AidForm, FundSource, Residency};
use ledger::LedgerId;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::naive::Recorded;
use super::*;
use crate::payments::RecoveryStepKind;
use history::{INCOME, PROGRAMMES, Said, Step, a_day, fund, history, programme, step};

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
    let measures = [
        Measure::Net,
        Measure::Net,
        Measure::Gross,
        Measure::Instructed,
        Measure::Settled,
        Measure::Returned,
        Measure::Recovered,
        Measure::Waived,
        Measure::Received,
        Measure::Allotted,
    ];
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

fn a_hundred_fen(id: &str) -> (Aid, Money, Recipient) {
    let aid = Aid::OneOff { programme: programme(id), fund: fund(0), standards: 0 };
    let recipient = Recipient {
        person: None,
        household: None,
        members: Vec::new(),
        covered_persons: 1,
        region: Region::parse("320404").unwrap(),
        residency: None,
    };
    (aid, Money::from_fen(100).unwrap(), recipient)
}

#[test]
fn rows_come_in_the_order_of_the_dimensions_as_they_were_asked_for() {
    let pay = |id: &str, day: &str| {
        let (aid, amount, recipient) = a_hundred_fen(id);
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

/// Amount and payments, each of which covers one person.
fn figures(built: &FromEvents, measure: Measure, as_of: u64) -> (i64, u64) {
    let filter = TotalsFilter {
        ledgers: vec![built.columns.ledger().clone()],
        measure,
        as_of: Some(as_of),
        ..TotalsFilter::default()
    };
    let total = built.answer(&filter, &[]).unwrap().total;
    assert_eq!(total.person_times, total.payments);
    (total.amount.fen(), total.payments)
}

#[test]
fn what_a_bank_says_counts_from_its_own_position_on() {
    let day = Day::parse("2016-01-05").unwrap();
    let instructed = || {
        let (aid, amount, recipient) = a_hundred_fen(PROGRAMMES[0]);
        Step::Instruct(aid, amount, AidForm::Cash, day, recipient, None)
    };
    let (aid, amount, recipient) = a_hundred_fen(PROGRAMMES[0]);
    let steps = vec![
        instructed(),
        Step::Answer(0, Said::Settled),
        Step::Answer(0, Said::Partly(40)),
        instructed(),
        Step::Answer(1, Said::Returned),
        Step::Reverse(1),
        Step::Pay(aid, amount, AidForm::Cash, day, recipient),
    ];
    let built = columns_of(&history("cn-1", steps));
    let measures =
        [Measure::Gross, Measure::Instructed, Measure::Settled, Measure::Returned, Measure::Net];
    for (as_of, expected) in [
        (4, [(100, 1), (100, 1), (0, 0), (0, 0), (100, 1)]),
        (5, [(100, 1), (100, 1), (100, 1), (0, 0), (100, 1)]),
        (6, [(100, 1), (100, 1), (40, 1), (60, 1), (40, 1)]),
        (7, [(200, 2), (200, 2), (40, 1), (60, 1), (140, 2)]),
        (8, [(200, 2), (200, 2), (40, 1), (160, 2), (40, 1)]),
        (9, [(200, 2), (100, 1), (40, 1), (60, 1), (40, 1)]),
        (10, [(300, 3), (200, 2), (140, 2), (60, 1), (140, 2)]),
    ] {
        let found = measures.map(|measure| figures(&built, measure, as_of));
        assert_eq!(found, expected, "as of {as_of}");
    }
}

#[test]
fn what_is_recovered_counts_from_its_own_position_on_and_undoes_no_payment() {
    let day = Day::parse("2016-01-05").unwrap();
    let (aid, amount, recipient) = a_hundred_fen(PROGRAMMES[0]);
    let by_itself = Step::Pay(aid.clone(), amount, AidForm::Cash, day, recipient.clone());
    let by_batch = Step::Instruct(aid, amount, AidForm::Cash, day, recipient, None);
    let steps = vec![
        by_itself,
        Step::Recover(0, RecoveryStepKind::Ordered, 80),
        Step::Recover(0, RecoveryStepKind::Received, 50),
        Step::Recover(0, RecoveryStepKind::Waived, 20),
        Step::Recover(0, RecoveryStepKind::Ordered, 20),
        Step::Recover(0, RecoveryStepKind::Received, 30),
        by_batch,
        Step::Answer(1, Said::Partly(40)),
        Step::Recover(1, RecoveryStepKind::Ordered, 40),
        Step::Recover(1, RecoveryStepKind::Received, 40),
    ];
    let built = columns_of(&history("cn-1", steps));
    let measures = [Measure::Net, Measure::Settled, Measure::Recovered, Measure::Waived];
    for (as_of, expected) in [
        (4, [(100, 1), (100, 1), (0, 0), (0, 0)]),
        (5, [(100, 1), (100, 1), (0, 0), (0, 0)]),
        (6, [(50, 1), (100, 1), (50, 1), (0, 0)]),
        (7, [(50, 1), (100, 1), (50, 1), (20, 1)]),
        (8, [(50, 1), (100, 1), (50, 1), (20, 1)]),
        (9, [(20, 1), (100, 1), (80, 1), (20, 1)]),
        (10, [(120, 2), (100, 1), (80, 1), (20, 1)]),
        (11, [(60, 2), (140, 2), (80, 1), (20, 1)]),
        (12, [(60, 2), (140, 2), (80, 1), (20, 1)]),
        (13, [(20, 2), (140, 2), (120, 2), (20, 1)]),
    ] {
        let found = measures.map(|measure| figures(&built, measure, as_of));
        assert_eq!(found, expected, "as of {as_of}");
    }
}

#[test]
fn what_was_allotted_is_what_came_in_under_no_income_programme() {
    let (day, hundred) = (Day::parse("2016-01-05").unwrap(), Money::from_fen(100).unwrap());
    let donated = Money::from_fen(7).unwrap();
    let steps = vec![
        Step::Receive(0, hundred, day, None),
        Step::Receive(1, donated, day, Some(INCOME[0])),
        Step::Receive(1, hundred, day, None),
    ];
    let built = columns_of(&history("cn-1", steps));
    assert_eq!(figures(&built, Measure::Received, 6), (207, 0));
    assert_eq!(figures(&built, Measure::Allotted, 6), (200, 0));
    assert_eq!(figures(&built, Measure::Allotted, 5), (100, 0));
}
