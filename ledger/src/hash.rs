//! SHA-256 as the format uses it. Chain and tree share the leaf hash, so there is no second
//! structure that could disagree with the first.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};

/// A SHA-256 value; printed and parsed as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash([u8; 32]);

impl Hash {
    /// What an entry at position 0 names as the one before it.
    pub const ZERO: Self = Self([0; 32]);

    /// Wraps a value that was computed or stored before.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Wraps stored bytes; `None` unless there are 32.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Reads 64 lower-case hex digits; `None` for any other spelling.
    pub fn parse(text: &str) -> Option<Self> {
        let lower = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let mut bytes = [0; 32];
        (lower && hex::decode_to_slice(text, &mut bytes).is_ok()).then_some(Self(bytes))
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [0; 64];
        // 64 digits always hold 32 bytes, and hex digits are always ASCII.
        hex::encode_to_slice(self.0, &mut digits).map_err(|_| fmt::Error)?;
        f.write_str(std::str::from_utf8(&digits).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// SHA-256 of the bytes as they are: commands and key fingerprints.
pub fn plain(bytes: &[u8]) -> Hash {
    let mut pieces = Pieces::default();
    pieces.add(bytes);
    pieces.finish()
}

/// The same hash of bytes that come in pieces.
pub(crate) struct Pieces(Context);

impl Default for Pieces {
    fn default() -> Self {
        Self(Context::new(&SHA256))
    }
}

impl Pieces {
    pub(crate) fn add(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    pub(crate) fn finish(self) -> Hash {
        let mut bytes = [0; 32];
        // A digest of SHA-256 has as many bytes as there is place for.
        bytes.iter_mut().zip(self.0.finish().as_ref()).for_each(|(to, from)| *to = *from);
        Hash(bytes)
    }
}

/// Leaf hash of an entry: SHA-256(0x00 ‖ entry), RFC 6962 section 2.1.
pub fn leaf(entry: &[u8]) -> Hash {
    let mut pieces = Pieces::default();
    pieces.add(&[0]);
    pieces.add(entry);
    pieces.finish()
}

/// Hash of an inner node: SHA-256(0x01 ‖ left ‖ right), RFC 6962 section 2.1.
pub fn node(left: &Hash, right: &Hash) -> Hash {
    let mut pieces = Pieces::default();
    pieces.add(&[1]);
    pieces.add(&left.0);
    pieces.add(&right.0);
    pieces.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    use super::*;

    /// SHA-256 of "abc", from FIPS 180-4.
    const OF_ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_hash_shows_itself_as_its_digits_to_users_and_to_developers() {
        assert_eq!(plain(b"abc").to_string(), OF_ABC);
        assert_eq!(format!("{:?}", plain(b"abc")), OF_ABC);
    }

    #[test]
    fn what_comes_in_pieces_has_the_hash_of_the_whole() {
        let mut pieces = Pieces::default();
        [&b"a"[..], b"", b"bc"].iter().for_each(|piece| pieces.add(piece));
        assert_eq!(pieces.finish(), plain(b"abc"));
    }

    #[test]
    fn stored_bytes_are_a_hash_if_there_are_32() {
        assert_eq!(Hash::from_slice(plain(b"abc").as_bytes()), Some(plain(b"abc")));
        assert_eq!(Hash::from_slice(&[0; 31]), None);
        assert_eq!(Hash::from_slice(&[0; 33]), None);
    }

    #[test]
    fn a_hash_is_read_from_64_lower_case_digits_only() {
        assert_eq!(Hash::parse(OF_ABC), Some(plain(b"abc")));
        for bad in [&OF_ABC[1..], &OF_ABC.to_uppercase(), &format!("{OF_ABC}0"), &"g".repeat(64)] {
            assert_eq!(Hash::parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn two_implementations_of_sha_256_agree(
            pieces in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..5),
        ) {
            let whole = pieces.concat();
            let mut ours = Pieces::default();
            pieces.iter().for_each(|piece| ours.add(piece));
            let other = |bytes: &[u8]| Hash(Sha256::digest(bytes).into());
            prop_assert_eq!(ours.finish(), other(&whole));
            prop_assert_eq!(plain(&whole), other(&whole));
            prop_assert_eq!(leaf(&whole), other(&[&[0], &whole[..]].concat()));
            let (left, right) = (plain(&whole), leaf(&whole));
            prop_assert_eq!(node(&left, &right), other(&[&[1], &left.0[..], &right.0[..]].concat()));
        }
    }
}
