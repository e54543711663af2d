//! The names that an entry's header holds. All of them are printable ASCII without spaces, so a
//! header line can never be read in two ways.

use std::fmt;
use std::sync::Arc;

/// Why a text is not the name it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {text:?} is malformed: {rule}")]
pub struct MalformedName {
    /// Which name was expected.
    pub what: &'static str,
    /// The text as it was given.
    pub text: String,
    /// The rule that it breaks.
    pub rule: &'static str,
}

const IDENTIFIER_RULE: &str = "[A-Za-z0-9][A-Za-z0-9._-]*, at most 128 bytes";

/// Whether the text is an identifier of the entry format.
pub fn is_identifier(text: &str) -> bool {
    let rest_fits = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    text.len() <= 128
        && text.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
        && text.as_bytes().iter().all(rest_fits)
}

fn identifier<'t>(what: &'static str, text: &'t str) -> Result<&'t str, MalformedName> {
    if is_identifier(text) {
        Ok(text)
    } else {
        Err(MalformedName { what, text: text.to_owned(), rule: IDENTIFIER_RULE })
    }
}

/// One bureau's books, for example `cn-320404`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LedgerId(String);

impl LedgerId {
    /// Takes an identifier of the entry format.
    ///
    /// # Errors
    /// When the text is no identifier.
    pub fn parse(text: &str) -> Result<Self, MalformedName> {
        identifier("ledger", text).map(|id| Self(id.to_owned()))
    }

    /// The identifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LedgerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A stream inside a ledger: its type and its id, written `type/id`. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId {
    text: Arc<str>,
    /// Where the slash stands.
    slash: usize,
}

impl StreamId {
    /// Joins two identifiers of the entry format.
    ///
    /// # Errors
    /// When either is no identifier.
    pub fn new(kind: &str, id: &str) -> Result<Self, MalformedName> {
        let (kind, id) = (identifier("stream type", kind)?, identifier("stream id", id)?);
        let mut text = String::with_capacity(kind.len().saturating_add(id.len()).saturating_add(1));
        text.push_str(kind);
        text.push('/');
        text.push_str(id);
        Ok(Self { text: text.into(), slash: kind.len() })
    }

    /// Reads `type/id`.
    ///
    /// # Errors
    /// When there is no slash or either part is no identifier.
    pub fn parse(text: &str) -> Result<Self, MalformedName> {
        match text.split_once('/') {
            Some((kind, id)) => {
                identifier("stream type", kind)?;
                identifier("stream id", id)?;
                Ok(Self { text: text.into(), slash: kind.len() })
            }
            None => Err(MalformedName {
                what: "stream",
                text: text.to_owned(),
                rule: "type, a slash, id",
            }),
        }
    }

    /// `type/id`, as the entry writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part before the slash.
    pub fn kind(&self) -> &str {
        self.text.get(..self.slash).unwrap_or_default()
    }

    /// The part after the slash.
    pub fn id(&self) -> &str {
        self.text.get(self.slash.saturating_add(1)..).unwrap_or_default()
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// An event's name and version, for example `PaymentRecorded v1`. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventName(Arc<str>);

impl EventName {
    /// Reads a CamelCase name, ` v`, and a version from 1.
    ///
    /// # Errors
    /// When the text is spelled otherwise.
    pub fn parse(text: &str) -> Result<Self, MalformedName> {
        let spelled = text.split_once(" v").is_some_and(|(name, version)| {
            name.len() <= 128
                && name.bytes().next().is_some_and(|first| first.is_ascii_uppercase())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
                && canonical_number(version).is_some_and(|number| number >= 1)
        });
        if spelled {
            Ok(Self(text.into()))
        } else {
            Err(MalformedName {
                what: "event",
                text: text.to_owned(),
                rule: "CamelCase name, ` v`, version from 1",
            })
        }
    }

    /// Name and version as the entry writes them.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who acted: `officer/<id>`, or `system/<part>` where the program acted by itself. Never a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Actor(String);

impl Actor {
    /// An officer by opaque id.
    ///
    /// # Errors
    /// When the id is no identifier.
    pub fn officer(id: &str) -> Result<Self, MalformedName> {
        Ok(Self(format!("officer/{}", identifier("officer", id)?)))
    }

    /// A part of the program.
    ///
    /// # Errors
    /// When the part is no identifier.
    pub fn system(part: &str) -> Result<Self, MalformedName> {
        Ok(Self(format!("system/{}", identifier("system part", part)?)))
    }

    /// Reads what an entry's header says.
    ///
    /// # Errors
    /// When it is neither `officer/<id>` nor `system/<part>`.
    pub fn parse(text: &str) -> Result<Self, MalformedName> {
        match text.split_once('/') {
            Some(("officer", id)) => Self::officer(id),
            Some(("system", part)) => Self::system(part),
            _ => Err(MalformedName {
                what: "actor",
                text: text.to_owned(),
                rule: "officer/<id> or system/<part>",
            }),
        }
    }

    /// As the entry writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The officer's id; `None` for a part of the program.
    pub fn officer_id(&self) -> Option<&str> {
        self.0.strip_prefix("officer/")
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads a decimal number in its only spelling: ASCII digits, no sign, no leading zero.
pub(crate) fn canonical_number(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = text.len() > 1 && text.starts_with('0');
    if digits && !leading_zero { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn identifiers_are_ascii_and_begin_with_a_letter_or_digit() {
        for good in ["a", "cn-320404", "0190f3c2-7c1e", "A.b_c-d"] {
            assert!(is_identifier(good), "{good}");
        }
        let long = "a".repeat(129);
        for bad in ["", "-a", ".a", "a b", "a/b", "民", "a\n", long.as_str()] {
            assert!(!is_identifier(bad), "{bad}");
        }
    }

    #[test]
    fn event_names_carry_a_version_from_one() {
        assert_eq!(EventName::parse("PaymentRecorded v1").unwrap().as_str(), "PaymentRecorded v1");
        for bad in
            ["PaymentRecorded", "paymentRecorded v1", "Payment v0", "Payment v01", "P v1 ", " v1"]
        {
            assert!(EventName::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn actors_are_officers_or_parts_of_the_system() {
        assert!(Actor::parse("officer/w-017").is_ok());
        assert!(Actor::parse("system/opening").is_ok());
        for bad in ["w-017", "officer/", "person/x", "officer/a/b"] {
            assert!(Actor::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_have_one_spelling() {
        assert_eq!(canonical_number("0"), Some(0));
        assert_eq!(canonical_number("120"), Some(120));
        for bad in ["", "00", "01", "+1", "-1", " 1", "1 ", "１"] {
            assert_eq!(canonical_number(bad), None, "{bad}");
        }
    }
}
