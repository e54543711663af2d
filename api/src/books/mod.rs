//! The books: everything that records or finds something in a ledger goes through here, whether
//! it comes from GraphQL, a payment list or the demo.
//!
//! The way of a command: names and numbers become ids and commitments (`identify`), the streams
//! that it rests on are loaded (`facts`), the aggregate decides, and the ledger's writer checks
//! what crosses aggregates and commits. When a stream moved meanwhile, the aggregate decides again.

mod acting;
mod bank_results;
mod batches;
mod book;
mod checkpointing;
pub(crate) mod command_ids;
mod commands;
mod deaths;
mod directory;
mod disclosures;
mod exchange;
mod facts;
mod fault;
mod funds;
mod grants;
mod identify;
mod key_changes;
pub(crate) mod key_file;
mod key_folder;
mod officer_changes;
mod officers;
mod opening;
mod openings;
mod outcome;
mod passphrase;
mod payments;
mod periods;
mod permission;
mod private;
mod projecting;
mod proposals;
mod reasons;
mod recoveries;
mod rests_on;
mod rules;
mod signed;
mod signed_payments;
mod signing;
mod standing;
mod witnessing;

use std::collections::HashMap;
use std::sync::Arc;

use ledger::LedgerId;
use ledger::clock::{Clock, Moment};
use people::{KeyRing, People, Randomness};
use projections::totals::Totals;
use sqlx::PgPool;
use tokio::sync::Mutex;

pub use acting::Acting;
use acting::Author;
pub(crate) use acting::Scope;
pub use bank_results::{
    AnswerSum, AnswerSums, BankResultsOutcome, StandingBankResults, ToldResults, UnmatchedLine,
};
pub use batches::{BatchHistory, BatchOutcome, BatchStep, DraftedList};
pub use book::Book;
pub use exchange::{Exchanged, Noun, Numbers};
pub use fault::Fault;
pub use key_changes::{ChangedKey, KeyChangeError};
pub use key_file::KeyFileError;
pub use officer_changes::ChangedOfficerKeys;
pub use officers::StandingOfficer;
pub use opening::{OpenLedger, OpenedLedger, OpeningError};
pub use outcome::{CommandError, Receipt, RowRefusal, UserError};
pub use passphrase::{NoPassphrase, PASSPHRASE_FILE, Passphrase, Passphrases};
pub use payments::{ListOutcome, Recording};
pub(crate) use private::{place_of, place_of_line};
pub use proposals::{LeftOut, LeftOutReason, Proposal};
pub use rules::DomainRules;
pub(crate) use rules::list_digest;
pub use signed::SignedRequest;
pub(crate) use witnessing::policy_of;

use crate::database::{DataDirectory, Database};

/// All ledgers of one database, for one program. Cheap to clone.
#[derive(Clone)]
pub struct Books {
    shared: Arc<Shared>,
}

struct Shared {
    database: Database,
    directory: DataDirectory,
    people: Arc<People>,
    randomness: Randomness,
    clock: Arc<dyn Clock>,
    passphrases: Arc<Passphrases>,
    totals: Arc<Totals>,
    open: Mutex<HashMap<LedgerId, Arc<Book>>>,
}

impl Books {
    /// Opens the books of a database with the keys of a data directory, which are made where it has
    /// none and the database has no ledger yet.
    ///
    /// # Errors
    /// When keys are missing or damaged, or the database fails.
    pub async fn open(
        database: Database,
        directory: DataDirectory,
        clock: Arc<dyn Clock>,
        randomness: Randomness,
    ) -> Result<Self, Fault> {
        let mut connection = database.pool().acquire().await?;
        let used = !ledger::reader::ledgers(&mut connection).await?.is_empty();
        drop(connection);
        let keys = directory.keys();
        let ring =
            if used { KeyRing::load(&keys) } else { KeyRing::load_or_create(&keys, &randomness) };
        let ring = ring.map_err(|error| Fault::configuration(&error))?;
        let people = Arc::new(People::new(Arc::new(ring), &randomness));
        let totals = Arc::new(Totals::new(database.pool().clone()));
        let open = Mutex::default();
        let passphrases = Arc::new(Passphrases::of_this_program());
        let shared =
            Shared { database, directory, people, randomness, clock, passphrases, totals, open };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The books of one ledger.
    ///
    /// # Errors
    /// `UNKNOWN_LEDGER`, or a fault.
    pub async fn book(&self, ledger: &str) -> Result<Arc<Book>, CommandError> {
        let unknown = || UserError::unknown_ledger(ledger);
        let id = LedgerId::parse(ledger).map_err(|_| unknown())?;
        let mut open = self.shared.open.lock().await;
        if let Some(book) = open.get(&id) {
            return Ok(book.clone());
        }
        // A ledger is loaded once, and its future is large: whoever asks for an open one does not carry it.
        let book = Box::pin(Book::load(self, &id)).await?.ok_or_else(unknown)?;
        let book = Arc::new(book);
        open.insert(id, book.clone());
        Ok(book)
    }

    /// Every ledger of the database, by id.
    ///
    /// # Errors
    /// When the database fails or a ledger's key is missing.
    pub async fn ledgers(&self) -> Result<Vec<Arc<Book>>, Fault> {
        let mut connection = self.pool().acquire().await?;
        let ids = ledger::reader::ledgers(&mut connection).await?;
        drop(connection);
        let mut books = Vec::with_capacity(ids.len());
        for id in ids {
            match self.book(id.as_str()).await {
                Ok(book) => books.push(book),
                Err(CommandError::Fault(fault)) => return Err(fault),
                Err(CommandError::Refused(_)) => {}
            }
        }
        Ok(books)
    }

    /// Signs over the last entries and closes the ledgers' own sessions. The database's are closed by
    /// whoever opened it.
    pub async fn close(self) {
        for book in self.shared.open.lock().await.values() {
            book.close().await;
        }
    }

    /// Totals over all ledgers, from columns in memory.
    pub fn totals(&self) -> &Arc<Totals> {
        &self.shared.totals
    }

    /// Sessions with the program's role.
    pub fn pool(&self) -> &PgPool {
        self.shared.database.pool()
    }

    /// The database.
    pub fn database(&self) -> &Database {
        &self.shared.database
    }

    /// Where keys and checkpoints lie.
    pub fn directory(&self) -> &DataDirectory {
        &self.shared.directory
    }

    /// Persons, households and accounts.
    pub fn people(&self) -> &Arc<People> {
        &self.shared.people
    }

    /// Where random bytes come from.
    pub fn randomness(&self) -> &Randomness {
        &self.shared.randomness
    }

    fn passphrases(&self) -> &Arc<Passphrases> {
        &self.shared.passphrases
    }

    /// What the clock says.
    pub(crate) fn now(&self) -> Moment {
        self.shared.clock.now()
    }

    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        self.shared.clock.clone()
    }
}
