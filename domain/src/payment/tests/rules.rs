//! What is refused because of the catalogue, the fund, the store, the grant or the standards.

use super::*;
use crate::calendar::Month;
use crate::grant::GrantStopped;
use crate::ids::StopId;
use crate::vocabulary::{PaysAs, StopReason};

fn grant_payment_under(id: &str) -> RecordPayment {
    with_aid(RequestedAid::GrantPayment {
        programme: programme(id),
        fund: fund_id(),
        months: months("2020-05", "2020-06"),
        grant: None,
    })
}

fn one_off_under(id: &str) -> RecordPayment {
    with_aid(RequestedAid::OneOff { programme: programme(id), fund: fund_id() })
}

#[test]
fn a_payment_under_an_unknown_programme_is_refused() {
    let refusal = refusal_of(grant_payment_under("moon-landing"));
    assert_eq!(refusal, PaymentRefusal::UnknownProgramme { programme: programme("moon-landing") });
    assert_eq!(refusal.code(), "UNKNOWN_PROGRAMME");
    assert_eq!(refusal.field(), Some(&["programme"][..]));
}

#[test]
fn a_programme_pays_only_as_the_catalogue_says() {
    let cases = [
        (grant_payment_under("charity-six-aids"), PaysAs::OneOff, PaysAs::Grant),
        (
            grant_payment_under("disability-living-allowance"),
            PaysAs::DisabilitySubsidy,
            PaysAs::Grant,
        ),
        (grant_payment_under("social-assistance-total"), PaysAs::NotPayable, PaysAs::Grant),
        (one_off_under(DIBAO), PaysAs::Grant, PaysAs::OneOff),
        (one_off_under("charity-one-day-donation"), PaysAs::Income, PaysAs::OneOff),
        (one_off_under("charity-supermarket"), PaysAs::Goods, PaysAs::OneOff),
        (one_off_under("temporary-assistance"), PaysAs::TemporaryAid, PaysAs::OneOff),
    ];
    for (command, expected, asked) in cases {
        let programme = command.aid.programme().clone();
        let refusal = refusal_of(command);
        assert_eq!(refusal, PaymentRefusal::NotPayable { programme, pays_as: expected, asked });
        assert_eq!(refusal.code(), "NOT_PAYABLE");
    }
    let message = refusal_of(one_off_under(DIBAO)).message();
    assert_eq!(
        message,
        "项目 minimum-living-allowance 为“按月发放”,不能作为“一次性发放”发放 / minimum-living-allowance pays as grant, not as one_off"
    );
}

#[test]
fn a_payment_out_of_an_unknown_fund_is_refused() {
    for fund in [None, Some(Arc::new(Fund::Absent))] {
        let refusal = refusal_with(PaymentFacts { fund, ..facts() }, one_off());
        assert_eq!(refusal, PaymentRefusal::UnknownFund { fund: fund_id() });
        assert_eq!(refusal.code(), "UNKNOWN_FUND");
        assert_eq!(refusal.field(), Some(&["fund"][..]));
    }
}

#[test]
fn goods_out_of_an_unknown_store_are_refused() {
    for store in [None, Some(Arc::new(Store::Absent))] {
        let refusal = refusal_with(PaymentFacts { store, ..facts() }, goods_payment());
        assert_eq!(refusal, PaymentRefusal::UnknownStore { store: store_id() });
        assert_eq!(refusal.code(), "UNKNOWN_STORE");
    }
}

#[test]
fn a_payment_on_an_unknown_grant_is_refused() {
    for grant in [None, Some((Arc::new(Grant::Absent), 0))] {
        let refusal = refusal_with(PaymentFacts { grant, ..facts() }, grant_payment());
        assert_eq!(refusal, PaymentRefusal::UnknownGrant { grant: grant_id() });
        assert_eq!(refusal.code(), "UNKNOWN_GRANT");
    }
}

#[test]
fn a_fund_pays_within_its_earmark_only() {
    let fund = Some(Arc::new(fund(&["extreme-poverty-support"])));
    let refusal = refusal_with(PaymentFacts { fund, ..facts() }, without_grant());
    let expected =
        PaymentRefusal::OutsideEarmark { fund: name("救助资金"), programme: programme(DIBAO) };
    assert_eq!(refusal, expected);
    assert_eq!(refusal.code(), "OUTSIDE_EARMARK");
}

#[test]
fn a_payment_on_a_grant_has_its_programme_household_and_person() {
    let aid = RequestedAid::GrantPayment {
        programme: programme("old-age-allowance"),
        fund: fund_id(),
        months: months("2020-05", "2020-06"),
        grant: Some(grant_id()),
    };
    let to = |recipient| RecordPayment { recipient, ..grant_payment() };
    let cases: [(RecordPayment, FieldPath); 5] = [
        (with_aid(aid), &["programme"]),
        (to(Recipient { household: None, ..recipient() }), &["recipient", "householdNo"]),
        (
            to(Recipient { household: Some(household(70)), ..recipient() }),
            &["recipient", "householdNo"],
        ),
        (to(Recipient { person: None, ..recipient() }), &["recipient", "personNo"]),
        (to(Recipient { person: Some(person(80)), ..recipient() }), &["recipient", "personNo"]),
    ];
    for (command, field) in cases {
        let refusal = refusal_of(command);
        assert_eq!(refusal, PaymentRefusal::OutsideGrant { field });
        assert_eq!(refusal.code(), "OUTSIDE_GRANT");
        assert_eq!(refusal.field(), Some(field));
    }
}

#[test]
fn a_grant_pays_for_its_own_months_only() {
    let granted = months("2020-01", "2020-12");
    for outside in [months("2019-12", "2020-01"), months("2020-12", "2021-01")] {
        let refusal = refusal_of(with_aid(RequestedAid::GrantPayment {
            programme: programme(DIBAO),
            fund: fund_id(),
            months: outside,
            grant: Some(grant_id()),
        }));
        assert_eq!(refusal, PaymentRefusal::GrantNotLive { months: outside, granted });
        assert_eq!(refusal.code(), "GRANT_NOT_LIVE");
    }
}

#[test]
fn a_grant_that_was_stopped_pays_for_the_months_before() {
    let mut stopped = grant();
    stopped.apply(GrantEvent::GrantStopped(GrantStopped {
        grant: grant_id(),
        stop: StopId::from_uuid(uuid(5)),
        from_month: Month::parse("2020-07").unwrap(),
        reason: StopReason::Death,
        document: document("停发〔2020〕7号"),
    }));
    let paying_for = |months| {
        let facts = PaymentFacts { grant: Some((Arc::new(stopped.clone()), 2)), ..facts() };
        let aid = RequestedAid::GrantPayment {
            programme: programme(DIBAO),
            fund: fund_id(),
            months,
            grant: Some(grant_id()),
        };
        let command = RecordPayment { aid, ..grant_payment() };
        Payment::default().decide(PaymentCommand::RecordPayment(Box::new(command)), &facts)
    };
    assert!(paying_for(months("2020-05", "2020-06")).is_ok());
    for behind in [months("2020-06", "2020-07"), months("2020-08", "2020-09")] {
        let refusal = paying_for(behind).unwrap_err();
        let from = Month::parse("2020-07").unwrap();
        assert_eq!(refusal, PaymentRefusal::GrantStopped { months: behind, from });
        assert_eq!(refusal.code(), "GRANT_NOT_LIVE");
        assert_eq!(refusal.field(), Some(&["entitlementMonth"][..]));
    }
}

#[test]
fn a_grant_pays_its_amount_for_each_month_at_most() {
    let amount = yuan("3000.01");
    let refusal = refusal_of(RecordPayment { amount: Some(amount), ..grant_payment() });
    assert_eq!(refusal, PaymentRefusal::AboveGrant { amount, limit: yuan("3000.00") });
    assert_eq!(refusal.code(), "ABOVE_GRANT");
    assert_eq!(refusal.field(), Some(&["amount"][..]));
}

#[test]
fn a_payment_reaches_the_standard_and_does_not_pass_it() {
    let facts = || PaymentFacts { standards: standards(), ..facts() };
    let paying = |amount| RecordPayment { amount: Some(amount), ..without_grant() };
    let at_ceiling = record(paying(yuan("3600.00")));
    assert!(Payment::default().decide(at_ceiling, &facts()).is_ok());
    let amount = yuan("3600.01");
    let refusal = refusal_with(facts(), paying(amount));
    assert_eq!(refusal, PaymentRefusal::AboveStandard { amount, ceiling: yuan("3600.00") });
    assert_eq!(refusal.code(), "ABOVE_STANDARD");
    assert_eq!(
        refusal.message(),
        "金额 3600.01 元超过标准 3600.00 元 / 3600.01 yuan is above the standard's 3600.00 yuan"
    );
}

#[test]
fn a_payment_without_months_is_held_to_the_month_it_was_made_in() {
    let facts = || PaymentFacts { standards: standards(), ..facts() };
    let paid_on = |date| RecordPayment { occurred_on: day(date), ..one_off() };
    let refusal = refusal_with(facts(), paid_on("2020-06-15"));
    assert_eq!(refusal.code(), "ABOVE_STANDARD");
    assert!(Payment::default().decide(record(paid_on("2019-12-31")), &facts()).is_ok());
}

#[test]
fn goods_are_held_to_no_earmark_and_no_standard() {
    let facts = PaymentFacts { fund: Some(Arc::new(fund(&[]))), standards: standards(), ..facts() };
    let recipient = Recipient { covered_persons: 2, ..recipient() };
    let items = vec![goods("电视", "台", 9, "2000.00")];
    let command = RecordPayment {
        aid: RequestedAid::Goods { store: store_id(), items },
        recipient,
        ..goods_payment()
    };
    assert!(Payment::default().decide(record(command), &facts).is_ok());
}

/// Everything is wrong at first; each step puts one thing right and meets the next refusal.
#[test]
fn refusals_come_in_the_documented_order() {
    let wrong_facts = PaymentFacts { fund: None, grant: None, standards: standards(), ..facts() };
    let aid = |programme_id: &str, from: &str| RequestedAid::GrantPayment {
        programme: programme(programme_id),
        fund: fund_id(),
        months: months(from, "2020-06"),
        grant: Some(grant_id()),
    };
    let mut command = RecordPayment {
        aid: aid("moon-landing", "2019-05"),
        amount: Some(Money::ZERO),
        recipient: Recipient { covered_persons: 0, household: None, ..recipient() },
        ..grant_payment()
    };
    let mut codes = Vec::new();
    let mut facts_now = wrong_facts;
    for step in 0..10 {
        codes.push(refusal_with(facts_now.clone(), command.clone()).code());
        match step {
            0 => command.amount = Some(yuan("90000.00")),
            1 => command.recipient.covered_persons = 2,
            2 => command.aid = aid("charity-six-aids", "2019-05"),
            3 => command.aid = aid(DIBAO, "2019-05"),
            4 => facts_now.fund = Some(Arc::new(fund(&[]))),
            5 => facts_now.grant = facts().grant,
            6 => facts_now.fund = facts().fund,
            7 => command.recipient.household = Some(household(7)),
            8 => command.aid = aid(DIBAO, "2020-06"),
            _ => {
                command.amount = Some(yuan("1500.00"));
                command.recipient.members.clear();
                command.recipient.covered_persons = 1;
            }
        }
    }
    codes.push(refusal_with(facts_now, command).code());
    assert_eq!(
        codes,
        [
            "INVALID_AMOUNT",
            "INVALID_COVERED_PERSONS",
            "UNKNOWN_PROGRAMME",
            "NOT_PAYABLE",
            "UNKNOWN_FUND",
            "UNKNOWN_GRANT",
            "OUTSIDE_EARMARK",
            "OUTSIDE_GRANT",
            "GRANT_NOT_LIVE",
            "ABOVE_GRANT",
            "ABOVE_STANDARD",
        ]
    );
}
