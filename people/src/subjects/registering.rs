//! Registering in bulk: find who is known, store who is not, read again who was stored meanwhile.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use domain::ids::LedgerId;
use sqlx::PgPool;

use super::record::Clerk;
use super::registry::{CHUNK, Found};
use super::rows::{self, Row};
use super::{Kind, Known, Lookup, Registration, Registry};
use crate::error::PeopleError;

/// How many times a row may be lost to another program and be gone when read, before giving up.
const ATTEMPTS: usize = 5;

/// Who is not yet found: each number once, sorted by keyed hash.
type Wanted<'a, K> = BTreeMap<Lookup, Registration<'a, K>>;

impl<K: Kind> Registry<K> {
    /// The handle of each registration, in its order. Who is not known is registered, once however
    /// often the number occurs, also where several programs register the same people. Who is known
    /// without a name gets the one given; a name that is known stays.
    ///
    /// Three statements at most for each 5,000 that are not in memory, none for those that are.
    /// Committed when this returns: a registration is no record of the ledger, and stays when the
    /// payment it was made for is refused.
    pub async fn register(
        &self,
        pool: &PgPool,
        ledger: &LedgerId,
        batch: &[Registration<'_, K>],
    ) -> Result<Vec<Arc<Known<K>>>, PeopleError> {
        let clerk = self.clerk(ledger);
        let mut handles = Vec::with_capacity(batch.len());
        for chunk in batch.chunks(CHUNK) {
            let (kept, read_at) = self.recall(ledger, chunk);
            let kept: Vec<_> = kept.into_iter().zip(chunk).map(named_enough).collect();
            let unknown = unanswered(&clerk, chunk, &kept);
            let found = self.register_unknown(pool, &clerk, wanted(&unknown)).await?;
            self.keep(read_at, ledger, &unknown, &found);
            for handle in complete(kept, &unknown, &found) {
                handles.push(handle.ok_or(PeopleError::Unsettled)?);
            }
        }
        Ok(handles)
    }

    /// Like [`Registry::register`], but nothing is stored or kept: who is not known gets a handle
    /// that counts for this answer only. For dry runs.
    pub async fn rehearse(
        &self,
        pool: &PgPool,
        ledger: &LedgerId,
        batch: &[Registration<'_, K>],
    ) -> Result<Vec<Arc<Known<K>>>, PeopleError> {
        let clerk = self.clerk(ledger);
        let mut found = Found::new();
        let mut handles = Vec::with_capacity(batch.len());
        for chunk in batch.chunks(CHUNK) {
            let kept = vec![None; chunk.len()];
            let unknown = unanswered(&clerk, chunk, &kept);
            let mut wanted = wanted(&unknown);
            wanted.retain(|lookup, _| !found.contains_key(lookup));
            for (lookup, (_, known)) in self.look_up(pool, &clerk, wanted.keys()).await? {
                found.insert(lookup, known);
                wanted.remove(&lookup);
            }
            for (lookup, registration) in wanted {
                found.insert(lookup, Arc::new(clerk.admit(&registration, lookup, 1)?.1));
            }
            for handle in complete(kept, &unknown, &found) {
                handles.push(handle.ok_or(PeopleError::Unsettled)?);
            }
        }
        Ok(handles)
    }

    async fn register_unknown(
        &self,
        pool: &PgPool,
        clerk: &Clerk<'_>,
        mut unknown: Wanted<'_, K>,
    ) -> Result<Found<K>, PeopleError> {
        let mut found = Found::new();
        for attempt in 1..=ATTEMPTS {
            if unknown.is_empty() {
                return Ok(found);
            }
            let known = self.look_up(pool, clerk, unknown.keys()).await?;
            self.take_up(pool, clerk, known, &unknown, &mut found).await?;
            unknown.retain(|lookup, _| !found.contains_key(lookup));
            self.store(pool, clerk, attempt, &unknown, &mut found).await?;
            // Who is still unknown was registered by another program just now and is read again; or
            // a seeded id was taken, and the next attempt makes another.
            unknown.retain(|lookup, _| !found.contains_key(lookup));
        }
        if unknown.is_empty() { Ok(found) } else { Err(PeopleError::Unsettled) }
    }

    /// Takes up who was found, and supplies the names that were missing so far.
    async fn take_up(
        &self,
        pool: &PgPool,
        clerk: &Clerk<'_>,
        known: BTreeMap<Lookup, (Row, Arc<Known<K>>)>,
        wanted: &Wanted<'_, K>,
        found: &mut Found<K>,
    ) -> Result<(), PeopleError> {
        let mut resealed = Vec::new();
        let mut named = HashMap::new();
        for (lookup, (row, handle)) in known {
            let given = wanted.get(&lookup).and_then(Registration::name);
            if let (None, Some(name)) = (handle.name(), given)
                && let Some((row, with_name)) = clerk.with_name(row, name)?
            {
                named.insert(row.id, (lookup, Arc::new(with_name)));
                resealed.push(row);
            }
            found.insert(lookup, handle);
        }
        if resealed.is_empty() {
            return Ok(());
        }
        for id in rows::replace::<K>(pool, clerk.ledger, &resealed).await? {
            if let Some((lookup, handle)) = named.remove(&id) {
                found.insert(lookup, handle);
            }
        }
        Ok(())
    }

    /// Stores new rows and takes up those that no other program stored first.
    async fn store(
        &self,
        pool: &PgPool,
        clerk: &Clerk<'_>,
        attempt: usize,
        unknown: &Wanted<'_, K>,
        found: &mut Found<K>,
    ) -> Result<(), PeopleError> {
        if unknown.is_empty() {
            return Ok(());
        }
        let mut admitted = Vec::with_capacity(unknown.len());
        for (lookup, registration) in unknown {
            admitted.push(clerk.admit(registration, *lookup, attempt)?);
        }
        let new_rows: Vec<&Row> = admitted.iter().map(|(row, _)| row).collect();
        let stored: HashSet<_> =
            rows::insert::<K>(pool, clerk.ledger, &new_rows).await?.into_iter().collect();
        for (row, known) in admitted {
            if stored.contains(&row.id) {
                found.insert(row.lookup, Arc::new(known));
            }
        }
        Ok(())
    }
}

/// One that memory holds without a name, where a name is given now, is read again and gets it.
fn named_enough<K: Kind>(
    (kept, asked): (Option<Arc<Known<K>>>, &Registration<'_, K>),
) -> Option<Arc<Known<K>>> {
    kept.filter(|known| known.name().is_some() || asked.name().is_none())
}

/// Those that memory did not answer, in their order, each with its keyed hash.
pub(super) fn unanswered<'a, K: Kind>(
    clerk: &Clerk<'_>,
    asked: &[Registration<'a, K>],
    kept: &[Option<Arc<Known<K>>>],
) -> Vec<(Lookup, Registration<'a, K>)> {
    let open = asked.iter().zip(kept).filter(|(_, kept)| kept.is_none());
    open.map(|(asked, _)| (clerk.lookup::<K>(asked.number), *asked)).collect()
}

/// Each number once, with a name if any of its registrations gives one.
fn wanted<'a, K: Kind>(unknown: &[(Lookup, Registration<'a, K>)]) -> Wanted<'a, K> {
    let mut wanted = Wanted::new();
    for (lookup, registration) in unknown {
        let kept = wanted.entry(*lookup).or_insert(*registration);
        if kept.name().is_none() {
            *kept = *registration;
        }
    }
    wanted
}

/// Puts what was found into the places that memory left open.
pub(super) fn complete<K: Kind>(
    kept: Vec<Option<Arc<Known<K>>>>,
    unanswered: &[(Lookup, Registration<'_, K>)],
    found: &Found<K>,
) -> impl Iterator<Item = Option<Arc<Known<K>>>> {
    let mut read = unanswered.iter().map(|(lookup, _)| found.get(lookup).cloned());
    kept.into_iter().map(move |kept| kept.or_else(|| read.next().flatten()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::keys::KeyRing;
    use crate::numbers::AccountNumber;
    use crate::randomness::Randomness;
    use crate::subjects::Account;

    #[test]
    fn a_number_asked_for_three_times_is_wanted_once_and_with_the_name_that_one_of_them_gives() {
        let numbers = ["1", "2"].map(|text| AccountNumber::parse(text).unwrap());
        let [one, other] = &numbers;
        let asked = |number, name| Registration::<Account> { number, name };
        let batch = [
            ([1; 32], asked(one, None)),
            ([2; 32], asked(other, Some("李红"))),
            ([1; 32], asked(one, Some("王明"))),
            ([1; 32], asked(one, Some("王小明"))),
        ];
        let wanted = wanted(&batch);
        let names: Vec<_> = wanted.values().map(Registration::name).collect();
        assert_eq!(names, [Some("王明"), Some("李红")]);
    }

    #[test]
    fn what_was_read_fills_the_places_that_memory_left_open_in_their_order() {
        let (keys, randomness) = (KeyRing::of_bytes(1, 2, 3), Randomness::system());
        let ledger = LedgerId::parse("cn-1").unwrap();
        let clerk = Clerk { keys: &keys, randomness: &randomness, ledger: &ledger };
        let numbers = ["1", "2", "3", "4"].map(|text| AccountNumber::parse(text).unwrap());
        let asked: Vec<Registration<'_, Account>> =
            numbers.iter().map(|number| Registration { number, name: None }).collect();
        let admit = |place: usize| {
            let asked = asked.get(place).unwrap();
            Arc::new(clerk.admit(asked, clerk.lookup::<Account>(asked.number), 1).unwrap().1)
        };
        let kept = vec![None, Some(admit(1)), None, None];
        let open = unanswered(&clerk, &asked, &kept);
        let found: Found<Account> = [0, 3]
            .map(|place| (clerk.lookup::<Account>(asked.get(place).unwrap().number), admit(place)))
            .into();
        let numbers: Vec<_> = complete(kept, &open, &found)
            .map(|known| known.map(|known| known.number().to_owned()))
            .collect();
        let expected = [Some("1"), Some("2"), None, Some("4")].map(|n| n.map(str::to_owned));
        assert_eq!(numbers, expected);
    }
}
