#![allow(clippy::unwrap_used)]

mod movements;
mod random_movements;

use cqrs_es::Aggregate;
use cqrs_es::test::TestFramework;

use super::*;
use crate::effects::{Account, Posting};
use crate::events::RecordedEvent;
use crate::examples::*;
use crate::money::Money;
use crate::refusal::{FieldPath, Refusal};
use crate::vocabulary::{FundLevel, FundSource};

type Test = TestFramework<Fund>;

fn open() -> OpenFund {
    OpenFund {
        fund: fund_id(),
        code: name("dibao-2020"),
        name: name("2020年困难群众救助补助资金"),
        source: FundSource::HardshipSubsidy,
        level: Some(FundLevel::Central),
        budget_code: Some(name("2081902")),
        programmes: vec![programme("temporary-assistance"), programme(DIBAO), programme(DIBAO)],
    }
}

fn opened() -> FundOpened {
    FundOpened {
        fund: fund_id(),
        code: name("dibao-2020"),
        name: name("2020年困难群众救助补助资金"),
        source: FundSource::HardshipSubsidy,
        level: Some(FundLevel::Central),
        budget_code: Some(name("2081902")),
        programmes: vec![programme(DIBAO), programme("temporary-assistance")],
    }
}

fn receive() -> ReceiveFunds {
    ReceiveFunds {
        fund: fund_id(),
        receipt: ReceiptId::from_uuid(uuid(1)),
        amount: yuan("1000000.00"),
        occurred_on: day("2020-01-10"),
        document: Some(document("财社〔2020〕1号")),
        income: None,
    }
}

fn received() -> FundsReceived {
    receive().into_event(FundSource::HardshipSubsidy)
}

fn standing() -> Vec<FundEvent> {
    vec![FundEvent::FundOpened(opened()), FundEvent::FundsReceived(received())]
}

fn refusal_of(given: Vec<FundEvent>, command: FundCommand) -> FundRefusal {
    Test::with(FundFacts::default()).given(given).when(command).inspect_result().unwrap_err()
}

#[test]
fn opening_a_fund_records_its_earmark_sorted_and_without_repetition() {
    Test::with(FundFacts::default())
        .given_no_previous_events()
        .when(FundCommand::OpenFund(open()))
        .then_expect_events(vec![FundEvent::FundOpened(opened())]);
}

#[test]
fn opening_the_same_fund_again_records_nothing() {
    let mut again = open();
    again.programmes.reverse();
    Test::with(FundFacts::default())
        .given(standing())
        .when(FundCommand::OpenFund(again))
        .then_expect_events(vec![]);
}

#[test]
fn opening_a_fund_under_an_id_that_stands_for_another_names_the_field() {
    let cases: [(OpenFund, FieldPath); 6] = [
        (OpenFund { code: name("other"), ..open() }, &["id"]),
        (OpenFund { name: name("other"), ..open() }, &["name"]),
        (OpenFund { source: FundSource::Fiscal, ..open() }, &["source"]),
        (OpenFund { level: None, ..open() }, &["level"]),
        (OpenFund { budget_code: None, ..open() }, &["budgetCode"]),
        (OpenFund { programmes: vec![], ..open() }, &["programmes"]),
    ];
    for (command, field) in cases {
        let refusal = refusal_of(standing(), FundCommand::OpenFund(command));
        assert_eq!(refusal, FundRefusal::FundIdReusedWithOtherContent { field });
        assert_eq!(refusal.code(), "ID_REUSED_WITH_OTHER_CONTENT");
        assert_eq!(refusal.field(), Some(field));
    }
}

#[test]
fn an_earmark_with_an_unknown_programme_is_refused() {
    let command = OpenFund { programmes: vec![programme("moon-landing")], ..open() };
    let refusal = refusal_of(vec![], FundCommand::OpenFund(command));
    assert_eq!(refusal.code(), "UNKNOWN_PROGRAMME");
    assert_eq!(refusal.field(), Some(&["programmes"][..]));
    assert_eq!(
        refusal.message(),
        "项目目录中没有 moon-landing / the catalogue has no programme moon-landing"
    );
}

#[test]
fn receiving_money_repeats_the_source_of_the_fund() {
    Test::with(FundFacts::default())
        .given(vec![FundEvent::FundOpened(opened())])
        .when(FundCommand::ReceiveFunds(receive()))
        .then_expect_events(vec![FundEvent::FundsReceived(received())]);
}

#[test]
fn receiving_the_same_money_again_records_nothing() {
    Test::with(FundFacts::default())
        .given(standing())
        .when(FundCommand::ReceiveFunds(receive()))
        .then_expect_events(vec![]);
}

#[test]
fn another_receipt_under_a_used_id_names_the_field() {
    let income = Some(programme("charity-one-day-donation"));
    let cases: [(ReceiveFunds, FieldPath); 4] = [
        (ReceiveFunds { amount: yuan("1.00"), ..receive() }, &["amount"]),
        (ReceiveFunds { occurred_on: day("2020-01-11"), ..receive() }, &["occurredOn"]),
        (ReceiveFunds { document: None, ..receive() }, &["document"]),
        (ReceiveFunds { income, ..receive() }, &["income"]),
    ];
    for (command, field) in cases {
        let refusal = refusal_of(standing(), FundCommand::ReceiveFunds(command));
        assert_eq!(refusal, FundRefusal::ReceiptIdReusedWithOtherContent { field });
        assert_eq!(refusal.code(), "ID_REUSED_WITH_OTHER_CONTENT");
    }
}

#[test]
fn receiving_nothing_is_refused_before_anything_else() {
    let command = ReceiveFunds { amount: Money::ZERO, income: Some(programme(DIBAO)), ..receive() };
    let refusal = refusal_of(vec![], FundCommand::ReceiveFunds(command));
    assert_eq!(refusal, FundRefusal::AmountNotPositive { amount: Money::ZERO });
    assert_eq!(refusal.code(), "INVALID_AMOUNT");
}

#[test]
fn money_comes_in_under_income_programmes_only() {
    let unknown = ReceiveFunds { income: Some(programme("moon-landing")), ..receive() };
    let refusal = refusal_of(standing(), FundCommand::ReceiveFunds(unknown));
    assert_eq!(refusal.code(), "UNKNOWN_PROGRAMME");
    assert_eq!(refusal.field(), Some(&["income"][..]));

    let aid = ReceiveFunds { income: Some(programme(DIBAO)), ..receive() };
    let refusal = refusal_of(standing(), FundCommand::ReceiveFunds(aid));
    assert_eq!(refusal, FundRefusal::NotIncome { programme: programme(DIBAO) });
    assert_eq!(refusal.code(), "NOT_PAYABLE");
}

#[test]
fn receiving_into_a_fund_that_was_never_opened_is_refused() {
    let refusal = refusal_of(vec![], FundCommand::ReceiveFunds(receive()));
    assert_eq!(refusal, FundRefusal::UnknownFund { fund: fund_id() });
    assert_eq!(refusal.code(), "UNKNOWN_FUND");
}

#[test]
fn money_that_came_in_moves_from_its_origin_to_the_fund() {
    let event = FundEvent::FundsReceived(received());
    let effects = event.effects();
    assert!(effects.is_balanced());
    assert_eq!(
        effects.postings,
        vec![
            Posting::of_money(Account::Allotment, yuan("1000000.00").negated()),
            Posting::of_money(Account::Fund(fund_id()), yuan("1000000.00")),
        ]
    );
    let income = programme("charity-one-day-donation");
    let donated =
        FundEvent::FundsReceived(FundsReceived { income: Some(income.clone()), ..received() });
    let origin = donated.effects().postings.first().unwrap().account.clone();
    assert_eq!(origin, Account::Income(income));
}

#[test]
fn an_earmark_lets_through_what_its_groups_stand_for_and_nothing_else() {
    let programmes =
        vec![programme("extreme-poverty-support"), programme("disability-two-subsidies")];
    let mut fund = Fund::default();
    assert!(!fund.pays_for(&programme(DIBAO)));
    fund.apply(FundEvent::FundOpened(FundOpened { programmes, ..opened() }));
    assert!(fund.pays_for(&programme("extreme-poverty-support")));
    assert!(fund.pays_for(&programme("urban-three-nos-support")));
    assert!(fund.pays_for(&programme("disability-nursing-subsidy")));
    assert!(!fund.pays_for(&programme("disability-two-subsidies")));
    assert!(!fund.pays_for(&programme(DIBAO)));
}
