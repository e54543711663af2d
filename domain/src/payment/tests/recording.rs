//! Each kind of payment, recorded.

use super::*;
use crate::batch::ListPart;
use crate::events::RecordedEvent;
use crate::ids::BatchId;

fn expect(command: RecordPayment, aid: Aid, amount: &str, form: AidForm) {
    let RecordPayment { payment, occurred_on, recipient, payout, .. } = command.clone();
    let event = PaymentRecorded {
        payment,
        aid,
        amount_fen: yuan(amount),
        form,
        occurred_on,
        recipient,
        payout,
        batch: None,
        reissues: None,
    };
    Test::with(facts())
        .given_no_previous_events()
        .when(record(command))
        .then_expect_events(vec![PaymentEvent::PaymentRecorded(Box::new(event))]);
}

#[test]
fn a_grant_payment_records_where_the_grant_and_the_standards_stood() {
    let aid = Aid::GrantPayment {
        programme: programme(DIBAO),
        fund: fund_id(),
        months: months("2020-05", "2020-06"),
        standards: 3,
        grant: Some(GrantBasis { grant: grant_id(), sequence: 2 }),
    };
    expect(grant_payment(), aid, "3000.00", AidForm::Cash);
}

#[test]
fn a_payment_of_a_periodic_programme_need_not_name_a_grant() {
    let aid = Aid::GrantPayment {
        programme: programme(DIBAO),
        fund: fund_id(),
        months: months("2020-05", "2020-06"),
        standards: 3,
        grant: None,
    };
    expect(without_grant(), aid, "3000.00", AidForm::Cash);
}

#[test]
fn a_one_off_payment_has_no_months() {
    let aid =
        Aid::OneOff { programme: programme("charity-six-aids"), fund: fund_id(), standards: 3 };
    assert_eq!(aid.months(), None);
    expect(one_off(), aid, "3000.00", AidForm::Cash);
}

#[test]
fn temporary_aid_belongs_to_temporary_assistance() {
    let aid = Aid::TemporaryAid {
        fund: fund_id(),
        urgency: TemporaryAidKind::Urgent,
        cause: Some(commitment(3)),
        standards: 3,
    };
    assert_eq!(aid.programme(), &programme("temporary-assistance"));
    expect(temporary_aid(), aid, "3000.00", AidForm::Cash);
}

#[test]
fn each_disability_subsidy_belongs_to_its_own_programme() {
    let aid = |subsidy| Aid::DisabilitySubsidy {
        fund: fund_id(),
        subsidy,
        certificate: Some(commitment(4)),
        months: months("2020-06", "2020-06"),
        standards: 3,
    };
    let living = aid(DisabilitySubsidyKind::Living);
    assert_eq!(living.programme(), &programme("disability-living-allowance"));
    let nursing = aid(DisabilitySubsidyKind::Nursing);
    assert_eq!(nursing.programme(), &programme("disability-nursing-subsidy"));
    expect(disability_subsidy(), nursing, "3000.00", AidForm::Cash);
}

#[test]
fn goods_are_paid_at_their_declared_value_out_of_a_store() {
    let items = vec![goods("大米", "袋", 2, "45.00"), goods("食用油", "桶", 1, "60.00")];
    let aid = Aid::Goods { store: store_id(), items };
    assert_eq!(aid.programme(), &programme("charity-supermarket"));
    assert_eq!((aid.fund(), aid.store()), (None, Some(store_id())));
    expect(goods_payment(), aid.clone(), "150.00", AidForm::InKind);
    let said = RecordPayment { amount: Some(yuan("150.00")), ..goods_payment() };
    expect(said, aid, "150.00", AidForm::InKind);
}

#[test]
fn the_form_is_the_programmes_unless_the_payout_is_in_kind() {
    let retrofit = with_aid(RequestedAid::OneOff {
        programme: programme("elderly-home-retrofit"),
        fund: fund_id(),
    });
    assert_eq!(recorded(retrofit).form, AidForm::InKind);
    let payout = Payout { channel: Channel::InKind, ..payout() };
    let in_kind = RecordPayment { payout, ..temporary_aid() };
    assert_eq!(recorded(in_kind).form, AidForm::InKind);
    let payout = Payout { channel: Channel::Cash, ..super::payout() };
    assert_eq!(recorded(RecordPayment { payout, ..temporary_aid() }).form, AidForm::Cash);
}

#[test]
fn deciding_gives_what_the_framework_would_record_without_a_future() {
    let event = Payment::default().decide(record(one_off()), &facts()).unwrap().unwrap();
    assert_eq!(vec![event], after(one_off()));
}

#[test]
fn a_batch_makes_the_same_payment_of_a_line_and_names_itself() {
    let line = BatchLine { batch: BatchId::from_uuid(uuid(0xb0)), line: 7, advance: false };
    let recorded = recorded(grant_payment());
    let instructed = Payment::Absent.instruct(grant_payment(), line, &facts()).unwrap();
    assert_eq!(instructed, PaymentRecorded { batch: Some(line), ..recorded.clone() });

    let (by_itself, by_batch) = (
        PaymentEvent::PaymentRecorded(Box::new(recorded.clone())),
        PaymentEvent::PaymentRecorded(Box::new(instructed.clone())),
    );
    assert_eq!((by_itself.name(), by_batch.name()), ("PaymentRecorded v1", "PaymentInstructed v1"));
    for (event, other) in [(&by_itself, &by_batch), (&by_batch, &by_itself)] {
        let parsed = PaymentEvent::parse(event.name(), &event.payload());
        assert_eq!(parsed.as_ref(), Ok(event));
        assert!(PaymentEvent::parse(other.name(), &event.payload()).is_err());
    }
    assert_eq!(by_itself.effects().claims, by_batch.effects().claims);
    let accounts = |event: &PaymentEvent| {
        let postings = event.effects().postings.into_iter();
        postings.map(|posting| posting.account.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(accounts(&by_itself).last().unwrap(), "programme/minimum-living-allowance");
    assert_eq!(
        accounts(&by_batch),
        [format!("fund/{}", fund_id()), format!("transit/{}", fund_id())]
    );
    let (amount, bytes) = (instructed.amount_fen, grant_payment().line());
    assert_eq!(instructed.list_part(), Some(ListPart::Line { line, amount, bytes }));
    assert_eq!(recorded.list_part(), None);
}

#[test]
fn a_batch_makes_no_payment_that_stands_already() {
    let line = BatchLine { batch: BatchId::from_uuid(uuid(0xb0)), line: 1, advance: false };
    let standing = Payment::Recorded(Box::new(recorded(grant_payment())));
    let refused = standing.instruct(grant_payment(), line, &facts()).unwrap_err();
    assert_eq!(refused.code(), "ID_REUSED_WITH_OTHER_CONTENT");
}

#[test]
fn only_urgent_temporary_aid_is_paid_before_its_papers_are_complete() {
    let line = BatchLine { batch: BatchId::from_uuid(uuid(0xb0)), line: 1, advance: true };
    let urgent = Payment::Absent.instruct(temporary_aid(), line, &facts()).unwrap();
    let event = PaymentEvent::PaymentRecorded(Box::new(urgent.clone()));
    assert_eq!(event.name(), "EmergencyAdvancePaid v1");
    assert_eq!(PaymentEvent::parse(event.name(), &event.payload()), Ok(event));
    let ordinary = with_aid(RequestedAid::TemporaryAid {
        fund: fund_id(),
        urgency: TemporaryAidKind::Expenditure,
        cause: None,
    });
    let again = RecordPayment { reissues: Some(payment_id()), ..temporary_aid() };
    for other in [ordinary, grant_payment(), one_off(), again] {
        let refused = Payment::Absent.instruct(other, line, &facts()).unwrap_err();
        assert_eq!(refused, PaymentRefusal::NotAnEmergency);
        assert_eq!((refused.code(), refused.field()), ("NOT_AN_EMERGENCY", Some(&["kind"][..])));
    }
    let mut forged = urgent;
    forged.aid = recorded(grant_payment()).aid;
    let forged = PaymentEvent::PaymentRecorded(Box::new(forged));
    let parsed = PaymentEvent::parse("EmergencyAdvancePaid v1", &forged.payload());
    assert!(matches!(parsed, Err(crate::events::EventError::Malformed { .. })), "{parsed:?}");
}
