#![allow(clippy::unwrap_used)]

use super::*;
use crate::vocabulary::{AidForm, PaysAs};

fn id(text: &str) -> ProgrammeId {
    ProgrammeId::parse(text).unwrap()
}

fn expanded(text: &str) -> Vec<String> {
    Catalogue::standard().expand(&id(text)).iter().map(ToString::to_string).collect()
}

fn found(text: &str) -> Option<&'static str> {
    Catalogue::standard().find(text).map(|programme| programme.id.as_str())
}

#[test]
fn the_embedded_table_is_a_catalogue_of_sixty_five_programmes() {
    assert_eq!(Catalogue::standard().programmes().len(), 65);
}

#[test]
fn each_kind_of_payment_has_the_programmes_that_the_catalogue_was_made_from() {
    let count = |pays_as| {
        let programmes = Catalogue::standard().programmes();
        programmes.iter().filter(|programme| programme.pays_as == pays_as).count()
    };
    assert_eq!(PaysAs::ALL.iter().map(|pays_as| count(*pays_as)).sum::<usize>(), 65);
    assert_eq!(count(PaysAs::TemporaryAid), 1);
    assert_eq!(count(PaysAs::DisabilitySubsidy), 2);
    assert_eq!(count(PaysAs::Goods), 1);
    assert_eq!(count(PaysAs::Income), 2);
}

#[test]
fn programmes_are_found_by_id_name_and_alias() {
    for text in ["minimum-living-allowance", "最低生活保障", "低保", "城乡低保", " 低保 "]
    {
        assert_eq!(found(text), Some("minimum-living-allowance"), "{text}");
    }
    for text in ["高龄补贴", "尊老金", "高龄津贴"] {
        assert_eq!(found(text), Some("old-age-allowance"), "{text}");
    }
    for text in ["", "低保金", "no-such-programme", "LOW"] {
        assert_eq!(found(text), None, "{text}");
    }
}

#[test]
fn quotation_marks_in_a_name_may_be_curly_straight_or_left_out() {
    for text in ["慈善“六助”", "慈善\"六助\"", "慈善六助", "六助", "慈善「六助」"]
    {
        assert_eq!(found(text), Some("charity-six-aids"), "{text}");
    }
    for text in ["城市“三无”对象生活保障", "城市三无对象生活保障", "三无"]
    {
        assert_eq!(found(text), Some("urban-three-nos-support"), "{text}");
    }
}

#[test]
fn every_programme_is_found_by_each_of_its_names() {
    for programme in Catalogue::standard().programmes() {
        for name in [programme.id.as_str(), &programme.name]
            .into_iter()
            .chain(programme.aliases.iter().map(String::as_str))
        {
            assert_eq!(found(name), Some(programme.id.as_str()), "{name}");
        }
    }
}

#[test]
fn a_group_stands_for_its_members_and_a_plain_programme_for_itself() {
    assert_eq!(expanded("old-age-allowance"), ["old-age-allowance"]);
    assert_eq!(
        expanded("disability-two-subsidies"),
        ["disability-living-allowance", "disability-nursing-subsidy"]
    );
    assert_eq!(expanded("no-such-programme"), [""; 0]);
}

#[test]
fn a_group_that_is_payable_stands_for_itself_too() {
    assert_eq!(
        expanded("extreme-poverty-support"),
        ["extreme-poverty-support", "urban-three-nos-support", "rural-five-guarantees-support"]
    );
}

#[test]
fn groups_inside_groups_are_taken_apart() {
    assert_eq!(
        expanded("basic-living-composite"),
        [
            "minimum-living-allowance",
            "extreme-poverty-support",
            "urban-three-nos-support",
            "rural-five-guarantees-support",
            "price-subsidy",
            "festival-consolation",
        ]
    );
}

#[test]
fn programmes_that_are_counted_in_households_say_so() {
    let counts = |text| Catalogue::standard().get(&id(text)).unwrap().counts_households();
    for text in [
        "minimum-living-allowance",
        "marginal-family-assistance",
        "temporary-assistance",
        "elderly-home-retrofit",
        "charity-supermarket",
    ] {
        assert!(counts(text), "{text}");
    }
    for text in [
        "old-age-allowance",
        "orphan-basic-living-allowance",
        "extreme-poverty-support",
        "charity-six-aids",
    ] {
        assert!(!counts(text), "{text}");
    }
}

#[test]
fn forms_follow_from_the_programme() {
    let form = |text| Catalogue::standard().get(&id(text)).unwrap().form;
    assert_eq!(form("minimum-living-allowance"), AidForm::Cash);
    assert_eq!(form("charity-supermarket"), AidForm::InKind);
    assert_eq!(form("home-care-service-purchase"), AidForm::Service);
    assert_eq!(form("funeral-benefit"), AidForm::Waiver);
}

#[test]
fn no_programme_is_called_allotment_which_is_an_account_of_its_own() {
    assert_eq!(found("allotment"), None);
}

const HEADER: &str = "id,name_en,name_zh,aliases,category,recurrence,unit,form,members,pays_as\n";

fn refused(rows: &str) -> CatalogueError {
    Catalogue::read(&format!("{HEADER}{rows}")).unwrap_err()
}

#[test]
fn a_table_with_a_name_used_twice_is_refused() {
    let error = refused("a,A,甲,,x,y,person,cash,,grant\nb,B,乙,“甲”,x,y,person,cash,,grant\n");
    assert!(matches!(error, CatalogueError::NameUsedTwice { name } if name == "“甲”"));
}

#[test]
fn a_table_with_an_unknown_member_is_refused() {
    let error = refused("a,A,甲,,x,y,person,cash,b,grant\n");
    assert!(matches!(error, CatalogueError::UnknownMember { member, .. } if member == id("b")));
    // A member is named by its id, not by a name that would find it.
    let error = refused("a,A,甲,,x,y,person,cash,c;乙,grant\nc,B,乙,,x,y,person,cash,,grant\n");
    assert!(matches!(error, CatalogueError::BadId(_)));
}

#[test]
fn a_table_with_an_unknown_word_or_a_bad_id_is_refused() {
    assert!(matches!(refused("a,A,甲,,x,y,person,gold,,grant\n"), CatalogueError::Unreadable(_)));
    assert!(matches!(refused("a b,A,甲,,x,y,person,cash,,grant\n"), CatalogueError::BadId(_)));
}

#[test]
fn groups_in_a_circle_end() {
    let table =
        format!("{HEADER}a,A,甲,,x,y,person,cash,b,grant\nb,B,乙,,x,y,person,cash,a,grant\n");
    let catalogue = Catalogue::read(&table).unwrap();
    assert_eq!(catalogue.expand(&id("a")), [id("a"), id("b")]);
}
