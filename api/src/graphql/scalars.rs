//! The scalars of the schema.
//!
//! `Money`, `Date` and `YearMonth` keep the text that a client sent. Whether it is an amount, a day
//! or a month is found with everything else that is wrong with an input, so that a clerk gets all of
//! it at once as `userErrors` with the field's name ([`super::shape`]). A JSON number where money is
//! expected is refused before anything runs: no double comes near an amount.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use domain::calendar::{Day, Month};
use ledger::entry::NUMBER_LIMIT;

/// Scalars that are texts on the wire and are read where their field is known.
macro_rules! text_scalars {
    ($($(#[$doc:meta])* $name:ident from $domain:ty;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// The text as it was sent; nothing is known about it yet.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<$domain> for $name {
            fn from(value: $domain) -> Self {
                Self(value.to_string())
            }
        }

        $(#[$doc])*
        #[Scalar]
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                match value {
                    Value::String(text) => Ok(Self(text)),
                    other => Err(InputValueError::expected_type(other)),
                }
            }

            fn is_valid(value: &Value) -> bool {
                matches!(value, Value::String(_))
            }

            fn to_value(&self) -> Value {
                Value::String(self.0.clone())
            }
        }
    )*};
}

text_scalars! {
    /// An amount in yuan as a text: digits, a point, exactly two decimals, as in `"92439800.00"`. Inputs
    /// may leave decimals out. Never a JSON number.
    Money from domain::money::Money;

    /// A day of Asia/Shanghai, such as `"2020-06-15"`.
    Date from Day;

    /// A month of Asia/Shanghai, such as `"2020-06"`.
    YearMonth from Month;
}

/// A moment in UTC with microseconds, such as `"2020-06-30T08:15:07.123456Z"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime(pub ledger::clock::Moment);

/// A moment in UTC with microseconds, such as `"2020-06-30T08:15:07.123456Z"`.
#[Scalar]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => ledger::clock::Moment::parse(text).map(Self),
            _ => None,
        }
        .ok_or_else(|| InputValueError::expected_type(value))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A SHA-256 value: 64 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hash(pub ledger::hash::Hash);

/// A SHA-256 value: 64 lower-case hex digits.
#[Scalar]
impl ScalarType for Hash {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => ledger::hash::Hash::parse(text).map(Self),
            _ => None,
        }
        .ok_or_else(|| InputValueError::expected_type(value))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A place in a ledger, or a number of entries: a whole number below 2^53, which every JSON reader
/// holds exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position(pub u64);

impl Position {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => {
                number.as_u64().filter(|place| *place < NUMBER_LIMIT).map(Self)
            }
            _ => None,
        }
    }
}

/// A place in a ledger, or a number of entries: a whole number below 2^53, which every JSON reader
/// holds exactly.
#[Scalar]
impl ScalarType for Position {
    fn parse(value: Value) -> InputValueResult<Self> {
        Self::read(&value).ok_or_else(|| InputValueError::expected_type(value))
    }

    fn is_valid(value: &Value) -> bool {
        Self::read(value).is_some()
    }

    fn to_value(&self) -> Value {
        Value::Number(self.0.into())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use async_graphql::InputType;

    use super::*;

    fn number(text: &str) -> Value {
        Value::from_json(serde_json::from_str(text).unwrap()).unwrap()
    }

    #[test]
    fn money_is_written_with_exactly_two_decimals() {
        for (fen, text) in [(9_243_980_000, "92439800.00"), (5, "0.05"), (-150, "-1.50")] {
            let money = Money::from(domain::money::Money::from_fen(fen).unwrap());
            assert_eq!(ScalarType::to_value(&money), Value::String(text.to_owned()));
        }
    }

    #[test]
    fn a_number_is_no_money_date_or_month() {
        for value in [number("100"), number("9007199254740993.17"), Value::Boolean(true)] {
            assert!(!<Money as ScalarType>::is_valid(&value));
            assert!(<Money as ScalarType>::parse(value.clone()).is_err());
            assert!(<Date as ScalarType>::parse(value.clone()).is_err());
            assert!(<YearMonth as ScalarType>::parse(value).is_err());
        }
    }

    #[test]
    fn malformed_money_arrives_as_it_was_sent_to_be_told_with_its_field() {
        for text in ["-5.00", "0", "1.005", "1e3", "１００"] {
            let money = <Money as ScalarType>::parse(Value::String(text.to_owned())).unwrap();
            assert_eq!(money.as_str(), text);
        }
    }

    #[test]
    fn a_position_is_a_whole_number_below_two_to_the_fifty_third() {
        for (text, place) in [("0", 0), ("9007199254740991", 9_007_199_254_740_991)] {
            assert_eq!(<Position as ScalarType>::parse(number(text)).unwrap(), Position(place));
        }
        for text in ["-1", "1.5", "9007199254740992", "\"7\""] {
            assert!(!<Position as ScalarType>::is_valid(&number(text)), "{text}");
        }
        assert_eq!(ScalarType::to_value(&Position(7)), number("7"));
    }

    #[test]
    fn hashes_and_moments_have_one_spelling() {
        let hash = "ab".repeat(32);
        let read = |text: &str| <Hash as InputType>::parse(Some(Value::String(text.to_owned())));
        assert_eq!(ScalarType::to_value(&read(&hash).unwrap()), Value::String(hash.clone()));
        assert!(read(&hash.to_uppercase()).is_err());
        let moment = Value::String("2020-06-30T08:15:07.123456Z".to_owned());
        let read = <DateTime as ScalarType>::parse(moment.clone()).unwrap();
        assert_eq!(ScalarType::to_value(&read), moment);
        assert!(<DateTime as ScalarType>::parse(Value::String("2020-06-30".to_owned())).is_err());
    }
}
