#![allow(clippy::unwrap_used)]

use cqrs_es::Aggregate;

use super::*;
use crate::examples::{document, uuid};
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
    let RegulationCommand::RequireOfficers(command) = require(1, true);
    let other = RequireOfficers { document: document("另"), ..command };
    let refused = standing.decide(RegulationCommand::RequireOfficers(other), &()).unwrap_err();
    assert_eq!(refused.field().unwrap(), ["document"]);
}
