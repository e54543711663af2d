//! The same command again, and another one under an id that stands for a payment.

use super::*;

fn again(command: RecordPayment) -> Result<Vec<PaymentEvent>, PaymentRefusal> {
    again_after(after(grant_payment()), command)
}

fn again_after(
    given: Vec<PaymentEvent>,
    command: RecordPayment,
) -> Result<Vec<PaymentEvent>, PaymentRefusal> {
    Test::with(facts()).given(given).when(record(command)).inspect_result()
}

#[test]
fn recording_the_same_payment_twice_is_idempotent() {
    let kinds = [
        grant_payment(),
        without_grant(),
        one_off(),
        temporary_aid(),
        disability_subsidy(),
        goods_payment(),
    ];
    for command in kinds {
        assert_eq!(again_after(after(command.clone()), command), Ok(vec![]));
    }
}

#[test]
fn a_payment_is_the_same_although_other_streams_have_moved() {
    let facts = PaymentFacts {
        standards: standards(),
        standards_sequence: 99,
        fund: Some(Arc::new(fund(&[]))),
        grant: Some((Arc::new(grant()), 77)),
        ..facts()
    };
    Test::with(facts)
        .given(after(grant_payment()))
        .when(record(grant_payment()))
        .then_expect_events(vec![]);
}

#[test]
fn a_payment_that_was_reversed_is_still_the_same_payment() {
    let mut given = after(grant_payment());
    given.push(PaymentEvent::PaymentReversed(Box::new(PaymentReversed {
        payment: payment_id(),
        reversal: crate::ids::ReversalId::from_uuid(uuid(1)),
        reason: commitment(5),
        occurred_on: day("2020-07-01"),
        original: Box::new(recorded(grant_payment())),
        returned_fen: None,
    })));
    assert_eq!(again_after(given, grant_payment()), Ok(vec![]));
}

fn expect_difference(
    standing: &RecordPayment,
    cases: impl IntoIterator<Item = (RecordPayment, FieldPath)>,
) {
    for (command, field) in cases {
        let refusal = again_after(after(standing.clone()), command).unwrap_err();
        assert_eq!(refusal, PaymentRefusal::PaymentIdReusedWithOtherContent { field });
        assert_eq!(refusal.code(), "ID_REUSED_WITH_OTHER_CONTENT");
        assert_eq!(refusal.field(), Some(field));
    }
}

#[test]
fn the_message_names_the_field_that_differs() {
    let recipient = Recipient { household: Some(household(70)), ..recipient() };
    let refusal = again(RecordPayment { recipient, ..grant_payment() }).unwrap_err();
    assert_eq!(
        refusal.message(),
        "该发放编号已登记过其他内容,不同之处:recipient.householdNo / this payment id already stands for other content; what differs: recipient.householdNo"
    );
}

#[test]
fn another_amount_or_day_under_a_used_id_is_refused() {
    let cases: [(RecordPayment, FieldPath); 2] = [
        (RecordPayment { amount: Some(yuan("2999.99")), ..grant_payment() }, &["amount"]),
        (RecordPayment { occurred_on: day("2020-06-16"), ..grant_payment() }, &["occurredOn"]),
    ];
    expect_difference(&grant_payment(), cases);
}

#[test]
fn another_recipient_under_a_used_id_is_refused() {
    let to = |recipient| RecordPayment { recipient, ..grant_payment() };
    let cases: [(RecordPayment, FieldPath); 6] = [
        (to(Recipient { person: Some(person(80)), ..recipient() }), &["recipient", "personNo"]),
        (to(Recipient { household: None, ..recipient() }), &["recipient", "householdNo"]),
        (to(Recipient { members: vec![], ..recipient() }), &["recipient", "members"]),
        (to(Recipient { covered_persons: 9, ..recipient() }), &["recipient", "coveredPersons"]),
        (to(Recipient { region: region("320404"), ..recipient() }), &["recipient", "region"]),
        (to(Recipient { residency: None, ..recipient() }), &["recipient", "residency"]),
    ];
    expect_difference(&grant_payment(), cases);
}

#[test]
fn another_payout_under_a_used_id_is_refused() {
    let by = |payout| RecordPayment { payout, ..grant_payment() };
    let cases: [(RecordPayment, FieldPath); 4] = [
        (by(Payout { channel: Channel::Cash, ..payout() }), &["payout", "channel"]),
        (by(Payout { payee: None, ..payout() }), &["payout", "payeeName"]),
        (by(Payout { account: None, ..payout() }), &["payout", "accountNo"]),
        (by(Payout { document: None, ..payout() }), &["payout", "document"]),
    ];
    expect_difference(&grant_payment(), cases);
}

#[test]
fn another_grant_programme_or_months_under_a_used_id_are_refused() {
    let for_months = |from: &str, to: &str| {
        with_aid(RequestedAid::GrantPayment {
            programme: programme(DIBAO),
            fund: fund_id(),
            months: months(from, to),
            grant: Some(grant_id()),
        })
    };
    let other_programme = with_aid(RequestedAid::GrantPayment {
        programme: programme("old-age-allowance"),
        fund: fund_id(),
        months: months("2020-05", "2020-06"),
        grant: Some(grant_id()),
    });
    let cases: [(RecordPayment, FieldPath); 5] = [
        (without_grant(), &["grant"]),
        (other_programme, &["programme"]),
        (one_off(), &["programme"]),
        (for_months("2020-06", "2020-06"), &["entitlementMonth"]),
        (for_months("2020-05", "2020-07"), &["entitlementTo"]),
    ];
    expect_difference(&grant_payment(), cases);
}

#[test]
fn another_fund_or_one_off_programme_under_a_used_id_is_refused() {
    let other_fund = crate::ids::FundId::from_uuid(uuid(0xf1));
    let mut fund = Fund::default();
    fund.apply(FundEvent::FundOpened(FundOpened {
        fund: other_fund,
        code: name("other"),
        name: name("其他资金"),
        source: FundSource::Charity,
        level: None,
        budget_code: None,
        programmes: vec![],
    }));
    let aid = RequestedAid::OneOff { programme: programme("charity-six-aids"), fund: other_fund };
    let refusal = Test::with(PaymentFacts { fund: Some(Arc::new(fund)), ..facts() })
        .given(after(one_off()))
        .when(record(with_aid(aid)))
        .inspect_result();
    let field: FieldPath = &["fund"];
    assert_eq!(refusal, Err(PaymentRefusal::PaymentIdReusedWithOtherContent { field }));

    let retrofit =
        RequestedAid::OneOff { programme: programme("elderly-home-retrofit"), fund: fund_id() };
    expect_difference(&one_off(), [(with_aid(retrofit), &["programme"][..])]);
}

#[test]
fn other_temporary_aid_under_a_used_id_is_refused() {
    let aid =
        |urgency, cause| with_aid(RequestedAid::TemporaryAid { fund: fund_id(), urgency, cause });
    let cases: [(RecordPayment, FieldPath); 2] = [
        (aid(TemporaryAidKind::Expenditure, Some(commitment(3))), &["kind"]),
        (aid(TemporaryAidKind::Urgent, Some(commitment(33))), &["cause"]),
    ];
    expect_difference(&temporary_aid(), cases);
}

#[test]
fn another_disability_subsidy_under_a_used_id_is_refused() {
    let aid = |subsidy, certificate| {
        let months = months("2020-06", "2020-06");
        with_aid(RequestedAid::DisabilitySubsidy { fund: fund_id(), subsidy, certificate, months })
    };
    let cases: [(RecordPayment, FieldPath); 2] = [
        (aid(DisabilitySubsidyKind::Living, Some(commitment(4))), &["subsidy"]),
        (aid(DisabilitySubsidyKind::Nursing, None), &["certificate"]),
    ];
    expect_difference(&disability_subsidy(), cases);
}

#[test]
fn other_goods_under_a_used_id_are_refused() {
    let aid =
        RequestedAid::Goods { store: store_id(), items: vec![goods("大米", "袋", 3, "45.00")] };
    let command = RecordPayment { aid, ..goods_payment() };
    expect_difference(&goods_payment(), [(command, &["items"][..])]);
}
