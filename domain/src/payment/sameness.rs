//! Whether a payment that is asked for is the one that stands recorded under its id.

use super::aid::{Aid, RequestedAid};
use super::command::{RecordPayment, ReversePayment};
use super::event::{PaymentRecorded, PaymentReversed};
use crate::refusal::{FieldPath, first_difference};

/// The first field in which the command differs from what stands; `None` if it is the same again.
///
/// What was derived when it was decided (sequences, the form) is not compared: asked again, the same
/// command would be decided on other streams and is still the same command. A person, household or
/// account is compared by its id, which stands for the number that the client gave.
pub(super) fn difference(standing: &PaymentRecorded, asked: &RecordPayment) -> Option<FieldPath> {
    let (was, is) = (&standing.recipient, &asked.recipient);
    let (paid, pays) = (&standing.payout, &asked.payout);
    aid_difference(&standing.aid, &asked.aid).or_else(|| {
        first_difference(&[
            (asked.amount.is_none_or(|amount| amount == standing.amount_fen), &["amount"]),
            (standing.occurred_on == asked.occurred_on, &["occurredOn"]),
            (was.person_id() == is.person_id(), &["recipient", "personNo"]),
            (was.household_id() == is.household_id(), &["recipient", "householdNo"]),
            (was.members == is.members, &["recipient", "members"]),
            (was.covered_persons == is.covered_persons, &["recipient", "coveredPersons"]),
            (was.region == is.region, &["recipient", "region"]),
            (was.residency == is.residency, &["recipient", "residency"]),
            (paid.channel == pays.channel, &["payout", "channel"]),
            (paid.payee == pays.payee, &["payout", "payeeName"]),
            (
                paid.account.map(|account| account.id) == pays.account.map(|account| account.id),
                &["payout", "accountNo"],
            ),
            (paid.document == pays.document, &["payout", "document"]),
            (standing.reissues.map(|is| is.payment) == asked.reissues, &["reissues"]),
        ])
    })
}

/// The fields of the aid: those of its kind, then those that several kinds have.
fn aid_difference(standing: &Aid, asked: &RequestedAid) -> Option<FieldPath> {
    let (was, is) = (standing.months(), asked.months());
    difference_of_kind(standing, asked).or_else(|| {
        first_difference(&[
            (standing.fund() == asked.fund(), &["fund"]),
            (standing.store() == asked.store(), &["store"]),
            (was.map(|m| m.from()) == is.map(|m| m.from()), &["entitlementMonth"]),
            (was.map(|m| m.to()) == is.map(|m| m.to()), &["entitlementTo"]),
        ])
    })
}

/// The fields that only one kind of aid has. Another kind altogether is another programme.
fn difference_of_kind(standing: &Aid, asked: &RequestedAid) -> Option<FieldPath> {
    use RequestedAid as Asked;
    let programme: (bool, FieldPath) = (standing.programme() == asked.programme(), &["programme"]);
    match (standing, asked) {
        (Aid::GrantPayment { grant: was, .. }, Asked::GrantPayment { grant: is, .. }) => {
            first_difference(&[(was.map(|basis| basis.grant) == *is, &["grant"]), programme])
        }
        (Aid::OneOff { .. }, Asked::OneOff { .. }) => first_difference(&[programme]),
        (
            Aid::TemporaryAid { urgency, cause, .. },
            Asked::TemporaryAid { urgency: is_urgency, cause: is_cause, .. },
        ) => {
            first_difference(&[(urgency == is_urgency, &["kind"]), (cause == is_cause, &["cause"])])
        }
        (
            Aid::DisabilitySubsidy { subsidy, certificate, .. },
            Asked::DisabilitySubsidy { subsidy: is_subsidy, certificate: is_certificate, .. },
        ) => first_difference(&[
            (subsidy == is_subsidy, &["subsidy"]),
            (certificate == is_certificate, &["certificate"]),
        ]),
        (Aid::Goods { items: was, .. }, Asked::Goods { items: is, .. }) => {
            first_difference(&[(was == is, &["items"])])
        }
        _ => Some(&["programme"]),
    }
}

/// The first field in which a reversal differs from the one that stands under the same id.
pub(super) fn reversal_difference(
    standing: &PaymentReversed,
    asked: &ReversePayment,
) -> Option<FieldPath> {
    first_difference(&[
        (standing.reason == asked.reason, &["reason"]),
        (standing.occurred_on == asked.occurred_on, &["occurredOn"]),
    ])
}
