//! What can be asked of a payment, and what it must know of other streams to answer.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Payment;
use super::aid::RequestedAid;
use super::recipient::{Payout, Recipient};
use super::recovery::{OrderRecovery, ReceiveRecovery, WaiveRecovery};
use crate::calendar::Day;
use crate::fund::Fund;
use crate::grant::Grant;
use crate::ids::{PaymentId, ReversalId};
use crate::money::Money;
use crate::standard::Standards;
use crate::store::Store;
use crate::text::Commitment;

/// Everything that can be asked of a payment. Its serialised form is what is kept and hashed as the
/// entry's command.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PaymentCommand {
    /// Record that it was made.
    RecordPayment(Box<RecordPayment>),
    /// Reverse it.
    ReversePayment(ReversePayment),
    /// Ask something of it back.
    OrderRecovery(OrderRecovery),
    /// Record that something of that came in.
    ReceiveRecovery(ReceiveRecovery),
    /// Give something of that up.
    WaiveRecovery(WaiveRecovery),
}

impl PaymentCommand {
    /// The name around the command where it is printed.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::RecordPayment(_) => "RecordPayment",
            Self::ReversePayment(_) => "ReversePayment",
            Self::OrderRecovery(_) => "OrderRecovery",
            Self::ReceiveRecovery(_) => "ReceiveRecovery",
            Self::WaiveRecovery(_) => "WaiveRecovery",
        }
    }

    /// The id of the stream that decides this command.
    pub fn stream_id(&self) -> String {
        match self {
            Self::RecordPayment(command) => command.payment.to_string(),
            Self::ReversePayment(command) => command.payment.to_string(),
            Self::OrderRecovery(command) => command.payment.to_string(),
            Self::ReceiveRecovery(command) => command.payment.to_string(),
            Self::WaiveRecovery(command) => command.payment.to_string(),
        }
    }
}

/// Records a payment that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordPayment {
    /// The payment.
    pub payment: PaymentId,
    /// What kind of payment, out of which fund or store, for which months.
    pub aid: RequestedAid,
    /// More than zero. For goods it may be left out: their declared value is the amount, and an
    /// amount that is given must be equal to it.
    pub amount: Option<Money>,
    /// The day it was paid.
    pub occurred_on: Day,
    /// Who receives.
    pub recipient: Recipient,
    /// How it reached the payee; in kind for goods.
    pub payout: Payout,
    /// The payment that a bank returned and this one pays out again, to an account that is right now: what came
    /// back, all of it, to the same recipient for the same. In the list of a batch only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reissues: Option<PaymentId>,
}

impl RecordPayment {
    /// The bytes of this payment as the line of a list: JSON without white space, fields in declared order
    /// and an absent one as `null`, but `reissues` left out where it is absent.
    pub fn line(&self) -> Vec<u8> {
        crate::events::print(self)
    }
}

/// Reverses a payment that should not stand: it frees the months and gives the money or the goods
/// back to where they came from. A payment is reversed once; a new one may be recorded in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReversePayment {
    /// The payment.
    pub payment: PaymentId,
    /// The reversal, which makes the command idempotent.
    pub reversal: ReversalId,
    /// The reason, which lies beside the chain.
    pub reason: Commitment,
    /// The day of the reversal.
    pub occurred_on: Day,
}

/// What other streams said when a payment was decided. Whoever loads them passes the state together
/// with where its stream ended; the recorded event repeats both as guards, so a stream that moved in
/// between makes the append ask again instead of recording on old facts.
///
/// Only what [`RequestedAid`] names need be filled; a reversal and a recovery need nothing.
#[derive(Debug, Clone, Default)]
pub struct PaymentFacts {
    /// The fund that is to pay. Absent and missing are the same.
    pub fund: Option<Arc<Fund>>,
    /// The standards of the payment's programme.
    pub standards: Arc<Standards>,
    /// Last sequence of the standards' stream, 0 where there is none.
    pub standards_sequence: u64,
    /// The grant that is named, with the last sequence of its stream.
    pub grant: Option<(Arc<Grant>, u64)>,
    /// The store that hands out.
    pub store: Option<Arc<Store>>,
    /// The payment that is paid out again. Its stream is no guard: what came back of it is a claim, which can be
    /// given back once.
    pub reissued: Option<Arc<Payment>>,
}
