//! How much of a payment was asked back, and what became of that.

use serde::{Deserialize, Serialize};

use crate::effects::Fate;
use crate::money::Money;
use crate::payment::PaymentRecorded;

/// What of a payment reached its recipient, and how much of it was asked back, came in and was given up. Never
/// more comes in or is given up than was asked back, and what was asked back and not given up is never more than
/// arrived: what was given up may be asked back again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecoverySums {
    /// What reached the recipient.
    pub arrived_fen: Money,
    /// What was asked back of it, in all orders together.
    pub ordered_fen: Money,
    /// What of that came in.
    pub received_fen: Money,
    /// What of that was given up.
    pub waived_fen: Money,
}

/// How a payment stood when something of it was asked back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Stood {
    /// It was recorded by itself, and no bank was asked.
    Recorded,
    /// A bank had credited all of it.
    Settled,
    /// A bank had credited a part.
    PartlyPaid {
        /// That part: more than zero, less than the payment's amount.
        settled_fen: Money,
    },
    /// Something had been asked back before.
    Recovering(RecoverySums),
}

impl RecoverySums {
    /// Nothing of what arrived was asked back yet.
    const fn of(arrived: Money) -> Self {
        Self {
            arrived_fen: arrived,
            ordered_fen: Money::ZERO,
            received_fen: Money::ZERO,
            waived_fen: Money::ZERO,
        }
    }

    /// What was asked back and neither came in nor was given up. For sums that are sound, zero or more.
    pub fn outstanding(&self) -> Option<Money> {
        self.ordered_fen.checked_sub(self.received_fen)?.checked_sub(self.waived_fen)
    }

    /// What arrived and is not asked back, or not any more. For sums that are sound, zero or more.
    pub fn not_ordered(&self) -> Option<Money> {
        self.arrived_fen.checked_add(self.waived_fen)?.checked_sub(self.ordered_fen)
    }

    pub(super) fn with_ordered(self, amount: Money) -> Option<Self> {
        Some(Self { ordered_fen: self.ordered_fen.checked_add(amount)?, ..self })
    }

    pub(super) fn with_received(self, amount: Money) -> Option<Self> {
        Some(Self { received_fen: self.received_fen.checked_add(amount)?, ..self })
    }

    pub(super) fn with_waived(self, amount: Money) -> Option<Self> {
        Some(Self { waived_fen: self.waived_fen.checked_add(amount)?, ..self })
    }

    /// Whether the sums are those of a payment of which something was asked back.
    pub(super) fn are_sound(&self) -> bool {
        let not_negative = |amount: Option<Money>| amount.is_some_and(|sum| sum >= Money::ZERO);
        self.ordered_fen.is_positive()
            && self.received_fen >= Money::ZERO
            && self.waived_fen >= Money::ZERO
            && not_negative(self.not_ordered())
            && not_negative(self.outstanding())
    }
}

impl Stood {
    /// What of this payment had reached its recipient, and what had been asked back of it.
    pub fn sums(&self, payment: &PaymentRecorded) -> RecoverySums {
        match self {
            Self::Recorded | Self::Settled => RecoverySums::of(payment.amount_fen),
            Self::PartlyPaid { settled_fen } => RecoverySums::of(*settled_fen),
            Self::Recovering(sums) => *sums,
        }
    }

    /// What had become of the payment.
    pub(super) fn fate(&self) -> Fate {
        match self {
            Self::Recorded => Fate::Stands,
            Self::Settled => Fate::Settled,
            Self::PartlyPaid { settled_fen } => Fate::Returned { settled: *settled_fen },
            Self::Recovering(sums) => Fate::Recovering(*sums),
        }
    }
}
