//! What a bank said of a payment that was on its way, and what that does to the books.

use serde::{Deserialize, Serialize};

use super::Payment;
use super::came_back::CameBack;
use super::event::{PaymentEvent, PaymentRecorded};
use crate::bank_results::{BankAnswer, BankOutcome};
use crate::calendar::Day;
use crate::commands::NoSuchEvent;
use crate::effects::{Account, Effects, Fate, Posting, RepeatsFirst};
use crate::ids::{BankResultsId, PaymentId};
use crate::money::Money;
use crate::vocabulary::{ReturnReason, words};

/// Payload of `PaymentSettled v1`: the bank credited all of it. It repeats the original, so that what it books
/// can be derived from this entry alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentSettled {
    /// The payment; also the id of its stream.
    pub payment: PaymentId,
    /// The file that says so.
    pub results: BankResultsId,
    /// Which of its lines, from 1.
    pub line: u32,
    /// The day on which it was credited.
    pub occurred_on: Day,
    /// What was instructed.
    pub original: Box<PaymentRecorded>,
}

/// Payload of `PaymentReturned v1`: the bank could not credit it, or a part of it, or took it back afterwards.
/// What was returned is in the fund again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentReturned {
    /// The payment; also the id of its stream.
    pub payment: PaymentId,
    /// The file that says so.
    pub results: BankResultsId,
    /// Which of its lines, from 1.
    pub line: u32,
    /// The part that was credited and stays so: less than the payment's amount.
    pub settled_fen: Money,
    /// The rest, which came back.
    pub returned_fen: Money,
    /// Whether the bank had said before that all of it was credited.
    pub after_settlement: bool,
    /// Why.
    pub reason: ReturnReason,
    /// The day on which it came back.
    pub occurred_on: Day,
    /// What was instructed.
    pub original: Box<PaymentRecorded>,
}

words! {
    /// Why a line of a file of results changes nothing.
    Unmatched {
        /// There is no payment of this id.
        UnknownPayment "unknown_payment" "查无此发放",
        /// The payment was recorded by itself; no bank was instructed by a batch.
        NotInstructed "not_instructed" "非批次发放",
        /// The bank has answered for it before.
        AnsweredBefore "answered_before" "此前已有结果",
        /// It was reversed.
        Reversed "reversed" "已冲销",
        /// What it paid was asked back: what comes in of it is booked there.
        UnderRecovery "under_recovery" "已决定追回",
        /// It was not on its way when the file was recorded, and is now: the line goes into a file of its own.
        TooEarly "too_early" "登记时尚未发出",
        /// The amount is not that of the payment; for a part, not between zero and it.
        AmountDiffers "amount_differs" "金额不符",
    }
}

impl Payment {
    /// What a line of a file of results leads to. A payment that is on its way is settled, returned or partly
    /// both; one that was settled may still be returned once.
    ///
    /// # Errors
    /// Why the line changes nothing.
    pub fn answer(
        &self,
        answer: &BankAnswer,
        results: BankResultsId,
        line: u32,
    ) -> Result<PaymentEvent, Unmatched> {
        let (original, after_settlement) = match self {
            Self::Absent => return Err(Unmatched::UnknownPayment),
            Self::Recorded(payment) if payment.batch.is_none() => {
                return Err(Unmatched::NotInstructed);
            }
            Self::Recorded(payment) => (payment, false),
            Self::Settled(settled) => (&settled.original, true),
            Self::Returned(_) => return Err(Unmatched::AnsweredBefore),
            Self::Recovering(recovering) => return Err(recovering.unmatched(answer)),
            Self::Reversed(_) => return Err(Unmatched::Reversed),
        };
        answer.of(original, after_settlement, results, line)
    }
}

impl BankAnswer {
    /// What it makes of a payment that was instructed, and perhaps settled since.
    fn of(
        &self,
        original: &PaymentRecorded,
        after_settlement: bool,
        results: BankResultsId,
        line: u32,
    ) -> Result<PaymentEvent, Unmatched> {
        let (payment, occurred_on) = (self.payment, self.occurred_on);
        if original.payment != payment {
            return Err(Unmatched::UnknownPayment);
        }
        let (amount, original) = (original.amount_fen, Box::new(original.clone()));
        let (settled_fen, reason) = match self.outcome {
            BankOutcome::Settled { .. } if after_settlement => {
                return Err(Unmatched::AnsweredBefore);
            }
            BankOutcome::Settled { amount_fen } => {
                same_amount(amount_fen, amount)?;
                let settled = PaymentSettled { payment, results, line, occurred_on, original };
                return Ok(PaymentEvent::PaymentSettled(Box::new(settled)));
            }
            BankOutcome::Returned { amount_fen, reason } => {
                same_amount(amount_fen, amount)?;
                (Money::ZERO, reason)
            }
            BankOutcome::PartlyPaid { settled_fen, reason } => {
                if !settled_fen.is_positive() || settled_fen >= amount {
                    return Err(Unmatched::AmountDiffers);
                }
                (settled_fen, reason)
            }
        };
        let returned_fen = amount.checked_sub(settled_fen).ok_or(Unmatched::AmountDiffers)?;
        Ok(PaymentEvent::PaymentReturned(Box::new(PaymentReturned {
            payment,
            results,
            line,
            settled_fen,
            returned_fen,
            after_settlement,
            reason,
            occurred_on,
            original,
        })))
    }

    /// The event that this line of a file asks for, with the original and what became of it before taken from
    /// the one that was recorded.
    pub(crate) fn asks_for(
        &self,
        results: BankResultsId,
        line: u32,
        recorded: &PaymentEvent,
    ) -> Result<PaymentEvent, NoSuchEvent> {
        let (original, after_settlement) = match recorded {
            PaymentEvent::PaymentSettled(settled) => (&settled.original, false),
            PaymentEvent::PaymentReturned(returned) => {
                (&returned.original, returned.after_settlement)
            }
            _ => return Err(NoSuchEvent::OfThisKind),
        };
        let asked = self.of(original, after_settlement, results, line);
        asked.map_err(|_| NoSuchEvent::OfThisKind)
    }
}

/// A line need not say the amount; where it does, it is the payment's.
fn same_amount(said: Option<Money>, amount: Money) -> Result<(), Unmatched> {
    if said.is_none_or(|said| said == amount) { Ok(()) } else { Err(Unmatched::AmountDiffers) }
}

impl PaymentSettled {
    /// What is on its way has arrived.
    pub(super) fn effects(&self) -> Effects {
        let paid = Account::Programme(self.original.programme().clone());
        Effects {
            postings: moved(self.original.amount_fen, in_transit(&self.original), Some(paid)),
            repeats_first: Some(repeats(&self.original, Fate::Stands, Fate::Settled)),
            ..Effects::default()
        }
    }
}

impl PaymentReturned {
    /// Whether what stayed and what came back are the amount, and something did come back.
    pub(super) fn sums_up(&self) -> bool {
        self.settled_fen >= Money::ZERO
            && self.returned_fen.is_positive()
            && self.settled_fen.checked_add(self.returned_fen) == Some(self.original.amount_fen)
    }

    /// What came back is in the fund again, and may be paid out once more: that is a claim that whoever does
    /// so gives back. The months stay paid for until the payment is reversed.
    pub(super) fn effects(&self) -> Effects {
        let paid = || Some(Account::Programme(self.original.programme().clone()));
        let fund = || self.original.fund().map(Account::Fund);
        let (from, postings) = if self.after_settlement {
            (Fate::Settled, moved(self.returned_fen, paid(), fund()))
        } else {
            let transit = in_transit(&self.original);
            let settled = moved(self.settled_fen, transit.clone(), paid());
            let returned = moved(self.returned_fen, transit, fund());
            (Fate::Stands, settled.into_iter().chain(returned).collect())
        };
        let to = Fate::Returned { settled: self.settled_fen };
        Effects {
            claims: self.came_back().map(|what| what.claim(self.payment)).into_iter().collect(),
            postings,
            repeats_first: Some(repeats(&self.original, from, to)),
            ..Effects::default()
        }
    }

    /// What came back; `None` for goods, which no bank carries.
    pub(super) fn came_back(&self) -> Option<CameBack> {
        CameBack::of(&self.original, self.returned_fen, self.settled_fen)
    }
}

pub(super) fn repeats(original: &PaymentRecorded, from: Fate, to: Fate) -> RepeatsFirst {
    RepeatsFirst { payload: crate::events::print(original), from, to }
}

fn in_transit(original: &PaymentRecorded) -> Option<Account> {
    original.fund().map(Account::Transit)
}

/// Money from one account to another; nothing where there is none.
fn moved(amount: Money, from: Option<Account>, to: Option<Account>) -> Vec<Posting> {
    match (from, to) {
        (Some(from), Some(to)) if amount != Money::ZERO => {
            vec![Posting::of_money(from, amount.negated()), Posting::of_money(to, amount)]
        }
        _ => Vec::new(),
    }
}
