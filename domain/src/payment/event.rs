//! What can have happened to a payment.

use serde::{Deserialize, Serialize};

use super::aid::Aid;
use super::answered::{PaymentReturned, PaymentSettled, repeats};
use super::came_back::CameBack;
use super::command::RecordPayment;
use super::effects::effects_of;
use super::recipient::{Payout, Recipient};
use super::recovery::{RecoveryOrdered, RecoveryReceived, RecoveryWaived};
use crate::batch::ListPart;
use crate::calendar::{Day, MonthRange};
use crate::effects::{Effects, Fate};
use crate::events::{EventError, RecordedEvent, domain_event, print, read, sound, unknown};
use crate::ids::{BatchId, FundId, PaymentId, ProgrammeId, ReversalId};
use crate::money::Money;
use crate::text::Commitment;
use crate::vocabulary::AidForm;

/// An event of a payment's stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PaymentEvent {
    /// The payment was recorded, by itself or by a batch, whose events have other names.
    #[serde(alias = "PaymentInstructed", alias = "PaymentReissued", alias = "EmergencyAdvancePaid")]
    PaymentRecorded(Box<PaymentRecorded>),
    /// The bank credited it.
    PaymentSettled(Box<PaymentSettled>),
    /// The bank gave it back, or a part of it.
    PaymentReturned(Box<PaymentReturned>),
    /// The payment was reversed.
    PaymentReversed(Box<PaymentReversed>),
    /// Something of it was asked back.
    RecoveryOrdered(Box<RecoveryOrdered>),
    /// Something of that came in.
    RecoveryReceived(Box<RecoveryReceived>),
    /// Something of that was given up.
    RecoveryWaived(Box<RecoveryWaived>),
}

/// Payload of `PaymentRecorded v1`, one event for all kinds of payment; and of `PaymentInstructed v1`, which
/// names its batch, and whose money is on its way until a bank has answered; and of `PaymentReissued v1`, which
/// names as well what it pays out again; and of `EmergencyAdvancePaid v1`, which a batch advances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentRecorded {
    /// The payment; also the id of its stream.
    pub payment: PaymentId,
    /// What kind of payment.
    pub aid: Aid,
    /// How much, more than zero; for goods their declared value.
    pub amount_fen: Money,
    /// In what form the aid reached the recipient.
    pub form: AidForm,
    /// The day it was paid.
    pub occurred_on: Day,
    /// Who receives.
    pub recipient: Recipient,
    /// How it reached the payee.
    pub payout: Payout,
    /// The line of a batch that it carries out; absent where it was recorded by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<BatchLine>,
    /// What it pays out again; absent where it pays for the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reissues: Option<Reissued>,
}

/// A payment that a bank returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reissued {
    /// The payment.
    pub payment: PaymentId,
    /// Whether a bank had credited a part, of it or of a payment before it, so that those covered are counted
    /// already.
    pub rest: bool,
}

/// A line of the list of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchLine {
    /// The batch.
    pub batch: BatchId,
    /// Which line, from 1.
    pub line: u32,
    /// Whether the batch is advanced: in an emergency, before its papers are complete.
    #[serde(default, skip_serializing_if = "is_not")]
    pub advance: bool,
}

/// What serde asks before it leaves a `false` out.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_not(flag: &bool) -> bool {
    !*flag
}

impl PaymentRecorded {
    /// What is paid under.
    pub fn programme(&self) -> &ProgrammeId {
        self.aid.programme()
    }

    /// Out of which money; `None` for goods.
    pub fn fund(&self) -> Option<FundId> {
        self.aid.fund()
    }

    /// The line of a batch that it carries out, as the list held it; `None` for a payment by itself.
    pub fn list_part(&self) -> Option<ListPart> {
        let line = self.batch?;
        let asked = RecordPayment {
            payment: self.payment,
            aid: self.aid.requested(),
            amount: Some(self.amount_fen),
            occurred_on: self.occurred_on,
            recipient: self.recipient.clone(),
            payout: self.payout.clone(),
            reissues: self.reissues.map(|reissued| reissued.payment),
        };
        Some(ListPart::Line { line, amount: self.amount_fen, bytes: asked.line() })
    }

    /// How many person-times it counts: those that it covers, but none where it pays the rest of a payment that
    /// counts them already.
    pub fn person_times(&self) -> u32 {
        match self.reissues {
            Some(Reissued { rest: true, .. }) => 0,
            _ => self.recipient.covered_persons,
        }
    }

    /// The months that are paid for; `None` where the payment is for none in particular.
    pub fn months(&self) -> Option<MonthRange> {
        self.aid.months()
    }
}

/// Payload of `PaymentReversed v1`. It repeats the original, so that what the reversal undoes can be
/// derived from this entry alone. Also of `PaymentReversed v2`, of a payment that a bank had returned: its
/// money is in the fund already, so no money moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentReversed {
    /// The payment; also the id of its stream.
    pub payment: PaymentId,
    /// The reversal.
    pub reversal: ReversalId,
    /// The reason, which lies beside the chain.
    pub reason: Commitment,
    /// The day of the reversal.
    pub occurred_on: Day,
    /// What was recorded and is undone.
    pub original: Box<PaymentRecorded>,
    /// What the bank had returned, all of it; absent where no bank had answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned_fen: Option<Money>,
}

impl PaymentReversed {
    fn effects(&self) -> Effects {
        let undone = effects_of(&self.original).inverse();
        match self.returned_fen {
            None => {
                let repeats_first = Some(repeats(&self.original, Fate::Stands, Fate::Undone));
                Effects { repeats_first, ..undone }
            }
            Some(amount) => {
                let from = Fate::Returned { settled: Money::ZERO };
                let returned = CameBack::of(&self.original, amount, Money::ZERO);
                let returned = returned.map(|what| what.claim(self.payment));
                Effects {
                    claims: undone.claims,
                    releases: undone.releases.into_iter().chain(returned).collect(),
                    repeats_first: Some(repeats(&self.original, from, Fate::Undone)),
                    ..Effects::default()
                }
            }
        }
    }
}

impl PaymentEvent {
    /// The day on which it happened.
    pub fn occurred_on(&self) -> Day {
        match self {
            Self::PaymentRecorded(event) => event.occurred_on,
            Self::PaymentSettled(event) => event.occurred_on,
            Self::PaymentReturned(event) => event.occurred_on,
            Self::PaymentReversed(event) => event.occurred_on,
            Self::RecoveryOrdered(event) => event.occurred_on,
            Self::RecoveryReceived(event) => event.occurred_on,
            Self::RecoveryWaived(event) => event.occurred_on,
        }
    }

    /// Why nobody can have decided an event of this content; none where somebody can. What a verifier could
    /// tell from nothing else is told here.
    fn unsound(&self) -> Option<&'static str> {
        let (original, answered) = match self {
            Self::PaymentRecorded(payment) => (payment, false),
            Self::PaymentSettled(settled) => (&settled.original, true),
            Self::PaymentReturned(returned) if !returned.sums_up() => {
                return Some("what was settled and what was returned are not the amount");
            }
            Self::PaymentReturned(returned) => (&returned.original, true),
            Self::PaymentReversed(reversed) => match reversed.returned_fen {
                Some(fen) if fen != reversed.original.amount_fen => {
                    return Some("only what was returned as a whole is reversed");
                }
                returned => (&reversed.original, returned.is_some()),
            },
            Self::RecoveryOrdered(ordered) => match ordered.unsound() {
                Some(reason) => return Some(reason),
                None => (&ordered.original, false),
            },
            Self::RecoveryReceived(received) => match received.unsound() {
                Some(reason) => return Some(reason),
                None => (&received.original, false),
            },
            Self::RecoveryWaived(waived) => match waived.unsound() {
                Some(reason) => return Some(reason),
                None => (&waived.original, false),
            },
        };
        if answered && original.batch.is_none() {
            return Some("a bank answers for what a batch instructed");
        }
        original.unsound()
    }
}

impl PaymentRecorded {
    fn unsound(&self) -> Option<&'static str> {
        if !self.amount_fen.is_positive() {
            return Some("a payment is of more than nothing");
        }
        match (self.batch, self.reissues) {
            (None, Some(_)) => Some("what came back is paid out again by a batch"),
            (Some(_), _) if self.fund().is_none() => Some("no batch carries goods"),
            (Some(line), reissues) if line.advance => {
                let urgent = self.aid.is_urgent() && reissues.is_none();
                (!urgent).then_some("only urgent temporary aid is advanced")
            }
            _ => None,
        }
    }
}

impl RecordedEvent for PaymentEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::PaymentRecorded(event) if event.reissues.is_some() => "PaymentReissued v1",
            Self::PaymentRecorded(event) => match event.batch {
                None => "PaymentRecorded v1",
                Some(line) if line.advance => "EmergencyAdvancePaid v1",
                Some(_) => "PaymentInstructed v1",
            },
            Self::PaymentSettled(_) => "PaymentSettled v1",
            Self::PaymentReturned(_) => "PaymentReturned v1",
            Self::PaymentReversed(event) if event.returned_fen.is_some() => "PaymentReversed v2",
            Self::PaymentReversed(_) => "PaymentReversed v1",
            Self::RecoveryOrdered(_) => "RecoveryOrdered v1",
            Self::RecoveryReceived(_) => "RecoveryReceived v1",
            Self::RecoveryWaived(_) => "RecoveryWaived v1",
        }
    }

    fn stream_id(&self) -> String {
        match self {
            Self::PaymentRecorded(event) => event.payment.to_string(),
            Self::PaymentSettled(event) => event.payment.to_string(),
            Self::PaymentReturned(event) => event.payment.to_string(),
            Self::PaymentReversed(event) => event.payment.to_string(),
            Self::RecoveryOrdered(event) => event.payment.to_string(),
            Self::RecoveryReceived(event) => event.payment.to_string(),
            Self::RecoveryWaived(event) => event.payment.to_string(),
        }
    }

    fn payload(&self) -> Vec<u8> {
        match self {
            Self::PaymentRecorded(event) => print(event),
            Self::PaymentSettled(event) => print(event),
            Self::PaymentReturned(event) => print(event),
            Self::PaymentReversed(event) => print(event),
            Self::RecoveryOrdered(event) => print(event),
            Self::RecoveryReceived(event) => print(event),
            Self::RecoveryWaived(event) => print(event),
        }
    }

    fn read(name: &str, payload: &[u8]) -> Result<Self, EventError> {
        let event = match name {
            "PaymentRecorded v1"
            | "PaymentInstructed v1"
            | "PaymentReissued v1"
            | "EmergencyAdvancePaid v1" => read(name, payload).map(Self::PaymentRecorded),
            "PaymentSettled v1" => read(name, payload).map(Self::PaymentSettled),
            "PaymentReturned v1" => read(name, payload).map(Self::PaymentReturned),
            "PaymentReversed v1" | "PaymentReversed v2" => {
                read(name, payload).map(Self::PaymentReversed)
            }
            "RecoveryOrdered v1" => read(name, payload).map(Self::RecoveryOrdered),
            "RecoveryReceived v1" => read(name, payload).map(Self::RecoveryReceived),
            "RecoveryWaived v1" => read(name, payload).map(Self::RecoveryWaived),
            _ => unknown(name),
        }?;
        let misnamed =
            (event.name() != name).then_some("it says what only an event of another name says");
        let reason = event.unsound().or(misnamed);
        sound(event, name, reason)
    }

    fn effects(&self) -> Effects {
        match self {
            Self::PaymentRecorded(event) => effects_of(event),
            Self::PaymentSettled(event) => event.effects(),
            Self::PaymentReturned(event) => event.effects(),
            Self::PaymentReversed(event) => event.effects(),
            Self::RecoveryOrdered(event) => event.effects(),
            Self::RecoveryReceived(event) => event.effects(),
            Self::RecoveryWaived(event) => event.effects(),
        }
    }
}

domain_event!(PaymentEvent);
