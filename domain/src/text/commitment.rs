//! What stands in the chain for a text that may not, or for a list that is too long: 32 bytes, as hex.

use std::fmt;

use crate::text_form::{TextForm, serde_as_text};

macro_rules! bytes_as_hex {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// In JSON it is 64 lower-case hex digits.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 32]);

        impl $name {
            /// Wraps the bytes.
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// The bytes.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }

            /// Reads 64 lower-case hex digits, and no other spelling.
            pub fn parse(text: &str) -> Result<Self, NotHex> {
                bytes_of(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.with_text(|digits| formatter.write_str(digits))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{}({self})", stringify!($name))
            }
        }

        impl TextForm for $name {
            type Error = NotHex;
            const EXPECTED: &'static str = "64 lower-case hex digits";

            fn read(text: &str) -> Result<Self, NotHex> {
                Self::parse(text)
            }

            fn with_text<R>(&self, take: impl FnOnce(&str) -> R) -> R {
                let mut digits = [0; 64];
                let (pairs, _) = digits.as_chunks_mut::<2>();
                for (pair, byte) in pairs.iter_mut().zip(self.0) {
                    *pair = [hex_digit(byte >> 4), hex_digit(byte & 0x0f)];
                }
                // Hex digits are ASCII, so this never falls back to nothing.
                take(std::str::from_utf8(&digits).unwrap_or_default())
            }
        }

        serde_as_text!($name);
    )*};
}

bytes_as_hex! {
    /// Stands in the chain for something personal that lies encrypted beside it: whoever is shown the
    /// value and its random bytes can check that this is what was recorded, and nobody can guess it.
    /// How it is made is the business of the `people` crate.
    Commitment;
    /// Stands for a whole list: its lines, their number and their sum. Whoever confirms it confirms every
    /// byte of them. How it is made is the business of whoever proves: see [`crate::batch::SealedList`].
    ListDigest;
}

/// Why a text is no commitment or digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("须为64位小写十六进制数字 / must be 64 lower-case hex digits")]
pub struct NotHex;

fn bytes_of(text: &str) -> Result<[u8; 32], NotHex> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != 32 || !rest.is_empty() {
        return Err(NotHex);
    }
    let mut bytes = [0; 32];
    for (byte, &[high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = (hex_value(high)? << 4) | hex_value(low)?;
    }
    Ok(bytes)
}

fn hex_value(digit: u8) -> Result<u8, NotHex> {
    match digit {
        b'0'..=b'9' => Ok(digit.saturating_sub(b'0')),
        b'a'..=b'f' => Ok(digit.saturating_sub(b'a').saturating_add(10)),
        _ => Err(NotHex),
    }
}

/// The lower-case hex digit of a number below 16.
const fn hex_digit(value: u8) -> u8 {
    match value {
        0..=9 => b'0'.saturating_add(value),
        _ => b'a'.saturating_add(value.saturating_sub(10)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_commitment_is_spelled_in_lower_case_hex() {
        let text = "00ff".repeat(16);
        assert_eq!(Commitment::parse(&text).unwrap().to_string(), text);
        for other in
            ["", "00", &"00FF".repeat(16), &"00ff".repeat(17), &"0g".repeat(32), &text[1..]]
        {
            assert_eq!(Commitment::parse(other), Err(NotHex), "{other}");
        }
    }

    proptest! {
        #[test]
        fn commitments_are_printed_and_read_back(bytes in any::<[u8; 32]>()) {
            let commitment = Commitment::from_bytes(bytes);
            prop_assert_eq!(Commitment::parse(&commitment.to_string()), Ok(commitment));
        }
    }
}
