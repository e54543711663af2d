//! Who receives and how: three different things are the payee, the recipient and those covered.

use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, HouseholdId, PersonId};
use crate::region::Region;
use crate::subject::Subject;
use crate::text::{Commitment, DocumentNumber};
use crate::vocabulary::{Channel, Residency};

/// Who receives. Neither person nor household need be known: a vagrant may have no identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// The person, where one is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Subject<PersonId>>,
    /// The household, where one is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub household: Option<Subject<HouseholdId>>,
    /// Other persons covered, as they were listed; none twice.
    pub members: Vec<PersonId>,
    /// How many persons the payment covers: what 人次 sums. At least those who are named.
    pub covered_persons: u32,
    /// Where the recipient is.
    pub region: Region,
    /// Urban or rural.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residency: Option<Residency>,
}

impl Recipient {
    /// The most other persons that one payment may list: more than any household has, and few
    /// enough for one entry.
    pub const MOST_MEMBERS: usize = 200;

    /// The person's id, where one is named.
    pub fn person_id(&self) -> Option<PersonId> {
        self.person.as_ref().map(|person| person.id)
    }

    /// The household's id, where one is named.
    pub fn household_id(&self) -> Option<HouseholdId> {
        self.household.as_ref().map(|household| household.id)
    }

    /// The fewest persons that the payment can cover: all who are named, and never nobody.
    pub fn fewest_covered(&self) -> u32 {
        let named = self.members.len().saturating_add(usize::from(self.person.is_some()));
        u32::try_from(named.max(1)).unwrap_or(u32::MAX)
    }
}

/// How it reached the payee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payout {
    /// By bank, in cash, in kind.
    pub channel: Channel,
    /// The account, whose number lies beside the chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Subject<AccountId>>,
    /// The account holder, whose name lies beside the chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee: Option<Commitment>,
    /// Voucher or document number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentNumber>,
}
