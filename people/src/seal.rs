//! Sealing: XChaCha20-Poly1305 with a random nonce in front, each ciphertext bound to its place.

use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::{AeadInOut, KeyInit, XChaCha20Poly1305, XNonce};
use domain::ids::LedgerId;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::randomness::{NoRandomness, Randomness};

/// Bytes of the nonce in front of every sealed text.
const NONCE: usize = 24;
/// Bytes of the authentication tag at its end.
const TAG: usize = 16;
/// Bytes of a wrapped key: nonce, key, tag.
pub(crate) const WRAPPED_KEY: usize = NONCE + 32 + TAG;

/// The key of one person, household or account (or a ledger's for attachments). Whoever holds it
/// reads everything sealed under it; it is wiped when the last copy is dropped.
#[derive(Clone)]
pub struct SubjectKey(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SubjectKey(secret)")
    }
}

impl SubjectKey {
    pub(crate) fn new(randomness: &Randomness) -> Result<Self, NoRandomness> {
        Ok(Self(randomness.secret()?))
    }

    pub(crate) fn from_bytes(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// What was sealed does not open: other bytes, another key or another place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DoesNotOpen;

/// The additional data that binds a row's ciphertext to its purpose, ledger, table and id. None
/// of the parts can hold a line break, so no two places give the same bytes.
pub(crate) fn place_of_row(purpose: &str, ledger: &LedgerId, table: &str, id: Uuid) -> Vec<u8> {
    format!("mingzhang {purpose} v1\n{}\n{table}\n{id}", ledger.as_str()).into_bytes()
}

/// Appends nonce, ciphertext and tag to `into`. The nonce is 24 random bytes of the system: at
/// 192 bits two under the same key never meet by chance.
pub(crate) fn seal(
    into: &mut Vec<u8>,
    key: &[u8; 32],
    place: &[u8],
    text: &[u8],
    randomness: &Randomness,
) -> Result<(), NoRandomness> {
    let nonce: [u8; NONCE] = *randomness.secret()?;
    // The text is encrypted where it will stay, so room is made first: growing later would leave
    // a copy of the plain text behind in freed memory.
    into.reserve(text.len().saturating_add(NONCE + TAG));
    into.extend_from_slice(&nonce);
    let start = into.len();
    into.extend_from_slice(text);
    let (_, body) = into.split_at_mut(start);
    let sealed = XChaCha20Poly1305::new(key.into()).encrypt_inout_detached(
        &XNonce::from(nonce),
        place,
        InOutBuf::from(body),
    );
    #[allow(
        clippy::expect_used,
        reason = "XChaCha20-Poly1305 fails only on texts of 256 GiB and more, which no memory holds here"
    )]
    let tag = sealed.expect("a text below 256 GiB can be sealed");
    into.extend_from_slice(&tag);
    Ok(())
}

/// The plain text, wiped when dropped, if the bytes are exactly what [`seal`] wrote under this key
/// for this place.
pub(crate) fn open(
    key: &[u8; 32],
    place: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, DoesNotOpen> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE>().ok_or(DoesNotOpen)?;
    let (body, tag) = rest.split_last_chunk::<TAG>().ok_or(DoesNotOpen)?;
    let mut text = Zeroizing::new(body.to_vec());
    XChaCha20Poly1305::new(key.into())
        .decrypt_inout_detached(
            &XNonce::from(*nonce),
            place,
            InOutBuf::from(text.as_mut_slice()),
            tag.into(),
        )
        .map_err(|_| DoesNotOpen)?;
    Ok(text)
}

/// A subject's key, wrapped by the master key.
pub(crate) fn wrap(
    master: &[u8; 32],
    place: &[u8],
    key: &SubjectKey,
    randomness: &Randomness,
) -> Result<Vec<u8>, NoRandomness> {
    let mut wrapped = Vec::with_capacity(WRAPPED_KEY);
    seal(&mut wrapped, master, place, key.bytes(), randomness)?;
    Ok(wrapped)
}

/// The subject's key out of its wrapping.
pub(crate) fn unwrap(
    master: &[u8; 32],
    place: &[u8],
    wrapped: &[u8],
) -> Result<SubjectKey, DoesNotOpen> {
    let bytes = open(master, place, wrapped)?;
    let mut key = Zeroizing::new([0u8; 32]);
    if bytes.len() != key.len() {
        return Err(DoesNotOpen);
    }
    key.copy_from_slice(&bytes);
    Ok(SubjectKey(key))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_test_vector_of_the_xchacha_draft_opens() {
        // draft-irtf-cfrg-xchacha-03, appendix A.3.1.
        let key: [u8; 32] = core::array::from_fn(|place| 0x80 + u8::try_from(place).unwrap());
        let place = hex::decode("50515253c0c1c2c3c4c5c6c7").unwrap();
        let sealed = hex::decode(concat!(
            "404142434445464748494a4b4c4d4e4f5051525354555657",
            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb",
            "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452",
            "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9",
            "21f9664c97637da9768812f615c68b13b52e",
            "c0875924c1c7987947deafd8780acf49",
        ))
        .unwrap();
        let text = open(&key, &place, &sealed).unwrap();
        assert!(text.starts_with(b"Ladies and Gentlemen of the class of '99"));
        assert_eq!(text.len(), 114);
    }

    #[test]
    fn a_wrapped_key_unwraps_at_its_own_place_only() {
        let randomness = Randomness::system();
        let ledger = LedgerId::parse("cn-320404").unwrap();
        let place = |table, id| place_of_row("wrapped key", &ledger, table, id);
        let key = SubjectKey::new(&randomness).unwrap();
        let wrapped = wrap(&[1; 32], &place("persons", Uuid::nil()), &key, &randomness).unwrap();
        assert_eq!(wrapped.len(), WRAPPED_KEY);
        let opened = unwrap(&[1; 32], &place("persons", Uuid::nil()), &wrapped).unwrap();
        assert_eq!(opened.bytes(), key.bytes());
        assert!(unwrap(&[2; 32], &place("persons", Uuid::nil()), &wrapped).is_err());
        assert!(unwrap(&[1; 32], &place("accounts", Uuid::nil()), &wrapped).is_err());
        assert!(unwrap(&[1; 32], &place("persons", Uuid::max()), &wrapped).is_err());
    }

    proptest! {
        #[test]
        fn any_flipped_bit_and_any_cut_is_noticed(
            text in proptest::collection::vec(any::<u8>(), 0..200),
            place in proptest::collection::vec(any::<u8>(), 0..40),
            at in any::<prop::sample::Index>(),
            bit in 0u8..8,
        ) {
            let mut sealed = Vec::new();
            seal(&mut sealed, &[5; 32], &place, &text, &Randomness::system()).unwrap();
            prop_assert_eq!(sealed.len(), NONCE + text.len() + TAG);
            prop_assert_eq!(&**open(&[5; 32], &place, &sealed).unwrap(), text.as_slice());
            let at = at.index(sealed.len());
            prop_assert!(open(&[5; 32], &place, &sealed[..at]).is_err());
            sealed[at] ^= 1 << bit;
            prop_assert!(open(&[5; 32], &place, &sealed).is_err());
        }
    }
}
