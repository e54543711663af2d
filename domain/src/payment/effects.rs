//! What a payment does to the books.

use cqrs_es::Aggregate;

use super::{Aid, CameBack, PaymentRecorded, Reissued};
use crate::effects::{Account, Claim, Claimant, Effects, Guard, PaidMonth, Posting};
use crate::grant::Grant;
use crate::standard::Standards;
use crate::store::transfer_goods;

/// The effects of a recorded payment; those of its reversal are their inverse.
pub(super) fn effects_of(payment: &PaymentRecorded) -> Effects {
    Effects {
        claims: claims(payment),
        releases: paid_out_again(payment).into_iter().collect(),
        postings: postings(payment),
        guards: guards(payment),
        begins_stream: true,
        ..Effects::default()
    }
}

/// Who pays out again what came back gives back the right to it: it must be held, for the very same.
fn paid_out_again(payment: &PaymentRecorded) -> Option<Claim> {
    let Reissued { payment: returned, rest } = payment.reissues?;
    let aid = payment.aid.requested();
    let what = CameBack::new(&aid, &payment.recipient, payment.amount_fen, rest)?;
    Some(what.claim(returned))
}

/// Each month of a periodic payment, for the person if one is named, else for the household. A
/// payment to nobody known claims nothing: it cannot be told from another. Nor does one that pays out again
/// what came back: the payment that came back holds the months.
fn claims(payment: &PaymentRecorded) -> Vec<Claim> {
    if payment.reissues.is_some() {
        return Vec::new();
    }
    let person = payment.recipient.person_id().map(Claimant::Person);
    let household = payment.recipient.household_id().map(Claimant::Household);
    let (Some(months), Some(claimant)) = (payment.months(), person.or(household)) else {
        return Vec::new();
    };
    let programme = payment.programme();
    let claim = |month| Claim::Month(PaidMonth { programme: programme.clone(), month, claimant });
    months.months().map(claim).collect()
}

/// Money goes from the fund to the programme, or on its way to the bank where a batch released it; goods go
/// from the store to what was disbursed.
fn postings(payment: &PaymentRecorded) -> Vec<Posting> {
    match &payment.aid {
        Aid::Goods { store, items } => {
            transfer_goods(&Account::Store(*store), &Account::Disbursed(*store), items)
        }
        Aid::GrantPayment { fund, .. }
        | Aid::OneOff { fund, .. }
        | Aid::TemporaryAid { fund, .. }
        | Aid::DisabilitySubsidy { fund, .. } => {
            let to = match &payment.batch {
                None => Account::Programme(payment.programme().clone()),
                Some(_) => Account::Transit(*fund),
            };
            vec![
                Posting::of_money(Account::Fund(*fund), payment.amount_fen.negated()),
                Posting::of_money(to, payment.amount_fen),
            ]
        }
    }
}

/// The streams that the decision rested on: the programme's standards, and the grant if one is named.
/// Fund and store need none, because what was read of them never changes.
fn guards(payment: &PaymentRecorded) -> Vec<Guard> {
    let standards = payment.aid.standards().map(|sequence| Guard {
        stream_type: Standards::TYPE,
        stream_id: payment.programme().to_string(),
        sequence,
    });
    let grant = payment.aid.grant().map(|basis| Guard {
        stream_type: Grant::TYPE,
        stream_id: basis.grant.to_string(),
        sequence: basis.sequence,
    });
    standards.into_iter().chain(grant).collect()
}
