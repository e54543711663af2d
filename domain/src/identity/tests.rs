//! The vectors are examples that have been in print for decades, and persons born in 1800.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

const VALID: [&str; 7] = [
    "11010519491231002X",
    "440524188001010014",
    "32040418000101001X",
    "320404180001010028",
    "321311180001010019",
    "33028218000101001X",
    "330282180001010028",
];

#[test]
fn identity_numbers_with_the_right_check_character_are_taken() {
    for number in VALID {
        assert_eq!(IdentityNumber::parse(number).unwrap().as_str(), number);
    }
}

#[test]
fn any_other_check_character_is_refused() {
    for number in VALID {
        let (first_seventeen, right) = number.split_at(17);
        for wrong in "0123456789XYx".chars().filter(|wrong| !right.contains(*wrong)) {
            let expected = match (wrong, right) {
                ('x', "X") => IdentityNumberError::LowerCaseX,
                _ => IdentityNumberError::WrongCheckCharacter,
            };
            let refused = IdentityNumber::parse(&format!("{first_seventeen}{wrong}"));
            assert_eq!(refused, Err(expected), "{first_seventeen}{wrong}");
        }
    }
}

#[test]
fn each_fault_of_an_identity_number_is_named() {
    use IdentityNumberError::{NoSuchDate, NotDigits, WrongCheckCharacter, WrongLength};
    for (text, expected) in [
        ("", WrongLength { length: 0 }),
        ("110105491231002", WrongLength { length: 15 }),
        ("11010519491231002X ", WrongLength { length: 19 }),
        ("1101051949123100 X", NotDigits),
        ("1101051949123100\u{FF12}X", NotDigits),
        ("11010519491231002\u{FF38}", WrongCheckCharacter),
        ("320404180002300019", NoSuchDate),
        ("320404179912310010", NoSuchDate),
        ("320404190002290010", NoSuchDate),
    ] {
        assert_eq!(IdentityNumber::parse(text), Err(expected), "{text}");
    }
}

#[test]
fn an_identity_number_does_not_show_itself() {
    let shown = format!("{:?}", IdentityNumber::parse(VALID[0]).unwrap());
    assert_eq!(shown, "IdentityNumber(hidden)");
}

#[test]
fn the_check_character_is_found_for_invented_persons() {
    for number in VALID {
        let (first_seventeen, _) = number.split_at(17);
        let completed = IdentityNumber::from_first_seventeen(first_seventeen).unwrap();
        assert_eq!(completed.as_str(), number);
    }
    for text in ["", "1101051949123100", "1101051949123100X", "11010519491231002X"] {
        assert!(IdentityNumber::from_first_seventeen(text).is_err(), "{text}");
    }
}

#[test]
fn social_credit_codes_are_held_to_their_check_character() {
    use SocialCreditCodeError::{
        RegionNotDigits, WrongCharacter, WrongCheckCharacter, WrongLength,
    };
    let code = "1133028241969155XE";
    assert_eq!(SocialCreditCode::parse(code).unwrap().as_str(), code);
    for (text, expected) in [
        ("", WrongLength { length: 0 }),
        ("1133028241969155X", WrongLength { length: 17 }),
        ("1133028241969155Xe", WrongCheckCharacter),
        ("1133028241969155XF", WrongCheckCharacter),
        ("1133028241969155OE", WrongCharacter),
        ("1133O28241969155XE", WrongCharacter),
        ("11A3028241969155XE", RegionNotDigits),
        ("1133028241969155X\u{FF25}", WrongCharacter),
    ] {
        assert_eq!(SocialCreditCode::parse(text), Err(expected), "{text}");
    }
}

#[test]
fn organisation_codes_are_held_to_their_check_character() {
    use OrganisationCodeError::{WrongCharacter, WrongCheckCharacter, WrongLength};
    for code in ["41969155X", "014119539"] {
        assert_eq!(OrganisationCode::parse(code).unwrap().as_str(), code);
    }
    for (text, expected) in [
        ("4196915-X", WrongCharacter),
        ("41969155-X", WrongLength { length: 10 }),
        ("41969155x", WrongCheckCharacter),
        ("014119538", WrongCheckCharacter),
        ("01411953", WrongLength { length: 8 }),
        ("a14119539", WrongCharacter),
    ] {
        assert_eq!(OrganisationCode::parse(text), Err(expected), "{text}");
    }
}

proptest! {
    #[test]
    fn one_mistyped_digit_is_always_noticed(which in 0..VALID.len(), at in 0..17_usize, digit in 0..10_u32) {
        let number = VALID.into_iter().nth(which).unwrap();
        let digit = char::from_digit(digit, 10).unwrap();
        prop_assume!(number.chars().nth(at) != Some(digit));
        let mistyped: String =
            number.chars().enumerate().map(|(place, c)| if place == at { digit } else { c }).collect();
        prop_assert!(IdentityNumber::parse(&mistyped).is_err());
    }

    #[test]
    fn two_neighbours_exchanged_are_always_noticed(which in 0..VALID.len(), at in 0..16_usize) {
        let number = VALID.into_iter().nth(which).unwrap();
        let mut exchanged: Vec<char> = number.chars().collect();
        exchanged.swap(at, at.saturating_add(1));
        let exchanged: String = exchanged.into_iter().collect();
        prop_assume!(exchanged != number);
        prop_assert!(IdentityNumber::parse(&exchanged).is_err());
    }

    #[test]
    fn no_text_makes_a_parser_panic(text in ".{0,20}") {
        let _ = IdentityNumber::parse(&text);
        let _ = SocialCreditCode::parse(&text);
        let _ = OrganisationCode::parse(&text);
    }
}
