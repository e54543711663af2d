//! Our side of the comparison: for many sizes of one tree its root, a signed checkpoint and proofs,
//! one line of JSON a size; and the check of such lines that others made.
//!
//! The leaf at position n is the decimal digits of n. The key is a TEST KEY.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use ledger::checkpoint::{Checkpoint, verifier_key};
use ledger::hash::{self, Hash};
use ledger::key::LedgerKey;
use ledger::tree::{
    Frontier, ProofPlan, consistency_plan, consistent, included, inclusion_plan, root_plan,
};
use serde_json::{Value, json};

const ORIGIN: &str = "mingzhang.example/cn-320404";
const TEST_SEED: [u8; 32] = [1; 32];

/// Every small tree, and those around a size at which a whole row of tiles is full.
fn sizes() -> impl Iterator<Item = u64> {
    (0..=1_100).chain(65_535..=65_537)
}

fn test_key() -> LedgerKey {
    LedgerKey::from_seed(TEST_SEED).unwrap()
}

fn leaf(position: u64) -> Hash {
    hash::leaf(position.to_string().as_bytes())
}

/// The roots of all complete subtrees of the largest tree: a row for each level.
struct Subtrees(Vec<Vec<Hash>>);

impl Subtrees {
    fn new() -> Self {
        let mut rows: Vec<Vec<Hash>> = vec![(0..sizes().max().unwrap()).map(leaf).collect()];
        while rows.last().unwrap().len() > 1 {
            let (pairs, _) = rows.last().unwrap().as_chunks::<2>();
            rows.push(pairs.iter().map(|[left, right]| hash::node(left, right)).collect());
        }
        Self(rows)
    }

    fn path(&self, plan: ProofPlan) -> Vec<Hash> {
        let needed = plan.needed().iter();
        let roots: Vec<Hash> = needed
            .map(|subtree| {
                self.0[usize::from(subtree.level)][usize::try_from(subtree.index).unwrap()]
            })
            .collect();
        plan.assemble(&roots).unwrap()
    }

    fn root(&self, size: u64) -> Hash {
        root_plan(size).map_or(hash::plain(b""), |plan| self.path(plan)[0])
    }
}

/// A number below the size that looks drawn by lot and is the same in every run.
fn somewhere(size: u64) -> u64 {
    let drawn = hash::plain(&size.to_be_bytes());
    u64::from_be_bytes(*drawn.as_bytes().first_chunk().unwrap()) % size
}

fn written(path: &[Hash]) -> Vec<String> {
    path.iter().map(Hash::to_string).collect()
}

/// Writes a line about the key, and then one for each size.
pub(super) fn write_ours(file: &Path) {
    let mut out = BufWriter::new(File::create(file).unwrap());
    let key = test_key();
    let about = json!({"origin": ORIGIN, "verifier_key": verifier_key(ORIGIN, key.public()),
                       "test_seed": hex::encode(TEST_SEED)});
    writeln!(out, "{about}").unwrap();
    let subtrees = Subtrees::new();
    let mut frontier = Frontier::empty();
    for size in sizes() {
        while frontier.size() < size {
            frontier.append(leaf(frontier.size()));
        }
        let root = frontier.root();
        assert_eq!(subtrees.root(size), root);
        let note = Checkpoint { origin: ORIGIN.to_owned(), size, root }.sign(&key);
        let (mut positions, mut olds) = (BTreeSet::new(), BTreeSet::new());
        if size > 0 {
            positions.extend([0, size / 2, size - 1, somewhere(size)]);
            olds.extend([1, size.div_ceil(2), somewhere(size) + 1, (size - 1).max(1), size]);
        }
        let inclusion = positions.into_iter().map(|position| {
            let path = subtrees.path(inclusion_plan(position, size).unwrap());
            json!({"position": position, "path": written(&path)})
        });
        let consistency = olds.into_iter().map(|old| {
            let path = subtrees.path(consistency_plan(old, size).unwrap());
            json!({"old": old, "path": written(&path)})
        });
        let line = json!({"size": size, "root": root.to_string(), "note": note,
                          "inclusion": inclusion.collect::<Vec<_>>(),
                          "consistency": consistency.collect::<Vec<_>>()});
        writeln!(out, "{line}").unwrap();
    }
    out.flush().unwrap();
}

fn read_path(proof: &Value) -> Vec<Hash> {
    let hashes = proof["path"].as_array().unwrap();
    hashes.iter().map(|hash| Hash::parse(hash.as_str().unwrap()).unwrap()).collect()
}

/// The list of a line; Go writes an empty one as null.
fn list<'a>(line: &'a Value, name: &str) -> &'a [Value] {
    line[name].as_array().map_or(&[], Vec::as_slice)
}

fn flipped(hash: &Hash) -> Hash {
    let mut bytes = *hash.as_bytes();
    bytes[31] ^= 1;
    Hash::from_bytes(bytes)
}

/// Every way of changing one hash of the path, and the paths that are one hash too long or short.
fn damaged(path: &[Hash]) -> Vec<Vec<Hash>> {
    let mut ways: Vec<Vec<Hash>> = (0..path.len())
        .map(|place| {
            let mut other = path.to_vec();
            other[place] = flipped(&other[place]);
            other
        })
        .collect();
    ways.push([path, &[Hash::ZERO]].concat());
    ways.extend(path.split_last().map(|(_, shorter)| shorter.to_vec()));
    ways
}

/// Checks the checkpoints and proofs of others with ours; there must be a line for each size.
pub(super) fn check_theirs(file: &Path) {
    let subtrees = Subtrees::new();
    let mut lines = BufReader::new(File::open(file).unwrap()).lines();
    for size in sizes() {
        let line: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        let root = subtrees.root(size);
        assert_eq!(
            (line["size"].as_u64(), line["root"].as_str()),
            (Some(size), Some(&*root.to_string()))
        );
        let note = line["note"].as_str().unwrap();
        let opened = Checkpoint::open(note, ORIGIN, test_key().public()).unwrap();
        assert_eq!((opened.size, opened.root), (size, root));
        let expected = if size == 0 { 0 } else { 4 };
        assert_eq!(list(&line, "inclusion").len(), expected);
        assert_eq!(list(&line, "consistency").len(), expected);
        for proof in list(&line, "inclusion") {
            let (position, path) = (proof["position"].as_u64().unwrap(), read_path(proof));
            let leaf = leaf(position);
            assert!(included(&leaf, position, size, &path, &root), "{size}: {position}");
            assert!(!included(&flipped(&leaf), position, size, &path, &root));
            for other in damaged(&path) {
                assert!(!included(&leaf, position, size, &other, &root), "{size}: {position}");
            }
        }
        for proof in list(&line, "consistency") {
            let (old, path) = (proof["old"].as_u64().unwrap(), read_path(proof));
            let old_root = subtrees.root(old);
            assert!(consistent(old, &old_root, size, &root, &path), "{size}: {old}");
            assert!(!consistent(old, &flipped(&old_root), size, &root, &path));
            for other in damaged(&path) {
                assert!(!consistent(old, &old_root, size, &root, &other), "{size}: {old}");
            }
        }
    }
    assert!(lines.next().is_none());
}
