//! What signs. A key in memory signs at once; one in a hardware security module is slow and may
//! fail, so everything that signs takes the trait and expects both.

use std::sync::Arc;

use rayon::prelude::*;

use crate::hash::Hash;
use crate::key::{LedgerKey, PublicKey, SignatureBytes, entry_message};

/// From this many leaves on, a key in memory signs on all cores.
const MANY: usize = 32;

/// Why nothing was signed. The text may name files and devices: it is for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    /// The signer of this key is not to be had: its file is missing or locked, its device is away.
    #[error("the key {key} cannot be used: {why}")]
    NoSigner {
        /// The public half.
        key: String,
        /// What is in the way.
        why: String,
    },
    /// The signer was asked and did not sign.
    #[error("the signer failed: {0}")]
    Failed(String),
    /// The signer gave another number of signatures than it was asked for.
    #[error("{asked} signatures were asked for and {given} given")]
    Count {
        /// How many leaves there were.
        asked: usize,
        /// How many signatures came.
        given: usize,
    },
}

/// A key that signs, wherever its private half lies. Calls may block: they are made where nothing
/// else has to go on.
pub trait Signer: Send + Sync {
    /// The half that is given away. The same for the signer's whole life.
    fn public(&self) -> &PublicKey;

    /// Signs any bytes (RFC 8032, Ed25519). The caller's context must be part of them.
    ///
    /// # Errors
    /// When the signer is away or refuses.
    fn sign(&self, message: &[u8]) -> Result<SignatureBytes, SigningError>;

    /// Signs a leaf as entries are signed.
    ///
    /// # Errors
    /// As [`Signer::sign`].
    fn sign_leaf(&self, leaf: &Hash) -> Result<SignatureBytes, SigningError> {
        self.sign(&entry_message(leaf))
    }

    /// Signs many leaves, in their order: all of them or none.
    ///
    /// # Errors
    /// As [`Signer::sign`].
    fn sign_leaves(&self, leaves: &[Hash]) -> Result<Vec<SignatureBytes>, SigningError> {
        leaves.iter().map(|leaf| self.sign_leaf(leaf)).collect()
    }
}

impl Signer for LedgerKey {
    fn public(&self) -> &PublicKey {
        Self::public(self)
    }

    fn sign(&self, message: &[u8]) -> Result<SignatureBytes, SigningError> {
        Ok(Self::sign(self, message))
    }

    fn sign_leaves(&self, leaves: &[Hash]) -> Result<Vec<SignatureBytes>, SigningError> {
        let sign = |leaf: &Hash| Self::sign_leaf(self, leaf);
        Ok(if leaves.len() < MANY {
            leaves.iter().map(sign).collect()
        } else {
            leaves.par_iter().with_min_len(MANY / 2).map(sign).collect()
        })
    }
}

/// Finds the signer of a key. A ledger's key changes while programs run: its writer asks anew
/// whenever another key is in force.
pub trait Signers: Send + Sync {
    /// The signer of this very key. Asked for each group of entries, so what was found once must be
    /// kept; may block where it was not.
    ///
    /// # Errors
    /// When there is none, or it cannot be used.
    fn signer(&self, key: &PublicKey) -> Result<Arc<dyn Signer>, SigningError>;
}

/// These signers and no other.
pub struct TheseSigners(Vec<Arc<dyn Signer>>);

impl TheseSigners {
    /// One signer alone.
    pub fn only(signer: Arc<dyn Signer>) -> Self {
        Self(vec![signer])
    }

    /// Several, for a change from one key to another.
    pub fn new(signers: Vec<Arc<dyn Signer>>) -> Self {
        Self(signers)
    }
}

impl Signers for TheseSigners {
    fn signer(&self, key: &PublicKey) -> Result<Arc<dyn Signer>, SigningError> {
        let found = self.0.iter().find(|signer| signer.public() == key).cloned();
        found.ok_or_else(|| SigningError::NoSigner {
            key: key.to_string(),
            why: "it was not handed to this program".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::hash;

    /// A key that is used like one in a device: only single signatures, nothing overridden.
    struct Plain(LedgerKey);

    impl Signer for Plain {
        fn public(&self) -> &PublicKey {
            self.0.public()
        }

        fn sign(&self, message: &[u8]) -> Result<SignatureBytes, SigningError> {
            Ok(self.0.sign(message))
        }
    }

    #[test]
    fn few_and_many_leaves_get_the_signatures_that_single_ones_get() {
        let key = LedgerKey::from_seed([3; 32]).unwrap();
        let plain = Plain(LedgerKey::from_seed([3; 32]).unwrap());
        for count in [0, 1, MANY - 1, MANY, 5 * MANY + 1] {
            let leaves: Vec<Hash> = (0..count).map(|n| hash::leaf(&n.to_be_bytes())).collect();
            let signatures = key.sign_leaves(&leaves).unwrap();
            assert_eq!(signatures, plain.sign_leaves(&leaves).unwrap());
            assert_eq!(signatures.len(), count);
            for (leaf, signature) in leaves.iter().zip(&signatures) {
                assert!(key.public().signed_leaf(leaf, signature));
            }
        }
    }

    #[test]
    fn a_signer_is_found_by_its_key_and_no_other_stands_in_for_it() {
        let key = |n| Arc::new(LedgerKey::from_seed([n; 32]).unwrap());
        let signers = TheseSigners::new(vec![key(1), key(2)]);
        assert_eq!(signers.signer(key(2).public()).unwrap().public(), key(2).public());
        let absent = signers.signer(key(3).public());
        assert!(matches!(absent, Err(SigningError::NoSigner { .. })));
        assert!(TheseSigners::only(key(1)).signer(key(2).public()).is_err());
    }
}
