//! Opening a ledger: its keys, its policy file, entry 0.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::region::Region;
use domain::text::PlainName;
use ledger::checkpoint::verifier_key;
use ledger::key::{LedgerKey, PublicKey};
use ledger::opened::{LedgerOpened, WrittenKey, ledger_opened, ledger_stream};
use ledger::signer::TheseSigners;
use ledger::writer::{ProposedEvent, Submission, SubmitError, Writer, WriterParts, make_head};
use ledger::{Actor, LedgerId};
use zeroize::Zeroizing;

use super::key_file::{self, KeyFileError};
use super::key_folder::KeyPlaces;
use super::{Books, CommandError, DomainRules, Fault, NoPassphrase};

/// What is needed to open a ledger.
#[derive(Debug, Clone)]
pub struct OpenLedger {
    /// The bureau's books.
    pub ledger: LedgerId,
    /// The bureau's name.
    pub bureau: PlainName,
    /// The bureau's region.
    pub region: Region,
    /// Origin of its checkpoints; `mingzhang.example/<ledger>` if none is given.
    pub origin: Option<String>,
    /// Public half of a recovery key made elsewhere; without it one is made here.
    pub recovery_key: Option<PublicKey>,
    /// Whether the ledger's key is put under a passphrase.
    pub encrypt_key: bool,
}

/// A ledger that was opened.
#[derive(Debug, Clone)]
pub struct OpenedLedger {
    /// What an auditor needs to know by hand: origin and first key (C2SP `signed-note` vkey).
    pub vkey: String,
    /// The policy file that was written.
    pub policy: PathBuf,
    /// The private half of the recovery key, where it was made here. To be moved away.
    pub recovery_key: Option<PathBuf>,
}

/// Why a ledger was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpeningError {
    /// It is open already.
    #[error("账本 {0} 已经开立 / ledger {0} is open already")]
    AlreadyOpen(LedgerId),
    /// The origin cannot stand in a checkpoint.
    #[error(
        "来源名称“{0}”不合规:须为可打印的非空白字符,不含“+” / the origin {0:?} must be printable, without blanks and without +"
    )]
    BadOrigin(String),
    /// A file could not be written.
    #[error("无法写入 {path}:{error} / cannot write {path}: {error}")]
    File {
        /// The file.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// A key file cannot be used.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// There is no passphrase to encrypt with.
    #[error(transparent)]
    NoPassphrase(#[from] NoPassphrase),
    /// The database, the clock or the keys.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Books {
    /// Opens a ledger. Keys are written and synced before entry 0 is recorded, so a crash leaves
    /// either no ledger, and opening it again goes on with the same keys, or a ledger with its keys.
    ///
    /// # Errors
    /// When it is open already, a file cannot be written, or the database fails.
    pub async fn open_ledger(&self, open: OpenLedger) -> Result<OpenedLedger, OpeningError> {
        let ledger = &open.ledger;
        if self.is_open(ledger).await? {
            return Err(OpeningError::AlreadyOpen(ledger.clone()));
        }
        let origin = open.origin.unwrap_or_else(|| format!("mingzhang.example/{ledger}"));
        if origin.is_empty() || !origin.chars().all(|c| c.is_ascii_graphic() && c != '+') {
            return Err(OpeningError::BadOrigin(origin));
        }
        let key = self.key(&KeyPlaces::of(self.directory(), ledger).in_force, open.encrypt_key)?;
        let recovery_path = self.directory().recovery_key(ledger);
        let (recovery_key, made) = match open.recovery_key {
            Some(key) => (key, None),
            None => (self.key(&recovery_path, false)?.public().clone(), Some(recovery_path)),
        };
        let vkey = verifier_key(&origin, key.public());
        let policy = self.directory().policy(ledger);
        let text = format!("# C2SP tlog-policy of ledger {ledger}\nlog {vkey}\n\nquorum none\n");
        std::fs::write(&policy, text)
            .map_err(|error| OpeningError::File { path: policy.display().to_string(), error })?;
        let opened = LedgerOpened {
            bureau: open.bureau.to_string(),
            region: open.region.to_string(),
            origin,
            key: WrittenKey::of(key.public()),
            recovery_key: WrittenKey::of(&recovery_key),
        };
        self.record_opening(ledger, Arc::new(key), &opened).await?;
        // Opening it for recording signs the first checkpoint.
        self.book(ledger.as_str()).await.map_err(|error| match error {
            CommandError::Fault(fault) => OpeningError::Fault(fault),
            CommandError::Refused(refusal) => Fault::damaged(&refusal.message).into(),
        })?;
        Ok(OpenedLedger { vkey, policy, recovery_key: made })
    }

    async fn is_open(&self, ledger: &LedgerId) -> Result<bool, Fault> {
        let mut connection = self.pool().acquire().await?;
        let head = ledger::reader::head(&mut connection, ledger).await?;
        Ok(head.is_some_and(|head| head.size > 0))
    }

    /// Reads the key file, or makes it.
    fn key(&self, path: &Path, encrypt: bool) -> Result<LedgerKey, OpeningError> {
        if !path.exists() {
            let passphrase = encrypt.then(|| self.passphrases().to_protect(path)).transpose()?;
            let seed: Zeroizing<[u8; 32]> = self.randomness().secret().map_err(Fault::from)?;
            key_file::write_new(path, &seed, passphrase.as_ref(), self.randomness())?;
        }
        Ok(key_file::read(path, self.passphrases())?)
    }

    async fn record_opening(
        &self,
        ledger: &LedgerId,
        key: Arc<LedgerKey>,
        opened: &LedgerOpened,
    ) -> Result<(), OpeningError> {
        make_head(self.pool(), ledger).await.map_err(Fault::from)?;
        let writer = Writer::start(WriterParts {
            ledger: ledger.clone(),
            signers: Arc::new(TheseSigners::only(key)),
            pool: self.pool().clone(),
            rules: Arc::new(DomainRules),
            clock: self.clock(),
        });
        let malformed = |error: &dyn std::fmt::Display| Fault::configuration(error);
        let event = ProposedEvent {
            stream: ledger_stream(ledger).map_err(|error| malformed(&error))?,
            after: 0,
            event: ledger_opened().map_err(|error| malformed(&error))?,
            payload: opened.payload().map_err(|error| malformed(&error))?,
            attachment: None,
        };
        let request = self.people().keys().client_uuid(ledger.as_str(), "ledger", ledger.as_str());
        let actor = Actor::system("opening").map_err(|error| malformed(&error))?;
        let submission =
            Submission { request, actor, signed_in: false, command: None, events: vec![event] };
        match writer.submit(submission).await {
            Ok(_) => Ok(()),
            Err(SubmitError::Moved { .. } | SubmitError::RequestKnown { .. }) => {
                Err(OpeningError::AlreadyOpen(ledger.clone()))
            }
            Err(error) => Err(Fault::from(error).into()),
        }
    }
}
