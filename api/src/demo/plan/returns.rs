//! Payments that come back from the bank: as a whole, because the account was wrong, or in part, because the
//! card takes no more. They are paid out again, the whole to the right account.
//!
//! No total changes. What came back as a whole counts nowhere, and what pays it out again counts in its place,
//! on a day of the same month; of what came back in part both parts count, and its persons once.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "lists have at most ten thousand lines and persons stay far below a million"
)]

use std::collections::BTreeMap;

use domain::money::Money;
use domain::vocabulary::ReturnReason;

use super::disbursement::LONGEST_BATCH;
use super::list::{Line, List, Outcome, batch_id};
use super::step::{Step, cut};
use crate::demo::DemoError;
use crate::demo::draw::Draw;
use crate::demo::population::account_number;
use crate::demo::values::{client_id, refused};
use crate::requests::PaymentRequest;

/// One payment in so many comes back.
const ONE_IN: usize = 400;

/// Serial numbers from here on belong to nobody's account: a wrong one is taken from them.
const NOBODYS_ACCOUNTS: usize = 900_000;

/// Why an account takes nothing.
const REASONS: [ReturnReason; 5] = [
    ReturnReason::NameDiffers,
    ReturnReason::AccountClosed,
    ReturnReason::WrongBank,
    ReturnReason::AccountFrozen,
    ReturnReason::RejectedByBank,
];

/// A payment to somebody's account.
pub(super) struct Payable {
    pub(super) payment: PaymentRequest,
    /// Place of that person.
    pub(super) payee: usize,
}

/// How much of a payment comes back, and why.
#[derive(Clone, Copy)]
enum Return {
    Whole(ReturnReason),
    Part,
}

impl Return {
    fn draw(draw: &mut Draw) -> Self {
        if draw.chance(250) {
            return Self::Part;
        }
        let drawn = REASONS.get(draw.below(REASONS.len())).copied();
        Self::Whole(drawn.unwrap_or(ReturnReason::RejectedByBank))
    }
}

/// Which lines of a batch come back, by their places: always the same of a batch of that id and length.
fn drawn(batch: &str, lines: usize) -> BTreeMap<usize, Return> {
    let mut draw = Draw::for_purpose(batch);
    // As many as on the average there are, also over lists that are shorter.
    let many = lines / ONE_IN + usize::from(draw.below(ONE_IN) < lines % ONE_IN);
    (0..many).map(|_| (draw.below(lines), Return::draw(&mut draw))).collect()
}

/// The batches of a list of so many lines, and how many lines of each come back.
pub(super) fn batches_of(
    word: &str,
    month: usize,
    lines: usize,
) -> Result<Vec<(usize, usize)>, DemoError> {
    let mut batches = Vec::new();
    for (number, from) in (1..).zip((0..lines).step_by(LONGEST_BATCH)) {
        let length = (lines - from).min(LONGEST_BATCH);
        batches.push((length, drawn(&batch_id(word, month, number)?, length).len()));
    }
    Ok(batches)
}

/// Pays a list by as many batches as it needs.
pub(super) fn by_batches(
    word: &str,
    programme: &str,
    month: usize,
    payments: Vec<Payable>,
) -> Result<Vec<Step>, DemoError> {
    let mut steps = Vec::new();
    for (number, payments) in (1..).zip(cut(payments, LONGEST_BATCH)) {
        let list = List::new(word, programme, month, number)?;
        let returns = drawn(&list.id, payments.len());
        let mut lines = Vec::with_capacity(payments.len());
        for (place, payable) in payments.into_iter().enumerate() {
            lines.push(line(payable, returns.get(&place).copied(), &list)?);
        }
        steps.push(Step::Disburse(Box::new(list.disbursement(lines)?)));
    }
    Ok(steps)
}

fn line(payable: Payable, back: Option<Return>, list: &List) -> Result<Line, DemoError> {
    let Payable { mut payment, payee } = payable;
    let outcome = match back {
        None => Outcome::Settled,
        Some(Return::Whole(reason)) => {
            let again = Box::new(again(&payment, payment.amount, list)?);
            payment.payout.account_no = Some(account_number(NOBODYS_ACCOUNTS + payee));
            Outcome::Returned { reason, again }
        }
        Some(Return::Part) => {
            let amount = payment.amount.unwrap_or(Money::ZERO);
            let half = Money::from_fen(amount.fen() / 2).map_err(refused("amount", amount))?;
            let rest = Box::new(again(&payment, amount.checked_sub(half), list)?);
            // A card of the second class takes only so much in a day.
            let reason = ReturnReason::CardClassRefused;
            Outcome::PartlyPaid { settled: half, reason, rest }
        }
    };
    Ok(Line { payment, outcome })
}

/// Pays out again what came back of a payment, to the account that it should have gone to.
fn again(
    payment: &PaymentRequest,
    amount: Option<Money>,
    list: &List,
) -> Result<PaymentRequest, DemoError> {
    Ok(PaymentRequest {
        id: client_id(&format!("{}-again", payment.id.as_str()))?,
        amount,
        occurred_on: list.last_day(),
        reissues: Some(payment.id.clone()),
        ..payment.clone()
    })
}
