//! The two disability subsidies and the old-age allowance.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "numbers of recipients and months stay far below a million"
)]

use std::collections::VecDeque;

use super::{Registrar, Roll, family, person_enrolment};
use crate::demo::DemoError;
use crate::demo::draw::Draw;
use crate::demo::enrolment::{Benefit, Enrolment, Span, enrol_up_to};
use crate::demo::funds::FundKey;
use crate::demo::population::{Generation, Home, Population};
use crate::demo::published::Measure;

impl Registrar<'_> {
    /// Both subsidies together make one published sum. About one in seven who draw the living
    /// allowance heads a dibao household, and about one in three who draw the nursing subsidy, which
    /// is for the first two grades, draws the living allowance too.
    pub(super) fn disability(&mut self, dibao: &Roll) -> Result<(Roll, Roll), DemoError> {
        const TOGETHER: &str = "disability-two-subsidies";
        let (living, nursing) = (Benefit::DisabilityLiving, Benefit::DisabilityNursing);
        let severe = self.rate(living, "一级二级")?;
        let mild = self.rate(living, "三级四级")?;
        let (first, second) = (self.rate(nursing, "一级")?, self.rate(nursing, "二级")?);
        let mut draw = Draw::for_purpose(TOGETHER);
        let total = self.targets.of(TOGETHER, Measure::Amount)?;
        let population = &mut *self.population;
        let mut heads = dibao.iter().map(|enrolment| enrolment.person);
        let mut severe_cases = VecDeque::new();
        let (mut living_number, mut nursing_number) = (0, 0);
        let enrolled = enrol_up_to(total, TOGETHER, || {
            let span = Span::draw(&mut draw, 770, 5);
            if draw.chance(430) {
                let grade = 1 + draw.weighted(&[25, 30, 25, 20]);
                let head = if draw.chance(150) { heads.next() } else { None };
                let person = head.map_or_else(|| newcomer(population, &mut draw), Ok)?;
                if grade <= 2 {
                    severe_cases.push_back((person, grade));
                }
                living_number += 1;
                let rate = if grade <= 2 {
                    severe.clone()
                } else {
                    mild.clone()
                };
                let enrolment = person_enrolment(population, living, living_number, person);
                let fund = FundKey::Disability;
                Ok(Enrolment {
                    fund,
                    span,
                    rate,
                    grade: Some(grade),
                    ..enrolment
                })
            } else {
                let known = if draw.chance(330) {
                    severe_cases.pop_front()
                } else {
                    None
                };
                let (person, grade) = match known {
                    Some(known) => known,
                    None => (
                        newcomer(population, &mut draw)?,
                        1 + draw.weighted(&[55, 45]),
                    ),
                };
                nursing_number += 1;
                let rate = if grade == 1 {
                    first.clone()
                } else {
                    second.clone()
                };
                let enrolment = person_enrolment(population, nursing, nursing_number, person);
                let lottery = draw.chance(150);
                let fund = if lottery {
                    FundKey::Lottery
                } else {
                    FundKey::Disability
                };
                Ok(Enrolment {
                    fund,
                    span,
                    rate,
                    grade: Some(grade),
                    ..enrolment
                })
            }
        })?;
        Ok(enrolled
            .into_iter()
            .partition(|enrolment| enrolment.benefit == living))
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
                    let couple = draw.chance(250);
                    let members = [Generation::Elder; 2];
                    let (alone, _) = members.split_at(1);
                    let home = Home::Anywhere;
                    let household =
                        population.settle(if couple { &members } else { alone }, home)?;
                    let head = population
                        .households
                        .get(household)
                        .map_or(0, |home| home.head);
                    spouse = couple.then_some(head + 1);
                    head
                }
            };
            let span = Span::draw(&mut draw, 710, 7);
            let (rate, later) = match draw.weighted(&[800, 30, 163, 7]) {
                0 => (&eighty, None),
                1 => (
                    &eighty,
                    Some((
                        span.first + draw.below(span.last - span.first + 1),
                        ninety.clone(),
                    )),
                ),
                2 => (&ninety, None),
                _ => (&hundred, None),
            };
            let enrolment = person_enrolment(population, benefit, number, person);
            Ok(Enrolment {
                fund: FundKey::OldAge,
                span,
                rate: rate.clone(),
                later,
                ..enrolment
            })
        })
    }
}

/// The head of a new household of one to three; gives the person's place.
fn newcomer(population: &mut Population, draw: &mut Draw) -> Result<usize, DemoError> {
    let household = population.settle(&family(1 + draw.below(3)), Home::Anywhere)?;
    Ok(population
        .households
        .get(household)
        .map_or(0, |household| household.head))
}
