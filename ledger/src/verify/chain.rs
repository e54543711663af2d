//! Entry by entry: grammar, place, chain, columns, signature, tree.

use rayon::prelude::*;
use sqlx::PgConnection;

use super::scan::StoredRow;
use super::{Findings, VerifyError};
use crate::clock::Moment;
use crate::effects::{Effects, KeyedEffects, Rules, UnknownEvent};
use crate::entry::{self, EntryView};
use crate::hash::{self, Hash};
use crate::key::{PublicKey, SignatureBytes};
use crate::opened::{LEDGER_OPENED, LEDGER_STREAM, LedgerOpened};
use crate::reader::{self, ReadError};
use crate::tree::Frontier;
use crate::{EventName, LedgerId, StreamId};

/// Signatures are verified this many at once.
const BATCH: usize = 1_024;

/// What one row's own bytes tell, without its neighbours.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) row_position: i64,
    pub(super) leaf: Hash,
    pub(super) said: Result<Said, String>,
    columns: Vec<Column>,
    signed: bool,
}

/// A column that differs from the entry: name, what the entry says, what the column says.
type Column = (&'static str, String, String);

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
    pub(super) request: uuid::Uuid,
    pub(super) command: Option<Hash>,
    signed_by: crate::key::KeyId,
    /// The effects that the rules derive; an error where they do not know the event.
    pub(super) effects: Result<KeyedEffects, UnknownEvent>,
}

impl Said {
    fn of(view: EntryView<'_>, rules: &dyn Rules) -> Self {
        // The ledger's own entries are no business of the rules.
        let effects = if view.stream.kind() == LEDGER_STREAM {
            Ok(Effects::default())
        } else {
            rules.effects(&view.stream, &view.event, view.payload)
        };
        Self {
            ledger: view.ledger,
            position: view.position,
            previous: view.previous,
            recorded: view.recorded,
            stream: view.stream,
            sequence: view.sequence,
            event: view.event,
            request: view.request,
            command: view.command,
            signed_by: view.signed_by,
            effects: effects.map(KeyedEffects::from),
        }
    }
}

/// Checks what can be checked of each row alone, on all cores.
pub(super) fn check_rows(
    rows: &[StoredRow],
    key: Option<&PublicKey>,
    rules: &dyn Rules,
) -> Vec<Checked> {
    rows.par_chunks(BATCH).flat_map_iter(|some| check_some(some, key, rules)).collect()
}

fn check_some(rows: &[StoredRow], key: Option<&PublicKey>, rules: &dyn Rules) -> Vec<Checked> {
    let leaves: Vec<Hash> = rows.iter().map(|row| hash::leaf(&row.entry)).collect();
    let signatures: Vec<Option<SignatureBytes>> = rows
        .iter()
        .map(|row| row.signature.as_slice().try_into().ok().map(SignatureBytes))
        .collect();
    let whole: Option<Vec<SignatureBytes>> = signatures.iter().copied().collect();
    let all = match (key, &whole) {
        (Some(key), Some(whole)) => key.signed_all(&leaves, whole),
        _ => false,
    };
    let signed = |at: usize| {
        let one = signatures.get(at).copied().flatten().zip(leaves.get(at)).zip(key);
        all || one.is_some_and(|((signature, leaf), key)| key.signed_leaf(leaf, &signature))
    };
    rows.iter()
        .enumerate()
        .map(|(at, row)| {
            let leaf = leaves.get(at).copied().unwrap_or(Hash::ZERO);
            check_row(row, leaf, signed(at), rules)
        })
        .collect()
}

fn check_row(row: &StoredRow, leaf: Hash, signed: bool, rules: &dyn Rules) -> Checked {
    let mut columns = Vec::new();
    if row.leaf != leaf.as_bytes() {
        columns.push(("column leaf", leaf.to_string(), hex::encode(&row.leaf)));
    }
    let said = match entry::parse(&row.entry) {
        Ok(view) => {
            compare_columns(&view, row, &mut columns);
            Ok(Said::of(view, rules))
        }
        Err(error) => Err(error.to_string()),
    };
    Checked { row_position: row.position, leaf, said, columns, signed }
}

fn compare_columns(view: &EntryView<'_>, row: &StoredRow, columns: &mut Vec<Column>) {
    let mut column = |name, same: bool, entry: &dyn ToString, column: &dyn ToString| {
        if !same {
            columns.push((name, entry.to_string(), column.to_string()));
        }
    };
    let (kind, id) = (view.stream.kind(), view.stream.id());
    let counted = |entry: u64, column: i64| u64::try_from(column) == Ok(entry);
    column("column position", counted(view.position, row.position), &view.position, &row.position);
    column("column stream_type", kind == row.stream_type, &kind, &row.stream_type);
    column("column stream_id", id == row.stream_id, &id, &row.stream_id);
    column("column sequence", counted(view.sequence, row.sequence), &view.sequence, &row.sequence);
    column("column event_type", view.event.as_str() == row.event, &view.event, &row.event);
    let recorded = Moment::from_micros(row.recorded_micros);
    let shown = recorded.map_or_else(String::new, |moment| moment.to_string());
    column("column recorded_at", recorded == Some(view.recorded), &view.recorded, &shown);
    column("column request_id", view.request == row.request, &view.request, &row.request);
    let offset = usize::try_from(row.payload_offset) == Ok(view.payload_offset);
    column("column payload_offset", offset, &view.payload_offset, &row.payload_offset);
}

/// What the entries so far add up to.
#[derive(Debug)]
pub(super) struct Chain {
    ledger: LedgerId,
    next: u64,
    previous: Hash,
    recorded: Moment,
    frontier: Frontier,
    key: Option<PublicKey>,
    signatures: u64,
    read: u64,
}

impl Chain {
    pub(super) fn new(ledger: LedgerId) -> Self {
        Self {
            ledger,
            next: 0,
            previous: Hash::ZERO,
            recorded: Moment::EARLIEST,
            frontier: Frontier::empty(),
            key: None,
            signatures: 0,
            read: 0,
        }
    }

    /// Entry 0 names the key that signs, itself included.
    pub(super) fn learn_key(&mut self, rows: &[StoredRow]) {
        if self.key.is_none() {
            let first = rows.iter().find(|row| row.position == 0);
            let opened = first
                .and_then(|row| entry::parse(&row.entry).ok())
                .and_then(|view| LedgerOpened::parse(view.payload).ok());
            self.key = opened.and_then(|opened| opened.key.key());
        }
    }

    pub(super) fn key(&self) -> Option<&PublicKey> {
        self.key.as_ref()
    }

    pub(super) fn entries(&self) -> u64 {
        self.read
    }

    pub(super) fn signatures(&self) -> u64 {
        self.signatures
    }

    pub(super) fn head(&self) -> Hash {
        self.previous
    }

    pub(super) fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Takes the next row in position order.
    pub(super) fn take(&mut self, row: &Checked, findings: &mut Findings) {
        self.read = self.read.saturating_add(1);
        let position = u64::try_from(row.row_position).unwrap_or_default();
        let at = Some(position);
        if position != self.next {
            findings.add(at, "positions without gaps", self.next, row.row_position);
        }
        for (column, entry, found) in &row.columns {
            findings.add(at, column, entry, found);
        }
        match &row.said {
            Ok(said) => self.take_said(said, at, findings),
            Err(error) => findings.add(at, "entry format", "an entry of format v1", error),
        }
        if row.signed {
            self.signatures = self.signatures.saturating_add(1);
        } else {
            let key = self
                .key
                .as_ref()
                .map_or_else(|| "a key in entry 0".to_owned(), ToString::to_string);
            findings.add(at, "signature", format!("a signature by {key}"), "none that verifies");
        }
        self.previous = row.leaf;
        self.frontier.append(row.leaf);
        self.next = position.saturating_add(1);
    }

    fn take_said(&mut self, said: &Said, at: Option<u64>, findings: &mut Findings) {
        if said.ledger != self.ledger {
            findings.add(at, "ledger", &self.ledger, &said.ledger);
        }
        if said.previous != self.previous {
            findings.add(at, "chain: leaf of the entry before", self.previous, said.previous);
        }
        if said.recorded < self.recorded {
            findings.add(
                at,
                "recorded never goes back",
                format!("{} or later", self.recorded),
                said.recorded,
            );
        }
        self.recorded = self.recorded.max(said.recorded);
        let opening = said.event.as_str() == LEDGER_OPENED && said.stream.kind() == LEDGER_STREAM;
        if opening != (said.position == 0) {
            findings.add(
                at,
                "the ledger is opened at position 0 and only there",
                LEDGER_OPENED,
                &said.event,
            );
        }
        if let Some(key) = &self.key
            && said.signed_by != key.id()
        {
            findings.add(at, "signing key", key.id(), said.signed_by);
        }
    }

    /// The head must be what the entries add up to, and no entry may stand beyond it.
    pub(super) async fn compare_head(
        &self,
        connection: &mut PgConnection,
        ledger: &LedgerId,
        findings: &mut Findings,
    ) -> Result<(), VerifyError> {
        let head = match reader::head(connection, ledger).await {
            Ok(Some(head)) => head,
            Ok(None) => return Err(VerifyError::NoLedger(ledger.clone())),
            Err(ReadError::Database(error)) => return Err(error.into()),
            Err(ReadError::Damaged(what)) => {
                findings.add(None, "table heads", "a head that can be read", what);
                return Ok(());
            }
        };
        if head.size != self.next {
            findings.add(None, "table heads: size", self.next, head.size);
        }
        if head.leaf != self.previous {
            findings.add(None, "table heads: leaf", self.previous, head.leaf);
        }
        if head.recorded != self.recorded {
            findings.add(None, "table heads: recorded_at", self.recorded, head.recorded);
        }
        if head.frontier != self.frontier {
            findings.add(None, "table heads: frontier", self.root(), head.frontier.root());
        }
        Ok(())
    }
}
