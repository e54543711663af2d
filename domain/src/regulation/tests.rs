#![allow(clippy::unwrap_used)]

use cqrs_es::Aggregate;

use super::*;
use crate::examples::{document, uuid, yuan};
use crate::refusal::Refusal;

fn require(number: u128, required: bool) -> RegulationCommand {
    let regulation = RegulationId::from_uuid(uuid(number));
    let document = document("内控〔2020〕1号");
    RegulationCommand::RequireOfficers(RequireOfficers { regulation, required, document })
}

fn after(commands: Vec<RegulationCommand>) -> Regulation {
    let mut regulation = Regulation::default();
    for command in commands {
        let event = regulation.decide(command, &()).unwrap().unwrap();
        regulation.apply(event);
    }
    regulation
}

#[test]
fn officers_are_required_and_no_longer_by_one_document_each() {
    assert!(!Regulation::default().officers_required());
    assert!(after(vec![require(1, true)]).officers_required());
    assert!(!after(vec![require(1, true), require(2, false)]).officers_required());
}

#[test]
fn what_is_so_already_is_not_laid_down_again() {
    for (standing, required) in
        [(Regulation::default(), false), (after(vec![require(1, true)]), true)]
    {
        let refused = standing.decide(require(9, required), &()).unwrap_err();
        assert_eq!(refused, RegulationRefusal::StandsAlready { required });
        let told = (refused.code(), refused.field().unwrap());
        assert_eq!(told, ("STANDS_ALREADY", &["required"][..]));
        let message = refused.message();
        let (chinese, english) = message.split_once(" / ").unwrap();
        assert!(!chinese.is_ascii() && english.is_ascii(), "{message}");
    }
}

#[test]
fn the_same_command_again_is_recognised_also_after_others() {
    let standing = after(vec![require(1, true), require(2, false)]);
    assert_eq!(standing.decide(require(1, true), &()), Ok(None));
    assert_eq!(standing.decide(require(2, false), &()), Ok(None));
    let refused = standing.decide(require(1, false), &()).unwrap_err();
    assert_eq!(refused, RegulationRefusal::IdReusedWithOtherContent { field: &["required"] });
    assert_eq!(refused.code(), "ID_REUSED_WITH_OTHER_CONTENT");
    let RegulationCommand::RequireOfficers(command) = require(1, true) else { unreachable!() };
    let other = RequireOfficers { document: document("另"), ..command };
    let refused = standing.decide(RegulationCommand::RequireOfficers(other), &()).unwrap_err();
    assert_eq!(refused.field().unwrap(), ["document"]);
}

fn bands(number: u128, bands: &[(&str, u32)]) -> RegulationCommand {
    let band = |(from, approvals): &(&str, u32)| {
        let (from_fen, approvals) = (yuan(from), *approvals);
        ApprovalBand { from_fen, approvals }
    };
    RegulationCommand::SetApprovalBands(SetApprovalBands {
        regulation: RegulationId::from_uuid(uuid(number)),
        bands: bands.iter().map(band).collect(),
        document: document("三重一大〔2020〕1号"),
    })
}

#[test]
fn the_band_that_a_sum_reaches_says_how_many_must_approve() {
    assert_eq!(Regulation::default().approvals_for(yuan("9999999.00")).get(), 1);
    let standing = after(vec![bands(1, &[("50000.00", 2), ("500000.00", 3)])]);
    for (sum, approvals) in [
        ("0.01", 1),
        ("49999.99", 1),
        ("50000.00", 2),
        ("499999.99", 2),
        ("500000.00", 3),
        ("90071992547409.91", 3),
    ] {
        assert_eq!(standing.approvals_for(yuan(sum)).get(), approvals, "{sum}");
    }
    let later = after(vec![bands(1, &[("50000.00", 2)]), bands(2, &[])]);
    assert_eq!(later.approvals_for(yuan("50000.00")).get(), 1);
    assert_eq!(later.decide(bands(1, &[("50000.00", 2)]), &()), Ok(None));
    let refused = later.decide(bands(1, &[("50000.00", 3)]), &()).unwrap_err();
    assert_eq!(refused, RegulationRefusal::IdReusedWithOtherContent { field: &["bands"] });
}

#[test]
fn bands_ascend_and_ask_for_a_sensible_number_of_people() {
    let many: Vec<(String, u32)> = (1..=21).map(|n| (format!("{n}.00"), 2)).collect();
    let many: Vec<(&str, u32)> = many.iter().map(|(from, n)| (from.as_str(), *n)).collect();
    for wrong in [
        &[("2.00", 2), ("1.00", 3)][..],
        &[("1.00", 2), ("1.00", 3)],
        &[("1.00", 0)],
        &[("1.00", 10)],
        &many,
    ] {
        let refused = Regulation::default().decide(bands(1, wrong), &()).unwrap_err();
        assert_eq!((refused.code(), refused.field().unwrap()), ("INVALID_BANDS", &["bands"][..]));
        let message = refused.message();
        assert!(message.contains(" / "), "{message}");
    }
    assert!(Regulation::default().decide(bands(1, &[("1.00", 9)]), &()).is_ok());
}
