//! Secrets of the program itself that lie in the database, such as those that make one-time passwords.

use domain::ids::LedgerId;
use zeroize::Zeroizing;

use crate::People;
use crate::randomness::NoRandomness;
use crate::seal::{open, seal};

/// Sealed bytes are no secret of that place: they were changed, or belong elsewhere, or to other keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("密文无法解开 / the sealed secret does not open")]
pub struct SecretDoesNotOpen;

impl People {
    /// Seals a secret under a key of the ledger. `place` binds it to where it lies and must be given again to
    /// open it; it holds no line break.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn seal_secret(
        &self,
        ledger: &LedgerId,
        place: &str,
        secret: &[u8],
    ) -> Result<Vec<u8>, NoRandomness> {
        let key = self.keys().secrets_key(ledger);
        let mut sealed = Vec::new();
        seal(&mut sealed, key.bytes(), &bound_to(ledger, place), secret, self.randomness())?;
        Ok(sealed)
    }

    /// Opens what [`Self::seal_secret`] made, wiped when dropped.
    ///
    /// # Errors
    /// When it is not a secret of that place.
    pub fn open_secret(
        &self,
        ledger: &LedgerId,
        place: &str,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SecretDoesNotOpen> {
        let key = self.keys().secrets_key(ledger);
        open(key.bytes(), &bound_to(ledger, place), sealed).map_err(|_| SecretDoesNotOpen)
    }
}

fn bound_to(ledger: &LedgerId, place: &str) -> Vec<u8> {
    format!("mingzhang secret v1\n{}\n{place}", ledger.as_str()).into_bytes()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use super::*;
    use crate::{KeyRing, Randomness};

    #[test]
    fn a_secret_opens_at_its_place_and_under_its_keys_alone() {
        let people = |master| {
            let ring = Arc::new(KeyRing::of_bytes(master, 2, 3));
            People::new(ring, &Randomness::system())
        };
        let (here, ledger) = (people(1), LedgerId::parse("cn-320404").unwrap());
        let sealed = here.seal_secret(&ledger, "one-time/w-021", b"secret").unwrap();
        let opened = here.open_secret(&ledger, "one-time/w-021", &sealed).unwrap();
        assert_eq!(opened.as_slice(), b"secret");
        let other = LedgerId::parse("cn-320402").unwrap();
        let wrong = [
            here.open_secret(&ledger, "one-time/w-022", &sealed),
            here.open_secret(&other, "one-time/w-021", &sealed),
            people(9).open_secret(&ledger, "one-time/w-021", &sealed),
            here.open_secret(&ledger, "one-time/w-021", sealed.get(1..).unwrap()),
        ];
        assert!(wrong.iter().all(|opened| *opened == Err(SecretDoesNotOpen)));
    }
}
