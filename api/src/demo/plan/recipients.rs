//! Who receives, as requests name them.

use super::Plan;
use crate::demo::DemoError;
use crate::demo::enrolment::Enrolment;
use crate::demo::population::{Household, Person};
use crate::demo::values::refused;
use crate::requests::RecipientRequest;

impl Plan {
    /// The household and the person of an enrolment.
    pub(super) fn recipient_of(
        &self,
        enrolment: &Enrolment,
    ) -> Result<(&Household, &Person), DemoError> {
        let household = self.household(enrolment.household)?;
        let person = self.population.persons.get(enrolment.person);
        let nobody = || refused("person", enrolment.person)("there is nobody of that number");
        Ok((household, person.ok_or_else(nobody)?))
    }

    /// The household at a place.
    pub(super) fn household(&self, place: usize) -> Result<&Household, DemoError> {
        let household = self.population.households.get(place);
        household.ok_or_else(|| refused("household", place)("there is none of that number"))
    }
}

/// The first of the covered persons by name, the others by number.
pub(super) fn recipient(household: &Household, covered: &[Person]) -> RecipientRequest {
    let (first, others) = match covered.split_first() {
        Some((first, others)) => (Some(first), others),
        None => (None, covered),
    };
    RecipientRequest {
        person_no: first.map(|person| person.number.clone()),
        person_name: first.map(|person| person.name.clone()),
        household_no: Some(household.number.clone()),
        members: others.iter().map(|person| person.number.clone()).collect(),
        region: Some(household.region.clone()),
        residency: Some(household.residency),
        ..RecipientRequest::default()
    }
}
