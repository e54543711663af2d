//! Texts that may stand in the chain, and the commitments that stand there for those that may not.

mod commitment;

use std::fmt;

pub use commitment::{Commitment, ListDigest, NotHex};

use crate::personal_data;
use crate::text_form::{TextForm, serde_as_text};

/// Why a text was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but blanks.
    #[error("不能为空 / must not be empty")]
    Empty,
    /// More than [`LONGEST`] characters.
    #[error("超过200个字符（实有{length}） / more than 200 characters ({length})")]
    TooLong {
        /// How many characters there were.
        length: usize,
    },
    /// A control character, or one that is invisible or turns the direction of writing: with these
    /// two texts can look the same and differ.
    #[error("含有不可见字符 U+{:04X} / contains the invisible character U+{:04X}", u32::from(*character), u32::from(*character))]
    InvisibleCharacter {
        /// The character.
        character: char,
    },
    /// It contains a number that belongs to a person; the number itself is not repeated here.
    #[error("含有{kind}，不得写入账本 / contains {}, which must not enter the ledger", kind.name_en())]
    PersonalDataInField {
        /// What kind of number it is.
        kind: personal_data::Kind,
    },
    /// One of the characters that the payment list and the ledger use to separate goods.
    #[error(
        "物资名称或单位不得含有“{character}” / a goods name or unit must not contain \"{character}\""
    )]
    GoodsSeparator {
        /// The character.
        character: char,
    },
    /// Blanks at the beginning or the end of a text that was stored: whoever wrote it did not trim it.
    #[error("首尾有空格 / has blanks at its beginning or end")]
    NotTrimmed,
}

/// The longest text that is taken, in characters.
pub const LONGEST: usize = 200;

/// Trims a text and holds it to the rules that all texts in the chain share.
fn checked(text: &str) -> Result<&str, TextError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TextError::Empty);
    }
    let length = text.chars().count();
    if length > LONGEST {
        return Err(TextError::TooLong { length });
    }
    if let Some(character) = text.chars().find(|&c| is_invisible(c)) {
        return Err(TextError::InvisibleCharacter { character });
    }
    match personal_data::find(text) {
        Some(kind) => Err(TextError::PersonalDataInField { kind }),
        None => Ok(text),
    }
}

/// Control characters, line and paragraph separators, zero-width characters and marks of direction.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

/// Goods are written `大米×2袋@45.00;食用油×1桶@60.00` in lists and `大米/袋@4500` in accounts, so
/// none of these marks may stand inside a name or a unit.
fn checked_for_goods(text: &str) -> Result<&str, TextError> {
    let text = checked(text)?;
    match text.chars().find(|c| matches!(c, '/' | '@' | '×' | ';' | '\u{FF1B}')) {
        Some(character) => Err(TextError::GoodsSeparator { character }),
        None => Ok(text),
    }
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident by $check:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// Never empty, trimmed, at most 200 characters, without control or invisible characters,
        /// and without any identity, bank-card or mobile number.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Takes the text with blanks at both ends cut off.
            pub fn parse(text: &str) -> Result<Self, TextError> {
                $check(text).map(|text| Self(text.to_owned()))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl TextForm for $name {
            type Error = TextError;
            const EXPECTED: &'static str = "a text without personal data";

            fn read(text: &str) -> Result<Self, TextError> {
                let value = Self::parse(text)?;
                if value.0.len() == text.len() { Ok(value) } else { Err(TextError::NotTrimmed) }
            }

            fn with_text<R>(&self, take: impl FnOnce(&str) -> R) -> R {
                take(&self.0)
            }
        }

        serde_as_text!($name);
    )*};
}

texts! {
    /// A voucher, approval or other document number, such as `慈民养〔2021〕61号`.
    DocumentNumber by checked;
    /// The name or code of a bureau, fund, store or class: never of a person.
    PlainName by checked;
    /// The name of goods, or the unit they are counted in. It may not contain `/ @ × ; ；` either,
    /// because these separate goods in lists and accounts.
    GoodsName by checked_for_goods;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_are_trimmed_and_kept_as_they_are() {
        assert_eq!(PlainName::parse(" 钟楼区民政局 ").unwrap().as_str(), "钟楼区民政局");
        assert_eq!(
            DocumentNumber::parse("慈民养〔2021〕61号").unwrap().as_str(),
            "慈民养〔2021〕61号"
        );
        assert_eq!(PlainName::parse(&"名".repeat(200)).unwrap().as_str().chars().count(), 200);
    }

    #[test]
    fn empty_long_and_invisible_texts_are_refused() {
        assert_eq!(PlainName::parse("  "), Err(TextError::Empty));
        assert_eq!(PlainName::parse(&"名".repeat(201)), Err(TextError::TooLong { length: 201 }));
        for character in ['\n', '\0', '\u{7f}', '\u{200B}', '\u{202E}', '\u{2066}', '\u{FEFF}'] {
            let refused = DocumentNumber::parse(&format!("a{character}b"));
            assert_eq!(refused, Err(TextError::InvisibleCharacter { character }));
        }
    }

    #[test]
    fn a_text_with_a_personal_number_in_it_is_refused_without_repeating_it() {
        let refused = DocumentNumber::parse("临救 11010519491231002X").unwrap_err();
        let kind = personal_data::Kind::IdentityNumber;
        assert_eq!(refused, TextError::PersonalDataInField { kind });
        assert!(!refused.to_string().contains("1101"));
    }

    #[test]
    fn an_invisible_character_cannot_hide_a_personal_number() {
        assert!(PlainName::parse("1380000\u{200B}0000").is_err());
    }

    #[test]
    fn goods_have_no_separators_in_their_names() {
        assert_eq!(GoodsName::parse("大米").unwrap().as_str(), "大米");
        for character in ['/', '@', '×', ';', '\u{FF1B}'] {
            let refused = GoodsName::parse(&format!("大{character}米"));
            assert_eq!(refused, Err(TextError::GoodsSeparator { character }));
        }
        assert!(PlainName::parse("低保/特困").is_ok());
    }

    #[test]
    fn a_stored_text_that_is_not_trimmed_is_refused() {
        assert!(serde_json::from_str::<PlainName>("\"慈善 超市\"").is_ok());
        for json in ["\" 超市\"", "\"超市 \"", "\"\"", "\"超\\u0000市\"", "5"] {
            assert!(serde_json::from_str::<PlainName>(json).is_err(), "{json}");
        }
    }

    proptest! {
        #[test]
        fn what_is_taken_is_taken_again_unchanged(text in ".{0,40}") {
            if let Ok(name) = PlainName::parse(&text) {
                let json = serde_json::to_string(&name).unwrap();
                prop_assert_eq!(serde_json::from_str::<PlainName>(&json).unwrap(), name);
            }
        }
    }
}
