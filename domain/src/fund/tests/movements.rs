//! Opening balances, transfers and remittances, one at a time.

use std::sync::Arc;

use super::*;
use crate::ids::OpeningBalanceId;

fn other_fund() -> FundId {
    FundId::from_uuid(uuid(0xf1))
}

fn begin() -> RecordOpeningBalance {
    RecordOpeningBalance {
        fund: fund_id(),
        opening: OpeningBalanceId::from_uuid(uuid(2)),
        amount: yuan("120.00"),
        occurred_on: day("2016-01-01"),
        document: document("移交〔2015〕12号"),
    }
}

fn transfer() -> TransferFunds {
    TransferFunds {
        fund: fund_id(),
        transfer: TransferId::from_uuid(uuid(3)),
        to: other_fund(),
        amount: yuan("50.00"),
        occurred_on: day("2020-03-02"),
        document: document("调拨〔2020〕3号"),
    }
}

fn remit() -> RemitSurplus {
    RemitSurplus {
        fund: fund_id(),
        remittance: RemittanceId::from_uuid(uuid(4)),
        amount: yuan("7.00"),
        occurred_on: day("2020-12-31"),
        document: document("财社〔2020〕88号"),
    }
}

/// The facts of a transfer to a fund that was opened so.
fn receiving(opened: FundOpened) -> FundFacts {
    let mut to = Fund::default();
    to.apply(FundEvent::FundOpened(opened));
    FundFacts { to: Some(Arc::new(to)) }
}

fn alike() -> FundOpened {
    FundOpened { fund: other_fund(), ..opened() }
}

fn refused(facts: FundFacts, command: TransferFunds) -> FundRefusal {
    let command = FundCommand::TransferFunds(command);
    Test::with(facts).given(standing()).when(command).inspect_result().unwrap_err()
}

#[test]
fn a_fund_begins_with_what_it_held() {
    let event = FundEvent::OpeningBalanceRecorded(begin().into_event());
    Test::with(FundFacts::default())
        .given(vec![FundEvent::FundOpened(opened())])
        .when(FundCommand::RecordOpeningBalance(begin()))
        .then_expect_events(vec![event.clone()]);
    assert_eq!(
        event.effects().postings,
        vec![
            Posting::of_money(Account::Opening(fund_id()), yuan("120.00").negated()),
            Posting::of_money(Account::Fund(fund_id()), yuan("120.00")),
        ]
    );
}

#[test]
fn a_fund_begins_once_and_before_its_money_moves() {
    let begun = vec![
        FundEvent::FundOpened(opened()),
        FundEvent::OpeningBalanceRecorded(begin().into_event()),
    ];
    let again = FundCommand::RecordOpeningBalance(begin());
    Test::with(FundFacts::default()).given(begun.clone()).when(again).then_expect_events(vec![]);

    let second = RecordOpeningBalance { opening: OpeningBalanceId::from_uuid(uuid(9)), ..begin() };
    let refusal = refusal_of(begun.clone(), FundCommand::RecordOpeningBalance(second));
    assert_eq!(refusal, FundRefusal::OpeningBalanceStands { amount: yuan("120.00") });
    assert_eq!((refusal.code(), refusal.field()), ("OPENING_BALANCE_STANDS", Some(&["id"][..])));

    let cases: [(RecordOpeningBalance, FieldPath); 3] = [
        (RecordOpeningBalance { amount: yuan("1.00"), ..begin() }, &["amount"]),
        (RecordOpeningBalance { occurred_on: day("2016-01-02"), ..begin() }, &["occurredOn"]),
        (RecordOpeningBalance { document: document("2"), ..begin() }, &["document"]),
    ];
    for (command, field) in cases {
        let refusal = refusal_of(begun.clone(), FundCommand::RecordOpeningBalance(command));
        assert_eq!(refusal, FundRefusal::OpeningBalanceIdReusedWithOtherContent { field });
        assert_eq!(refusal.code(), "ID_REUSED_WITH_OTHER_CONTENT");
    }

    for moved in [
        FundEvent::FundsReceived(received()),
        FundEvent::FundsTransferred(transfer().into_event()),
        FundEvent::SurplusRemitted(remit().into_event()),
    ] {
        let given = vec![FundEvent::FundOpened(opened()), moved];
        let refusal = refusal_of(given, FundCommand::RecordOpeningBalance(begin()));
        assert_eq!(refusal, FundRefusal::InUse { fund: fund_id() });
        assert_eq!((refusal.code(), refusal.field()), ("FUND_IN_USE", Some(&["fund"][..])));
    }
}

#[test]
fn money_is_transferred_from_one_fund_to_another() {
    let event = FundEvent::FundsTransferred(transfer().into_event());
    Test::with(receiving(alike()))
        .given(standing())
        .when(FundCommand::TransferFunds(transfer()))
        .then_expect_events(vec![event.clone()]);
    assert_eq!(
        event.effects().postings,
        vec![
            Posting::of_money(Account::Fund(fund_id()), yuan("50.00").negated()),
            Posting::of_money(Account::Fund(other_fund()), yuan("50.00")),
        ]
    );
}

#[test]
fn the_same_transfer_again_records_nothing_and_another_under_its_id_names_the_field() {
    let mut given = standing();
    given.push(FundEvent::FundsTransferred(transfer().into_event()));
    let again = FundCommand::TransferFunds(transfer());
    Test::with(FundFacts::default()).given(given.clone()).when(again).then_expect_events(vec![]);

    let third = FundId::from_uuid(uuid(0xf2));
    let cases: [(TransferFunds, FieldPath); 4] = [
        (TransferFunds { to: third, ..transfer() }, &["to"]),
        (TransferFunds { amount: yuan("1.00"), ..transfer() }, &["amount"]),
        (TransferFunds { occurred_on: day("2020-03-03"), ..transfer() }, &["occurredOn"]),
        (TransferFunds { document: document("2"), ..transfer() }, &["document"]),
    ];
    for (command, field) in cases {
        let refusal = refusal_of(given.clone(), FundCommand::TransferFunds(command));
        assert_eq!(refusal, FundRefusal::TransferIdReusedWithOtherContent { field });
        assert_eq!(refusal.code(), "ID_REUSED_WITH_OTHER_CONTENT");
    }
}

#[test]
fn money_keeps_its_source_and_its_earmark_wherever_it_goes() {
    let other = receiving(FundOpened { source: FundSource::Charity, ..alike() });
    let refusal = refused(other, transfer());
    let (from, to) = (FundSource::HardshipSubsidy, FundSource::Charity);
    assert_eq!(refusal, FundRefusal::OtherSource { from, to });
    assert_eq!((refusal.code(), refusal.field()), ("OTHER_SOURCE", Some(&["to"][..])));

    let programmes = vec![programme(DIBAO), programme("old-age-allowance")];
    let wider = receiving(FundOpened { programmes, ..alike() });
    let refusal = refused(wider, transfer());
    let outside = programme("old-age-allowance");
    assert_eq!(refusal, FundRefusal::OutsideEarmark { programme: outside });
    assert_eq!((refusal.code(), refusal.field()), ("OUTSIDE_EARMARK", Some(&["to"][..])));

    let narrower = receiving(FundOpened { programmes: vec![programme(DIBAO)], ..alike() });
    Test::with(narrower)
        .given(standing())
        .when(FundCommand::TransferFunds(transfer()))
        .then_expect_events(vec![FundEvent::FundsTransferred(transfer().into_event())]);
}

#[test]
fn a_transfer_needs_another_fund_that_stands() {
    let to_itself = refused(receiving(alike()), TransferFunds { to: fund_id(), ..transfer() });
    assert_eq!((to_itself.code(), to_itself.field()), ("SAME_FUND", Some(&["to"][..])));
    let elsewhere = FundOpened { fund: FundId::from_uuid(uuid(0xf2)), ..opened() };
    for facts in
        [FundFacts::default(), FundFacts { to: Some(Arc::new(Fund::Absent)) }, receiving(elsewhere)]
    {
        let refusal = refused(facts, transfer());
        assert_eq!(refusal, FundRefusal::UnknownReceivingFund { fund: other_fund() });
        assert_eq!((refusal.code(), refusal.field()), ("UNKNOWN_FUND", Some(&["to"][..])));
    }
}

#[test]
fn surplus_is_handed_back_once_under_an_id() {
    let event = FundEvent::SurplusRemitted(remit().into_event());
    let command = FundCommand::RemitSurplus(remit());
    Test::with(FundFacts::default())
        .given(standing())
        .when(command.clone())
        .then_expect_events(vec![event.clone()]);
    assert_eq!(
        event.effects().postings,
        vec![
            Posting::of_money(Account::Fund(fund_id()), yuan("7.00").negated()),
            Posting::of_money(Account::Remitted(fund_id()), yuan("7.00")),
        ]
    );
    let mut given = standing();
    given.push(event);
    Test::with(FundFacts::default()).given(given.clone()).when(command).then_expect_events(vec![]);
    let cases: [(RemitSurplus, FieldPath); 3] = [
        (RemitSurplus { amount: yuan("1.00"), ..remit() }, &["amount"]),
        (RemitSurplus { occurred_on: day("2020-12-30"), ..remit() }, &["occurredOn"]),
        (RemitSurplus { document: document("2"), ..remit() }, &["document"]),
    ];
    for (command, field) in cases {
        let refusal = refusal_of(given.clone(), FundCommand::RemitSurplus(command));
        assert_eq!(refusal, FundRefusal::RemittanceIdReusedWithOtherContent { field });
        assert_eq!(refusal.code(), "ID_REUSED_WITH_OTHER_CONTENT");
    }
}

#[test]
fn nothing_moves_that_is_no_amount_or_in_a_fund_that_was_never_opened() {
    let zero = Money::ZERO;
    for command in [
        FundCommand::RecordOpeningBalance(RecordOpeningBalance { amount: zero, ..begin() }),
        FundCommand::TransferFunds(TransferFunds { amount: zero, ..transfer() }),
        FundCommand::RemitSurplus(RemitSurplus { amount: zero, ..remit() }),
    ] {
        let refusal = refusal_of(vec![], command);
        assert_eq!(refusal, FundRefusal::AmountNotPositive { amount: zero });
    }
    for command in [
        FundCommand::RecordOpeningBalance(begin()),
        FundCommand::TransferFunds(transfer()),
        FundCommand::RemitSurplus(remit()),
    ] {
        assert_eq!(refusal_of(vec![], command), FundRefusal::UnknownFund { fund: fund_id() });
    }
}
