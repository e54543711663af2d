//! The three registries under one roof, and what needs more than one of them.

use std::sync::Arc;

use domain::ids::LedgerId;
use domain::text::Commitment;
use sqlx::PgPool;
use uuid::Uuid;

use crate::details::{DetailsError, DetailsOwner, OpenedDetails, OwnerKey, PrivateDetails};
use crate::error::PeopleError;
use crate::keys::KeyRing;
use crate::randomness::{NoRandomness, Randomness};
use crate::seal::SubjectKey;
use crate::subjects::{
    Account, Checked, Finding, Household, Kind, Known, Opened, Person, Registry,
};

/// Everything beside the chain, for all ledgers of one database. One for each program, shared in an
/// `Arc`: its registries hold the handles that were opened lately.
///
/// It opens no connections of its own; each call takes the program's pool, whose sessions have the
/// restricted role.
pub struct People {
    keys: Arc<KeyRing>,
    randomness: Randomness,
    persons: Registry<Person>,
    households: Registry<Household>,
    accounts: Registry<Account>,
}

/// Which registry a subject is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SubjectKind {
    /// A person.
    Person,
    /// A household.
    Household,
    /// An account.
    Account,
}

/// One row beside the chain, checked against itself.
#[derive(Debug, Clone)]
pub struct CheckedSubject {
    /// Which registry it is in.
    pub kind: SubjectKind,
    /// Its id, as entries hold it.
    pub id: Uuid,
    /// What the check gave.
    pub state: CheckedState,
}

/// What checking a row gave.
#[derive(Debug, Clone)]
pub enum CheckedState {
    /// Key, record and keyed hash fit together.
    Sound {
        /// The commitment computed from the record: every entry that names the id must hold this one.
        commitment: Commitment,
        /// The key of the attachments under this subject, for checking those.
        key: SubjectKey,
    },
    /// Forgotten: whatever commitment the entries hold can no longer be compared.
    Forgotten,
    /// Not what it should be.
    Damaged(Finding),
}

/// Who owns the key under which an entry's private details are sealed: the person whom the entry
/// names, else the household, else the ledger. Forgetting the owner makes the details unreadable.
#[derive(Debug, Clone, Copy)]
pub enum SealUnder<'a> {
    /// The person named.
    Person(&'a Known<Person>),
    /// The household, where no person is named.
    Household(&'a Known<Household>),
    /// Neither is named.
    Ledger,
}

impl People {
    /// Everything beside the chain under these keys. The randomness makes keys, nonces and ids.
    pub fn new(keys: Arc<KeyRing>, randomness: &Randomness) -> Self {
        Self {
            persons: Registry::new(Arc::clone(&keys), randomness.clone()),
            households: Registry::new(Arc::clone(&keys), randomness.clone()),
            accounts: Registry::new(Arc::clone(&keys), randomness.clone()),
            randomness: randomness.clone(),
            keys,
        }
    }

    /// The keys, for making ids from clients' ids.
    pub fn keys(&self) -> &KeyRing {
        &self.keys
    }

    /// Persons.
    pub fn persons(&self) -> &Registry<Person> {
        &self.persons
    }

    /// Households.
    pub fn households(&self) -> &Registry<Household> {
        &self.households
    }

    /// Bank accounts.
    pub fn accounts(&self) -> &Registry<Account> {
        &self.accounts
    }

    /// Proves with a row of each table that the keys are those the ledger was written with. A
    /// program asks this once for each ledger, before it registers anybody.
    pub async fn prove_keys(&self, pool: &PgPool, ledger: &LedgerId) -> Result<(), PeopleError> {
        self.persons.prove_keys(pool, ledger).await?;
        self.households.prove_keys(pool, ledger).await?;
        self.accounts.prove_keys(pool, ledger).await
    }

    /// Drops from memory whom another program forgot; see [`Registry::drop_forgotten`].
    pub async fn drop_forgotten(
        &self,
        pool: &PgPool,
        ledger: &LedgerId,
    ) -> Result<(), PeopleError> {
        self.persons.drop_forgotten(pool, ledger).await?;
        self.households.drop_forgotten(pool, ledger).await?;
        self.accounts.drop_forgotten(pool, ledger).await
    }

    /// Checks every row beside the chain: its key unwraps, its record opens at its place, its keyed
    /// hash is that of the number inside. Rows are handed over as they are read; nothing is
    /// collected here. The caller compares the commitments with those in the entries, and notices
    /// ids that entries hold and no row has.
    pub async fn check(
        &self,
        pool: &PgPool,
        ledger: &LedgerId,
        each: &mut (dyn FnMut(CheckedSubject) + Send),
    ) -> Result<(), PeopleError> {
        let persons = &mut |row| each(checked(SubjectKind::Person, row));
        self.persons.check(pool, ledger, persons).await?;
        let households = &mut |row| each(checked(SubjectKind::Household, row));
        self.households.check(pool, ledger, households).await?;
        let accounts = &mut |row| each(checked(SubjectKind::Account, row));
        self.accounts.check(pool, ledger, accounts).await
    }

    pub(crate) fn randomness(&self) -> &Randomness {
        &self.randomness
    }

    /// Seals what an entry leaves out, in a few microseconds. `place` binds the bytes to their
    /// entry and must be given again to open them: the stream and whatever sets the entry apart
    /// from others of its stream, for example `payment/<uuid>` and `payment/<uuid>/reversal`.
    pub fn seal_details(
        &self,
        ledger: &LedgerId,
        under: SealUnder<'_>,
        place: &str,
        details: &PrivateDetails,
    ) -> Result<Vec<u8>, NoRandomness> {
        match under {
            SealUnder::Person(known) => {
                let owner = DetailsOwner::Person(known.subject().id);
                owner.seal(known.key(), ledger, place, details, &self.randomness)
            }
            SealUnder::Household(known) => {
                let owner = DetailsOwner::Household(known.subject().id);
                owner.seal(known.key(), ledger, place, details, &self.randomness)
            }
            SealUnder::Ledger => {
                let key = self.keys.details_key(ledger);
                DetailsOwner::Ledger.seal(&key, ledger, place, details, &self.randomness)
            }
        }
    }

    /// Opens one attachment with a key at hand: `key_of` is asked for the key of the person or
    /// household that the attachment names. For checking many, with the keys that [`People::check`]
    /// handed over.
    pub fn open_details(
        &self,
        ledger: &LedgerId,
        place: &str,
        sealed: &[u8],
        key_of: impl FnOnce(DetailsOwner) -> OwnerKey,
    ) -> Result<OpenedDetails, DetailsError> {
        let owner = DetailsOwner::of(sealed)?;
        let key = match owner {
            DetailsOwner::Ledger => OwnerKey::Key(self.keys.details_key(ledger)),
            DetailsOwner::Person(_) | DetailsOwner::Household(_) => key_of(owner),
        };
        match key {
            OwnerKey::Key(key) => {
                let details = owner.open(&key, ledger, place, sealed)?;
                Ok(OpenedDetails::Readable(Box::new(details)))
            }
            OwnerKey::Forgotten => Ok(OpenedDetails::Forgotten),
            OwnerKey::Unknown => Err(DetailsError::NoOwner),
        }
    }

    /// Opens a page of attachments, each given with its place, and reads the keys that they need in
    /// two statements at most. The answers come in the order of the attachments; a damaged one
    /// harms no other.
    pub async fn open_page_of_details(
        &self,
        pool: &PgPool,
        ledger: &LedgerId,
        page: &[(&str, &[u8])],
    ) -> Result<Vec<Result<OpenedDetails, DetailsError>>, PeopleError> {
        let (mut persons, mut households) = (Vec::new(), Vec::new());
        for (_, sealed) in page {
            match DetailsOwner::of(sealed) {
                Ok(DetailsOwner::Person(id)) => persons.push(id),
                Ok(DetailsOwner::Household(id)) => households.push(id),
                Ok(DetailsOwner::Ledger) | Err(_) => {}
            }
        }
        let persons = self.persons.open(pool, ledger, &persons).await?;
        let households = self.households.open(pool, ledger, &households).await?;
        let key_of = |owner| match owner {
            DetailsOwner::Person(id) => key(persons.get(&id)),
            DetailsOwner::Household(id) => key(households.get(&id)),
            DetailsOwner::Ledger => OwnerKey::Unknown,
        };
        let opened =
            page.iter().map(|(place, sealed)| self.open_details(ledger, place, sealed, key_of));
        Ok(opened.collect())
    }
}

fn checked<K: Kind>(kind: SubjectKind, row: Checked<K>) -> CheckedSubject {
    let (id, state) = match row {
        Checked::Sound(known) => {
            let subject = known.subject();
            let key = known.key().clone();
            (K::uuid(subject.id), CheckedState::Sound { commitment: subject.commitment, key })
        }
        Checked::Forgotten(id) => (K::uuid(id), CheckedState::Forgotten),
        Checked::Damaged(finding) => (finding.id, CheckedState::Damaged(finding)),
    };
    CheckedSubject { kind, id, state }
}

fn key<K: Kind>(opened: Option<&Opened<K>>) -> OwnerKey {
    match opened {
        Some(Opened::Known(known)) => OwnerKey::Key(known.key().clone()),
        Some(Opened::Forgotten) => OwnerKey::Forgotten,
        Some(Opened::Damaged(_)) | None => OwnerKey::Unknown,
    }
}
