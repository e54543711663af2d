//! The rules that one payment is held to, in the order in which [`PaymentRefusal`] lists them.

use std::collections::BTreeSet;

use super::aid::RequestedAid;
use super::came_back::CameBack;
use super::command::{PaymentFacts, RecordPayment};
use super::event::Reissued;
use super::recipient::Recipient;
use super::refusal::PaymentRefusal;
use crate::calendar::MonthRange;
use crate::catalogue::{Catalogue, Programme};
use crate::grant::GrantApproved;
use crate::ids::PaymentId;
use crate::money::Money;
use crate::refusal::first_difference;
use crate::standard::Entitlement;
use crate::store::{fit_an_entry, total_value};
use crate::vocabulary::{AidForm, Channel, PaysAs};

/// What can be said of the command alone. Gives the amount that is paid.
pub(super) fn check_shape(command: &RecordPayment) -> Result<Money, PaymentRefusal> {
    let amount = match &command.aid {
        RequestedAid::Goods { items, .. } => {
            let value = total_value(items).ok_or(PaymentRefusal::ValueOutOfRange)?;
            if let Some(amount) = command.amount.filter(|amount| *amount != value) {
                return Err(PaymentRefusal::AmountIsNotTheGoodsValue { amount, value });
            }
            if !fit_an_entry(items) {
                return Err(PaymentRefusal::ItemsDoNotFit { lines: items.len() });
            }
            let channel = command.payout.channel;
            if channel != Channel::InKind {
                return Err(PaymentRefusal::GoodsNotInKind { channel });
            }
            value
        }
        _ => command.amount.ok_or(PaymentRefusal::AmountMissing)?,
    };
    if !amount.is_positive() {
        return Err(PaymentRefusal::AmountNotPositive { amount });
    }
    check_recipient(&command.recipient)?;
    Ok(amount)
}

/// Who is named is named once and counted.
fn check_recipient(recipient: &Recipient) -> Result<(), PaymentRefusal> {
    let members = recipient.members.len();
    if members > Recipient::MOST_MEMBERS {
        return Err(PaymentRefusal::TooManyMembers { members, most: Recipient::MOST_MEMBERS });
    }
    let mut seen = BTreeSet::from_iter(recipient.person_id());
    if !recipient.members.iter().all(|member| seen.insert(*member)) {
        return Err(PaymentRefusal::PersonNamedTwice);
    }
    let (covered, fewest) = (recipient.covered_persons, recipient.fewest_covered());
    if covered < fewest {
        return Err(PaymentRefusal::CoversFewerThanNamed { covered, fewest });
    }
    Ok(())
}

/// The programme exists and pays in the way that is asked for.
pub(super) fn payable(aid: &RequestedAid) -> Result<&'static Programme, PaymentRefusal> {
    let id = aid.programme();
    let Some(programme) = Catalogue::standard().get(id) else {
        return Err(PaymentRefusal::UnknownProgramme { programme: id.clone() });
    };
    let asked = match aid {
        RequestedAid::GrantPayment { .. } => PaysAs::Grant,
        RequestedAid::OneOff { .. } => PaysAs::OneOff,
        RequestedAid::TemporaryAid { .. } => PaysAs::TemporaryAid,
        RequestedAid::DisabilitySubsidy { .. } => PaysAs::DisabilitySubsidy,
        RequestedAid::Goods { .. } => PaysAs::Goods,
    };
    let pays_as = programme.pays_as;
    if pays_as == asked {
        Ok(programme)
    } else {
        Err(PaymentRefusal::NotPayable { programme: id.clone(), pays_as, asked })
    }
}

/// The streams that the command names stand, and those that were loaded are those.
pub(super) fn check_known(aid: &RequestedAid, facts: &PaymentFacts) -> Result<(), PaymentRefusal> {
    if let Some(fund) = aid.fund()
        && !facts.fund.as_ref().is_some_and(|known| known.is(fund))
    {
        return Err(PaymentRefusal::UnknownFund { fund });
    }
    if let Some(store) = aid.store()
        && !facts.store.as_ref().is_some_and(|known| known.is(store))
    {
        return Err(PaymentRefusal::UnknownStore { store });
    }
    if let Some(grant) = aid.grant()
        && facts.grant.as_ref().and_then(|(known, _)| known.approved_as(grant)).is_none()
    {
        return Err(PaymentRefusal::UnknownGrant { grant });
    }
    Ok(())
}

/// The fund may pay for the programme. Goods have no earmark.
pub(super) fn check_earmark(
    aid: &RequestedAid,
    facts: &PaymentFacts,
) -> Result<(), PaymentRefusal> {
    let Some(fund) = facts.fund.as_ref().filter(|_| aid.fund().is_some()) else {
        return Ok(());
    };
    let programme = aid.programme();
    match fund.opened() {
        Some(opened) if !fund.pays_for(programme) => Err(PaymentRefusal::OutsideEarmark {
            fund: opened.name.clone(),
            programme: programme.clone(),
        }),
        _ => Ok(()),
    }
}

/// A payment on a grant is for whom, when and at most how much was granted.
pub(super) fn check_grant(
    command: &RecordPayment,
    amount: Money,
    facts: &PaymentFacts,
) -> Result<(), PaymentRefusal> {
    let RequestedAid::GrantPayment { programme, months, grant: Some(id), .. } = &command.aid else {
        return Ok(());
    };
    let consulted = facts.grant.as_ref().map(|(grant, _)| grant);
    let Some(grant) = consulted.and_then(|grant| grant.approved_as(*id)) else {
        return Err(PaymentRefusal::UnknownGrant { grant: *id });
    };
    let recipient = &command.recipient;
    let person = grant.person.as_ref().map(|person| person.id);
    let outside = first_difference(&[
        (*programme == grant.programme, &["programme"]),
        (recipient.household_id() == Some(grant.household.id), &["recipient", "householdNo"]),
        (person.is_none() || recipient.person_id() == person, &["recipient", "personNo"]),
    ]);
    if let Some(field) = outside {
        return Err(PaymentRefusal::OutsideGrant { field });
    }
    if !grant.months.covers(months) {
        return Err(PaymentRefusal::GrantNotLive { months: *months, granted: grant.months });
    }
    if let Some(from) = consulted.and_then(|grant| grant.stopped_from())
        && from <= months.to()
    {
        return Err(PaymentRefusal::GrantStopped { months: *months, from });
    }
    match limit(grant, months) {
        Some(limit) if amount > limit => Err(PaymentRefusal::AboveGrant { amount, limit }),
        _ => Ok(()),
    }
}

/// What is to be paid out again came back from a bank: to the same recipient for the same, all of it. Earmark,
/// grant and standards were asked when it was paid for the first time.
pub(super) fn check_returned(
    payment: PaymentId,
    command: &RecordPayment,
    amount: Money,
    facts: &PaymentFacts,
) -> Result<Reissued, PaymentRefusal> {
    let known = facts.reissued.as_deref();
    let known = known.filter(|known| known.recorded().is_some_and(|paid| paid.payment == payment));
    let known = known.ok_or(PaymentRefusal::UnknownReturnedPayment { payment })?;
    let returned = known.returned().ok_or(PaymentRefusal::NotReturned { payment })?;
    let unknown = PaymentRefusal::UnknownReturnedPayment { payment };
    let back = returned.came_back().ok_or(unknown)?;
    let asked = CameBack::new(&command.aid, &command.recipient, amount, back.rest);
    // Goods are of another programme than anything that a bank gives back.
    let field = asked.map_or(Some(&["programme"][..]), |asked| back.difference(&asked));
    if let Some(field) = field {
        return Err(PaymentRefusal::OtherThanReturned { field });
    }
    if amount != back.amount_fen {
        return Err(PaymentRefusal::NotTheReturnedAmount { amount, returned: back.amount_fen });
    }
    Ok(Reissued { payment, rest: back.rest })
}

/// The grant's amount for so many months; `None` where that is above every amount there is.
fn limit(grant: &GrantApproved, months: &MonthRange) -> Option<Money> {
    grant.amount_fen.checked_mul(months.len())
}

/// Not more than the standards of the programme allow. Goods have none.
pub(super) fn check_standard(
    command: &RecordPayment,
    amount: Money,
    facts: &PaymentFacts,
) -> Result<(), PaymentRefusal> {
    if command.aid.fund().is_none() {
        return Ok(());
    }
    let month = MonthRange::single(command.occurred_on.month());
    let ceiling = facts.standards.ceiling(&Entitlement {
        months: command.aid.months().unwrap_or(month),
        region: &command.recipient.region,
        covered_persons: command.recipient.covered_persons,
    });
    match ceiling {
        Some(ceiling) if amount > ceiling => Err(PaymentRefusal::AboveStandard { amount, ceiling }),
        _ => Ok(()),
    }
}

/// What is handed over decides the form; otherwise the programme does.
pub(super) fn form_of(command: &RecordPayment, programme: &Programme) -> AidForm {
    let goods = matches!(command.aid, RequestedAid::Goods { .. });
    if goods || command.payout.channel == Channel::InKind {
        AidForm::InKind
    } else {
        programme.form
    }
}
