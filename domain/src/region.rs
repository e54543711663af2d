//! Region codes of GB/T 2260 and its statistical extension.

use std::fmt;

use crate::text_form::{TextForm, serde_as_text};

/// A region code as it was written at the time: 6 digits for a county, 9 for a town, 12 for a village.
///
/// Codes are reassigned over the years, so whether one exists is not checked: the event keeps what was
/// written, and readers translate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(String);

/// Why a text is not a region code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("区划代码“{text}”须为6、9或12位数字 / region code \"{text}\" must be 6, 9 or 12 digits")]
pub struct NotARegion {
    /// What was found.
    pub text: String,
}

impl Region {
    /// Takes 6, 9 or 12 ASCII digits.
    pub fn parse(text: &str) -> Result<Self, NotARegion> {
        let fits = matches!(text.len(), 6 | 9 | 12) && text.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| Self(text.to_owned())).ok_or_else(|| NotARegion { text: text.to_owned() })
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the region is, or lies in, the one that the prefix stands for: `32` is Jiangsu, `3204`
    /// Changzhou, `320404` Zhonglou.
    pub fn starts_with(&self, prefix: &str) -> bool {
        self.0.starts_with(prefix)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TextForm for Region {
    type Error = NotARegion;
    const EXPECTED: &'static str = "a region code of 6, 9 or 12 digits";

    fn read(text: &str) -> Result<Self, NotARegion> {
        Self::parse(text)
    }

    fn with_text<R>(&self, take: impl FnOnce(&str) -> R) -> R {
        take(&self.0)
    }
}

serde_as_text!(Region);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn codes_of_counties_towns_and_villages_are_taken() {
        for code in ["320404", "321311201", "321311201001", "000000"] {
            assert_eq!(Region::parse(code).unwrap().as_str(), code);
        }
    }

    #[test]
    fn codes_of_other_lengths_or_characters_are_refused() {
        for text in [
            "",
            "32",
            "3204",
            "32040",
            "3204041",
            "3204040010",
            "32040X",
            "32040\u{FF14}",
            " 320404",
        ] {
            assert_eq!(Region::parse(text), Err(NotARegion { text: text.to_owned() }), "{text}");
            let json = serde_json::to_string(text).unwrap();
            assert!(serde_json::from_str::<Region>(&json).is_err(), "{text}");
        }
    }

    #[test]
    fn a_region_lies_in_those_that_its_code_begins_with() {
        let town = Region::parse("321311201").unwrap();
        assert!(
            ["", "32", "3213", "321311", "321311201"].iter().all(|prefix| town.starts_with(prefix))
        );
        assert!(!town.starts_with("3204"));
    }
}
