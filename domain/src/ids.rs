//! Ids. What we make ourselves is a UUID with a type of its own; what others name is an identifier.

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use crate::personal_data;
use crate::text_form::{TextForm, serde_as_text};

/// Why a text is not one of our UUIDs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("编号不是小写带连字符的 UUID / not a hyphenated lower-case UUID")]
pub struct NotAnId;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    /// Empty, too long, or with a character outside `[A-Za-z0-9._-]`, or not begun by a letter or digit.
    #[error(
        "标识“{text}”须以字母或数字开头，只含字母、数字、. _ -，至多128个字符 / identifier \"{text}\" must match [A-Za-z0-9][A-Za-z0-9._-]* and have at most 128 characters"
    )]
    Malformed {
        /// What was found.
        text: String,
    },
    /// It contains a number that belongs to a person; the number itself is not repeated here.
    #[error("标识含有{kind} / identifier contains {}", kind.name_en())]
    PersonalDataInField {
        /// What kind of number it is.
        kind: personal_data::Kind,
    },
}

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// In JSON and in stream names it is a hyphenated lower-case UUID.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that was made for this noun: at random, or from the client's id.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID itself, for storage.
            pub const fn as_uuid(&self) -> Uuid {
                self.0
            }

            /// Reads the one spelling that `Display` writes.
            pub fn parse(text: &str) -> Result<Self, NotAnId> {
                let uuid = Uuid::try_parse(text).map_err(|_| NotAnId)?;
                let mut buffer = Uuid::encode_buffer();
                let same = uuid.hyphenated().encode_lower(&mut buffer) == text;
                same.then_some(Self(uuid)).ok_or(NotAnId)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0.hyphenated(), formatter)
            }
        }

        impl TextForm for $name {
            type Error = NotAnId;
            const EXPECTED: &'static str = "a hyphenated lower-case UUID";

            fn read(text: &str) -> Result<Self, NotAnId> {
                Self::parse(text)
            }

            fn with_text<R>(&self, take: impl FnOnce(&str) -> R) -> R {
                take(self.0.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
            }
        }

        serde_as_text!($name);
    )*};
}

uuid_ids! {
    /// A payment; the id of its stream.
    PaymentId;
    /// A grant; the id of its stream.
    GrantId;
    /// The stop of a grant.
    StopId;
    /// A fund; the id of its stream.
    FundId;
    /// A charity supermarket; the id of its stream.
    StoreId;
    /// One version of a standard. Its stream is that of the programme.
    StandardId;
    /// Money booked into a fund, or goods booked into a store.
    ReceiptId;
    /// What a fund held when its books began.
    OpeningBalanceId;
    /// Money moved from one fund to another.
    TransferId;
    /// Surplus handed back to where it came from.
    RemittanceId;
    /// The reversal of a payment.
    ReversalId;
    /// An order that asks back what should not have been paid.
    RecoveryId;
    /// Something that came in of what was asked back.
    RecoveryReceiptId;
    /// Something of what was asked back that was given up.
    WaiverId;
    /// A batch of payments; the id of its stream.
    BatchId;
    /// One list of a batch: what was drafted before it was sent back is another.
    DraftId;
    /// A step of a batch on its way.
    StepId;
    /// A file of results from a bank, named by its content; the id of its stream.
    BankResultsId;
    /// The enrolment of an officer.
    EnrolmentId;
    /// A role given to an officer, or taken away.
    RoleChangeId;
    /// A look at personal data; the id of its stream.
    DisclosureId;
    /// The report of a death, or the withdrawal of one.
    DeathReportId;
    /// Something that a bureau has laid down for its books.
    RegulationId;
    /// A person, who is known by name beside the chain only.
    PersonId;
    /// A household, whose number is known beside the chain only.
    HouseholdId;
    /// A bank account, whose number is known beside the chain only.
    AccountId;
}

/// Holds a text to `[A-Za-z0-9][A-Za-z0-9._-]*`, 128 characters, and no personal number.
fn checked(text: &str) -> Result<&str, IdentifierError> {
    const LONGEST: usize = 128;
    let begins_well = text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
    let goes_on_well =
        text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    if !begins_well || !goes_on_well || text.len() > LONGEST {
        return Err(IdentifierError::Malformed { text: text.to_owned() });
    }
    match personal_data::find(text) {
        Some(kind) => Err(IdentifierError::PersonalDataInField { kind }),
        None => Ok(text),
    }
}

macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident($inner:ty);)*) => {$(
        $(#[$doc])*
        ///
        /// Matches `[A-Za-z0-9][A-Za-z0-9._-]*`, at most 128 characters, and contains no identity,
        /// bank-card or mobile number.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($inner);

        impl $name {
            /// Takes the identifier exactly as spelled; case matters.
            pub fn parse(text: &str) -> Result<Self, IdentifierError> {
                checked(text).map(|text| Self(text.into()))
            }

            /// The identifier as spelled.
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
            type Error = IdentifierError;
            const EXPECTED: &'static str = "an identifier";

            fn read(text: &str) -> Result<Self, IdentifierError> {
                Self::parse(text)
            }

            fn with_text<R>(&self, take: impl FnOnce(&str) -> R) -> R {
                take(&self.0)
            }
        }

        serde_as_text!($name);
    )*};
}

identifiers! {
    /// One bureau's books, for example `cn-320404`.
    LedgerId(String);
    /// An officer, by an opaque id and never a name.
    OfficerId(String);
    /// A programme of the catalogue, for example `minimum-living-allowance`. Cheap to clone.
    /// That it exists is the catalogue's business, not this type's.
    ProgrammeId(Arc<str>);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        let text = "0190f3c2-7c1e-7d3a-9d55-0c7a4b6f2e11";
        assert_eq!(PaymentId::parse(text).unwrap().to_string(), text);
        for other in [
            "0190F3C2-7C1E-7D3A-9D55-0C7A4B6F2E11",
            "0190f3c27c1e7d3a9d550c7a4b6f2e11",
            "{0190f3c2-7c1e-7d3a-9d55-0c7a4b6f2e11}",
            "urn:uuid:0190f3c2-7c1e-7d3a-9d55-0c7a4b6f2e11",
            " 0190f3c2-7c1e-7d3a-9d55-0c7a4b6f2e11",
            "",
        ] {
            assert_eq!(PaymentId::parse(other), Err(NotAnId), "{other}");
            let json = serde_json::to_string(other).unwrap();
            assert!(serde_json::from_str::<PaymentId>(&json).is_err(), "{other}");
        }
    }

    #[test]
    fn identifiers_begin_with_a_letter_or_digit_and_hold_no_odd_characters() {
        for good in ["cn-320404", "w-017", "a", "0.b_c-D"] {
            assert_eq!(LedgerId::parse(good).unwrap().as_str(), good);
        }
        let long = "a".repeat(129);
        for bad in ["", "-a", ".a", "_a", "a b", "a/b", "低保", "a\n", &long] {
            let refused = OfficerId::parse(bad);
            assert_eq!(refused, Err(IdentifierError::Malformed { text: bad.to_owned() }), "{bad}");
        }
        assert!(LedgerId::parse(&"a".repeat(128)).is_ok());
    }

    #[test]
    fn an_identifier_with_a_personal_number_in_it_is_refused() {
        for (text, kind) in [
            ("w-13800000000", personal_data::Kind::MobileNumber),
            ("11010519491231002X", personal_data::Kind::IdentityNumber),
            ("card_6228480000000000018", personal_data::Kind::BankCard),
        ] {
            assert_eq!(OfficerId::parse(text), Err(IdentifierError::PersonalDataInField { kind }));
        }
    }

    proptest! {
        #[test]
        fn ids_are_printed_and_read_back(bits in any::<u128>()) {
            let id = PersonId::from_uuid(Uuid::from_u128(bits));
            prop_assert_eq!(PersonId::parse(&id.to_string()), Ok(id));
            let json = serde_json::to_string(&id).unwrap();
            prop_assert_eq!(serde_json::from_str::<PersonId>(&json).unwrap(), id);
        }

        #[test]
        fn identifiers_are_printed_and_read_back(text in "[A-Za-z][A-Za-z._-]{0,127}") {
            let id = ProgrammeId::parse(&text).unwrap();
            prop_assert_eq!(id.as_str(), &text);
            prop_assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{text}\""));
        }
    }
}
