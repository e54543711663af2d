//! The key files of one ledger, and the signers that they make.
//!
//! | file in `keys/` | what |
//! |---|---|
//! | `ID.key` | the key in force |
//! | `ID.key.next` | made for a rotation that is not recorded yet |
//! | `ID.key.replacement` | made for a revocation that is not recorded yet |
//! | `ID.key.rotated-FINGERPRINT` | the key before; signs checkpoints beside the new one while it is kept |
//! | `ID.key.revoked-FINGERPRINT` | a key that signs nothing any more |
//!
//! Only `ID.key` ends in `.key`, so that no two ledgers' files can have one name. Between an entry
//! that changes the key and the renaming of the files, the key in force lies under a name of the
//! second or third row, and is found there.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ledger::LedgerId;
use ledger::key::{KeyId, PublicKey};
use ledger::signer::{Signer, Signers, SigningError};

use super::key_file::{self, KeyFileError};
use super::passphrase::Passphrases;
use crate::database::DataDirectory;

/// Where one ledger's keys lie.
#[derive(Debug, Clone)]
pub(super) struct KeyPlaces {
    pub(super) in_force: PathBuf,
    pub(super) next: PathBuf,
    pub(super) replacement: PathBuf,
}

impl KeyPlaces {
    pub(super) fn of(directory: &DataDirectory, ledger: &LedgerId) -> Self {
        let place = |ending: &str| directory.keys().join(format!("{ledger}.key{ending}"));
        Self { in_force: place(""), next: place(".next"), replacement: place(".replacement") }
    }

    fn ended(&self, how: &str, key: &PublicKey) -> PathBuf {
        let fingerprint = key.id().fingerprint().to_string();
        let mut path = self.in_force.as_os_str().to_owned();
        path.push(format!(".{how}-{}", fingerprint.get(..16).unwrap_or(&fingerprint)));
        path.into()
    }

    pub(super) fn rotated(&self, key: &PublicKey) -> PathBuf {
        self.ended("rotated", key)
    }

    pub(super) fn revoked(&self, key: &PublicKey) -> PathBuf {
        self.ended("revoked", key)
    }
}

/// Finds a ledger's signers in the data directory. Several programs share it, so a key that another
/// program rotated to is found here too.
pub(super) struct KeyFolder {
    places: KeyPlaces,
    passphrases: Arc<Passphrases>,
    found: Mutex<HashMap<KeyId, Arc<dyn Signer>>>,
}

impl KeyFolder {
    pub(super) fn new(places: KeyPlaces, passphrases: Arc<Passphrases>) -> Self {
        Self { places, passphrases, found: Mutex::default() }
    }

    fn look_for(&self, wanted: &PublicKey) -> Result<Arc<dyn Signer>, String> {
        let places = &self.places;
        let others = [&places.next, &places.replacement, &places.rotated(wanted)];
        let mut why = None;
        for path in std::iter::once(&places.in_force).chain(others) {
            match key_file::read(path, &self.passphrases) {
                Ok(key) if key.public() == wanted => return Ok(Arc::new(key)),
                Ok(_) => {
                    let other = not_this_ledgers(path);
                    why.get_or_insert(other);
                }
                Err(error) if absent(&error) && *path != places.in_force => {}
                Err(error) => {
                    why.get_or_insert(error.to_string());
                }
            }
        }
        Err(why.unwrap_or_default())
    }
}

fn absent(error: &KeyFileError) -> bool {
    matches!(error, KeyFileError::Files { error, .. } if error.kind() == std::io::ErrorKind::NotFound)
}

fn not_this_ledgers(path: &Path) -> String {
    format!(
        "{0} 不是账本现用的密钥 / {0} is not the key that is in force in this ledger",
        path.display()
    )
}

impl Signers for KeyFolder {
    fn signer(&self, key: &PublicKey) -> Result<Arc<dyn Signer>, SigningError> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(signer) = found.get(&key.id()) {
            return Ok(signer.clone());
        }
        let looked_for = self.look_for(key);
        let signer =
            looked_for.map_err(|why| SigningError::NoSigner { key: key.to_string(), why })?;
        found.insert(key.id(), signer.clone());
        Ok(signer)
    }
}
