#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod checks;
mod envelopes;
mod statements;

use super::*;
use crate::LedgerId;
use crate::hash::{self, Hash};
use crate::key::{KeyId, LedgerKey};
use crate::keys::{KeyEntry, KeyEvent};
use crate::officer_keys::{OfficerEvent, OfficerKeyEnrolled, OfficerKeyWithdrawn};
use crate::opened::{LedgerOpened, WrittenKey, ledger_stream};

const OFFICER: &str = "w-017";
const ORIGIN: &str = "mingzhang.example/cn-320404";
const REQUEST: Uuid = Uuid::from_u128(0x0190_f3c2_7c1e_7d3a_9d55_0c7a_4b6f_2e10);
/// Positions of the entries that enrol the officer's key and withdraw it.
const ENROLLED: u64 = 3;
pub(crate) const WITHDRAWN: u64 = 50;

fn ledger() -> LedgerId {
    LedgerId::parse("cn-320404").unwrap()
}

fn key(seed: u8) -> LedgerKey {
    LedgerKey::from_seed([seed; 32]).unwrap()
}

/// The key that the officer signs with.
fn officers_key() -> LedgerKey {
    key(21)
}

fn id(seed: u8) -> KeyId {
    key(seed).public().id()
}

fn moment(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn later(than: Moment, micros: i64) -> Moment {
    Moment::from_micros(than.micros() + micros).unwrap()
}

/// A ledger with key 1 and recovery key 9, in which officer w-017 held key 21 for a time.
pub(crate) fn history() -> KeyHistory {
    let mut history = KeyHistory::new(ledger());
    let opening = KeyEvent::Opened(LedgerOpened {
        bureau: "钟楼区民政局".into(),
        region: "320404".into(),
        origin: ORIGIN.into(),
        key: WrittenKey::of(key(1).public()),
        recovery_key: WrittenKey::of(key(9).public()),
    });
    let enrolled = OfficerKeyEnrolled::prove(&ledger(), OFFICER, &officers_key()).unwrap();
    let fingerprint = id(21).fingerprint().to_string();
    let withdrawn = OfficerKeyWithdrawn { officer: OFFICER.to_owned(), key: fingerprint };
    let (enrolled, withdrawn) =
        (OfficerEvent::Enrolled(enrolled), OfficerEvent::Withdrawn(withdrawn));
    let events = [
        (0, opening.name(), opening.payload().unwrap()),
        (ENROLLED, enrolled.name(), enrolled.payload().unwrap()),
        (WITHDRAWN, withdrawn.name(), withdrawn.payload().unwrap()),
    ];
    let stream = ledger_stream(&ledger()).unwrap();
    for (position, event, payload) in &events {
        let (position, signed_by) = (*position, id(1));
        history.take(&KeyEntry { position, stream: &stream, event, payload, signed_by }).unwrap();
    }
    history
}

/// A statement that is good for the entry that [`named_by`] tells of.
pub(crate) fn statement() -> Statement {
    Statement {
        ledger: ledger(),
        officer: OFFICER.to_owned(),
        request: REQUEST,
        issued: moment("2026-11-22T08:00:00.000000Z"),
        expires: moment("2026-11-22T08:15:00.000000Z"),
        nonce: [7; 16],
        checkpoint: SeenCheckpoint { origin: ORIGIN.to_owned(), size: 2, root: hash::leaf(b"x") },
        command: br#"{"OpenFund":{"fund":"a","level":"District"}}"#.to_vec(),
    }
}

/// What the entry tells that names the command.
pub(crate) struct Entry {
    pub(crate) position: u64,
    pub(crate) actor: Actor,
    pub(crate) request: Uuid,
    pub(crate) recorded: Moment,
}

pub(crate) fn named_by() -> Entry {
    Entry {
        position: 30,
        actor: Actor::officer(OFFICER).unwrap(),
        request: REQUEST,
        recorded: moment("2026-11-22T08:01:00.000000Z"),
    }
}

fn check(command: &SignedCommand, entry: &Entry) -> Result<(), CommandRefusal> {
    let Entry { position, actor, request, recorded } = entry;
    let (position, request, recorded) = (*position, *request, *recorded);
    command.check(&history(), &NamedBy { position, actor, request, recorded })
}

pub(crate) fn signed(statement: Statement) -> SignedCommand {
    SignedCommand::sign(statement, &officers_key()).unwrap()
}
