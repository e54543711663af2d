//! Numbers that belong to a person and must never stand in the chain.
//!
//! Codes, document numbers, names and identifiers are searched when they are parsed. UUIDs that this
//! system made are not: no caller passes them here.

use std::fmt;

use crate::account_number;
use crate::identity::IdentityNumber;

/// What kind of personal number a text contains. The number itself is never repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// 18 characters with a real date from 1800 on and the right check character.
    IdentityNumber,
    /// 16 to 19 digits that begin with 62 and pass the Luhn check.
    BankCard,
    /// 11 digits that begin with 13 to 19.
    MobileNumber,
}

impl Kind {
    /// The Chinese word for it.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::IdentityNumber => "身份证号",
            Self::BankCard => "银行卡号",
            Self::MobileNumber => "手机号",
        }
    }

    /// The English words for it.
    pub const fn name_en(self) -> &'static str {
        match self {
            Self::IdentityNumber => "an identity number",
            Self::BankCard => "a bank-card number",
            Self::MobileNumber => "a mobile number",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name_zh())
    }
}

/// The first personal number in the text, if there is one.
///
/// A number is a run of Latin letters and digits with anything else, or nothing, on both sides. A
/// Chinese character ends a run, so `证11010519491231002X号` does not hide the number in it;
/// full-width digits and letters count as the plain ones, and a small `x` as a check character too.
pub fn find(text: &str) -> Option<Kind> {
    // Every such number has eleven digits at least, and most texts are short codes.
    if text.chars().filter(|c| plain_width(*c).is_ascii_digit()).count() < MOBILE_DIGITS {
        return None;
    }
    let plain: String = text.chars().map(plain_width).collect();
    plain.split(|c: char| !c.is_ascii_alphanumeric()).find_map(kind_of_run)
}

const MOBILE_DIGITS: usize = 11;

/// Maps a full-width letter or digit to the ASCII one, in upper case, and leaves the rest.
fn plain_width(character: char) -> char {
    /// Full-width forms stand this far above their ASCII counterparts.
    const OFFSET: u32 = 0xFEE0;
    let narrow = match character {
        '\u{FF01}'..='\u{FF5E}' => {
            u32::from(character).checked_sub(OFFSET).and_then(char::from_u32).unwrap_or(character)
        }
        _ => character,
    };
    narrow.to_ascii_uppercase()
}

fn kind_of_run(run: &str) -> Option<Kind> {
    if IdentityNumber::parse(run).is_ok() {
        Some(Kind::IdentityNumber)
    } else if account_number::is_bank_card(run) {
        Some(Kind::BankCard)
    } else if is_mobile_number(run) {
        Some(Kind::MobileNumber)
    } else {
        None
    }
}

fn is_mobile_number(run: &str) -> bool {
    matches!(run.as_bytes(), [b'1', b'3'..=b'9', ..])
        && run.len() == MOBILE_DIGITS
        && run.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_kind_of_number_is_found_alone_and_among_other_characters() {
        for (number, kind) in [
            ("11010519491231002X", Kind::IdentityNumber),
            ("11010519491231002x", Kind::IdentityNumber),
            ("440524188001010014", Kind::IdentityNumber),
            ("32040418000101001X", Kind::IdentityNumber),
            ("6228480000000000018", Kind::BankCard),
            ("6217000000000000012", Kind::BankCard),
            ("13000000000", Kind::MobileNumber),
            ("19999999999", Kind::MobileNumber),
        ] {
            assert_eq!(find(number), Some(kind), "{number}");
            for around in [
                format!("PZ-{number}"),
                format!("{number}/2020"),
                format!("证{number}号"),
                format!("〔{number}〕"),
                format!("a_{number}_b"),
                format!("2020 {number} 61"),
            ] {
                assert_eq!(find(&around), Some(kind), "{around}");
            }
        }
    }

    fn full_width(text: &str) -> String {
        text.chars().filter_map(|c| char::from_u32(u32::from(c) + 0xFEE0)).collect()
    }

    #[test]
    fn full_width_digits_do_not_hide_a_number() {
        assert_eq!(find(&full_width("13800000000")), Some(Kind::MobileNumber));
        assert_eq!(find(&full_width("11010519491231002X")), Some(Kind::IdentityNumber));
    }

    #[test]
    fn what_only_looks_like_a_number_of_a_person_passes() {
        for text in [
            "",
            "慈民养〔2021〕61号",
            "014119539/2020-00034",
            // Wrong check characters, an impossible date, a year before 1800.
            "110105194912310021",
            "320404180002300019",
            "320404179901010010",
            // A card number that fails Luhn, one that does not begin with 62, one too short and one too long.
            "6228480000000000019",
            "4111111111111111",
            "622848000000009",
            "62284800000000000018",
            // Ten and twelve digits, and eleven that begin with 12.
            "1380000000",
            "138000000000",
            "12800000000",
            // Part of a longer run of letters and digits.
            "A13800000000",
            "13800000000B",
            "2020-0615-0012-3456",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }

    #[test]
    fn the_first_number_decides_and_a_good_run_after_a_bad_one_is_found() {
        assert_eq!(find("12800000000 13800000000"), Some(Kind::MobileNumber));
        assert_eq!(find("13800000000 11010519491231002X"), Some(Kind::MobileNumber));
    }

    proptest! {
        #[test]
        fn a_mobile_number_is_found_between_any_other_characters(
            before in "[^a-zA-Z0-9\u{FF01}-\u{FF5E}]{0,5}",
            number in "1[3-9][0-9]{9}",
            after in "[^a-zA-Z0-9\u{FF01}-\u{FF5E}]{0,5}",
        ) {
            prop_assert_eq!(find(&format!("{before}{number}{after}")), Some(Kind::MobileNumber));
        }
    }
}
