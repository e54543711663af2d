//! Aid that is given once: temporary assistance and the charity association's six aids. Neither is
//! scaled: every occasion is one payment at every scale.

#![allow(
    clippy::arithmetic_side_effects,
    reason = "a few thousand payments of a few thousand yuan each"
)]

use std::ops::RangeInclusive;

use super::DemoError;
use super::draw::Draw;
use super::enrolment::Enrolment;
use super::population::{Home, Population};
use super::published::{Measure, Targets};
use super::rolls::family;
use super::values::{MONTHS, MONTHS_A_YEAR};

/// The programme of temporary assistance.
pub(super) const TEMPORARY: &str = "temporary-assistance";

/// The programme of the six aids.
pub(super) const SIX_AIDS: &str = "charity-six-aids";

/// One occasion.
pub(super) struct Relief {
    /// Number in its programme, from 1, in order of time.
    pub(super) number: usize,
    /// Month of the plan.
    pub(super) month: usize,
    /// Day of the month.
    pub(super) day: u32,
    /// Yuan.
    pub(super) yuan: i64,
    /// Place of the household.
    pub(super) household: usize,
    /// Temporary aid only: paid at once, papers afterwards.
    pub(super) urgent: bool,
}

/// Temporary assistance: the published number of distinct households, some of them twice in
/// different years, covering exactly the published person-times with everybody in the household.
pub(super) fn temporary(
    targets: &Targets,
    population: &mut Population,
    dibao: &[Enrolment],
    marginal: &[Enrolment],
) -> Result<Vec<Relief>, DemoError> {
    let total = targets.of(TEMPORARY, Measure::Amount)?;
    let mut draw = Draw::for_purpose(TEMPORARY);
    let mut households = spread(dibao, 300);
    households.extend(spread(marginal, 150));
    let known = households.len();
    let sizes = aided_sizes(targets, population, &households, &mut draw)?;
    for size in sizes.iter().skip(known) {
        let members = family(usize::try_from(*size).unwrap_or(1));
        households.push(population.settle(&members, Home::Anywhere)?);
    }

    let mut occasions = Vec::new();
    for (place, household) in households.iter().enumerate() {
        let month = draw.below(MONTHS);
        occasions.push((month, *household));
        if times(place) == 2 {
            // The same need is helped once in a calendar year.
            let later = MONTHS_A_YEAR * (1 + draw.below(4));
            occasions.push(((month + later) % MONTHS, *household));
        }
    }
    let amounts = Amounts { total, lowest: 600, highest: 4_400 };
    reliefs(TEMPORARY, &mut draw, occasions, &amounts)
}

/// How often the household at a place of the list is aided: some come back once, in another year.
fn times(place: usize) -> i64 {
    if place.is_multiple_of(15) { 2 } else { 1 }
}

/// The sizes of all aided households: those that are known first, then of as many new ones as the
/// published number wants, so large that all together make the published person-times.
fn aided_sizes(
    targets: &Targets,
    population: &Population,
    known: &[usize],
    draw: &mut Draw,
) -> Result<Vec<i64>, DemoError> {
    let wanted = usize::try_from(targets.of(TEMPORARY, Measure::Households)?).unwrap_or(0);
    let person_times = targets.of(TEMPORARY, Measure::PersonTimes)?;
    let mut sizes: Vec<i64> = known.iter().map(|at| size_of(population, *at)).collect();
    sizes.extend((known.len()..wanted).map(|_| draw_size(draw)));
    let covered: i64 = sizes.iter().enumerate().map(|(place, size)| size * times(place)).sum();
    let free = sizes.iter_mut().enumerate().skip(known.len());
    let free = free.filter(|(place, _)| times(*place) == 1).map(|(_, size)| size).collect();
    fit(free, person_times - covered, 1, 1..=5)
        .ok_or(DemoError::OutOfReach { programme: TEMPORARY })?;
    Ok(sizes)
}

/// The six aids go to the same households and to those of the rolls, more of them each year.
pub(super) fn six_aids(
    targets: &Targets,
    dibao: &[Enrolment],
    marginal: &[Enrolment],
    temporary: &[Relief],
) -> Result<Vec<Relief>, DemoError> {
    const OCCASIONS: usize = 3_600;
    let total = targets.of(SIX_AIDS, Measure::Amount)?;
    let mut draw = Draw::for_purpose(SIX_AIDS);
    let mut households: Vec<usize> =
        dibao.iter().chain(marginal).map(|enrolment| enrolment.household).collect();
    households.extend(temporary.iter().map(|relief| relief.household));
    let mut occasions = Vec::new();
    for _ in 0..OCCASIONS {
        let year = draw.weighted(&[16, 18, 20, 22, 24]);
        // School begins in September and the New Year's round is in January.
        let month = draw.weighted(&[20, 6, 6, 6, 6, 6, 6, 18, 10, 6, 5, 5]);
        let household = households.get(draw.below(households.len())).copied().unwrap_or(0);
        occasions.push((year * MONTHS_A_YEAR + month, household));
    }
    reliefs(SIX_AIDS, &mut draw, occasions, &Amounts { total, lowest: 300, highest: 3_800 })
}

/// What the amounts of a programme sum to, and between which bounds each lies, in yuan.
struct Amounts {
    total: i64,
    lowest: i64,
    highest: i64,
}

fn reliefs(
    programme: &'static str,
    draw: &mut Draw,
    mut occasions: Vec<(usize, usize)>,
    amounts: &Amounts,
) -> Result<Vec<Relief>, DemoError> {
    occasions.sort_by_key(|(month, _)| *month);
    let yuan =
        fit_amounts(draw, occasions.len(), amounts).ok_or(DemoError::OutOfReach { programme })?;
    Ok(occasions
        .into_iter()
        .zip(yuan)
        .enumerate()
        .map(|(place, ((month, household), yuan))| Relief {
            number: place + 1,
            month,
            day: u32::try_from(9 + draw.below(20)).unwrap_or(28),
            yuan,
            household,
            urgent: draw.chance(300),
        })
        .collect())
}

/// Draws so many amounts in whole hundreds of yuan that sum to the total. `None` where no amounts
/// between the lowest and the highest do.
fn fit_amounts(draw: &mut Draw, count: usize, amounts: &Amounts) -> Option<Vec<i64>> {
    const STEP: i64 = 100;
    let steps = usize::try_from((amounts.highest - amounts.lowest) / STEP).ok()?;
    let mut drawn: Vec<i64> = (0..count)
        .map(|_| amounts.lowest + STEP * i64::try_from(draw.below(steps + 1)).unwrap_or(0))
        .collect();
    let missing = amounts.total - drawn.iter().sum::<i64>();
    let all: Vec<&mut i64> = drawn.iter_mut().collect();
    fit(all, missing, STEP, amounts.lowest..=amounts.highest)?;
    Some(drawn)
}

/// Moves the numbers, one step each and round after round, until what was missing from their sum (or
/// too much, below zero) is there. `None` where the bounds do not leave room for it.
fn fit(
    mut numbers: Vec<&mut i64>,
    mut missing: i64,
    step: i64,
    bounds: RangeInclusive<i64>,
) -> Option<()> {
    while missing != 0 {
        let before = missing;
        for number in &mut numbers {
            let moved = **number + missing.clamp(-step, step);
            let moved = moved.clamp(*bounds.start(), *bounds.end());
            missing -= moved - **number;
            **number = moved;
        }
        if missing == before {
            return None;
        }
    }
    Some(())
}

/// About `wanted` households of a roll, evenly spread over it.
fn spread(roll: &[Enrolment], wanted: usize) -> Vec<usize> {
    let step = (roll.len() / wanted).max(1);
    roll.iter().step_by(step).take(wanted).map(|enrolment| enrolment.household).collect()
}

fn size_of(population: &Population, household: usize) -> i64 {
    let size = population.households.get(household).map_or(0, |household| household.size);
    i64::try_from(size).unwrap_or(0)
}

/// One to five persons.
fn draw_size(draw: &mut Draw) -> i64 {
    i64::try_from(1 + draw.weighted(&[25, 30, 25, 13, 7])).unwrap_or(1)
}
