//! Commitments: what an entry holds instead of a number or a free text, to be proven later.

use domain::text::Commitment;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::mac::MacKey;
use crate::randomness::{NoRandomness, Randomness};

/// `HMAC-SHA-256(key = random, "mingzhang commitment v1\n" ‖ kind ‖ "\n" ‖ UTF-8 value)`, as
/// `entry-format.md` defines it. Without the random bytes the value cannot be guessed from it,
/// however few values there are; with them, anybody can check it. The kind (`person`,
/// `household`, `account`, `cause`, `certificate`, `payee`, `reason`, `donor`, `officer`, `file`) keeps a
/// commitment to one thing from being shown as one to another; it never holds a line break.
pub fn commitment_of(random: &[u8; 32], kind: &str, value: &str) -> Commitment {
    let parts: [&[u8]; 4] =
        [b"mingzhang commitment v1\n", kind.as_bytes(), b"\n", value.as_bytes()];
    Commitment::from_bytes(MacKey::new(random).of(&parts))
}

/// A text kept beside the chain with the random bytes that its commitment was made with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct CommittedText {
    text: String,
    #[serde(with = "hex_bytes")]
    random: [u8; 32],
}

impl std::fmt::Debug for CommittedText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CommittedText(private)")
    }
}

impl CommittedText {
    /// Commits to a text with new random bytes, so that the same text twice gives two commitments
    /// that nobody can link. The kind is what the text is: see [`commitment_of`].
    pub fn commit(
        kind: &str,
        text: &str,
        randomness: &Randomness,
    ) -> Result<(Self, Commitment), NoRandomness> {
        let random: Zeroizing<[u8; 32]> = randomness.secret()?;
        let commitment = commitment_of(&random, kind, text);
        Ok((Self { text: text.to_owned(), random: *random }, commitment))
    }

    /// A text that somebody else committed to, with the random bytes that they did it with.
    pub fn opened(text: &str, random: [u8; 32]) -> Self {
        Self { text: text.to_owned(), random }
    }

    /// The text itself.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The commitment, computed again: an entry's must equal it.
    pub fn commitment(&self, kind: &str) -> Commitment {
        commitment_of(&self.random, kind, &self.text)
    }
}

/// 32 bytes as 64 hex digits in JSON.
pub(crate) mod hex_bytes {
    use serde::{Deserialize, Deserializer, Serializer, de};
    use std::borrow::Cow;

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
        let mut digits = [0u8; 64];
        hex::encode_to_slice(bytes, &mut digits).map_err(serde::ser::Error::custom)?;
        to.serialize_str(std::str::from_utf8(&digits).map_err(serde::ser::Error::custom)?)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.as_bytes(), &mut bytes).map_err(de::Error::custom)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn hex_of(commitment: Commitment) -> String {
        hex::encode(commitment.as_bytes())
    }

    #[test]
    fn commitments_equal_their_test_vectors() {
        // python3: hmac.new(bytes(range(32)), b"mingzhang commitment v1\n" + kind + b"\n" + value,
        // "sha256").hexdigest()
        let random: [u8; 32] = core::array::from_fn(|place| u8::try_from(place).unwrap());
        for (kind, value, expected) in [
            (
                "person",
                "32040418000101001X",
                "ad5ab6f208edaa7c8b2ac76f511e853d22baa7abf6d983223c5bb5c8dee8de9f",
            ),
            (
                "household",
                "钟楼-0001",
                "32d010bf477aa24c7dcbd54778f587d12ffcbe6e67f21f12a32e4d8526eefbf0",
            ),
            ("cause", "", "dfa70d77975f7c62b72fc0d7d4fc1a1ca99780b35107cd6ea77c6b45a6039afa"),
        ] {
            assert_eq!(hex_of(commitment_of(&random, kind, value)), expected);
        }
    }

    #[test]
    fn kind_value_and_random_bytes_each_change_the_commitment() {
        let made = commitment_of(&[1; 32], "cause", "火灾");
        assert_ne!(made, commitment_of(&[1; 32], "reason", "火灾"));
        assert_ne!(made, commitment_of(&[1; 32], "cause", "水灾"));
        assert_ne!(made, commitment_of(&[2; 32], "cause", "火灾"));
    }

    #[test]
    fn the_same_text_twice_gives_two_commitments_that_both_verify() {
        let system = Randomness::system();
        let (one, first) = CommittedText::commit("donor", "某公司", &system).unwrap();
        let (other, second) = CommittedText::commit("donor", "某公司", &system).unwrap();
        assert_ne!(first, second);
        assert_eq!((one.commitment("donor"), other.commitment("donor")), (first, second));
        assert_ne!(one.commitment("payee"), first);
        let json = serde_json::to_string(&one).unwrap();
        assert_eq!(serde_json::from_str::<CommittedText>(&json).unwrap(), one);
    }
}
