//! Each entry by itself: grammar, leaf hash, signature, and what stands beside it. Nothing here
//! depends on a neighbour, so all of it runs on all cores.

use rayon::prelude::*;
use uuid::Uuid;

use super::keys_in_force::KeysInForce;
use crate::clock::Moment;
use crate::effects::{Effects, KeyedEffects, PayloadKey, Rules, UnknownEvent, payload_key};
use crate::entry::{self, EntryView};
use crate::hash::{self, Hash};
use crate::key::{PublicKey, SignatureBytes};
use crate::opened::LEDGER_STREAM;
use crate::{Actor, EventName, LedgerId, StreamId};

/// Signatures are verified this many at once.
const BATCH: usize = 1_024;

/// A rule that one entry breaks: the rule, what must be there, what is there.
pub(super) type Fault = (&'static str, String, String);

/// An entry as it is kept somewhere, however damaged.
pub(super) trait KeptEntry: Sync {
    /// The position that it is kept at, whatever its bytes say.
    fn place(&self) -> u64;

    /// The entry's bytes.
    fn bytes(&self) -> &[u8];

    /// What is kept as its signature.
    fn signature(&self) -> &[u8];

    /// Adds what stands beside the bytes and differs from them. `view` is there if they parse.
    fn compare_beside(&self, leaf: &Hash, view: Option<&EntryView<'_>>, faults: &mut Vec<Fault>);
}

/// What one entry's own bytes tell, without its neighbours.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) place: u64,
    pub(super) leaf: Hash,
    /// What the entry says; none if it cannot be read.
    pub(super) said: Option<Said>,
    /// Whether its signature is by the key in force.
    pub(super) signed: bool,
    /// Everything that is wrong with the entry by itself.
    pub(super) faults: Vec<Fault>,
}

/// An entry's contents, owned.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) ledger: LedgerId,
    pub(super) position: u64,
    pub(super) previous: Hash,
    pub(super) recorded: Moment,
    pub(super) stream: StreamId,
    pub(super) sequence: u64,
    pub(super) event: EventName,
    pub(super) actor: Actor,
    pub(super) request: Uuid,
    pub(super) command: Option<Hash>,
    /// Where the payload begins in the entry's bytes.
    pub(super) payload_offset: usize,
    /// The effects that the rules derive; an error where they do not know the event.
    pub(super) effects: Result<KeyedEffects, UnknownEvent>,
    /// Of the first entry of a stream the payload, which a later one may repeat.
    pub(super) first_payload: Option<PayloadKey>,
}

impl Said {
    fn of(view: EntryView<'_>, rules: &dyn Rules) -> Self {
        // The ledger's own entries are no business of the rules.
        let effects = if view.stream.kind() == LEDGER_STREAM {
            Ok(Effects::default())
        } else {
            rules.effects(&view.stream, &view.event, view.payload)
        };
        let first_payload = (view.sequence == 1).then(|| payload_key(view.payload));
        Self {
            ledger: view.ledger,
            position: view.position,
            previous: view.previous,
            recorded: view.recorded,
            stream: view.stream,
            sequence: view.sequence,
            event: view.event,
            actor: view.actor,
            request: view.request,
            command: view.command,
            payload_offset: view.payload_offset,
            effects: effects.map(KeyedEffects::from),
            first_payload,
        }
    }
}

/// Checks what can be checked of each entry alone, on all cores. `keys` must have been shown the
/// entries.
pub(super) fn check_entries<E: KeptEntry>(
    entries: &[E],
    keys: &KeysInForce,
    rules: &dyn Rules,
) -> Vec<Checked> {
    entries.par_chunks(BATCH).flat_map_iter(|some| check_some(some, keys, rules)).collect()
}

fn check_some<E: KeptEntry>(entries: &[E], keys: &KeysInForce, rules: &dyn Rules) -> Vec<Checked> {
    let leaves: Vec<Hash> = entries.iter().map(|entry| hash::leaf(entry.bytes())).collect();
    let mut checked = Vec::with_capacity(entries.len());
    let key_of = |entry: &E| keys.at(entry.place());
    let mut rest = leaves.as_slice();
    for same_key in entries.chunk_by(|one, next| key_of(one) == key_of(next)) {
        let Some((leaves, later)) = rest.split_at_checked(same_key.len()) else { break };
        rest = later;
        let key = same_key.first().and_then(key_of);
        let signed = check_signatures(same_key, leaves, key);
        let each = same_key.iter().zip(leaves).zip(signed);
        checked.extend(
            each.map(|((entry, leaf), signed)| check_one(entry, *leaf, key, signed, rules)),
        );
    }
    checked
}

/// For each entry whether its signature is by the key. All are checked at once; where not all are
/// good, the halves are, down to the single ones that are bad.
fn check_signatures<E: KeptEntry>(
    entries: &[E],
    leaves: &[Hash],
    key: Option<&PublicKey>,
) -> Vec<bool> {
    let signature = |entry: &E| entry.signature().try_into().ok().map(SignatureBytes);
    let mut good = vec![false; entries.len()];
    if let Some(key) = key {
        let (signatures, whole): (Vec<_>, Vec<bool>) = entries
            .iter()
            .map(|entry| match signature(entry) {
                Some(signature) => (signature, true),
                None => (SignatureBytes([0; 64]), false),
            })
            .unzip();
        bisect(key, leaves, &signatures, &mut good);
        // A signature that is not 64 bytes long is none, whatever stood in for it.
        good.iter_mut().zip(whole).for_each(|(good, whole)| *good &= whole);
    }
    good
}

/// Fewer than this are checked one by one: a batch of so few gains nothing.
const SMALLEST_BATCH: usize = 8;

fn bisect(key: &PublicKey, leaves: &[Hash], signatures: &[SignatureBytes], good: &mut [bool]) {
    if (0..SMALLEST_BATCH).contains(&good.len()) {
        let each = leaves.iter().zip(signatures).zip(good);
        each.for_each(|((leaf, signature), good)| *good = key.signed_leaf(leaf, signature));
    } else if key.signed_all(leaves, signatures) {
        good.fill(true);
    } else {
        let half = good.len().div_euclid(2);
        let (Some((leaves, more_leaves)), Some((signatures, more_signatures))) =
            (leaves.split_at_checked(half), signatures.split_at_checked(half))
        else {
            return;
        };
        if let Some((good, more_good)) = good.split_at_mut_checked(half) {
            bisect(key, leaves, signatures, good);
            bisect(key, more_leaves, more_signatures, more_good);
        }
    }
}

fn check_one<E: KeptEntry>(
    entry: &E,
    leaf: Hash,
    key: Option<&PublicKey>,
    signed: bool,
    rules: &dyn Rules,
) -> Checked {
    let mut faults = Vec::new();
    let parsed = entry::parse(entry.bytes());
    entry.compare_beside(&leaf, parsed.as_ref().ok(), &mut faults);
    let said = match parsed {
        Ok(view) => {
            if let Some(key) = key
                && view.signed_by != key.id()
            {
                faults.push(("signing key", key.id().to_string(), view.signed_by.to_string()));
            }
            Some(Said::of(view, rules))
        }
        Err(error) => {
            faults.push(("entry format", "an entry of format v1".to_owned(), error.to_string()));
            None
        }
    };
    if !signed {
        let key = key.map_or_else(|| "a key in entry 0".to_owned(), ToString::to_string);
        faults.push((
            "signature",
            format!("a signature by {key}"),
            "none that verifies".to_owned(),
        ));
    }
    Checked { place: entry.place(), leaf, said, signed, faults }
}

/// What ties one entry to its place.
#[derive(Debug)]
pub(super) struct Linked {
    pub(super) place: u64,
    pub(super) leaf: Hash,
    /// What it names as the leaf of the entry before, if that can be read.
    pub(super) previous: Option<Hash>,
    pub(super) faults: Vec<Fault>,
}

/// Reads the links of each entry and nothing else, on all cores.
pub(super) fn check_links<E: KeptEntry>(entries: &[E], ledger: &LedgerId) -> Vec<Linked> {
    entries.par_iter().with_min_len(BATCH).map(|entry| check_link(entry, ledger)).collect()
}

fn check_link<E: KeptEntry>(entry: &E, ledger: &LedgerId) -> Linked {
    let mut faults: Vec<Fault> = Vec::new();
    let place = entry.place();
    let previous = match entry::links(entry.bytes()) {
        Ok(links) => {
            if links.ledger != ledger.as_str() {
                faults.push(("ledger", ledger.to_string(), links.ledger.to_owned()));
            }
            if links.position != place {
                faults.push(("position", place.to_string(), links.position.to_string()));
            }
            Some(links.previous)
        }
        Err(error) => {
            faults.push(("entry format", "an entry of format v1".to_owned(), error.to_string()));
            None
        }
    };
    Linked { place, leaf: hash::leaf(entry.bytes()), previous, faults }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::key::LedgerKey;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn exactly_the_bad_signatures_of_a_batch_are_named(
            bad in prop::collection::vec(prop::bool::weighted(0.1), 0..200),
        ) {
            let key = LedgerKey::from_seed([1; 32]).unwrap();
            let leaves: Vec<Hash> = (0u64..)
                .zip(&bad)
                .map(|(n, _)| hash::leaf(&n.to_be_bytes()))
                .collect();
            let signatures: Vec<SignatureBytes> = leaves
                .iter()
                .zip(&bad)
                .map(|(leaf, bad)| key.sign_leaf(if *bad { &Hash::ZERO } else { leaf }))
                .collect();
            let mut good = vec![false; bad.len()];
            bisect(key.public(), &leaves, &signatures, &mut good);
            let found: Vec<bool> = good.iter().map(|good| !good).collect();
            prop_assert_eq!(found, bad);
        }
    }
}
