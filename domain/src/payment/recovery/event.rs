//! What can have happened to money that was asked back.

use serde::{Deserialize, Serialize};

use super::{RecoverySums, Stood};
use crate::calendar::Day;
use crate::effects::{Account, Effects, Fate, Posting};
use crate::ids::{PaymentId, RecoveryId, RecoveryReceiptId, WaiverId};
use crate::money::Money;
use crate::payment::PaymentRecorded;
use crate::payment::answered::repeats;
use crate::text::{Commitment, DocumentNumber};

/// Payload of `RecoveryOrdered v1`: no money moves. It repeats the original and how it stood, so that nothing
/// else is needed to see that no more is asked back than arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoveryOrdered {
    /// The payment; also the id of its stream.
    pub payment: PaymentId,
    /// The order.
    pub recovery: RecoveryId,
    /// How much is asked back, more than zero.
    pub amount_fen: Money,
    /// The reason, which lies beside the chain.
    pub reason: Commitment,
    /// The decision.
    pub document: DocumentNumber,
    /// The day of the decision.
    pub occurred_on: Day,
    /// How the payment stood.
    pub stood: Stood,
    /// What was recorded.
    pub original: Box<PaymentRecorded>,
}

/// Payload of `RecoveryReceived v1`: the amount is in the fund again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoveryReceived {
    /// The payment; also the id of its stream.
    pub payment: PaymentId,
    /// The receipt.
    pub receipt: RecoveryReceiptId,
    /// How much came in, more than zero.
    pub amount_fen: Money,
    /// The day it came in.
    pub occurred_on: Day,
    /// The voucher.
    pub document: DocumentNumber,
    /// The sums before it.
    pub before: RecoverySums,
    /// What was recorded.
    pub original: Box<PaymentRecorded>,
}

/// Payload of `RecoveryWaived v1`: no money moves, and none is to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoveryWaived {
    /// The payment; also the id of its stream.
    pub payment: PaymentId,
    /// The waiver.
    pub waiver: WaiverId,
    /// How much is given up, more than zero.
    pub amount_fen: Money,
    /// The reason, which lies beside the chain.
    pub reason: Commitment,
    /// The decision.
    pub document: DocumentNumber,
    /// The day of the decision.
    pub occurred_on: Day,
    /// The sums before it.
    pub before: RecoverySums,
    /// What was recorded.
    pub original: Box<PaymentRecorded>,
}

const OF_NOTHING: &str = "what is asked back, comes in or is given up is more than nothing";
const TOO_MUCH: &str =
    "no more is asked back than arrived, and no more comes in or is given up than was asked back";
const OTHERWISE: &str = "a payment of this kind did not stand like that";

impl RecoveryOrdered {
    /// The sums with it; `None` where they cannot be told.
    pub fn after(&self) -> Option<RecoverySums> {
        self.stood.sums(&self.original).with_ordered(self.amount_fen)
    }

    pub(in crate::payment) fn unsound(&self) -> Option<&'static str> {
        let instructed = self.original.batch.is_some();
        let stood_so = match self.stood {
            Stood::Recorded => !instructed,
            Stood::Settled => instructed,
            Stood::PartlyPaid { settled_fen } => {
                instructed && settled_fen.is_positive() && settled_fen < self.original.amount_fen
            }
            Stood::Recovering(sums) => sums.are_sound(),
        };
        if !stood_so {
            return Some(OTHERWISE);
        }
        unsound(&self.original, self.amount_fen, self.after())
    }

    pub(in crate::payment) fn effects(&self) -> Effects {
        of_sums(&self.original, self.stood.fate(), self.after(), Vec::new())
    }
}

impl RecoveryReceived {
    /// The sums with it; `None` where they cannot be told.
    pub fn after(&self) -> Option<RecoverySums> {
        self.before.with_received(self.amount_fen)
    }

    pub(in crate::payment) fn unsound(&self) -> Option<&'static str> {
        let sound = self.before.are_sound();
        unsound(&self.original, self.amount_fen, self.after().filter(|_| sound))
    }

    pub(in crate::payment) fn effects(&self) -> Effects {
        let booked = self.original.fund().map(|fund| {
            vec![
                Posting::of_money(Account::Recovered(fund), self.amount_fen.negated()),
                Posting::of_money(Account::Fund(fund), self.amount_fen),
            ]
        });
        let from = Fate::Recovering(self.before);
        of_sums(&self.original, from, self.after(), booked.unwrap_or_default())
    }
}

impl RecoveryWaived {
    /// The sums with it; `None` where they cannot be told.
    pub fn after(&self) -> Option<RecoverySums> {
        self.before.with_waived(self.amount_fen)
    }

    pub(in crate::payment) fn unsound(&self) -> Option<&'static str> {
        let sound = self.before.are_sound();
        unsound(&self.original, self.amount_fen, self.after().filter(|_| sound))
    }

    pub(in crate::payment) fn effects(&self) -> Effects {
        of_sums(&self.original, Fate::Recovering(self.before), self.after(), Vec::new())
    }
}

fn unsound(
    original: &PaymentRecorded,
    amount: Money,
    after: Option<RecoverySums>,
) -> Option<&'static str> {
    if !amount.is_positive() {
        Some(OF_NOTHING)
    } else if original.fund().is_none() {
        Some(OTHERWISE)
    } else if !after.is_some_and(|sums| sums.are_sound()) {
        Some(TOO_MUCH)
    } else {
        None
    }
}

/// What goes on from how the payment stood to these sums.
fn of_sums(
    original: &PaymentRecorded,
    from: Fate,
    after: Option<RecoverySums>,
    postings: Vec<Posting>,
) -> Effects {
    // An event without sums is never read: see `unsound`.
    let repeats_first = after.map(|sums| repeats(original, from, Fate::Recovering(sums)));
    Effects { postings, repeats_first, ..Effects::default() }
}
