//! Codes of organisations: GB 11714, and GB 32100 which contains it.

use std::fmt;

/// An organisation code that is valid in itself, GB 11714: eight digits or capital letters and a check
/// character.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrganisationCode(String);

/// Why a text is not an organisation code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OrganisationCodeError {
    /// Not 9 characters; the hyphen that some write before the last is not taken.
    #[error(
        "组织机构代码须为9位（实有{length}） / an organisation code has 9 characters, not {length}"
    )]
    WrongLength {
        /// How many characters there were.
        length: usize,
    },
    /// Something other than a digit or a capital Latin letter.
    #[error(
        "组织机构代码只含数字和大写字母 / an organisation code has digits and capital letters only"
    )]
    WrongCharacter,
    /// The last character does not follow from the others.
    #[error("组织机构代码校验位错误 / the organisation code's check character is wrong")]
    WrongCheckCharacter,
}

impl OrganisationCode {
    /// Takes 9 ASCII characters, without blanks or hyphen.
    pub fn parse(text: &str) -> Result<Self, OrganisationCodeError> {
        let length = text.chars().count();
        if length != 9 {
            return Err(OrganisationCodeError::WrongLength { length });
        }
        let Some((body, &[check])) = text.as_bytes().split_first_chunk::<8>() else {
            return Err(OrganisationCodeError::WrongCharacter);
        };
        let expected = organisation_check(body).ok_or(OrganisationCodeError::WrongCharacter)?;
        if check == expected {
            Ok(Self(text.to_owned()))
        } else {
            Err(OrganisationCodeError::WrongCheckCharacter)
        }
    }

    /// The nine characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OrganisationCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn organisation_check(body: &[u8; 8]) -> Option<u8> {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let mut sum = 0_u32;
    for (&character, weight) in body.iter().zip(WEIGHTS) {
        // A = 10 … Z = 35, so at most 35 × 10 for each of eight characters.
        let value = match character {
            b'0'..=b'9' | b'A'..=b'Z' => char::from(character).to_digit(36)?,
            _ => return None,
        };
        sum = sum.checked_add(value.checked_mul(weight)?)?;
    }
    match 11_u32.checked_sub(sum % 11)? {
        10 => Some(b'X'),
        11 => Some(b'0'),
        digit => char::from_digit(digit, 10).and_then(|digit| u8::try_from(digit).ok()),
    }
}

/// A unified social credit code that is valid in itself, GB 32100: registering department, category,
/// six digits of region, nine characters of organisation code, check character.
///
/// Of the organisation code inside only the characters are checked: codes given out without a
/// GB 11714 history need not satisfy that older check.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocialCreditCode(String);

/// Why a text is not a unified social credit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SocialCreditCodeError {
    /// Not 18 characters.
    #[error(
        "统一社会信用代码须为18位（实有{length}） / a social credit code has 18 characters, not {length}"
    )]
    WrongLength {
        /// How many characters there were.
        length: usize,
    },
    /// A character outside `0123456789ABCDEFGHJKLMNPQRTUWXY`: the letters I, O, S, V and Z are not used.
    #[error(
        "统一社会信用代码只含数字和大写字母（不含I、O、S、V、Z） / a social credit code has digits and capital letters other than I, O, S, V, Z"
    )]
    WrongCharacter,
    /// The third to eighth characters are not the digits of a region.
    #[error(
        "统一社会信用代码第3至8位须为数字 / characters 3 to 8 of a social credit code are digits"
    )]
    RegionNotDigits,
    /// The last character does not follow from the others.
    #[error("统一社会信用代码校验位错误 / the social credit code's check character is wrong")]
    WrongCheckCharacter,
}

impl SocialCreditCode {
    /// Takes 18 ASCII characters, without blanks.
    pub fn parse(text: &str) -> Result<Self, SocialCreditCodeError> {
        let length = text.chars().count();
        if length != 18 {
            return Err(SocialCreditCodeError::WrongLength { length });
        }
        let Some((body, &[check])) = text.as_bytes().split_first_chunk::<17>() else {
            return Err(SocialCreditCodeError::WrongCharacter);
        };
        let expected = social_credit_check(body).ok_or(SocialCreditCodeError::WrongCharacter)?;
        if !body.iter().skip(2).take(6).all(u8::is_ascii_digit) {
            return Err(SocialCreditCodeError::RegionNotDigits);
        }
        if check == expected {
            Ok(Self(text.to_owned()))
        } else {
            Err(SocialCreditCodeError::WrongCheckCharacter)
        }
    }

    /// The eighteen characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SocialCreditCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn social_credit_check(body: &[u8; 17]) -> Option<u8> {
    const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let mut weight = 1_u32;
    let mut sum = 0_u32;
    for character in body {
        let value = u32::try_from(ALPHABET.iter().position(|known| known == character)?).ok()?;
        // Weights are powers of three modulo 31, so at most 30 × 30 for each of 17 characters.
        sum = sum.checked_add(value.checked_mul(weight)?)?;
        weight = weight.checked_mul(3)? % 31;
    }
    let index = 31_u32.checked_sub(sum % 31)? % 31;
    ALPHABET.get(usize::try_from(index).ok()?).copied()
}
