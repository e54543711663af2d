//! The committed vectors, made by other software from the specification: entries, leaves,
//! signatures and checkpoints must come out the same.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};

use ledger::checkpoint::{Checkpoint, verifier_key};
use ledger::entry::{self, Entry};
use ledger::hash::{self, Hash};
use ledger::key::{LedgerKey, SignatureBytes};
use ledger::opened::LedgerOpened;
use ledger::tree::Frontier;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(name)
}

struct Vectors {
    origin: String,
    key: LedgerKey,
    entries: Vec<Vec<u8>>,
    leaves: Vec<Hash>,
    signatures: Vec<SignatureBytes>,
}

fn vectors() -> Vectors {
    let text = std::fs::read_to_string(file("vectors.json")).unwrap();
    let listed: serde_json::Value = serde_json::from_str(&text).unwrap();
    let texts = |name: &str| -> Vec<String> {
        let list = listed[name].as_array().unwrap();
        list.iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let seed = hex::decode(listed["test_keys"]["ledger"].as_str().unwrap()).unwrap();
    let leaves: Vec<Hash> = texts("leaves").iter().map(|leaf| Hash::parse(leaf).unwrap()).collect();
    let entries = (0..leaves.len()).map(|n| std::fs::read(file(&format!("{n}.entry"))).unwrap());
    let signature = |text: &String| SignatureBytes(hex::decode(text).unwrap().try_into().unwrap());
    Vectors {
        origin: listed["origin"].as_str().unwrap().to_owned(),
        key: LedgerKey::from_seed(seed.try_into().unwrap()).unwrap(),
        entries: entries.collect(),
        signatures: texts("signatures").iter().map(signature).collect(),
        leaves,
    }
}

#[test]
fn every_entry_parses_and_prints_to_the_same_bytes_in_its_chain() {
    let vectors = vectors();
    assert_eq!(vectors.entries.len(), 8);
    let mut previous = Hash::ZERO;
    for (position, bytes) in (0..).zip(&vectors.entries) {
        let view = entry::parse(bytes).unwrap();
        assert_eq!((view.position, view.previous), (position, previous));
        let again = Entry {
            ledger: &view.ledger,
            position: view.position,
            previous: view.previous,
            recorded: view.recorded,
            stream: &view.stream,
            sequence: view.sequence,
            event: &view.event,
            actor: &view.actor,
            request: view.request,
            command: view.command,
            signed_by: vectors.key.public().id(),
            payload: view.payload,
        };
        assert_eq!(&again.encode().unwrap().0, bytes);
        previous = hash::leaf(bytes);
    }
}

#[test]
fn leaves_and_signatures_are_those_of_the_vectors() {
    let vectors = vectors();
    for ((bytes, leaf), signature) in
        vectors.entries.iter().zip(&vectors.leaves).zip(&vectors.signatures)
    {
        assert_eq!(hash::leaf(bytes), *leaf);
        assert_eq!(vectors.key.sign_leaf(leaf), *signature);
        assert!(vectors.key.public().signed_leaf(leaf, signature));
    }
    assert!(vectors.key.public().signed_all(&vectors.leaves, &vectors.signatures));
}

#[test]
fn the_checkpoint_of_every_size_is_that_of_the_vectors() {
    let vectors = vectors();
    let mut frontier = Frontier::empty();
    for size in 0..=vectors.leaves.len() {
        let note = std::fs::read_to_string(file(&format!("{size}.checkpoint"))).unwrap();
        let opened = Checkpoint::open(&note, &vectors.origin, vectors.key.public()).unwrap();
        assert_eq!((opened.size, opened.root), (frontier.size(), frontier.root()));
        assert_eq!(opened.sign(&vectors.key), note);
        if let Some(leaf) = vectors.leaves.get(size) {
            frontier.append(*leaf);
        }
    }
}

#[test]
fn entry_zero_names_the_key_that_signs() {
    let vectors = vectors();
    let view = entry::parse(&vectors.entries[0]).unwrap();
    let opened = LedgerOpened::parse(view.payload).unwrap();
    assert_eq!(opened.key.key().as_ref(), Some(vectors.key.public()));
    assert_eq!(opened.payload().unwrap(), view.payload);
    let vkey = verifier_key(&opened.origin, vectors.key.public());
    assert!(vkey.starts_with("mingzhang.example/cn-320404+"), "{vkey}");
}
