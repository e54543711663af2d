//! One ledger's books.

use std::sync::{Arc, OnceLock};

use domain::ids::{BatchId, FundId, GrantId, LedgerId as DomainLedgerId, PaymentId, StoreId};
use ledger::LedgerId;
use ledger::checkpoints::SignedCheckpoint;
use ledger::checkpoints::file::CheckpointFile;
use ledger::checkpoints::keeper::{Keeper, KeeperParts};
use ledger::checkpoints::store::{self, KeptCheckpoint};
use ledger::clock::{Clock, Moment};
use ledger::hash::Hash;
use ledger::key::PublicKey;
use ledger::keys::KeyHistory;
use ledger::opened::LedgerOpened;
use ledger::reader;
use ledger::signer::Signers;
use ledger::store::LedgerStore;
use ledger::tile::store as tiles;
use ledger::tree::root_plan;
use ledger::writer::{Writer, WriterParts};
use people::People;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::sync::watch;
use uuid::Uuid;

use super::batches::BatchNames;
use super::checkpointing::Checkpointing;
use super::facts::FactCache;
use super::key_folder::{KeyFolder, KeyPlaces};
use super::projecting::Projecting;
use super::{Books, DomainRules, Fault, Receipt, witnessing};
use crate::checking::LedgerCheck;
use crate::witnesses::Asking;

/// Sessions for loading streams of one ledger.
const LOADING_SESSIONS: u32 = 4;

/// One ledger: its writer, its streams, its read models, and the people it names.
pub struct Book {
    pub(super) id: LedgerId,
    pub(super) domain_id: DomainLedgerId,
    pub(super) region: domain::region::Region,
    opened: LedgerOpened,
    pub(super) pool: PgPool,
    /// Sessions that name this ledger, for loading its streams.
    loading: PgPool,
    pub(super) people: Arc<People>,
    pub(super) randomness: people::Randomness,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) store: LedgerStore,
    pub(super) facts: FactCache,
    pub(super) batch_names: BatchNames,
    /// The keys as they were read last.
    keys: tokio::sync::Mutex<Option<Arc<KeyHistory>>>,
    pub(super) projecting: Projecting,
    checkpointing: Checkpointing,
    /// How the continuous check stands, where this program runs one.
    checked: watch::Sender<LedgerCheck>,
    /// Asks the witnesses, where this program does.
    pub(super) witnesses: OnceLock<Asking>,
}

/// The ledger's key files. The key in force must be among them, so that nothing begins that could
/// not be signed; opening it may wait for a passphrase.
async fn signers_of(
    books: &Books,
    id: &LedgerId,
    in_force: Option<PublicKey>,
) -> Result<Arc<dyn Signers>, Fault> {
    let in_force = in_force.ok_or_else(|| Fault::damaged(&"no entry names a key"))?;
    let places = KeyPlaces::of(books.directory(), id);
    let folder = Arc::new(KeyFolder::new(places, books.passphrases().clone()));
    let found = tokio::task::spawn_blocking({
        let folder = folder.clone();
        move || folder.signer(&in_force).map(|_| ())
    });
    let found = found.await.map_err(|error| Fault::configuration(&error))?;
    found.map_err(|error| Fault::configuration(&error))?;
    Ok(folder)
}

impl Book {
    /// Opens a ledger for recording; `None` when the database has no such ledger.
    pub(super) async fn load(books: &Books, id: &LedgerId) -> Result<Option<Self>, Fault> {
        let mut connection = books.pool().acquire().await?;
        let Some(first) = reader::entry(&mut connection, id, 0).await? else {
            return Ok(None);
        };
        let keys = reader::keys(&mut connection, id).await?;
        drop(connection);
        let view = ledger::entry::parse(&first.bytes).map_err(|error| Fault::damaged(&error))?;
        let opened = LedgerOpened::parse(view.payload).map_err(|error| Fault::damaged(&error))?;
        let signers = signers_of(books, id, keys.in_force().cloned()).await?;
        let domain_id =
            DomainLedgerId::parse(id.as_str()).map_err(|error| Fault::damaged(&error))?;
        books.people().prove_keys(books.pool(), &domain_id).await?;
        let keeper = Keeper::open(KeeperParts {
            ledger: id.clone(),
            origin: opened.origin.clone(),
            signers: signers.clone(),
            pool: books.pool().clone(),
            clock: books.clock(),
            file: CheckpointFile::new(books.directory().checkpoint(id)),
        });
        let keeper = keeper.await?;
        if let Some(signed) = keeper.latest() {
            witnessing::ask_at_start(books, id, signed).await?;
        }
        let writer = Writer::start(WriterParts {
            ledger: id.clone(),
            signers,
            pool: books.pool().clone(),
            rules: Arc::new(DomainRules),
            clock: books.clock(),
        });
        let region = domain::region::Region::parse(&opened.region)
            .map_err(|error| Fault::damaged(&error))?;
        let loading =
            books.database().sessions().clone().options([("mingzhang.ledger", id.as_str())]);
        let loading = PgPoolOptions::new()
            .max_connections(LOADING_SESSIONS)
            .test_before_acquire(false)
            .connect_lazy_with(loading);
        Ok(Some(Self {
            id: id.clone(),
            domain_id,
            region,
            opened,
            pool: books.pool().clone(),
            people: books.people().clone(),
            randomness: books.randomness().clone(),
            clock: books.clock(),
            checked: watch::Sender::default(),
            witnesses: OnceLock::new(),
            checkpointing: Checkpointing::start(keeper, writer.clone()),
            store: LedgerStore::new(loading.clone(), writer),
            loading,
            facts: FactCache::default(),
            batch_names: BatchNames::default(),
            keys: tokio::sync::Mutex::default(),
            projecting: Projecting::start(books.pool().clone(), id.clone()),
        }))
    }

    /// The bureau's books.
    pub fn id(&self) -> &LedgerId {
        &self.id
    }

    /// The ledger's id as the domain and the people crates spell it.
    pub fn domain_id(&self) -> &DomainLedgerId {
        &self.domain_id
    }

    /// What entry 0 says.
    pub fn opened(&self) -> &LedgerOpened {
        &self.opened
    }

    /// The first key, by which auditors know the ledger. Later ones follow from its entries.
    pub fn key(&self) -> Option<PublicKey> {
        self.opened.key.key()
    }

    /// Sessions with the program's role.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Where random bytes come from.
    pub(crate) fn randomness(&self) -> &people::Randomness {
        &self.randomness
    }

    /// What the clock says.
    pub(crate) fn now(&self) -> Moment {
        self.clock.now()
    }

    /// What appends to the ledger.
    pub(crate) fn writer(&self) -> &Writer {
        self.store.writer()
    }

    /// Says that a large list is being recorded, for as long as the answer is kept.
    pub(crate) fn large_list(&self) -> impl Drop + use<> {
        self.projecting.large_list()
    }

    /// Persons, households and accounts.
    pub fn people(&self) -> &People {
        &self.people
    }

    /// The UUID for a client's id of a noun, under the data directory's key.
    pub(super) fn uuid(&self, noun: &str, client_id: &str) -> Uuid {
        self.people.keys().client_uuid(self.id.as_str(), noun, client_id)
    }

    /// The payment that a client's id stands for.
    pub fn payment_id(&self, client_id: &str) -> PaymentId {
        PaymentId::from_uuid(self.uuid("payment", client_id))
    }

    /// The grant that a client's id stands for.
    pub fn grant_id(&self, client_id: &str) -> GrantId {
        GrantId::from_uuid(self.uuid("grant", client_id))
    }

    /// The fund that a client's id stands for.
    pub fn fund_id(&self, client_id: &str) -> FundId {
        FundId::from_uuid(self.uuid("fund", client_id))
    }

    /// The batch that a client's id stands for.
    pub fn batch_id(&self, client_id: &str) -> BatchId {
        BatchId::from_uuid(self.uuid("batch", client_id))
    }

    /// The store that a client's id stands for.
    pub fn store_id(&self, client_id: &str) -> StoreId {
        StoreId::from_uuid(self.uuid("store", client_id))
    }

    /// Signs a checkpoint over everything that is recorded by now, or gives the one that stands over
    /// it already. When it returns, database and data directory hold it.
    ///
    /// # Errors
    /// When the ledger does not extend what was shown before, or database or file fail.
    pub async fn checkpoint(&self) -> Result<SignedCheckpoint, Fault> {
        self.checkpointing.sign().await
    }

    /// The note of a checkpoint with what witnesses have signed under it so far.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cosigned_note(&self, signed: SignedCheckpoint) -> Result<String, Fault> {
        let mut connection = self.pool.acquire().await?;
        let size = signed.checkpoint.size;
        let cosignatures = store::cosignatures(&mut connection, &self.id, size).await?;
        Ok(KeptCheckpoint { signed, cosignatures }.note())
    }

    /// Root of the tree over so many entries; `None` for none, and for more than are recorded.
    ///
    /// # Errors
    /// When the ledger does not extend what was shown before, or the database fails.
    pub async fn root_at(&self, size: u64) -> Result<Option<Hash>, Fault> {
        let known = self.latest_checkpoint().borrow().clone();
        let latest = match known.map(|known| known.checkpoint) {
            Some(known) if size <= known.size => known,
            // Signed over first, so that the tree's tiles are written up to every size that can be asked.
            _ => self.checkpoint().await?.checkpoint,
        };
        if size == latest.size {
            return Ok(Some(latest.root));
        }
        let Some(plan) = (size < latest.size).then(|| root_plan(size)).flatten() else {
            return Ok(None);
        };
        let mut connection = self.pool.acquire().await?;
        Ok(tiles::prove(&mut connection, &self.id, &plan).await?.first().copied())
    }

    /// Which key, of the ledger or of an officer, may sign what, as the entries tell it by now.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keys(&self) -> Result<Arc<KeyHistory>, Fault> {
        let mut connection = self.pool.acquire().await?;
        let entries = reader::own_entries(&mut connection, &self.id).await?;
        let mut known = self.keys.lock().await;
        match &*known {
            // Nothing was recorded about keys since they were read.
            Some(keys) if keys.sequence() == entries => Ok(keys.clone()),
            _ => {
                let keys = Arc::new(reader::keys(&mut connection, &self.id).await?);
                *known = Some(keys.clone());
                Ok(keys)
            }
        }
    }

    /// The latest checkpoint that this program knows, as it changes.
    pub fn latest_checkpoint(&self) -> watch::Receiver<Option<SignedCheckpoint>> {
        self.checkpointing.latest()
    }

    /// How the continuous check stands; where none runs, nothing has been checked.
    pub fn checked(&self) -> &watch::Sender<LedgerCheck> {
        &self.checked
    }

    /// Records nothing more in this program: the ledger is not what it must be.
    pub(crate) fn halt(&self, reason: String) {
        self.writer().halt(reason);
    }

    /// Why nothing is recorded any more; `None` while it is.
    pub fn halted(&self) -> Option<&str> {
        self.store.writer().halted()
    }

    /// Signs over the last entries, and closes the sessions that belong to this ledger alone.
    pub(super) async fn close(&self) {
        self.checkpointing.finish().await;
        self.loading.close().await;
    }

    /// How many entries are recorded.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn size(&self) -> Result<u64, Fault> {
        let mut connection = self.pool.acquire().await?;
        let head = reader::head(&mut connection, &self.id).await?;
        Ok(head.map_or(0, |head| head.size))
    }

    /// Brings the read models up to the ledger's head and tells how many entries they hold.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn catch_up(&self) -> Result<u64, Fault> {
        let size = self.size().await?;
        self.projecting.wait_for(size).await?;
        Ok(size)
    }

    /// Waits briefly until the read models hold what a receipt tells of, so that a person reads
    /// their own write. Going on without is no error: the read models follow.
    pub async fn read_own_write(&self, receipt: &Receipt) {
        self.projecting.wait_briefly(receipt.through.saturating_add(1)).await;
    }
}
