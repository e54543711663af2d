//! Where ids and secrets come from.

use std::sync::Arc;

use uuid::{Builder, Uuid};
use zeroize::Zeroizing;

use crate::mac::MacKey;

/// The operating system gave no random bytes. Nothing may be sealed, committed or registered then.
#[derive(Debug, thiserror::Error)]
#[error("系统没有提供随机数 / the operating system gave no random bytes: {0}")]
pub struct NoRandomness(getrandom::Error);

/// A source of random bytes, handed to whatever needs some. Cheap to clone.
///
/// Secrets, that is keys, nonces and the random bytes of commitments, always come from the
/// operating system, one call each and never from a pool, so that neither a seed nor a machine
/// resumed from a snapshot makes a nonce occur twice. A seed decides ids only.
#[derive(Clone)]
pub struct Randomness {
    seed: Option<Arc<MacKey>>,
}

impl std::fmt::Debug for Randomness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let source = if self.seed.is_some() { "seeded" } else { "system" };
        write!(f, "Randomness({source})")
    }
}

impl Randomness {
    /// The operating system's random bytes, for ids as for secrets. What every real ledger uses.
    pub fn system() -> Self {
        Self { seed: None }
    }

    /// For demonstrations and tests only: ids become a function of the seed and of what they
    /// name, whatever the order of calls, so that a demonstration begun again gives the same ids.
    ///
    /// Whoever knows the seed can compute which number an id stands for, and, where
    /// [`crate::KeyRing::create`] was given this source, which client id a payment's id was made
    /// from. Never use it for a bureau's books.
    pub fn seeded(seed: [u8; 32]) -> Self {
        Self { seed: Some(Arc::new(MacKey::new(&seed))) }
    }

    /// Fills the buffer with secret bytes of the operating system.
    #[allow(
        clippy::disallowed_methods,
        reason = "the one place of this crate that supplies randomness to all others"
    )]
    pub fn fill_secret(&self, buffer: &mut [u8]) -> Result<(), NoRandomness> {
        getrandom::fill(buffer).map_err(NoRandomness)
    }

    /// An array of secret bytes of the operating system, wiped when dropped.
    pub fn secret<const N: usize>(&self) -> Result<Zeroizing<[u8; N]>, NoRandomness> {
        let mut bytes = Zeroizing::new([0; N]);
        self.fill_secret(bytes.as_mut_slice())?;
        Ok(bytes)
    }

    /// A new id in the layout of a version 4 UUID. `names` says what it is for (kind, ledger,
    /// number …): a seeded source makes the same id for the same names, the system's ignores them.
    pub fn uuid_for(&self, names: &[&str]) -> Result<Uuid, NoRandomness> {
        let bytes: [u8; 16] = match self.derived(b"mingzhang seeded id v1\n", names) {
            Some(derived) => half(&derived),
            None => *self.secret()?,
        };
        Ok(Builder::from_random_bytes(bytes).into_uuid())
    }

    /// 32 bytes for a key that decides ids: derived from the seed if there is one, else secret.
    pub(crate) fn id_key(&self) -> Result<Zeroizing<[u8; 32]>, NoRandomness> {
        match self.derived(b"mingzhang seeded key v1\n", &[]) {
            Some(derived) => Ok(derived),
            None => self.secret(),
        }
    }

    fn derived(&self, purpose: &[u8], names: &[&str]) -> Option<Zeroizing<[u8; 32]>> {
        let seed = self.seed.as_ref()?;
        let fields: Vec<&[u8]> = names.iter().map(|name| name.as_bytes()).collect();
        Some(Zeroizing::new(seed.of_fields(purpose, &fields)))
    }
}

/// The first 16 of 32 bytes, as a UUID needs them.
pub(crate) fn half(bytes: &[u8; 32]) -> [u8; 16] {
    let mut first = [0; 16];
    for (place, byte) in first.iter_mut().zip(bytes) {
        *place = *byte;
    }
    first
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_seed_gives_the_same_id_for_the_same_names_in_any_order() {
        let (one, other) = (Randomness::seeded([1; 32]), Randomness::seeded([1; 32]));
        let first = one.uuid_for(&["person", "cn-320404", "1"]).unwrap();
        let second = one.uuid_for(&["person", "cn-320404", "2"]).unwrap();
        assert_ne!(first, second);
        assert_eq!(other.uuid_for(&["person", "cn-320404", "2"]).unwrap(), second);
        assert_eq!(other.uuid_for(&["person", "cn-320404", "1"]).unwrap(), first);
        let elsewhere = Randomness::seeded([2; 32]);
        assert_ne!(elsewhere.uuid_for(&["person", "cn-320404", "1"]).unwrap(), first);
    }

    #[test]
    fn the_system_gives_another_id_each_time_in_the_layout_of_version_4() {
        let system = Randomness::system();
        let (one, other) = (system.uuid_for(&["a"]).unwrap(), system.uuid_for(&["a"]).unwrap());
        assert_ne!(one, other);
        assert_eq!(one.get_version_num(), 4);
        assert_eq!(Randomness::seeded([3; 32]).uuid_for(&["a"]).unwrap().get_version_num(), 4);
    }

    #[test]
    fn secrets_do_not_follow_the_seed() {
        let secret = || Randomness::seeded([1; 32]).secret::<32>().unwrap();
        assert_ne!(*secret(), *secret());
    }
}
