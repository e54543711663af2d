//! The three secret keys of a data directory and what is derived from them.

use domain::ids::LedgerId;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::mac::MacKey;
use crate::randomness::half;
use crate::seal::SubjectKey;

/// The keys that lie in `<data>/keys/`, in memory. They are wiped when dropped; share the ring in
/// an `Arc` rather than loading it twice.
///
/// * `master.key` wraps the key of every person, household and account, and gives each ledger its
///   key for attachments. Losing it loses every name and number for ever.
/// * `lookup.key` turns a number into the keyed hash under which it is found.
/// * `ids.key` turns a client's id into the UUID that stands in the chain.
///
/// The signing keys of ledgers are not among them.
pub struct KeyRing {
    pub(crate) master: Zeroizing<[u8; 32]>,
    lookup: MacKey,
    ids: MacKey,
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyRing(secret)")
    }
}

impl KeyRing {
    pub(crate) fn new(master: Zeroizing<[u8; 32]>, lookup: &[u8; 32], ids: &[u8; 32]) -> Self {
        Self { master, lookup: MacKey::new(lookup), ids: MacKey::new(ids) }
    }

    /// The UUID (version 8) for a client's id: the same for the same ledger, noun and client id
    /// under the same `ids.key`, and not to be turned back without it. The noun is what the id
    /// names (`payment`, `fund`, …), so that a fund and a payment may carry the same client id.
    pub fn client_uuid(&self, ledger: &str, noun: &str, client_id: &str) -> Uuid {
        let hash = self.ids.of_fields(
            b"mingzhang id v1\n",
            &[ledger.as_bytes(), noun.as_bytes(), client_id.as_bytes()],
        );
        Uuid::new_v8(half(&hash))
    }

    /// The keyed hash under which a number is found. It binds ledger and kind, so that the same
    /// number in two ledgers, or as person and as household, cannot be linked by the database.
    pub(crate) fn lookup(&self, ledger: &LedgerId, kind: &str, number: &str) -> [u8; 32] {
        self.lookup.of(&[
            b"mingzhang lookup v1\n",
            ledger.as_str().as_bytes(),
            b"\n",
            kind.as_bytes(),
            b"\n",
            number.as_bytes(),
        ])
    }

    /// The key for attachments of entries that name neither person nor household.
    pub(crate) fn details_key(&self, ledger: &LedgerId) -> SubjectKey {
        let parts: [&[u8]; 2] = [b"mingzhang details key v1\n", ledger.as_str().as_bytes()];
        SubjectKey::from_bytes(Zeroizing::new(MacKey::new(&self.master).of(&parts)))
    }

    /// The key that seals secrets of the program itself in this ledger's tables.
    pub(crate) fn secrets_key(&self, ledger: &LedgerId) -> SubjectKey {
        let parts: [&[u8]; 2] = [b"mingzhang secrets key v1\n", ledger.as_str().as_bytes()];
        SubjectKey::from_bytes(Zeroizing::new(MacKey::new(&self.master).of(&parts)))
    }

    #[cfg(test)]
    pub(crate) fn of_bytes(master: u8, lookup: u8, ids: u8) -> Self {
        Self::new(Zeroizing::new([master; 32]), &[lookup; 32], &[ids; 32])
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_client_id_gives_the_uuid_of_its_test_vector() {
        // python3: h = hmac.new(bytes([3])*32, b"mingzhang id v1\n" + b"".join(len(x).to_bytes(8,
        // "big") + x for x in (b"cn-320404", b"payment", "流水-1".encode())), "sha256").digest()[:16],
        // then version 8 and the RFC variant.
        let keys = KeyRing::of_bytes(1, 2, 3);
        let made = keys.client_uuid("cn-320404", "payment", "流水-1");
        assert_eq!(made.to_string(), "096b2ce9-12fe-889f-a808-d43c2c78414e");
        assert_eq!(made.get_version_num(), 8);
    }

    #[test]
    fn ledger_noun_and_client_id_each_change_the_uuid() {
        let keys = KeyRing::of_bytes(1, 2, 3);
        let made = keys.client_uuid("cn-1", "payment", "7");
        for other in [
            keys.client_uuid("cn-2", "payment", "7"),
            keys.client_uuid("cn-1", "fund", "7"),
            keys.client_uuid("cn-1", "payment", "8"),
            keys.client_uuid("cn-1p", "ayment", "7"),
            KeyRing::of_bytes(1, 2, 4).client_uuid("cn-1", "payment", "7"),
        ] {
            assert_ne!(made, other);
        }
    }
}
