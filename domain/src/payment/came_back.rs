//! What a bank gave back of a payment, and must be the same when it is paid out again.

use serde::{Deserialize, Serialize};

use super::aid::RequestedAid;
use super::event::{PaymentRecorded, Reissued};
use super::recipient::Recipient;
use crate::calendar::MonthRange;
use crate::effects::Claim;
use crate::ids::{FundId, HouseholdId, PaymentId, PersonId, ProgrammeId};
use crate::money::Money;
use crate::refusal::{FieldPath, first_difference};
use crate::region::Region;
use crate::vocabulary::{Residency, TemporaryAidKind};

/// Money that came back, and whom it was for. All of it stands in the text of a claim, so that the append and
/// every verifier hold whoever pays it out again to the same recipient, the same fund, the same purpose and the
/// same amount. The account, the day and the documents may differ, and so may what is committed to (a cause, a
/// certificate): the same text gets another commitment each time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CameBack {
    /// How much.
    pub amount_fen: Money,
    /// Whether those whom it covers are counted already, by a part that was credited.
    pub rest: bool,
    /// What it was paid under.
    pub programme: ProgrammeId,
    /// Out of which money.
    pub fund: FundId,
    /// The months that it was for.
    pub months: Option<MonthRange>,
    /// Of temporary aid.
    pub urgency: Option<TemporaryAidKind>,
    /// The person, where one is named.
    pub person: Option<PersonId>,
    /// The household, where one is named.
    pub household: Option<HouseholdId>,
    /// Other persons covered.
    pub members: Vec<PersonId>,
    /// How many persons it covers.
    pub covered_persons: u32,
    /// Where the recipient is.
    pub region: Region,
    /// Urban or rural.
    pub residency: Option<Residency>,
}

impl CameBack {
    /// So much of this aid to this recipient; `None` for goods, which no bank carries.
    pub(super) fn new(
        aid: &RequestedAid,
        recipient: &Recipient,
        amount_fen: Money,
        rest: bool,
    ) -> Option<Self> {
        let urgency = match aid {
            RequestedAid::TemporaryAid { urgency, .. } => Some(*urgency),
            _ => None,
        };
        Some(Self {
            amount_fen,
            rest,
            programme: aid.programme().clone(),
            fund: aid.fund()?,
            months: aid.months(),
            urgency,
            person: recipient.person_id(),
            household: recipient.household_id(),
            members: recipient.members.clone(),
            covered_persons: recipient.covered_persons,
            region: recipient.region.clone(),
            residency: recipient.residency,
        })
    }

    /// So much of a payment, of which a part was credited or not.
    pub(super) fn of(payment: &PaymentRecorded, amount: Money, settled: Money) -> Option<Self> {
        // Of a rest that came back as a whole, those covered are counted all the same.
        let rest =
            settled != Money::ZERO || matches!(payment.reissues, Some(Reissued { rest: true, .. }));
        Self::new(&payment.aid.requested(), &payment.recipient, amount, rest)
    }

    /// Held for as long as it was neither paid out again nor given up.
    pub(super) fn claim(self, payment: PaymentId) -> Claim {
        Claim::Returned { payment, what: Box::new(self) }
    }

    /// The first field in which what is to be paid out again is something else, the amount apart.
    pub(super) fn difference(&self, other: &Self) -> Option<FieldPath> {
        let (was, is) = (self.months, other.months);
        first_difference(&[
            (self.programme == other.programme, &["programme"]),
            (self.fund == other.fund, &["fund"]),
            (was.map(|m| m.from()) == is.map(|m| m.from()), &["entitlementMonth"]),
            (was.map(|m| m.to()) == is.map(|m| m.to()), &["entitlementTo"]),
            (self.urgency == other.urgency, &["kind"]),
            (self.person == other.person, &["recipient", "personNo"]),
            (self.household == other.household, &["recipient", "householdNo"]),
            (self.members == other.members, &["recipient", "members"]),
            (self.covered_persons == other.covered_persons, &["recipient", "coveredPersons"]),
            (self.region == other.region, &["recipient", "region"]),
            (self.residency == other.residency, &["recipient", "residency"]),
        ])
    }
}
