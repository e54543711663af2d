//! Household and account numbers: the bureau's and the bank's own, of no fixed form.

use domain::identity::IdentityNumber;

/// A number cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Nothing but spaces.
    #[error("号码为空 / the number is empty")]
    Empty,
    /// Longer than 100 characters.
    #[error("号码超过 {LONGEST} 个字符 / the number is longer than {LONGEST} characters")]
    TooLong,
    /// A line break, tab or other control character.
    #[error("号码含有控制字符 / the number holds a control character")]
    ControlCharacter,
}

/// The longest household or account number taken, in characters.
pub(crate) const LONGEST: usize = 100;

/// A bureau's own number of a household. Spaces around it and invisible characters are dropped and
/// full-width letters and digits become plain ones, so that one number typed or pasted in two ways
/// is one household.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HouseholdNumber(String);

impl HouseholdNumber {
    /// Takes a number of 1 to 100 characters.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        canonical(text, |_| true).map(Self)
    }

    /// The number in its canonical spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A bank account number. Like [`HouseholdNumber`], and spaces inside are dropped too, since
/// banks print numbers in groups of four. No check digit is asked for: passbooks have none.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountNumber(String);

impl AccountNumber {
    /// Takes a number of 1 to 100 characters, spaces not counted.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        canonical(text, |character| character != ' ').map(Self)
    }

    /// The number in its canonical spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A number by which a subject is registered and found, in the one spelling that is hashed.
pub trait Number: Clone + Eq + std::hash::Hash + Send + Sync {
    /// The canonical spelling.
    fn canonical(&self) -> &str;
}

impl Number for IdentityNumber {
    fn canonical(&self) -> &str {
        self.as_str()
    }
}

impl Number for HouseholdNumber {
    fn canonical(&self) -> &str {
        self.as_str()
    }
}

impl Number for AccountNumber {
    fn canonical(&self) -> &str {
        self.as_str()
    }
}

fn canonical(text: &str, keep: impl Fn(char) -> bool) -> Result<String, NumberError> {
    let plain: String = text.chars().filter(|seen| !is_invisible(*seen)).map(plain).collect();
    let number: String = plain.trim().chars().filter(|character| keep(*character)).collect();
    if number.is_empty() {
        Err(NumberError::Empty)
    } else if number.chars().count() > LONGEST {
        Err(NumberError::TooLong)
    } else if number.chars().any(char::is_control) {
        Err(NumberError::ControlCharacter)
    } else {
        Ok(number)
    }
}

/// Zero-width characters and marks of direction, which spreadsheets leave around pasted numbers.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Full-width forms (U+FF01 to U+FF5E) and the wide and no-break spaces as their plain characters.
fn plain(character: char) -> char {
    match character {
        '\u{3000}' | '\u{a0}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => {
            u32::from(character).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(character)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn one_number_typed_in_two_ways_is_one_number() {
        assert_eq!(
            HouseholdNumber::parse("　ZL-００１ ").unwrap(),
            HouseholdNumber::parse("ZL-001").unwrap()
        );
        assert_eq!(
            AccountNumber::parse("6228 4800 0000 0000 018").unwrap().as_str(),
            "6228480000000000018"
        );
        assert_eq!(HouseholdNumber::parse("\u{202d}ZL-001\u{202c}").unwrap().as_str(), "ZL-001");
        assert_eq!(HouseholdNumber::parse("A 1").unwrap().as_str(), "A 1");
    }

    #[test]
    fn empty_long_and_broken_numbers_are_refused() {
        assert_eq!(HouseholdNumber::parse(" 　"), Err(NumberError::Empty));
        assert_eq!(AccountNumber::parse(&"1".repeat(101)), Err(NumberError::TooLong));
        assert_eq!(HouseholdNumber::parse("1\n2"), Err(NumberError::ControlCharacter));
        assert!(HouseholdNumber::parse(&"户".repeat(100)).is_ok());
    }
}
