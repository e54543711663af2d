//! Bundles made in memory with the encoder, and everything that can be wrong with one.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod checkpoints;
mod drafts;
mod keys;
mod members;
mod rules;
mod signed_commands;
mod tampering;

use std::collections::BTreeMap;
use std::io::Cursor;

use uuid::Uuid;

use drafts::{AsSaid, Does, Draft, Listed, Role, history, moves, texts};

use super::*;
use crate::Actor;
use crate::bundle::balances;
use crate::checkpoint::Checkpoint;
use crate::effects::{Effects, UnknownEvent};
use crate::entry::Entry;
use crate::hash::{self, Hash};
use crate::key::LedgerKey;
use crate::tree::Frontier;
use crate::verify::Finding;

const ORIGIN: &str = "mingzhang.example/cn-320404";
const LEDGER: &str = "cn-320404";

fn key(seed: u8) -> LedgerKey {
    LedgerKey::from_seed([seed; 32]).unwrap()
}

/// A bundle that can be damaged before it is verified.
#[derive(Debug, Clone)]
struct Bundle {
    size: u64,
    entries: Vec<Vec<u8>>,
    signatures: Vec<Vec<u8>>,
    commands: Vec<Vec<u8>>,
    checkpoints: Vec<NamedNote>,
    balances: Vec<u8>,
    kept: Vec<NamedNote>,
    trusted: PublicKey,
}

fn encode(draft: &Draft, position: u64, previous: Hash, key: &LedgerKey) -> Vec<u8> {
    let entry = Entry {
        ledger: &LedgerId::parse(draft.ledger).unwrap(),
        position: draft.position.unwrap_or(position),
        previous: draft.previous.unwrap_or(previous),
        recorded: Moment::from_micros(draft.recorded).unwrap(),
        stream: &StreamId::parse(&draft.stream).unwrap(),
        sequence: draft.sequence,
        event: &EventName::parse(draft.event).unwrap(),
        actor: &Actor::parse(draft.actor).unwrap(),
        request: Uuid::from_u128(draft.request),
        command: draft.command.as_ref().map(|command| hash::plain(command)),
        signed_by: key.public().id(),
        payload: &draft.payload,
    };
    entry.encode().unwrap().0
}

fn note(size: u64, root: Hash, key: &LedgerKey) -> Vec<u8> {
    Checkpoint { origin: ORIGIN.to_owned(), size, root }.sign(key).into_bytes()
}

impl Bundle {
    /// Chains and signs what the drafts say and exports it, as an honest program would.
    fn of(drafts: &[Draft], key: &LedgerKey) -> Self {
        Self::signed_by(drafts, |_| key)
    }

    /// As [`Bundle::of`], with a key for each position; the one after the last signs checkpoints.
    fn signed_by<'k>(drafts: &[Draft], key_at: impl Fn(u64) -> &'k LedgerKey) -> Self {
        let mut bundle = Self {
            size: u64::try_from(drafts.len()).unwrap(),
            entries: vec![],
            signatures: vec![],
            commands: vec![],
            checkpoints: vec![],
            balances: vec![],
            kept: vec![],
            trusted: self::key(1).public().clone(),
        };
        let (mut previous, mut tree) = (Hash::ZERO, Frontier::empty());
        let mut sums: balances::Balances = BTreeMap::new();
        for (position, draft) in (0..).zip(drafts) {
            let key = key_at(position);
            let bytes = encode(draft, position, previous, key);
            previous = hash::leaf(&bytes);
            tree.append(previous);
            bundle.signatures.push(key.sign_leaf(&previous).0.to_vec());
            bundle.entries.push(bytes);
            if let Some(command) = &draft.command
                && !bundle.commands.contains(command)
            {
                bundle.commands.push(command.clone());
            }
            for (account, amount, _) in draft.does().postings {
                *sums.entry((account, "CNY".to_owned())).or_default() += i128::from(amount);
            }
            if [4, bundle.size].contains(&tree.size()) {
                let name = format!("checkpoints/{}", tree.size());
                let key = key_at(tree.size());
                bundle
                    .checkpoints
                    .push(NamedNote { name, note: note(tree.size(), tree.root(), key) });
            }
        }
        bundle.balances = balances::print(&sums).unwrap();
        bundle
    }

    fn entries_bin(&self) -> Vec<u8> {
        let coded = |entry: &Vec<u8>| {
            [&u16::try_from(entry.len()).unwrap().to_be_bytes(), entry.as_slice()].concat()
        };
        self.entries.iter().flat_map(coded).collect()
    }

    fn signatures_bin(&self) -> Vec<u8> {
        self.signatures.concat()
    }

    fn commands_bin(&self) -> Vec<u8> {
        let coded = |command: &Vec<u8>| {
            [&u32::try_from(command.len()).unwrap().to_be_bytes(), command.as_slice()].concat()
        };
        self.commands.iter().flat_map(coded).collect()
    }

    /// The checkpoint that an auditor would keep at a size.
    fn checkpoint_at(&self, size: usize, key: &LedgerKey) -> NamedNote {
        let mut tree = Frontier::empty();
        self.entries[..size].iter().for_each(|entry| tree.append(hash::leaf(entry)));
        let note = note(tree.size(), tree.root(), key);
        NamedNote { name: format!("kept at {size}"), note }
    }

    fn raw(&self) -> Raw {
        Raw {
            entries: self.entries_bin(),
            signatures: self.signatures_bin(),
            commands: self.commands_bin(),
            bundle: self.clone(),
        }
    }

    fn verify(&self) -> BundleReport {
        self.raw().verify(Depth::Everything).unwrap()
    }

    fn findings(&self) -> Vec<Finding> {
        self.verify().findings
    }

    /// What is found, and that it is found alike where everything goes through temporary files.
    fn lines(&self) -> Vec<String> {
        let findings = self.findings();
        let spilled = self.raw().verify_within(Depth::Everything, Some(0)).unwrap();
        assert_eq!(spilled.findings, findings);
        findings.iter().map(ToString::to_string).collect()
    }
}

/// A bundle whose large members are bytes.
#[derive(Debug, Clone)]
struct Raw {
    entries: Vec<u8>,
    signatures: Vec<u8>,
    commands: Vec<u8>,
    bundle: Bundle,
}

impl Raw {
    fn verify(&self, depth: Depth) -> Result<BundleReport, BundleError> {
        self.verify_within(depth, None)
    }

    /// `memory` bounds what of the replay stays in memory.
    fn verify_within(
        &self,
        depth: Depth,
        memory: Option<usize>,
    ) -> Result<BundleReport, BundleError> {
        let scratch = std::env::temp_dir();
        let partitions = match memory {
            Some(memory) => Partitions::with_memory(&scratch, memory),
            None => Partitions::new(&scratch),
        };
        let offline = Offline {
            rules: Arc::new(AsSaid),
            trust: Trust { origin: ORIGIN.to_owned(), first_key: self.bundle.trusted.clone() },
            depth,
            scratch: &scratch,
            observe: &mut |_| {},
            progress: &|_| {},
        };
        verify_with(self.input(), offline, partitions)
    }

    fn input(&self) -> BundleInput {
        BundleInput {
            ledger: LedgerId::parse(LEDGER).unwrap(),
            size: self.bundle.size,
            entries: Box::new(Cursor::new(self.entries.clone())),
            signatures: Box::new(Cursor::new(self.signatures.clone())),
            commands: Box::new(Cursor::new(self.commands.clone())),
            checkpoints: self.bundle.checkpoints.clone(),
            balances: self.bundle.balances.clone(),
            kept: self.bundle.kept.clone(),
        }
    }
}

fn honest() -> Bundle {
    Bundle::of(&history(), &key(1))
}

/// The history with one thing changed, chained and signed as if nothing were wrong.
fn signed_with(change: impl FnOnce(&mut Vec<Draft>)) -> Bundle {
    let mut drafts = history();
    change(&mut drafts);
    Bundle::of(&drafts, &key(1))
}

#[track_caller]
fn assert_found(lines: &[String], begin: &str) {
    assert!(lines.iter().any(|line| line.starts_with(begin)), "{begin} is not in {lines:#?}");
}
