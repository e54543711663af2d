#![allow(clippy::unwrap_used)]

mod ceilings;
mod setting;

use super::*;
use crate::examples::*;
use crate::ids::StandardId;
use crate::money::Money;
use crate::vocabulary::StandardUnit;

/// A standard for every region and class, in force from 2020 on.
fn set(number: u128, unit: StandardUnit, amount: &str) -> SetStandard {
    SetStandard {
        standard: StandardId::from_uuid(uuid(number)),
        programme: programme(DIBAO),
        unit,
        amount: yuan(amount),
        effective_from: day("2020-01-01"),
        document: document("常民〔2020〕1号"),
        region: None,
        class: None,
    }
}

/// The standards as they stand after these were set, one after the other.
fn standards(set: impl IntoIterator<Item = SetStandard>) -> Standards {
    let mut standards = Standards::default();
    for command in set {
        standards.apply(StandardEvent::StandardSet(command.into_event()));
    }
    standards
}
