#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing)]
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof};
use proptest::prelude::*;
use sha2::Sha256;

use super::*;
use crate::tree::definition::{Definition, numbered_entry};

fn assembled(plan: &ProofPlan, tree: &Definition) -> Vec<Hash> {
    let roots: Vec<Hash> = plan.needed().iter().map(|one| tree.subtree(*one)).collect();
    plan.assemble(&roots).unwrap()
}

fn inclusion(tree: &Definition, position: u64, size: u64) -> Vec<Hash> {
    assembled(&inclusion_plan(position, size).unwrap(), tree)
}

fn consistency(tree: &Definition, old: u64, new: u64) -> Vec<Hash> {
    assembled(&consistency_plan(old, new).unwrap(), tree)
}

fn bytes(path: &[Hash]) -> Vec<u8> {
    path.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

fn hashes(bytes: &[u8]) -> Vec<Hash> {
    bytes.chunks(32).map(|chunk| Hash::from_slice(chunk).unwrap()).collect()
}

/// The path with every byte flipped, every hash dropped or doubled, a hash added at every place and
/// every two different hashes swapped.
fn spoiled(path: &[Hash]) -> Vec<Vec<Hash>> {
    let mut all = Vec::new();
    let mut vary = |change: &dyn Fn(&mut Vec<Hash>)| {
        let mut other = path.to_vec();
        change(&mut other);
        all.push(other);
    };
    for at in 0..path.len() {
        for byte in 0..32 {
            vary(&|other| {
                let mut changed = *other[at].as_bytes();
                changed[byte] ^= 1;
                other[at] = Hash::from_bytes(changed);
            });
        }
        vary(&|other| _ = other.remove(at));
        vary(&|other| other.insert(at, path[at]));
        for with in 0..at {
            vary(&|other| other.swap(at, with));
        }
    }
    for at in 0..=path.len() {
        vary(&|other| other.insert(at, Hash::ZERO));
    }
    all
}

#[test]
fn every_inclusion_proof_up_to_size_300_is_the_one_of_the_definition_and_is_accepted() {
    let tree = Definition::numbered(300);
    assert_eq!(inclusion_plan(0, 0), None);
    for size in 1..=300 {
        let root = tree.root(0..size);
        assert_eq!(assembled(&root_plan(size).unwrap(), &tree), [root]);
        assert_eq!(inclusion_plan(size, size), None);
        for position in 0..size {
            let path = inclusion(&tree, position, size);
            assert_eq!(path, tree.path(position, 0..size), "{position} in {size}");
            assert!(included(&tree.leaf(position), position, size, &path, &root));
        }
    }
}

#[test]
fn every_consistency_proof_up_to_size_300_is_the_one_of_the_definition_and_is_accepted() {
    let tree = Definition::numbered(300);
    for new in 0..=300 {
        assert_eq!(consistency_plan(0, new), None);
        assert_eq!(consistency_plan(new + 1, new), None);
        for old in 1..=new {
            let path = consistency(&tree, old, new);
            assert_eq!(path, tree.proof(old, new), "{old} to {new}");
            assert!(consistent(old, &tree.root(0..old), new, &tree.root(0..new), &path));
        }
    }
}

#[test]
fn another_library_accepts_our_proofs_and_we_accept_its() {
    let tree = Definition::numbered(300);
    let mut other = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    let mut other_roots = Vec::new();
    for size in 1..=300 {
        other.push(numbered_entry(size - 1));
        other_roots.push(other.root());
        let (root, other_root) = (tree.root(0..size), other.root());
        for position in 0..size {
            let its = other.prove_inclusion(usize::try_from(position).unwrap());
            let leaf = tree.leaf(position);
            assert!(included(&leaf, position, size, &hashes(its.as_bytes()), &root));
            let ours = bytes(&inclusion(&tree, position, size));
            let ours = InclusionProof::try_from_bytes(ours).unwrap();
            other_root.verify_inclusion(&numbered_entry(position), position, &ours).unwrap();
        }
        for (old, old_root) in (1..=size).zip(&other_roots) {
            let its = other.prove_consistency(usize::try_from(size - old).unwrap());
            let our_old_root = tree.root(0..old);
            assert!(consistent(old, &our_old_root, size, &root, &hashes(its.as_bytes())));
            let ours = bytes(&consistency(&tree, old, size));
            let ours = ConsistencyProof::try_from_bytes(ours).unwrap();
            other_root.verify_consistency(old_root, &ours).unwrap();
        }
    }
}

#[test]
fn an_inclusion_proof_that_was_changed_in_any_way_is_refused() {
    let tree = Definition::numbered(40);
    for size in 1..=40 {
        let root = tree.root(0..size);
        for position in 0..size {
            let leaf = tree.leaf(position);
            let path = inclusion(&tree, position, size);
            for other in spoiled(&path) {
                assert!(!included(&leaf, position, size, &other, &root), "{position} in {size}");
            }
            assert!(!included(&tree.root(0..0), position, size, &path, &root));
            assert!(!included(&leaf, position, size, &path, &tree.root(0..0)));
        }
    }
}

#[test]
fn an_inclusion_proof_holds_for_no_other_position_and_no_other_tree() {
    let tree = Definition::numbered(60);
    for size in 1..=40 {
        let root = tree.root(0..size);
        for position in 0..size {
            let leaf = tree.leaf(position);
            let path = inclusion(&tree, position, size);
            for other in (0..=60).filter(|other| *other != position) {
                assert!(!included(&leaf, other, size, &path, &root), "{position} as {other}");
            }
            for other in (0..=60).filter(|other| *other != size) {
                let other_root = tree.root(0..other);
                assert!(!included(&leaf, position, other, &path, &other_root), "{size} as {other}");
            }
        }
    }
}

#[test]
fn a_consistency_proof_that_was_changed_in_any_way_is_refused() {
    let tree = Definition::numbered(32);
    for new in 1..=32 {
        let root = tree.root(0..new);
        for old in 1..=new {
            let old_root = tree.root(0..old);
            let path = consistency(&tree, old, new);
            for other in spoiled(&path) {
                assert!(!consistent(old, &old_root, new, &root, &other), "{old} to {new}");
            }
            assert!(!consistent(old, &tree.root(0..0), new, &root, &path));
            assert!(!consistent(old, &old_root, new, &tree.root(0..0), &path));
        }
    }
}

#[test]
fn a_consistency_proof_holds_for_no_other_two_trees() {
    let tree = Definition::numbered(40);
    for new in 1..=32 {
        for old in 1..=new {
            let path = consistency(&tree, old, new);
            // Equal sizes prove nothing but themselves, whatever their size.
            for other in (0..=40).filter(|other| *other != old && (old < new || *other != new)) {
                let refused =
                    !consistent(other, &tree.root(0..other), new, &tree.root(0..new), &path);
                assert!(refused, "{old} as {other} to {new}");
            }
            for other in (0..=40).filter(|other| *other != new && *other != old) {
                let refused =
                    !consistent(old, &tree.root(0..old), other, &tree.root(0..other), &path);
                assert!(refused, "{old} to {new} as {other}");
            }
        }
    }
}

#[test]
fn a_history_that_was_rewritten_is_not_consistent_with_the_old_one() {
    let honest = Definition::numbered(64);
    for altered in 0..16 {
        let rewritten = Definition::sparse((0..64).map(|position| {
            let leaf = honest.leaf(position);
            (position, if position == altered { hash::leaf(b"altered") } else { leaf })
        }));
        for new in 16..=64 {
            let path = consistency(&rewritten, 16, new);
            let (old_root, new_root) = (honest.root(0..16), rewritten.root(0..new));
            assert!(!consistent(16, &old_root, new, &new_root, &path), "{altered} {new}");
        }
    }
}

#[test]
fn equal_sizes_need_equal_roots_and_no_path() {
    let (one, other) = (hash::leaf(b"one"), hash::leaf(b"other"));
    assert!(consistent(5, &one, 5, &one, &[]));
    assert!(!consistent(5, &one, 5, &other, &[]));
    assert!(!consistent(5, &one, 5, &one, &[other]));
    assert!(!consistent(0, &one, 0, &one, &[]));
    assert!(!consistent(4, &one, 8, &one, &[]));
}

#[test]
fn roots_of_another_number_are_not_assembled() {
    let plan = inclusion_plan(3, 7).unwrap();
    let count = plan.needed().len();
    assert!(plan.assemble(&vec![Hash::ZERO; count]).is_some());
    assert_eq!(plan.assemble(&vec![Hash::ZERO; count + 1]), None);
    assert_eq!(plan.assemble(&vec![Hash::ZERO; count - 1]), None);
    assert_eq!(root_plan(0), None);
}

#[test]
fn the_largest_numbers_are_answered() {
    let (zero, long) = (Hash::ZERO, vec![Hash::ZERO; 100_000]);
    for size in [0, 1, 2, 1 << 53, 1 << 63, u64::MAX - 1, u64::MAX] {
        for other in [0, 1, 1 << 53, (1 << 63) - 1, 1 << 63, u64::MAX - 1, u64::MAX] {
            for path in [&long[..], &long[..63], &long[..64], &[]] {
                assert!(!included(&zero, other, size, path, &hash::leaf(b"")));
                assert!(!consistent(other, &zero, size, &hash::leaf(b""), path));
            }
            let inclusion = inclusion_plan(other, size);
            assert_eq!(inclusion.is_some(), other < size);
            let consistency = consistency_plan(other, size);
            assert_eq!(consistency.is_some(), (1..=size).contains(&other));
            for plan in [inclusion, consistency, root_plan(size)].into_iter().flatten() {
                assert!(plan.needed().len() <= 128);
                assert!(plan.needed().iter().all(|one| one.leaves().unwrap().end <= size));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn proofs_of_large_trees_are_those_of_the_definition(
        old in 1_u64..1 << 40,
        more in prop_oneof![0_u64..1000, 0_u64..1 << 40],
        position in 0_u64..1 << 40,
        others in prop::collection::btree_set(0_u64..1 << 41, 0..20),
        flipped in 0_usize..10_000,
    ) {
        let new = old + more;
        let position = position % new;
        let odd = others.into_iter().chain([0, position, old - 1, new - 1]);
        let odd = odd.map(|at| (at, hash::leaf(&numbered_entry(at))));
        let tree = Definition::sparse(odd);
        let (old_root, root) = (tree.root(0..old), tree.root(0..new));
        prop_assert_eq!(assembled(&root_plan(new).unwrap(), &tree), vec![root]);

        let leaf = tree.leaf(position);
        let mut path = inclusion(&tree, position, new);
        prop_assert_eq!(&path, &tree.path(position, 0..new));
        prop_assert!(included(&leaf, position, new, &path, &root));
        flip(&mut path, flipped);
        prop_assert!(path.is_empty() || !included(&leaf, position, new, &path, &root));

        let mut path = consistency(&tree, old, new);
        prop_assert_eq!(&path, &tree.proof(old, new));
        prop_assert!(consistent(old, &old_root, new, &root, &path));
        flip(&mut path, flipped);
        prop_assert!(path.is_empty() || !consistent(old, &old_root, new, &root, &path));
    }
}

/// Flips one bit somewhere in the path.
fn flip(path: &mut [Hash], at: usize) {
    if !path.is_empty() {
        let (hash, byte) = (at / 32 % path.len(), at % 32);
        let mut changed = *path[hash].as_bytes();
        changed[byte] ^= 0x10;
        path[hash] = Hash::from_bytes(changed);
    }
}
