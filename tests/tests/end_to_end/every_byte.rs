//! Every byte of every entry of a larger ledger: whichever is changed, the entry after it says so.
//!
//! The ledger is one that the program recorded, with an event of every type, changes of keys and signed
//! commands. It is verified as bundles are, by chain and tree alone. One verification has a byte changed
//! in every other entry, and must name the successor of each with the very leaf that the changed bytes
//! give. That the entry itself does not bear its signature any more is tried byte by byte.

use std::io::Cursor;
use std::ops::AddAssign;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use api::books::DomainRules;
use ledger::hash::{self, Hash};
use ledger::key::SignatureBytes;
use ledger::keys::KeyHistory;
use ledger::verify::{BundleInput, BundleReport, Depth, NamedNote, Offline, Trust, verify_bundle};
use ledger::{LedgerId, entry};
use tests::bureau::{Bureau, LEDGER};

use crate::officer_keys::{Desk, OFFICER, key};

/// The rule that a successor breaks.
const CHAIN: &str = "chain: leaf of the entry before";

/// A ledger as a bundle holds it.
struct Bundled {
    entries: Vec<Vec<u8>>,
    leaves: Vec<Hash>,
    signatures: Vec<u8>,
    trust: Trust,
    checkpoint: NamedNote,
}

impl Bundled {
    /// Verifies it with one bit of some entries turned: position and byte of each.
    fn verify(&self, turned: &[(usize, usize)]) -> BundleReport {
        let mut entries = Vec::new();
        let mut turned = turned.iter().peekable();
        for (position, bytes) in self.entries.iter().enumerate() {
            entries.extend_from_slice(&u16::try_from(bytes.len()).unwrap().to_be_bytes());
            let begin = entries.len();
            entries.extend_from_slice(bytes);
            while let Some((_, at)) = turned.next_if(|(turned, _)| *turned == position) {
                entries[begin + at] ^= bit(position, *at);
            }
        }
        assert!(turned.next().is_none(), "in order of position");
        let input = BundleInput {
            ledger: LedgerId::parse(LEDGER).unwrap(),
            size: u64::try_from(self.entries.len()).unwrap(),
            entries: Box::new(Cursor::new(entries)),
            signatures: Box::new(Cursor::new(self.signatures.clone())),
            commands: Box::new(Cursor::new(Vec::new())),
            checkpoints: vec![self.checkpoint.clone()],
            balances: Vec::new(),
            kept: Vec::new(),
        };
        let offline = Offline {
            rules: Arc::new(DomainRules),
            trust: self.trust.clone(),
            depth: Depth::ChainAndTree,
            scratch: &std::env::temp_dir(),
            observe: &mut |_| {},
            progress: &|_| {},
        };
        verify_bundle(input, offline).unwrap()
    }

    fn turned(&self, position: usize, at: usize) -> Vec<u8> {
        let mut bytes = self.entries[position].clone();
        bytes[at] ^= bit(position, at);
        bytes
    }

    fn bears_its_signature(&self, keys: &KeyHistory, position: usize, leaf: &Hash) -> bool {
        let signature = self.signatures[64 * position..][..64].try_into().unwrap();
        let signer = keys.signer_of(u64::try_from(position).unwrap()).unwrap();
        signer.signed_leaf(leaf, &SignatureBytes(signature))
    }
}

/// Which bit of a byte is turned: all eight come in turns.
fn bit(position: usize, at: usize) -> u8 {
    1 << ((position + at) % 8)
}

/// One verification, and what is changed for it: position and byte of each. None is another's
/// neighbour, so that each has a successor that is as it was recorded.
type Pass = Vec<(usize, usize)>;

/// Every byte of every entry but the last, each once: of all entries of even position, or of odd, the
/// bytes that stand equally far from the beginning.
fn passes(ledger: &Bundled) -> Vec<Pass> {
    let last = ledger.entries.len() - 1;
    let longest = ledger.entries.iter().map(Vec::len).max().unwrap();
    let every_other = |first: usize, at: usize| -> Pass {
        let positions = (first..last).step_by(2);
        let long_enough = positions.filter(|position| at < ledger.entries[*position].len());
        long_enough.map(|position| (position, at)).collect()
    };
    let passes = (0..longest).flat_map(|at| [every_other(0, at), every_other(1, at)]);
    passes.filter(|pass| !pass.is_empty()).collect()
}

/// What was tried.
#[derive(Default)]
struct Tried {
    bytes: usize,
    unreadable: usize,
    verifications: usize,
}

/// Turns bits of entries that have a successor: the entry does not bear its signature any more, and the
/// successor names the very leaf that the changed bytes give.
fn try_pass(ledger: &Bundled, keys: &KeyHistory, pass: &Pass) -> Tried {
    let report = ledger.verify(pass);
    assert_eq!(report.found, u64::try_from(report.findings.len()).unwrap(), "all are listed");
    let mut named = report.findings.iter().filter(|finding| finding.rule == CHAIN).peekable();
    let mut unreadable = 0;
    for (position, at) in pass {
        let bytes = ledger.turned(*position, *at);
        let leaf = hash::leaf(&bytes);
        assert!(!ledger.bears_its_signature(keys, *position, &leaf), "byte {at} of {position}");
        let successor = Some(u64::try_from(position + 1).unwrap());
        while named.next_if(|finding| finding.position < successor).is_some() {}
        let finding = named.next().unwrap_or_else(|| panic!("byte {at} of {position}"));
        let told = (finding.position, &finding.expected, &finding.found);
        let recorded = ledger.leaves[*position].to_string();
        let expected = (successor, &leaf.to_string(), &recorded);
        assert_eq!(told, expected, "byte {at} of {position}");
        unreadable += usize::from(entry::parse(&bytes).is_err());
    }
    Tried { bytes: pass.len(), unreadable, verifications: 1 }
}

/// Turns one bit of the last entry, which has no successor: the checkpoint stands over it.
fn try_last(ledger: &Bundled, keys: &KeyHistory, at: usize) -> Tried {
    let position = ledger.entries.len() - 1;
    let bytes = ledger.turned(position, at);
    let leaf = hash::leaf(&bytes);
    assert!(!ledger.bears_its_signature(keys, position, &leaf), "byte {at} of the last entry");
    let report = ledger.verify(&[(position, at)]);
    let named = report.findings.iter().any(|finding| finding.rule == "checkpoint of the bundle");
    assert!(named, "byte {at} of the last entry");
    Tried { bytes: 1, unreadable: usize::from(entry::parse(&bytes).is_err()), verifications: 1 }
}

/// Does so many pieces of work on all cores.
fn on_all_cores(count: usize, work: impl Fn(usize) -> Tried + Sync) -> Tried {
    let next = AtomicUsize::new(0);
    let alone = || {
        let mut tried = Tried::default();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return tried;
            }
            tried += work(number);
        }
    };
    let cores = thread::available_parallelism().unwrap().get();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(alone)).collect();
        threads.into_iter().fold(Tried::default(), |mut all, thread| {
            all += thread.join().unwrap();
            all
        })
    })
}

impl AddAssign for Tried {
    fn add_assign(&mut self, more: Self) {
        self.bytes += more.bytes;
        self.unreadable += more.unreadable;
        self.verifications += more.verifications;
    }
}

/// Almost a thousand entries: every type of event, officers' keys and what they signed, and the
/// ledger's own key announced, rotated and revoked.
async fn larger_ledger() -> Bureau {
    let desk = Desk::new().await;
    let books = desk.bureau.books.clone();
    let id = LedgerId::parse(LEDGER).unwrap();
    desk.bureau.record_many(0..300).await;
    for number in 0..20 {
        desk.signed_aid(number, &key(17)).await;
    }
    books.rotate_key(&id, true, false).await.unwrap();
    books.rotate_key(&id, false, false).await.unwrap();
    desk.bureau.record_many(300..600).await;
    desk.withdraw(OFFICER, &key(17)).await;
    desk.enrol(OFFICER, &key(19)).await;
    let directory = desk.bureau.place.data();
    let offline = directory.path().join("brought-back.key");
    std::fs::rename(directory.recovery_key(&LEDGER), &offline).unwrap();
    books.revoke_key(&id, &offline, None, false).await.unwrap();
    desk.bureau.record_many(600..840).await;
    desk.require(true).await;
    for number in 20..40 {
        desk.signed_aid(number, &key(19)).await;
    }
    desk.bureau.check_ledger().await;
    desk.bureau
}

async fn bundled(bureau: &Bureau) -> Bundled {
    let book = bureau.book().await;
    let signed = book.checkpoint().await.unwrap();
    let rows: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as(
        "select entry, signature from entries where ledger_id = $1 order by position",
    )
    .bind(LEDGER)
    .fetch_all(bureau.books.pool())
    .await
    .unwrap();
    let (entries, signatures): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    let first_key = book.key().unwrap();
    let name = format!("checkpoints/{}", signed.checkpoint.size);
    Bundled {
        leaves: entries.iter().map(|bytes: &Vec<u8>| hash::leaf(bytes)).collect(),
        entries,
        signatures: signatures.concat(),
        trust: Trust { origin: signed.checkpoint.origin, first_key },
        checkpoint: NamedNote { name, note: signed.note.into_bytes() },
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_entry_names_every_byte_of_a_larger_ledger_that_was_changed() {
    let bureau = larger_ledger().await;
    let ledger = bundled(&bureau).await;
    tokio::task::spawn_blocking(move || try_all(&ledger)).await.unwrap();
    bureau.check_ledger().await;
}

fn try_all(ledger: &Bundled) {
    let untouched = ledger.verify(&[]);
    assert_eq!(untouched.findings, []);
    let keys = &untouched.keys;
    for (position, leaf) in ledger.leaves.iter().enumerate() {
        assert!(ledger.bears_its_signature(keys, position, leaf), "{position}");
    }
    let passes = passes(ledger);
    let mut tried = on_all_cores(passes.len(), |number| try_pass(ledger, keys, &passes[number]));
    let last = ledger.entries.last().unwrap().len();
    tried += on_all_cores(last, |at| try_last(ledger, keys, at));
    let all: usize = ledger.entries.iter().map(Vec::len).sum();
    assert_eq!(tried.bytes, all, "each byte once");
    println!(
        "every byte of {} entries: {all} tried in {} verifications, {} caught by the entry's signature \
         and by the next entry, the last entry's {last} by the checkpoint; {} are no entry any more",
        ledger.entries.len(),
        tried.verifications,
        all - last,
        tried.unreadable,
    );
    assert!(ledger.entries.len() > 900 && all > 500_000, "{all} bytes");
}
