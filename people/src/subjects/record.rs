//! One row: made when somebody is met for the first time, opened ever after.

use domain::ids::LedgerId;
use domain::subject::Subject;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::rows::Row;
use super::{Fault, Kind, Lookup};
use crate::commitment::{commitment_of, hex_bytes};
use crate::keys::KeyRing;
use crate::numbers::Number;
use crate::randomness::{NoRandomness, Randomness};
use crate::seal::{SubjectKey, open, place_of_row, seal, unwrap, wrap};

/// Who is to be registered: a number, and a name where the document gives one.
pub struct Registration<'a, K: Kind> {
    /// The number.
    pub number: &'a K::Number,
    /// The name of the person or account holder; empty means none.
    pub name: Option<&'a str>,
}

impl<K: Kind> Clone for Registration<'_, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K: Kind> Copy for Registration<'_, K> {}

impl<K: Kind> Registration<'_, K> {
    pub(super) fn name(&self) -> Option<&str> {
        self.name.map(str::trim).filter(|name| !name.is_empty())
    }
}

/// Somebody the ledger knows, opened. Key, name and number are wiped when the last handle is
/// dropped, and `Debug` prints none of them.
pub struct Known<K: Kind> {
    subject: Subject<K::Id>,
    number: Zeroizing<String>,
    name: Option<Zeroizing<String>>,
    key: SubjectKey,
}

impl<K: Kind> std::fmt::Debug for Known<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Known({} {})", K::NAME, K::uuid(self.subject.id))
    }
}

impl<K: Kind> Known<K> {
    /// The id and the commitment, as every entry that names this subject holds them.
    pub fn subject(&self) -> Subject<K::Id> {
        self.subject
    }

    /// The number in its canonical spelling.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// The name that was given first; a later payment may spell it otherwise and keeps its own
    /// spelling among its private details.
    pub fn name(&self) -> Option<&str> {
        self.name.as_ref().map(|name| name.as_str())
    }

    /// The key that attachments of this subject are sealed under.
    pub fn key(&self) -> &SubjectKey {
        &self.key
    }
}

/// The plain text of `sealed`, as JSON.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct Record {
    number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(with = "hex_bytes")]
    random: [u8; 32],
}

/// What making and opening rows of one ledger and kind needs.
pub(super) struct Clerk<'a> {
    pub(super) keys: &'a KeyRing,
    pub(super) randomness: &'a Randomness,
    pub(super) ledger: &'a LedgerId,
}

impl Clerk<'_> {
    pub(super) fn lookup<K: Kind>(&self, number: &K::Number) -> Lookup {
        self.keys.lookup(self.ledger, K::NAME, number.canonical())
    }

    /// A new row with an id, a key and a commitment of its own; nothing is stored yet. Each attempt
    /// makes another id, also where ids follow a seed.
    pub(super) fn admit<K: Kind>(
        &self,
        registration: &Registration<'_, K>,
        lookup: Lookup,
        attempt: usize,
    ) -> Result<(Row, Known<K>), NoRandomness> {
        let number = registration.number.canonical();
        let names = [K::NAME, self.ledger.as_str(), number, &attempt.to_string()];
        let id = self.randomness.uuid_for(&names)?;
        let key = SubjectKey::new(self.randomness)?;
        let record = Record {
            number: number.to_owned(),
            name: registration.name().map(str::to_owned),
            random: *self.randomness.secret()?,
        };
        let wrapped_key =
            wrap(&self.keys.master, &self.place_of_key::<K>(id), &key, self.randomness)?;
        let sealed = self.seal_record::<K>(id, &key, &record)?;
        Ok((Row { id, lookup, wrapped_key, sealed }, known(id, &record, key)))
    }

    /// Opens a row and checks it against itself: key, record, and the number's keyed hash.
    pub(super) fn open<K: Kind>(&self, row: &Row) -> Result<Known<K>, Fault> {
        let (key, record) = self.open_record::<K>(row)?;
        if self.keys.lookup(self.ledger, K::NAME, &record.number) != row.lookup {
            return Err(Fault::LookupDiffers);
        }
        Ok(known(row.id, &record, key))
    }

    /// The same row with a name in its record, sealed again. Number, key and commitment stay. Nothing
    /// if the row does not open.
    pub(super) fn with_name<K: Kind>(
        &self,
        mut row: Row,
        name: &str,
    ) -> Result<Option<(Row, Known<K>)>, NoRandomness> {
        let Ok((key, mut record)) = self.open_record::<K>(&row) else {
            return Ok(None);
        };
        record.name = Some(name.to_owned());
        row.sealed = self.seal_record::<K>(row.id, &key, &record)?;
        let known = known(row.id, &record, key);
        Ok(Some((row, known)))
    }

    fn open_record<K: Kind>(&self, row: &Row) -> Result<(SubjectKey, Record), Fault> {
        let key = unwrap(&self.keys.master, &self.place_of_key::<K>(row.id), &row.wrapped_key)
            .map_err(|_| Fault::KeyDoesNotUnwrap)?;
        let text = open(key.bytes(), &self.place_of_record::<K>(row.id), &row.sealed)
            .map_err(|_| Fault::RecordDoesNotOpen)?;
        let record = serde_json::from_slice(&text).map_err(|_| Fault::RecordUnreadable)?;
        Ok((key, record))
    }

    fn seal_record<K: Kind>(
        &self,
        id: Uuid,
        key: &SubjectKey,
        record: &Record,
    ) -> Result<Vec<u8>, NoRandomness> {
        let text = json(record);
        let mut sealed = Vec::new();
        let place = self.place_of_record::<K>(id);
        seal(&mut sealed, key.bytes(), &place, &text, self.randomness)?;
        Ok(sealed)
    }

    fn place_of_key<K: Kind>(&self, id: Uuid) -> Vec<u8> {
        place_of_row("wrapped key", self.ledger, K::TABLE, id)
    }

    fn place_of_record<K: Kind>(&self, id: Uuid) -> Vec<u8> {
        place_of_row("sealed record", self.ledger, K::TABLE, id)
    }
}

fn known<K: Kind>(id: Uuid, record: &Record, key: SubjectKey) -> Known<K> {
    let commitment = commitment_of(&record.random, K::NAME, &record.number);
    Known {
        subject: Subject::new(K::id(id), commitment),
        number: Zeroizing::new(record.number.clone()),
        name: record.name.clone().map(Zeroizing::new),
        key,
    }
}

/// Plain JSON in a buffer that is wiped. Room is made first, since growing would leave copies.
pub(crate) fn json<T: Serialize>(value: &T) -> Zeroizing<Vec<u8>> {
    let mut text = Zeroizing::new(Vec::with_capacity(1024));
    #[allow(
        clippy::expect_used,
        reason = "structs of strings and byte arrays always have a JSON form, and a vector never refuses bytes"
    )]
    serde_json::to_writer(&mut *text, value).expect("strings have a JSON form");
    text
}

#[cfg(test)]
mod tests;
