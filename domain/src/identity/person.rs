//! Resident identity numbers, GB 11643.

use std::fmt;

use chrono::NaiveDate;

use crate::calendar::spelled_number;

/// A resident identity number that is valid in itself: 6 digits of region, 8 of a birth date from
/// 1800 on, 3 of sequence, and the check character, whose `X` is upper case.
///
/// The region is where the number was first issued, often a code that no longer exists, so it is not
/// looked up. The number is personal data: it has no `Display` and no `Serialize`, and `Debug` hides
/// it, so that it reaches a log or a payload only where somebody asks for [`Self::as_str`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentityNumber(String);

/// Why a text is not a resident identity number. The number itself is never repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdentityNumberError {
    /// Not 18 characters; the old numbers of 15 digits are not taken.
    #[error(
        "身份证号须为18位（实有{length}） / an identity number has 18 characters, not {length}"
    )]
    WrongLength {
        /// How many characters there were.
        length: usize,
    },
    /// Something other than a digit before the check character.
    #[error("身份证号前17位须为数字 / the first 17 characters of an identity number are digits")]
    NotDigits,
    /// The seventh to fourteenth digits are no day, or one before 1800.
    #[error("身份证号中的出生日期不存在 / the birth date in the identity number does not exist")]
    NoSuchDate,
    /// The check character is a small `x`.
    #[error("身份证号校验位须为大写X / the check character X of an identity number is upper case")]
    LowerCaseX,
    /// The last character does not follow from the others: one of them was mistyped.
    #[error("身份证号校验位错误 / the identity number's check character is wrong")]
    WrongCheckCharacter,
}

impl IdentityNumber {
    /// Takes 18 ASCII characters, without blanks around them.
    pub fn parse(text: &str) -> Result<Self, IdentityNumberError> {
        let length = text.chars().count();
        if length != 18 {
            return Err(IdentityNumberError::WrongLength { length });
        }
        if !text.chars().take(17).all(|character| character.is_ascii_digit()) {
            return Err(IdentityNumberError::NotDigits);
        }
        let Some((digits, &[check])) = text.as_bytes().split_first_chunk::<17>() else {
            // 17 digits and a last character outside ASCII, such as a full-width X.
            return Err(IdentityNumberError::WrongCheckCharacter);
        };
        if !has_real_date(digits) {
            return Err(IdentityNumberError::NoSuchDate);
        }
        match (check, check_character(digits)) {
            (found, expected) if found == expected => Ok(Self(text.to_owned())),
            (b'x', b'X') => Err(IdentityNumberError::LowerCaseX),
            _ => Err(IdentityNumberError::WrongCheckCharacter),
        }
    }

    /// Appends the check character to the 17 digits before it, as invented data for demos and tests needs.
    pub fn from_first_seventeen(text: &str) -> Result<Self, IdentityNumberError> {
        match <&[u8; 17]>::try_from(text.as_bytes()) {
            Ok(digits) if digits.iter().all(u8::is_ascii_digit) => {
                Self::parse(&format!("{text}{}", char::from(check_character(digits))))
            }
            Ok(_) => Err(IdentityNumberError::NotDigits),
            Err(_) => Err(IdentityNumberError::WrongLength { length: text.chars().count() }),
        }
    }

    /// The number in the clear.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for IdentityNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("IdentityNumber(hidden)")
    }
}

fn has_real_date(digits: &[u8; 17]) -> bool {
    /// Earlier dates stand in no register; the years from 1800 to 1899 serve invented persons.
    const FIRST_YEAR: u32 = 1800;
    let [_, _, _, _, _, _, year @ .., m1, m2, d1, d2, _, _, _] = digits;
    let date = spelled_number(year)
        .filter(|year| *year >= FIRST_YEAR)
        .zip(spelled_number(&[*m1, *m2]))
        .zip(spelled_number(&[*d1, *d2]));
    date.is_some_and(|((year, month), day)| {
        i32::try_from(year).is_ok_and(|year| NaiveDate::from_ymd_opt(year, month, day).is_some())
    })
}

fn check_character(digits: &[u8; 17]) -> u8 {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECK_CHARACTERS: [u8; 11] = *b"10X98765432";
    let sum: u32 = digits
        .iter()
        .zip(WEIGHTS)
        // At most 9 × 10 for each of 17 digits.
        .map(|(digit, weight)| u32::from(digit.saturating_sub(b'0')).saturating_mul(weight))
        .sum();
    let index = sum % 11;
    CHECK_CHARACTERS.iter().zip(0..).find(|(_, at)| *at == index).map_or(b'?', |(check, _)| *check)
}
