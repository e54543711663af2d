//! Changing a ledger's keys. Each change makes the new key's file, synced, before its entry is
//! recorded, and puts the files in their places afterwards; run again after a crash anywhere
//! between, it goes on where it stopped.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger::key::{LedgerKey, PublicKey};
use ledger::keys::{
    KeyAnnounced, KeyEvent, KeyHistory, KeyRevoked, KeyRotated, PeriodEnd, Possession,
    RecoveryKeyReplaced,
};
use ledger::opened::{WrittenKey, ledger_stream};
use ledger::reader;
use ledger::signer::{Signers, TheseSigners};
use ledger::writer::{ProposedEvent, Submission, SubmitError, Writer, WriterParts};
use ledger::{Actor, EventName, LedgerId};
use zeroize::Zeroizing;

use super::key_file::{self, KeyFileError};
use super::key_folder::{KeyFolder, KeyPlaces};
use super::passphrase::{NoPassphrase, Passphrase};
use super::{Books, DomainRules, Fault};

/// A change of keys that stands.
#[derive(Debug, Clone)]
pub struct ChangedKey {
    /// Position of its last entry.
    pub position: u64,
    /// The key that it names.
    pub key: PublicKey,
    /// A file that has to be looked after now: the key that ended, or the new recovery key.
    pub file: Option<PathBuf>,
    /// Whether it had been recorded by an earlier run, and only the files were put in their places.
    pub completed: bool,
}

/// Why keys were not changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyChangeError {
    /// No such ledger.
    #[error("没有账本 {0} / there is no ledger {0}")]
    NoLedger(LedgerId),
    /// The file holds another key.
    #[error(
        "{0} 不是本账本的恢复密钥,未作任何更改 / {0} is not the recovery key of this ledger: nothing was changed"
    )]
    NotTheRecoveryKey(String),
    /// The new recovery key's place is taken.
    #[error("{0} 已存在:请先移到离线介质 / {0} exists: move it offline first")]
    RecoveryKeyInPlace(String),
    /// Nothing to encrypt.
    #[error("没有可更改的密钥文件 / there is no key file to change")]
    NoFile,
    /// The rules of keys refuse it.
    #[error("账本拒绝此更改:{0} / the ledger refuses this change: {0}")]
    Refused(String),
    /// A key file could not be read or written.
    #[error(transparent)]
    File(#[from] KeyFileError),
    /// There is no passphrase to encrypt with.
    #[error(transparent)]
    NoPassphrase(#[from] NoPassphrase),
    /// The database, the clock or the keys.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<SubmitError> for KeyChangeError {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::KeyRefused { .. } | SubmitError::Moved { .. } => {
                Self::Refused(error.to_string())
            }
            other => Self::Fault(other.into()),
        }
    }
}

impl Books {
    /// Makes a new key and lets it sign from the next position on; the old key's file is kept, to
    /// sign checkpoints beside the new one. With `announce_only` the key is made and named in an
    /// entry, and the next call rotates to it. The new file is encrypted if the old one is, or on
    /// demand.
    ///
    /// # Errors
    /// As [`KeyChangeError`] lists them. Until the entry is recorded nothing changes but that a file
    /// for the coming key lies there.
    pub async fn rotate_key(
        &self,
        ledger: &LedgerId,
        announce_only: bool,
        encrypt: bool,
    ) -> Result<ChangedKey, KeyChangeError> {
        let (history, _) = self.key_history(ledger).await?;
        let places = KeyPlaces::of(self.directory(), ledger);
        if let Some(done) = self.settle(&history, &places)? {
            return Ok(done);
        }
        let signers = Arc::new(KeyFolder::new(places.clone(), self.passphrases().clone()));
        // The key that has to sign is opened first: a passphrase that does not open it must not become
        // the new key's.
        let in_force = history.in_force().ok_or_else(|| Fault::damaged(&"no entry names a key"))?;
        signers.signer(in_force).map_err(|error| Fault::configuration(&error))?;
        let key = self.made(&places.next, encrypt || encrypted(&places)?)?;
        let proof = Possession::prove(ledger, &key).map_err(|error| refused(&error))?;
        let written = WrittenKey::of(key.public());
        let announced = KeyAnnounced { key: written.clone(), proof };
        let mut events = Vec::new();
        let known = history.announced();
        if announce_only || known.is_some_and(|known| known != key.public()) {
            events.push(KeyEvent::Announced(announced));
        }
        if !announce_only {
            events.push(KeyEvent::Rotated(KeyRotated { key: written, proof }));
        }
        let position = self.record_change(&history, &events, key.public(), signers).await?;
        let mut changed =
            ChangedKey { position, key: key.public().clone(), file: None, completed: false };
        if !announce_only {
            let (history, _) = self.key_history(ledger).await?;
            changed.file = self.settle(&history, &places)?.and_then(|settled| settled.file);
        }
        Ok(changed)
    }

    /// Ends the key in force, stolen or lost, by the recovery key in this file, and puts a new key
    /// in force. `from` says from where on the old key's entries are suspect; without it none are.
    ///
    /// # Errors
    /// As [`KeyChangeError`] lists them.
    pub async fn revoke_key(
        &self,
        ledger: &LedgerId,
        recovery_file: &Path,
        from: Option<u64>,
        encrypt: bool,
    ) -> Result<ChangedKey, KeyChangeError> {
        let (history, size) = self.key_history(ledger).await?;
        let recovery = self.recovery_key(&history, recovery_file)?;
        let places = KeyPlaces::of(self.directory(), ledger);
        if let Some(done) = self.settle(&history, &places)?
            && matches!(last_end(&history), Some(PeriodEnd::Revoked { .. }))
        {
            return Ok(done);
        }
        let key = self.made(&places.replacement, encrypt || encrypted(&places)?)?;
        let in_force = history.in_force().map(|key| key.id().fingerprint().to_string());
        let event = KeyEvent::Revoked(KeyRevoked {
            key: in_force.unwrap_or_default(),
            from: from.unwrap_or(size),
            replacement: WrittenKey::of(key.public()),
            proof: Possession::prove(ledger, &key).map_err(|error| refused(&error))?,
        });
        let signers = Arc::new(TheseSigners::only(Arc::new(recovery)));
        let position = self.record_change(&history, &[event], key.public(), signers).await?;
        let (history, _) = self.key_history(ledger).await?;
        let file = self.settle(&history, &places)?.and_then(|settled| settled.file);
        Ok(ChangedKey { position, key: key.public().clone(), file, completed: false })
    }

    /// Makes another recovery key, by the one in this file. The new one lies where the first one
    /// was made, to be moved offline.
    ///
    /// # Errors
    /// As [`KeyChangeError`] lists them.
    pub async fn replace_recovery_key(
        &self,
        ledger: &LedgerId,
        recovery_file: &Path,
    ) -> Result<ChangedKey, KeyChangeError> {
        let (history, _) = self.key_history(ledger).await?;
        let recovery = self.recovery_key(&history, recovery_file)?;
        let place = self.directory().recovery_key(ledger);
        let key = self.made(&place, false)?;
        if key.public() == recovery.public() {
            return Err(KeyChangeError::RecoveryKeyInPlace(place.display().to_string()));
        }
        let event = KeyEvent::RecoveryReplaced(RecoveryKeyReplaced {
            recovery_key: WrittenKey::of(key.public()),
            proof: Possession::prove(ledger, &key).map_err(|error| refused(&error))?,
        });
        let signers = Arc::new(TheseSigners::only(Arc::new(recovery)));
        let position = self.record_change(&history, &[event], key.public(), signers).await?;
        let file = Some(place);
        Ok(ChangedKey { position, key: key.public().clone(), file, completed: false })
    }

    /// Puts the key in force under a passphrase, or takes it off.
    ///
    /// # Errors
    /// As [`KeyChangeError`] lists them.
    pub fn encrypt_key(&self, ledger: &LedgerId, encrypt: bool) -> Result<PathBuf, KeyChangeError> {
        let place = KeyPlaces::of(self.directory(), ledger).in_force;
        if key_file::is_encrypted(&place)?.ok_or(KeyChangeError::NoFile)? == encrypt {
            return Ok(place);
        }
        let key = key_file::read(&place, self.passphrases())?;
        let passphrase = self.passphrase(&place, encrypt)?;
        key_file::rewrite(&place, key.seed(), passphrase.as_ref(), self.randomness())?;
        Ok(place)
    }

    /// The keys as the entries tell them, and how many entries there are.
    pub(super) async fn key_history(
        &self,
        ledger: &LedgerId,
    ) -> Result<(KeyHistory, u64), KeyChangeError> {
        let mut connection = self.pool().acquire().await.map_err(Fault::from)?;
        let head = reader::head(&mut connection, ledger).await.map_err(Fault::from)?;
        let size = head.map_or(0, |head| head.size);
        if size == 0 {
            return Err(KeyChangeError::NoLedger(ledger.clone()));
        }
        let history = reader::keys(&mut connection, ledger).await.map_err(Fault::from)?;
        Ok((history, size))
    }

    fn recovery_key(&self, history: &KeyHistory, file: &Path) -> Result<LedgerKey, KeyChangeError> {
        let key = key_file::read(file, self.passphrases())?;
        if history.recovery_key() == Some(key.public()) {
            Ok(key)
        } else {
            Err(KeyChangeError::NotTheRecoveryKey(file.display().to_string()))
        }
    }

    fn passphrase(&self, path: &Path, wanted: bool) -> Result<Option<Passphrase>, NoPassphrase> {
        wanted.then(|| self.passphrases().to_protect(path)).transpose()
    }

    /// Reads the key that lies there already, from a run that ended early, or makes it.
    fn made(&self, path: &Path, encrypt: bool) -> Result<LedgerKey, KeyChangeError> {
        if key_file::is_encrypted(path)?.is_none() {
            let passphrase = self.passphrase(path, encrypt)?;
            let seed: Zeroizing<[u8; 32]> = self.randomness().secret().map_err(Fault::from)?;
            key_file::write_new(path, &seed, passphrase.as_ref(), self.randomness())?;
        }
        Ok(key_file::read(path, self.passphrases())?)
    }

    async fn record_change(
        &self,
        history: &KeyHistory,
        events: &[KeyEvent],
        key: &PublicKey,
        signers: Arc<dyn Signers>,
    ) -> Result<u64, KeyChangeError> {
        let proposed: Result<Vec<_>, Fault> =
            events.iter().map(|event| propose(history, event)).collect();
        let names: Vec<&str> = events.iter().map(KeyEvent::name).collect();
        // The same change of the same key is one request, so a second run records nothing.
        let noun = format!("{} {key}", names.join(","));
        self.record_own(history, proposed?, &noun, signers).await
    }

    /// Records entries of the ledger's own stream; `noun` says which request it is. Gives the position
    /// of the last.
    pub(super) async fn record_own(
        &self,
        history: &KeyHistory,
        events: Vec<ProposedEvent>,
        noun: &str,
        signers: Arc<dyn Signers>,
    ) -> Result<u64, KeyChangeError> {
        let ledger = history.ledger();
        let writer = Writer::start(WriterParts {
            ledger: ledger.clone(),
            signers,
            pool: self.pool().clone(),
            rules: Arc::new(DomainRules),
            clock: self.clock(),
        });
        let submission = Submission {
            request: self.people().keys().client_uuid(ledger.as_str(), "key", noun),
            actor: Actor::system("keys").map_err(|error| Fault::configuration(&error))?,
            signed_in: false,
            command: None,
            events,
        };
        match writer.submit(submission).await {
            Ok(recorded) => Ok(recorded.last().map_or(0, |last| last.position)),
            Err(SubmitError::RequestKnown { position }) => Ok(position),
            Err(error) => Err(error.into()),
        }
    }

    /// Puts the files in their places where an entry changed the key in force and they do not lie
    /// there yet. None where they do.
    fn settle(
        &self,
        history: &KeyHistory,
        places: &KeyPlaces,
    ) -> Result<Option<ChangedKey>, KeyChangeError> {
        let [.., before, now] = history.periods() else { return Ok(None) };
        let (made, kept) = match before.end {
            Some(PeriodEnd::Revoked { .. }) => (&places.replacement, places.revoked(&before.key)),
            _ => (&places.next, places.rotated(&before.key)),
        };
        if key_file::is_encrypted(made)?.is_none() {
            return Ok(None);
        }
        if key_file::read(made, self.passphrases())?.public() != &now.key {
            return Ok(None);
        }
        let old = key_file::is_encrypted(&places.in_force)?.is_some();
        if old {
            key_file::keep_as(&places.in_force, &kept)?;
        }
        if matches!(before.end, Some(PeriodEnd::Revoked { .. })) {
            // Whoever took the key could take the one beside it that was made to follow it.
            key_file::remove(&places.next)?;
        }
        key_file::put_in_place(made, &places.in_force)?;
        Ok(Some(ChangedKey {
            position: now.from.saturating_sub(1),
            key: now.key.clone(),
            file: old.then_some(kept),
            completed: true,
        }))
    }
}

fn last_end(history: &KeyHistory) -> Option<PeriodEnd> {
    history.periods().iter().rev().nth(1).and_then(|before| before.end)
}

/// Whether the key in force lies there encrypted.
fn encrypted(places: &KeyPlaces) -> Result<bool, KeyFileError> {
    Ok(key_file::is_encrypted(&places.in_force)?.unwrap_or_default())
}

fn refused(error: &dyn std::fmt::Display) -> KeyChangeError {
    KeyChangeError::Refused(error.to_string())
}

fn propose(history: &KeyHistory, event: &KeyEvent) -> Result<ProposedEvent, Fault> {
    let name = EventName::parse(event.name()).map_err(|error| Fault::configuration(&error))?;
    let payload = event.payload().map_err(|error| Fault::configuration(&error))?;
    proposed(history, name, payload)
}

/// An event for the ledger's own stream, decided on its history.
pub(super) fn proposed(
    history: &KeyHistory,
    event: EventName,
    payload: Vec<u8>,
) -> Result<ProposedEvent, Fault> {
    let stream = ledger_stream(history.ledger()).map_err(|error| Fault::configuration(&error))?;
    Ok(ProposedEvent { stream, after: history.sequence(), event, payload, attachment: None })
}
