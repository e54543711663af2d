//! Money as whole fen. No float comes near it, and nothing overflows in silence.

#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An amount in Chinese currency, counted in fen (100 fen = 1 yuan).
///
/// Always strictly between −2^53 and 2^53 fen, so that every program that reads a payload as JSON
/// reads the same number. Negative amounts exist for the opposite side of a booking and for totals;
/// [`Money::parse_yuan`] never makes one. In JSON it is a whole number of fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(i64);

/// Why an amount was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not plain digits with at most one point: a sign, a separator, a blank, an exponent, a
    /// full-width digit, a needless leading zero, or no digit on one side of the point.
    #[error(
        "金额“{text}”须为阿拉伯数字，不带符号、分隔符或空格 / amount \"{text}\" must be plain digits such as 1234.50, without sign, separator or blank"
    )]
    NotPlainYuan {
        /// What was found.
        text: String,
    },
    /// More than two digits after the point: fen is the smallest unit, and nothing is rounded on the way in.
    #[error("金额“{text}”最多两位小数 / amount \"{text}\" has more than two decimals")]
    TooManyDecimals {
        /// What was found.
        text: String,
    },
    /// 2^53 fen or more, in either direction.
    #[error("金额超出范围 / amount is out of range")]
    OutOfRange,
}

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// One more than the largest number of fen, 2^53: the first whole number whose neighbour a
    /// reader that keeps JSON numbers as doubles cannot tell from it.
    const LIMIT: i64 = 1 << 53;

    /// Takes a whole number of fen; [`MoneyError::OutOfRange`] at 2^53 and beyond.
    pub const fn from_fen(fen: i64) -> Result<Self, MoneyError> {
        if fen > -Self::LIMIT && fen < Self::LIMIT {
            Ok(Self(fen))
        } else {
            Err(MoneyError::OutOfRange)
        }
    }

    /// The amount in fen.
    pub const fn fen(self) -> i64 {
        self.0
    }

    /// Whether this is more than nothing, as every recorded amount must be.
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Reads yuan as a list or a client spells them: ASCII digits and at most two decimals.
    ///
    /// Leading zeros are refused, because amounts padded with zeros are usually fen from a bank's
    /// fixed-width file, and taking them for yuan would pay a hundredfold.
    pub fn parse_yuan(text: &str) -> Result<Self, MoneyError> {
        let not_plain = || MoneyError::NotPlainYuan { text: text.to_owned() };
        let (yuan, decimals) = match text.split_once('.') {
            Some((yuan, decimals)) => (yuan, Some(decimals)),
            None => (text, None),
        };
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let padded = yuan.len() > 1 && yuan.starts_with('0');
        if !all_digits(yuan) || padded || !decimals.is_none_or(all_digits) {
            return Err(not_plain());
        }
        let decimals = decimals.unwrap_or("");
        if decimals.len() > 2 {
            return Err(MoneyError::TooManyDecimals { text: text.to_owned() });
        }
        // Digits only, so the one way to fail is a number too large for an i64.
        let fen = format!("{yuan}{decimals:0<2}").parse().map_err(|_| MoneyError::OutOfRange)?;
        Self::from_fen(fen)
    }

    /// The sum, or `None` out of range.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).and_then(|fen| Self::from_fen(fen).ok())
    }

    /// The difference, or `None` out of range.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).and_then(|fen| Self::from_fen(fen).ok())
    }

    /// The amount taken `times` times, or `None` out of range.
    #[must_use]
    pub fn checked_mul(self, times: impl Into<i64>) -> Option<Self> {
        self.0.checked_mul(times.into()).and_then(|fen| Self::from_fen(fen).ok())
    }

    /// One of `parts` equal parts, rounded to the fen half up and, for negative amounts, half away
    /// from zero, so that a reversal mirrors its original. `None` for zero parts.
    ///
    /// Round once, at the end: a sum of rounded parts need not be the whole.
    #[must_use]
    pub fn divide_half_up(self, parts: u32) -> Option<Self> {
        let size = self.0.unsigned_abs();
        let parts = u64::from(parts);
        let whole = size.checked_div(parts)?;
        let rest = size.checked_rem(parts)?;
        // rest < parts <= u32::MAX, so doubling it fits in 64 bits.
        let rounds_up = rest.saturating_mul(2) >= parts;
        let fen = i64::try_from(whole.checked_add(u64::from(rounds_up))?).ok()?;
        Self::from_fen(if self.0 < 0 { fen.checked_neg()? } else { fen }).ok()
    }

    /// The same amount on the other side of a booking.
    #[must_use]
    pub const fn negated(self) -> Self {
        // The range is the same on both sides of zero, so nothing saturates here.
        Self(self.0.saturating_neg())
    }
}

/// Yuan with exactly two decimals, `92439800.00`; a negative amount begins with `-`.
impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.unsigned_abs();
        write!(formatter, "{sign}{}.{:02}", size / 100, size % 100)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_fen(i64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
