//! Dibao, marginal families, orphans, three-nos and five-guarantees.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "numbers of recipients and months stay far below a million"
)]

use super::{Registrar, Roll, family, household_enrolment};
use crate::demo::DemoError;
use crate::demo::draw::Draw;
use crate::demo::enrolment::{Benefit, Enrolment, Span};
use crate::demo::funds::FundKey;
use crate::demo::population::{Generation, Home};

impl Registrar<'_> {
    /// Households of one to five; a member's income is what the top-up stays below the standard.
    pub(super) fn dibao(&mut self) -> Result<Roll, DemoError> {
        let benefit = Benefit::Dibao;
        let rate = self.rate(benefit, "")?;
        let mut draw = Draw::for_purpose(benefit.programme());
        self.enrol(benefit, |population, number| {
            let size = 1 + draw.weighted(&[45, 30, 17, 6, 2]);
            let household = population.settle(&family(size), Home::Anywhere)?;
            let fund = match number % 10 {
                0..3 => FundKey::Central,
                3..6 => FundKey::Provincial,
                _ => FundKey::District,
            };
            let span = Span::draw(&mut draw, 630, 10);
            let income = i64::try_from(draw.below(46)).unwrap_or(0) * 10;
            let heads = i64::try_from(size).unwrap_or(1);
            let enrolment = household_enrolment(population, benefit, number, household);
            Ok(Enrolment { fund, span, rate: rate.clone(), income, heads, ..enrolment })
        })
    }

    /// Every household gets the standard, whatever its size.
    pub(super) fn marginal(&mut self) -> Result<Roll, DemoError> {
        let benefit = Benefit::Marginal;
        let rate = self.rate(benefit, "")?;
        let mut draw = Draw::for_purpose(benefit.programme());
        self.enrol(benefit, |population, number| {
            let size = 1 + draw.weighted(&[20, 30, 30, 15, 5]);
            let household = population.settle(&family(size), Home::Anywhere)?;
            let span = Span::draw(&mut draw, 650, 9);
            let enrolment = household_enrolment(population, benefit, number, household);
            Ok(Enrolment { fund: FundKey::District, span, rate: rate.clone(), ..enrolment })
        })
    }

    /// Most orphans live with relatives, some in the children's home.
    pub(super) fn orphans(&mut self) -> Result<Roll, DemoError> {
        let benefit = Benefit::Orphan;
        let scattered = self.rate(benefit, "社会散居")?;
        let institution = self.rate(benefit, "机构养育")?;
        let mut draw = Draw::for_purpose(benefit.programme());
        self.enrol(benefit, |population, number| {
            let household = population.settle(&[Generation::Child], Home::Anywhere)?;
            let in_institution = draw.chance(150);
            let (fund, rate) = if in_institution {
                (FundKey::Lottery, institution.clone())
            } else {
                (FundKey::Provincial, scattered.clone())
            };
            let span = Span::draw(&mut draw, 700, 8);
            let enrolment = household_enrolment(population, benefit, number, household);
            Ok(Enrolment { fund, span, rate, ..enrolment })
        })
    }

    /// People alone, without income or anyone to support them, urban or rural.
    pub(super) fn extreme_poverty(
        &mut self,
        benefit: Benefit,
        home: Home,
    ) -> Result<Roll, DemoError> {
        let rate = self.rate(benefit, "")?;
        let mut draw = Draw::for_purpose(benefit.programme());
        self.enrol(benefit, |population, number| {
            let old = draw.chance(750);
            let generation = if old { Generation::Elder } else { Generation::Adult };
            let household = population.settle(&[generation], home)?;
            let fund = match benefit {
                Benefit::ThreeNos => FundKey::Provincial,
                _ => FundKey::District,
            };
            let span = Span::draw(&mut draw, 740, 6);
            let enrolment = household_enrolment(population, benefit, number, household);
            Ok(Enrolment { fund, span, rate: rate.clone(), ..enrolment })
        })
    }
}
