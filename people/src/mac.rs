//! HMAC-SHA-256, the one keyed hash that everything in this crate is built from.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// A key with its first blocks already hashed, which saves half the work of a short message. As
/// secret as the key; wiped when dropped.
#[derive(Clone)]
pub(crate) struct MacKey(Hmac<Sha256>);

impl MacKey {
    /// HMAC pads a key shorter than a block with zeros; doing so here leaves nothing that could fail.
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        let mut block = Zeroizing::new([0u8; 64]);
        for (place, byte) in block.iter_mut().zip(key) {
            *place = *byte;
        }
        Self(Hmac::<Sha256>::new((&*block).into()))
    }

    /// The hash over the parts, one after the other. The caller makes the concatenation unambiguous:
    /// all parts but the last hold no line break and are followed by one, or [`MacKey::of_fields`]
    /// is used.
    pub(crate) fn of(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut state = self.0.clone();
        for part in parts {
            state.update(part);
        }
        state.finalize().into_bytes().into()
    }

    /// The hash over a purpose and fields of any content: each field is preceded by its length as
    /// eight bytes, big-endian, so that no two lists of fields give the same input.
    pub(crate) fn of_fields(&self, purpose: &[u8], fields: &[&[u8]]) -> [u8; 32] {
        let mut state = self.0.clone();
        state.update(purpose);
        for field in fields {
            let length = u64::try_from(field.len()).unwrap_or(u64::MAX);
            state.update(&length.to_be_bytes());
            state.update(field);
        }
        state.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_32_bytes_gives_what_any_hmac_library_gives() {
        // python3: hmac.new(bytes(range(32)), b"ab", "sha256").hexdigest()
        let key: [u8; 32] = core::array::from_fn(|place| u8::try_from(place).unwrap_or(0));
        assert_eq!(
            hex::encode(MacKey::new(&key).of(&[b"a", b"b"])),
            "2e2f68fb95e31672b7a745ed580c12454641604e37fc2f1867fb34fae4a03973"
        );
    }

    #[test]
    fn moving_a_byte_from_one_field_to_the_next_changes_the_hash() {
        let key = MacKey::new(&[7; 32]);
        assert_ne!(key.of_fields(b"", &[b"ab", b"c"]), key.of_fields(b"", &[b"a", b"bc"]));
        assert_ne!(key.of_fields(b"", &[b"ab"]), key.of_fields(b"", &[b"ab", b""]));
    }
}
