//! The rolls of the periodic programmes: what kind of people are on them, for how long and for how
//! much. Shares and chances are plausible inventions; the sums are the published ones.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "numbers of recipients and months stay far below a million"
)]

mod basic_living;
mod welfare;

use std::sync::Arc;

use crate::demo::DemoError;
use crate::demo::enrolment::{Benefit, Enrolment, Span, enrol_up_to};
use crate::demo::funds::FundKey;
use crate::demo::population::{Generation, Home, Population};
use crate::demo::published::{Measure, Targets};
use crate::demo::rates::{Monthly, Rates};

/// Everybody on one roll, in the order in which they are paid.
pub(super) type Roll = Vec<Enrolment>;

/// Makes all rolls, inventing the people on them.
pub(super) struct Registrar<'a> {
    targets: &'a Targets,
    rates: &'a Rates,
    population: &'a mut Population,
}

impl<'a> Registrar<'a> {
    /// Fills the population from the published sums.
    pub(super) fn new(
        targets: &'a Targets,
        rates: &'a Rates,
        population: &'a mut Population,
    ) -> Self {
        Self { targets, rates, population }
    }

    /// All rolls, in the order of their paydays.
    pub(super) fn rolls(&mut self) -> Result<Vec<Roll>, DemoError> {
        let dibao = self.dibao()?;
        let marginal = self.marginal()?;
        let orphans = self.orphans()?;
        let three_nos = self.extreme_poverty(Benefit::ThreeNos, Home::Urban)?;
        let five_guarantees = self.extreme_poverty(Benefit::FiveGuarantees, Home::Rural)?;
        let (living, nursing) = self.disability(&dibao)?;
        let old_age = self.old_age()?;
        Ok(vec![dibao, marginal, orphans, three_nos, five_guarantees, living, nursing, old_age])
    }

    fn rate(&self, benefit: Benefit, class: &str) -> Result<Arc<Monthly>, DemoError> {
        self.rates.monthly(benefit.programme(), class).map(Arc::new)
    }

    /// Fills the roll of one programme; the candidate is given its number, from 1.
    fn enrol(
        &mut self,
        benefit: Benefit,
        mut candidate: impl FnMut(&mut Population, usize) -> Result<Enrolment, DemoError>,
    ) -> Result<Roll, DemoError> {
        let total = self.targets.of(benefit.programme(), Measure::Amount)?;
        let population = &mut *self.population;
        let mut number = 0;
        enrol_up_to(total, benefit.programme(), || {
            number += 1;
            candidate(population, number)
        })
    }
}

/// An enrolment of a household, at no rate yet.
fn household_enrolment(
    population: &Population,
    benefit: Benefit,
    number: usize,
    household: usize,
) -> Enrolment {
    let head = population.households.get(household).map_or(0, |household| household.head);
    person_enrolment(population, benefit, number, head)
}

/// An enrolment of a person, at no rate yet.
fn person_enrolment(
    population: &Population,
    benefit: Benefit,
    number: usize,
    person: usize,
) -> Enrolment {
    Enrolment {
        benefit,
        number,
        household: population.persons.get(person).map_or(0, |person| person.household),
        person,
        fund: FundKey::District,
        span: Span { first: 0, last: 0 },
        rate: no_rate(),
        later: None,
        income: 0,
        heads: 1,
        grade: None,
        last_part: None,
    }
}

fn no_rate() -> Arc<Monthly> {
    Arc::new([0; crate::demo::values::MONTHS])
}

/// One to five persons: a couple and their children.
pub(super) fn family(size: usize) -> Vec<Generation> {
    const FAMILY: [Generation; 5] = [
        Generation::Adult,
        Generation::Adult,
        Generation::Child,
        Generation::Child,
        Generation::Elder,
    ];
    FAMILY.into_iter().take(size).collect()
}
