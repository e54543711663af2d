//! A log of any leaves, for tests of whoever checks checkpoints: no entries, no database.

use std::fmt::Display;
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ledger::checkpoint::Checkpoint;
use ledger::hash::{self, Hash};
use ledger::key::LedgerKey;
use ledger::note::{KeyKind, SignatureLine, VerifierKey};
use ledger::tree::{Frontier, consistency_plan};

/// The origin of [`Log`].
pub const ORIGIN: &str = "mingzhang.example/cn-320404";

/// Two logs with the same first leaves have the same beginning.
pub struct Log {
    origin: String,
    key: LedgerKey,
    leaves: Vec<Hash>,
}

impl Log {
    /// A log of these leaves under the key that [`Log::policy`] names.
    pub fn of(leaves: impl IntoIterator<Item = u32>) -> Self {
        let leaves = leaves.into_iter().map(|leaf| hash::leaf(&leaf.to_be_bytes())).collect();
        Self::over(ORIGIN, LedgerKey::from_seed([1; 32]).unwrap(), leaves)
    }

    /// A log of these leaves, whose checkpoints bear this origin and are signed by this key.
    pub fn over(origin: &str, key: LedgerKey, leaves: Vec<Hash>) -> Self {
        Self { origin: origin.to_owned(), key, leaves }
    }

    /// The same leaves under another key.
    pub fn under(self, seed: u8) -> Self {
        Self { key: LedgerKey::from_seed([seed; 32]).unwrap(), ..self }
    }

    /// A policy with the log's key and these further lines.
    pub fn policy(&self, lines: &str) -> String {
        let key =
            VerifierKey::new(&self.origin, KeyKind::Ed25519, self.key.public().clone()).unwrap();
        format!("log {key}\n{lines}quorum none\n")
    }

    /// Root of the tree over some of the leaves.
    fn root(&self, leaves: Range<usize>) -> Hash {
        let mut frontier = Frontier::empty();
        self.leaves[leaves].iter().for_each(|leaf| frontier.append(*leaf));
        frontier.root()
    }

    /// The checkpoint over the first leaves.
    pub fn checkpoint(&self, size: u64) -> Checkpoint {
        let root = self.root(0..usize::try_from(size).unwrap());
        Checkpoint { origin: self.origin.clone(), size, root }
    }

    /// The same, signed.
    pub fn note(&self, size: u64) -> String {
        self.checkpoint(size).sign(&self.key)
    }

    /// The proof from one size to another; none from 0.
    pub fn proof(&self, old: u64, new: u64) -> Vec<Hash> {
        let Some(plan) = consistency_plan(old, new) else { return Vec::new() };
        let roots: Vec<Hash> = plan
            .needed()
            .iter()
            .map(|subtree| {
                let leaves = subtree.leaves().unwrap();
                let [begin, end] =
                    [leaves.start, leaves.end].map(|leaf| usize::try_from(leaf).unwrap());
                self.root(begin..end)
            })
            .collect();
        plan.assemble(&roots).unwrap()
    }

    /// An honest `add-checkpoint` request.
    pub fn request(&self, old: u64, new: u64) -> String {
        request(old, &self.proof(old, new), &self.note(new))
    }

    /// Whether the line is this witness's cosignature of the checkpoint.
    pub fn cosigned(&self, size: u64, witness: &VerifierKey, line: &str) -> bool {
        let line = line.strip_suffix('\n').unwrap_or(line);
        let line = SignatureLine::parse(line).unwrap();
        line.verify(witness, &self.checkpoint(size).text()).is_some()
    }
}

/// The body of an `add-checkpoint` request (C2SP `tlog-witness`).
pub fn request(old: impl Display, proof: &[Hash], note: &str) -> String {
    let lines: String = proof.iter().map(|hash| STANDARD.encode(hash.as_bytes()) + "\n").collect();
    format!("old {old}\n{lines}\n{note}")
}
