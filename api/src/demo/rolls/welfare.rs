//! The two disability subsidies and the old-age allowance.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "numbers of recipients and months stay far below a million"
)]

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Registrar, Roll, family, person_enrolment};
use crate::demo::DemoError;
use crate::demo::draw::Draw;
use crate::demo::enrolment::{Benefit, Enrolment, Span, enrol_up_to};
use crate::demo::funds::FundKey;
use crate::demo::population::{Generation, Home, Population};
use crate::demo::published::Measure;
use crate::demo::rates::Monthly;

impl Registrar<'_> {
    /// Both subsidies together make one published sum.
    pub(super) fn disability(&mut self, dibao: &Roll) -> Result<(Roll, Roll), DemoError> {
        const TOGETHER: &str = "disability-two-subsidies";
        let (living, nursing) = (Benefit::DisabilityLiving, Benefit::DisabilityNursing);
        let total = self.targets.of(TOGETHER, Measure::Amount)?;
        let mut subsidies = Subsidies {
            draw: Draw::for_purpose(TOGETHER),
            living_rates: [self.rate(living, "一级二级")?, self.rate(living, "三级四级")?],
            nursing_rates: [self.rate(nursing, "一级")?, self.rate(nursing, "二级")?],
            dibao_heads: dibao.iter().map(|enrolment| enrolment.person).collect(),
            severe_cases: VecDeque::new(),
            living: 0,
            nursing: 0,
        };
        let population = &mut *self.population;
        let enrolled = enrol_up_to(total, TOGETHER, || subsidies.candidate(population))?;
        Ok(enrolled.into_iter().partition(|enrolment| enrolment.benefit == living))
    }

    /// From eighty on, by age band; some pass their ninetieth birthday on the roll, and some are
    /// couples.
    pub(super) fn old_age(&mut self) -> Result<Roll, DemoError> {
        let benefit = Benefit::OldAge;
        let eighty = self.rate(benefit, "80至89周岁")?;
        let ninety = self.rate(benefit, "90至99周岁")?;
        let hundred = self.rate(benefit, "100周岁以上")?;
        let mut draw = Draw::for_purpose(benefit.programme());
        let mut spouse: Option<usize> = None;
        self.enrol(benefit, |population, number| {
            let person = match spouse.take() {
                Some(waiting) => waiting,
                None => {
                    let elders = if draw.chance(250) { 2 } else { 1 };
                    let head = settle_head(population, &vec![Generation::Elder; elders])?;
                    spouse = (elders == 2).then_some(head + 1);
                    head
                }
            };
            let span = Span::draw(&mut draw, 710, 7);
            let birthday = span.first + draw.below(span.last - span.first + 1);
            let (rate, later) = match draw.weighted(&[800, 30, 163, 7]) {
                0 => (&eighty, None),
                1 => (&eighty, Some((birthday, ninety.clone()))),
                2 => (&ninety, None),
                _ => (&hundred, None),
            };
            let enrolment = person_enrolment(population, benefit, number, person);
            let (fund, rate) = (FundKey::OldAge, rate.clone());
            Ok(Enrolment { fund, span, rate, later, ..enrolment })
        })
    }
}

/// Invents who draws the disability subsidies. About one in seven who draw the living allowance
/// heads a dibao household, and about one in three who draw the nursing subsidy, which is for the
/// first two grades, draws the living allowance too.
struct Subsidies {
    draw: Draw,
    living_rates: [Arc<Monthly>; 2],
    nursing_rates: [Arc<Monthly>; 2],
    /// Dibao heads who do not draw the living allowance yet.
    dibao_heads: VecDeque<usize>,
    /// Who draws the living allowance in the first two grades and no nursing subsidy yet.
    severe_cases: VecDeque<(usize, usize)>,
    living: usize,
    nursing: usize,
}

impl Subsidies {
    fn candidate(&mut self, population: &mut Population) -> Result<Enrolment, DemoError> {
        if self.draw.chance(430) { self.living(population) } else { self.nursing(population) }
    }

    fn living(&mut self, population: &mut Population) -> Result<Enrolment, DemoError> {
        let grade = 1 + self.draw.weighted(&[25, 30, 25, 20]);
        let head = if self.draw.chance(150) { self.dibao_heads.pop_front() } else { None };
        let person = head.map_or_else(|| self.newcomer(population), Ok)?;
        let [severe, mild] = &self.living_rates;
        let rate = if grade <= 2 { severe.clone() } else { mild.clone() };
        if grade <= 2 {
            self.severe_cases.push_back((person, grade));
        }
        self.living += 1;
        let benefit = Benefit::DisabilityLiving;
        let enrolment = person_enrolment(population, benefit, self.living, person);
        let span = Span::draw(&mut self.draw, 770, 5);
        let (fund, grade) = (FundKey::Disability, Some(grade));
        Ok(Enrolment { fund, span, rate, grade, ..enrolment })
    }

    fn nursing(&mut self, population: &mut Population) -> Result<Enrolment, DemoError> {
        let known = if self.draw.chance(330) { self.severe_cases.pop_front() } else { None };
        let (person, grade) = match known {
            Some(known) => known,
            None => (self.newcomer(population)?, 1 + self.draw.weighted(&[55, 45])),
        };
        let [first, second] = &self.nursing_rates;
        let rate = if grade == 1 { first.clone() } else { second.clone() };
        self.nursing += 1;
        let benefit = Benefit::DisabilityNursing;
        let enrolment = person_enrolment(population, benefit, self.nursing, person);
        let span = Span::draw(&mut self.draw, 770, 5);
        let lottery = self.draw.chance(150);
        let fund = if lottery { FundKey::Lottery } else { FundKey::Disability };
        Ok(Enrolment { fund, span, rate, grade: Some(grade), ..enrolment })
    }

    /// The head of a new household of one to three.
    fn newcomer(&mut self, population: &mut Population) -> Result<usize, DemoError> {
        settle_head(population, &family(1 + self.draw.below(3)))
    }
}

/// Invents a household; gives the place of its head among the persons.
fn settle_head(population: &mut Population, members: &[Generation]) -> Result<usize, DemoError> {
    let household = population.settle(members, Home::Anywhere)?;
    Ok(population.households.get(household).map_or(0, |household| household.head))
}
