//! Claims: what can be had once only.

use std::fmt;

use crate::calendar::Month;
use crate::ids::{HouseholdId, PersonId, ProgrammeId};

/// A right to be paid that is used up: this programme, this month, this person or household.
///
/// Its text is `minimum-living-allowance/2020-06/household/<uuid>` or `…/person/<uuid>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Claim {
    /// What is paid under.
    pub programme: ProgrammeId,
    /// The month that is paid for.
    pub month: Month,
    /// Who is paid.
    pub claimant: Claimant,
}

/// Who a claim belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Claimant {
    /// The person that the payment names.
    Person(PersonId),
    /// The household, where no person is named.
    Household(HouseholdId),
}

impl Claim {
    /// Reads the text that `Display` writes; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let programme = ProgrammeId::parse(parts.next()?).ok()?;
        let month = Month::parse(parts.next()?).ok()?;
        let claimant = match (parts.next()?, parts.next()?) {
            ("person", id) => Claimant::Person(PersonId::parse(id).ok()?),
            ("household", id) => Claimant::Household(HouseholdId::parse(id).ok()?),
            _ => return None,
        };
        parts.next().is_none().then_some(Self { programme, month, claimant })
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}/", self.programme, self.month)?;
        match self.claimant {
            Claimant::Person(person) => write!(formatter, "person/{person}"),
            Claimant::Household(household) => write!(formatter, "household/{household}"),
        }
    }
}
